//! The inputs that the fuzzer begins with and those it found worth keeping.

use std::path::Path;

/// Every input for a target, in the order of their names.
pub(crate) fn inputs(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(target);
    let entries = std::fs::read_dir(&folder).unwrap();
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    assert!(paths.len() >= 10, "{target} has {} inputs: the corpus is not there", paths.len());
    paths.iter().map(|path| std::fs::read(path).unwrap()).collect()
}
