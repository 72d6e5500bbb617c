//! Two processes on one data folder through days of calls, and kills around the answer of a refresh.
//!
//! The short form of `cargo run -p e2e --bin tokens`, which goes on for longer and takes a seed.

use std::path::Path;

use anyhow::Result;
use e2e::tokens::{Day, Kills, run_day, run_kills};

const PROGRAM: &str = env!("CARGO_BIN_EXE_token_process");

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_expiry_is_one_refresh_of_two_processes_and_no_call_fails() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let report = run_day(Path::new(PROGRAM), folder.path(), Day { hours: 96, seed: 4 }).await?;
    eprintln!("{report:?}");
    assert!(report.is_clean(), "{report:#?}");
    assert!(report.refreshes >= 3, "{report:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_kill_between_the_answer_and_the_store_locks_nobody_out() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let kills = Kills { kills: 16, seed: 2 };
    let report = run_kills(Path::new(PROGRAM), folder.path(), kills).await?;
    eprintln!("{report:?}");
    assert!(report.broken.is_empty(), "{report:#?}");
    // The trial itself is worth something only where kills meet the store, and where some come late.
    assert!(report.in_doubt > 2 && report.late > 0, "{report:?}");
    Ok(())
}
