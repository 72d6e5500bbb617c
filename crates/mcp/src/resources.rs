//! Resources: records, the set-up and the catalogue under addresses, each the answer of a tool.
//!
//! Reading one is a call of that tool, with all that holds for it: who may, what is noted, and whose
//! words are marked. So there is no second way to anything.

use rmcp::{
    ErrorData,
    model::{
        CacheScope, CallToolResult, JsonObject, ReadResourceResult, Resource, ResourceContents,
        ResourceTemplate,
    },
};
use serde_json::{Value, json};

use crate::Place;

/// What every address begins with.
const SCHEME: &str = "highlevel://";

/// What the answers are.
const JSON: &str = "application/json";

/// How long a record may be kept, in milliseconds: half a minute.
const RECORD_KEPT: u64 = 30_000;
/// How long a description of an operation may be kept: a day. It changes with the program alone.
const CATALOGUE_KEPT: u64 = 86_400_000;

/// A kind of resource.
struct Kind {
    /// The parts of its address: a word as it is, or the name of a part in braces.
    address: &'static str,
    name: &'static str,
    about: &'static str,
    /// The tool whose answer it is.
    tool: &'static str,
    /// What the tool is given; a text in braces is the part of this name.
    arguments: &'static [(&'static str, &'static str)],
}

/// Every kind, in order of name.
const KINDS: &[Kind] = &[
    Kind {
        address: "{location}/contact/{id}",
        name: "contact",
        about: "A contact.",
        tool: "get_contact",
        arguments: &[("location", "{location}"), ("id", "{id}")],
    },
    Kind {
        address: "{location}/conversation/{id}",
        name: "conversation",
        about: "The last messages of a conversation.",
        tool: "get_messages",
        arguments: &[("location", "{location}"), ("conversation", "{id}")],
    },
    Kind {
        address: "export/{handle}",
        name: "export",
        about: "The rest of an answer that was cut.",
        tool: "get_more",
        arguments: &[("handle", "{handle}")],
    },
    Kind {
        address: "catalog/{operation}",
        name: "operation",
        about: "All that an operation takes.",
        tool: "describe_operation",
        arguments: &[("id", "{operation}"), ("detail", "full")],
    },
    Kind {
        address: "{location}/opportunity/{id}",
        name: "opportunity",
        about: "An opportunity.",
        tool: "read_operation",
        arguments: &[
            ("location", "{location}"),
            ("id", "opportunities.get-opportunity"),
            ("params.id", "{id}"),
        ],
    },
    Kind {
        address: "{location}/setup",
        name: "setup",
        about: "Names and ids of pipelines, calendars, fields, tags, users and workflows.",
        tool: "get_location_setup",
        arguments: &[("location", "{location}")],
    },
];

/// The call of a tool whose answer a resource is.
#[derive(Debug, PartialEq)]
pub(crate) struct Asked {
    pub(crate) tool: &'static str,
    pub(crate) arguments: JsonObject,
    is_catalogue: bool,
}

/// The kinds whose tool is there.
pub(crate) fn templates(has: impl Fn(&str) -> bool) -> Vec<ResourceTemplate> {
    let there = KINDS.iter().filter(|kind| has(kind.tool));
    there
        .map(|kind| {
            ResourceTemplate::new(format!("{SCHEME}{}", kind.address), kind.name)
                .with_description(kind.about)
                .with_mime_type(JSON)
        })
        .collect()
}

/// The resources that are known without a search: the set-up of each place.
pub(crate) fn listed(places: &[Place], has: impl Fn(&str) -> bool) -> Vec<Resource> {
    if !has("get_location_setup") {
        return Vec::new();
    }
    let setup = |place: &Place| {
        let called = place.name.clone().unwrap_or_else(|| place.location.to_string());
        Resource::new(format!("{SCHEME}{}/setup", place.location), format!("setup of {called}"))
            .with_mime_type(JSON)
    };
    places.iter().map(setup).collect()
}

/// What an address asks for; none where there is no such kind.
pub(crate) fn asked(address: &str) -> Option<Asked> {
    let parts: Vec<&str> = address.strip_prefix(SCHEME)?.split('/').collect();
    if !parts.iter().all(|part| is_part(part)) {
        return None;
    }
    let (kind, named) = KINDS.iter().find_map(|kind| Some((kind, matched(kind, &parts)?)))?;
    let mut arguments = Value::Object(JsonObject::new());
    for (path, value) in kind.arguments {
        let given = named.iter().find(|(name, _)| name == value).map_or(*value, |(_, part)| *part);
        match path.split_once('.') {
            Some((outer, inner)) => arguments[outer][inner] = json!(given),
            None => arguments[*path] = json!(given),
        }
    }
    let Value::Object(arguments) = arguments else { return None };
    let is_catalogue = kind.tool == "describe_operation";
    Some(Asked { tool: kind.tool, arguments, is_catalogue })
}

/// The answer of the tool as the resource at this address.
///
/// # Errors
/// Where the tool refused.
pub(crate) fn told(
    address: &str,
    asked: &Asked,
    answer: CallToolResult,
) -> Result<ReadResourceResult, ErrorData> {
    let value = answer.structured_content.unwrap_or_default();
    if answer.is_error == Some(true) {
        let said = [&value["message"], &value["fix"]].map(|text| text.as_str().unwrap_or_default());
        return Err(ErrorData::invalid_params(said.join("; "), Some(value)));
    }
    let contents = ResourceContents::text(value.to_string(), address).with_mime_type(JSON);
    let read = ReadResourceResult::new(vec![contents]);
    Ok(match asked.is_catalogue {
        true => read.with_ttl_ms(CATALOGUE_KEPT).with_cache_scope(CacheScope::Public),
        false => read.with_ttl_ms(RECORD_KEPT).with_cache_scope(CacheScope::Private),
    })
}

/// The parts that a kind names, where the address is one of it.
fn matched<'a>(kind: &Kind, parts: &[&'a str]) -> Option<Vec<(&'static str, &'a str)>> {
    let wanted: Vec<&'static str> = kind.address.split('/').collect();
    if wanted.len() != parts.len() {
        return None;
    }
    let mut named = Vec::new();
    for (wanted, part) in wanted.into_iter().zip(parts) {
        match wanted.starts_with('{') {
            true => named.push((wanted, *part)),
            false if wanted == *part => {}
            false => return None,
        }
    }
    Some(named)
}

/// Ids, and names of operations; nothing that leads elsewhere.
fn is_part(part: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    !part.is_empty() && part.bytes().all(plain) && !part.bytes().all(|byte| byte == b'.')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(address: &str) -> Option<(&'static str, Value)> {
        asked(address).map(|asked| (asked.tool, Value::Object(asked.arguments)))
    }

    #[test]
    fn an_address_is_a_call_of_a_tool() {
        assert_eq!(
            arguments("highlevel://loc1/contact/c1"),
            Some(("get_contact", json!({"location": "loc1", "id": "c1"})))
        );
        assert_eq!(
            arguments("highlevel://loc1/opportunity/o1"),
            Some((
                "read_operation",
                json!({
                    "location": "loc1",
                    "id": "opportunities.get-opportunity",
                    "params": {"id": "o1"},
                })
            ))
        );
        assert_eq!(
            arguments("highlevel://catalog/contacts.get-contact"),
            Some(("describe_operation", json!({"id": "contacts.get-contact", "detail": "full"})))
        );
    }

    #[test]
    fn an_address_leads_nowhere_else() {
        for wrong in [
            "highlevel://loc1/contact/../setup",
            "highlevel://loc1/contact/..",
            "highlevel://loc1/contact/c1?x=1",
            "highlevel://loc1/contact/%2e%2e",
            "highlevel://loc1/contact/",
            "highlevel://loc1/nothing/c1",
            "https://loc1/contact/c1",
            "highlevel://",
        ] {
            assert_eq!(asked(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn what_no_tool_reads_is_not_listed() {
        let only = templates(|tool| tool == "describe_operation");
        let addresses: Vec<&str> = only.iter().map(|one| one.uri_template.as_str()).collect();
        assert_eq!(addresses, ["highlevel://catalog/{operation}"]);
        assert!(KINDS.is_sorted_by_key(|kind| kind.name));
    }
}
