//! The environment enters once, in the settings of the binary.
//!
//! Everything else takes values, so that configuration has one manual and tests run in parallel.
//! Tests, benches, the whole-system crate and these chores may read it: they are nobody's product.

use super::{Finding, Rule};
use crate::code::word_starts;
use crate::modules::is_test_file;
use crate::tree::{File, Tree};

pub(super) const RULE: Rule = Rule { name: "environment", check };

/// Prefixes of the paths that may read the environment.
const READERS: [&str; 4] = [
    "crates/highwire/src/settings.rs",
    "crates/highwire/src/settings/",
    "crates/e2e/",
    "crates/xtask/",
];

const MESSAGE: &str = "the environment is read here: take the value as an argument, and read it \
                       in `highwire::settings`";

fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.rust_files().filter(|file| !may_read(tree, file)) {
        let product = file.code_lines().take(file.lines_before_tests());
        for (line, code) in product {
            if word_starts(code, "env::var").next().is_some() {
                findings.push(Finding::error(&file.path, line, MESSAGE));
            }
        }
    }
    findings
}

fn may_read(tree: &Tree, file: &File) -> bool {
    READERS.iter().any(|reader| file.path.starts_with(reader)) || is_test_file(tree, file)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(path: &str, text: &str) -> usize {
        check(&Tree::of(&[(path, text)])).len()
    }

    #[test]
    fn every_way_to_read_it_is_found() {
        let text = "std::env::var(\"A\");\nenv::var_os(\"B\");\nuse std::env::vars;\nenv!(\"C\");";
        assert_eq!(findings("crates/web/src/lib.rs", text), 3);
        assert_eq!(findings("crates/highwire/src/main.rs", text), 3);
    }

    #[test]
    fn settings_tests_and_chores_may_read_it() {
        let text = "std::env::var(\"A\");";
        assert_eq!(findings("crates/highwire/src/settings.rs", text), 0);
        assert_eq!(findings("crates/highwire/src/settings/environment.rs", text), 0);
        assert_eq!(findings("crates/web/tests/door.rs", text), 0);
        assert_eq!(findings("crates/e2e/src/hub.rs", text), 0);
        let tests = "fn f() {}\n#[cfg(test)]\nmod tests {\n    fn g() { std::env::var(\"A\"); }\n}";
        assert_eq!(findings("crates/web/src/lib.rs", tests), 0);
    }
}
