//! Every source file is listed as `mod name;` in its parent, so that none is dead by accident.
//!
//! The compiler reports a listed module without a file, and says nothing about a file that nobody
//! lists: it rots, and so do the tests in it.

use super::{Finding, Rule};
use crate::modules::{is_root, listings, module_name, parent_paths, parents};
use crate::tree::{File, Tree};

pub(super) const RULE: Rule = Rule { name: "listed_modules", check };

fn check(tree: &Tree) -> Vec<Finding> {
    let modules = tree.rust_files().filter(|file| is_module(&file.path));
    modules.filter(|file| !is_listed(tree, file)).map(|file| finding(tree, file)).collect()
}

/// A `mod.rs` is refused by its name, whoever lists it.
fn is_module(path: &str) -> bool {
    !is_root(path) && module_name(path) != "mod" && !parent_paths(path).is_empty()
}

fn is_listed(tree: &Tree, file: &File) -> bool {
    let name = module_name(&file.path);
    parents(tree, &file.path).any(|parent| listings(parent).any(|listing| listing.name == name))
}

fn finding(tree: &Tree, file: &File) -> Finding {
    let name = module_name(&file.path);
    let message = match parents(tree, &file.path).next() {
        Some(parent) => {
            format!("nothing lists this module: add `mod {name};` to {} or delete it", parent.path)
        }
        None => format!(
            "this module has no parent: write {} with `mod {name};` or move it",
            parent_paths(&file.path)[0]
        ),
    };
    Finding::error(&file.path, 1, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listed_files_pass_at_every_depth() {
        let tree = Tree::of(&[
            ("crates/a/src/main.rs", "mod door;\n"),
            ("crates/a/src/door.rs", "pub(crate) mod lock;\n"),
            ("crates/a/src/door/lock.rs", "#[cfg(test)]\nmod tests;\n"),
            ("crates/a/src/door/lock/tests.rs", ""),
            ("crates/a/src/bin/probe.rs", ""),
            ("crates/a/src/old/mod.rs", ""),
            ("crates/a/tests/web/main.rs", "mod visitor;\n"),
            ("crates/a/tests/web/visitor.rs", ""),
        ]);
        assert_eq!(check(&tree), []);
    }

    #[test]
    fn an_unlisted_file_is_told_its_parent() {
        let tree = Tree::of(&[
            ("crates/a/src/lib.rs", "mod doors;\n// mod door;\n"),
            ("crates/a/src/door.rs", ""),
        ]);
        let findings = check(&tree);
        assert_eq!(findings.len(), 1);
        assert!(findings[0].message.contains("`mod door;` to crates/a/src/lib.rs"));
    }

    #[test]
    fn a_file_without_a_parent_is_told_what_to_write() {
        let findings = check(&Tree::of(&[("crates/a/src/door/lock.rs", "")]));
        assert!(findings[0].message.contains("write crates/a/src/door.rs with `mod lock;`"));
    }

    #[test]
    fn an_unlisted_test_file_never_runs_and_is_found() {
        let tree =
            Tree::of(&[("crates/a/tests/web/main.rs", ""), ("crates/a/tests/web/visitor.rs", "")]);
        assert_eq!(check(&tree).len(), 1);
    }
}
