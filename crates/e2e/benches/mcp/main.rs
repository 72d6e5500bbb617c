//! What `highwire mcp` costs: tokens, start, memory and calls over stdio, beside a peer that is given.
//!
//! The upstream answers at once on loopback from this process, so what is measured is the server and
//! its HTTP hop; client, upstream and server share the cores. Rounds of both programs alternate, and
//! medians count: compare within one table.
//!
//! `cargo bench -p e2e --bench mcp -- [--program PATH] [--peer PATH] [--rounds COUNT]`. The peer is a
//! build of `ghl-mcp` (`cargo install ghl-mcp@0.5.2 --locked`).

#![expect(clippy::print_stdout, reason = "a benchmark tells what it measured")]

mod server;
mod upstream;

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, anyhow};
use e2e::Program;
use serde_json::{Value, json};

use self::{
    server::{Server, Way},
    upstream::Upstream,
};

const WARM_UP: usize = 500;
const SEQUENTIAL: usize = 3_000;
const IN_FLIGHT: usize = 16;
const CONCURRENT: usize = 10_000;
/// How often a program is started to see how long that takes.
const STARTS: usize = 10;

/// What the issue of these tools asks for.
const TARGETS: &str = "targets: list 24000 B, meta 4000 B, start 10 ms, idle 12 MB, loaded 20 MB, \
                       3000/s, 8000/s, p99 1.0 ms, 20 contacts 3600 B";

/// One round of one program.
#[derive(Default)]
struct Round {
    starts: Vec<Duration>,
    idle_kilobytes: u64,
    loaded_kilobytes: u64,
    sequential: Vec<Duration>,
    per_second: f64,
    concurrent_per_second: f64,
}

/// What does not change from round to round.
struct Sizes {
    tools: usize,
    list: usize,
    without_output: usize,
    contacts: usize,
}

fn main() -> Result<()> {
    let (mut program, mut peer, mut rounds) = (None, None, 3_usize);
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| anyhow!("{word} needs a value"));
        match word.as_str() {
            "--program" => program = Some(Program::at(value()?)),
            "--peer" => peer = Some(PathBuf::from(value()?)),
            "--rounds" => rounds = value()?.parse().context("rounds")?,
            // Cargo says what kind of run it is.
            _ => {}
        }
    }
    let program = program.map_or_else(Program::built, Ok)?;
    let upstream = Upstream::start()?;
    let mut ways = vec![Way::ours(&program, "highwire mcp", &[])];
    ways.push(Way::ours(&program, "highwire mcp --profile meta", &["--profile", "meta"]));
    ways.extend(peer.map(|path| Way::peer(&path)));
    let mut measured: Vec<Vec<Round>> = ways.iter().map(|_| Vec::new()).collect();
    for _ in 0..rounds.max(1) {
        for (way, rounds) in ways.iter().zip(&mut measured) {
            rounds.push(round(way, &upstream)?);
        }
    }
    println!(
        "| server | tools | list B | without output B | start ms | idle MB | loaded MB | p50 us \
              | p99 us | calls/s | {IN_FLIGHT} in flight/s | 20 contacts B |"
    );
    println!("|---|---|---|---|---|---|---|---|---|---|---|---|");
    for (way, rounds) in ways.iter().zip(measured) {
        println!("{}", row(way, &sizes(way, &upstream)?, &rounds));
    }
    println!("{TARGETS}");
    Ok(())
}

fn round(way: &Way, upstream: &Upstream) -> Result<Round> {
    let mut round = Round::default();
    for _ in 0..STARTS {
        let began = Instant::now();
        let server = Server::start(way, upstream)?;
        round.starts.push(began.elapsed());
        drop(server);
    }
    let mut server = Server::start(way, upstream)?;
    server.listed()?;
    round.idle_kilobytes = server.resident_kilobytes()?;
    let Some(call) = way.get_contact(upstream) else { return Ok(round) };
    for _ in 0..WARM_UP {
        server.call(&call)?;
    }
    let began = Instant::now();
    for _ in 0..SEQUENTIAL {
        let asked = Instant::now();
        server.call(&call)?;
        round.sequential.push(asked.elapsed());
    }
    round.per_second = SEQUENTIAL as f64 / began.elapsed().as_secs_f64();
    let began = Instant::now();
    server.calls(&call, CONCURRENT, IN_FLIGHT)?;
    round.concurrent_per_second = CONCURRENT as f64 / began.elapsed().as_secs_f64();
    round.loaded_kilobytes = server.resident_kilobytes()?;
    Ok(round)
}

fn sizes(way: &Way, upstream: &Upstream) -> Result<Sizes> {
    let mut server = Server::start(way, upstream)?;
    let mut tools = server.listed()?;
    let list = tools.to_string().len();
    let count = tools.as_array().map_or(0, Vec::len);
    for tool in tools.as_array_mut().into_iter().flatten() {
        tool.as_object_mut().map(|tool| tool.remove("outputSchema"));
    }
    let contacts = match way.find_contacts() {
        Some(call) => told(&server.call(&call)?),
        None => 0,
    };
    Ok(Sizes { tools: count, list, without_output: tools.to_string().len(), contacts })
}

/// What a model reads of a result, in bytes.
fn told(reply: &Value) -> usize {
    let blocks = reply["result"]["content"].as_array().into_iter().flatten();
    blocks.filter_map(|block| block["text"].as_str()).map(str::len).sum()
}

fn row(way: &Way, sizes: &Sizes, rounds: &[Round]) -> String {
    let mut starts: Vec<Duration> = rounds.iter().flat_map(|round| round.starts.clone()).collect();
    starts.sort();
    let mut sequential: Vec<Duration> =
        rounds.iter().flat_map(|round| round.sequential.clone()).collect();
    sequential.sort();
    let micros = |share: f64| {
        let place = ((sequential.len().saturating_sub(1)) as f64 * share) as usize;
        sequential.get(place).map_or(0, Duration::as_micros)
    };
    let millis = |duration: Option<&Duration>| duration.map_or(0.0, Duration::as_secs_f64) * 1e3;
    let median = |value: fn(&Round) -> f64| {
        let mut values: Vec<f64> = rounds.iter().map(value).collect();
        values.sort_by(f64::total_cmp);
        values.get(values.len() / 2).copied().unwrap_or_default()
    };
    format!(
        "| {} | {} | {} | {} | {:.1} ({:.1} to {:.1}) | {:.1} | {:.1} | {} | {} | {:.0} | {:.0} | {} |",
        way.name,
        sizes.tools,
        sizes.list,
        sizes.without_output,
        millis(starts.get(starts.len() / 2)),
        millis(starts.first()),
        millis(starts.last()),
        median(|round| round.idle_kilobytes as f64 / 1024.0),
        median(|round| round.loaded_kilobytes as f64 / 1024.0),
        micros(0.5),
        micros(0.99),
        median(|round| round.per_second),
        median(|round| round.concurrent_per_second),
        sizes.contacts,
    )
}

/// A call of a tool.
fn call_of(name: &str, arguments: Value) -> Value {
    json!({"name": name, "arguments": arguments})
}
