//! A stream that notes what its connection is doing, and that closes without cutting off its peer.

use std::{
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::{Activity, Doing};

/// How much is read and thrown away at the end: a sender whose connection is closed in the middle of
/// its request sees a reset, and not the answer that says why.
const DISCARD: usize = 16 * 1024 * 1024;

/// A stream and its connection's activity.
pub(crate) struct Observed<I> {
    stream: I,
    activity: Arc<Activity>,
    discarded: usize,
    half_closed: bool,
}

impl<I> Observed<I> {
    /// Notes in `activity` what moves on `stream`.
    pub(crate) fn new(stream: I, activity: Arc<Activity>) -> Self {
        Self { stream, activity, discarded: 0, half_closed: false }
    }
}

impl<I: AsyncRead + Unpin> AsyncRead for Observed<I> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
        if matches!(self.activity.doing(), Doing::Opened | Doing::Resting) {
            self.activity.begin(Doing::Heading);
        }
        Poll::Ready(Ok(()))
    }
}

impl<I: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Observed<I> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.stream).poll_write(context, bytes));
        self.note_written();
        Poll::Ready(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.stream).poll_write_vectored(context, bytes));
        self.note_written();
        Poll::Ready(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(Pin::new(&mut self.stream).poll_flush(context))?;
        if self.activity.doing() == Doing::Replying {
            self.activity.begin(Doing::Resting);
        }
        Poll::Ready(Ok(()))
    }

    /// Says that nothing more will come, then reads until the peer has understood.
    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if !self.half_closed {
            ready!(Pin::new(&mut self.stream).poll_shutdown(context))?;
            self.half_closed = true;
            self.activity.begin(Doing::Closing);
        }
        let mut space = [0; 8 * 1024];
        while self.discarded < DISCARD {
            let mut buffer = ReadBuf::new(&mut space);
            match ready!(Pin::new(&mut self.stream).poll_read(context, &mut buffer)) {
                Ok(()) if buffer.filled().is_empty() => break,
                Ok(()) => self.discarded += buffer.filled().len(),
                // A peer that is gone needs no farewell.
                Err(_) => break,
            }
        }
        Poll::Ready(Ok(()))
    }
}

impl<I> Observed<I> {
    /// A reader that takes its answer piece by piece is not overdue.
    fn note_written(&self) {
        if matches!(self.activity.doing(), Doing::Replying | Doing::Resting) {
            self.activity.begin(Doing::Replying);
        }
    }
}
