//! The operations of the API by method and path, named `product.operation-id` as in HighLevel's specification.

use super::{
    answer::Answer, businesses, call::Call, contact_links, contacts, custom_fields, custom_values,
    locations, notes, oauth, opportunities, pipelines, refusal::Refusal, shape::Field, tags, tasks,
    token::Access, users, world::World,
};

/// Does an operation.
pub(crate) type Act = fn(&mut World, &Call) -> Result<Answer, Refusal>;

/// One operation.
#[derive(Clone, Copy)]
pub(crate) struct Route {
    pub(crate) name: &'static str,
    method: &'static str,
    /// Without a slash at the end; what is in braces stands for any segment.
    path: &'static str,
    pub(crate) access: Access,
    /// Empty where none is asked for.
    pub(crate) scope: &'static str,
    /// What the query must have.
    pub(crate) query: &'static [&'static str],
    /// What the body may have.
    pub(crate) body: &'static [Field],
    /// Whether the body is a form rather than JSON.
    pub(crate) form: bool,
    /// Whether version v3 no longer has it.
    pub(crate) before_v3: bool,
    pub(crate) act: Act,
}

const fn route(
    name: &'static str,
    method: &'static str,
    path: &'static str,
    scope: &'static str,
    act: Act,
) -> Route {
    Route {
        name,
        method,
        path,
        access: Access::Location,
        scope,
        query: &[],
        body: &[],
        form: false,
        before_v3: false,
        act,
    }
}

/// An operation for the token of a location.
pub(crate) const fn get(
    name: &'static str,
    path: &'static str,
    scope: &'static str,
    act: Act,
) -> Route {
    route(name, "GET", path, scope, act)
}

/// As [`get`].
pub(crate) const fn post(
    name: &'static str,
    path: &'static str,
    scope: &'static str,
    act: Act,
) -> Route {
    route(name, "POST", path, scope, act)
}

/// As [`get`].
pub(crate) const fn put(
    name: &'static str,
    path: &'static str,
    scope: &'static str,
    act: Act,
) -> Route {
    route(name, "PUT", path, scope, act)
}

/// As [`get`].
pub(crate) const fn delete(
    name: &'static str,
    path: &'static str,
    scope: &'static str,
    act: Act,
) -> Route {
    route(name, "DELETE", path, scope, act)
}

impl Route {
    pub(crate) const fn takes(mut self, body: &'static [Field]) -> Self {
        self.body = body;
        self
    }

    pub(crate) const fn asks(mut self, query: &'static [&'static str]) -> Self {
        self.query = query;
        self
    }

    pub(crate) const fn open_to(mut self, access: Access) -> Self {
        self.access = access;
        self
    }

    pub(crate) const fn as_form(mut self) -> Self {
        self.form = true;
        self
    }

    pub(crate) const fn until_v2(mut self) -> Self {
        self.before_v3 = true;
        self
    }

    fn segments(&self, path: &str) -> Option<Vec<(&'static str, String)>> {
        let (mut wanted, mut found) = (self.path.split('/'), path.split('/'));
        let mut segments = Vec::new();
        loop {
            match (wanted.next(), found.next()) {
                (None, None) => return Some(segments),
                (Some(wanted), Some(found)) => {
                    match wanted.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
                        Some(name) if !found.is_empty() => segments.push((name, found.to_owned())),
                        None if wanted == found => {}
                        _ => return None,
                    }
                }
                _ => return None,
            }
        }
    }
}

/// All operations, one list per file; a path with fewer names comes before one with more.
const LISTS: [&[Route]; 13] = [
    contacts::ROUTES,
    contact_links::ROUTES,
    notes::ROUTES,
    tasks::ROUTES,
    tags::ROUTES,
    custom_fields::ROUTES,
    custom_values::ROUTES,
    locations::ROUTES,
    pipelines::ROUTES,
    opportunities::ROUTES,
    users::ROUTES,
    businesses::ROUTES,
    oauth::ROUTES,
];

/// What a path names.
pub(crate) type Segments = Vec<(&'static str, String)>;

/// The operation of a method and a path, with what the path names. A slash at the end makes no
/// difference.
pub(crate) fn find(method: &str, path: &str) -> Option<(&'static Route, Segments)> {
    let path = path.strip_suffix('/').unwrap_or(path);
    let mut all = LISTS.iter().flat_map(|list| list.iter());
    all.find_map(|route| match route.method == method {
        true => Some((route, route.segments(path)?)),
        false => None,
    })
}

/// All operations.
pub(crate) fn all() -> impl Iterator<Item = &'static Route> {
    LISTS.iter().flat_map(|list| list.iter())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn name(method: &str, path: &str) -> Option<&'static str> {
        find(method, path).map(|(route, _)| route.name)
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
            ("PATCH", "/contacts/x", None),
            ("GET", "/contacts/x/y", None),
            ("GET", "//contacts", None),
        ];
        for (method, path, expected) in cases {
            assert_eq!(name(method, path), expected, "{method} {path}");
        }
    }

    #[test]
    fn every_operation_can_be_reached_and_has_a_name_of_its_own() {
        let mut names = BTreeSet::new();
        for route in all() {
            assert!(names.insert(route.name), "{} twice", route.name);
            let found = find(route.method, route.path).map(|(found, _)| found.name);
            assert_eq!(found, Some(route.name), "{} {}", route.method, route.path);
        }
    }
}
