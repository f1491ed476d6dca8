//! An archive from a container becomes files here, below one folder and nowhere else.
//!
//! Every folder on the way is opened by its name in the one above, never through a link, so that no link, be it of the
//! archive or one that was here, leads out. A file gets its name when it is whole.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use rustix::fs::{
    AtFlags, FileType, Mode, OFlags, Timespec, Timestamps, fchmod, futimens, linkat, mkdirat, mknodat, open,
    openat, renameat, statat, symlinkat, unlinkat, utimensat,
};
use rustix::io::Errno;
use tar::{Archive, Entry, EntryType, Header};

use super::CopyError;
use super::names::{Renaming, outside};

/// So much is read at once; where so much is nothing but zeros, the file gets a hole.
const PIECE: usize = 64 * 1024;

/// Unpacks below a folder; what the archive's first entry is called there, if not as in the archive. Gives the names of
/// devices, which are left out.
pub(super) fn unpack(
    reader: impl Read,
    folder: &Path,
    name: Option<&OsStr>,
) -> Result<Vec<String>, CopyError> {
    let mut archive = Archive::new(reader);
    let mut tree: Option<Tree> = None;
    for entry in archive.entries()? {
        let mut entry = entry?;
        let path = entry.path()?.into_owned();
        let tree = match &mut tree {
            Some(tree) => tree,
            none => none.insert(Tree::open(folder, Renaming::new(&path, name.map(OsStr::to_owned))?)?),
        };
        tree.take(&mut entry, &path)?;
    }
    tree.map_or(Ok(Vec::new()), Tree::settle)
}

/// Writes the one file of an archive into what is open already.
pub(super) fn pour(reader: impl Read, into: &mut impl Write, shown: &Path) -> Result<(), CopyError> {
    let mut archive = Archive::new(reader);
    for entry in archive.entries()? {
        let mut entry = entry?;
        if is_file(entry.header().entry_type()) {
            let mut piece = vec![0; PIECE];
            loop {
                let read = entry.read(&mut piece)?;
                if read == 0 {
                    return into.flush().map_err(CopyError::file(shown));
                }
                into.write_all(&piece[..read]).map_err(CopyError::file(shown))?;
            }
        }
    }
    Ok(())
}

fn is_file(kind: EntryType) -> bool {
    matches!(kind, EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse)
}

struct Tree {
    base: Rc<OwnedFd>,
    at: PathBuf,
    renaming: Renaming,
    /// The folder that the last entry went to: the next one mostly goes there too.
    last: Option<(PathBuf, Rc<OwnedFd>)>,
    /// Modes and times of folders are set when nothing more is put into them.
    folders: Vec<(PathBuf, Mode, Timestamps)>,
    left_out: Vec<String>,
    serial: u64,
}

/// Where an entry goes: the folder that is open, and the name in it.
struct Place {
    folder: Rc<OwnedFd>,
    name: OsString,
    /// For people.
    path: PathBuf,
}

impl Place {
    fn failed(&self, errno: Errno) -> CopyError {
        CopyError::File { path: self.path.clone(), cause: errno.into() }
    }

    /// What is there, if anything; a link is a link.
    fn standing(&self) -> Result<Option<FileType>, CopyError> {
        match statat(&self.folder, &self.name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(about) => Ok(Some(FileType::from_raw_mode(about.st_mode))),
            Err(Errno::NOENT) => Ok(None),
            Err(errno) => Err(self.failed(errno)),
        }
    }

    fn in_the_way(&self, there: &'static str, new: &'static str) -> CopyError {
        CopyError::InTheWay { path: self.path.clone(), there, new }
    }
}

impl Tree {
    fn open(folder: &Path, renaming: Renaming) -> Result<Self, CopyError> {
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let base =
            open(folder, flags, Mode::empty()).map_err(|errno| CopyError::file(folder)(errno.into()))?;
        Ok(Self {
            base: Rc::new(base),
            at: folder.to_owned(),
            renaming,
            last: None,
            folders: Vec::new(),
            left_out: Vec::new(),
            serial: 0,
        })
    }

    fn take(&mut self, entry: &mut Entry<'_, impl Read>, path: &Path) -> Result<(), CopyError> {
        let kind = entry.header().entry_type();
        let inside = self.renaming.of(path)?;
        let Some(name) = inside.file_name() else {
            // The destination itself, which was there before.
            return Ok(());
        };
        if kind.is_character_special() || kind.is_block_special() {
            self.left_out.push(inside.to_string_lossy().into_owned());
            return Ok(());
        }
        let above = inside.parent().unwrap_or(Path::new(""));
        let place = Place { folder: self.folder(above)?, name: name.to_owned(), path: self.at.join(&inside) };
        let there = place.standing()?;
        if kind.is_dir() {
            return self.make_folder(&place, (there, inside.clone()), entry.header());
        }
        match there {
            Some(FileType::Directory) => return Err(place.in_the_way("directory", "non-directory")),
            None | Some(FileType::RegularFile | FileType::Symlink) => {}
            Some(_) => return Err(place.in_the_way("device, pipe or socket", "something from a container")),
        }
        let temporary = self.temporary();
        let made = match kind {
            kind if is_file(kind) => Self::file(&place, &temporary, entry),
            EntryType::Symlink => Self::link(&place, &temporary, entry),
            EntryType::Link => self.hard_link(&place, &temporary, (path, entry)),
            EntryType::Fifo => {
                let mode = Mode::from_raw_mode(entry.header().mode()? & 0o777);
                mknodat(&place.folder, &temporary, FileType::Fifo, mode, 0)
                    .map_err(|errno| place.failed(errno))
            }
            // What tells something about other entries, or what nobody knows.
            _ => return Ok(()),
        };
        let named = made.and_then(|()| {
            renameat(&place.folder, &temporary, &place.folder, &place.name)
                .map_err(|errno| place.failed(errno))
        });
        // Two names of one file: a rename onto itself does nothing, and leaves the other name.
        if named.is_err() || kind == EntryType::Link {
            let _ = unlinkat(&place.folder, &temporary, AtFlags::empty());
        }
        named
    }

    /// A name that nothing else has.
    fn temporary(&mut self) -> OsString {
        self.serial += 1;
        format!(".rcompose-{}-{}", std::process::id(), self.serial).into()
    }

    /// The folder of that path below the destination, opened part by part; what is missing is made.
    fn folder(&mut self, path: &Path) -> Result<Rc<OwnedFd>, CopyError> {
        if let Some((last, open)) = &self.last
            && last == path
        {
            return Ok(Rc::clone(open));
        }
        let mut open = Rc::clone(&self.base);
        let mut walked = PathBuf::new();
        for part in path {
            walked.push(part);
            open = Rc::new(self.step(&open, part, &walked)?);
        }
        self.last = Some((path.to_owned(), Rc::clone(&open)));
        Ok(open)
    }

    fn step(&self, above: &OwnedFd, part: &OsStr, walked: &Path) -> Result<OwnedFd, CopyError> {
        let failed = |errno: Errno| CopyError::File { path: self.at.join(walked), cause: errno.into() };
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        match openat(above, part, flags, Mode::empty()) {
            Err(Errno::NOENT) => {
                mkdirat(above, part, Mode::from_raw_mode(0o755)).map_err(failed)?;
                openat(above, part, flags, Mode::empty()).map_err(failed)
            }
            Err(Errno::LOOP | Errno::NOTDIR) => Err(CopyError::InTheWay {
                path: self.at.join(walked),
                there: "non-directory",
                new: "directory",
            }),
            other => other.map_err(failed),
        }
    }

    fn make_folder(
        &mut self,
        place: &Place,
        (there, inside): (Option<FileType>, PathBuf),
        header: &Header,
    ) -> Result<(), CopyError> {
        match there {
            Some(FileType::Directory) => {}
            // Until it is settled, files can be put into it whatever its mode.
            None => mkdirat(&place.folder, &place.name, Mode::RWXU).map_err(|errno| place.failed(errno))?,
            Some(_) => return Err(place.in_the_way("non-directory", "directory")),
        }
        let mode = Mode::from_raw_mode(header.mode()? & 0o1777);
        self.folders.push((inside, mode, times(header)?));
        Ok(())
    }

    fn file(place: &Place, temporary: &OsStr, entry: &mut Entry<'_, impl Read>) -> Result<(), CopyError> {
        let failed = |errno: Errno| place.failed(errno);
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let made = openat(&place.folder, temporary, flags, Mode::RUSR | Mode::WUSR).map_err(failed)?;
        let file = File::from(made);
        fill(&file, entry, &place.path)?;
        // Whose file it was is not known here: it must not lend its owner's rights to others.
        fchmod(&file, Mode::from_raw_mode(entry.header().mode()? & 0o777)).map_err(failed)?;
        futimens(&file, &times(entry.header())?).map_err(failed)
    }

    fn link(place: &Place, temporary: &OsStr, entry: &Entry<'_, impl Read>) -> Result<(), CopyError> {
        let failed = |errno: Errno| place.failed(errno);
        let target = entry.link_name()?.unwrap_or_default();
        symlinkat(&*target, &place.folder, temporary).map_err(failed)?;
        utimensat(&place.folder, temporary, &times(entry.header())?, AtFlags::SYMLINK_NOFOLLOW)
            .map_err(failed)
    }

    fn hard_link(
        &mut self,
        place: &Place,
        temporary: &OsStr,
        (path, entry): (&Path, &Entry<'_, impl Read>),
    ) -> Result<(), CopyError> {
        let target = entry.link_name()?.unwrap_or_default();
        let inside = self.renaming.of(&target)?;
        let name = inside.file_name().ok_or_else(|| outside(path, "is a second name of the destination"))?;
        let folder = self.folder(inside.parent().unwrap_or(Path::new("")))?;
        // Without a flag that says so, a link is not followed.
        linkat(&folder, name, &place.folder, temporary, AtFlags::empty()).map_err(|errno| place.failed(errno))
    }

    /// Folders get their modes and times, those inside before those around them.
    fn settle(mut self) -> Result<Vec<String>, CopyError> {
        for (inside, mode, times) in std::mem::take(&mut self.folders).into_iter().rev() {
            let path = self.at.join(&inside);
            let failed = |errno: Errno| CopyError::file(&path)(errno.into());
            let above = self.folder(inside.parent().unwrap_or(Path::new("")))?;
            let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            let name = inside.file_name().unwrap_or_default();
            let open = openat(&above, name, flags, Mode::empty()).map_err(failed)?;
            fchmod(&open, mode).map_err(failed)?;
            futimens(&open, &times).map_err(failed)?;
        }
        Ok(self.left_out)
    }
}

/// Writes a file's content; what is nothing but zeros takes no room.
fn fill(file: &File, entry: &mut Entry<'_, impl Read>, shown: &Path) -> Result<(), CopyError> {
    let failed = CopyError::file(shown);
    let size = entry.size();
    let mut piece = vec![0; PIECE];
    let mut at = 0;
    loop {
        let read = entry.read(&mut piece)?;
        if read == 0 {
            break;
        }
        if piece[..read].iter().any(|byte| *byte != 0) {
            file.write_all_at(&piece[..read], at).map_err(&failed)?;
        }
        at += read as u64;
    }
    if at != size {
        return Err(CopyError::Damaged(io::ErrorKind::UnexpectedEof.into()));
    }
    file.set_len(size).map_err(failed)
}

fn times(header: &Header) -> Result<Timestamps, CopyError> {
    let seconds = i64::try_from(header.mtime()?).unwrap_or_default();
    let moment = Timespec { tv_sec: seconds, tv_nsec: 0 };
    Ok(Timestamps { last_access: moment, last_modification: moment })
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

    use tar::Builder;

    use super::*;

    /// An entry by its name, type, mode, and content or link target; names are written as they are, whatever they hold.
    fn entry(tar: &mut Builder<Vec<u8>>, (name, kind, mode): (&str, EntryType, u32), content: &str) {
        let mut header = Header::new_gnu();
        header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
        header.set_entry_type(kind);
        header.set_mode(mode);
        header.set_mtime(1_000_000_000);
        let data = match kind {
            EntryType::Symlink | EntryType::Link => {
                header.as_mut_bytes()[157..157 + content.len()].copy_from_slice(content.as_bytes());
                ""
            }
            _ => content,
        };
        header.set_size(data.len() as u64);
        header.set_cksum();
        tar.append(&header, data.as_bytes()).unwrap();
    }

    const FOLDER: EntryType = EntryType::Directory;
    const FILE: EntryType = EntryType::Regular;
    const LINK: EntryType = EntryType::Symlink;
    const HARD: EntryType = EntryType::Link;

    fn tar(entries: &[(&str, EntryType, u32, &str)]) -> Vec<u8> {
        let mut tar = Builder::new(Vec::new());
        for (name, kind, mode, content) in entries {
            entry(&mut tar, (name, *kind, *mode), content);
        }
        tar.into_inner().unwrap()
    }

    /// A folder with a file beside the destination `to`, which nothing may touch.
    struct Scene(tempfile::TempDir);

    impl Scene {
        fn new() -> Self {
            let scene = tempfile::tempdir().unwrap();
            fs::create_dir(scene.path().join("to")).unwrap();
            fs::write(scene.path().join("victim"), "untouched").unwrap();
            Self(scene)
        }

        fn to(&self, inside: &str) -> PathBuf {
            self.0.path().join("to").join(inside)
        }

        fn take(&self, entries: &[(&str, EntryType, u32, &str)]) -> Result<Vec<String>, String> {
            let done = unpack(tar(entries).as_slice(), &self.to(""), None).map_err(|fault| fault.to_string());
            assert_eq!(fs::read_to_string(self.0.path().join("victim")).unwrap(), "untouched");
            let beside: Vec<_> = fs::read_dir(self.0.path()).unwrap().flatten().collect();
            assert_eq!(beside.len(), 2, "something was made beside the destination: {beside:?}");
            let mut names = Vec::new();
            names_in(&self.to(""), &mut names);
            assert!(
                !names.iter().any(|name| name.contains(".rcompose-")),
                "half of a file was left: {names:?}"
            );
            done
        }
    }

    fn names_in(folder: &Path, into: &mut Vec<String>) {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            into.push(entry.file_name().to_string_lossy().into_owned());
            if entry.file_type().unwrap().is_dir() {
                names_in(&entry.path(), into);
            }
        }
    }

    #[test]
    fn files_folders_and_links_arrive_with_modes_and_times() {
        let scene = Scene::new();
        scene
            .take(&[
                ("d/", FOLDER, 0o555, ""),
                ("d/f", FILE, 0o640, "text"),
                ("d/l", LINK, 0o777, "../../etc"),
                ("d/h", HARD, 0o640, "d/f"),
                ("d/new/deep", FILE, 0o600, "without its folder"),
            ])
            .unwrap();
        let about = |path: &str| fs::symlink_metadata(scene.to(path)).unwrap();
        assert_eq!(fs::read_to_string(scene.to("d/f")).unwrap(), "text");
        assert_eq!((about("d").mode() & 0o7777, about("d/f").mode() & 0o7777), (0o555, 0o640));
        assert_eq!(
            (about("d").mtime(), about("d/f").mtime(), about("d/l").mtime()),
            (1_000_000_000, 1_000_000_000, 1_000_000_000)
        );
        assert_eq!(fs::read_link(scene.to("d/l")).unwrap(), Path::new("../../etc"));
        assert_eq!(about("d/f").ino(), about("d/h").ino());
        assert_eq!(fs::read_to_string(scene.to("d/new/deep")).unwrap(), "without its folder");
        // Once more over what is there now.
        scene
            .take(&[("d/", FOLDER, 0o755, ""), ("d/f", FILE, 0o600, "other"), ("d/h", HARD, 0o640, "d/f")])
            .unwrap();
        assert_eq!(fs::read_to_string(scene.to("d/h")).unwrap(), "other");
    }

    #[test]
    fn names_that_lead_out_are_refused() {
        for name in ["../victim", "d/../../victim", "d/x/../../../victim"] {
            let told =
                Scene::new().take(&[("d/", FOLDER, 0o755, ""), (name, FILE, 0o644, "pwned")]).unwrap_err();
            assert!(told.contains("outside of the destination") && told.contains("leads upwards"), "{told}");
        }
        let scene = Scene::new();
        let victim = scene.0.path().join("victim").display().to_string();
        let told = scene.take(&[("d/", FOLDER, 0o755, ""), (&victim, FILE, 0o644, "pwned")]).unwrap_err();
        assert!(told.contains("nothing that was asked for"), "{told}");
    }

    #[test]
    fn nothing_is_written_through_a_link_of_the_archive() {
        for target in ["..", "../../to/..", "/"] {
            let told = Scene::new()
                .take(&[
                    ("d/", FOLDER, 0o755, ""),
                    ("d/out", LINK, 0o777, target),
                    ("d/out/victim", FILE, 0o644, "pwned"),
                ])
                .unwrap_err();
            assert!(told.contains("cannot overwrite non-directory"), "{told}");
        }
        // A link in the place of a file is replaced, not followed.
        let scene = Scene::new();
        scene
            .take(&[
                ("d/", FOLDER, 0o755, ""),
                ("d/out", LINK, 0o777, "../../victim"),
                ("d/out", FILE, 0o644, "mine"),
            ])
            .unwrap();
        assert_eq!(fs::read_to_string(scene.to("d/out")).unwrap(), "mine");
    }

    #[test]
    fn nothing_is_written_through_a_link_that_was_here() {
        let scene = Scene::new();
        fs::create_dir(scene.to("d")).unwrap();
        symlink("../../victim", scene.to("d/f")).unwrap();
        symlink("../..", scene.to("d/out")).unwrap();
        scene.take(&[("d/", FOLDER, 0o755, ""), ("d/f", FILE, 0o644, "mine")]).unwrap();
        let told =
            scene.take(&[("d/", FOLDER, 0o755, ""), ("d/out/victim", FILE, 0o644, "pwned")]).unwrap_err();
        assert!(told.contains("cannot overwrite non-directory"), "{told}");
    }

    #[test]
    fn a_hard_link_to_what_lies_outside_is_refused() {
        let told = Scene::new()
            .take(&[
                ("d/", FOLDER, 0o755, ""),
                ("d/h", HARD, 0o644, "../victim"),
                ("d/h", FILE, 0o644, "pwned"),
            ])
            .unwrap_err();
        assert!(told.contains("leads upwards"), "{told}");
        let told = Scene::new()
            .take(&[("d/", FOLDER, 0o755, ""), ("d/h", HARD, 0o644, "victim"), ("d/h", FILE, 0o644, "pwned")])
            .unwrap_err();
        assert!(told.contains("nothing that was asked for"), "{told}");
        // By way of a link of the archive.
        let told = Scene::new()
            .take(&[
                ("d/", FOLDER, 0o755, ""),
                ("d/up", LINK, 0o777, "../.."),
                ("d/h", HARD, 0o644, "d/up/victim"),
            ])
            .unwrap_err();
        assert!(told.contains("cannot overwrite non-directory"), "{told}");
    }

    #[test]
    fn set_id_bits_and_devices_stay_behind() {
        let scene = Scene::new();
        let left = scene
            .take(&[
                ("d/", FOLDER, 0o7777, ""),
                ("d/root", FILE, 0o6755, "x"),
                ("d/null", EntryType::Char, 0o666, ""),
                ("d/disk", EntryType::Block, 0o666, ""),
                ("d/pipe", EntryType::Fifo, 0o644, ""),
            ])
            .unwrap();
        assert_eq!(left, ["d/null", "d/disk"]);
        assert_eq!(fs::metadata(scene.to("d/root")).unwrap().permissions().mode() & 0o7777, 0o755);
        assert_eq!(fs::metadata(scene.to("d")).unwrap().permissions().mode() & 0o7777, 0o1777);
        assert!(std::os::unix::fs::FileTypeExt::is_fifo(
            &fs::metadata(scene.to("d/pipe")).unwrap().file_type()
        ));
    }

    #[test]
    fn a_folder_and_a_file_do_not_take_each_others_place() {
        let scene = Scene::new();
        fs::create_dir_all(scene.to("d/f")).unwrap();
        fs::write(scene.to("d/g"), "kept").unwrap();
        let told = scene.take(&[("d/", FOLDER, 0o755, ""), ("d/f", FILE, 0o644, "")]).unwrap_err();
        assert!(told.contains("cannot overwrite directory") && told.contains("with non-directory"), "{told}");
        let told = scene.take(&[("d/", FOLDER, 0o755, ""), ("d/g/", FOLDER, 0o755, "")]).unwrap_err();
        assert!(told.contains("cannot overwrite non-directory") && told.contains("with directory"), "{told}");
        assert_eq!(fs::read_to_string(scene.to("d/g")).unwrap(), "kept");
        let made = std::process::Command::new("mkfifo").arg(scene.to("d/pipe")).status().unwrap();
        assert!(made.success());
        let told = scene.take(&[("d/", FOLDER, 0o755, ""), ("d/pipe", FILE, 0o644, "x")]).unwrap_err();
        assert!(told.contains("device, pipe or socket"), "{told}");
    }

    #[test]
    fn the_size_that_the_extended_header_tells_is_the_size() {
        let mut tar = Builder::new(Vec::new());
        tar.append_pax_extensions([("size", b"4".as_slice())]).unwrap();
        let mut header = Header::new_ustar();
        header.set_path("f").unwrap();
        header.set_mode(0o644);
        // What a reader of this number alone takes for the next entry is content.
        header.set_size(0);
        header.set_cksum();
        tar.append(&header, b"text".as_slice()).unwrap();
        let bytes = tar.into_inner().unwrap();
        let scene = Scene::new();
        unpack(bytes.as_slice(), &scene.to(""), None).unwrap();
        assert_eq!(fs::read_to_string(scene.to("f")).unwrap(), "text");
    }

    #[test]
    fn zeros_take_no_room() {
        let scene = Scene::new();
        let size = 1024 * 1024 * 1024;
        let mut header = Header::new_gnu();
        header.set_path("sparse").unwrap();
        header.set_mode(0o644);
        header.set_entry_type(EntryType::GNUSparse);
        let gnu = header.as_gnu_mut().unwrap();
        gnu.set_real_size(size);
        gnu.sparse[0].set_offset(size - 512);
        gnu.sparse[0].set_length(512);
        header.set_size(512);
        header.set_cksum();
        let mut tar = Builder::new(Vec::new());
        tar.append(&header, [b'x'; 512].as_slice()).unwrap();
        unpack(tar.into_inner().unwrap().as_slice(), &scene.to(""), None).unwrap();
        let about = fs::metadata(scene.to("sparse")).unwrap();
        assert_eq!(about.len(), size);
        assert!(about.blocks() < 1024, "{} blocks", about.blocks());
    }

    #[test]
    fn what_breaks_off_leaves_no_half_of_a_file() {
        let content = "x".repeat(5000);
        let bytes = tar(&[("d/", FOLDER, 0o755, ""), ("d/f", FILE, 0o644, &content)]);
        for length in [512 + 100, 512 + 512 + 700] {
            let scene = Scene::new();
            unpack(&bytes[..length], &scene.to(""), None).unwrap_err();
            let mut names = Vec::new();
            names_in(&scene.to(""), &mut names);
            assert!(!names.iter().any(|name| name != "d"), "{names:?}");
        }
    }

    #[test]
    fn junk_is_an_error_and_never_a_panic() {
        let good = tar(&[("d/", FOLDER, 0o755, ""), ("d/f", FILE, 0o644, "text"), ("d/l", LINK, 0o777, "f")]);
        for at in 0..good.len().min(1536) {
            let mut bytes = good.clone();
            bytes[at] ^= 0x55;
            let scene = Scene::new();
            let _ = unpack(bytes.as_slice(), &scene.to(""), None);
            assert_eq!(fs::read_to_string(scene.0.path().join("victim")).unwrap(), "untouched");
        }
    }
}
