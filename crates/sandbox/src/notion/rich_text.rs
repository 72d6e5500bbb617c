//! Rich text: what a request may write, and what is read back (`facts/notion.md` 3).

use std::borrow::Cow;

use serde_json::{Map, Value, json};

use super::{field::Field, refusal::Refusal};

/// `facts/notion.md` 5, in UTF-16 code units.
const MAX_CONTENT: usize = 2000;
const MAX_EXPRESSION: usize = 1000;

/// The colors of text and blocks; options have those without `_background`.
const COLORS: [&str; 20] = [
    "default",
    "gray",
    "brown",
    "orange",
    "yellow",
    "green",
    "blue",
    "purple",
    "pink",
    "red",
    "default_background",
    "gray_background",
    "brown_background",
    "orange_background",
    "yellow_background",
    "green_background",
    "blue_background",
    "purple_background",
    "pink_background",
    "red_background",
];

const STYLES: [&str; 5] = ["bold", "italic", "strikethrough", "underline", "code"];

/// Reads an array of rich text items and completes each as it is read back.
///
/// # Errors
/// When one of them is malformed or too long, or there are more than 100.
pub(crate) fn write(field: &Field) -> Result<Vec<Value>, Refusal> {
    field.items()?.iter().map(item).collect()
}

/// Text without style, as it is read back.
pub(crate) fn plain(text: &str) -> Vec<Value> {
    let content = json!([{ "text": { "content": text } }]);
    // Text of a title of our own is shorter than any limit.
    write(&Field::body(&content)).unwrap_or_default()
}

/// What a reader sees of stored rich text.
pub(crate) fn text_of(items: &[Value]) -> Cow<'_, str> {
    let mut texts = items.iter().filter_map(|item| item["plain_text"].as_str());
    match (texts.next(), texts.next()) {
        (None, _) => Cow::Borrowed(""),
        (Some(only), None) => Cow::Borrowed(only),
        (Some(first), Some(second)) => {
            Cow::Owned([first, second].into_iter().chain(texts).collect())
        }
    }
}

/// A color of text or of a block.
///
/// # Errors
/// When there is no such color.
pub(crate) fn color(field: &Field) -> Result<&'static str, Refusal> {
    field.one_of(&COLORS)
}

fn item(field: &Field) -> Result<Value, Refusal> {
    let object = field.object()?;
    let kind = match field.key("type").present() {
        Some(kind) => kind.one_of(&["text", "mention", "equation"])?,
        None if object.contains_key("equation") => "equation",
        None if object.contains_key("mention") => "mention",
        None => "text",
    };
    let (content, plain_text, href) = match kind {
        "text" => text(&field.key("text"))?,
        "equation" => equation(&field.key("equation"))?,
        _ => return Err(no_mentions(field)),
    };
    Ok(json!({
        "type": kind,
        kind: content,
        "annotations": annotations(&field.key("annotations"))?,
        "plain_text": plain_text,
        "href": href,
    }))
}

fn text(field: &Field) -> Result<(Value, String, Value), Refusal> {
    let content = field.key("content").short_string(MAX_CONTENT)?;
    let href = match field.key("link").filled() {
        Some(link) => json!(link_url(&link.key("url"))?),
        None => Value::Null,
    };
    let link = match &href {
        Value::Null => Value::Null,
        url => json!({ "url": url }),
    };
    let stored = json!({ "content": content, "link": link });
    Ok((stored, content.to_owned(), href))
}

/// The address of a link: of any scheme, or of a page inside Notion.
fn link_url<'a>(field: &Field<'a>) -> Result<&'a str, Refusal> {
    let url = field.short_string(MAX_CONTENT)?;
    let scheme = url.split(':').next().filter(|scheme| *scheme != url);
    let has_scheme = scheme.is_some_and(|scheme| {
        !scheme.is_empty()
            && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b))
    });
    if has_scheme || url.starts_with('/') {
        return Ok(url);
    }
    Err(Refusal::validation("Content creation Failed. Fix the following: \nInvalid URL for link."))
}

fn equation(field: &Field) -> Result<(Value, String, Value), Refusal> {
    let expression = field.key("expression").short_string(MAX_EXPRESSION)?;
    let stored = json!({ "expression": expression });
    Ok((stored, expression.to_owned(), Value::Null))
}

fn annotations(field: &Field) -> Result<Map<String, Value>, Refusal> {
    let mut annotations = Map::new();
    for style in STYLES {
        let on = match field.key(style).present() {
            Some(on) => on.boolean()?,
            None => false,
        };
        annotations.insert(style.to_owned(), json!(on));
    }
    let color = match field.key("color").present() {
        Some(named) => color(&named)?,
        None => "default",
    };
    annotations.insert("color".to_owned(), json!(color));
    Ok(annotations)
}

fn no_mentions(field: &Field) -> Refusal {
    let mut refusal = field.key("mention").should_be("not present");
    refusal.message.push_str(
        " The simulated Notion has no mentions: write the text and a link to what it mentions.",
    );
    refusal
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(items: Value) -> Result<Vec<Value>, String> {
        write(&Field::body(&items)).map_err(|refusal| refusal.message)
    }

    #[test]
    fn text_is_completed_as_it_is_read_back() {
        let items = written(json!([
            { "text": { "content": "Call ", "link": { "url": "https://example.com/a" } } },
            { "type": "text", "text": { "content": "back" }, "annotations": { "bold": true } },
        ]))
        .unwrap();
        assert_eq!(
            items[0],
            json!({
                "type": "text",
                "text": { "content": "Call ", "link": { "url": "https://example.com/a" } },
                "annotations": {
                    "bold": false, "italic": false, "strikethrough": false, "underline": false,
                    "code": false, "color": "default",
                },
                "plain_text": "Call ",
                "href": "https://example.com/a",
            })
        );
        assert_eq!(items[1]["annotations"]["bold"], true);
        assert_eq!(items[1]["text"]["link"], Value::Null);
        assert_eq!(text_of(&items), "Call back");
    }

    #[test]
    fn limits_and_wrong_shapes_are_named_by_place() {
        let long = "x".repeat(2001);
        for (items, expected) in [
            (
                json!([{ "text": { "content": long } }]),
                "body[0].text.content.length should be ≤ `2000`, instead was `2001`.",
            ),
            (
                json!([{ "equation": { "expression": "x".repeat(1001) } }]),
                "body[0].equation.expression.length should be ≤ `1000`",
            ),
            (
                json!(vec![json!({ "text": { "content": "" } }); 101]),
                "body.length should be ≤ `100`, instead was `101`.",
            ),
            (json!("text"), "body should be an array"),
            (json!([{}]), "body[0].text.content should be defined"),
            (json!([{ "type": "html" }]), "body[0].type should be `\"text\"` or `\"mention\"`"),
            (
                json!([{ "text": { "content": "x" }, "annotations": { "color": "mauve" } }]),
                "body[0].annotations.color should be",
            ),
            (
                json!([{ "text": { "content": "x", "link": { "url": "no address" } } }]),
                "Invalid URL for link.",
            ),
            (
                json!([{ "mention": { "user": { "id": "x" } } }]),
                "body[0].mention should be not present",
            ),
        ] {
            let message = written(items).unwrap_err();
            assert!(message.contains(expected), "{message}\nis not\n{expected}");
        }
    }

    #[test]
    fn exactly_the_limit_passes() {
        let items = json!(vec![json!({ "text": { "content": "x".repeat(2000) } }); 100]);
        assert_eq!(written(items).unwrap().len(), 100);
    }
}
