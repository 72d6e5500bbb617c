//! A hub whose commits do not wait for the disk: what the trial of power cuts must find.
//!
//! Doors and stages are the hub's own; only its store is opened with `synchronous=NORMAL`, which the
//! hub itself refuses. It takes what the trial sets of the hub's variables, and ends when killed.

use std::{path::Path, sync::Arc};

use anyhow::{Context, Result};
use highlevel::webhook::PublicKeys;
use hostile::House;
use store::Sqlite;

#[tokio::main]
async fn main() -> Result<()> {
    let folder = variable("HIGHWIRE_DATA_DIR")?;
    let keys = variable("HIGHWIRE_WEBHOOK_PUBLIC_KEYS")?;
    let clock = e2e::clock();
    #[expect(clippy::disallowed_methods, reason = "losing events is what it is for")]
    let store = Sqlite::open_unsynced(Path::new(&folder), Arc::new(move || clock.now()))?;
    let house = House::open(store, PublicKeys::parse(keys.split(','))?).await;
    say(&serde_json::json!({ "url": format!("http://{}", house.address()) }).to_string());
    std::future::pending().await
}

#[expect(clippy::disallowed_methods, reason = "it is started as the hub is")]
fn variable(name: &'static str) -> Result<String> {
    std::env::var(name).with_context(|| format!("read {name}; the power-cut test sets it"))
}

#[expect(clippy::print_stdout, reason = "it says its address, as the hub does")]
fn say(line: &str) {
    println!("{line}");
}
