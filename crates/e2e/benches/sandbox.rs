//! How soon the simulated HighLevel answers, what its data takes, and how many reads it serves.
//!
//! `highwire sandbox` is the real binary in a process of its own; the load comes from this one, on
//! the same cores.

use std::{
    net::SocketAddr,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use e2e::{Program, Sender, Vendors};

const CONNECTIONS: usize = 32;
const REQUESTS: usize = 100_000;
/// How many different contacts are read in turn.
const READ: usize = 100;
const STARTS: usize = 5;

fn main() -> Result<()> {
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let program = Program::built()?;
    let folder = tempfile::tempdir()?;
    for contacts in [1_000, 100_000] {
        let mut first_answers = Vec::new();
        for _ in 0..STARTS {
            first_answers.push(runtime.block_on(first_answer(
                &program,
                folder.path(),
                contacts,
            ))?);
        }
        first_answers.sort_unstable();
        let [median, worst] = [STARTS / 2, STARTS - 1].map(|place| first_answers[place]);
        let vendors = start(&program, folder.path(), contacts)?;
        let idle = memory(&vendors, "VmRSS")?;
        let rate = runtime.block_on(load(&vendors))?;
        print(&format!(
            "{contacts} contacts: first answer after {:.0} ms (worst of {STARTS}: {:.0} ms); \
             {idle:.0} MB resident, {:.0} MB at most under load; \
             {rate:.0} GET /contacts/{{id}} per second over {CONNECTIONS} connections",
            median.as_secs_f64() * 1e3,
            worst.as_secs_f64() * 1e3,
            memory(&vendors, "VmHWM")?,
        ));
    }
    Ok(())
}

fn start(program: &Program, folder: &Path, contacts: usize) -> Result<Vendors> {
    let contacts = format!("--contacts={contacts}");
    Vendors::start(program, folder, &["--rate-limit=generous", &contacts])
}

/// A field of the kernel's on a process, in megabytes.
fn memory(vendors: &Vendors, field: &str) -> Result<f64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", vendors.process_id()))?;
    let line = status.lines().find(|line| line.starts_with(field)).context("no such field")?;
    let digits: String = line.chars().filter(char::is_ascii_digit).collect();
    Ok(digits.parse::<f64>()? * 1024.0 / 1e6)
}

/// The ids of some contacts.
async fn contact_ids(vendors: &Vendors) -> Result<Vec<String>> {
    let location = vendors.text("location_id")?;
    let body = vendors.get(&format!("/contacts/?locationId={location}&limit={READ}")).await?;
    let rows = body["contacts"].as_array().context("a list without contacts")?;
    Ok(rows.iter().filter_map(|row| row["id"].as_str().map(str::to_owned)).collect())
}

/// From the start of the process to the last byte of its first answer.
async fn first_answer(program: &Program, folder: &Path, contacts: usize) -> Result<Duration> {
    let started = Instant::now();
    let vendors = start(program, folder, contacts)?;
    ensure!(contact_ids(&vendors).await?.len() == READ, "the first answer is not whole");
    Ok(started.elapsed())
}

/// Closed loop: each connection asks again when it is answered. Returns answers per second.
async fn load(vendors: &Vendors) -> Result<f64> {
    let address: SocketAddr = vendors.text("url")?.trim_start_matches("http://").parse()?;
    let token = vendors.text("token")?;
    let requests = contact_ids(vendors).await?.into_iter().map(|id| {
        format!(
            "GET /contacts/{id} HTTP/1.1\r\nhost: sandbox\r\nauthorization: Bearer {token}\r\n\
             version: 2021-07-28\r\naccept: application/json\r\n\r\n"
        )
        .into_bytes()
    });
    let requests = Arc::new(requests.collect::<Vec<_>>());
    let next = Arc::new(AtomicUsize::new(0));
    let mut connections = tokio::task::JoinSet::new();
    let started = Instant::now();
    for _ in 0..CONNECTIONS {
        let (next, requests) = (Arc::clone(&next), Arc::clone(&requests));
        connections.spawn(async move {
            let mut sender = Sender::connect(address).await?;
            loop {
                let place = next.fetch_add(1, Ordering::Relaxed);
                if place >= REQUESTS {
                    return anyhow::Ok(());
                }
                let status = sender.send(&requests[place % requests.len()]).await?;
                ensure!(status == 200, "a contact was answered {status}");
            }
        });
    }
    while let Some(connection) = connections.join_next().await {
        connection??;
    }
    Ok(REQUESTS as f64 / started.elapsed().as_secs_f64())
}

#[expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
fn print(line: &str) {
    println!("{line}");
}
