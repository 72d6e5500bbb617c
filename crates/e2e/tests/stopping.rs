//! A hub that is told to stop finishes what it took, exits with 0 whatever its clients do, and takes
//! up again.

use std::{net::SocketAddr, sync::Arc, time::Duration};

use anyhow::{Context, Result};
use domain::{Journal, Sequence};
use e2e::{Events, Hub, Program, Sender};
use store::Sqlite;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::watch,
    task::{JoinSet, spawn_blocking},
};

/// How long the hub may take to stop.
const STOP: Duration = Duration::from_secs(10);

#[tokio::test]
async fn the_stop_signal_ends_a_hub_with_zero_and_loses_nothing() -> Result<()> {
    let program = Program::built()?;
    let folder = tempfile::tempdir()?;
    let events = Events::new(4, 400)?;
    let variables = [
        ("HIGHWIRE_WEBHOOK_PUBLIC_KEYS", events.public_key()),
        ("HIGHWIRE_HIGHLEVEL_ACCEPT_UNKNOWN_LOCATIONS", "true".to_owned()),
    ];
    let hub = Hub::start(&program, folder.path(), variables.clone())?;
    let mut sender = Sender::connect(hub.address()).await?;
    for number in 0..20 {
        assert_eq!(sender.send(&Sender::request(&events.signed(number, number)?)).await?, 200);
    }
    drop(sender);
    hub.signal("TERM")?;
    let status = hub.wait().context("wait for the hub")?;
    assert_eq!(status.code(), Some(0));
    let again = Hub::start(&program, folder.path(), variables)?;
    let store = Sqlite::open_to_read(&folder.path().join("data"))?;
    assert_eq!(store.last().await?, Sequence(20));
    drop(again);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_client_keeps_a_hub_from_stopping() -> Result<()> {
    let program = Program::built()?;
    let folder = tempfile::tempdir()?;
    let events = Arc::new(Events::new(5, 400)?);
    let variables = [
        ("HIGHWIRE_WEBHOOK_PUBLIC_KEYS", events.public_key()),
        ("HIGHWIRE_HIGHLEVEL_ACCEPT_UNKNOWN_LOCATIONS", "true".to_owned()),
    ];
    let hub = Hub::start(&program, folder.path(), variables)?;
    let address = hub.address();

    let head = "POST /webhooks/highlevel HTTP/1.1\r\nhost: hub\r\n";
    let silent = say(address, "").await?;
    let half_a_head = say(address, head).await?;
    let mut half_a_body = say(address, &format!("{head}content-length: 9\r\n\r\nx")).await?;
    let endless = format!("{head}transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n");
    let mut endless = say(address, &endless).await?;
    let deaf = say(address, &"GET /metrics HTTP/1.1\r\nhost: hub\r\n\r\n".repeat(500)).await?;
    let (progress, mut running) = watch::channel(0);
    let mut load = JoinSet::new();
    for lane in 0..4_u64 {
        let progress = progress.clone();
        load.spawn(acknowledged(address, Arc::clone(&events), lane * 1_000_000, progress));
    }
    running.wait_for(|count| *count >= 100).await?;

    hub.signal("TERM")?;
    let stopped = tokio::time::timeout(STOP, spawn_blocking(move || hub.wait())).await;
    let status = stopped.context("the hub does not stop")???;
    assert_eq!(status.code(), Some(0));
    for stream in [&mut half_a_body, &mut endless] {
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await?;
        assert!(answer.starts_with("HTTP/1.1 429 "), "{answer}");
        assert!(answer.contains("\r\nretry-after: "), "{answer}");
    }
    let acknowledged: u64 = load.join_all().await.into_iter().sum();
    let kept = Sqlite::open_to_read(&folder.path().join("data"))?.last().await?.0;
    assert!(kept >= acknowledged, "{acknowledged} were acknowledged and {kept} are kept");
    drop((silent, half_a_head, deaf));
    Ok(())
}

#[tokio::test]
async fn a_second_signal_ends_a_hub_at_once() -> Result<()> {
    let program = Program::built()?;
    let folder = tempfile::tempdir()?;
    let hub = Hub::start(&program, folder.path(), [("HIGHWIRE_LOG_LEVEL", "error")])?;
    // A connection that rests makes the hub stay a moment longer.
    let mut resting = say(hub.address(), "GET /healthz HTTP/1.1\r\nhost: hub\r\n\r\n").await?;
    let mut answer = [0; 12];
    resting.read_exact(&mut answer).await?;
    assert_eq!(&answer, b"HTTP/1.1 200");
    hub.signal("TERM")?;
    hub.signal("INT")?;
    assert_eq!(hub.wait()?.code(), Some(130));
    Ok(())
}

async fn say(address: SocketAddr, words: &str) -> Result<TcpStream> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(words.as_bytes()).await?;
    Ok(stream)
}

/// Sends until it is told to come again or the hub is gone, and counts what was acknowledged.
async fn acknowledged(
    address: SocketAddr,
    events: Arc<Events>,
    first: u64,
    progress: watch::Sender<u64>,
) -> u64 {
    let Ok(mut sender) = Sender::connect(address).await else { return 0 };
    let mut count = 0;
    loop {
        let event = events.signed(first + count, 1).expect("the event is signed");
        match sender.send(&Sender::request(&event)).await {
            Ok(200) => {
                count += 1;
                progress.send_modify(|all| *all += 1);
            }
            Ok(_) | Err(_) => return count,
        }
    }
}
