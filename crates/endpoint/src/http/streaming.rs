//! Streamed exchanges over HTTP: pieces go out and come in at the pace of the slower side.

use std::{
    future::Future,
    pin::Pin,
    sync::{Mutex, PoisonError},
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use futures_core::Stream;
use http_body::{Body, Frame, SizeHint};
use tokio::{
    sync::watch,
    time::{Instant, Sleep},
};

use super::{HttpTransport, failure, headers_of, host_of};
use crate::{
    Request, TransportError,
    stream::{BodyError, Pieces, StreamTransport, StreamedResponse, Upload},
};

impl StreamTransport for HttpTransport {
    async fn open(
        &self,
        request: Request,
        upload: Option<Upload>,
    ) -> Result<StreamedResponse, TransportError> {
        let host = host_of(&request.url);
        self.permit(&request, &host)?;
        let (moves, moved) = watch::channel(Instant::now());
        let builder = self.head(&request);
        let builder = match upload {
            Some(upload) => builder.body(reqwest::Body::wrap(Outgoing::new(upload, moves))),
            None if request.body.is_empty() => builder,
            None => builder.body(request.body),
        };
        let reply = tokio::select! {
            reply = builder.send() => reply.map_err(|source| failure(&host, source))?,
            () = rests_for(moved, self.call_timeout) => {
                let source = "no reply came in time".into();
                return Err(TransportError::Interrupted { host, source });
            }
        };
        let (status, headers) = (reply.status().as_u16(), headers_of(&reply));
        let pieces: Pieces = Box::pin(Incoming {
            body: reqwest::Body::from(reply),
            timeout: self.piece_timeout,
            wait: None,
            is_over: false,
        });
        Ok(StreamedResponse { status, headers, pieces })
    }
}

/// Waits until nothing has left for so long.
async fn rests_for(moved: watch::Receiver<Instant>, rest: Duration) {
    loop {
        let last = *moved.borrow();
        tokio::time::sleep_until(last + rest).await;
        if *moved.borrow() == last {
            return;
        }
    }
}

/// A body on its way out.
struct Outgoing {
    // A body has to be `Sync`, which pieces are not; nobody ever waits for this lock.
    pieces: Mutex<Pieces>,
    left: Option<u64>,
    moves: watch::Sender<Instant>,
}

impl Outgoing {
    fn new(upload: Upload, moves: watch::Sender<Instant>) -> Self {
        Self { pieces: Mutex::new(upload.pieces), left: upload.length, moves }
    }
}

impl Body for Outgoing {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let pieces = self.pieces.get_mut().unwrap_or_else(PoisonError::into_inner);
        let next = ready!(pieces.as_mut().poll_next(context));
        self.moves.send_replace(Instant::now());
        if let (Some(Ok(piece)), Some(left)) = (&next, &mut self.left) {
            *left = left.saturating_sub(piece.len() as u64);
        }
        Poll::Ready(next.map(|piece| piece.map(Frame::data)))
    }

    fn size_hint(&self) -> SizeHint {
        self.left.map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}

/// A body on its way in.
struct Incoming {
    body: reqwest::Body,
    timeout: Duration,
    wait: Option<Pin<Box<Sleep>>>,
    is_over: bool,
}

impl Stream for Incoming {
    type Item = Result<Bytes, BodyError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        while !self.is_over {
            let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) else {
                let timeout = self.timeout;
                let wait = self.wait.get_or_insert_with(|| Box::pin(tokio::time::sleep(timeout)));
                ready!(wait.as_mut().poll(context));
                self.is_over = true;
                return Poll::Ready(Some(Err("the next piece of the reply did not come".into())));
            };
            self.wait = None;
            match frame {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(piece) => return Poll::Ready(Some(Ok(piece))),
                    Err(_trailers) => {}
                },
                Some(Err(error)) => {
                    self.is_over = true;
                    return Poll::Ready(Some(Err(error.without_url().into())));
                }
                None => self.is_over = true,
            }
        }
        Poll::Ready(None)
    }
}
