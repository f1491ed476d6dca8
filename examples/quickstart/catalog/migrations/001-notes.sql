-- Every item can carry a note; the seeded ones get theirs here.
ALTER TABLE items ADD COLUMN note text NOT NULL DEFAULT '';
UPDATE items SET note = 'picked this morning' WHERE name = 'apples';
