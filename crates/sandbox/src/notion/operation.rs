//! The operations of the API by method and path; their names are those of the official client.

use serde_json::Value;

use super::{call::Call, ids::Uuid, operations, refusal::Refusal, workspace::Workspace};

/// Does an operation.
pub(crate) type Act = fn(&mut Workspace, &Call) -> Result<Value, Refusal>;

/// One operation.
pub(crate) struct Operation {
    pub(crate) name: &'static str,
    method: &'static str,
    /// Below `/v1/`; what is in braces stands for any segment.
    path: &'static str,
    pub(crate) act: Act,
}

const fn operation(
    name: &'static str,
    method: &'static str,
    path: &'static str,
    act: Act,
) -> Operation {
    Operation { name, method, path, act }
}

use operations::{blocks, data_sources, databases, pages, query, search, users};

#[rustfmt::skip]
const OPERATIONS: [Operation; 19] = [
    operation("databases.create", "POST", "databases", databases::create),
    operation("databases.retrieve", "GET", "databases/{database_id}", databases::retrieve),
    operation("databases.update", "PATCH", "databases/{database_id}", databases::update),
    operation("data_sources.create", "POST", "data_sources", data_sources::create),
    operation("data_sources.retrieve", "GET", "data_sources/{data_source_id}", data_sources::retrieve),
    operation("data_sources.update", "PATCH", "data_sources/{data_source_id}", data_sources::update),
    operation("data_sources.query", "POST", "data_sources/{data_source_id}/query", query::query),
    operation("pages.create", "POST", "pages", pages::create),
    operation("pages.retrieve", "GET", "pages/{page_id}", pages::retrieve),
    operation("pages.update", "PATCH", "pages/{page_id}", pages::update),
    operation("pages.properties.retrieve", "GET", "pages/{page_id}/properties/{property}", pages::retrieve_property),
    operation("blocks.retrieve", "GET", "blocks/{block_id}", blocks::retrieve),
    operation("blocks.update", "PATCH", "blocks/{block_id}", blocks::update),
    operation("blocks.delete", "DELETE", "blocks/{block_id}", blocks::delete),
    operation("blocks.children.list", "GET", "blocks/{block_id}/children", blocks::list),
    operation("blocks.children.append", "PATCH", "blocks/{block_id}/children", blocks::append),
    operation("search", "POST", "search", search::search),
    operation("users.me", "GET", "users/me", users::me),
    operation("users.list", "GET", "users", users::list),
];

/// What a path names.
pub(crate) type Segments<'a> = Vec<(&'static str, &'a str)>;

/// The operation of a method and a path, with what the path names.
pub(crate) fn find<'a>(method: &str, path: &'a str) -> Option<(&'static Operation, Segments<'a>)> {
    let path = path.strip_prefix("/v1/")?;
    let mut candidates = OPERATIONS.iter().filter(|operation| operation.method == method);
    candidates.find_map(|operation| Some((operation, operation.segments(path)?)))
}

impl Operation {
    fn segments<'a>(&self, path: &'a str) -> Option<Segments<'a>> {
        let (mut wanted, mut found) = (self.path.split('/'), path.split('/'));
        let mut segments = Vec::new();
        loop {
            match (wanted.next(), found.next()) {
                (None, None) => return Some(segments),
                (Some(wanted), Some(found)) => {
                    let name = wanted.strip_prefix('{').and_then(|name| name.strip_suffix('}'));
                    match name {
                        Some(name) => segments.push((name, found)),
                        None if wanted == found => {}
                        None => return None,
                    }
                }
                _ => return None,
            }
        }
    }
}

/// Reads the ids that a path names; the one that is no id is a name.
///
/// # Errors
/// When what should be an id is none.
pub(crate) fn read_segments(segments: &Segments) -> Result<(Vec<Uuid>, String), Refusal> {
    let mut ids = Vec::new();
    let mut name = String::new();
    for (parameter, text) in segments {
        if *parameter == "property" {
            (*text).clone_into(&mut name);
            continue;
        }
        let id = Uuid::parse(text);
        ids.push(id.ok_or_else(|| {
            Refusal::validation(format!(
                "path failed validation: path.{parameter} should be a valid uuid, instead was \
                 `\"{text}\"`."
            ))
        })?);
    }
    Ok((ids, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(method: &str, path: &str) -> Option<&'static str> {
        find(method, path).map(|(operation, _)| operation.name)
    }

    #[test]
    fn operations_are_found_by_method_and_path() {
        assert_eq!(name("POST", "/v1/pages"), Some("pages.create"));
        assert_eq!(name("GET", "/v1/users/me"), Some("users.me"));
        assert_eq!(name("PATCH", "/v1/blocks/x/children"), Some("blocks.children.append"));
        for (method, path) in [
            ("GET", "/v1/pages"),
            ("POST", "/pages"),
            ("POST", "//v1/pages"),
            ("POST", "/v1/pages/"),
            ("POST", "/v1/databases/x/query"),
        ] {
            assert_eq!(name(method, path), None, "{method} {path}");
        }
    }

    #[test]
    fn what_should_be_an_id_must_be_one() {
        let (_, segments) = find("GET", "/v1/pages/7/properties/%3AUPp").unwrap();
        assert_eq!(segments, [("page_id", "7"), ("property", "%3AUPp")]);
        let message = read_segments(&segments).unwrap_err().message;
        let expected =
            "path failed validation: path.page_id should be a valid uuid, instead was `\"7\"`.";
        assert_eq!(message, expected);
    }
}
