//! Does a request once, however often it comes under one `Idempotency-Key`.

use std::future::Future;

use axum::{
    body::Bytes,
    http::{HeaderMap, HeaderName, StatusCode},
};
use domain::{
    Actor, Clock, KeptReply, KnownRequest, NewRequest, RepeatableRequests, RequestKey, RequestMark,
};
use jiff::{SignedDuration, Timestamp};

use super::reply::Rendered;
use crate::problem::{Kind, Problem};

/// The header with the key.
pub(super) const KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The header that says that an answer was given before.
pub(super) const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// The longest key, in bytes.
pub(super) const LONGEST: usize = 255;

/// How long a key is remembered.
const KEPT: SignedDuration = SignedDuration::from_hours(24);

/// A request that came with a key.
pub(super) struct Repeatable {
    key: RequestKey,
    mark: RequestMark,
}

/// An answer, and whether it was given before.
pub(super) struct Replied {
    pub(super) rendered: Result<Rendered, Problem>,
    pub(super) is_replayed: bool,
}

impl Repeatable {
    /// Reads the key of a request, where it has one.
    ///
    /// # Errors
    /// Where it is none that can be kept.
    pub(super) fn read(
        headers: &HeaderMap,
        holder: Actor,
        mark: impl FnOnce() -> RequestMark,
    ) -> Result<Option<Self>, Problem> {
        let mut lines = headers.get_all(KEY).iter();
        let word = match (lines.next(), lines.next()) {
            (None, _) => return Ok(None),
            (Some(only), None) => only.to_str().ok(),
            _ => None,
        };
        let fits = |word: &&str| {
            (1..=LONGEST).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_graphic())
        };
        let word = word.filter(fits).ok_or_else(|| {
            let hint = format!("send one key of 1 to {LONGEST} visible ASCII characters");
            Problem::bad_request("the header `Idempotency-Key` cannot be used", hint)
        })?;
        let key = RequestKey { holder, word: word.to_owned() };
        Ok(Some(Self { key, mark: mark() }))
    }

    /// Has the work done, or gives the answer that it had. A request of a process that is gone,
    /// which began before `since`, was cut off.
    pub(super) async fn once<S: RepeatableRequests>(
        self,
        store: S,
        (clock, since): (&dyn Clock, Timestamp),
        work: impl Future<Output = Result<Rendered, Problem>>,
    ) -> Replied {
        let now = clock.now();
        let new = NewRequest {
            key: self.key.clone(),
            mark: self.mark,
            begun_at: now,
            kept_until: now + KEPT,
        };
        match store.begin_request(new).await {
            Ok(None) => {
                let rendered = work.await;
                self.end(&store, &rendered).await;
                Replied { rendered, is_replayed: false }
            }
            Ok(Some(known)) => self.again(known, since),
            Err(error) => Replied { rendered: Err(error.into()), is_replayed: false },
        }
    }

    /// Keeps what came of it. What was not begun for want of something may be tried again.
    async fn end<S: RepeatableRequests>(&self, store: &S, rendered: &Result<Rendered, Problem>) {
        let kept = match rendered {
            Ok(rendered) => {
                Some(KeptReply { status: rendered.status.as_u16(), body: rendered.body.clone() })
            }
            Err(problem) => match problem.kind() {
                Kind::ConnectionUnready | Kind::TooMany | Kind::Unavailable => None,
                kind => Some(KeptReply { status: kind.status().as_u16(), body: problem.kept() }),
            },
        };
        let ended = match kept {
            Some(reply) => store.end_request(&self.key, reply).await,
            None => store.forget_request(&self.key).await,
        };
        // It is done: its sender gets the answer now, and 409 where it asks again.
        if let Err(error) = ended {
            tracing::error!(%error, "the answer to a request with an idempotency key is not kept");
        }
    }

    fn again(&self, known: KnownRequest, since: Timestamp) -> Replied {
        let refused = |problem| Replied { rendered: Err(problem), is_replayed: false };
        if known.mark != self.mark {
            let hint = "choose a new key for each request; repeat one with the same path and body";
            return refused(Problem::new(
                Kind::KeyReused,
                "the idempotency key belongs to another request",
                hint,
            ));
        }
        let Some(reply) = known.reply else {
            if known.begun_at < since {
                let hint = "look whether it was done, and send it with another key if it was not";
                let detail = "the request with this idempotency key was cut off";
                return refused(Problem::new(Kind::Interrupted, detail, hint));
            }
            let detail = "the request with this idempotency key is being answered";
            let hint = "send it again in a moment";
            return refused(Problem::new(Kind::InProgress, detail, hint).after(1));
        };
        let status = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::OK);
        let rendered = match status.as_u16() {
            400.. => Err(Problem::of_kept(&reply.body)),
            _ => Ok(Rendered { status, body: reply.body, version: None }),
        };
        Replied { rendered, is_replayed: true }
    }
}

/// The mark of a request.
pub(super) fn mark(parts: &axum::http::request::Parts, body: &Bytes) -> RequestMark {
    let target = parts.uri.path_and_query().map_or("", |target| target.as_str());
    RequestMark::of(parts.method.as_str(), target, body)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use axum::http::HeaderValue;
    use domain::{
        Memory,
        contract::sample::{at, clock},
    };

    use super::*;

    fn repeatable(word: &str, body: &[u8]) -> Repeatable {
        let key = RequestKey { holder: Actor::Installation, word: word.to_owned() };
        Repeatable { key, mark: RequestMark::of("POST", "/v1/x", body) }
    }

    struct Shop {
        store: Memory,
        done: AtomicUsize,
    }

    impl Shop {
        async fn ask(
            &self,
            request: Repeatable,
            answer: Result<u16, Kind>,
        ) -> (Result<u16, Kind>, bool) {
            let work = async {
                self.done.fetch_add(1, Ordering::SeqCst);
                let status = |status| StatusCode::from_u16(status).unwrap();
                answer
                    .map(|number| Rendered {
                        status: status(number),
                        body: Bytes::from("{}"),
                        version: None,
                    })
                    .map_err(|kind| Problem::new(kind, "it failed", "try otherwise"))
            };
            let clock = clock();
            let replied = request.once(self.store.clone(), (&*clock, at(0)), work).await;
            let seen = replied.rendered.map(|rendered| rendered.status.as_u16());
            (seen.map_err(|problem| problem.kind()), replied.is_replayed)
        }
    }

    #[tokio::test]
    async fn the_same_request_has_the_same_answer_and_is_done_once() {
        let shop = Shop { store: Memory::new(clock()), done: AtomicUsize::new(0) };
        for (word, answer) in
            [("a", Ok(201)), ("b", Err(Kind::Conflict)), ("c", Err(Kind::BadGateway))]
        {
            let before = shop.done.load(Ordering::SeqCst);
            assert_eq!(shop.ask(repeatable(word, b"1"), answer).await, (answer, false));
            assert_eq!(shop.ask(repeatable(word, b"1"), Ok(200)).await, (answer, true));
            assert_eq!(shop.done.load(Ordering::SeqCst), before + 1);
            let other = shop.ask(repeatable(word, b"2"), Ok(200)).await;
            assert_eq!(other, (Err(Kind::KeyReused), false));
        }
    }

    #[tokio::test]
    async fn what_was_not_done_may_be_tried_again() {
        let shop = Shop { store: Memory::new(clock()), done: AtomicUsize::new(0) };
        for kind in [Kind::Unavailable, Kind::TooMany] {
            assert_eq!(shop.ask(repeatable("a", b"1"), Err(kind)).await, (Err(kind), false));
        }
        assert_eq!(shop.ask(repeatable("a", b"1"), Ok(200)).await, (Ok(200), false));
    }

    #[tokio::test]
    async fn what_is_under_way_is_not_begun_again() {
        let shop = Shop { store: Memory::new(clock()), done: AtomicUsize::new(0) };
        for (word, second, kind) in
            [("now", 0, Kind::InProgress), ("before", -1, Kind::Interrupted)]
        {
            let Repeatable { key, mark } = repeatable(word, b"1");
            let (begun_at, kept_until) = (at(second), at(second + 100));
            let new = NewRequest { key, mark, begun_at, kept_until };
            assert_eq!(shop.store.begin_request(new).await.unwrap(), None);
            assert_eq!(shop.ask(repeatable(word, b"1"), Ok(200)).await, (Err(kind), false));
        }
        assert_eq!(shop.done.load(Ordering::SeqCst), 0);
    }

    #[test]
    fn a_key_is_one_visible_word() {
        let read = |values: &[&str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(KEY, HeaderValue::from_str(value).unwrap());
            }
            let mark = || RequestMark::of("POST", "/", b"");
            let read = Repeatable::read(&headers, Actor::Installation, mark);
            read.map(|found| found.map(|found| found.key.word)).map_err(|problem| problem.kind())
        };
        assert_eq!(read(&[]), Ok(None));
        assert_eq!(read(&["8e03978e-40d5"]), Ok(Some("8e03978e-40d5".to_owned())));
        for wrong in [&["a", "b"][..], &[""], &["a b"], &[&"a".repeat(256)]] {
            assert_eq!(read(wrong), Err(Kind::Malformed), "{wrong:?}");
        }
    }
}
