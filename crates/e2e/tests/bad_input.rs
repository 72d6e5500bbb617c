//! What the doors of the real binary make of bad input, and that good input still comes through.

use anyhow::Result;
use domain::{EventKind, Journal, Sequence};
use e2e::{Events, Hub, Program, Sender, Signed};
use store::Sqlite;

#[tokio::test]
async fn what_is_not_signed_is_refused_and_what_is_signed_is_kept() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let (ours, theirs) = (Events::new(1, 400)?, Events::new(2, 400)?);
    let variables = [
        ("HIGHWIRE_WEBHOOK_PUBLIC_KEYS", ours.public_key()),
        ("HIGHWIRE_HIGHLEVEL_ACCEPT_UNKNOWN_LOCATIONS", "true".to_owned()),
    ];
    let hub = Hub::start(&Program::built()?, folder.path(), variables)?;
    let mut sender = Sender::connect(hub.address()).await?;

    let good = ours.signed(1, 1)?;
    let other_body = Signed { body: good.body.replace("Person", "Qerson"), ..good.clone() };
    let refused = [
        theirs.signed(1, 1)?,
        other_body,
        Signed { signature: String::new(), ..good.clone() },
        Signed { signature: "N/A".to_owned(), ..good.clone() },
        Signed { signature: "%%%".to_owned(), ..good.clone() },
        Signed { signature: good.signature[..40].to_owned(), ..good.clone() },
    ];
    for (index, forged) in refused.iter().enumerate() {
        assert_eq!(sender.send(&Sender::request(forged)).await?, 401, "forgery {index}");
    }
    let store = Sqlite::open_to_read(&folder.path().join("data"))?;
    assert_eq!(store.last().await?, Sequence(0), "nothing of a forgery is kept");

    let large = ours.sign(&"x".repeat(5 * 1024 * 1024 + 1))?;
    let too_large = Sender::connect(hub.address()).await?.send(&Sender::request(&large)).await;
    assert!(matches!(too_large, Ok(413)), "{too_large:?}");

    for body in ["not JSON", "[1,2,3]", "{\"cut\":", "{\"type\":\"Nobody knows\"}"] {
        assert_eq!(sender.send(&Sender::request(&ours.sign(body)?)).await?, 200, "{body}");
    }
    let deep = format!("{{\"deep\":{}", "[".repeat(100_000));
    assert_eq!(sender.send(&Sender::request(&ours.sign(&deep)?)).await?, 200);
    assert_eq!(sender.send(&Sender::request(&good)).await?, 200);
    assert_eq!(sender.send(&Sender::request(&good)).await?, 200, "a repetition is welcome");
    let kinds: Vec<_> = store
        .entries_after(Sequence(0), 100)
        .await?
        .into_iter()
        .map(|entry| entry.event.kind.to_string())
        .collect();
    let unreadable = EventKind::UNREADABLE.to_string();
    let expected =
        [&unreadable, &unreadable, &unreadable, "unknown.changed", &unreadable, "contact.updated"];
    assert_eq!(kinds, expected);
    Ok(())
}
