//! A shape of the document in a line: what a field or a body looks like.

use maud::{Markup, html};
use serde_json::Value;

/// Where a named shape stands in the document.
const SHAPES: &str = "#/components/schemas/";

/// The shape, with links to those that have a name.
pub(super) fn of(shape: &Value) -> Markup {
    if let Some(name) = shape["$ref"].as_str().and_then(|path| path.strip_prefix(SHAPES)) {
        return html! { a href={ "#shape-" (name) } { (name) } };
    }
    if let Some(choices) = shape["anyOf"].as_array().or_else(|| shape["oneOf"].as_array()) {
        return html! {
            @for (index, choice) in choices.iter().enumerate() {
                @if index > 0 { " or " }
                (of(choice))
            }
        };
    }
    if let Some(only) = shape.get("const") {
        return html! { code { (only) } };
    }
    if let Some(names) = shape["enum"].as_array() {
        return html! {
            @for (index, name) in names.iter().enumerate() {
                @if index > 0 { ", " }
                code { (name.as_str().unwrap_or_default()) }
            }
        };
    }
    let types = types(shape);
    html! {
        @if types.is_empty() { "anything" }
        @for (index, kind) in types.iter().enumerate() {
            @if index > 0 { " or " }
            @if kind == "array" { "list of " (of(&shape["items"])) } @else { (kind) }
        }
        (bounds(shape))
    }
}

/// The bounds of a shape, in words.
fn bounds(shape: &Value) -> Markup {
    let number = |name: &str| shape.get(name).filter(|value| value.is_number());
    let range = |least: &str, most: &str, unit: &str| match (number(least), number(most)) {
        (None, None) => None,
        (Some(least), None) => Some(format!("at least {least}{unit}")),
        (None, Some(most)) => Some(format!("at most {most}{unit}")),
        (Some(least), Some(most)) => Some(format!("{least} to {most}{unit}")),
    };
    let format = shape["format"].as_str().filter(|format| !format.contains("int"));
    let told = [
        format.map(str::to_owned),
        range("minLength", "maxLength", " characters"),
        range("minItems", "maxItems", " of them"),
        range("minimum", "maximum", ""),
        shape
            .get("default")
            .filter(|value| !value.is_null())
            .map(|value| format!("default {value}")),
    ];
    let told: Vec<_> = told.into_iter().flatten().collect();
    html! {
        @if !told.is_empty() { span.quiet { " (" (told.join(", ")) ")" } }
        @if let Some(pattern) = shape["pattern"].as_str() { " " code.quiet { (pattern) } }
    }
}

fn types(shape: &Value) -> Vec<String> {
    let name = |kind: &Value| kind.as_str().map(str::to_owned);
    match &shape["type"] {
        Value::Array(kinds) => kinds.iter().filter_map(name).collect(),
        kind => name(kind).into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_shape_is_told_with_its_bounds_and_links() {
        for (shape, told) in [
            (json!({ "$ref": "#/components/schemas/Event" }), "<a href=\"#shape-Event\">Event</a>"),
            (json!({ "type": ["string", "null"] }), "string or null"),
            (
                json!({ "type": "array", "items": { "type": "integer", "minimum": 1, "maximum": 5 } }),
                "list of integer<span class=\"quiet\"> (1 to 5)</span>",
            ),
            (json!({ "enum": ["a", "b"] }), "<code>a</code>, <code>b</code>"),
            (json!(true), "anything"),
            (json!({ "type": "<b>" }), "&lt;b&gt;"),
        ] {
            assert_eq!(of(&shape).into_string(), told, "{shape}");
        }
    }
}
