//! `cargo run -p e2e --bin crash -- --kills 200 --seed 1`: kills a hub under load, and counts.

use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use e2e::{
    Program,
    crash::{Report, Trial, run},
};

const USAGE: &str = "usage: crash [--kills NUMBER] [--seed NUMBER]";

fn main() -> Result<ExitCode> {
    let trial = trial(std::env::args().skip(1))?;
    print(&format!("seed {}: {} kills", trial.seed, trial.kills));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let folder = tempfile::tempdir()?;
    let report = runtime.block_on(run(&Program::built()?, folder.path(), trial))?;
    tell(&report);
    if report.verdict.is_clean() {
        return Ok(ExitCode::SUCCESS);
    }
    print(&format!("a promise was broken; the data folder is kept: {:#?}", report.verdict));
    print(&folder.keep().display().to_string());
    Ok(ExitCode::FAILURE)
}

fn trial(arguments: impl Iterator<Item = String>) -> Result<Trial> {
    let mut trial = Trial { kills: 200, seed: 1 };
    let mut arguments = arguments;
    while let Some(flag) = arguments.next() {
        let value: u64 = arguments.next().context(USAGE)?.parse().context(USAGE)?;
        match flag.as_str() {
            "--kills" => trial.kills = usize::try_from(value)?,
            "--seed" => trial.seed = value,
            _ => bail!(USAGE),
        }
    }
    Ok(trial)
}

fn tell(report: &Report) {
    let (counts, first) = (&report.counts, &report.first_200);
    print(&format!(
        "kills:   {} while starting, {} while serving, {} while stopping",
        report.kills_starting, report.kills_serving, report.kills_stopping
    ));
    print(&format!(
        "events:  {} sent, {} acknowledged by {} answers, {} sent again, {} put off with 429",
        counts.sent, counts.acknowledged, counts.answers, counts.repeated, counts.put_off
    ));
    print(&format!(
        "kills met {} events on their way; {} of these are in the journal",
        counts.in_doubt, counts.recovered
    ));
    if let (Some(median), Some(longest)) = (first.get(first.len() / 2), first.last()) {
        print(&format!(
            "first 200 after a start: {:.0} ms in the middle, {:.0} ms at most",
            median.as_secs_f64() * 1_000.0,
            longest.as_secs_f64() * 1_000.0
        ));
    }
    print(&report.verdict.to_string());
}

#[expect(clippy::print_stdout, reason = "a trial prints its figures")]
fn print(line: &str) {
    println!("{line}");
}
