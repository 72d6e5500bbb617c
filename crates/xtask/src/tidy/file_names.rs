//! A file or folder is named after what it holds, never after being useful.
//!
//! `utils` and its kin attract whatever nobody named; `mod.rs` hides a module's name from the
//! editor's tabs and from search.

use super::{Finding, Rule};
use crate::tree::Tree;

pub(super) const RULE: Rule = Rule { name: "file_names", check };

/// Words that say nothing, alone or as part of a name.
const EMPTY_WORDS: [&str; 8] =
    ["util", "utils", "helper", "helpers", "common", "manager", "managers", "misc"];

/// Names that say nothing alone: `base_url` is fine, `base` is not.
const EMPTY_NAMES: [&str; 1] = ["base"];

fn check(tree: &Tree) -> Vec<Finding> {
    tree.rust_files().filter_map(|file| Some((file, fault(&file.path)?))).map(finding).collect()
}

fn finding((file, message): (&crate::tree::File, String)) -> Finding {
    Finding::error(&file.path, 1, message)
}

fn fault(path: &str) -> Option<String> {
    if path == "mod.rs" || path.ends_with("/mod.rs") {
        return Some("a `mod.rs`: move it beside its folder, under the folder's name".to_owned());
    }
    let name = path.split('/').map(stem).find(|name| is_empty(name))?;
    Some(format!(
        "`{name}` does not say what it holds: name it after its noun, or put it under its only user"
    ))
}

fn stem(part: &str) -> &str {
    part.strip_suffix(".rs").unwrap_or(part)
}

fn is_empty(name: &str) -> bool {
    let mut words = name.split(['_', '-']);
    EMPTY_NAMES.contains(&name) || words.any(|word| EMPTY_WORDS.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn empty_names_are_found_as_file_folder_and_part() {
        for path in [
            "crates/a/src/util.rs",
            "crates/a/src/common/clock.rs",
            "crates/a/tests/test_helpers.rs",
            "crates/a/src/base.rs",
            "crates/a/src/job_manager.rs",
            "crates/http-utils/src/lib.rs",
        ] {
            assert_eq!(check(&Tree::of(&[(path, "")])).len(), 1, "{path}");
        }
    }

    #[test]
    fn a_mod_file_is_told_where_to_go() {
        let findings = check(&Tree::of(&[("crates/a/src/door/mod.rs", "")]));
        assert!(findings[0].message.contains("beside its folder"), "{findings:?}");
    }

    #[test]
    fn nouns_pass() {
        for path in ["crates/a/src/base64.rs", "crates/a/src/base_url.rs", "docs/common.md"] {
            assert!(check(&Tree::of(&[(path, "")])).is_empty(), "{path}");
        }
    }
}
