//! A source on its way to the builder: it is told what there is, asks for what it does not have, and gets that.
//!
//! Each thing has a number, counted from 0 in the order in which it was told. An empty message ends the telling, an
//! empty piece ends a file, and both sides say when they are done.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use bollard_buildkit_proto::fsutil::types::packet::PacketType;
use bollard_buildkit_proto::fsutil::types::{Packet, Stat};
use tokio::sync::mpsc;
use tokio::task::JoinError;

use super::selection::Selection;
use super::source::{Content, Source};
use crate::engine::Error;
use crate::engine::grpc::{Answer, Code, Messages, Status};

/// So much of a file is sent at once.
const PIECE: usize = 32 * 1024;

/// Files that were told of, by number.
type Told = Arc<Mutex<BTreeMap<u32, Content>>>;

/// What went wrong on our side of a build, the first of it.
#[derive(Clone, Debug, Default)]
pub(super) struct Faults(Arc<Mutex<Option<Error>>>);

impl Faults {
    /// Notes a fault.
    pub(super) fn note(&self, fault: Error) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(fault);
    }

    /// The first one.
    pub(super) fn take(&self) -> Option<Error> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Sends what is selected of a source; notes what goes wrong with its files.
pub(super) async fn transfer(
    (source, selection): (Source, Selection),
    mut asked: Messages,
    (answer, faults): (&Answer, &Faults),
) {
    let told = Told::default();
    let (wanted, wants) = mpsc::unbounded_channel();
    let telling = {
        let (source, told, answer) = (source.clone(), told.clone(), answer.clone());
        tokio::task::spawn_blocking(move || tell(&source, &selection, (&told, &answer)))
    };
    let sending = {
        let answer = answer.clone();
        tokio::task::spawn_blocking(move || send(&source, wants, &answer))
    };
    let answering = async {
        while let Ok(Some(packet)) = asked.next::<Packet>().await {
            match PacketType::try_from(packet.r#type) {
                Ok(PacketType::PacketReq) => {
                    let content = told.lock().unwrap_or_else(PoisonError::into_inner).remove(&packet.id);
                    if let Some(content) = content
                        && wanted.send((packet.id, content)).is_err()
                    {
                        break;
                    }
                }
                Ok(PacketType::PacketFin) => {
                    let _ = answer.send(&packet_of(PacketType::PacketFin)).await;
                    answer.end(Status::ok()).await;
                    break;
                }
                _ => break,
            }
        }
        drop(wanted);
    };
    tokio::join!(answering, failed(telling, (answer, faults)), failed(sending, (answer, faults)));
}

/// Waits for one half; what failed in it is told to the builder, which then gives up.
async fn failed(
    half: impl Future<Output = Result<Result<(), Error>, JoinError>>,
    (answer, faults): (&Answer, &Faults),
) {
    let fault = match half.await {
        Ok(Ok(())) => return,
        Ok(Err(fault)) => fault,
        Err(cause) => Error::gone("sending the build context", cause.to_string()),
    };
    let text = fault.to_string();
    // Noted first: once the builder knows, it ends the build.
    faults.note(fault);
    let packet = Packet { data: text.clone().into_bytes(), ..packet_of(PacketType::PacketErr) };
    let _ = answer.send(&packet).await;
    answer.end(Status::new(Code::UNKNOWN, text)).await;
}

fn tell(source: &Source, selection: &Selection, (told, answer): (&Told, &Answer)) -> Result<(), Error> {
    let mut number = 0;
    let mut visit = |stat: Stat, content: Option<Content>| {
        if let Some(content) = content {
            told.lock().unwrap_or_else(PoisonError::into_inner).insert(number, content);
        }
        number += 1;
        let packet = Packet { stat: Some(stat), ..packet_of(PacketType::PacketStat) };
        answer.send_blocking(&packet).is_ok()
    };
    source.walk(selection, &mut visit)?;
    let _ = answer.send_blocking(&packet_of(PacketType::PacketStat));
    Ok(())
}

fn send(
    source: &Source,
    mut wants: mpsc::UnboundedReceiver<(u32, Content)>,
    answer: &Answer,
) -> Result<(), Error> {
    while let Some((id, content)) = wants.blocking_recv() {
        let data = |data: Vec<u8>| Packet { id, data, ..packet_of(PacketType::PacketData) };
        source.read(&content, PIECE, &mut |piece| answer.send_blocking(&data(piece.to_vec())).is_ok())?;
        if answer.send_blocking(&data(Vec::new())).is_err() {
            break;
        }
    }
    Ok(())
}

fn packet_of(kind: PacketType) -> Packet {
    Packet { r#type: kind.into(), ..Packet::default() }
}
