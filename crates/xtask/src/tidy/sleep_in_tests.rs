//! A test waits for what it expects, never for time to pass.
//!
//! A test that sleeps is slow on every machine and flaky on a busy one. Where a real process must
//! be polled, the line says why: `// tidy: sleep, <reason>`.

use super::{Finding, Rule};
use crate::code::word_starts;
use crate::modules::is_test_file;
use crate::tree::Tree;

pub(super) const RULE: Rule = Rule { name: "sleep_in_tests", check };

const NEEDLES: [&str; 2] = ["sleep(", "sleep_until("];
const PERMIT: &str = "// tidy: sleep,";
const MESSAGE: &str = "a test sleeps: wait for the event or pause the runtime's clock; where only \
                       polling works, end the line with `// tidy: sleep, <reason>`";

fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.rust_files() {
        let product = if is_test_file(tree, file) { 0 } else { file.lines_before_tests() };
        for ((line, code), raw) in file.code_lines().zip(file.text.lines()).skip(product) {
            if sleeps(code) && !is_permitted(raw) {
                findings.push(Finding::error(&file.path, line, MESSAGE));
            }
        }
    }
    findings
}

/// Calls count; `fn sleep(` only defines, as a stand-in for a timer does.
fn sleeps(code: &str) -> bool {
    let calls = |at: usize| !code[..at].ends_with("fn ");
    NEEDLES.iter().any(|needle| word_starts(code, needle).any(calls))
}

fn is_permitted(raw: &str) -> bool {
    raw.split_once(PERMIT).is_some_and(|(_, reason)| !reason.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(path: &str, text: &str) -> Vec<usize> {
        check(&Tree::of(&[(path, text)])).iter().map(|finding| finding.line).collect()
    }

    #[test]
    fn sleeping_is_found_in_test_files_and_after_the_test_attribute() {
        assert_eq!(
            lines("crates/a/tests/x.rs", "fn f() {\n    tokio::time::sleep(d).await;\n}"),
            [2]
        );
        let text = "sleep(d);\n#[cfg(test)]\nmod tests {\n    sleep_until(t);\n}\n";
        assert_eq!(lines("crates/a/src/lib.rs", text), [4]);
    }

    #[test]
    fn a_reason_permits_it_and_a_bare_mark_does_not() {
        let text =
            "sleep(d); // tidy: sleep, the process has no signal\nsleep(d); // tidy: sleep,\n";
        assert_eq!(lines("crates/a/tests/x.rs", text), [2]);
    }

    #[test]
    fn product_code_and_other_words_pass() {
        assert!(lines("crates/a/src/lib.rs", "sleep(d);").is_empty());
        assert!(
            lines(
                "crates/a/tests/x.rs",
                "fn oversleep() {}\n// sleep(d)\nasync fn sleep(d: D) {}\n"
            )
            .is_empty()
        );
    }
}
