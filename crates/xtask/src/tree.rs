//! The source tree as a value: every text file that git has or would add, by path.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, bail};

use crate::code;

/// Added files and those that could be added, ignored ones left out, with NUL between them.
const LIST_FILES: [&str; 5] = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];

/// All files, sorted by path.
pub(crate) struct Tree {
    pub(crate) files: Vec<File>,
}

/// A text file.
pub(crate) struct File {
    /// From the root of the repository, with `/` between the parts.
    pub(crate) path: String,
    pub(crate) text: String,
    /// The text without comments and literals; empty unless the file is Rust.
    code: String,
}

/// An item that is compiled for tests only.
pub(crate) struct TestItem<'file> {
    /// The line of its `#[cfg(test)]`, counted from 1.
    attribute: usize,
    /// The line on which it opens.
    pub(crate) line: usize,
    /// That line.
    code: &'file str,
}

impl Tree {
    /// Reads the repository around the working directory.
    ///
    /// Files that are not yet added count, ignored files do not; files that are not UTF-8 are
    /// passed over. Fails if git is missing or this is no repository.
    pub(crate) fn load() -> Result<Self> {
        let root = git(Path::new("."), &["rev-parse", "--show-toplevel"])?;
        let root = Path::new(root.trim_end());
        let listed = git(root, &LIST_FILES)?;
        let mut files = Vec::new();
        for path in listed.split('\0').filter(|path| !path.is_empty()) {
            files.extend(File::read(root, path)?);
        }
        Ok(Self::new(files))
    }

    fn new(mut files: Vec<File>) -> Self {
        files.sort_by(|left, right| left.path.cmp(&right.path));
        files.dedup_by(|left, right| left.path == right.path);
        Self { files }
    }

    #[cfg(test)]
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        let file = |(path, text): &(&str, &str)| File::new((*path).to_owned(), (*text).to_owned());
        Self::new(files.iter().map(file).collect())
    }

    pub(crate) fn file(&self, path: &str) -> Option<&File> {
        let at = self.files.binary_search_by(|file| file.path.as_str().cmp(path)).ok()?;
        Some(&self.files[at])
    }

    pub(crate) fn rust_files(&self) -> impl Iterator<Item = &File> {
        self.files.iter().filter(|file| file.is_rust())
    }
}

impl File {
    fn new(path: String, text: String) -> Self {
        let code = if path.ends_with(".rs") { code::blank(&text) } else { String::new() };
        Self { path, text, code }
    }

    /// `None` for what is no text file: binaries, submodules, and files deleted but still listed.
    fn read(root: &Path, path: &str) -> Result<Option<Self>> {
        let place = root.join(path);
        if !place.is_file() {
            return Ok(None);
        }
        let bytes = std::fs::read(place)
            .with_context(|| format!("could not read {path}: check its rights"))?;
        Ok(String::from_utf8(bytes).ok().map(|text| Self::new(path.to_owned(), text)))
    }

    pub(crate) fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// The lines as written, counted from 1.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        (1..).zip(self.text.lines())
    }

    /// The lines without comments and literals, counted from 1.
    pub(crate) fn code_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        (1..).zip(self.code.lines())
    }

    /// How many lines stand before the test module that the file holds; all of them if it holds
    /// none. A module that is only listed here has a file of its own.
    pub(crate) fn lines_before_tests(&self) -> usize {
        let held = self.test_items().find(TestItem::is_held_module);
        held.map_or_else(|| self.text.lines().count(), |item| item.attribute - 1)
    }

    /// What carries a `#[cfg(test)]`.
    pub(crate) fn test_items(&self) -> impl Iterator<Item = TestItem<'_>> {
        let mut attribute = None;
        let mut in_attribute = false;
        self.code_lines().filter_map(move |(line, code)| {
            let code = code.trim();
            if code.starts_with("#[cfg(test)]") || code.starts_with("#[cfg(all(test") {
                attribute = attribute.or(Some(line));
            }
            // Between the two stand empty lines and other attributes, of one line or more.
            if in_attribute || code.starts_with("#[") {
                in_attribute = !code.ends_with(']');
                return None;
            }
            if code.is_empty() {
                return None;
            }
            attribute.take().map(|attribute| TestItem { attribute, line, code })
        })
    }
}

impl TestItem<'_> {
    fn is_held_module(&self) -> bool {
        self.code.contains('{') && self.code.split_whitespace().any(|word| word == "mod")
    }
}

/// What `git` prints in `folder`, whose owner may be another user, as in many containers.
fn git(folder: &Path, arguments: &[&str]) -> Result<String> {
    let output = Command::new("git")
        .args(["-c", "safe.directory=*"])
        .args(arguments)
        .current_dir(folder)
        .output()
        .context("could not start git, which lists the files: install git")?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("git could not list the files, run this inside a clone: {}", said.trim());
    }
    String::from_utf8(output.stdout).context("a path is not UTF-8: rename it")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn before_tests(text: &str) -> usize {
        Tree::of(&[("a.rs", text)]).files[0].lines_before_tests()
    }

    #[test]
    fn tests_begin_at_the_attribute_of_a_test_module() {
        assert_eq!(before_tests("one\ntwo\n#[cfg(test)]\nmod tests {\n}\n"), 2);
        assert_eq!(before_tests("one\n#[cfg(test)]\n#[expect(\n    x,\n)]\nmod tests {\n"), 1);
        assert_eq!(before_tests("one\n#[cfg(all(test, unix))]\n\nmod tests {\n"), 1);
    }

    #[test]
    fn a_module_with_a_file_of_its_own_is_no_beginning() {
        assert_eq!(before_tests("#[cfg(test)]\nmod fixture;\nmod door;\nfour\n"), 4);
    }

    #[test]
    fn a_test_only_function_is_no_test_module() {
        assert_eq!(before_tests("#[cfg(test)]\nfn of() {}\nthree\n"), 3);
        assert_eq!(before_tests("// #[cfg(test)]\nmod door;\n"), 2);
    }

    #[test]
    fn files_are_sorted_and_found_by_path() {
        let tree = Tree::of(&[("b.rs", "2"), ("a.md", "1")]);
        assert_eq!(tree.file("b.rs").unwrap().text, "2");
        assert!(tree.file("c.rs").is_none());
        assert_eq!(tree.rust_files().count(), 1);
    }
}
