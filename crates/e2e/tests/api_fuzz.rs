//! The hub is what `/openapi.json` says: a fuzzer that is not ours reads it and finds nothing.
//!
//! The long form is `cargo run -p e2e --bin api_fuzz -- --seconds 600`. Needs Python, as `./test` does.

use anyhow::Result;
use e2e::{
    Program,
    fuzzer::{Fuzzing, fuzz},
};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fuzzer_finds_nothing_in_the_api() -> Result<()> {
    let folder = tempfile::tempdir()?;
    fuzz(&Program::built()?, folder.path(), Fuzzing { seconds: 40, seed: 1 }).await
}
