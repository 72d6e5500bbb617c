//! Limits and faults with many callers: what is throttled, lost or doubled, counted and not timed.
//!
//! The full size with its times is `cargo bench -p e2e --bench limits`.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use e2e::{
    Account, Crowd, Stranger, Verdict, Write,
    trial::{empty_account, fault_classes, ledger},
};
use highlevel::Settings;
use sandbox::{
    fault::Fault,
    highlevel::{RateLimits, Window},
};
use tokio::task::JoinSet;

const BURST: u32 = 20;
const INTERVAL_MS: u32 = 400;
const WRITES: usize = 200;

fn limits(window: Window) -> RateLimits {
    RateLimits { burst: BURST, interval_milliseconds: INTERVAL_MS, window, ..RateLimits::default() }
}

/// The margin is as long as the window: a busy machine delays calls.
fn settings() -> Settings {
    let window = Duration::from_millis(INTERVAL_MS.into());
    Settings { requests_per_window: BURST, window, window_margin: window, ..Settings::default() }
}

const ALL_OF_THEM: Verdict = Verdict { succeeded: WRITES, failed: 0, lost: 0, doubled: 0 };

async fn one_client_alone(account: &Account) -> Result<()> {
    let crowd = Crowd::new(account, settings())?;
    let written = crowd.write(Write::Upsert, 0..WRITES).await;
    let traffic = (crowd.traffic().requests(), crowd.traffic().throttled());
    ensure!(traffic == (WRITES as u64, 0), "sent and throttled: {traffic:?}");
    ensure!(crowd.judge(&written).await? == ALL_OF_THEM, "{written:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_client_keeps_a_fixed_window() -> Result<()> {
    let (_highlevel, account) = empty_account(limits(Window::Fixed)).await?;
    one_client_alone(&account).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_client_keeps_a_sliding_window() -> Result<()> {
    let (_highlevel, account) = empty_account(limits(Window::Sliding)).await?;
    one_client_alone(&account).await
}

/// Each client has a ledger of its own on the same file, as two processes have.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_clients_with_one_file_of_budgets_keep_one_limit() -> Result<()> {
    let (_highlevel, account) = empty_account(limits(Window::Sliding)).await?;
    let folder = tempfile::tempdir()?;
    let open = || -> Result<Crowd> {
        let ledger = Some(ledger(folder.path())?);
        Crowd::new(&account, Settings { ledger, ..settings() })
    };
    let (one, other) = (open()?, open()?);
    let half = WRITES / 2;
    let (mut written, more) =
        tokio::join!(one.write(Write::Upsert, 0..half), other.write(Write::Upsert, half..WRITES),);
    written.succeeded.extend(more.succeeded);
    written.failed.extend(more.failed);
    for crowd in [&one, &other] {
        let traffic = (crowd.traffic().requests(), crowd.traffic().throttled());
        ensure!(traffic == (half as u64, 0), "sent and throttled: {traffic:?}");
    }
    ensure!(one.judge(&written).await? == ALL_OF_THEM, "{written:?}");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn beside_a_stranger_nothing_is_lost_or_doubled() -> Result<()> {
    for window in [Window::Fixed, Window::Sliding] {
        let (_highlevel, account) = empty_account(limits(window)).await?;
        let stranger = Stranger::begin(&account, Duration::from_millis(67))?;
        let crowd = Crowd::new(&account, settings())?;
        let written = crowd.write(Write::Upsert, 0..WRITES).await;
        let sent = crowd.traffic().requests();
        ensure!(sent <= WRITES as u64 * 13 / 10, "{sent} requests for {WRITES} writes");
        ensure!(stranger.traffic().requests() > 0, "nobody else asked");
        drop(stranger);
        ensure!(crowd.judge(&written).await? == ALL_OF_THEM, "{window:?}: {written:?}");
    }
    Ok(())
}

/// All classes at the same time: a class spends most of its time waiting for repetitions.
async fn under_faults(write: Write, calls_per_write: usize) -> Result<()> {
    let mut classes = JoinSet::new();
    for (name, fault) in fault_classes() {
        classes.spawn(async move {
            let judged = under_fault(write, calls_per_write, fault).await;
            judged.with_context(|| format!("{write:?}, {name}"))
        });
    }
    while let Some(judged) = classes.join_next().await {
        judged??;
    }
    Ok(())
}

async fn under_fault(write: Write, calls_per_write: usize, fault: Fault) -> Result<()> {
    let (highlevel, account) = empty_account(RateLimits::generous()).await?;
    highlevel.faults().set(vec![fault])?;
    let short = Duration::from_millis(20);
    let settings = Settings {
        requests_per_window: 10_000,
        window: short,
        window_margin: short,
        // Chance may fail as many calls in a row as a dead vendor does; the breaker is tested elsewhere.
        breaker_failures: None,
        ..Settings::default()
    };
    let crowd = Crowd::new(&account, settings)?;
    let written = crowd.write(write, 0..WRITES).await;
    let sent = usize::try_from(crowd.traffic().requests())?;
    highlevel.faults().clear();
    let verdict = crowd.judge(&written).await?;
    ensure!((verdict.lost, verdict.doubled) == (0, 0), "{verdict:?}");
    ensure!(verdict.succeeded + verdict.failed == WRITES, "{verdict:?}");
    ensure!(verdict.succeeded >= WRITES / 2, "{verdict:?}: {:?}", written.failed);
    let most = WRITES * calls_per_write * 13 / 10;
    ensure!(sent <= most, "{sent} requests for {WRITES} writes");
    Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_creation_under_faults_lands_once_or_is_reported() -> Result<()> {
    under_faults(Write::Create, 1).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upsert_under_faults_lands_once_or_is_reported() -> Result<()> {
    under_faults(Write::Upsert, 1).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_safe_upsert_under_faults_lands_once_or_is_reported() -> Result<()> {
    under_faults(Write::SafeUpsert, 2).await
}
