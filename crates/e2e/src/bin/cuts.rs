//! `cargo run -p e2e --bin cuts`: crashes a sync at each of its commits, at the first, the middle and the last.

use std::process::ExitCode;

use anyhow::Result;
use e2e::cuts::{live, points};

fn main() -> Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let whole = live(None).await?;
        for (commit, count) in whole.met.iter().filter(|(commit, _)| commit.is_written) {
            print(&format!("{count:>5} times: {}", commit.name));
        }
        let (mut met, mut bad) = (0, 0);
        for cut in points(&whole.met) {
            let ended = live(Some(cut)).await?;
            met += usize::from(ended.was_met);
            if !ended.differences.is_empty() {
                bad += 1;
                print(&format!("{cut:?}: {:?}", ended.differences));
            }
        }
        print(&format!("{met} crashes, {bad} of them left a difference"));
        Ok(if bad == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    })
}

#[expect(clippy::print_stdout, reason = "the figures are the output of a trial")]
fn print(line: &str) {
    println!("{line}");
}
