//! A process of the trials of tokens: the hub's broker on a data folder, with the trial's clock.

use std::path::Path;

use anyhow::{Context, Result, bail};

const USAGE: &str = "usage: token_process hub|beside FOLDER; the trials of tokens start it";

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [role, folder] = arguments.as_slice() else { bail!(USAGE) };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let orders = std::io::stdin().lock();
    let served = e2e::tokens::serve(role == "hub", Path::new(folder), orders, say);
    runtime.block_on(served).context("follow the orders of the trial")
}

#[expect(clippy::print_stdout, reason = "it tells the trial what it did")]
fn say(line: &str) {
    println!("{line}");
}
