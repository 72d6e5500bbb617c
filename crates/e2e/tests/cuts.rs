//! A sync goes through a crash at each commit that it comes to, and ends as if there had been none.

use std::collections::BTreeSet;

use anyhow::Result;
use e2e::cuts::{live, points};

/// Crashes once at each commit, when it is on the disk or before, the first time that it is come to.
/// `cargo run -p e2e --bin cuts` goes through more of them.
async fn crash_at_each(is_written: bool) -> Result<()> {
    let whole = live(None).await?;
    assert_eq!(whole.differences, Vec::<String>::new());
    let names: BTreeSet<_> = whole.met.keys().map(|commit| commit.name).collect();
    for name in ["append to the journal", "write the mirror", "store a link"] {
        assert!(names.contains(name), "{name} is not among {names:?}");
    }
    let (mut met, mut missed) = (0, Vec::new());
    let first = |cut: &e2e::cuts::Cut| cut.number == 1 && cut.commit.is_written == is_written;
    for cut in points(&whole.met).into_iter().filter(first) {
        let ended = live(Some(cut)).await?;
        assert_eq!(ended.differences, Vec::<String>::new(), "{cut:?}");
        match ended.was_met {
            true => met += 1,
            false => missed.push(cut),
        }
    }
    assert!(missed.is_empty(), "not come to: {missed:?}");
    assert!(met >= names.len(), "{met} crashes at {names:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sync_survives_a_crash_before_each_commit() -> Result<()> {
    crash_at_each(false).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_sync_survives_a_crash_after_each_commit() -> Result<()> {
    crash_at_each(true).await
}
