//! Finds what a method and a path ask for: every operation of the catalogue, and the few paths that no specification has.

use std::{
    collections::{BTreeMap, HashMap},
    sync::OnceLock,
};

use endpoint::catalogue::{Edition, Generation, Operation};
use highlevel::catalogue;

use super::{
    acts::{self, Act, Extra},
    refusal::Refusal,
};

/// What a request asks for, before its version is known.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    place: &'static Place,
    /// What stands where the path has names, decoded.
    values: Vec<String>,
}

/// What the path names, in the order of the path.
pub(crate) type Segments = Vec<(&'static str, String)>;

/// What a path is for with one method.
#[derive(Debug)]
enum Place {
    Extra(&'static Extra),
    /// Each generation that has it; never empty.
    Operations(Vec<Candidate>),
}

/// One generation of an operation, with what does it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Candidate {
    pub(crate) operation: Operation<'static>,
    pub(crate) generation: Generation,
    /// None where the answer follows from the schema alone.
    pub(crate) act: Option<Act>,
}

impl Candidate {
    pub(crate) fn edition(&self) -> Edition<'static> {
        let edition = self.operation.edition(self.generation);
        edition.expect("the index holds editions that exist")
    }

    /// The names in the path as handlers know them: those of the oldest generation.
    fn names(&self) -> Vec<&'static str> {
        names(self.operation.path())
    }
}

/// What is to be done once the version is known.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Task {
    Extra(&'static Extra),
    Operation(Candidate),
}

impl Found {
    /// The name by which faults and the log know it.
    pub(crate) fn name(&self) -> &'static str {
        match self.place {
            Place::Extra(extra) => extra.name,
            Place::Operations(candidates) => candidates[0].operation.id(),
        }
    }

    /// Whether nobody has to say who they are.
    pub(crate) fn is_public(&self) -> bool {
        match self.place {
            Place::Extra(_) => true,
            Place::Operations(candidates) => candidates[0].edition().access().len() == 0,
        }
    }

    /// Whether the specification asks for a version in some generation.
    pub(crate) fn wants_version(&self) -> bool {
        match self.place {
            Place::Extra(_) => false,
            Place::Operations(candidates) => {
                candidates.iter().any(|candidate| candidate.edition().version().is_some())
            }
        }
    }

    /// What the version header makes of it (`facts/highlevel.md` 1.2): any published value opens an
    /// established path, `v3` only what v3 has, and a path of v3 is unknown to the older values.
    ///
    /// # Errors
    /// 400 where v3 has dropped the path, none of the API's where only v3 has it.
    pub(crate) fn task(&self, version: Option<&str>) -> Result<Task, Unserved> {
        self.place.task(version)
    }

    /// The other generation of an operation, where the version opens both.
    pub(crate) fn twin(&self, one: &Candidate, version: Option<&str>) -> Option<Candidate> {
        let Place::Operations(candidates) = self.place else { return None };
        let is_other =
            |it: &&Candidate| it.generation != one.generation && it.edition().version() == version;
        candidates.iter().find(is_other).copied()
    }

    /// The values of the path under the names that handlers and the generation's own
    /// specification have for them.
    pub(crate) fn segments(&self, task: &Task) -> Segments {
        let names = match task {
            Task::Extra(_) => Vec::new(),
            Task::Operation(candidate) => candidate.names(),
        };
        names.into_iter().zip(self.values.iter().cloned()).collect()
    }
}

impl Place {
    fn task(&'static self, version: Option<&str>) -> Result<Task, Unserved> {
        let candidates = match self {
            Self::Extra(extra) => return Ok(Task::Extra(extra)),
            Self::Operations(candidates) => candidates,
        };
        let of = |wanted| candidates.iter().find(|one| one.generation == wanted);
        let (v2, v3) = (of(Generation::V2), of(Generation::V3));
        let is_v3 = version == Some("v3");
        let declared = |one: &&Candidate| {
            let declared = one.edition().version();
            declared.is_none() || declared == version
        };
        match (v2, v3) {
            (_, Some(v3)) if is_v3 => Ok(Task::Operation(*v3)),
            (Some(v2), None) if is_v3 && v2.edition().access().len() > 0 => Err(Unserved::Removed),
            (Some(v2), _) => Ok(Task::Operation(*v2)),
            (None, v3) => {
                v3.filter(declared).map(|v3| Task::Operation(*v3)).ok_or(Unserved::Unknown)
            }
        }
    }
}

/// Why a known path is not served to a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unserved {
    /// v3 has dropped it.
    Removed,
    /// Only v3 has it.
    Unknown,
}

/// The names in a path.
pub(crate) fn names(path: &'static str) -> Vec<&'static str> {
    path.split('/').filter_map(parameter).collect()
}

fn parameter(segment: &str) -> Option<&str> {
    segment.strip_prefix('{')?.strip_suffix('}')
}

/// What a method and a path ask for. A slash at the end makes no difference. Where several places
/// fit, the first that the version opens is meant.
pub(crate) fn find(method: &str, path: &str, version: Option<&str>) -> Option<Found> {
    let path = path.strip_prefix('/')?;
    let segments: Vec<&str> = path.strip_suffix('/').unwrap_or(path).split('/').collect();
    let mut all = Vec::new();
    index().find(method, &segments, &mut Vec::new(), &mut all);
    let is_open = |found: &Found| found.task(version).is_ok();
    let first = all.iter().position(is_open).unwrap_or(0);
    (!all.is_empty()).then(|| all.swap_remove(first))
}

/// The names of everything that can be asked for, in order.
pub(crate) fn all() -> impl Iterator<Item = &'static str> {
    let operations = catalogue::operations().map(Operation::id);
    operations.chain(acts::EXTRAS.iter().map(|extra| extra.name))
}

/// The operations that have a memory, in order of their lists.
#[cfg(test)]
pub(crate) fn stateful() -> impl Iterator<Item = &'static str> {
    acts::LISTS.iter().flat_map(|list| list.iter()).map(|(name, _)| *name)
}

fn index() -> &'static Node {
    static INDEX: OnceLock<Node> = OnceLock::new();
    INDEX.get_or_init(Node::of_catalogue)
}

/// All paths that begin alike. A literal segment goes before a name.
#[derive(Debug, Default)]
struct Node {
    literals: HashMap<&'static str, Node>,
    named: Option<Box<Node>>,
    places: BTreeMap<&'static str, Place>,
}

impl Node {
    fn of_catalogue() -> Self {
        let acts: HashMap<&str, Act> =
            acts::LISTS.iter().flat_map(|list| list.iter().copied()).collect();
        let mut root = Self::default();
        for operation in catalogue::operations() {
            let act = acts.get(operation.id()).copied();
            for edition in operation.editions() {
                let candidate = Candidate { operation, generation: edition.generation(), act };
                let place = root.reach(edition.path()).places.entry(operation.method().as_str());
                match place.or_insert_with(|| Place::Operations(Vec::new())) {
                    Place::Operations(candidates) => candidates.push(candidate),
                    Place::Extra(_) => {}
                }
            }
        }
        for extra in acts::EXTRAS {
            root.reach(extra.path).places.insert(extra.method, Place::Extra(extra));
        }
        root
    }

    fn reach(&mut self, path: &'static str) -> &mut Self {
        path.trim_matches('/').split('/').fold(self, |node, segment| match parameter(segment) {
            Some(_) => node.named.get_or_insert_default(),
            None => node.literals.entry(segment).or_default(),
        })
    }

    /// Notes every place that fits, those with literal segments first.
    fn find(
        &'static self,
        method: &str,
        path: &[&str],
        values: &mut Vec<String>,
        all: &mut Vec<Found>,
    ) {
        let Some((segment, rest)) = path.split_first() else {
            let place = self.places.get(method);
            all.extend(place.map(|place| Found { place, values: values.clone() }));
            return;
        };
        if let Some(node) = self.literals.get(*segment) {
            node.find(method, rest, values, all);
        }
        if let Some(node) = self.named.as_ref().filter(|_| !segment.is_empty()) {
            values.push(decode(segment));
            node.find(method, rest, values, all);
            values.pop();
        }
    }
}

fn decode(segment: &str) -> String {
    percent_encoding::percent_decode_str(segment).decode_utf8_lossy().into_owned()
}

/// What a request to a path of no operation is told.
pub(crate) fn cannot(method: &str, uri: &str) -> Refusal {
    Refusal::new(404, format!("Cannot {method} {uri}"))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn name(method: &str, path: &str) -> Option<&'static str> {
        find(method, path, None).map(|found| found.name())
    }

    #[test]
    fn operations_are_found_by_method_and_path() {
        let cases = [
            ("GET", "/contacts/", Some("contacts.get-contacts")),
            ("GET", "/contacts", Some("contacts.get-contacts")),
            ("GET", "/contacts/search/duplicate", Some("contacts.get-duplicate-contact")),
            ("POST", "/contacts/upsert", Some("contacts.upsert-contact")),
            ("GET", "/opportunities/pipelines", Some("opportunities.get-pipelines")),
            ("GET", "/users/search", Some("users.search-users")),
            ("GET", "/oauth/chooselocation", Some("oauth.choose-location")),
            ("PATCH", "/contacts/x", None),
            ("GET", "/contacts/x/y", None),
            ("GET", "//contacts", None),
        ];
        for (method, path, expected) in cases {
            assert_eq!(name(method, path), expected, "{method} {path}");
        }
    }

    #[test]
    fn every_operation_of_every_generation_can_be_reached() {
        let mut reached = 0;
        for operation in catalogue::operations() {
            for edition in operation.editions() {
                let version = edition
                    .version()
                    .filter(|_| operation.is_added() || edition.generation() == Generation::V3);
                let found = find(operation.method().as_str(), edition.path(), version);
                let found = found.unwrap_or_else(|| panic!("{} is not found", operation.id()));
                let Place::Operations(candidates) = found.place else { panic!("an extra") };
                let is_it = |one: &&Candidate| {
                    one.operation.id() == operation.id() && one.generation == edition.generation()
                };
                assert!(candidates.iter().any(|one| is_it(&one)), "{}", operation.id());
                reached += 1;
            }
        }
        assert_eq!(reached, 576 + 627);
    }

    #[test]
    fn what_has_a_memory_is_in_the_catalogue_once() {
        let mut names = BTreeSet::new();
        for name in stateful() {
            assert!(names.insert(name), "{name} twice");
            assert!(catalogue::operation(name).is_some(), "{name} is no operation");
        }
    }

    #[test]
    fn a_version_chooses_the_generation() {
        let task = |method, path, version| match find(method, path, version).unwrap().task(version)
        {
            Ok(Task::Operation(candidate)) => Ok(candidate.generation),
            Ok(Task::Extra(_)) => panic!("an extra"),
            Err(unserved) => Err(unserved),
        };
        let get = |path, version| task("GET", path, Some(version));
        assert_eq!(get("/contacts/x", "2021-07-28"), Ok(Generation::V2));
        assert_eq!(get("/contacts/x", "2023-02-21"), Ok(Generation::V2));
        assert_eq!(get("/contacts/x", "v3"), Ok(Generation::V3));
        assert_eq!(get("/contacts/", "v3"), Err(Unserved::Removed));
        assert_eq!(get("/oauth/installed-locations", "2021-07-28"), Err(Unserved::Unknown));
        assert_eq!(get("/oauth/installed-locations", "v3"), Ok(Generation::V3));
    }

    #[test]
    fn names_are_those_of_the_oldest_generation_and_values_are_decoded() {
        let found = find("DELETE", "/contacts/a%2Fb/tags", None).unwrap();
        let task = found.task(Some("v3")).unwrap();
        assert_eq!(found.segments(&task), [("contactId", "a/b".to_owned())]);
    }
}
