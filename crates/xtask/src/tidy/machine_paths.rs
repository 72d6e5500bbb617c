//! Nothing committed names a path of the machine it was written on.
//!
//! Such a path works for one person and fails for everybody else. The needles are put together
//! from pieces, so that this file does not find itself.

use super::{Finding, Rule};
use crate::code::is_word;
use crate::tree::Tree;

pub(super) const RULE: Rule = Rule { name: "machine_paths", check };

/// Folders at the root of a file system that hold somebody's files.
const FOLDERS: [&str; 3] = [concat!("/", "work/"), concat!("/", "root/"), concat!("/", "home/")];

/// Words that only logs of a machine contain.
const WORDS: [&str; 1] = [concat!("bash", "_jobs")];

fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in &tree.files {
        for (line, text) in file.lines() {
            findings.extend(needle(text).map(|needle| finding(&file.path, line, needle)));
        }
    }
    findings
}

fn finding(path: &str, line: usize, needle: &str) -> Finding {
    let advice = "write the path relative to the repository, or take it as a setting";
    Finding::error(path, line, format!("`{needle}` is of one machine: {advice}"))
}

fn needle(text: &str) -> Option<&'static str> {
    let folder = FOLDERS.into_iter().find(|folder| starts_absolute(text, folder));
    folder.or_else(|| WORDS.into_iter().find(|word| text.contains(word)))
}

/// Whether `folder` stands at the root: part of a longer path or of an address it is fine.
fn starts_absolute(text: &str, folder: &str) -> bool {
    text.match_indices(folder).any(|(at, _)| match text[..at].chars().next_back() {
        None => true,
        Some(before) => !is_word(before) && !matches!(before, '.' | '-' | '~' | '}' | ')' | '*'),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absolute_paths_are_found_in_any_text_file() {
        for folder in FOLDERS {
            for text in [
                format!("see {folder}main"),
                format!("{folder}x"),
                format!("open(\"{folder}x\")"),
                format!("file://{folder}x"),
                format!("PATH=/bin:{folder}bin"),
            ] {
                assert_eq!(check(&Tree::of(&[("README.md", &text)])).len(), 1, "{text}");
            }
        }
        assert_eq!(check(&Tree::of(&[("a.json", WORDS[0])])).len(), 1);
    }

    #[test]
    fn parts_of_longer_paths_and_addresses_pass() {
        for folder in FOLDERS {
            for text in [
                format!("https://example.com{folder}x"),
                format!("..{folder}x"),
                format!("$HOME{folder}x"),
                format!("${{cache}}{folder}x"),
            ] {
                assert!(check(&Tree::of(&[("a.sh", &text)])).is_empty(), "{text}");
            }
        }
    }
}
