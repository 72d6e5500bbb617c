//! A block: a piece of a page's content.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _, ser::SerializeMap};
use serde_json::{Map, Value};

use super::{ReadText, RichText};
use crate::{BlockId, DatabaseId, PageId};

/// A block as Notion answers it, of which only texts and what leads to other objects are read.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// The block's id.
    pub id: BlockId,
    /// Notion's name of the type, such as `child_database`; none in the partial form.
    pub kind: Option<String>,
    /// What stands under the type's name: null in the partial form.
    content: Value,
    in_trash: bool,
}

/// On the wire the content stands in a member that is named after the type.
impl<'de> Deserialize<'de> for Block {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut members = Map::deserialize(deserializer)?;
        let id = members.get("id").and_then(Value::as_str);
        let id = BlockId::new(id.ok_or_else(|| D::Error::missing_field("id"))?);
        let kind = members.get("type").and_then(Value::as_str).map(str::to_owned);
        let is_set = |flag: &str| members.get(flag) == Some(&Value::Bool(true));
        let in_trash = is_set("in_trash") || is_set("archived");
        let content = kind.as_ref().and_then(|kind| members.remove(kind)).unwrap_or_default();
        Ok(Self { id, kind, content, in_trash })
    }
}

/// The content of a block to write. It becomes one block; a long text does not become several.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BlockContent {
    /// A text that stands out, in a box.
    Callout(RichText),
    /// A heading of the second size.
    Heading(RichText),
    /// A text.
    Paragraph(RichText),
}

impl BlockContent {
    /// Notion's name of the type.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Callout(_) => "callout",
            Self::Heading(_) => "heading_2",
            Self::Paragraph(_) => "paragraph",
        }
    }

    fn text(&self) -> &RichText {
        match self {
            Self::Callout(text) | Self::Heading(text) | Self::Paragraph(text) => text,
        }
    }
}

impl Serialize for BlockContent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry(self.kind(), &Text { rich_text: self.text() })?;
        map.end()
    }
}

#[derive(Serialize)]
struct Text<'a> {
    rich_text: &'a RichText,
}

impl Block {
    /// The database that stands here, with its name: the block's id is the database's.
    #[must_use]
    pub fn child_database(&self) -> Option<(DatabaseId, &str)> {
        Some((DatabaseId::new(self.id.as_str()), self.title("child_database")?))
    }

    /// The page that stands here, with its name: the block's id is the page's.
    #[must_use]
    pub fn child_page(&self) -> Option<(PageId, &str)> {
        Some((PageId::new(self.id.as_str()), self.title("child_page")?))
    }

    /// The words of a block that has any, such as a paragraph or a heading.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        let text = ReadText::deserialize(self.content.get("rich_text")?).ok()?;
        Some(text.plain_text())
    }

    /// Whether somebody moved the block to the trash.
    #[must_use]
    pub fn is_in_trash(&self) -> bool {
        self.in_trash
    }

    fn title(&self, kind: &str) -> Option<&str> {
        let is_kind = self.kind.as_deref() == Some(kind);
        let title = self.content.get("title").and_then(Value::as_str);
        is_kind.then(|| title.unwrap_or_default())
    }
}
