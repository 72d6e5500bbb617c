//! How many events per second become durable, against what the same machine's disk and cores can do.
//!
//! The hub is the real binary in a process of its own; the load comes from this one, on the same
//! cores. Every event is signed, verified, journaled and synced before its 200. In the runs that
//! count, the accounts are connected, so mirror and decisions follow on the same cores; one run has
//! the door and the journal alone.
//!
//! `cargo bench -p e2e --bench ingest -- [--program PATH] [RUN...]` takes another binary than the
//! built one, and only the runs whose names contain one of the words.

mod aims;
mod keys;
mod load;
mod machine;
mod watch;

use std::time::Duration;

use anyhow::{Result, anyhow};
use e2e::{Events, Hub, Program};

use self::{
    aims::Aim,
    keys::{Keys, Scheme},
    load::{CONNECTIONS, Requests, Run},
    machine::Machine,
    watch::{Used, Watch},
};

const EVENT_BYTES: usize = 1_024;
const CONTACTS: u64 = 5_000;

/// How many events a run sends as fast as it can. An RSA signature takes milliseconds to make.
const EVENTS: u64 = 120_000;
const RSA_EVENTS: u64 = 20_000;

/// How many events are sent at a pace, and how far apart.
const PACED_EVENTS: u64 = 15_000;
const GAP: Duration = Duration::from_millis(1);

/// One run: its name, how its events are signed, how many, and whether their accounts are connected.
struct Plan {
    name: &'static str,
    scheme: Scheme,
    events: u64,
    connected: bool,
}

const PLANS: [Plan; 3] = [
    Plan { name: "mirror-ed25519", scheme: Scheme::Ed25519, events: EVENTS, connected: true },
    Plan { name: "mirror-rsa4096", scheme: Scheme::Rsa, events: RSA_EVENTS, connected: true },
    Plan { name: "journal-ed25519", scheme: Scheme::Ed25519, events: EVENTS, connected: false },
];

/// What the command line asks for.
struct Asked {
    program: Program,
    runs: Vec<String>,
}

impl Asked {
    fn read() -> Result<Self> {
        let (mut program, mut runs) = (None, Vec::new());
        let mut words = std::env::args().skip(1);
        while let Some(word) = words.next() {
            match word.as_str() {
                "--program" => program = words.next().map(Program::at),
                "--bench" => {}
                _ => runs.push(word),
            }
        }
        let program = program.map_or_else(Program::built, Ok)?;
        Ok(Self { program, runs })
    }

    fn wants(&self, run: &str) -> bool {
        self.runs.is_empty() || self.runs.iter().any(|word| run.contains(word.as_str()))
    }
}

fn main() -> Result<()> {
    let asked = Asked::read()?;
    let (events, keys) = (Events::new(7, EVENT_BYTES)?, Keys::generate()?);
    let sample = keys.request(Scheme::Ed25519, &events.body(0, 0))?;
    let machine = Machine::measure(tempfile::tempdir()?.path(), &keys, &sample)?;
    print(&format!(
        "machine: {:.0} synced appends of 4 KiB/s; per core {:.0} Ed25519 and {:.0} RSA-4096 \
         checks/s; {:.0} bare HTTP exchanges/s beside the load",
        machine.syncs, machine.ed25519, machine.rsa, machine.echoes
    ));
    let mut aims = Vec::new();
    for plan in PLANS.iter().filter(|plan| asked.wants(plan.name)) {
        let requests = requests(&keys, plan.scheme, &events, 0..plan.events)?;
        let (run, used) = measure(&asked.program, &keys, plan.connected, |hub| {
            load::closed(hub.address(), requests)
        })?;
        report(plan, &run, &used, &machine);
        if plan.name == PLANS[0].name {
            aims.extend(aims_of_full_load(&run, &used));
        }
    }
    if asked.wants("paced") {
        let requests = requests(&keys, Scheme::Ed25519, &events, 0..PACED_EVENTS)?;
        let (run, used) =
            measure(&asked.program, &keys, true, |hub| load::paced(hub.address(), &requests, GAP))?;
        let (p50, p99) = (run.percentile(50.0), run.percentile(99.0));
        let cpu = used.cpu / run.answers() as f64 * 1e6;
        print(&format!(
            "paced-1000: p50 {p50:.2} ms, p99 {p99:.2} ms, max {:.1} ms from the intended moment; \
             hub: {cpu:.0} us CPU per event",
            run.percentile(100.0)
        ));
        aims.push(Aim::at_most(0.6, "p50 at 1,000 events/s", "ms", p50));
        aims.push(Aim::at_most(5.0, "p99 at 1,000 events/s", "ms", p99));
    }
    aims.iter().for_each(|aim| print(&aim.line()));
    Ok(())
}

/// Signed requests, made by two threads.
fn requests(
    keys: &Keys,
    scheme: Scheme,
    events: &Events,
    numbers: std::ops::Range<u64>,
) -> Result<Requests> {
    let middle = numbers.start + (numbers.end - numbers.start) / 2;
    let make = |numbers: std::ops::Range<u64>| -> Result<Vec<Vec<u8>>> {
        numbers
            .map(|number| keys.request(scheme, &events.body(number, number % CONTACTS)))
            .collect()
    };
    let (first, second) = std::thread::scope(|scope| {
        let second = scope.spawn(|| make(middle..numbers.end));
        (make(numbers.start..middle), second.join())
    });
    let mut requests = first?;
    requests.extend(second.map_err(|_| anyhow!("the thread that signs failed"))??);
    Ok(requests.into())
}

/// Starts a hub in a folder of its own, puts a load on it, and says what it used.
fn measure(
    program: &Program,
    keys: &Keys,
    connected: bool,
    load: impl FnOnce(&Hub) -> Result<Run>,
) -> Result<(Run, Used)> {
    let folder = tempfile::tempdir()?;
    let variables = [
        ("HIGHWIRE_WEBHOOK_PUBLIC_KEYS", keys.setting()?),
        ("HIGHWIRE_HIGHLEVEL_ACCEPT_UNKNOWN_LOCATIONS", connected.to_string()),
    ];
    let hub = Hub::start(program, folder.path(), variables)?;
    let watch = Watch::begin(hub.process_id(), &folder.path().join("data"))?;
    let run = load(&hub)?;
    Ok((run, watch.end()?))
}

fn report(plan: &Plan, run: &Run, used: &Used, machine: &Machine) {
    let per_event = |seconds: f64| seconds / run.answers() as f64 * 1e6;
    print(&format!(
        "{}: {:.0} events/s at {CONNECTIONS} connections = {:.2} x syncs, {:.2} x signature checks \
         of a core, {:.2} x bare HTTP; p50 {:.1} ms, p99 {:.1} ms, max {:.1} ms",
        plan.name,
        run.rate(),
        run.rate() / machine.syncs,
        run.rate() / machine.checks(plan.scheme),
        run.rate() / machine.echoes,
        run.percentile(50.0),
        run.percentile(99.0),
        run.percentile(100.0),
    ));
    print(&format!(
        "  hub: {:.0} us CPU per event at the last answer, {:.0} us once everything had followed \
         {:.1} s later = {:.1} signature checks; {:.0} MB of memory, {:.0} MB of log at most",
        per_event(used.cpu),
        per_event(used.cpu_settled),
        used.settled_after,
        per_event(used.cpu_settled) * machine.checks(plan.scheme) / 1e6,
        used.memory,
        used.log,
    ));
    let mut threads: Vec<_> = used.threads.iter().collect();
    threads.sort_by(|one, other| other.1.total_cmp(one.1));
    let share = |(name, seconds): &(&String, &f64)| format!("{name} {:.0}", per_event(**seconds));
    print(&format!("  by thread: {} us", threads.iter().map(share).collect::<Vec<_>>().join(", ")));
}

fn aims_of_full_load(run: &Run, used: &Used) -> Vec<Aim> {
    let cpu = used.cpu_settled / run.answers() as f64 * 1e6;
    vec![
        Aim::at_least(10_000.0, "durable events", "events/s", run.rate()),
        Aim::at_least(15_000.0, "durable events, stretch", "events/s", run.rate()),
        Aim::at_most(20.0, "p99 at full load", "ms", run.percentile(99.0)),
        Aim::at_most(90.0, "CPU of the hub, mirror and decisions included", "us/event", cpu),
        Aim::at_most(80.0, "memory of the hub", "MB", used.memory),
        Aim::at_most(128.0, "write-ahead log", "MB", used.log),
    ]
}

#[expect(clippy::print_stdout, reason = "a benchmark prints its figures")]
fn print(line: &str) {
    println!("{line}");
}
