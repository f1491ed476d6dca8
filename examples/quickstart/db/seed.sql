-- Run once, when the volume is empty.
CREATE TABLE items (
    id serial PRIMARY KEY,
    name text NOT NULL,
    cents integer NOT NULL CHECK (cents >= 0)
);
INSERT INTO items (name, cents) VALUES ('apples', 120), ('bread', 340), ('coffee', 890);
