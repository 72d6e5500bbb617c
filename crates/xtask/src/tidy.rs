//! `cargo xtask tidy`: the rules of the source tree that clippy cannot check.
//!
//! A rule is a file under `tidy/` with a pure function from the tree to its findings. To add one,
//! write its file and list it here, alphabetically, in `mod` and in `RULES`.

mod allow_attributes;
mod crate_table;
mod environment;
mod file_names;
mod file_size;
mod listed_modules;
mod machine_paths;
mod must_not_know;
mod opening_line;
mod sleep_in_tests;

use std::fmt;
use std::io;
use std::process::ExitCode;

use anyhow::Result;

use crate::tree::Tree;

const RULES: [Rule; 10] = [
    allow_attributes::RULE,
    crate_table::RULE,
    environment::RULE,
    file_names::RULE,
    file_size::RULE,
    listed_modules::RULE,
    machine_paths::RULE,
    must_not_know::RULE,
    opening_line::RULE,
    sleep_in_tests::RULE,
];

/// A check by name.
struct Rule {
    name: &'static str,
    check: fn(&Tree) -> Vec<Finding>,
}

/// What a rule has to say about one place.
#[derive(Debug, PartialEq, Eq)]
struct Finding {
    weight: Weight,
    path: String,
    /// Counted from 1.
    line: usize,
    /// What is wrong and what to do.
    message: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Weight {
    /// Tidy fails.
    Error,
    /// Printed; tidy passes.
    Warning,
}

impl Finding {
    fn error(path: &str, line: usize, message: impl Into<String>) -> Self {
        Self { weight: Weight::Error, path: path.to_owned(), line, message: message.into() }
    }

    fn warning(path: &str, line: usize, message: impl Into<String>) -> Self {
        Self { weight: Weight::Warning, ..Self::error(path, line, message) }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let weight = match self.weight {
            Weight::Error => "error",
            Weight::Warning => "warning",
        };
        write!(formatter, "{}:{}: {weight}: {}", self.path, self.line, self.message)
    }
}

/// Checks the repository around the working directory and prints what it finds; fails on errors.
pub(crate) fn run(out: &mut dyn io::Write) -> Result<ExitCode> {
    let tree = Tree::load()?;
    let errors = report(&tree, out)?;
    Ok(if errors == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Prints every finding and a summary; returns the number of errors.
fn report(tree: &Tree, out: &mut dyn io::Write) -> io::Result<usize> {
    let (mut errors, mut warnings) = (0_usize, 0_usize);
    for rule in &RULES {
        for finding in (rule.check)(tree) {
            writeln!(out, "{finding} [{}]", rule.name)?;
            match finding.weight {
                Weight::Error => errors += 1,
                Weight::Warning => warnings += 1,
            }
        }
    }
    let (rules, files) = (RULES.len(), tree.files.len());
    writeln!(out, "tidy: {files} files, {rules} rules, {errors} errors, {warnings} warnings")?;
    Ok(errors)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_names_place_weight_and_rule_and_counts_errors() {
        let tree = Tree::of(&[("crates/endpoint/src/lib.rs", "// Must not know: vendors.\n")]);
        let mut out = Vec::new();
        let errors = report(&tree, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(errors, 1, "{text}");
        assert!(text.starts_with("crates/endpoint/src/lib.rs:1: error: "), "{text}");
        assert!(text.contains("[opening_line]"), "{text}");
        assert!(text.ends_with("tidy: 1 files, 10 rules, 1 errors, 0 warnings\n"), "{text}");
    }

    #[test]
    fn rules_are_listed_alphabetically() {
        assert!(RULES.is_sorted_by(|left, right| left.name < right.name));
    }
}
