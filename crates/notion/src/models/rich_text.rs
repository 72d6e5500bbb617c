//! Rich text: the texts of titles and properties, split as Notion's limits ask.

use serde::{Deserialize, Serialize};

use super::code_units::{fitting, with_ellipsis};

/// Code units per item. Notion takes 2,000 characters (`facts/notion.md` 5); the rest is room for
/// ways of counting that nobody has documented.
const ITEM_UNITS: usize = 1900;

/// Items per text (`facts/notion.md` 5).
const MOST_ITEMS: usize = 100;

/// How long a text may be as JSON, in bytes: a whole request has at most 500 KB
/// (`facts/notion.md` 5), and one text must leave room for the others.
const MOST_BYTES: usize = 400_000;

/// A plain text to write.
///
/// It becomes items of at most 1,900 UTF-16 code units, split between characters. What goes beyond
/// 100 items, or beyond 400,000 bytes of JSON, is cut off and replaced by an ellipsis. An empty text
/// has no items, which clears a property.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct RichText {
    items: Vec<Item>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Item {
    r#type: &'static str,
    text: Content,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Content {
    content: String,
}

impl RichText {
    /// Splits `text`.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let mut contents: Vec<_> =
            pieces(&text[..writable(text)]).take(MOST_ITEMS).map(str::to_owned).collect();
        let written: usize = contents.iter().map(String::len).sum();
        if written < text.len()
            && let Some(last) = contents.last_mut()
        {
            *last = with_ellipsis(last, ITEM_UNITS);
        }
        let items = contents.into_iter().map(Item::of).collect();
        Self { items }
    }

    /// The texts of the items, in order.
    pub fn contents(&self) -> impl Iterator<Item = &str> {
        self.items.iter().map(|item| item.text.content.as_str())
    }
}

impl Item {
    fn of(content: String) -> Self {
        Self { r#type: "text", text: Content { content } }
    }
}

/// The text in pieces of at most [`ITEM_UNITS`].
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let (piece, after) = rest.split_at(fitting(rest, ITEM_UNITS));
        rest = after;
        Some(piece)
    })
}

/// The length in bytes of the longest prefix with at most [`MOST_BYTES`] of JSON.
fn writable(text: &str) -> usize {
    let mut bytes = 0;
    for (start, character) in text.char_indices() {
        bytes += json_length(character);
        if bytes > MOST_BYTES {
            return start;
        }
    }
    text.len()
}

/// How many bytes a character takes inside a JSON string.
fn json_length(character: char) -> usize {
    match character {
        '"' | '\\' | '\n' | '\r' | '\t' | '\u{8}' | '\u{c}' => 2,
        '\0'..='\u{1f}' => 6,
        other => other.len_utf8(),
    }
}

/// A text as Notion answers it: runs with marks and links, of which only the words are read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct ReadText {
    runs: Vec<Run>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
struct Run {
    #[serde(default)]
    plain_text: String,
}

impl ReadText {
    /// The words of all runs, joined.
    #[must_use]
    pub fn plain_text(&self) -> String {
        self.runs.iter().map(|run| run.plain_text.as_str()).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::{
        collection::vec,
        prelude::{
            Just, ProptestConfig, Strategy, prop_assert, prop_assert_eq, prop_oneof, proptest,
        },
    };

    use super::*;

    fn units(text: &str) -> usize {
        text.encode_utf16().count()
    }

    fn joined(text: &RichText) -> String {
        text.contents().collect()
    }

    #[test]
    fn a_text_is_written_as_text_items() {
        assert_eq!(
            serde_json::to_string(&RichText::new("Ada \"A\"")).unwrap(),
            r#"[{"type":"text","text":{"content":"Ada \"A\""}}]"#
        );
        assert_eq!(serde_json::to_string(&RichText::new("")).unwrap(), "[]");
    }

    #[test]
    fn a_pair_on_the_border_moves_to_the_next_item_whole() {
        let text = format!("{}😀z", "a".repeat(ITEM_UNITS - 1));
        let lengths: Vec<_> = RichText::new(&text).contents().map(units).collect();
        assert_eq!(lengths, [ITEM_UNITS - 1, 3]);
        assert_eq!(joined(&RichText::new(&text)), text);
    }

    #[test]
    fn exactly_one_hundred_items_fit_and_one_character_more_does_not() {
        let full = "a".repeat(ITEM_UNITS * MOST_ITEMS);
        assert_eq!(joined(&RichText::new(&full)), full);

        let cut = RichText::new(&format!("{full}a"));
        assert_eq!(cut.contents().count(), MOST_ITEMS);
        assert!(cut.contents().all(|content| units(content) <= ITEM_UNITS));
        let expected = format!("{}…", &full[1..]);
        assert_eq!(joined(&cut), expected);
    }

    #[test]
    fn a_text_whose_json_is_too_long_is_cut_although_its_items_fit() {
        for character in ["語", "\u{1}", "\n"] {
            let text = character.repeat(ITEM_UNITS * MOST_ITEMS + 1);
            let cut = RichText::new(&text);
            let json = serde_json::to_vec(&cut).unwrap();
            assert!(json.len() < 410_000, "{character:?}: {}", json.len());
            assert!(json.len() > 370_000, "{character:?}: {}", json.len());
            assert!(joined(&cut).ends_with('…'));
        }
    }

    #[test]
    fn reading_joins_the_words_and_ignores_the_marks() {
        let text: ReadText = serde_json::from_str(
            r#"[{"type":"text","text":{"content":"Hi ","link":null},"annotations":{"bold":true,
                "color":"default"},"plain_text":"Hi ","href":null},
                {"type":"mention","mention":{"type":"user"},"plain_text":"@Ada"}]"#,
        )
        .unwrap();
        assert_eq!(text.plain_text(), "Hi @Ada");
    }

    /// Runs of characters of every width in both encodings, so that items end at every offset.
    fn long_texts() -> impl Strategy<Value = String> {
        let character = prop_oneof![Just('a'), Just('ß'), Just('語'), Just('😀'), Just('\n')];
        vec((character, 1_usize..2_500), 0..12).prop_map(|runs| {
            runs.into_iter()
                .map(|(character, length)| character.to_string().repeat(length))
                .collect()
        })
    }

    proptest! {
        #[test]
        fn items_hold_the_whole_text_and_none_is_too_long(text in long_texts()) {
            let written = RichText::new(&text);
            prop_assert_eq!(joined(&written), text.as_str());
            let lengths: Vec<_> = written.contents().map(units).collect();
            prop_assert!(lengths.iter().all(|length| (1..=ITEM_UNITS).contains(length)));
            // Only a pair that does not fit whole leaves an item one unit short.
            let full = lengths.len().saturating_sub(1);
            prop_assert!(lengths[..full].iter().all(|length| *length >= ITEM_UNITS - 1));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn what_does_not_fit_is_cut_at_the_end(
            text in long_texts(),
            more in 0_usize..4_000,
        ) {
            let text = format!("{text}{}", "😀".repeat(93_000 + more));
            let written = RichText::new(&text);
            prop_assert!(written.contents().count() <= MOST_ITEMS);
            prop_assert!(written.contents().all(|content| units(content) <= ITEM_UNITS));
            let written = joined(&written);
            if written != text {
                let kept = written.strip_suffix('…').unwrap();
                prop_assert!(text.starts_with(kept));
                prop_assert!(units(kept) > 180_000 || json(kept) > 390_000);
            }
        }
    }

    fn json(text: &str) -> usize {
        text.chars().map(json_length).sum()
    }
}
