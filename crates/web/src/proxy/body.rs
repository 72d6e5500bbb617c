//! A body that is passed on: whole, within the room that all bodies share, or piece by piece.

use std::{
    future::Future,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use axum::{
    body::{Body, BodyDataStream, Bytes, HttpBody},
    http::request::Parts,
};
use domain::{BodyError, BoxFuture, Pieces, ProxyBody, ProxyFault, ProxyRefusal};
use futures_core::Stream;
use tokio::time::{Instant, Sleep};

use crate::{
    admission::Admission,
    connection::{Activity, Doing},
    front::Guest,
    patience,
    pressure::Held,
    problem::{Kind, Problem},
};

/// What outlives the reading of a body, until its answer is made.
#[derive(Default)]
pub(super) struct Kept {
    /// Its share of the memory for bodies.
    held: Option<Held>,
    /// Why it was not read.
    pub(super) problem: Option<Problem>,
}

/// A body that has not been read.
pub(super) struct Incoming {
    admission: Admission,
    head: Parts,
    body: Body,
    kept: Arc<Mutex<Kept>>,
}

impl Incoming {
    pub(super) fn new(
        admission: &Admission,
        head: &Parts,
        body: Body,
        kept: Arc<Mutex<Kept>>,
    ) -> Self {
        Self { admission: admission.clone(), head: head.clone(), body, kept }
    }
}

impl ProxyBody for Incoming {
    fn length(&self) -> Option<u64> {
        self.body.size_hint().exact()
    }

    fn whole(self: Box<Self>, limit: usize) -> BoxFuture<'static, Result<Bytes, ProxyRefusal>> {
        Box::pin(async move {
            let Self { admission, head, body, kept } = *self;
            let read = admission.read(&head, (body, limit)).await;
            let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
            match read {
                Ok((bytes, held)) => {
                    kept.held = Some(held);
                    Ok(bytes)
                }
                Err(problem) => {
                    kept.problem = Some(problem);
                    let hint = "send it whole, and smaller";
                    Err(ProxyRefusal::new(ProxyFault::TooLarge, "the body was not read", hint))
                }
            }
        })
    }

    fn pieces(self: Box<Self>, limit: u64) -> Pieces {
        let activity = self.head.extensions.get::<Guest>().map(|guest| Arc::clone(&guest.activity));
        Box::pin(Paced {
            body: self.body.into_data_stream(),
            activity,
            kept: self.kept,
            limit,
            received: 0,
            waited: Duration::ZERO,
            waits: None,
            is_over: false,
        })
    }
}

/// A body that breaks off where its sender is too slow or sends too much. While nobody asks for a
/// piece, its sender's time does not pass.
struct Paced {
    body: BodyDataStream,
    activity: Option<Arc<Activity>>,
    kept: Arc<Mutex<Kept>>,
    limit: u64,
    received: u64,
    waited: Duration,
    waits: Option<(Instant, Pin<Box<Sleep>>)>,
    is_over: bool,
}

impl Paced {
    fn note(&self, doing: Doing) {
        if let Some(activity) = &self.activity {
            activity.begin(doing);
        }
    }

    fn end(&mut self, problem: Option<Problem>) -> Poll<Option<Result<Bytes, BodyError>>> {
        self.is_over = true;
        self.note(Doing::Working);
        let broken = problem.is_some();
        if broken {
            self.kept.lock().unwrap_or_else(PoisonError::into_inner).problem = problem;
        }
        Poll::Ready(broken.then(|| Err("the body broke off".into())))
    }
}

fn too_slow() -> Problem {
    Problem::new(Kind::Unavailable, "the body came too slowly", "send it again at once").after(2)
}

fn too_large(limit: u64) -> Problem {
    let detail = format!("the body is larger than {limit} bytes");
    Problem::new(Kind::TooLarge, detail, "send less at once, or raise proxy.upload_megabytes")
}

fn cut_off() -> Problem {
    Problem::bad_request("the body was cut off or malformed", "send it whole")
}

impl Stream for Paced {
    type Item = Result<Bytes, BodyError>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.is_over {
            return Poll::Ready(None);
        }
        let Poll::Ready(next) = Pin::new(&mut self.body).poll_next(context) else {
            if self.waits.is_none() {
                self.note(Doing::Receiving);
                let left = patience::of_pieces(self.received).saturating_sub(self.waited);
                self.waits = Some((Instant::now(), Box::pin(tokio::time::sleep(left))));
            }
            let late = self.waits.as_mut().map(|(_, sleep)| sleep.as_mut().poll(context));
            return match late {
                Some(Poll::Ready(())) => self.end(Some(too_slow())),
                _ => Poll::Pending,
            };
        };
        if let Some((since, _)) = self.waits.take() {
            self.waited += since.elapsed();
        }
        match next {
            None => self.end(None),
            Some(Err(_)) => self.end(Some(cut_off())),
            Some(Ok(piece)) => {
                self.received += piece.len() as u64;
                let limit = self.limit;
                match self.received > limit {
                    true => self.end(Some(too_large(limit))),
                    false => Poll::Ready(Some(Ok(piece))),
                }
            }
        }
    }
}
