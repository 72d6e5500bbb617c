//! Every library says in its `lib.rs` what it must not know.

use super::{Finding, Rule};
use crate::tree::{File, Tree};

pub(super) const RULE: Rule = Rule { name: "must_not_know", check };

const PHRASE: &str = "Must not know";
const MESSAGE: &str = "add a `//! Must not know: …` line: what this crate may never depend on is \
                       why it is a crate";

fn check(tree: &Tree) -> Vec<Finding> {
    let libraries = tree.rust_files().filter(|file| is_library(&file.path));
    libraries
        .filter(|file| !says_it(file))
        .map(|file| Finding::error(&file.path, 1, MESSAGE))
        .collect()
}

fn is_library(path: &str) -> bool {
    let parts: Vec<_> = path.split('/').collect();
    matches!(parts.as_slice(), ["crates", _, "src", "lib.rs"])
}

fn says_it(file: &File) -> bool {
    file.text.lines().any(|line| line.starts_with("//") && line.contains(PHRASE))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_library_without_the_line_is_found() {
        let tree =
            Tree::of(&[("crates/a/src/lib.rs", "//! A.\nconst X: &str = \"Must not know\";")]);
        assert_eq!(check(&tree).len(), 1);
    }

    #[test]
    fn the_line_and_other_files_pass() {
        let tree = Tree::of(&[
            ("crates/a/src/lib.rs", "//! A.\n//!\n//! Must not know: HTTP.\n"),
            ("crates/a/src/door.rs", "//! A door.\n"),
            ("crates/b/src/main.rs", "//! A binary.\n"),
        ]);
        assert_eq!(check(&tree), []);
    }
}
