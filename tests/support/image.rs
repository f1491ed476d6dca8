//! A real image without a registry: the machine's static busybox, imported once for each daemon.

use std::fs::File;
use std::path::PathBuf;
use std::process::Command;

use tar::{Builder, EntryType, Header};

use super::{Api, Stack};

/// Gives the daemon the image [`Stack::IMAGE`], if it lacks it.
pub(super) fn provide(api: &Api) -> Result<(), String> {
    let path = format!("/images/{}/json", Stack::IMAGE);
    let has = || api.request("GET", &path, ("", b"")).is_ok_and(|answer| answer.status == 200);
    if has() {
        return Ok(());
    }
    // An import makes a new id each time; two processes doing it at once would change the image under each other.
    let lock = File::create(std::env::temp_dir().join("rcompose-test-image.lock"))
        .map_err(|fault| fault.to_string())?;
    rustix::fs::flock(&lock, rustix::fs::FlockOperation::LockExclusive).map_err(|fault| fault.to_string())?;
    if has() {
        return Ok(());
    }
    let tar = tree().map_err(|fault| format!("the busybox image cannot be made: {fault}"))?;
    let (name, tag) = Stack::IMAGE.split_once(':').expect("the image has a tag");
    let query = format!(
        "/images/create?fromSrc=-&repo={name}&tag={tag}&changes=CMD%20%5B%22sh%22%5D&changes=ENV%20PATH%3D%2Fbin%3A%2Fsbin"
    );
    let answer = api
        .request("POST", &query, ("application/x-tar", &tar))
        .map_err(|fault| format!("import failed: {fault}"))?;
    if !has() {
        // Podman 4 imports without the tag.
        let _ = api.request("POST", &format!("/images/{name}:latest/tag?repo={name}&tag={tag}"), ("", b""));
    }
    if has() { Ok(()) } else { Err(format!("import failed: {}", String::from_utf8_lossy(&answer.body))) }
}

fn busybox() -> Result<PathBuf, String> {
    let missing = "there is no static busybox (Debian's package busybox-static)".to_owned();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|folder| folder.join("busybox")).find(|file| file.is_file());
    let file = found.ok_or_else(|| missing.clone())?;
    let bytes = std::fs::read(&file).map_err(|fault| fault.to_string())?;
    let interpreter = &bytes[..bytes.len().min(4096)];
    let dynamic = interpreter.windows(4).any(|window| window == b"/ld-" || window == b"/lib");
    if dynamic { Err(missing) } else { Ok(file) }
}

fn tree() -> Result<Vec<u8>, String> {
    let binary = busybox()?;
    let listed = Command::new(&binary).arg("--list").output().map_err(|fault| fault.to_string())?;
    let mut tar = Builder::new(Vec::new());
    let mut write = || -> std::io::Result<()> {
        for folder in ["bin", "dev", "etc", "proc", "root", "sys", "var", "run", "srv"] {
            entry(&mut tar, folder, (EntryType::Directory, 0o755, &[]))?;
        }
        entry(&mut tar, "tmp", (EntryType::Directory, 0o1777, &[]))?;
        entry(
            &mut tar,
            "etc/passwd",
            (
                EntryType::Regular,
                0o644,
                b"root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534::/:/bin/false\n",
            ),
        )?;
        entry(&mut tar, "etc/group", (EntryType::Regular, 0o644, b"root:x:0:\nnobody:x:65534:\n"))?;
        entry(&mut tar, "bin/busybox", (EntryType::Regular, 0o755, &std::fs::read(&binary)?))?;
        for applet in String::from_utf8_lossy(&listed.stdout).lines().filter(|applet| *applet != "busybox") {
            let mut header = Header::new_gnu();
            header.set_entry_type(EntryType::Symlink);
            header.set_size(0);
            header.set_mode(0o777);
            tar.append_link(&mut header, format!("bin/{applet}"), "busybox")?;
        }
        tar.finish()
    };
    write().map_err(|fault| fault.to_string())?;
    tar.into_inner().map_err(|fault| fault.to_string())
}

fn entry(tar: &mut Builder<Vec<u8>>, path: &str, what: (EntryType, u32, &[u8])) -> std::io::Result<()> {
    let (kind, mode, content) = what;
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_size(content.len() as u64);
    tar.append_data(&mut header, path, content)
}
