//! `cargo run --release -p e2e --bin chaos -- --edits 2000`: a day of edits at vendors that fail.

use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use e2e::chaos::{Day, live};

const USAGE: &str = "usage: chaos [--edits NUMBER] [--people NUMBER] [--customers NUMBER] \
                     [--faults-per-mille NUMBER] [--pace EDITS_PER_SECOND] [--seed NUMBER]";

fn main() -> Result<ExitCode> {
    let day = day(std::env::args().skip(1))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let evening = runtime.block_on(live(day))?;
    print(&serde_json::to_string_pretty(&evening)?);
    Ok(if evening.is_good() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn day(mut arguments: impl Iterator<Item = String>) -> Result<Day> {
    let mut day =
        Day { edits: 2_000, people: 60, customers: 20, faults_per_mille: 100, pace: 10, seed: 1 };
    while let Some(flag) = arguments.next() {
        let value: u32 = arguments.next().context(USAGE)?.parse().context(USAGE)?;
        match flag.as_str() {
            "--edits" => day.edits = value,
            "--people" => day.people = value,
            "--customers" => day.customers = value as usize,
            "--faults-per-mille" => day.faults_per_mille = value,
            "--pace" => day.pace = value,
            "--seed" => day.seed = value.into(),
            _ => bail!(USAGE),
        }
    }
    Ok(day)
}

#[expect(clippy::print_stdout, reason = "the figures are the output of a trial")]
fn print(line: &str) {
    println!("{line}");
}
