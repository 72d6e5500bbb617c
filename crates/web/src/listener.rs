//! The listening socket: bound here, or taken over from whoever listened before.
//!
//! A socket that somebody else holds too, be it a service manager or the hub's successor, goes on
//! taking connections when this process ends: they wait in its queue, and none is refused.

use std::{
    io,
    net::SocketAddr,
    os::fd::{AsFd, OwnedFd},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio::net::{TcpListener, TcpStream};

/// A socket that listens. Clones are the same socket.
#[derive(Clone)]
pub struct Listener {
    socket: Arc<TcpListener>,
    address: SocketAddr,
    outlives_us: Arc<AtomicBool>,
}

impl Listener {
    /// Listens on an address that nobody listens on.
    ///
    /// # Errors
    /// Where it cannot be listened on.
    pub async fn bind(address: SocketAddr) -> io::Result<Self> {
        Self::new(TcpListener::bind(address).await?, false)
    }

    /// Takes a socket that listens already and that somebody else holds too.
    ///
    /// # Errors
    /// Where it is no socket that listens.
    pub fn inherit(socket: OwnedFd) -> io::Result<Self> {
        let socket = std::net::TcpListener::from(socket);
        socket.set_nonblocking(true)?;
        Self::new(TcpListener::from_std(socket)?, true)
    }

    /// Takes a socket that the process before hands over and lets go of.
    ///
    /// # Errors
    /// Where it is no socket that listens.
    pub fn take_over(socket: OwnedFd) -> io::Result<Self> {
        let listener = Self::inherit(socket)?;
        listener.outlives_us.store(false, Ordering::Release);
        Ok(listener)
    }

    /// Where it listens; the port is the real one where port 0 was asked for.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Another handle of the socket, for a successor.
    ///
    /// # Errors
    /// Where the process has no room for another descriptor.
    pub fn share(&self) -> io::Result<OwnedFd> {
        self.socket.as_fd().try_clone_to_owned()
    }

    /// Notes that a successor takes the connections from now on.
    pub fn is_handed_over(&self) {
        self.outlives_us.store(true, Ordering::Release);
    }

    /// Whether its connections are taken by somebody when this process is gone.
    pub(crate) fn outlives_us(&self) -> bool {
        self.outlives_us.load(Ordering::Acquire)
    }

    /// The next connection.
    pub(crate) async fn accept(&self) -> io::Result<TcpStream> {
        let (stream, _) = self.socket.accept().await?;
        // Answers are small and whole: waiting for more of them helps nobody.
        stream.set_nodelay(true)?;
        Ok(stream)
    }

    /// The connections that wait to be taken at this moment.
    pub(crate) fn waiting(&self) -> Vec<TcpStream> {
        let Ok(socket) = self.socket.as_fd().try_clone_to_owned() else { return Vec::new() };
        let socket = std::net::TcpListener::from(socket);
        let taken = std::iter::from_fn(|| socket.accept().ok());
        let ready = |stream: std::net::TcpStream| {
            stream.set_nonblocking(true)?;
            TcpStream::from_std(stream)
        };
        taken.filter_map(|(stream, _)| ready(stream).ok()).collect()
    }

    fn new(socket: TcpListener, outlives_us: bool) -> io::Result<Self> {
        let address = socket.local_addr()?;
        let outlives_us = Arc::new(AtomicBool::new(outlives_us));
        Ok(Self { socket: Arc::new(socket), address, outlives_us })
    }
}
