//! Senders that hold connections and disks that are nearly full: the doors say so, and others get in.

use anyhow::Result;
use e2e::{Events, Hub, Program, Sender};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

#[tokio::test]
async fn who_holds_connections_makes_room_for_who_sends() -> Result<()> {
    let program = Program::built()?;
    let folder = tempfile::tempdir()?;
    let events = Events::new(21, 400)?;
    let variables = [
        ("HIGHWIRE_WEBHOOK_PUBLIC_KEYS", events.public_key()),
        ("HIGHWIRE_SERVER_CONNECTIONS", "8".to_owned()),
    ];
    let hub = Hub::start(&program, folder.path(), variables)?;
    let mut held = Vec::new();
    for number in 0..40 {
        let mut stream = TcpStream::connect(hub.address()).await?;
        let head = b"POST /webhooks/highlevel HTTP/1.1\r\nhost: hub\r\ncontent-length: 9\r\n\r\nx";
        stream.write_all(&head[..if number % 2 == 0 { 20 } else { head.len() }]).await?;
        held.push(stream);
    }
    for number in 0..20 {
        let mut sender = Sender::connect(hub.address()).await?;
        assert_eq!(sender.send(&Sender::request(&events.signed(number, 1)?)).await?, 200);
    }
    Ok(())
}

#[tokio::test]
async fn every_answer_carries_the_correlation_id() -> Result<()> {
    let program = Program::built()?;
    let folder = tempfile::tempdir()?;
    let events = Events::new(22, 400)?;
    let variables = [("HIGHWIRE_WEBHOOK_PUBLIC_KEYS", events.public_key())];
    let hub = Hub::start(&program, folder.path(), variables)?;
    let event = events.signed(1, 1)?;
    let large = 6 * 1024 * 1024;
    let good = String::from_utf8(Sender::request(&event))?;
    let requests = [
        (200, good),
        (401, "POST /webhooks/ghl HTTP/1.1\r\nhost: hub\r\ncontent-length: 0\r\n\r\n".to_owned()),
        (404, "GET /nowhere HTTP/1.1\r\nhost: hub\r\n\r\n".to_owned()),
        (405, "GET /webhooks/ghl HTTP/1.1\r\nhost: hub\r\n\r\n".to_owned()),
        (
            413,
            format!(
                "POST /webhooks/ghl HTTP/1.1\r\nhost: hub\r\ncontent-length: {large}\r\n\r\n{}",
                "x".repeat(large)
            ),
        ),
    ];
    for (status, request) in requests {
        let given = request.replacen("host: hub", "host: hub\r\nx-correlation-id: mine/1", 1);
        let replaced = request.replacen("host: hub", "host: hub\r\nx-correlation-id: \"no\"", 1);
        // What led to an event is called after it; the rest has a name of its own.
        let made = if status == 200 { "cor_" } else { "req-" };
        for (request, expected) in [(given, "mine/1"), (replaced, made), (request, made)] {
            let answer = ask(&hub, &request).await?;
            assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
            assert!(answer.contains(&format!("\r\nx-correlation-id: {expected}")), "{answer}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn below_its_reserve_of_disk_a_hub_says_later_and_why() -> Result<()> {
    let program = Program::built()?;
    let folder = tempfile::tempdir()?;
    let events = Events::new(23, 400)?;
    let variables = [
        ("HIGHWIRE_WEBHOOK_PUBLIC_KEYS", events.public_key()),
        // No disk is as empty as that.
        ("HIGHWIRE_SERVER_DISK_RESERVE", "100%".to_owned()),
    ];
    let hub = Hub::start(&program, folder.path(), variables)?;
    let probe = "GET /readyz HTTP/1.1\r\nhost: hub\r\n\r\n";
    let mut answer = ask(&hub, probe).await?;
    while answer.starts_with("HTTP/1.1 200 ") {
        answer = ask(&hub, probe).await?;
    }
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    assert!(answer.contains("\"reason\":\"disk_low\""), "{answer}");
    let mut sender = Sender::connect(hub.address()).await?;
    assert_eq!(sender.send(&Sender::request(&events.signed(1, 1)?)).await?, 429);
    let counters = ask(&hub, "GET /metrics HTTP/1.1\r\nhost: hub\r\n\r\n").await?;
    assert!(counters.contains("\nhighwire_health 0\n"), "{counters}");
    assert!(counters.contains("highwire_health_reason{reason=\"disk_low\"} 1"), "{counters}");
    Ok(())
}

/// One request on a connection of its own.
async fn ask(hub: &Hub, request: &str) -> Result<String> {
    let request = request.replacen("host: hub", "host: hub\r\nconnection: close", 1);
    let mut stream = TcpStream::connect(hub.address()).await?;
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(answer)
}
