//! `kill -9` at random moments: no acknowledged event is lost, none is doubled, order is kept.
//!
//! The short form of `cargo run -p e2e --bin crash`, which says more and takes a seed.

use anyhow::Result;
use e2e::{
    Program,
    crash::{Trial, run},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_kills_lose_nothing_and_double_nothing() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let trial = Trial { kills: 20, seed: 3 };
    let report = run(&Program::built()?, folder.path(), trial).await?;
    eprintln!("{report:#?}");
    assert!(report.verdict.is_clean(), "{:#?}", report.verdict);
    // The trial itself is worth something only where kills meet work.
    assert!(report.kills_starting > 0 && report.kills_stopping > 0, "{report:?}");
    assert!(report.counts.acknowledged > 50, "{:?}", report.counts);
    assert!(report.counts.in_doubt > 5, "{:?}", report.counts);
    Ok(())
}
