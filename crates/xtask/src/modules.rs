//! Which file lists which module: what a `mod name;` line says and where it has to stand.

use crate::tree::{File, Tree};

/// A `mod name;` line.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Listing<'file> {
    pub(crate) name: &'file str,
    /// Counted from 1.
    pub(crate) line: usize,
}

/// Whether cargo finds the file by itself, so that nothing has to list it: the root of a library,
/// a binary, a test, a bench, an example or a build script.
pub(crate) fn is_root(path: &str) -> bool {
    let Some(inside) = inside_crate(path) else {
        return false;
    };
    let parts: Vec<_> = inside.split('/').collect();
    matches!(
        parts.as_slice(),
        ["build.rs"]
            | ["src", "lib.rs" | "main.rs"]
            | ["src", "bin", _]
            | ["src", "bin", _, "main.rs"]
            | ["tests" | "benches" | "examples", _]
            | ["tests" | "benches" | "examples", _, "main.rs"]
    )
}

/// The files that may list the module at `path`, best first: the file beside its folder, then the
/// root inside its folder.
pub(crate) fn parent_paths(path: &str) -> Vec<String> {
    let Some((folder, _)) = path.rsplit_once('/') else {
        return Vec::new();
    };
    match inside_crate(path) {
        None => Vec::new(),
        Some(_) if is_root(path) => Vec::new(),
        Some(inside) if inside.starts_with("src/") && inside.matches('/').count() == 1 => {
            vec![format!("{folder}/lib.rs"), format!("{folder}/main.rs")]
        }
        Some(_) => vec![format!("{folder}.rs"), format!("{folder}/main.rs")],
    }
}

/// The modules that `file` lists.
pub(crate) fn listings(file: &File) -> impl Iterator<Item = Listing<'_>> {
    file.code_lines().filter_map(|(line, code)| {
        let name = without_visibility(code.trim()).strip_prefix("mod ")?.strip_suffix(';')?.trim();
        Some(Listing { name, line })
    })
}

/// The name under which the file at `path` is listed.
pub(crate) fn module_name(path: &str) -> &str {
    let file = path.rsplit_once('/').map_or(path, |(_, file)| file);
    file.strip_suffix(".rs").unwrap_or(file)
}

/// Whether everything in `file` is test code: by its place, or because the line that lists it
/// is for tests.
pub(crate) fn is_test_file(tree: &Tree, file: &File) -> bool {
    let by_place = inside_crate(&file.path).is_some_and(|inside| {
        inside.split('/').any(|part| matches!(part, "tests" | "benches" | "tests.rs"))
    });
    by_place || parents(tree, &file.path).any(|parent| lists_as_test(tree, parent, &file.path))
}

/// The parents of `path` that exist.
pub(crate) fn parents<'tree>(tree: &'tree Tree, path: &str) -> impl Iterator<Item = &'tree File> {
    parent_paths(path).into_iter().filter_map(|parent| tree.file(&parent))
}

fn lists_as_test(tree: &Tree, parent: &File, path: &str) -> bool {
    let name = module_name(path);
    let Some(listing) = listings(parent).find(|listing| listing.name == name) else {
        return false;
    };
    let marked = parent.test_items().any(|item| item.line == listing.line);
    marked || listing.line > parent.lines_before_tests() || is_test_file(tree, parent)
}

fn inside_crate(path: &str) -> Option<&str> {
    path.strip_prefix("crates/")?.split_once('/').map(|(_, inside)| inside)
}

fn without_visibility(code: &str) -> &str {
    let Some(after) = code.strip_prefix("pub") else {
        return code;
    };
    match after.strip_prefix('(').and_then(|inside| inside.split_once(')')) {
        Some((_, after)) => after.trim_start(),
        None => after.trim_start(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargo_finds_roots_by_itself() {
        for path in [
            "crates/a/build.rs",
            "crates/a/src/lib.rs",
            "crates/a/src/bin/tool.rs",
            "crates/a/src/bin/tool/main.rs",
            "crates/a/tests/door.rs",
            "crates/a/tests/web/main.rs",
            "crates/a/benches/ingest.rs",
        ] {
            assert!(is_root(path), "{path}");
        }
        for path in ["crates/a/src/door.rs", "crates/a/src/door/lib.rs", "crates/a/tests/web/x.rs"]
        {
            assert!(!is_root(path), "{path}");
        }
    }

    #[test]
    fn a_module_has_its_parent_beside_its_folder() {
        assert_eq!(
            parent_paths("crates/a/src/x.rs"),
            ["crates/a/src/lib.rs", "crates/a/src/main.rs"]
        );
        assert_eq!(parent_paths("crates/a/src/x/y.rs")[0], "crates/a/src/x.rs");
        assert_eq!(parent_paths("crates/a/tests/web/x.rs")[1], "crates/a/tests/web/main.rs");
        assert!(parent_paths("crates/a/src/lib.rs").is_empty());
    }

    #[test]
    fn listings_are_read_with_any_visibility_and_never_from_comments() {
        let tree = Tree::of(&[(
            "crates/a/src/lib.rs",
            "mod a;\npub mod b;\npub(crate) mod c;\n// mod d;\nmod e {}\npub(in crate::x) mod f;",
        )]);
        let names: Vec<_> = listings(&tree.files[0]).map(|listing| listing.name).collect();
        assert_eq!(names, ["a", "b", "c", "f"]);
    }

    #[test]
    fn a_file_is_test_code_by_place_or_by_listing() {
        let tree = Tree::of(&[
            ("crates/a/src/lib.rs", "#[cfg(test)]\nmod fixture;\nmod x;\n"),
            ("crates/a/src/fixture.rs", "mod deep;\n"),
            ("crates/a/src/fixture/deep.rs", ""),
            ("crates/a/src/x.rs", ""),
            ("crates/a/src/x/tests.rs", ""),
            ("crates/a/tests/door.rs", ""),
        ]);
        let of = |path: &str| is_test_file(&tree, tree.file(path).unwrap());
        assert!(of("crates/a/src/fixture.rs"));
        assert!(of("crates/a/src/fixture/deep.rs"));
        assert!(of("crates/a/src/x/tests.rs"));
        assert!(of("crates/a/tests/door.rs"));
        assert!(!of("crates/a/src/x.rs"));
        assert!(!of("crates/a/src/lib.rs"));
    }
}
