//! Stand-ins for tests: clocks that tests move, and a transport that answers from a script.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};

use endpoint::{
    Request, Response, Timer, Transport, TransportError,
    stream::{self, Gathered, StreamTransport, StreamedResponse, Upload},
};
use jiff::{SignedDuration, Timestamp};

use crate::{Client, LocationId, Settings, auth::PrivateToken};

/// Time that stands still until somebody waits.
#[derive(Clone)]
pub(crate) struct ManualTimer(Arc<Mutex<Timestamp>>);

impl ManualTimer {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Mutex::new(Timestamp::UNIX_EPOCH)))
    }

    pub(crate) fn advance(&self, by: Duration) {
        *self.0.lock().unwrap() += by;
    }
}

impl Timer for ManualTimer {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }

    async fn sleep(&self, duration: Duration) {
        self.advance(duration);
    }
}

/// Tokio's paused clock, which advances when every task waits.
#[derive(Clone)]
pub(crate) struct PausedTimer(tokio::time::Instant);

impl PausedTimer {
    pub(crate) fn new() -> Self {
        Self(tokio::time::Instant::now())
    }
}

impl Timer for PausedTimer {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH + self.0.elapsed()
    }

    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await; // tidy: sleep, the clock is paused
    }
}

pub(crate) type Answer = Result<Response, TransportError>;

/// Answers from a script, then always the same, and notes when which request came.
#[derive(Clone)]
pub(crate) struct Script<C> {
    pub(crate) timer: C,
    answers: Arc<Mutex<VecDeque<Answer>>>,
    sent: Arc<Mutex<Vec<(Timestamp, Request)>>>,
}

impl<C: Timer> Script<C> {
    pub(crate) fn new(timer: C, answers: impl IntoIterator<Item = Answer>) -> Self {
        let answers = Arc::new(Mutex::new(answers.into_iter().collect()));
        Self { timer, answers, sent: Arc::default() }
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.sent.lock().unwrap().iter().map(|(_, request)| request.clone()).collect()
    }

    /// Method, path and body of every request.
    pub(crate) fn wire(&self) -> Vec<String> {
        self.requests().iter().map(wire).collect()
    }

    pub(crate) fn times(&self) -> Vec<Timestamp> {
        self.sent.lock().unwrap().iter().map(|(at, _)| *at).collect()
    }

    /// Seconds since the beginning.
    pub(crate) fn sent_at(&self) -> Vec<f64> {
        self.times().into_iter().map(seconds).collect()
    }
}

impl<C: Timer> Transport for Script<C> {
    async fn send(&self, request: Request) -> Answer {
        self.sent.lock().unwrap().push((self.timer.now(), request));
        let scripted = self.answers.lock().unwrap().pop_front();
        scripted.unwrap_or_else(|| answer(200, CONTACT))
    }
}

impl<C: Timer> StreamTransport for Script<C> {
    async fn open(
        &self,
        mut request: Request,
        upload: Option<Upload>,
    ) -> Result<StreamedResponse, TransportError> {
        if let Some(upload) = upload {
            let host = "highlevel.test".to_owned();
            match stream::gather(upload.pieces, usize::MAX).await {
                Ok(Gathered::Whole(body) | Gathered::Part(body, _)) => request.body = body,
                Err(source) => return Err(TransportError::Interrupted { host, source }),
            }
        }
        let Response { status, headers, body } = self.send(request).await?;
        Ok(StreamedResponse { status, headers, pieces: stream::whole(body) })
    }
}

/// What a script answers at its end.
pub(crate) const CONTACT: &str = r#"{"contact":{"id":"c1"},"traceId":"t"}"#;

/// Where the stand-in is.
pub(crate) const BASE: &str = "https://highlevel.test";

pub(crate) fn wire(request: &Request) -> String {
    let path = request.url.strip_prefix(BASE).unwrap();
    let body = String::from_utf8(request.body.to_vec()).unwrap();
    format!("{} {path} {body}", request.method).trim_end().to_owned()
}

pub(crate) fn seconds(moment: Timestamp) -> f64 {
    moment.duration_since(Timestamp::UNIX_EPOCH).as_secs_f64()
}

pub(crate) fn answer(status: u16, body: &str) -> Answer {
    answer_with(status, &[], body)
}

pub(crate) fn answer_with(status: u16, headers: &[(&str, &str)], body: &str) -> Answer {
    let header = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    let headers = headers.iter().map(header).collect();
    Ok(Response { status, headers, body: body.to_owned().into() })
}

/// The reply was lost on its way.
pub(crate) fn lost() -> Answer {
    Err(TransportError::Interrupted { host: "highlevel.test".to_owned(), source: "reset".into() })
}

/// Nobody answered the door.
pub(crate) fn unreachable() -> Answer {
    Err(TransportError::Connect { host: "highlevel.test".to_owned(), source: "refused".into() })
}

pub(crate) fn settings() -> Settings {
    Settings { base_url: BASE.to_owned(), ..Settings::default() }
}

pub(crate) fn location() -> LocationId {
    LocationId::new("loc1")
}

pub(crate) type Tested = (Client<Script<ManualTimer>, ManualTimer>, Script<ManualTimer>);

pub(crate) fn client(answers: impl IntoIterator<Item = Answer>) -> Tested {
    client_with(settings(), answers)
}

pub(crate) fn client_with(settings: Settings, answers: impl IntoIterator<Item = Answer>) -> Tested {
    let timer = ManualTimer::new();
    let script = Script::new(timer.clone(), answers);
    let tokens = Arc::new(PrivateToken::new("pit-hidden\r\n"));
    (Client::new(script.clone(), timer, tokens, location(), settings), script)
}

/// The most calls in any stretch of ten seconds.
pub(crate) fn fullest_window(times: &[Timestamp]) -> usize {
    let window = SignedDuration::from_secs(10);
    let within = |first: &Timestamp, call: &Timestamp| {
        let after = call.duration_since(*first);
        !after.is_negative() && after < window
    };
    let count = |first| times.iter().filter(|call| within(first, call)).count();
    times.iter().map(count).max().unwrap_or(0)
}
