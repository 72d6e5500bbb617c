//! Hands the listening socket from one hub to the next on the same data folder, so that no connection
//! is refused in between.
//!
//! The running hub listens on a Unix socket in its data folder. Its successor connects there and gets
//! the listening socket itself, begins to take connections, and only then says the word. The running
//! hub then finishes what it has and lets go of the data folder, for which the successor waits.

use std::{
    io::{self, IoSlice, IoSliceMut},
    mem::MaybeUninit,
    os::fd::{AsFd, OwnedFd},
    path::{Path, PathBuf},
    time::Duration,
};

use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
    SendAncillaryMessage, SendFlags, recvmsg, sendmsg,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, Interest},
    net::{UnixListener, UnixStream},
};
use web::Listener;

use crate::failure::Failure;

/// The file in the data folder.
const FILE: &str = "hand-over.sock";

/// Sent with the socket.
const HERE: u8 = b'H';
/// Answered when the successor takes connections.
const GO: u8 = b'G';

/// A child of this process does not get the socket.
#[cfg(target_os = "linux")]
const RECEIVE: RecvFlags = RecvFlags::CMSG_CLOEXEC;
#[cfg(not(target_os = "linux"))]
const RECEIVE: RecvFlags = RecvFlags::empty();

/// How long one side waits for the other's next word.
const PATIENCE: Duration = Duration::from_secs(5);

/// The running hub's side.
pub(crate) struct Offer {
    listener: UnixListener,
    path: PathBuf,
}

/// The successor's side: the hub before.
pub(crate) struct Predecessor {
    stream: UnixStream,
    socket: OwnedFd,
}

impl Offer {
    /// Offers to hand over. Only the hub that holds the data folder may.
    pub(crate) fn make(folder: &Path) -> io::Result<Self> {
        let path = path(folder);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            // What was there belonged to a hub that is gone.
            _ => {}
        }
        Ok(Self { listener: UnixListener::bind(&path)?, path })
    }

    /// Offers no more: who comes now starts as after any other hub. Once it was taken the path is the
    /// successor's.
    pub(crate) fn withdraw(self) {
        drop(self.listener);
        // What is left lying there is what a crash leaves, and nobody is behind it.
        let _ = std::fs::remove_file(self.path);
    }

    /// Waits until a successor takes the connections.
    pub(crate) async fn is_taken(&self, listener: &Listener) {
        loop {
            let taken = match self.listener.accept().await {
                Ok((stream, _)) => hand_over(stream, listener).await,
                Err(error) => Err(error),
            };
            match taken {
                Ok(()) => return,
                Err(error) => {
                    tracing::warn!(%error, "a successor asked for the connections and did not take them");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
    }
}

impl Predecessor {
    /// The hub that runs on this data folder, where there is one.
    pub(crate) async fn find(folder: &Path) -> Result<Option<Self>, Failure> {
        let stream = match UnixStream::connect(path(folder)).await {
            Ok(stream) => stream,
            Err(error) => {
                let nobody = [io::ErrorKind::NotFound, io::ErrorKind::ConnectionRefused];
                return match nobody.contains(&error.kind()) {
                    true => Ok(None),
                    false => Err(failed(error)),
                };
            }
        };
        let asked = tokio::time::timeout(PATIENCE, receive(&stream)).await;
        let socket = asked.map_err(failed)?.map_err(failed)?;
        Ok(Some(Self { stream, socket }))
    }

    /// Its listening socket.
    pub(crate) fn socket(&self) -> Result<OwnedFd, Failure> {
        self.socket.try_clone().map_err(failed)
    }

    /// Lets it go: connections are taken here from now on.
    pub(crate) async fn release(mut self) -> Result<(), Failure> {
        self.stream.write_all(&[GO]).await.map_err(failed)
    }
}

async fn hand_over(mut stream: UnixStream, listener: &Listener) -> io::Result<()> {
    let (ours, theirs) = (rustix::process::geteuid().as_raw(), stream.peer_cred()?.uid());
    if theirs != ours && theirs != 0 {
        return Err(io::ErrorKind::PermissionDenied.into());
    }
    send(&stream, listener.share()?).await?;
    let mut word = [0];
    tokio::time::timeout(PATIENCE, stream.read_exact(&mut word)).await??;
    match word {
        [GO] => {
            listener.is_handed_over();
            Ok(())
        }
        _ => Err(io::ErrorKind::InvalidData.into()),
    }
}

async fn send(stream: &UnixStream, socket: OwnedFd) -> io::Result<()> {
    let sockets = [socket.as_fd()];
    let write = || {
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut message = SendAncillaryBuffer::new(&mut space);
        message.push(SendAncillaryMessage::ScmRights(&sockets));
        Ok(sendmsg(stream, &[IoSlice::new(&[HERE])], &mut message, SendFlags::empty())?)
    };
    stream.async_io(Interest::WRITABLE, write).await.map(drop)
}

async fn receive(stream: &UnixStream) -> io::Result<OwnedFd> {
    let read = || {
        let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut message = RecvAncillaryBuffer::new(&mut space);
        let mut word = [0];
        recvmsg(stream, &mut [IoSliceMut::new(&mut word)], &mut message, RECEIVE)?;
        let sockets = message.drain().filter_map(|part| match part {
            RecvAncillaryMessage::ScmRights(sockets) => Some(sockets),
            _ => None,
        });
        sockets.flatten().next().filter(|_| word == [HERE]).ok_or(io::ErrorKind::InvalidData.into())
    };
    stream.async_io(Interest::READABLE, read).await
}

fn failed(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Failure {
    let hint = "stop the running hub and start this one without --take-over";
    Failure::user("take over from the running hub", hint).because(source)
}

fn path(folder: &Path) -> PathBuf {
    folder.join(FILE)
}
