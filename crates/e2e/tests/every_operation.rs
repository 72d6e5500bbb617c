//! Every operation of the catalogue is called once through the raw client and answers true to its schema.
//!
//! Each generation has a world of its own. What creates comes first, so that the ids of its answers
//! lead what reads; what deletes comes last. What is not answered, or not as documented, stands in
//! `uncovered-operations.txt`, and this test fails when that list is not what it finds.

use std::{collections::HashMap, fmt::Write as _};

use anyhow::{Context as _, Result, ensure};
use e2e::Coverage;
use endpoint::catalogue::{Generation, Kind, Operation};
use highlevel::catalogue;
use sandbox::highlevel::{HighLevelSandbox, HighLevelSettings, RateLimits};

const UNCOVERED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/uncovered-operations.txt");
const FOUND: &str = concat!(env!("CARGO_TARGET_TMPDIR"), "/uncovered-operations.txt");

/// In which order operations are called: what makes records first, deeper ones later, then what
/// reads and changes, then what deletes, deeper ones earlier.
fn order(operation: &Operation<'static>) -> (u8, i64, &'static str) {
    let depth = i64::try_from(operation.path().split('/').count()).unwrap_or_default();
    match (operation.kind(), operation.method()) {
        // Nothing is left after it: its tokens die with a location.
        _ if operation.id() == "locations.delete-location" => (4, 0, operation.id()),
        (Kind::Delete, _) => (3, -depth, operation.id()),
        (_, endpoint::Method::Get) => (1, depth, operation.id()),
        (_, endpoint::Method::Post) => (0, depth, operation.id()),
        _ => (2, depth, operation.id()),
    }
}

async fn uncovered(generation: Generation) -> Result<Vec<String>> {
    let settings =
        HighLevelSettings { rate_limits: RateLimits::generous(), ..HighLevelSettings::default() };
    let highlevel = HighLevelSandbox::start(settings, e2e::clock()).await?;
    let mut coverage = Coverage::begin(&highlevel, generation).await?;
    let mut operations: Vec<Operation<'static>> = catalogue::operations()
        .filter(|operation| operation.edition(generation).is_some())
        .collect();
    operations.sort_by_key(order);
    let mut uncovered = Vec::new();
    for operation in operations {
        if let Err(problem) = coverage.call(operation).await {
            uncovered.push(format!("{generation} {} {problem}", operation.id()));
        }
    }
    highlevel.stop().await;
    uncovered.sort();
    Ok(uncovered)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_operation_is_answered_true_to_its_schema() -> Result<()> {
    let mut found = String::new();
    let mut counts = HashMap::new();
    for generation in Generation::ALL {
        for line in uncovered(generation).await? {
            writeln!(found, "{line}")?;
            *counts.entry(generation).or_insert(0) += 1;
        }
    }
    let known = std::fs::read_to_string(UNCOVERED).context("read the list")?;
    if found != known {
        std::fs::write(FOUND, &found).context("write what was found")?;
    }
    ensure!(
        found == known,
        "the list of uncovered operations is another one now ({counts:?}):\n{found}\nif it is \
         meant, copy {FOUND} to {UNCOVERED}"
    );
    Ok(())
}
