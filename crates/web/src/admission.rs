//! Admission: what every door does before it looks at a delivery, and while it keeps one.
//!
//! A body is read only where an event can be kept, at a pace, up to a size, and within what all
//! requests may hold together. Keeping has a time limit: a sender that waits longer is told to come
//! again, while the event may still become durable; what comes again is then a duplicate.

use std::{future::Future, sync::Arc, time::Duration};

use aws_lc_rs::digest::{SHA256, digest};
use axum::{
    body::{Body, Bytes, HttpBody},
    extract::Request,
    http::{HeaderMap, StatusCode, request::Parts},
    response::Response,
};
use bytes::BytesMut;
use domain::{CorrelationId, StorageError};
use engine::Rejected;
use http_body_util::BodyExt;
use tokio::time::Instant;

use crate::{
    Health, Reason,
    alarm::Alarm,
    answers::{self, RETRY_AFTER, and_close, later, problem},
    connection::{Activity, Doing},
    front::{Guest, refused},
    ingress::count,
    patience,
    pressure::{Held, Pressure},
    problem::{Kind, Problem},
};

/// The largest body that is taken, in bytes: 5 MiB. HighLevel cuts its own at 256 KB.
pub const BODY_LIMIT: usize = 5 * 1024 * 1024;

/// How much of a body that is too large is looked at, in bytes: its hash tells whether two are the same.
const HEAD: usize = 64 * 1024;

/// The doors' common part. Clones share it.
#[derive(Clone)]
pub(crate) struct Admission {
    health: Health,
    pressure: Pressure,
    alarms: Arc<Alarms>,
}

/// What too many may do at once to tell of each.
#[derive(Default)]
struct Alarms {
    oversized: Alarm,
    refused: Alarm,
}

/// A request whose body is there.
pub(crate) struct Admitted {
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// The id that the request came with.
    pub(crate) correlation: Option<CorrelationId>,
    /// How long its sender still waits for an answer.
    pub(crate) patience: Duration,
    /// Its share of the memory for bodies; keep it until the answer is made.
    pub(crate) _held: Held,
}

/// Why a body was not read to its end.
enum Unread {
    TooLarge { hash: String, head: usize },
    TooSlow,
    NoRoom,
    Unwanted,
    Broken,
}

impl Admission {
    /// With this much room for bodies, in bytes.
    pub(crate) fn new(health: Health, room: usize) -> Self {
        Self { health, pressure: Pressure::new(room), alarms: Arc::default() }
    }

    /// Reads the body where it may be read; otherwise the answer.
    pub(crate) async fn admit(
        &self,
        source: &'static str,
        request: Request,
    ) -> Result<Admitted, Response> {
        if self.health.has(Reason::DiskLow) {
            refused(Reason::DiskLow.name());
            return Err(and_close(later("no room on disk now; send it again later", RETRY_AFTER)));
        }
        let (mut parts, body) = request.into_parts();
        let guest = parts.extensions.remove::<Guest>();
        let mut held = self.pressure.hold();
        let activity = guest.as_ref().map(|guest| &*guest.activity);
        match read((body, BODY_LIMIT), &mut held, activity).await {
            Ok(body) => Ok(Admitted {
                headers: parts.headers,
                body,
                patience: guest.as_ref().map_or(patience::ANSWER, |guest| {
                    patience::ANSWER.saturating_sub(guest.waited)
                }),
                correlation: guest.and_then(|guest| guest.correlation),
                _held: held,
            }),
            Err(unread) => Err(and_close(self.unread_reply(source, unread))),
        }
    }

    /// Reads the body of a request to the API, up to this many bytes; otherwise the problem.
    pub(crate) async fn read(
        &self,
        head: &Parts,
        (body, limit): (Body, usize),
    ) -> Result<(Bytes, Held), Problem> {
        let mut held = self.pressure.hold();
        let activity = head.extensions.get::<Guest>().map(|guest| &*guest.activity);
        let read = read((body, limit), &mut held, activity).await;
        read.map(|body| (body, held)).map_err(|unread| self.problem_of(&unread, limit))
    }

    /// Waits for an event to be kept, as long as its sender waits; otherwise the answer.
    pub(crate) async fn keep<T>(
        &self,
        patience: Duration,
        keeping: impl Future<Output = Result<T, Rejected>>,
    ) -> Result<Result<T, Rejected>, Response> {
        let Ok(kept) = tokio::time::timeout(patience, keeping).await else {
            self.health.raise(Reason::StoreSlow, Instant::now());
            refused(Reason::StoreSlow.name());
            return Err(later("keeping the event takes too long; send it again", RETRY_AFTER));
        };
        match &kept {
            Ok(_) if self.health.has(Reason::StoreFailing) => {
                self.health.lift(Reason::StoreFailing);
            }
            Ok(_) | Err(Rejected::Refused(_)) => {}
            Err(Rejected::Unkept(StorageError::Overloaded)) => {
                self.health.raise(Reason::Overloaded, Instant::now());
            }
            Err(Rejected::Unkept(_)) => self.health.raise(Reason::StoreFailing, Instant::now()),
        }
        Ok(kept)
    }

    /// Tells of deliveries that are not the vendor's: the first, and then how many there were.
    pub(crate) fn note_refusal(&self, source: &'static str, reason: &'static str) {
        if let Some(count) = self.alarms.refused.pull(Instant::now()) {
            tracing::warn!(source, reason, count, "deliveries were refused, this one the last");
        }
    }

    fn problem_of(&self, unread: &Unread, limit: usize) -> Problem {
        let soon = answers::RETRY_SOON.parse().unwrap_or(1);
        let problem = match unread {
            Unread::TooLarge { .. } => {
                let hint = format!("send at most {limit} bytes");
                Problem::new(Kind::TooLarge, "the body is too large", hint)
            }
            Unread::TooSlow => {
                refused("too_slow");
                Problem::new(Kind::TooMany, "the body came too slowly", "send it again at once")
                    .after(soon)
            }
            Unread::NoRoom => {
                self.health.raise(Reason::BodiesFull, Instant::now());
                refused(Reason::BodiesFull.name());
                Problem::new(Kind::TooMany, "too many bodies at once", "send it again later")
                    .after(soon)
            }
            Unread::Unwanted => {
                refused("made_room");
                Problem::new(Kind::TooMany, "the hub needs the connection", "send it again")
                    .after(soon)
            }
            Unread::Broken => {
                Problem::bad_request("the body was cut off or malformed", "send it whole")
            }
        };
        problem.and_close()
    }

    fn unread_reply(&self, source: &'static str, unread: Unread) -> Response {
        match unread {
            Unread::TooLarge { hash, head } => {
                count(source, "too_large");
                if let Some(count) = self.alarms.oversized.pull(Instant::now()) {
                    tracing::error!(
                        source,
                        count,
                        limit.bytes = BODY_LIMIT,
                        head.sha256 = hash,
                        head.bytes = head,
                        "deliveries were larger than the limit and are not kept; find who sends them"
                    );
                }
                let message = "the body is larger than 5 MiB; send events one by one";
                problem(StatusCode::PAYLOAD_TOO_LARGE, message)
            }
            Unread::TooSlow => {
                refused("too_slow");
                later("the body came too slowly; send it again at once", answers::RETRY_SOON)
            }
            Unread::NoRoom => {
                self.health.raise(Reason::BodiesFull, Instant::now());
                refused(Reason::BodiesFull.name());
                later("too many bodies at once; send it again later", RETRY_AFTER)
            }
            Unread::Unwanted => {
                refused("made_room");
                later("the hub needs the connection; send it again", answers::RETRY_SOON)
            }
            Unread::Broken => {
                problem(StatusCode::BAD_REQUEST, "the body was cut off or malformed; send it whole")
            }
        }
    }
}

/// The whole body, while it arrives as it must.
async fn read(
    (mut body, limit): (Body, usize),
    held: &mut Held,
    activity: Option<&Activity>,
) -> Result<Bytes, Unread> {
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    let mut whole = BytesMut::new();
    let began = Instant::now();
    note(activity, Doing::Receiving);
    loop {
        let next = tokio::time::timeout_at(began + patience::of_body(whole.len()), body.frame());
        let frame = tokio::select! {
            biased;
            frame = next => frame.map_err(|_| Unread::TooSlow)?,
            () = asked_to_close(activity) => return Err(Unread::Unwanted),
        };
        let Some(frame) = frame else { break };
        let Ok(data) = frame.map_err(|_| Unread::Broken)?.into_data() else { continue };
        let length = whole.len() + data.len();
        // What is announced is only believed up to a point: it costs its sender nothing.
        let size = length.max(announced.min(HEAD)).next_power_of_two();
        if !held.grow_to(size) {
            return Err(Unread::NoRoom);
        }
        if whole.is_empty() {
            whole.reserve(size);
        }
        whole.extend_from_slice(&data);
        if length > limit || (announced > limit && length >= HEAD) {
            return Err(too_large(&whole));
        }
    }
    note(activity, Doing::Working);
    Ok(whole.freeze())
}

fn too_large(seen: &[u8]) -> Unread {
    let head = &seen[..seen.len().min(HEAD)];
    let hash = digest(&SHA256, head).as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
    Unread::TooLarge { hash, head: head.len() }
}

fn note(activity: Option<&Activity>, doing: Doing) {
    if let Some(activity) = activity {
        activity.begin(doing);
    }
}

async fn asked_to_close(activity: Option<&Activity>) {
    match activity {
        Some(activity) => activity.is_asked_to_close().await,
        None => std::future::pending().await,
    }
}
