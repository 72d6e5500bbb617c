//! Webhooks of the user's own applications: signed, in order, again until they are taken, and for
//! nobody else.
//!
//! Needs Node.js and npm, as `./test` does.

mod house;

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, ensure};
use e2e::OfficialClient;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use self::house::{House, Message, Receiver, until};

/// The messages of each contact, by when they happened.
fn by_contact(messages: &[Message]) -> BTreeMap<&str, Vec<jiff::Timestamp>> {
    let mut lanes: BTreeMap<&str, Vec<_>> = BTreeMap::new();
    for message in messages {
        lanes.entry(message.contact()).or_default().push(message.happened_at());
    }
    lanes
}

fn ids(messages: &[Message]) -> BTreeSet<&str> {
    messages.iter().map(|message| message.id.as_str()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_verifier_that_is_not_ours_accepts_what_we_sign() -> Result<()> {
    let verifier = OfficialClient::install("webhooks-client", "standardwebhooks").await?;
    let (house, receiver) = (House::open(&[])?, Receiver::open().await?);
    let (id, first) = house.add(&receiver, &["--kinds", "contact.*"])?;
    house.run(&["test", &id])?;
    for number in 1..=20 {
        house.send(number, number % 4).await?;
    }
    let before = receiver.wait_for(21).await?;
    let second = house.run(&["rotate", &id])?[0]["secret"].as_str().context("a secret")?.to_owned();
    for number in 21..=24 {
        house.send(number, number % 4).await?;
    }
    let all = receiver.wait_for(25).await?;
    let stranger = "whsec_c3RyYW5nZXJzdHJhbmdlcnN0cmFuZ2VyMDA=";
    let old = all.iter().take(21).map(|one| one.to_verify(&[&first], &[&second, stranger]));
    let new = all.iter().skip(21).map(|one| one.to_verify(&[&second, &first], &[stranger]));
    let file = house.data().join("messages.json");
    std::fs::write(&file, json!(old.chain(new).collect::<Vec<_>>()).to_string())?;
    verifier.conform([("WEBHOOKS_FILE", file.display().to_string())]).await?;

    assert_eq!((before[0].kind(), before[0].signatures()), ("webhook.test", 1));
    assert_eq!(all[24].signatures(), 2);
    assert_eq!(ids(&all).len(), 25, "each was sent once");
    let told = &all[20].body["data"];
    assert_eq!((&told["version"], &told["record"]["entity"]), (&json!(1), &json!("contact")));
    assert!(told["fields"]["email"].as_str().is_some_and(|text| text.contains("@")), "{told}");
    for (contact, times) in by_contact(&all[1..]) {
        assert!(times.is_sorted(), "{contact}: {times:?}");
    }
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_taken_comes_again_under_the_same_name() -> Result<()> {
    let (house, receiver) = (House::open(&[])?, Receiver::open().await?);
    let (id, _) = house.add(&receiver, &[])?;
    receiver.answer(500);
    house.send(1, 1).await?;
    house.send(2, 1).await?;
    let refused = receiver.wait_for(1).await?;
    receiver.answer(204);
    let messages = receiver.wait_for(3).await?;
    assert_eq!(messages[1].id, refused[0].id, "the first of a record goes before the second");
    assert_eq!(ids(&messages).len(), 2);
    let deliveries = house.deliveries(&id)?;
    let attempts = &deliveries[1]["attempts"];
    assert_eq!(
        (&attempts[0]["outcome"], &attempts[1]["outcome"]),
        (&json!("retry"), &json!("done"))
    );

    // A redirect is an answer like others that is no 2xx.
    receiver.answer(302);
    house.send(3, 3).await?;
    receiver.wait_for(4).await?;
    until("a redirect is not followed", async || {
        let told = house.deliveries(&id)?;
        let detail = told[0]["attempts"][0]["detail"].as_str().unwrap_or_default();
        Ok(detail.contains("redirects are not followed"))
    })
    .await?;

    // Who says that it is gone is not asked again.
    receiver.answer(410);
    house.send(4, 4).await?;
    until("it is disabled", async || Ok(house.run(&["list"])?[0]["state"] == "disabled")).await?;
    let listed = house.run(&["list"])?;
    let reason = listed[0]["disabled_reason"].as_str().unwrap_or_default();
    assert!(reason.contains("410"), "{reason}");
    house.send(5, 5).await?;
    receiver.answer(200);
    house.run(&["resume", &id])?;
    house.send(6, 6).await?;
    until("the one after it is told", async || {
        Ok(receiver.messages().iter().any(|one| one.contact().ends_with('6')))
    })
    .await?;
    let told = receiver.messages();
    assert!(told.iter().all(|one| !one.contact().ends_with('5')), "nothing waited for it");

    // What it missed is told when somebody asks.
    house.run(&["replay", &id, "--since", "2020-01-01T00:00:00Z"])?;
    until("it was told what it missed", async || {
        Ok(receiver.messages().iter().any(|one| one.contact().ends_with('5')))
    })
    .await?;
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_given_up_waits_for_a_person() -> Result<()> {
    let house = House::open(&[("HIGHWIRE_SUBSCRIPTIONS_GIVE_UP_AFTER_HOURS", "0")])?;
    let receiver = Receiver::open().await?;
    let (id, _) = house.add(&receiver, &[])?;
    receiver.answer(500);
    for number in 1..=3 {
        house.send(number, number).await?;
    }
    let dead = || house.run(&["deliveries", &id, "--dead"]);
    until("all are given up", async || Ok(dead()?.len() == 3)).await?;
    let letters = dead()?;
    receiver.answer(200);
    let one = letters[0]["delivery"].as_str().context("an id")?;
    assert_eq!(house.run(&["replay", &id, "--delivery", one])?[0]["replayed"], 1);
    until("one is told", async || Ok(dead()?.len() == 2)).await?;
    assert_eq!(house.run(&["replay", &id, "--dead"])?[0]["replayed"], 2);
    until("all are told", async || {
        Ok(house.deliveries(&id)?.iter().all(|one| one["state"] == "done"))
    })
    .await?;
    assert_eq!(receiver.messages().len(), 6);
    assert_eq!(ids(&receiver.messages()).len(), 3);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pause_keeps_what_comes_and_a_removal_drops_it() -> Result<()> {
    let (house, receiver) = (House::open(&[])?, Receiver::open().await?);
    let (id, _) = house.add(&receiver, &["--name", "shop"])?;
    house.run(&["pause", "shop"])?;
    for number in 1..=5 {
        house.send(number, 1).await?;
    }
    until("all are waiting", async || Ok(house.deliveries(&id)?.len() == 5)).await?;
    assert!(receiver.messages().is_empty());
    house.run(&["resume", "shop"])?;
    let messages = receiver.wait_for(5).await?;
    assert!(by_contact(&messages).values().all(|times| times.is_sorted()));

    house.run(&["pause", "shop"])?;
    house.send(6, 1).await?;
    until("one is waiting", async || Ok(house.deliveries(&id)?.len() == 6)).await?;
    house.run(&["remove", "shop"])?;
    assert!(house.run(&["list"])?.is_empty());
    let (_, other) = (house.add(&receiver, &[])?, 7);
    house.send(other, 2).await?;
    let messages = receiver.wait_for(6).await?;
    assert_eq!(messages.len(), 6, "what waited for the removed one is not told");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_waits_for_a_receiver_that_hangs() -> Result<()> {
    let (house, receiver) = (House::open(&[])?, Receiver::open().await?);
    // It takes every connection and never answers.
    let hole = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/", hole.local_addr()?);
    house.run(&["add", &url, "--name", "hole"])?;
    house.add(&receiver, &[])?;
    for number in 1..=60 {
        house.send(number, number % 20).await?;
    }
    let messages = receiver.wait_for(60).await?;
    assert_eq!(ids(&messages).len(), 60);
    let hanging = house.deliveries("hole")?;
    let under_way = hanging.iter().filter(|one| one["state"] == "started").count();
    assert!(hanging.iter().all(|one| one["state"] != "done") && under_way <= 4, "{under_way}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_loses_no_message_and_renames_none() -> Result<()> {
    let (mut house, receiver) = (House::open(&[])?, Receiver::open().await?);
    house.add(&receiver, &["--kinds", "contact.updated"])?;
    let mut number = 0;
    for _ in 0..6 {
        for _ in 0..25 {
            number += 1;
            house.send(number, number % 5).await?;
        }
        // While deliveries are under way.
        receiver.wait_for(receiver.messages().len() + 1).await?;
        house.kill()?;
        house.start()?;
    }
    until("every event is told", async || Ok(ids(&receiver.messages()).len() == 150)).await?;
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    for message in receiver.messages() {
        let event = message.body["data"]["event"].as_str().unwrap_or_default().to_owned();
        let body = names.entry(event.clone()).or_insert_with(|| message.body.to_string());
        assert_eq!((&message.id, &*body), (&event, &message.body.to_string()));
    }
    assert_eq!(names.len(), 150);
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_api_keeps_to_the_callers_own() -> Result<()> {
    let (house, receiver) = (House::open(&[])?, Receiver::open().await?);
    let key = house.key("subscriptions:read,subscriptions:write,events:read")?;
    let looking = house.key("subscriptions:read")?;
    let new = |url: &str| json!({ "url": url, "kinds": ["contact.*"] }).to_string();
    let (status, _) = house.ask(&looking, "POST /v1/subscriptions", &new(&receiver.url())).await?;
    assert_eq!(status, 403);
    let (status, made) = house.ask(&key, "POST /v1/subscriptions", &new(&receiver.url())).await?;
    assert_eq!(status, 201, "{made}");
    let id = made["subscription"]["id"].as_str().context("an id")?.to_owned();
    let secret = made["secret"].as_str().context("a secret")?.to_owned();
    let path = format!("/v1/subscriptions/{id}");
    let (_, shown) = house.ask(&looking, &format!("GET {path}"), "").await?;
    assert_eq!(shown["state"], "active");

    let (status, _) = house.ask(&key, &format!("POST {path}/tests"), "").await?;
    assert_eq!(status, 202);
    receiver.wait_for(1).await?;
    let told = house.ask(&looking, &format!("GET {path}/deliveries?limit=1"), "").await?.1;
    assert_eq!(told["deliveries"][0]["kind"], "webhook.test", "{told}");

    for url in [
        "http://169.254.169.254/latest/meta-data/",
        "https://169.254.169.254/",
        "https://10.0.0.1/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://2130706433/",
        "https://0x7f.1/",
        "https://app.localhost/",
        "https://metadata.google.internal/",
        "https://user@hooks.example.com/",
        "https://hooks.example.com:22/",
        "http://hooks.example.com/",
        "file:///etc/passwd",
    ] {
        let (status, said) = house.ask(&key, "POST /v1/subscriptions", &new(url)).await?;
        assert_eq!(status, 422, "{url}: {said}");
        let change = json!({ "url": url }).to_string();
        let (status, said) = house.ask(&key, &format!("PATCH {path}"), &change).await?;
        assert_eq!(status, 422, "{url}: {said}");
    }

    a_foreign_key_sees_nothing(&house, &key, &path).await?;
    assert_eq!(house.ask(&key, &format!("DELETE {path}"), "").await?.0, 204);
    assert_eq!(house.ask(&key, &format!("GET {path}"), "").await?.0, 404);
    for file in std::fs::read_dir(house.data())? {
        let file = file?;
        if file.file_type()?.is_file() {
            let held = std::fs::read(file.path())?;
            let secret = secret.trim_start_matches("whsec_").as_bytes();
            let found = held.windows(secret.len()).any(|window| window == secret);
            assert!(!found, "the secret stands in {}", file.path().display());
        }
    }
    Ok(())
}

/// Another organization's key sees nothing of a subscription.
async fn a_foreign_key_sees_nothing(house: &House, key: &str, path: &str) -> Result<()> {
    let (_, said, is_done) = house.output(&["organizations", "add", "other"])?;
    ensure!(is_done, "{said}");
    let create = ["api-keys", "create", "--name", "other", "--organization", "other", "--scope"];
    let scopes = ["subscriptions:read,subscriptions:write"];
    let (out, ..) = house.output(&[&create[..], &scopes].concat())?;
    let foreign: Value = serde_json::from_str(&out)?;
    let foreign = foreign["secret"].as_str().context("a secret")?;
    for line in [
        format!("GET {path}"),
        format!("DELETE {path}"),
        format!("POST {path}/secret"),
        format!("POST {path}/tests"),
        format!("GET {path}/deliveries"),
    ] {
        assert_eq!(house.ask(foreign, &line, "").await?.0, 404, "{line}");
    }
    let change = |line: &str, body: Value| (format!("{line} {path}"), body.to_string());
    let (line, body) = change("PATCH", json!({ "state": "paused" }));
    assert_eq!(house.ask(foreign, &line, &body).await?.0, 404);
    let replay = json!({ "dead": true }).to_string();
    let line = format!("POST {path}/replays");
    assert_eq!(house.ask(foreign, &line, &replay).await?.0, 404);
    assert_eq!(house.ask(key, &line, &replay).await?.0, 202);
    assert_eq!(house.ask(key, &line, "{}").await?.0, 422);
    let listed = house.ask(foreign, "GET /v1/subscriptions", "").await?.1;
    assert_eq!(listed, json!({ "subscriptions": [] }));

    Ok(())
}
