//! Forged requests at every door of the real binary: none is accepted, none blocks others.

// The root of a test looks for its modules beside itself; inside of this one it looks in the folder.
mod forged_requests {
    pub(crate) mod house;
    pub(crate) mod requests;
}

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use anyhow::{Context, Result};
use domain::{EventKind, Journal, Quarantine, Sequence};
use e2e::{RawRequest, Sender, exchange};
use tokio::{io::AsyncWriteExt, net::TcpStream, task::JoinSet};

use self::forged_requests::{
    house::House,
    requests::{self, Case},
};

/// How much more memory all of it may need at most, in KiB. Eight endless bodies are cut at 5 MiB, in
/// buffers that double and are copied when they do; 128 MiB are what that can come to.
const MEMORY: u64 = 160 * 1024;

/// How many connections say nothing, or never end.
const IDLE: usize = 100;
const ENDLESS: usize = 8;

async fn hold(house: &House, cases: Vec<Case>) -> Result<()> {
    for Case { name, request, status } in cases {
        let (told, answer) = request.send(house.hub.address()).await?;
        assert_eq!(told, status, "{name}: {answer}");
        for organization in ["org_alpha", "org_beta"] {
            assert!(!answer.contains(organization), "{name} tells whose it is: {answer}");
        }
    }
    Ok(())
}

#[tokio::test]
async fn no_forged_request_is_accepted() -> Result<()> {
    let house = House::open().await?;
    let store = house.store()?;
    let before = store.last().await?;
    hold(&house, requests::unsigned(&house)?).await?;
    hold(&house, requests::with_keys(&house)?).await?;
    hold(&house, requests::with_tokens(&house)).await?;
    hold(&house, requests::of_notion(&house)).await?;
    hold(&house, requests::of_other_shapes(&house)?).await?;
    assert_eq!(store.last().await?, before, "something of a forgery is kept");
    assert_eq!(store.held().await?, vec![], "something of a forgery waits");

    hold(&house, requests::genuine(&house)?).await?;
    let entries = store.entries_after(before, 100).await?;
    let kinds: Vec<String> = entries.iter().map(|entry| entry.event.kind.to_string()).collect();
    let unreadable = EventKind::UNREADABLE.to_string();
    let unreadable = unreadable.as_str();
    let expected = [
        "contact.updated",
        "contact.updated",
        "contact.updated",
        "contact.updated",
        "contact.updated",
        "contact.reported",
        "contact.reported",
        "ticket.hinted",
        "page.hinted",
        unreadable,
        unreadable,
        unreadable,
    ];
    assert_eq!(kinds, expected, "each genuine one is kept, and once");
    Ok(())
}

#[tokio::test]
async fn a_revoked_key_and_a_removed_connection_open_nothing() -> Result<()> {
    let house = House::open().await?;
    let delivery = |number: u32| {
        let body = format!(r#"{{"type":"ContactUpdate","id":"c","webhookId":"revoked-{number}"}}"#);
        RawRequest::post("/webhooks/highlevel", body).with("x-api-key", &house.alpha_key)
    };
    assert_eq!(delivery(0).send(house.hub.address()).await?.0, 200);
    let digits = house.alpha_key.split('_').nth(1).unwrap_or_default();
    house.run(&["api-keys", "revoke", &format!("key_{digits}"), "--organization", "alpha"])?;
    house.until(&delivery(1), 401).await?;
    house.run(&["connections", "remove", "Shop", "--organization", "alpha"])?;
    let hint = RawRequest::post(&house.repairshopr_path, "{}");
    house.until(&hint, 401).await
}

#[tokio::test]
async fn whoever_is_slow_endless_or_large_blocks_nobody_and_fills_no_memory() -> Result<()> {
    let house = House::open().await?;
    let address = house.hub.address();
    let before = house.peak_memory()?;
    let is_over = Arc::new(AtomicBool::new(false));
    let (over, requests) = (Arc::clone(&is_over), house.signed_requests(2_000)?);
    let mut valid = JoinSet::new();
    valid.spawn(async move {
        let mut sender = Sender::connect(address).await?;
        let mut sent = 0_usize;
        while !over.load(Ordering::Relaxed) && sent < requests.len() {
            assert_eq!(sender.send(&requests[sent]).await?, 200, "delivery {sent}");
            sent += 1;
        }
        anyhow::Ok(sent)
    });

    let mut idle = Vec::new();
    for _ in 0..IDLE {
        let mut stream = TcpStream::connect(address).await?;
        stream.write_all(b"POST /webhooks/highlevel HTTP/1.1\r\nhost: hub\r\nx-slow: ").await?;
        idle.push(stream);
    }
    let mut endless = JoinSet::new();
    for _ in 0..ENDLESS {
        endless.spawn(async move {
            let mut stream = TcpStream::connect(address).await?;
            let head = "POST /webhooks/highlevel HTTP/1.1\r\nhost: hub\r\n\
                        transfer-encoding: chunked\r\n\r\n";
            stream.write_all(head.as_bytes()).await?;
            let chunk = [b"10000\r\n".as_slice(), &[b'x'; 0x1_0000], b"\r\n"].concat();
            // The hub closes the connection before all of these 64 MiB are written.
            for _ in 0..1_024 {
                if stream.write_all(&chunk).await.is_err() {
                    return anyhow::Ok(true);
                }
            }
            Ok(false)
        });
    }
    while let Some(ended) = endless.join_next().await {
        assert!(ended??, "an endless body was read to its end");
    }
    for request in requests::large(&house)? {
        let (status, answer) = request.send(address).await?;
        assert!(matches!(status, 401 | 413 | 431), "{status}: {answer}");
    }
    let header = format!("GET / HTTP/1.1\r\nx-large: {}\r\n\r\n", "x".repeat(4 << 20));
    let (status, _) = exchange(address, header.as_bytes()).await?;
    assert_eq!(status, 431);
    is_over.store(true, Ordering::Relaxed);
    let served = valid.join_next().await.context("it was started")???;
    assert!(served > 0, "nobody else was served");
    drop(idle);
    let grown = house.peak_memory()?.saturating_sub(before);
    assert!(grown < MEMORY, "{grown} KiB more");
    assert!(house.store()?.last().await? > Sequence(0));
    Ok(())
}
