//! How soon a row of Notion shows what HighLevel's webhook told, within Notion's calls per minute.
//!
//! `--seconds`, `--rows` and `--rate` say for how long, over how many rows and how often a second. The
//! binary, both vendors and the load share the machine.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use e2e::tables::{Tables, load, until};
use sandbox::notion::NotionSettings;

fn main() -> Result<()> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(measure())
}

async fn measure() -> Result<()> {
    let wishes = wishes()?;
    let wish = |name: &str, usual: u32| wishes.get(name).copied().unwrap_or(usual);
    let (seconds, rows, rate) = (wish("--seconds", 120), wish("--rows", 5), wish("--rate", 20));
    let house = Tables::open(NotionSettings::default(), true).await?;
    let mut people = Vec::new();
    for number in 0..rows {
        let email = format!("person{number}@example.com");
        let id = house.person(&format!("Person {number}"), &email).await?;
        until("a row", || house.row_of("people", &id)).await?;
        people.push(id);
    }
    let shown = load(&house, &people, (rate, rate * seconds)).await?;
    print(&format!(
        "{} changes of {rows} contacts, {rate} a second: their rows show them after {:.2} s (p50), \
         {:.2} s (p99), {:.2} s at most; {} calls of Notion, {} in the busiest minute, {} refused",
        shown.latencies.len(),
        shown.percentile(50).as_secs_f64(),
        shown.percentile(99).as_secs_f64(),
        shown.percentile(100).as_secs_f64(),
        shown.calls,
        shown.busiest_minute,
        shown.refused,
    ));
    Ok(())
}

/// The flags with their numbers; `--bench`, which cargo adds, has none.
fn wishes() -> Result<BTreeMap<String, u32>> {
    let arguments: Vec<_> = std::env::args().skip(1).filter(|one| one != "--bench").collect();
    let wish = |pair: &[String]| {
        let number = pair.get(1).context("a flag without its number")?;
        Ok((pair[0].clone(), number.parse()?))
    };
    arguments.chunks(2).map(wish).collect()
}

#[expect(clippy::print_stdout, reason = "a benchmark prints what it found")]
fn print(line: &str) {
    println!("{line}");
}
