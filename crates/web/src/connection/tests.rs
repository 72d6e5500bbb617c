//! One connection in paused time: slow senders, slow readers, endless bodies, and what they are told.

use std::time::Duration;

use axum::{
    Router,
    extract::{Request, State},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use domain::contract::sample::at;
use policy::access::Exposure;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, DuplexStream},
    task::JoinSet,
    time::{Instant, timeout},
};

use super::*;
use crate::{
    BODY_LIMIT, Health, Metrics, Reason, admission::Admission, connections::Connections,
    correlation::Correlations, patience,
};

/// What a peer sees at most of a connection, in bytes, before it has to be read.
const WINDOW: usize = 64 * 1024;

/// A server without a network.
struct House {
    front: Front,
    health: Health,
    admission: Admission,
    connections: Connections,
    tasks: JoinSet<()>,
}

impl House {
    fn closed() -> Self {
        let health = Health::starting(Instant::now());
        let correlations = Correlations::since(at(1));
        let front =
            Front::new(health.clone(), (Metrics::install(), Exposure::Loopback), correlations);
        let admission = Admission::new(health.clone(), 8 * 1024 * 1024);
        let connections = Connections::default();
        let mut tasks = JoinSet::new();
        let tended = connections.clone();
        tasks.spawn(async move {
            loop {
                passes(patience::LOOK).await;
                tended.end_what_is_overdue(Instant::now());
            }
        });
        Self { front, health, admission, connections, tasks }
    }

    fn open() -> Self {
        let house = Self::closed();
        house.front.open(house.routes());
        house
    }

    fn routes(&self) -> Router {
        Router::new()
            .route("/length", post(length))
            .route("/slow", post(slow))
            .route("/large", get(|| async { "x".repeat(10 * WINDOW) }))
            .with_state(self.admission.clone())
    }

    fn connect(&mut self) -> DuplexStream {
        let (ours, theirs) = tokio::io::duplex(WINDOW);
        let activity = Arc::new(Activity::opened(Instant::now()));
        let place = self.connections.enter(Arc::clone(&activity));
        let (number, front) = (place.number(), self.front.clone());
        let task = self.tasks.spawn(async move {
            serve(theirs, activity, front).await;
            drop(place);
        });
        self.connections.serves(number, task);
        ours
    }
}

/// The clock is paused: time passes at once when nothing else happens.
async fn passes(time: Duration) {
    tokio::time::sleep(time).await; // tidy: sleep, in paused time, which nobody waits for
}

/// Tells how long the body was.
async fn length(State(admission): State<Admission>, request: Request) -> Response {
    match admission.admit("test", request).await {
        Ok(admitted) => format!("{} bytes", admitted.body.len()).into_response(),
        Err(answer) => answer,
    }
}

/// Keeps something for ten seconds.
async fn slow(State(admission): State<Admission>, request: Request) -> Response {
    let admitted = admission.admit("test", request).await.ok().unwrap();
    let keeping = async {
        passes(Duration::from_secs(10)).await;
        Ok(())
    };
    match admission.keep(admitted.patience, keeping).await {
        Ok(_) => "kept".into_response(),
        Err(answer) => answer,
    }
}

/// The next answer: its status and all of it. It has to have a length.
async fn answer(stream: &mut DuplexStream) -> (u16, String) {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some(head) = text.find("\r\n\r\n") {
            let mut lines = text.lines();
            let length = lines.find_map(|line| line.strip_prefix("content-length: "));
            if text.len() == head + 4 + length.unwrap().parse::<usize>().unwrap() {
                let status = text.split(' ').nth(1).unwrap();
                return (status.parse().unwrap(), text);
            }
        }
        bytes.push(stream.read_u8().await.expect("the connection ends before the answer"));
    }
}

/// Whatever still comes until the connection ends.
async fn rest(stream: &mut DuplexStream) -> String {
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    text
}

const HEAD: &str = "POST /length HTTP/1.1\r\nhost: hub\r\n";

#[tokio::test(start_paused = true)]
async fn a_head_that_does_not_come_or_trickles_ends_the_connection() {
    let mut house = House::open();
    let began = Instant::now();
    let mut silent = house.connect();
    assert_eq!(rest(&mut silent).await, "");
    assert_eq!(began.elapsed().as_secs(), 10);

    let mut trickling = house.connect();
    let began = Instant::now();
    let mut bytes = HEAD.bytes().cycle();
    while trickling.write_u8(bytes.next().unwrap()).await.is_ok() {
        passes(Duration::from_secs(1)).await;
    }
    assert!((10..13).contains(&began.elapsed().as_secs()), "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_body_that_trickles_is_told_to_come_again() {
    let mut house = House::open();
    let mut stream = house.connect();
    let began = Instant::now();
    let head = format!("{HEAD}content-length: 1000\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    let (mut reader, mut writer) = tokio::io::split(stream);
    house.tasks.spawn(async move {
        while writer.write_u8(b'x').await.is_ok() {
            passes(Duration::from_millis(100)).await;
        }
    });
    let mut text = String::new();
    reader.read_to_string(&mut text).await.unwrap();
    assert!(text.starts_with("HTTP/1.1 429 "), "{text}");
    assert!(text.contains("\r\nretry-after: 2\r\n"), "{text}");
    assert!(text.contains("\r\nconnection: close\r\n"), "{text}");
    assert!((3..6).contains(&began.elapsed().as_secs()), "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn chunks_without_end_meet_the_clock_or_the_limit() {
    for (chunk, pause, status) in [(20_000, 1_000, 429), (500_000, 100, 413)] {
        let mut house = House::open();
        let mut stream = house.connect();
        let head = format!("{HEAD}transfer-encoding: chunked\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        let (mut reader, mut writer) = tokio::io::split(stream);
        house.tasks.spawn(async move {
            let chunk = format!("{chunk:x}\r\n{}\r\n", "x".repeat(chunk));
            while writer.write_all(chunk.as_bytes()).await.is_ok() {
                passes(Duration::from_millis(pause)).await;
            }
        });
        let mut text = String::new();
        let read = timeout(Duration::from_secs(20), reader.read_to_string(&mut text)).await;
        assert!(read.is_ok(), "it goes on without end: {text}");
        assert!(text.starts_with(&format!("HTTP/1.1 {status} ")), "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_of_the_largest_size_is_taken_at_a_good_pace() {
    let mut house = House::open();
    let mut stream = house.connect();
    let head = format!("{HEAD}content-length: {BODY_LIMIT}\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    for _ in 0..10 {
        stream.write_all(&vec![b'x'; BODY_LIMIT / 10]).await.unwrap();
        passes(Duration::from_secs(1)).await;
    }
    let (status, text) = answer(&mut stream).await;
    assert!(status == 200 && text.ends_with(&format!("{BODY_LIMIT} bytes")), "{text}");
}

#[tokio::test(start_paused = true)]
async fn what_is_announced_as_too_large_is_not_read_to_its_end() {
    let mut house = House::open();
    let mut stream = house.connect();
    let head = format!("{HEAD}content-length: {}\r\n\r\n", BODY_LIMIT + 1);
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&[b'x'; WINDOW]).await.unwrap();
    assert_eq!(answer(&mut stream).await.0, 413);
    // Who sends all of it before it reads meets no broken pipe.
    stream.write_all(&vec![b'x'; BODY_LIMIT + 1 - WINDOW]).await.unwrap();
    stream.shutdown().await.unwrap();
    assert_eq!(rest(&mut stream).await, "");
}

#[tokio::test(start_paused = true)]
async fn a_connection_rests_between_requests_for_its_time() {
    let mut house = House::open();
    let mut stream = house.connect();
    let request = format!("{HEAD}content-length: 1\r\n\r\nx");
    for _ in 0..2 {
        stream.write_all(request.as_bytes()).await.unwrap();
        assert_eq!(answer(&mut stream).await.0, 200);
        passes(Duration::from_secs(70)).await;
    }
    let before = Instant::now();
    assert_eq!(rest(&mut stream).await, "", "it ends without a word");
    assert_eq!(before.elapsed().as_secs(), 5);
}

#[tokio::test(start_paused = true)]
async fn requests_in_one_go_are_answered_in_order() {
    let mut house = House::open();
    let mut stream = house.connect();
    let requests: String = (0..20)
        .map(|n| {
            let body = "x".repeat(n);
            format!("{HEAD}x-correlation-id: given-{n}\r\ncontent-length: {n}\r\n\r\n{body}")
        })
        .collect();
    stream.write_all(requests.as_bytes()).await.unwrap();
    for n in 0..20 {
        let (status, text) = answer(&mut stream).await;
        assert_eq!(status, 200);
        assert!(text.contains(&format!("\r\nx-correlation-id: given-{n}\r\n")), "{text}");
        assert!(text.ends_with(&format!("\r\n{n} bytes")), "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn heads_are_bounded_in_number_and_size() {
    let many = format!("{HEAD}{}\r\n", "a: b\r\n".repeat(101));
    let long = format!("{HEAD}a: {}\r\n\r\n", "b".repeat(17 * 1024));
    for head in [many, long] {
        let mut house = House::open();
        let mut stream = house.connect();
        stream.write_all(head.as_bytes()).await.unwrap();
        let text = rest(&mut stream).await;
        assert!(text.starts_with("HTTP/1.1 431 "), "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn who_does_not_read_an_answer_is_left() {
    let mut house = House::open();
    let mut stream = house.connect();
    stream.write_all(b"GET /large HTTP/1.1\r\nhost: hub\r\n\r\n").await.unwrap();
    let began = Instant::now();
    while house.connections.count() > 0 {
        passes(Duration::from_millis(100)).await;
    }
    assert_eq!(began.elapsed().as_secs(), 10);
    assert!(rest(&mut stream).await.len() < 2 * WINDOW, "only what fitted before");
}

#[tokio::test(start_paused = true)]
async fn who_reads_an_answer_slowly_gets_all_of_it() {
    let mut house = House::open();
    let mut stream = house.connect();
    stream.write_all(b"GET /large HTTP/1.1\r\nhost: hub\r\n\r\n").await.unwrap();
    let mut read = 0;
    let mut space = vec![0; WINDOW / 2];
    while read < 10 * WINDOW {
        passes(Duration::from_secs(5)).await;
        let length = stream.read(&mut space).await.unwrap();
        assert_ne!(length, 0, "it ended after {read} bytes");
        read += length;
    }
}

#[tokio::test(start_paused = true)]
async fn a_sender_does_not_wait_for_a_slow_store() {
    let mut house = House::open();
    let mut stream = house.connect();
    let began = Instant::now();
    let request = "POST /slow HTTP/1.1\r\nhost: hub\r\ncontent-length: 1\r\n\r\nx";
    stream.write_all(request.as_bytes()).await.unwrap();
    let (status, text) = answer(&mut stream).await;
    assert!(status == 429 && text.contains("\r\nretry-after: 30\r\n"), "{text}");
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
    assert_eq!(house.health.reasons(), [Reason::StoreSlow]);
}

#[tokio::test(start_paused = true)]
async fn before_the_doors_open_requests_wait_a_little_and_probes_do_not() {
    let mut house = House::closed();
    let began = Instant::now();
    let mut early = house.connect();
    let request = format!("{HEAD}content-length: 1\r\n\r\nx");
    early.write_all(request.as_bytes()).await.unwrap();
    let (status, text) = answer(&mut early).await;
    assert!(status == 429 && text.contains("\r\nretry-after: 2\r\n"), "{text}");
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());

    let mut probe = house.connect();
    probe.write_all(b"GET /healthz HTTP/1.1\r\nhost: hub\r\n\r\n").await.unwrap();
    assert_eq!(answer(&mut probe).await.0, 200);
    probe.write_all(b"GET /readyz HTTP/1.1\r\nhost: hub\r\n\r\n").await.unwrap();
    let (status, text) = answer(&mut probe).await;
    assert!(status == 503 && text.contains("\"reason\":\"starting\""), "{text}");

    early.write_all(request.as_bytes()).await.unwrap();
    passes(Duration::from_secs(1)).await;
    house.front.open(house.routes());
    assert_eq!(answer(&mut early).await.0, 200);
    assert!(house.health.is_ready());
}

#[tokio::test(start_paused = true)]
async fn who_waited_for_the_doors_waits_less_for_the_store() {
    let mut house = House::closed();
    let mut stream = house.connect();
    let began = Instant::now();
    let request = "POST /slow HTTP/1.1\r\nhost: hub\r\ncontent-length: 1\r\n\r\nx";
    stream.write_all(request.as_bytes()).await.unwrap();
    passes(Duration::from_secs(1)).await;
    house.front.open(house.routes());
    assert_eq!(answer(&mut stream).await.0, 429);
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
}

#[tokio::test(start_paused = true)]
async fn when_the_doors_close_every_request_is_told_to_come_again() {
    let mut house = House::open();
    let (mut resting, mut receiving) = (house.connect(), house.connect());
    let request = format!("{HEAD}content-length: 1\r\n\r\nx");
    resting.write_all(request.as_bytes()).await.unwrap();
    assert_eq!(answer(&mut resting).await.0, 200);
    receiving.write_all(format!("{HEAD}content-length: 9\r\n\r\nx").as_bytes()).await.unwrap();
    passes(Duration::from_millis(1)).await;

    house.front.close(Instant::now());
    house.connections.ask_all_to_close();
    house.front.is_quiet().await;
    resting.write_all(request.as_bytes()).await.unwrap();
    for stream in [&mut resting, &mut receiving] {
        let text = rest(stream).await;
        assert!(text.starts_with("HTTP/1.1 429 "), "{text}");
        assert!(text.contains("\r\nconnection: close\r\n"), "{text}");
        assert!(text.contains("\r\nx-correlation-id: req-"), "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn to_make_room_the_idlest_goes_and_who_is_at_work_stays() {
    let mut house = House::open();
    let (mut working, mut receiving, mut silent) =
        (house.connect(), house.connect(), house.connect());
    let request = "POST /slow HTTP/1.1\r\nhost: hub\r\ncontent-length: 1\r\n\r\nx";
    working.write_all(request.as_bytes()).await.unwrap();
    passes(Duration::from_millis(100)).await;
    receiving.write_all(format!("{HEAD}content-length: 9\r\n\r\nx").as_bytes()).await.unwrap();
    passes(Duration::from_millis(200)).await;

    assert!(house.connections.end_the_idlest(Instant::now()));
    assert_eq!(rest(&mut silent).await, "", "nothing is owed to it");
    assert!(!house.connections.end_the_idlest(Instant::now()), "nobody has been idle for long");
    passes(Duration::from_millis(100)).await;
    assert!(house.connections.end_the_idlest(Instant::now()));
    let (status, text) = answer(&mut receiving).await;
    assert!(status == 429 && text.contains("\r\nconnection: close\r\n"), "{text}");
    drop(receiving);
    passes(Duration::from_millis(300)).await;
    assert!(!house.connections.end_the_idlest(Instant::now()), "only the one at work is left");
    assert_eq!(answer(&mut working).await.0, 429, "its store was slow");
}

#[tokio::test(start_paused = true)]
async fn bodies_share_one_bound_and_who_comes_too_late_is_told_so() {
    let mut house = House::open();
    let mut first = house.connect();
    let head = format!("{HEAD}content-length: {BODY_LIMIT}\r\n\r\n");
    first.write_all(head.as_bytes()).await.unwrap();
    first.write_all(&vec![b'x'; BODY_LIMIT - 1]).await.unwrap();
    let mut second = house.connect();
    second.write_all(format!("{HEAD}content-length: 1\r\n\r\nx").as_bytes()).await.unwrap();
    let (status, text) = answer(&mut second).await;
    assert!(status == 429 && text.contains("\r\nretry-after: 30\r\n"), "{text}");
    assert_eq!(house.health.reasons(), [Reason::BodiesFull]);
    first.write_all(b"x").await.unwrap();
    assert_eq!(answer(&mut first).await.0, 200);
}

#[tokio::test(start_paused = true)]
async fn on_a_low_disk_no_body_is_read() {
    let mut house = House::open();
    house.health.raise(Reason::DiskLow, Instant::now());
    let mut stream = house.connect();
    stream.write_all(format!("{HEAD}content-length: 9\r\n\r\n").as_bytes()).await.unwrap();
    let (status, text) = answer(&mut stream).await;
    assert!(status == 429 && text.contains("\r\nretry-after: 30\r\n"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn who_has_sent_everything_and_says_so_is_answered() {
    let mut house = House::open();
    let mut stream = house.connect();
    let request = "POST /slow HTTP/1.1\r\nhost: hub\r\ncontent-length: 1\r\n\r\nx";
    stream.write_all(request.as_bytes()).await.unwrap();
    stream.shutdown().await.unwrap();
    assert!(rest(&mut stream).await.starts_with("HTTP/1.1 429 "));
}
