//! `cargo run -p e2e --bin api_fuzz -- --seconds 600 --seed 1`: holds the hub to the document of its API.

use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use e2e::{
    Program,
    fuzzer::{Fuzzing, fuzz},
};

const USAGE: &str = "usage: api_fuzz [--seconds NUMBER] [--seed NUMBER]";

fn main() -> Result<ExitCode> {
    let fuzzing = fuzzing(std::env::args().skip(1))?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let folder = tempfile::tempdir()?;
    runtime.block_on(fuzz(&Program::built()?, folder.path(), fuzzing))?;
    Ok(ExitCode::SUCCESS)
}

fn fuzzing(mut arguments: impl Iterator<Item = String>) -> Result<Fuzzing> {
    let mut fuzzing = Fuzzing { seconds: 600, seed: 1 };
    while let Some(flag) = arguments.next() {
        let value: u64 = arguments.next().context(USAGE)?.parse().context(USAGE)?;
        match flag.as_str() {
            "--seconds" => fuzzing.seconds = u32::try_from(value)?,
            "--seed" => fuzzing.seed = value,
            _ => bail!(USAGE),
        }
    }
    Ok(fuzzing)
}
