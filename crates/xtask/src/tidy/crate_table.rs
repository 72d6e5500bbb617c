//! Which crate may depend on which: the walls of the house, in reading order.
//!
//! A crate may use what its row names and nothing else of the workspace. A new dependency is a
//! decision: it changes this table and the code map in ARCHITECTURE.md together.

use toml::{Table, Value};

use super::{Finding, Rule};
use crate::tree::{File, Tree};

pub(super) const RULE: Rule = Rule { name: "crate_table", check };

/// What one crate may use of the others.
struct Row {
    name: &'static str,
    uses: Uses,
    /// In its tests only, on top of `uses`.
    tests_use: &'static [&'static str],
}

enum Uses {
    /// Wires or examines the whole house.
    Everything,
    These(&'static [&'static str]),
}

const fn row(
    name: &'static str,
    uses: &'static [&'static str],
    tests_use: &'static [&'static str],
) -> Row {
    Row { name, uses: Uses::These(uses), tests_use }
}

const fn free(name: &'static str) -> Row {
    Row { name, uses: Uses::Everything, tests_use: &[] }
}

/// In reading order: a row uses earlier rows only.
const TABLE: [Row; 18] = [
    row("endpoint", &[], &[]),
    row("highlevel", &["endpoint"], &[]),
    row("notion", &["endpoint"], &[]),
    row("repairshopr", &["endpoint"], &[]),
    row("chat", &["endpoint"], &[]),
    row("vault", &[], &[]),
    row("domain", &[], &[]),
    row("policy", &["domain"], &[]),
    row(
        "connectors",
        &["chat", "domain", "endpoint", "highlevel", "notion", "repairshopr"],
        &["sandbox"],
    ),
    row("store", &["domain"], &[]),
    row("engine", &["domain", "policy"], &["sandbox", "store"]),
    // No client of the vendors: the simulation and the client must not share one wrong belief.
    row("sandbox", &["endpoint", "highlevel"], &[]),
    // Assistants work with HighLevel's whole catalogue, so this crate knows the vendor by name.
    row("mcp", &["domain", "endpoint", "engine", "highlevel"], &[]),
    row("web", &["domain", "engine", "policy"], &["sandbox", "store"]),
    row(
        "hostile",
        &["connectors", "domain", "endpoint", "engine", "highlevel", "notion", "vault", "web"],
        &["store"],
    ),
    free("highwire"),
    free("e2e"),
    // The catalogue that it writes is `endpoint`'s to read: one form, written down once.
    row("xtask", &["endpoint"], &[]),
];

/// A dependency as a manifest declares it.
struct Dependency {
    /// The key in the manifest, for the message's line.
    key: String,
    /// The crate it means, which a `package` entry can rename.
    package: String,
    /// For tests only.
    dev: bool,
}

fn check(tree: &Tree) -> Vec<Finding> {
    let renames = tree.file("Cargo.toml").map(renames).unwrap_or_default();
    let mut findings = Vec::new();
    for manifest in &tree.files {
        if let Some(name) = crate_of(&manifest.path) {
            findings.extend(check_crate(name, manifest, &renames));
        }
    }
    findings
}

fn crate_of(path: &str) -> Option<&str> {
    path.strip_prefix("crates/")?.strip_suffix("/Cargo.toml").filter(|name| !name.contains('/'))
}

fn check_crate(name: &str, manifest: &File, renames: &Table) -> Vec<Finding> {
    let Some(row) = TABLE.iter().find(|row| row.name == name) else {
        let message = format!(
            "`{name}` has no row: say in crates/xtask/src/tidy/crate_table.rs what it may use"
        );
        return vec![Finding::error(&manifest.path, 1, message)];
    };
    let table = match manifest.text.parse::<Table>() {
        Ok(table) => table,
        Err(error) => {
            let message = format!("this manifest cannot be read: {}", error.message());
            return vec![Finding::error(&manifest.path, 1, message)];
        }
    };
    dependencies(&table, renames)
        .iter()
        .filter(|dependency| !permits(row, dependency))
        .map(|dependency| forbidden(name, dependency, manifest))
        .collect()
}

fn permits(row: &Row, dependency: &Dependency) -> bool {
    let package = dependency.package.as_str();
    let internal = TABLE.iter().any(|other| other.name == package);
    match row.uses {
        _ if !internal => true,
        // A crate may name itself in its tests, to switch on a feature.
        _ if dependency.dev && (row.name == package || row.tests_use.contains(&package)) => true,
        Uses::Everything => true,
        Uses::These(these) => these.contains(&package),
    }
}

fn forbidden(name: &str, dependency: &Dependency, manifest: &File) -> Finding {
    let kind = if dependency.dev { ", not even in its tests" } else { "" };
    let message = format!(
        "`{name}` may not use `{}`{kind}: pass values through a crate that both may use, or change \
         the table in crates/xtask/src/tidy/crate_table.rs and ARCHITECTURE.md with it",
        dependency.package
    );
    Finding::error(&manifest.path, line_of(manifest, dependency), message)
}

/// The line that declares the dependency, in the section of its kind; 1 if the manifest spells it
/// in a way this search does not know.
fn line_of(manifest: &File, dependency: &Dependency) -> usize {
    let mut in_section = false;
    for (line, text) in manifest.lines() {
        let text = text.trim();
        if let Some(section) = text.strip_prefix('[') {
            let is_dev = section.contains("dev-dependencies");
            in_section = section.contains("dependencies") && is_dev == dependency.dev;
            if in_section
                && section.trim_end_matches(']').ends_with(&format!(".{}", dependency.key))
            {
                return line;
            }
        } else if in_section && declares(text, &dependency.key) {
            return line;
        }
    }
    1
}

fn declares(text: &str, key: &str) -> bool {
    text.strip_prefix(key).is_some_and(|rest| rest.starts_with(['.', ' ', '=']))
}

/// Every dependency of every kind, for every target.
fn dependencies(manifest: &Table, renames: &Table) -> Vec<Dependency> {
    let targets = manifest.get("target").and_then(Value::as_table);
    let targets = targets.into_iter().flat_map(Table::values).filter_map(Value::as_table);
    let mut found = Vec::new();
    for part in std::iter::once(manifest).chain(targets) {
        for kind in ["dependencies", "build-dependencies", "dev-dependencies"] {
            let section = part.get(kind).and_then(Value::as_table);
            for (key, value) in section.into_iter().flatten() {
                let dev = kind == "dev-dependencies";
                let package = package(key, value, renames);
                found.push(Dependency { key: key.clone(), package, dev });
            }
        }
    }
    found
}

fn package(key: &str, value: &Value, renames: &Table) -> String {
    let own = value.get("package");
    let inherited = || renames.get(key).and_then(|dependency| dependency.get("package"));
    own.or_else(inherited).and_then(Value::as_str).unwrap_or(key).to_owned()
}

/// The shared dependencies of the workspace, which can rename a crate for everybody.
fn renames(root: &File) -> Table {
    let manifest = root.text.parse::<Table>().unwrap_or_default();
    let shared = manifest.get("workspace").and_then(|workspace| workspace.get("dependencies"));
    shared.and_then(Value::as_table).cloned().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_manifest(name: &str, text: &str) -> Vec<Finding> {
        check(&Tree::of(&[(&format!("crates/{name}/Cargo.toml"), text)]))
    }

    #[test]
    fn the_table_reads_downward() {
        for (at, row) in TABLE.iter().enumerate() {
            let earlier = |name: &&str| TABLE[..at].iter().any(|other| other.name == *name);
            match row.uses {
                Uses::Everything => {}
                Uses::These(these) => assert!(these.iter().all(earlier), "{}", row.name),
            }
        }
    }

    #[test]
    fn no_wall_is_thinner_than_designed() {
        let uses = |name: &str| match TABLE.iter().find(|row| row.name == name).unwrap().uses {
            Uses::Everything => panic!("{name} may use everything"),
            Uses::These(these) => these,
        };
        let hub_or_client = ["chat", "engine", "notion", "repairshopr", "store"];
        assert!(!uses("sandbox").iter().any(|used| hub_or_client.contains(used)));
        assert!(!uses("engine").iter().any(|used| ["store", "highlevel", "notion"].contains(used)));
        assert!(!uses("web").iter().any(|used| ["highlevel", "notion", "store"].contains(used)));
        assert_eq!(uses("policy"), ["domain"]);
        assert!(uses("domain").is_empty());
        assert!(uses("vault").is_empty());
    }

    #[test]
    fn what_the_table_names_and_foreign_crates_pass() {
        let text = "[dependencies]\ndomain.workspace = true\nserde = \"1\"\n\
                    [dev-dependencies]\nstore.workspace = true\n";
        assert_eq!(check_manifest("engine", text), []);
        assert_eq!(check_manifest("highwire", "[dependencies]\nstore.workspace = true\n"), []);
        assert_eq!(check_manifest("domain", "[dev-dependencies]\ndomain = { path = \".\" }\n"), []);
    }

    #[test]
    fn a_forbidden_dependency_is_found_on_its_line() {
        let findings = check_manifest(
            "engine",
            "[dependencies]\ndomain.workspace = true\nstore.workspace = true\n",
        );
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].line, 3);
        assert!(findings[0].message.starts_with("`engine` may not use `store`: "));
    }

    #[test]
    fn tests_use_no_more_than_their_list() {
        let findings =
            check_manifest("policy", "[dependencies]\n\n[dev-dependencies]\nstore = \"1\"\n");
        assert_eq!(findings[0].line, 4);
        assert!(findings[0].message.contains("not even in its tests"));
    }

    #[test]
    fn no_spelling_hides_a_dependency() {
        for text in [
            "[build-dependencies]\nstore.workspace = true\n",
            "[target.'cfg(unix)'.dependencies]\nstore.workspace = true\n",
            "[dependencies]\nshelf = { path = \"../store\", package = \"store\" }\n",
            "[dependencies.store]\nworkspace = true\n",
        ] {
            let findings = check_manifest("policy", text);
            assert_eq!(findings.len(), 1, "{text}");
        }
    }

    #[test]
    fn a_rename_in_the_workspace_hides_nothing() {
        let tree = Tree::of(&[
            (
                "Cargo.toml",
                "[workspace.dependencies]\nshelf = { path = \"x\", package = \"store\" }\n",
            ),
            ("crates/policy/Cargo.toml", "[dependencies]\nshelf.workspace = true\n"),
        ]);
        assert_eq!(check(&tree)[0].line, 2);
    }

    #[test]
    fn a_crate_without_a_row_and_a_broken_manifest_are_found() {
        assert!(check_manifest("attic", "")[0].message.contains("`attic` has no row"));
        assert!(check_manifest("web", "[dependencies")[0].message.contains("cannot be read"));
    }
}
