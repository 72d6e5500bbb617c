//! What a hub says about its work: ids and kinds, and never a secret or anybody's data.

use std::{io::Read, process::Stdio};

use anyhow::{Context, Result};
use e2e::{Events, NotionLog, Program, Sender};
use serde_json::Value;

/// What may stand nowhere in the log, whatever its level.
const PRIVATE: [&str; 6] = [
    "Canary Surname",
    "canary@example.com",
    "+15550109999",
    "canary-note-body",
    "ntn_sandbox",
    "pit-canary",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_at_its_loudest_tells_ids_and_no_secrets() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let notion = NotionLog::start().await?;
    let events = Events::new(8, 400)?;
    let mut hub = Program::built()?
        .command(folder.path())
        .args(["up", "--json"])
        .envs(notion.variables())
        .env("HIGHWIRE_WEBHOOK_PUBLIC_KEYS", events.public_key())
        .env("HIGHWIRE_DATA_DIR", folder.path().join("data"))
        .env("HIGHWIRE_LISTEN", "127.0.0.1:0")
        .env("HIGHWIRE_LOG_LEVEL", "trace")
        .env("HIGHWIRE_WEBHOOK_CHECK_CONTRACT", "report")
        .env("GHL_LOCATION_ID", "loc-e2e")
        .env("GHL_API_KEY", "pit-canary")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    let mut log = hub.stderr.take().context("stderr")?;
    let reader = std::thread::spawn(move || {
        let mut text = String::new();
        log.read_to_string(&mut text).map(|_| text)
    });
    let mut line = String::new();
    let stdout = hub.stdout.take().context("stdout")?;
    std::io::BufRead::read_line(&mut std::io::BufReader::new(stdout), &mut line)?;
    let address = address(&line)?;

    let contact = r#"{"type":"ContactCreate","locationId":"loc-e2e","id":"c1","name":"Canary Surname","email":"canary@example.com","phone":"+15550109999","webhookId":"w1"}"#;
    let note = r#"{"type":"NoteCreate","locationId":"loc-e2e","id":"n1","contactId":"c1","body":"canary-note-body","webhookId":"w2"}"#;
    let odd = r#"{"type":"AppointmentUpdate","locationId":"loc-e2e","appointment":"canary-note-body","webhookId":"w3"}"#;
    let mut sender = Sender::connect(address).await?;
    for body in [contact, note, odd, "canary-note-body"] {
        assert_eq!(sender.send(&Sender::request(&events.sign(body)?)).await?, 200);
    }
    let forged = e2e::Signed { signature: "AAAA".to_owned(), ..events.sign(contact)? };
    assert_eq!(sender.send(&Sender::request(&forged)).await?, 401);
    let pages = notion.wait_for(3).await;
    notion.vendor.stop().await;
    let after = contact.replace("w1", "w4");
    assert_eq!(sender.send(&Sender::request(&events.sign(&after)?)).await?, 200);
    let metrics = metrics(address).await?;
    tokio::time::sleep(std::time::Duration::from_millis(300)).await; // tidy: sleep, another process meets a Notion that is gone
    hub.kill()?;
    hub.wait()?;

    let log = reader.join().ok().context("the log's reader")??;
    for private in PRIVATE {
        let line = log.lines().find(|line| line.contains(private));
        assert_eq!(line, None, "{private:?} stands in the log");
        assert!(!metrics.contains(private), "{private:?} stands in the metrics");
    }
    for stop in ["journal", "mirror", "decide", "speak", "deliver"] {
        let told =
            |line: &str| line.contains(&pages[0]) && line.contains(&format!("\"stop\":\"{stop}\""));
        assert!(log.lines().any(told), "the event's id is not told at {stop}");
    }
    let odd = r#"highwire_contract_deviations_total{family="appointment"} 1"#;
    for counted in [r#"outcome="accepted"} 5"#, r#"outcome="mismatch"} 1"#, odd] {
        assert!(metrics.contains(counted), "{counted} is not in {metrics}");
    }
    Ok(())
}

async fn metrics(address: std::net::SocketAddr) -> Result<String> {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut stream = tokio::net::TcpStream::connect(address).await?;
    stream.write_all(b"GET /metrics HTTP/1.1\r\nhost: hub\r\nconnection: close\r\n\r\n").await?;
    let mut text = String::new();
    stream.read_to_string(&mut text).await?;
    Ok(text)
}

/// The address in the first line that a hub says.
fn address(line: &str) -> Result<std::net::SocketAddr> {
    let said: Value = serde_json::from_str(line)?;
    let url = said["url"].as_str().context("an address")?;
    Ok(url.trim_start_matches("http://").parse()?)
}
