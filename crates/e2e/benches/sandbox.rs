//! How soon the simulated HighLevel answers, what its data takes, and how many reads it serves.
//!
//! `highwire sandbox` is the real binary in a process of its own; the load comes from this one, on
//! the same cores.

use std::{
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Child, Stdio},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use e2e::{Program, Sender};
use endpoint::{
    Method, Request, Transport as _,
    http::{HttpTransport, Settings as HttpSettings},
};
use serde_json::Value;

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
        let vendor = Vendor::start(&program, folder.path(), contacts)?;
        let idle = vendor.memory("VmRSS")?;
        let rate = runtime.block_on(load(&vendor))?;
        print(&format!(
            "{contacts} contacts: first answer after {:.0} ms (worst of {STARTS}: {:.0} ms); \
             {idle:.0} MB resident, {:.0} MB at most under load; \
             {rate:.0} GET /contacts/{{id}} per second over {CONNECTIONS} connections",
            median.as_secs_f64() * 1e3,
            worst.as_secs_f64() * 1e3,
            vendor.memory("VmHWM")?,
        ));
    }
    Ok(())
}

/// A running sandbox. Dropping it kills it.
struct Vendor {
    process: Child,
    said: Value,
}

impl Vendor {
    fn start(program: &Program, folder: &Path, contacts: usize) -> Result<Self> {
        let mut process = program
            .command(folder)
            .args(["sandbox", "--json", "--rate-limit=generous"])
            .args(["--highlevel-listen=127.0.0.1:0", "--notion-listen=127.0.0.1:0"])
            .arg(format!("--contacts={contacts}"))
            .env("HIGHWIRE_LOG_LEVEL", "error")
            .stdout(Stdio::piped())
            .spawn()?;
        let stdout = process.stdout.take().context("the sandbox has no stdout")?;
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        let said: Value =
            serde_json::from_str(&line).with_context(|| format!("the sandbox said {line:?}"))?;
        Ok(Self { process, said: said["highlevel"].clone() })
    }

    fn text(&self, key: &str) -> Result<&str> {
        self.said[key].as_str().with_context(|| format!("the sandbox said no {key}"))
    }

    /// A field of the kernel's on its process, in megabytes.
    fn memory(&self, field: &str) -> Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.process.id()))?;
        let line = status.lines().find(|line| line.starts_with(field)).context("no such field")?;
        let digits: String = line.chars().filter(char::is_ascii_digit).collect();
        Ok(digits.parse::<f64>()? * 1024.0 / 1e6)
    }

    /// The ids of some contacts.
    async fn contact_ids(&self) -> Result<Vec<String>> {
        let location = self.text("location_id")?;
        let url = format!("{}/contacts/?locationId={location}&limit={READ}", self.text("url")?);
        let request =
            Request { method: Method::Get, url, headers: Vec::new(), body: Vec::new().into() }
                .with_header("authorization", format!("Bearer {}", self.text("token")?))
                .with_header("version", "2021-07-28");
        let answer = HttpTransport::new(HttpSettings::default())?.send(request).await?;
        ensure!(answer.status == 200, "the list of contacts was answered {}", answer.status);
        let body: Value = serde_json::from_slice(&answer.body)?;
        let rows = body["contacts"].as_array().context("a list without contacts")?;
        Ok(rows.iter().filter_map(|row| row["id"].as_str().map(str::to_owned)).collect())
    }
}

impl Drop for Vendor {
    fn drop(&mut self) {
        // It may be gone already, which is what is wanted.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// From the start of the process to the last byte of its first answer.
async fn first_answer(program: &Program, folder: &Path, contacts: usize) -> Result<Duration> {
    let started = Instant::now();
    let vendor = Vendor::start(program, folder, contacts)?;
    ensure!(vendor.contact_ids().await?.len() == READ, "the first answer is not whole");
    Ok(started.elapsed())
}

/// Closed loop: each connection asks again when it is answered. Returns answers per second.
async fn load(vendor: &Vendor) -> Result<f64> {
    let address: SocketAddr = vendor.text("url")?.trim_start_matches("http://").parse()?;
    let token = vendor.text("token")?;
    let requests = vendor.contact_ids().await?.into_iter().map(|id| {
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
