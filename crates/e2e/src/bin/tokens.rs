//! `cargo run -p e2e --bin tokens -- --hours 240 --kills 100 --seed 1`: the long trials of tokens, with their figures.

use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use e2e::tokens::{Day, Kills, run_day, run_kills};

const USAGE: &str = "usage: tokens [--hours NUMBER] [--kills NUMBER] [--seed NUMBER]";

fn main() -> Result<ExitCode> {
    let (mut hours, mut kills, mut seed) = (240, 100, 1);
    let mut arguments = std::env::args().skip(1);
    while let Some(flag) = arguments.next() {
        let value: u64 = arguments.next().context(USAGE)?.parse().context(USAGE)?;
        match flag.as_str() {
            "--hours" => hours = value,
            "--kills" => kills = value,
            "--seed" => seed = value,
            _ => bail!(USAGE),
        }
    }
    let program = std::env::current_exe()?.with_file_name("token_process");
    let kills = Kills { kills: usize::try_from(kills)?, seed };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let (days, deaths) = (tempfile::tempdir()?, tempfile::tempdir()?);
    let day = runtime.block_on(run_day(&program, days.path(), Day { hours, seed }))?;
    print(&format!("{day:#?}"));
    let killed = runtime.block_on(run_kills(&program, deaths.path(), kills))?;
    print(&format!("{killed:#?}"));
    match day.is_clean() && killed.broken.is_empty() {
        true => Ok(ExitCode::SUCCESS),
        false => Ok(ExitCode::FAILURE),
    }
}

#[expect(clippy::print_stdout, reason = "a trial prints its figures")]
fn print(line: &str) {
    println!("{line}");
}
