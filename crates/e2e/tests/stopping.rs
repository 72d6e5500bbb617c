//! A hub that is told to stop finishes what it took, exits with 0, and takes up again.

use anyhow::{Context, Result};
use domain::{Journal, Sequence};
use e2e::{Events, Hub, Program, Sender};
use store::Sqlite;

#[tokio::test]
async fn the_stop_signal_ends_a_hub_with_zero_and_loses_nothing() -> Result<()> {
    let program = Program::built()?;
    let folder = tempfile::tempdir()?;
    let events = Events::new(4, 400)?;
    let variables = [("HIGHWIRE_WEBHOOK_PUBLIC_KEYS", events.public_key())];
    let hub = Hub::start(&program, folder.path(), variables.clone())?;
    let mut sender = Sender::connect(hub.address()).await?;
    for number in 0..20 {
        assert_eq!(sender.send(&Sender::request(&events.signed(number, number)?)).await?, 200);
    }
    drop(sender);
    hub.ask_to_stop()?;
    let status = hub.wait().context("wait for the hub")?;
    assert_eq!(status.code(), Some(0));
    let again = Hub::start(&program, folder.path(), variables)?;
    let store = Sqlite::open_to_read(&folder.path().join("data"))?;
    assert_eq!(store.last().await?, Sequence(20));
    drop(again);
    Ok(())
}
