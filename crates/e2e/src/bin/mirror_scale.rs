//! `cargo run -p e2e --bin mirror_scale -- --contacts 1000000 --messages 5000000`: fills a mirror, and
//! tells its size and how quickly it is read.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use e2e::scale::{Cost, Figures, Size, measure};

const USAGE: &str = "usage: mirror_scale [--contacts NUMBER] [--messages NUMBER] [--seed NUMBER] \
                     [--folder FOLDER]";

/// A figure of a turn.
type Figure = fn(&Cost) -> f64;

/// What is told of the rows that come in, of each turn.
const LIVE: [(&str, Figure); 3] = [
    ("rows a second", Cost::per_second),
    ("microseconds of processor for a row", Cost::processor_micros),
    ("bytes written for a row", Cost::bytes),
];

fn main() -> Result<()> {
    let (size, folder) = asked(std::env::args().skip(1))?;
    let own = tempfile::tempdir()?;
    let folder = folder.unwrap_or_else(|| own.path().to_owned());
    std::fs::create_dir_all(&folder)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let figures = runtime.block_on(measure(&folder, size, print))?;
    tell(&figures);
    Ok(())
}

fn asked(arguments: impl Iterator<Item = String>) -> Result<(Size, Option<PathBuf>)> {
    let mut size = Size { contacts: 10_000, messages: 50_000, seed: 1 };
    let mut folder = None;
    let mut arguments = arguments;
    while let Some(flag) = arguments.next() {
        let value = arguments.next().context(USAGE)?;
        match flag.as_str() {
            "--contacts" => size.contacts = value.parse().context(USAGE)?,
            "--messages" => size.messages = value.parse().context(USAGE)?,
            "--seed" => size.seed = value.parse().context(USAGE)?,
            "--folder" => folder = Some(PathBuf::from(value)),
            _ => bail!(USAGE),
        }
    }
    Ok((size, folder))
}

fn tell(figures: &Figures) {
    let seconds = figures.filled_in.as_secs_f64();
    print(&format!(
        "filled with {} rows in {seconds:.0} s, {:.0} rows a second",
        figures.rows,
        figures.rows as f64 / seconds
    ));
    let each = figures.bytes as f64 / figures.full_rows as f64;
    print(&format!("state.db: {:.2} GB, {each:.0} bytes a row", figures.bytes as f64 / 1e9));
    let (small, full) = &figures.live;
    for (name, figure) in LIVE {
        let (small, full) = (small.median(figure), full.median(figure));
        print(&format!(
            "live, {name:<34} {small:>8.0} in a small mirror {full:>8.0} in the full one ({:.0} %)",
            100.0 * full / small.max(f64::EPSILON)
        ));
    }
    for taken in &figures.taken {
        let milliseconds = |part| taken.quantile(part).as_secs_f64() * 1e3;
        print(&format!(
            "{:<60} {:>9.2} ms median {:>9.2} ms p99 {:>6} found",
            taken.name,
            milliseconds(0.5),
            milliseconds(0.99),
            taken.found
        ));
    }
}

#[expect(clippy::print_stdout, reason = "the figures are what this program is for")]
fn print(line: &str) {
    println!("{line}");
}
