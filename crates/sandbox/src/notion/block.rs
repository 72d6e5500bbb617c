//! Blocks: the content of pages.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{
    date::minute_text, field::Field, ids::Uuid, page::object, refusal::Refusal, rich_text,
    version::Version,
};

/// `facts/notion.md` 5: in one request.
const MAX_BLOCKS: usize = 1000;
/// `facts/notion.md` 5: children and their children.
const MAX_DEPTH: usize = 2;
const MAX_URL: usize = 2000;

/// A block; its children are kept beside it.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    pub(crate) id: Uuid,
    /// A page or a block.
    pub(crate) parent: Uuid,
    pub(crate) author: Uuid,
    pub(crate) created: Timestamp,
    pub(crate) edited: Timestamp,
    pub(crate) in_trash: bool,
    pub(crate) kind: String,
    pub(crate) content: Map<String, Value>,
}

/// A block as a request writes it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Draft {
    pub(crate) kind: &'static str,
    pub(crate) content: Map<String, Value>,
    pub(crate) children: Vec<Draft>,
}

impl Block {
    /// As a reader of this version gets it.
    pub(crate) fn render(&self, version: Version, has_children: bool, on_page: bool) -> Value {
        let parent = if on_page { "page_id" } else { "block_id" };
        let author = json!({ "object": "user", "id": self.author.to_string() });
        let mut block = object(json!({
            "object": "block",
            "id": self.id.to_string(),
            "parent": { "type": parent, parent: self.parent.to_string() },
            "created_time": minute_text(self.created),
            "last_edited_time": minute_text(self.edited),
            "created_by": author,
            "last_edited_by": author,
            "has_children": has_children,
            "type": self.kind,
            self.kind.as_str(): self.content,
        }));
        version.write_trash(&mut block, self.in_trash);
        Value::Object(block)
    }
}

/// What a type of block holds.
struct Form {
    kind: &'static str,
    /// Rich text, a color and children.
    has_text: bool,
    /// What it may hold besides.
    extras: &'static [&'static str],
}

const fn text_form(kind: &'static str, extras: &'static [&'static str]) -> Form {
    Form { kind, has_text: true, extras }
}

const fn plain_form(kind: &'static str, extras: &'static [&'static str]) -> Form {
    Form { kind, has_text: false, extras }
}

/// Those of `facts/notion.md` 9.
const FORMS: [Form; 16] = [
    text_form("paragraph", &["icon"]),
    text_form("heading_1", &["is_toggleable"]),
    text_form("heading_2", &["is_toggleable"]),
    text_form("heading_3", &["is_toggleable"]),
    text_form("heading_4", &["is_toggleable"]),
    text_form("bulleted_list_item", &[]),
    text_form("numbered_list_item", &[]),
    text_form("to_do", &["checked"]),
    text_form("toggle", &[]),
    text_form("quote", &[]),
    text_form("callout", &["icon"]),
    text_form("code", &["language", "caption"]),
    plain_form("divider", &[]),
    plain_form("table", &["table_width", "has_column_header", "has_row_header", "children"]),
    plain_form("table_row", &["cells"]),
    plain_form("bookmark", &["url", "caption"]),
];

/// Reads the children of a new page or of an append.
///
/// # Errors
/// When one of them is malformed or of a type that is not simulated, or they are too many or too
/// deep.
pub(crate) fn write(field: &Field) -> Result<Vec<Draft>, Refusal> {
    let drafts = drafts(field, 1)?;
    field.check_length(count(&drafts), MAX_BLOCKS)?;
    Ok(drafts)
}

/// Reads what a block of this type says from now on; its children stay.
///
/// # Errors
/// When it is malformed, or names children.
pub(crate) fn rewrite(kind: &str, field: &Field) -> Result<Map<String, Value>, Refusal> {
    if let Some(children) = field.key("children").present() {
        return Err(children.should_be("not present"));
    }
    match FORMS.iter().find(|form| form.kind == kind) {
        Some(form) => content(form, field),
        None => Err(field.should_be("not present")),
    }
}

fn count(drafts: &[Draft]) -> usize {
    let children = drafts.iter().map(|draft| 1 + count(&draft.children));
    children.sum()
}

fn drafts(field: &Field, depth: usize) -> Result<Vec<Draft>, Refusal> {
    let items = field.items()?;
    items.iter().map(|item| draft(item, depth)).collect()
}

fn draft(field: &Field, depth: usize) -> Result<Draft, Refusal> {
    let object = field.object()?;
    let form = FORMS.iter().find(|form| object.contains_key(form.kind));
    let form = form.ok_or_else(|| not_a_block(field, object))?;
    field.only(&["object", "type", form.kind])?;
    if let Some(named) = field.key("type").present() {
        named.one_of(&[form.kind])?;
    }
    let inner = field.key(form.kind);
    let children = match inner.key("children").present() {
        Some(children) if depth <= MAX_DEPTH => drafts(&children, depth + 1)?,
        Some(children) => return Err(children.should_be("not present")),
        None => Vec::new(),
    };
    Ok(Draft { kind: form.kind, content: content(form, &inner)?, children })
}

fn not_a_block(field: &Field, object: &Map<String, Value>) -> Refusal {
    let key = object.keys().find(|key| !["object", "type"].contains(&key.as_str()));
    match key {
        Some(key) => field.key(key).should_be("not present"),
        None => field.key("paragraph").should_be("defined"),
    }
}

fn content(form: &Form, field: &Field) -> Result<Map<String, Value>, Refusal> {
    let mut known = form.extras.to_vec();
    let mut content = Map::new();
    if form.has_text {
        known.extend(["rich_text", "color", "children"]);
        let text = rich_text::write(&field.key("rich_text"))?;
        content.insert("rich_text".to_owned(), Value::Array(text));
        let color = match field.key("color").present() {
            Some(color) => rich_text::color(&color)?,
            None => "default",
        };
        content.insert("color".to_owned(), json!(color));
    }
    field.only(&known)?;
    for extra in form.extras.iter().filter(|extra| **extra != "children") {
        if let Some(value) = self::extra(extra, &field.key(extra))? {
            content.insert((*extra).to_owned(), value);
        }
    }
    Ok(content)
}

/// One of the things that only some blocks hold; absent where it has no default.
fn extra(name: &str, field: &Field) -> Result<Option<Value>, Refusal> {
    let absent = field.is_absent();
    let value = match name {
        "checked" | "is_toggleable" | "has_column_header" | "has_row_header" => {
            json!(!absent && field.boolean()?)
        }
        "language" if absent => json!("plain text"),
        "language" => json!(field.string()?),
        "caption" if absent => json!([]),
        "caption" => Value::Array(rich_text::write(field)?),
        "icon" => return Ok(field.value().cloned()),
        "url" => json!(field.short_string(MAX_URL)?),
        "table_width" => json!(field.number()?),
        _ => Value::Array(cells(field)?),
    };
    Ok(Some(value))
}

/// The cells of a table's row.
fn cells(field: &Field) -> Result<Vec<Value>, Refusal> {
    let cells = field.items()?;
    let cells = cells.iter().map(|cell| rich_text::write(cell).map(Value::Array));
    cells.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(blocks: Value) -> Result<Vec<Draft>, String> {
        let body = json!({ "children": blocks });
        write(&Field::body(&body).key("children")).map_err(|refusal| refusal.message)
    }

    fn paragraph(children: Value) -> Value {
        json!({ "paragraph": { "rich_text": [], "children": children } })
    }

    #[test]
    fn blocks_get_their_defaults() {
        let drafts = written(json!([
            { "object": "block", "type": "to_do", "to_do": { "rich_text": [] } },
            { "code": { "rich_text": [{ "text": { "content": "x" } }] } },
            { "divider": {} },
        ]))
        .unwrap();
        assert_eq!(drafts[0].content["checked"], false);
        assert_eq!(drafts[0].content["color"], "default");
        assert_eq!(drafts[1].content["language"], "plain text");
        assert_eq!(drafts[1].content["rich_text"][0]["plain_text"], "x");
        assert!(drafts[2].content.is_empty());
    }

    #[test]
    fn children_nest_two_levels_below_the_first() {
        let two = json!([paragraph(json!([paragraph(json!([{ "divider": {} }]))]))]);
        assert_eq!(count(&written(two).unwrap()), 3);
        let three = json!([paragraph(json!([paragraph(json!([paragraph(json!([]))]))]))]);
        let message = written(three).unwrap_err();
        let place = "body.children[0].paragraph.children[0].paragraph.children[0].paragraph.children should be not present";
        assert!(message.contains(place), "{message}");
    }

    #[test]
    fn limits_and_wrong_blocks_are_named_by_place() {
        let long = json!([{ "text": { "content": "x".repeat(2031) } }]);
        let table = json!({ "table": { "table_width": 1, "children": vec![json!({ "divider": {} }); 100] } });
        for (blocks, expected) in [
            (
                json!([{ "divider": {} }, { "paragraph": { "rich_text": long } }]),
                "body failed validation: body.children[1].paragraph.rich_text[0].text.content.length should be ≤ `2000`, instead was `2031`.",
            ),
            (
                json!(vec![json!({ "divider": {} }); 101]),
                "body.children.length should be ≤ `100`, instead was `101`.",
            ),
            (
                json!(vec![table; 10]),
                "body.children.length should be ≤ `1000`, instead was `1010`.",
            ),
            (
                json!([{ "paragraph": { "text": [] } }]),
                "body.children[0].paragraph.rich_text should be defined",
            ),
            (json!([{ "unsupported": {} }]), "body.children[0].unsupported should be not present"),
            (json!([{}]), "body.children[0].paragraph should be defined"),
            (
                json!([{ "type": "quote", "paragraph": { "rich_text": [] } }]),
                "body.children[0].type should be `\"paragraph\"`",
            ),
        ] {
            let message = written(blocks).unwrap_err();
            assert!(message.contains(expected), "{message}");
        }
    }
}
