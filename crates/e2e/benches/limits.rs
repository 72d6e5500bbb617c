//! How close the client comes to what HighLevel's limits allow, and what it makes of faults.
//!
//! Each trial has a simulated HighLevel of its own with the documented limits: 100 calls in 10 s.
//! The floor is the time that the limit itself takes: a window's calls at once, then as many with
//! each window that follows. `--quick` makes 400 calls instead of 2,000; a word of a trial's name
//! runs those that have it. Trials on limits wait nearly all the time, so they run side by side.

use std::{
    path::Path,
    process::Stdio,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use e2e::{
    Account, Crowd, Stranger, Verdict, Write, Written,
    trial::{empty_account, fault_classes, ledger},
};
use highlevel::{
    LocationId, Settings, Tenant,
    ledger::{Admission, Allowance},
};
use sandbox::{
    fault::Fault,
    highlevel::{RateLimits, Window},
};
use serde_json::{Value, json};
use tokio::{process::Command, task::JoinSet};

/// What a window allows.
const BURST: usize = 100;
const WINDOW_SECONDS: f64 = 10.0;
/// What somebody else takes of it: three calls in a second.
const STRANGERS_SHARE: usize = 30;
const STRANGERS_PACE: Duration = Duration::from_nanos(333_333_333);
const CALLS: usize = 2_000;
const CALLS_QUICK: usize = 400;
const RESERVATIONS: usize = 10_000;
const CALLS_UNDER_FAULTS: usize = 300;
/// The first argument of a process that is one of two.
const CALLER: &str = "--caller";

const WINDOWS: [(&str, Window); 2] = [("fixed", Window::Fixed), ("sliding", Window::Sliding)];

#[tokio::main(worker_threads = 2)]
async fn main() -> Result<()> {
    // `cargo bench` adds `--bench`.
    let arguments: Vec<String> = std::env::args().skip(1).filter(|it| it != "--bench").collect();
    if let [flag, job] = &arguments[..]
        && flag == CALLER
    {
        return caller(&serde_json::from_str(job)?).await;
    }
    let calls = if arguments.iter().any(|it| it == "--quick") { CALLS_QUICK } else { CALLS };
    let words: Vec<String> = arguments.into_iter().filter(|it| !it.starts_with("--")).collect();
    let is_wanted = |name: &str| words.iter().all(|word| name.contains(word));
    if is_wanted("ledger") {
        reservations().await?;
    }
    let mut trials = JoinSet::new();
    for (name, window) in WINDOWS {
        if is_wanted(&format!("{name} alone")) {
            trials.spawn(async move { alone(name, window, calls).await });
        }
        if is_wanted(&format!("{name} two processes")) {
            trials.spawn(async move { two_processes(name, window, calls).await });
        }
        if is_wanted(&format!("{name} stranger")) {
            trials.spawn(async move { beside_a_stranger(name, window, calls).await });
        }
    }
    while let Some(trial) = trials.join_next().await {
        trial??;
    }
    for (write, name) in
        [(Write::Create, "create"), (Write::Upsert, "upsert"), (Write::SafeUpsert, "safe upsert")]
    {
        for (class, fault) in fault_classes() {
            if is_wanted(&format!("faults {name} {class}")) {
                under_fault(write, name, class, fault).await?;
            }
        }
    }
    Ok(())
}

fn limits(window: Window) -> RateLimits {
    RateLimits { window, ..RateLimits::default() }
}

/// What it costs to ask a ledger that processes share.
async fn reservations() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let ledger = ledger(folder.path())?;
    let tenant: Tenant = LocationId::new("location").into();
    let window = Duration::from_millis(10_100);
    let allowance = Allowance { calls_per_window: 100, window, calls_per_day: 200_000 };
    let mut now = e2e::clock().now();
    let mut took = Vec::new();
    for _ in 0..RESERVATIONS {
        let started = Instant::now();
        let admission = ledger.reserve(&tenant, allowance, now).await;
        took.push(started.elapsed().as_secs_f64() * 1e6);
        match admission.map_err(anyhow::Error::from_boxed)? {
            Admission::Granted => {}
            Admission::WaitUntil(until) | Admission::DayOver(until) => now = until,
        }
    }
    took.sort_by(f64::total_cmp);
    print(&format!(
        "ledger: {RESERVATIONS} reservations in budgets.db, median {:.0} µs, 99th of 100 {:.0} µs, \
         longest {:.0} µs",
        took[RESERVATIONS / 2],
        took[RESERVATIONS * 99 / 100],
        took[RESERVATIONS - 1]
    ));
    Ok(())
}

async fn alone(name: &str, window: Window, calls: usize) -> Result<()> {
    let (_highlevel, account) = empty_account(limits(window)).await?;
    let crowd = Crowd::new(&account, Settings::default())?;
    let started = Instant::now();
    let written = crowd.write(Write::Upsert, 0..calls).await;
    let took = started.elapsed();
    let (requests, throttled) = (crowd.traffic().requests(), crowd.traffic().throttled());
    let verdict = crowd.judge(&written).await?;
    let timed = in_limit(took, calls, BURST);
    print(&format!("{name} window, alone: {timed}, {}", told(throttled, requests, calls, verdict)));
    Ok(())
}

async fn beside_a_stranger(name: &str, window: Window, calls: usize) -> Result<()> {
    let (_highlevel, account) = empty_account(limits(window)).await?;
    let stranger = Stranger::begin(&account, STRANGERS_PACE)?;
    // It has been there for longer than a window.
    tokio::time::sleep(Duration::from_secs(12)).await; // tidy: sleep, the stranger comes first
    let before = stranger.traffic().requests();
    let crowd = Crowd::new(&account, Settings::default())?;
    let started = Instant::now();
    let written = crowd.write(Write::Upsert, 0..calls).await;
    let took = started.elapsed();
    let (requests, throttled) = (crowd.traffic().requests(), crowd.traffic().throttled());
    let others = (stranger.traffic().requests() - before, stranger.traffic().throttled());
    drop(stranger);
    let verdict = crowd.judge(&written).await?;
    let timed = in_limit(took, calls, BURST - STRANGERS_SHARE);
    print(&format!(
        "{name} window, a stranger: {timed}, {}; the stranger {} x 429 of {}",
        told(throttled, requests, calls, verdict),
        others.1,
        others.0
    ));
    Ok(())
}

async fn two_processes(name: &str, window: Window, calls: usize) -> Result<()> {
    let (_highlevel, account) = empty_account(limits(window)).await?;
    let folder = tempfile::tempdir()?;
    let started = Instant::now();
    let (one, other) = tokio::try_join!(
        process(&account, folder.path(), (0, calls / 2)),
        process(&account, folder.path(), (calls / 2, calls)),
    )?;
    let took = started.elapsed();
    let sum = |key: &str| {
        let parts = [&one, &other].map(|said| said[key].as_u64());
        parts.into_iter().sum::<Option<u64>>().with_context(|| format!("a caller said no {key}"))
    };
    let mut written = Written::default();
    for said in [&one, &other] {
        let names = |key: &str| said[key].as_array().cloned().unwrap_or_default();
        let texts = |key: &str| names(key).into_iter().filter_map(|it| Some(it.as_str()?.into()));
        written.succeeded.extend(texts("succeeded"));
        written.failed.extend(texts("failed").map(|email: String| (email, String::new())));
    }
    let crowd = Crowd::new(
        &account,
        Settings { ledger: Some(ledger(folder.path())?), ..Settings::default() },
    )?;
    let verdict = crowd.judge(&written).await?;
    let timed = in_limit(took, calls, BURST);
    let told = told(sum("throttled")?, sum("requests")?, calls, verdict);
    print(&format!("{name} window, two processes: {timed}, {told}"));
    Ok(())
}

/// Runs this program as one of two; gives what it says.
async fn process(account: &Account, folder: &Path, (from, to): (usize, usize)) -> Result<Value> {
    let job = json!({
        "url": account.url,
        "token": account.token,
        "location_id": account.location_id,
        "folder": folder,
        "from": from,
        "to": to,
    });
    let mut command = Command::new(std::env::current_exe()?);
    command.args([CALLER, &job.to_string()]).stdout(Stdio::piped()).kill_on_drop(true);
    let output = command.spawn()?.wait_with_output().await?;
    serde_json::from_slice(&output.stdout).context("a caller said nothing that can be read")
}

/// One of two processes.
async fn caller(job: &Value) -> Result<()> {
    let text =
        |key: &str| job[key].as_str().map(str::to_owned).with_context(|| format!("no {key}"));
    let number = |key: &str| job[key].as_u64().with_context(|| format!("no {key}"));
    let account =
        Account { url: text("url")?, token: text("token")?, location_id: text("location_id")? };
    let ledger = Some(ledger(Path::new(&text("folder")?))?);
    let crowd = Crowd::new(&account, Settings { ledger, ..Settings::default() })?;
    let numbers = usize::try_from(number("from")?)?..usize::try_from(number("to")?)?;
    let written = crowd.write(Write::Upsert, numbers).await;
    print(
        &json!({
            "requests": crowd.traffic().requests(),
            "throttled": crowd.traffic().throttled(),
            "succeeded": written.succeeded,
            "failed": written.failed.keys().collect::<Vec<_>>(),
        })
        .to_string(),
    );
    Ok(())
}

async fn under_fault(write: Write, name: &str, class: &str, fault: Fault) -> Result<()> {
    let (highlevel, account) = empty_account(RateLimits::generous()).await?;
    highlevel.faults().set(vec![fault])?;
    let short = Duration::from_millis(50);
    let settings = Settings {
        requests_per_window: 10_000,
        window: short,
        window_margin: short,
        ..Settings::default()
    };
    let crowd = Crowd::new(&account, settings)?;
    let started = Instant::now();
    let written = crowd.write(write, 0..CALLS_UNDER_FAULTS).await;
    let took = started.elapsed().as_secs_f64();
    let (requests, throttled) = (crowd.traffic().requests(), crowd.traffic().throttled());
    highlevel.faults().clear();
    let verdict = crowd.judge(&written).await?;
    let per_write = if write == Write::SafeUpsert { 2 } else { 1 };
    let told = told(throttled, requests, CALLS_UNDER_FAULTS * per_write, verdict);
    print(&format!("{name}, {class} at 20 %: {took:.1} s, {told}"));
    Ok(())
}

fn in_limit(took: Duration, calls: usize, per_window: usize) -> String {
    let floor = (calls.div_ceil(per_window) - 1) as f64 * WINDOW_SECONDS;
    let took = took.as_secs_f64();
    format!("{took:.1} s, floor {floor:.0} s, ratio {:.3}", took / floor)
}

fn told(throttled: u64, requests: u64, calls: usize, verdict: Verdict) -> String {
    let ratio = requests as f64 / calls as f64;
    format!(
        "{throttled} x 429, {requests} requests for {calls} calls ({ratio:.2}), {} succeeded, {} \
         reported as failed, {} lost, {} doubled",
        verdict.succeeded, verdict.failed, verdict.lost, verdict.doubled
    )
}

#[expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
fn print(line: &str) {
    println!("{line}");
}
