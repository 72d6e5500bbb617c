//! Every Rust file opens with a `//!` sentence that would make sense in a table of contents.

use super::{Finding, Rule};
use crate::tree::{File, Tree};

pub(super) const RULE: Rule = Rule { name: "opening_line", check };

const MESSAGE: &str = "open the file with one `//!` sentence that says what it holds, as a table \
                       of contents would";

fn check(tree: &Tree) -> Vec<Finding> {
    tree.rust_files()
        .filter(|file| !opens_with_sentence(file))
        .map(|file| Finding::error(&file.path, 1, MESSAGE))
        .collect()
}

fn opens_with_sentence(file: &File) -> bool {
    let first = file.text.lines().next().unwrap_or_default();
    first.strip_prefix("//! ").is_some_and(|sentence| !sentence.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_on_the_first_line_is_required() {
        for text in ["", "use x;\n", "// A comment.\n", "\n//! Late.\n", "//!\n//! Late.\n"] {
            assert_eq!(check(&Tree::of(&[("a.rs", text)])).len(), 1, "{text:?}");
        }
        assert_eq!(check(&Tree::of(&[("a.rs", "//! A door.\n"), ("a.sh", "#!/bin/sh")])), []);
    }
}
