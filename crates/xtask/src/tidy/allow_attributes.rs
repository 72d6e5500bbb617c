//! A lint is silenced with `expect` and a reason, never with `allow`.
//!
//! An expectation that no longer holds is reported by the compiler; an allowance stays forever.
//! Clippy's `allow_attributes` misses the attributes of whole files and of macros.

use super::{Finding, Rule};
use crate::tree::Tree;

pub(super) const RULE: Rule = Rule { name: "allow_attributes", check };

const NEEDLES: [&str; 2] = ["#[allow(", "#![allow("];
const MESSAGE: &str = "a lint is allowed here: write `expect(lint, reason = \"…\")` instead";

fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in tree.rust_files() {
        for (line, code) in file.code_lines() {
            if NEEDLES.iter().any(|needle| code.contains(needle)) {
                findings.push(Finding::error(&file.path, line, MESSAGE));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_found_on_their_line() {
        let tree = Tree::of(&[("a.rs", "#![allow(dead_code)]\nfn f() {}\n  #[allow(x, y)]\n")]);
        let lines: Vec<_> = check(&tree).iter().map(|finding| finding.line).collect();
        assert_eq!(lines, [1, 3]);
    }

    #[test]
    fn expectations_and_prose_pass() {
        let text = "#[expect(dead_code, reason = \"r\")]\n// not `#[allow(x)]`\nf(\"#[allow(\");";
        assert!(check(&Tree::of(&[("a.rs", text)])).is_empty());
    }
}
