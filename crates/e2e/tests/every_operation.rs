//! Every operation of the catalogue is called once through the raw client and answers true to its schema.
//!
//! Each generation has a world of its own, which answers as the specification says where the live
//! API differs. What is not answered, or not as documented, stands in `uncovered-operations.txt`,
//! and this test fails when that list is not what it finds.

use std::{collections::BTreeSet, fmt::Write as _};

use anyhow::{Context as _, Result, ensure};
use e2e::Coverage;
use endpoint::catalogue::Generation;
use highlevel::catalogue;
use sandbox::highlevel::{HighLevelSandbox, HighLevelSettings, RateLimits};

/// A Monday morning, so that calendars have hours ahead of them.
const NOW: &str = "2026-03-02T09:00:00Z";
/// Takes the app off, and with it the tokens of the app.
const LAST: &str = "marketplace.uninstall-application";
const UNCOVERED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/uncovered-operations.txt");
const FOUND: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/uncovered-operations.txt");

/// The operations that fall short, each with how, and the recipes that none of them needed.
async fn uncovered(generation: Generation) -> Result<(Vec<(String, String)>, BTreeSet<String>)> {
    let settings = HighLevelSettings {
        rate_limits: RateLimits::generous(),
        strict_spec: true,
        ..HighLevelSettings::default()
    };
    let highlevel = HighLevelSandbox::start(settings, e2e::still_clock(NOW)).await?;
    let mut coverage = Coverage::begin(&highlevel, generation).await?;
    let mut uncovered = Vec::new();
    let mut operations: Vec<_> =
        catalogue::operations().filter(|it| it.edition(generation).is_some()).collect();
    operations.sort_by_key(|operation| operation.id() == LAST);
    for operation in operations {
        if let Err(problem) = coverage.call(operation).await {
            uncovered.push((format!("{generation} {}", operation.id()), problem));
        }
    }
    highlevel.stop().await;
    Ok((uncovered, coverage.unused()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_operation_is_answered_true_to_its_schema() -> Result<()> {
    let (mut found, mut told) = (String::new(), String::new());
    let mut unused: Option<BTreeSet<String>> = None;
    for generation in Generation::ALL {
        let (lines, idle) = uncovered(generation).await?;
        for (line, problem) in lines {
            writeln!(found, "{line}")?;
            writeln!(told, "{line} {problem}")?;
        }
        unused = Some(unused.map_or(idle.clone(), |unused| &unused & &idle));
    }
    let known = std::fs::read_to_string(UNCOVERED).context("read the list")?;
    if found != known {
        std::fs::write(FOUND, &found).context("write what was found")?;
    }
    ensure!(
        found == known,
        "the list of uncovered operations is another one now:\n{told}\nif it is meant, copy \
         {FOUND} to {UNCOVERED}"
    );
    let unused = unused.unwrap_or_default();
    ensure!(
        unused.is_empty(),
        "no call needs these entries of the recipes, take them out: {unused:#?}"
    );
    Ok(())
}
