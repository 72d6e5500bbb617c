//! The ids of Notion's objects, one type for each, so that none is taken for another.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Defines an id as an opaque text with `new`, `as_str` and `Display`; `$form` gives the text the
/// form in which two spellings of one id are equal.
macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $form:path) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(from = "String")]
        pub struct $name(String);

        impl $name {
            /// Wraps an id as Notion gave it or a person typed it.
            #[must_use]
            pub fn new(text: &str) -> Self {
                Self($form(text))
            }

            /// The id as it stands on the wire.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self::new(&text)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }
    };
}

id!(
    /// A page, which is a document or a row of a data source. A UUID.
    ///
    /// Notion takes ids with and without dashes and answers with them (`facts/notion.md` 1); here
    /// both spellings are one id.
    PageId,
    dashed
);
id!(
    /// A database: the container of one or more data sources. A UUID.
    DatabaseId,
    dashed
);
id!(
    /// A data source: the table that holds columns and rows. A UUID, and not the database's.
    DataSourceId,
    dashed
);
id!(
    /// A block of content. A UUID; every page and every child database is also a block.
    BlockId,
    dashed
);
id!(
    /// A person or a connection. A UUID.
    UserId,
    dashed
);
id!(
    /// A column of a data source, such as `%3AUPp`: kept as Notion writes it, which is
    /// percent-encoded. Notion also takes a column's name in its place, but a name changes.
    PropertyId,
    verbatim
);
id!(
    /// Where the next part of a list begins. Opaque, and good for the same list only.
    Cursor,
    verbatim
);

impl PropertyId {
    /// The title, which every page has: its id is the word `title` (`facts/notion.md` 3).
    #[must_use]
    pub fn title() -> Self {
        Self::new("title")
    }

    /// The id without Notion's percent-encoding, for a place that encodes it again.
    #[must_use]
    pub fn decoded(&self) -> String {
        let bytes = self.0.as_bytes();
        let (mut decoded, mut at) = (Vec::with_capacity(bytes.len()), 0);
        while let Some(&byte) = bytes.get(at) {
            let digits = self.0.get(at + 1..at + 3).filter(|_| byte == b'%');
            let encoded = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
            decoded.push(encoded.unwrap_or(byte));
            at += if encoded.is_some() { 3 } else { 1 };
        }
        String::from_utf8(decoded).unwrap_or_else(|_| self.0.clone())
    }
}

impl From<&PageId> for BlockId {
    fn from(page: &PageId) -> Self {
        Self(page.0.clone())
    }
}

/// The dashed lower-case form of a UUID; any other text without the white space around it.
fn dashed(text: &str) -> String {
    let text = text.trim();
    let digits = text.replace('-', "").to_ascii_lowercase();
    if digits.len() != 32 || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return text.to_owned();
    }
    let group = |from: usize, to: usize| &digits[from..to];
    [group(0, 8), group(8, 12), group(12, 16), group(16, 20), group(20, 32)].join("-")
}

fn verbatim(text: &str) -> String {
    text.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_uuid_are_one_id() {
        let dashed = PageId::new("5c6a2821-6bb1-4a7e-b6e1-c50111515c3d");
        assert_eq!(PageId::new("5c6a28216bb14a7eb6e1c50111515c3d"), dashed);
        assert_eq!(PageId::new(" 5C6A28216BB14A7EB6E1C50111515C3D\n"), dashed);
        assert_eq!(dashed.to_string(), "5c6a2821-6bb1-4a7e-b6e1-c50111515c3d");
        let read: PageId = serde_json::from_str(r#""5c6a28216bb14a7eb6e1c50111515c3d""#).unwrap();
        assert_eq!(read, dashed);
    }

    #[test]
    fn texts_that_are_no_uuid_are_kept() {
        for text in ["page-1", "5c6a2821", "zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz"] {
            assert_eq!(PageId::new(text).as_str(), text);
        }
        assert_eq!(PropertyId::new("%3AUPp").as_str(), "%3AUPp");
        assert_eq!(PropertyId::new("A-b ").as_str(), "A-b ");
    }

    #[test]
    fn a_column_is_decoded_once() {
        for (encoded, decoded) in [
            ("%3AUPp", ":UPp"),
            ("a%253A", "a%3A"),
            ("%", "%"),
            ("%zz", "%zz"),
            ("%ff", "%ff"),
            ("%C3%A9", "é"),
        ] {
            assert_eq!(PropertyId::new(encoded).decoded(), decoded);
        }
    }
}
