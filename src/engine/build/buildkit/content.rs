//! Folders of ours as stores of the builder: it reads blobs, and writes them.
//!
//! Facts from the protocol file of containerd (`services/content/v1/content.proto`): a write is a call in which each
//! message gets an answer; what is there already ends it with `ALREADY_EXISTS`. BuildKit names the store beside the
//! messages.

use std::collections::BTreeMap;
use std::io::SeekFrom;
use std::path::PathBuf;

use prost::Message;
use sha2::{Digest, Sha256};
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt};

use super::layout::{BlobDigest, Layout};
use super::session::{id, reply};
use super::transfer::Faults;
use crate::engine::Error;
use crate::engine::grpc::{Answer, Code, Messages, Question, Status};

const INFO: &str = "/containerd.services.content.v1.Content/Info";
const READ: &str = "/containerd.services.content.v1.Content/Read";
const WRITE: &str = "/containerd.services.content.v1.Content/Write";
const ABORT: &str = "/containerd.services.content.v1.Content/Abort";
const METHODS: [&str; 4] = [INFO, READ, WRITE, ABORT];
/// Beside a call: which store is meant.
const STORE: &str = "buildkit-attachable-store-id";
/// So many bytes go in one message.
const PIECE: usize = 256 * 1024;

#[derive(Clone, PartialEq, Message)]
struct Blob {
    #[prost(string, tag = "1")]
    digest: String,
    #[prost(int64, tag = "2")]
    size: i64,
}

#[derive(Clone, PartialEq, Message)]
struct InfoRequest {
    #[prost(string, tag = "1")]
    digest: String,
}

#[derive(Clone, PartialEq, Message)]
struct InfoResponse {
    #[prost(message, optional, tag = "1")]
    info: Option<Blob>,
}

#[derive(Clone, PartialEq, Message)]
struct ReadRequest {
    #[prost(string, tag = "1")]
    digest: String,
    #[prost(int64, tag = "2")]
    offset: i64,
    /// The rest, if it is 0.
    #[prost(int64, tag = "3")]
    size: i64,
}

#[derive(Clone, PartialEq, Message)]
struct ReadResponse {
    #[prost(int64, tag = "1")]
    offset: i64,
    #[prost(bytes = "vec", tag = "2")]
    data: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, prost::Enumeration)]
#[repr(i32)]
enum Action {
    Stat = 0,
    Write = 1,
    Commit = 2,
}

#[derive(Clone, PartialEq, Message)]
struct WriteRequest {
    #[prost(enumeration = "Action", tag = "1")]
    action: i32,
    #[prost(int64, tag = "3")]
    total: i64,
    #[prost(string, tag = "4")]
    expected: String,
    #[prost(int64, tag = "5")]
    offset: i64,
    #[prost(bytes = "vec", tag = "6")]
    data: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
struct WriteResponse {
    #[prost(enumeration = "Action", tag = "1")]
    action: i32,
    #[prost(int64, tag = "4")]
    offset: i64,
    #[prost(int64, tag = "5")]
    total: i64,
    #[prost(string, tag = "6")]
    digest: String,
}

/// Folders, by the names under which the builder asks for them.
#[derive(Debug, Default)]
pub(super) struct Stores(pub(super) BTreeMap<String, Layout>);

impl Stores {
    /// What can be asked.
    pub(super) fn methods(&self) -> impl Iterator<Item = &'static str> {
        METHODS.into_iter().filter(|_| !self.0.is_empty())
    }

    /// Whether a call is one of these.
    pub(super) fn knows(method: &str) -> bool {
        METHODS.contains(&method)
    }

    /// Answers a call.
    pub(super) async fn handle(&self, question: Question, (answer, faults): (&Answer, &Faults)) {
        let name = question.about.get(STORE).and_then(|name| name.to_str().ok()).unwrap_or_default();
        let Some(layout) = self.0.get(name) else {
            let text = format!("no access to `{name}`: it is none of the build's folders");
            return answer.end(Status::new(Code::NOT_FOUND, text)).await;
        };
        match question.method.as_str() {
            INFO => reply(question, answer, async |asked| info(layout, &asked).await).await,
            // A write that is not committed leaves nothing: there is nothing to abort.
            ABORT => reply(question, answer, async |(): ()| Ok(())).await,
            READ => {
                let mut messages = question.messages;
                let ended = match messages.only::<ReadRequest>().await {
                    Ok(asked) => read(layout, &asked, answer).await,
                    Err(status) => Err(status),
                };
                answer.end(ended.err().unwrap_or_else(Status::ok)).await;
            }
            _ => {
                let mut ingest = Ingest::new(layout.clone());
                let ended = ingest.take(question.messages, answer).await;
                let ended = ended.map_err(|fault| fault.told(faults));
                answer.end(ended.err().unwrap_or_else(Status::ok)).await;
            }
        }
    }
}

fn digest(text: &str) -> Result<BlobDigest, Status> {
    BlobDigest::parse(text).map_err(|fault| Status::new(Code::INVALID_ARGUMENT, fault))
}

fn unreadable(digest: &BlobDigest, cause: &std::io::Error) -> Status {
    let code = if cause.kind() == std::io::ErrorKind::NotFound { Code::NOT_FOUND } else { Code::UNKNOWN };
    Status::new(code, format!("the blob `{digest}` cannot be read: {cause}"))
}

async fn info(layout: &Layout, asked: &InfoRequest) -> Result<InfoResponse, Status> {
    let digest = digest(&asked.digest)?;
    let about =
        tokio::fs::metadata(layout.blob(&digest)).await.map_err(|cause| unreadable(&digest, &cause))?;
    let size = i64::try_from(about.len()).unwrap_or(i64::MAX);
    Ok(InfoResponse { info: Some(Blob { digest: digest.to_string(), size }) })
}

async fn read(layout: &Layout, asked: &ReadRequest, answer: &Answer) -> Result<(), Status> {
    let digest = digest(&asked.digest)?;
    let failed = |cause: std::io::Error| unreadable(&digest, &cause);
    let mut file = File::open(layout.blob(&digest)).await.map_err(failed)?;
    let from = u64::try_from(asked.offset).unwrap_or_default();
    file.seek(SeekFrom::Start(from)).await.map_err(failed)?;
    let most = u64::try_from(asked.size).ok().filter(|size| *size > 0).unwrap_or(u64::MAX);
    let mut part = file.take(most);
    // Counted from the first byte that is asked for.
    let mut offset = 0;
    loop {
        let mut data = Vec::with_capacity(PIECE);
        let size = (&mut part).take(PIECE as u64).read_to_end(&mut data).await.map_err(failed)?;
        if size == 0 || answer.send(&ReadResponse { offset, data }).await.is_err() {
            return Ok(());
        }
        offset += i64::try_from(size).unwrap_or_default();
    }
}

/// Why a blob was not written.
enum WriteFault {
    /// It is no fault of ours, or none at all.
    Refused(Status),
    /// The folder does not take it.
    Local(PathBuf, std::io::Error),
}

impl WriteFault {
    /// As the builder is told; what is our fault is kept for the user.
    fn told(self, faults: &Faults) -> Status {
        match self {
            Self::Refused(status) => status,
            Self::Local(path, cause) => {
                let what = format!("the cache `{}` cannot be written", path.display());
                let status = Status::new(Code::UNKNOWN, format!("{what}: {cause}"));
                faults.note(Error::Local { what, cause });
                status
            }
        }
    }
}

impl From<Status> for WriteFault {
    fn from(status: Status) -> Self {
        Self::Refused(status)
    }
}

/// A blob that is being written. What is not committed is gone when this is dropped.
struct Ingest {
    layout: Layout,
    path: PathBuf,
    file: Option<File>,
    hash: Sha256,
    offset: i64,
    total: i64,
}

impl Ingest {
    fn new(layout: Layout) -> Self {
        let path = layout.ingest().join(id());
        Self { layout, path, file: None, hash: Sha256::new(), offset: 0, total: 0 }
    }

    /// Answers message by message until the blob is there.
    async fn take(&mut self, mut messages: Messages, answer: &Answer) -> Result<(), WriteFault> {
        while let Some(asked) = messages.next::<WriteRequest>().await? {
            self.total = if asked.total > 0 { asked.total } else { self.total };
            if !asked.expected.is_empty() && self.is_there(&digest(&asked.expected)?) {
                let text = format!("the blob `{}` is there already", asked.expected);
                return Err(Status::new(Code::ALREADY_EXISTS, text).into());
            }
            let action = Action::try_from(asked.action).unwrap_or(Action::Stat);
            if action != Action::Stat {
                self.write(&asked).await?;
            }
            let told = BlobDigest::of(self.hash.clone());
            if action == Action::Commit {
                self.commit(&asked, &told).await?;
            }
            let (offset, total) = (self.offset, self.total);
            let response = WriteResponse { action: asked.action, offset, total, digest: told.to_string() };
            if answer.send(&response).await.is_err() || action == Action::Commit {
                break;
            }
        }
        Ok(())
    }

    /// What is shorter than announced was cut off when it was written.
    fn is_there(&self, digest: &BlobDigest) -> bool {
        let size = std::fs::metadata(self.layout.blob(digest)).ok().filter(std::fs::Metadata::is_file);
        size.is_some_and(|about| self.total <= 0 || i64::try_from(about.len()) == Ok(self.total))
    }

    async fn write(&mut self, asked: &WriteRequest) -> Result<(), WriteFault> {
        if asked.offset == 0 && self.offset > 0 {
            self.file = None;
            (self.hash, self.offset) = (Sha256::new(), 0);
        }
        if asked.offset != self.offset {
            let text = format!("a write at {} of a blob of {} bytes", asked.offset, self.offset);
            return Err(Status::new(Code::OUT_OF_RANGE, text).into());
        }
        let failed = |path: &PathBuf| {
            let path = path.clone();
            |cause| WriteFault::Local(path, cause)
        };
        if self.file.is_none() {
            let folder = self.layout.ingest();
            tokio::fs::create_dir_all(&folder).await.map_err(failed(&folder))?;
            self.file = Some(File::create(&self.path).await.map_err(failed(&self.path))?);
        }
        if let Some(file) = &mut self.file {
            file.write_all(&asked.data).await.map_err(failed(&self.path))?;
        }
        self.hash.update(&asked.data);
        self.offset += i64::try_from(asked.data.len()).unwrap_or_default();
        Ok(())
    }

    /// Moves it to its place, if it is what was announced.
    async fn commit(&mut self, asked: &WriteRequest, told: &BlobDigest) -> Result<(), WriteFault> {
        if self.total > 0 && self.total != self.offset {
            let text = format!("a blob of {} bytes instead of {}", self.offset, self.total);
            return Err(Status::new(Code::FAILED_PRECONDITION, text).into());
        }
        if !asked.expected.is_empty() && asked.expected != told.to_string() {
            let text = format!("a blob `{told}` instead of `{}`", asked.expected);
            return Err(Status::new(Code::FAILED_PRECONDITION, text).into());
        }
        let place = self.layout.blob(told);
        let moved = async {
            if let Some(mut file) = self.file.take() {
                file.flush().await?;
                // Nobody writes a blob anew that is there: it has to be whole after a crash, too.
                file.sync_all().await?;
            }
            tokio::fs::rename(&self.path, &place).await
        };
        moved.await.map_err(|cause| WriteFault::Local(place.clone(), cause))
    }
}

impl Drop for Ingest {
    fn drop(&mut self) {
        // It is gone if it was committed, and if it was never begun.
        let _ = std::fs::remove_file(&self.path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout() -> (tempfile::TempDir, Layout) {
        let folder = tempfile::tempdir().unwrap();
        let layout = Layout::new(folder.path());
        layout.prepare().unwrap();
        (folder, layout)
    }

    fn piece(offset: i64, data: &str) -> WriteRequest {
        WriteRequest {
            action: Action::Write.into(),
            offset,
            data: data.as_bytes().to_vec(),
            ..Default::default()
        }
    }

    fn refusal(outcome: Result<(), WriteFault>) -> Code {
        match outcome {
            Err(WriteFault::Refused(status)) => status.code,
            Err(WriteFault::Local(path, cause)) => panic!("{}: {cause}", path.display()),
            Ok(()) => Code::OK,
        }
    }

    #[tokio::test]
    async fn a_blob_lies_under_its_digest_once_it_is_whole() {
        let (_folder, layout) = layout();
        let mut ingest = Ingest::new(layout.clone());
        for (offset, data) in [(0, "wrong"), (0, "he"), (2, "llo")] {
            assert_eq!(refusal(ingest.write(&piece(offset, data)).await), Code::OK);
        }
        let digest = BlobDigest::of(ingest.hash.clone());
        let asked = WriteRequest { total: 5, expected: digest.to_string(), ..piece(5, "") };
        assert_eq!(refusal(ingest.commit(&asked, &digest).await), Code::OK);
        assert_eq!(std::fs::read(layout.blob(&digest)).unwrap(), b"hello");
        let told = info(&layout, &InfoRequest { digest: digest.to_string() }).await.unwrap();
        assert_eq!(told.info.unwrap().size, 5);
    }

    #[tokio::test]
    async fn a_blob_that_is_not_what_was_announced_leaves_nothing() {
        let (folder, layout) = layout();
        let mut ingest = Ingest::new(layout.clone());
        assert_eq!(refusal(ingest.write(&piece(0, "hello")).await), Code::OK);
        assert_eq!(refusal(ingest.write(&piece(4, "o")).await), Code::OUT_OF_RANGE);
        let digest = BlobDigest::of(ingest.hash.clone());
        let expected = format!("sha256:{}", "0".repeat(64));
        let other = WriteRequest { expected: expected.clone(), ..piece(5, "") };
        assert_eq!(refusal(ingest.commit(&other, &digest).await), Code::FAILED_PRECONDITION);
        ingest.total = 6;
        assert_eq!(refusal(ingest.commit(&piece(5, ""), &digest).await), Code::FAILED_PRECONDITION);
        drop(ingest);
        for place in ["blobs/sha256", "ingest"] {
            assert_eq!(std::fs::read_dir(folder.path().join(place)).unwrap().count(), 0, "{place}");
        }
        for (asked, code) in [(expected.as_str(), Code::NOT_FOUND), ("sha256:../x", Code::INVALID_ARGUMENT)] {
            let fault = info(&layout, &InfoRequest { digest: asked.to_owned() }).await.unwrap_err();
            assert_eq!(fault.code, code, "{asked}");
        }
    }
}
