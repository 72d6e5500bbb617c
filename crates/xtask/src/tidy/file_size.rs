//! A file has at most 400 lines without its tests; past 600 it has two concepts.

use super::{Finding, Rule};
use crate::modules::is_test_file;
use crate::tree::{File, Tree};

pub(super) const RULE: Rule = Rule { name: "file_size", check };

/// Lines without tests that a file should not pass.
const TARGET: usize = 400;

/// Lines without tests that a file must not pass.
const LIMIT: usize = 600;

fn check(tree: &Tree) -> Vec<Finding> {
    tree.rust_files().filter(|file| !is_test_file(tree, file)).filter_map(weigh).collect()
}

fn weigh(file: &File) -> Option<Finding> {
    let lines = file.lines_before_tests();
    let advice = format!("{lines} lines without tests: split it by noun, one concept per file");
    if lines <= TARGET {
        return None;
    }
    if lines <= LIMIT {
        let message = format!("{advice} (target {TARGET}, limit {LIMIT})");
        return Some(Finding::warning(&file.path, TARGET + 1, message));
    }
    Some(Finding::error(&file.path, LIMIT + 1, format!("{advice} (limit {LIMIT})")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::Weight;

    fn weight(path: &str, text: &str) -> Option<Weight> {
        check(&Tree::of(&[(path, text)])).first().map(|finding| finding.weight)
    }

    #[test]
    fn budgets_are_inclusive() {
        let of = |lines| weight("crates/a/src/lib.rs", &"x\n".repeat(lines));
        assert_eq!(of(400), None);
        assert_eq!(of(401), Some(Weight::Warning));
        assert_eq!(of(600), Some(Weight::Warning));
        assert_eq!(of(601), Some(Weight::Error));
    }

    #[test]
    fn tests_do_not_count() {
        let text = format!("x\n#[cfg(test)]\nmod tests {{\n{}}}\n", "x\n".repeat(900));
        assert_eq!(weight("crates/a/src/lib.rs", &text), None);
        assert_eq!(weight("crates/a/src/lib/tests.rs", &"x\n".repeat(900)), None);
    }
}
