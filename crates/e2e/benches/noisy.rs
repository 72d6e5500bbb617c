//! What a noisy organization costs the others: their times beside ten at their share, and beside one at
//! twenty times its share.
//!
//! The hub is the real binary in a process of its own; the load comes from this one, on the same
//! cores. Ten organizations have one location each. Nine of them send at their share all the time, and
//! only their times count: until the acknowledgment, from the moment at which an event was to leave,
//! and for one of them until the record stands in the mirror, to 5 ms.
//!
//! `cargo bench -p e2e --bench noisy -- [--program PATH] [--share EVENTS_PER_SECOND] [--times FACTOR]`.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    path::Path,
    sync::mpsc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, anyhow, ensure};
use domain::{ConnectionId, Entity, Mirror, OrganizationId, RecordKey, Tenant};
use e2e::{Events, Fact, Hub, Program, Sender};
use store::Sqlite;
use tokio::runtime::{Builder, Runtime};

const EVENT_BYTES: usize = 1_024;
const ORGANIZATIONS: u64 = 10;
/// The one that becomes noisy, and the quiet one whose records are looked for.
const NOISY: u64 = 0;
const WATCHED: u64 = 1;

/// How long each of the two phases is, and how long the mirror may follow after it.
const PHASE: Duration = Duration::from_secs(10);
const PATIENCE: Duration = Duration::from_secs(30);
/// How often the mirror is looked at.
const LOOK: Duration = Duration::from_millis(5);

/// Over how many connections the nine send, and the one.
const CONNECTIONS: usize = 18;
const NOISY_CONNECTIONS: usize = 64;

/// What the others' p99 may become, as a multiple of what it is beside nobody noisy.
const BOUND: f64 = 2.0;

/// What the command line asks for.
struct Asked {
    program: Program,
    /// Events per second of one organization.
    share: u64,
    /// How many shares the noisy one sends.
    times: u64,
}

impl Asked {
    fn read() -> Result<Self> {
        let (mut program, mut share, mut times) = (None, 100, 20);
        let mut words = std::env::args().skip(1);
        while let Some(word) = words.next() {
            let value = || anyhow!("{word} needs a value");
            match word.as_str() {
                "--program" => program = Some(Program::at(words.next().ok_or_else(value)?)),
                "--share" => share = words.next().ok_or_else(value)?.parse()?,
                "--times" => times = words.next().ok_or_else(value)?.parse()?,
                _ => ensure!(word == "--bench", "{word} is no option"),
            }
        }
        ensure!(share > 0 && times > 0, "--share and --times are at least 1");
        Ok(Self { program: program.map_or_else(Program::built, Ok)?, share, times })
    }
}

fn main() -> Result<()> {
    let asked = Asked::read()?;
    let folder = tempfile::tempdir()?;
    let events = Events::new(11, EVENT_BYTES)?;
    let variables = [("HIGHWIRE_WEBHOOK_PUBLIC_KEYS", events.public_key())];
    let first = Hub::start(&asked.program, folder.path(), variables.clone())?;
    let watched = connect(&asked.program, folder.path())?;
    // The next one knows all of them from its start.
    first.kill()?;
    let hub = Hub::start(&asked.program, folder.path(), variables)?;
    let store = Sqlite::open_to_read(&folder.path().join("data"))?;

    let mut next = Numbers { event: 1, contact: 1_000_000 };
    let phases = [("warm", 1), ("quiet", 1), ("noisy", asked.times)];
    let mut told = Vec::new();
    for (name, times) in phases {
        let others = share_of_nine(&events, asked.share, &mut next)?;
        let noisy = requests(&events, NOISY, asked.share * times, &mut next)?;
        let phase = Phase { address: hub.address(), others, noisy };
        let mirror = Watch { store: store.clone(), tenant: watched.clone() };
        let met = phase.run(mirror)?;
        if name != "warm" {
            met.report(name, asked.share, times);
            told.push(met);
        }
    }
    if let [quiet, noisy] = &told[..] {
        aim("acknowledgment of the others", &quiet.others.times, &noisy.others.times);
        aim("mirror of another", &quiet.mirrored, &noisy.mirrored);
        let verdict = if noisy.others.refused == 0 { "reached" } else { "MISSED " };
        print(&format!("{verdict}  refused of the others: {}, at most 0", noisy.others.refused));
    }
    Ok(())
}

/// Adds the organizations with one location each; the tenant that is watched.
fn connect(program: &Program, folder: &Path) -> Result<Tenant> {
    let run = |words: &[&str]| -> Result<serde_json::Value> {
        let mut command = program.command(folder);
        command.args(words).args(["--json", "--data-dir"]).arg(folder.join("data"));
        let output = command.output()?;
        let problem = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "{words:?}: {problem}");
        let said = String::from_utf8(output.stdout)?;
        Ok(serde_json::from_str(said.lines().next().unwrap_or_default())?)
    };
    let mut watched = None;
    for number in 0..ORGANIZATIONS {
        let (organization, location) = (format!("tenant-{number}"), format!("loc-e2e-{number}"));
        run(&["organizations", "add", &organization])?;
        let add = ["connections", "add", "highlevel", "Main", "--location", &location];
        let said = run(&[&add[..], &["--organization", &organization]].concat())?;
        if number == WATCHED {
            let id = |field: &str| said[field].as_str().context("a connection has its ids");
            let organization = OrganizationId::new(id("organization")?);
            watched =
                Some(Tenant { organization, connection: ConnectionId::new(id("connection")?) });
        }
    }
    watched.context("one of them is watched")
}

/// Numbers that no event and no watched contact had before.
struct Numbers {
    event: u64,
    contact: u64,
}

/// A request, and the record that its event makes where that is looked for.
struct Request {
    bytes: Vec<u8>,
    record: Option<RecordKey>,
}

/// One organization's events of a phase; those of the watched one make a record each.
fn requests(events: &Events, location: u64, rate: u64, next: &mut Numbers) -> Result<Vec<Request>> {
    let make = |_| -> Result<Request> {
        next.event += 1;
        let mut contact = next.event % 500;
        if location == WATCHED {
            next.contact += 1;
            contact = next.contact;
        }
        let fact = Fact { number: next.event, contact, location, bytes: EVENT_BYTES };
        let signed = events.telling(fact)?;
        let body: serde_json::Value = serde_json::from_str(&signed.body)?;
        let id = body["id"].as_str().context("a contact has an id")?;
        let record = (location == WATCHED).then(|| RecordKey::new(Entity::Contact, id));
        Ok(Request { bytes: Sender::request(&signed), record })
    };
    (0..rate * PHASE.as_secs()).map(make).collect()
}

/// The events of all but the noisy one, one of each in turn.
fn share_of_nine(events: &Events, share: u64, next: &mut Numbers) -> Result<Vec<Request>> {
    let own = (0..ORGANIZATIONS).filter(|location| *location != NOISY);
    let mut all = own
        .map(|location| Ok(requests(events, location, share, next)?.into_iter()))
        .collect::<Result<Vec<_>>>()?;
    let mut mixed = Vec::new();
    while mixed.len() < (share * PHASE.as_secs() * (ORGANIZATIONS - 1)) as usize {
        mixed.extend(all.iter_mut().filter_map(Iterator::next));
    }
    Ok(mixed)
}

/// What is sent at a time.
struct Phase {
    address: SocketAddr,
    others: Vec<Request>,
    noisy: Vec<Request>,
}

/// What a phase met.
struct Met {
    others: Paced,
    noisy: Paced,
    /// How long each record of the watched one took until it stood in the mirror.
    mirrored: Vec<Duration>,
    /// How many of them did not come.
    missing: usize,
}

impl Phase {
    fn run(self, mirror: Watch) -> Result<Met> {
        let started = Instant::now() + Duration::from_millis(200);
        let gap = |requests: &[Request]| PHASE / requests.len() as u32;
        let others = Pace { address: self.address, started, gap: gap(&self.others) };
        let noisy = Pace { address: self.address, started, gap: gap(&self.noisy) };
        let awaited = self.others.iter().enumerate().filter_map(|(place, request)| {
            Some((request.record.clone()?, started + others.gap * place as u32))
        });
        let awaited = awaited.collect();
        std::thread::scope(|scope| {
            let watching = scope.spawn(|| mirror.until_all_came(awaited));
            let noise = scope.spawn(|| noisy.send(&self.noisy, NOISY_CONNECTIONS));
            let others = others.send(&self.others, CONNECTIONS)?;
            let failed = |_| anyhow!("a thread of the load failed");
            let noisy = noise.join().map_err(failed)??;
            let (mirrored, missing) = watching.join().map_err(failed)??;
            Ok(Met { others, noisy, mirrored, missing })
        })
    }
}

/// Requests that leave at their moments, whether or not the hub keeps up.
struct Pace {
    address: SocketAddr,
    started: Instant,
    gap: Duration,
}

/// What came of them: the times of what was taken, and how many were told to come again.
#[derive(Default)]
struct Paced {
    times: Vec<Duration>,
    refused: usize,
}

impl Pace {
    /// Each connection has a thread, since a runtime's timer counts in milliseconds.
    fn send(&self, requests: &[Request], connections: usize) -> Result<Paced> {
        std::thread::scope(|scope| {
            let lane = |first: usize| scope.spawn(move || self.lane(requests, first, connections));
            let lanes: Vec<_> = (0..connections).map(lane).collect();
            let mut all = Paced::default();
            for lane in lanes {
                let one = lane.join().map_err(|_| anyhow!("a connection's thread failed"))??;
                all.times.extend(one.times);
                all.refused += one.refused;
            }
            Ok(all)
        })
    }

    fn lane(&self, requests: &[Request], first: usize, connections: usize) -> Result<Paced> {
        let runtime = runtime()?;
        let mut sender = runtime.block_on(Sender::connect(self.address))?;
        let mut paced = Paced::default();
        for (place, request) in requests.iter().enumerate().skip(first).step_by(connections) {
            let moment = self.started + self.gap * place as u32;
            pause(moment.saturating_duration_since(Instant::now()));
            match runtime.block_on(sender.send(&request.bytes))? {
                200 => paced.times.push(moment.elapsed()),
                429 => paced.refused += 1,
                status => return Err(anyhow!("the hub answered {status}")),
            }
        }
        Ok(paced)
    }
}

/// Looks for records in the mirror.
struct Watch {
    store: Sqlite,
    tenant: Tenant,
}

impl Watch {
    /// How long after its moment each record was there, and how many were not in time.
    fn until_all_came(
        &self,
        awaited: BTreeMap<RecordKey, Instant>,
    ) -> Result<(Vec<Duration>, usize)> {
        let (runtime, mut awaited) = (runtime()?, awaited);
        let until = Instant::now() + PHASE + PATIENCE;
        let mut times = Vec::with_capacity(awaited.len());
        while !awaited.is_empty() && Instant::now() < until {
            pause(LOOK);
            let now = Instant::now();
            let sent = awaited.iter().filter(|(_, moment)| **moment <= now);
            let keys: Vec<_> = sent.map(|(key, _)| key.clone()).collect();
            for record in runtime.block_on(self.store.records(&self.tenant, &keys))? {
                times.extend(awaited.remove(&record.key).map(|moment| moment.elapsed()));
            }
        }
        Ok((times, awaited.len()))
    }
}

impl Met {
    fn report(&self, name: &str, share: u64, times: u64) {
        let Self { others, noisy, mirrored, missing } = self;
        print(&format!(
            "{name}: {} organizations at {share}/s, acknowledged in p50 {:.2} ms, p99 {:.2} ms, max \
             {:.1} ms, {} refused; mirrored in p50 {:.0} ms, p99 {:.0} ms, {missing} missing",
            ORGANIZATIONS - 1,
            percentile(&others.times, 50.0),
            percentile(&others.times, 99.0),
            percentile(&others.times, 100.0),
            others.refused,
            percentile(mirrored, 50.0),
            percentile(mirrored, 99.0),
        ));
        print(&format!(
            "  beside one at {}/s: {} of its events acknowledged in p50 {:.2} ms, p99 {:.2} ms, {} refused",
            share * times,
            noisy.times.len(),
            percentile(&noisy.times, 50.0),
            percentile(&noisy.times, 99.0),
            noisy.refused,
        ));
    }
}

/// One line that says what became of two times, and whether the later p99 is within the bound.
fn aim(what: &str, quiet: &[Duration], noisy: &[Duration]) {
    let ratio = |percent| percentile(noisy, percent) / percentile(quiet, percent);
    let verdict = if ratio(99.0) <= BOUND { "reached" } else { "MISSED " };
    print(&format!(
        "{verdict}  {what}: p99 {:.2} x quiet, at most {BOUND} x; p50 {:.2} x",
        ratio(99.0),
        ratio(50.0),
    ));
}

/// A percentile in milliseconds, by the nearest rank.
fn percentile(times: &[Duration], percent: f64) -> f64 {
    let mut times = times.to_vec();
    times.sort_unstable();
    let rank = (times.len() as f64 * percent / 100.0).ceil() as usize;
    times.get(rank.saturating_sub(1)).copied().unwrap_or_default().as_secs_f64() * 1e3
}

fn runtime() -> Result<Runtime> {
    Ok(Builder::new_current_thread().enable_all().build()?)
}

fn pause(length: Duration) {
    // Nobody ever sends: what counts is that waiting for it ends in time.
    let (_sender, never) = mpsc::channel::<()>();
    let _ = never.recv_timeout(length);
}

#[expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
fn print(line: &str) {
    println!("{line}");
}
