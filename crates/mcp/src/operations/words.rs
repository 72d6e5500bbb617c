//! The words of a text, reduced so that two forms of one word are the same.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::OnceLock,
};

/// Words that people use for the same thing.
const SYNONYMS: &str = include_str!("../../operations/synonyms.txt");

/// Words that say nothing about an operation; that it reads is told by its kind.
const EMPTY: &[&str] = &[
    "a",
    "about",
    "after",
    "ago",
    "all",
    "already",
    "also",
    "am",
    "an",
    "and",
    "any",
    "anyone",
    "anything",
    "are",
    "as",
    "at",
    "be",
    "because",
    "been",
    "before",
    "browse",
    "by",
    "can",
    "come",
    "could",
    "day",
    "did",
    "display",
    "do",
    "does",
    "dont",
    "each",
    "ever",
    "every",
    "everybody",
    "everyone",
    "everything",
    "fetch",
    "for",
    "friday",
    "from",
    "get",
    "gets",
    "go",
    "going",
    "got",
    "had",
    "has",
    "have",
    "he",
    "her",
    "here",
    "him",
    "his",
    "how",
    "i",
    "id",
    "if",
    "im",
    "in",
    "into",
    "is",
    "it",
    "its",
    "ive",
    "just",
    "last",
    "let",
    "like",
    "list",
    "many",
    "me",
    "monday",
    "month",
    "more",
    "most",
    "much",
    "my",
    "need",
    "next",
    "nobody",
    "not",
    "now",
    "of",
    "on",
    "or",
    "other",
    "others",
    "our",
    "out",
    "over",
    "own",
    "please",
    "pm",
    "really",
    "retrieve",
    "saturday",
    "see",
    "she",
    "should",
    "show",
    "so",
    "some",
    "somebody",
    "someone",
    "something",
    "still",
    "stuff",
    "sunday",
    "than",
    "that",
    "the",
    "their",
    "them",
    "then",
    "there",
    "these",
    "they",
    "thing",
    "this",
    "thursday",
    "to",
    "tomorrow",
    "too",
    "tuesday",
    "under",
    "up",
    "us",
    "very",
    "via",
    "view",
    "want",
    "was",
    "we",
    "wednesday",
    "week",
    "were",
    "what",
    "when",
    "where",
    "which",
    "while",
    "who",
    "whose",
    "will",
    "with",
    "would",
    "year",
    "yesterday",
    "yet",
    "you",
    "your",
];

/// Endings of which the `s` is no plural.
const NO_PLURAL: [&str; 3] = ["ss", "us", "is"];

/// A name that only looks like the form of a verb.
const NO_VERB: &str = "setting";

/// What stands between the two words of an expression such as `phone_number`.
const JOINT: char = '_';

/// The expressions of two words, and the words that mean the same.
pub(super) struct Synonyms {
    pairs: BTreeSet<String>,
    alike: BTreeMap<String, BTreeSet<String>>,
}

impl Synonyms {
    /// The committed ones.
    pub(super) fn committed() -> &'static Self {
        static COMMITTED: OnceLock<Synonyms> = OnceLock::new();
        COMMITTED.get_or_init(|| Self::read(SYNONYMS))
    }

    fn read(text: &str) -> Self {
        let mut synonyms = Self { pairs: BTreeSet::new(), alike: BTreeMap::new() };
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let group: BTreeSet<String> = line.split_whitespace().map(expression).collect();
            for word in &group {
                if word.contains(JOINT) {
                    synonyms.pairs.insert(word.clone());
                }
                let alike = synonyms.alike.entry(word.clone()).or_default();
                alike.extend(group.iter().filter(|other| *other != word).cloned());
            }
        }
        synonyms
    }

    /// The other words for a word.
    pub(super) fn of(&self, word: &str) -> impl Iterator<Item = &str> {
        self.alike.get(word).into_iter().flatten().map(String::as_str)
    }

    fn pair(&self, first: &str, second: &str) -> Option<String> {
        let pair = format!("{first}{JOINT}{second}");
        self.pairs.contains(&pair).then_some(pair)
    }
}

/// The telling words of a text that is looked through: words, and the expressions that they form.
pub(super) fn of_text(text: &str) -> Vec<String> {
    let words = stems(text);
    let synonyms = Synonyms::committed();
    let pairs = words.windows(2).filter_map(|two| synonyms.pair(&two[0], &two[1]));
    let pairs: Vec<_> = pairs.collect();
    words.into_iter().chain(pairs).collect()
}

/// The telling words of a query, each once: an expression stands for its two words.
pub(super) fn of_query(text: &str) -> Vec<String> {
    let words = stems(text);
    let synonyms = Synonyms::committed();
    let mut told: Vec<String> = Vec::new();
    let mut rest = words.as_slice();
    while let [first, after @ ..] = rest {
        let pair = after.first().and_then(|second| synonyms.pair(first, second));
        rest = if pair.is_some() { &after[1..] } else { after };
        let word = pair.unwrap_or_else(|| first.clone());
        if !told.contains(&word) {
            told.push(word);
        }
    }
    told
}

/// Whether a query asks for several things.
pub(super) fn is_plural(query: &str) -> bool {
    const ASKS: [&str; 4] = ["how", "list", "which", "who"];
    plain(query)
        .iter()
        .map(String::as_str)
        .any(|word| ASKS.contains(&word) || (!EMPTY.contains(&word) && has_plural_s(word)))
}

fn has_plural_s(word: &str) -> bool {
    word.len() > 3 && word.ends_with('s') && !NO_PLURAL.iter().any(|e| word.ends_with(e))
}

/// The plain words of a text in lower case; camel case is several words.
pub(super) fn plain(text: &str) -> Vec<String> {
    let text = joined(text);
    let mut words = vec![String::new()];
    let mut was_lower = false;
    for character in text.chars().filter(|character| *character != '\'') {
        if !character.is_alphanumeric() || (was_lower && character.is_uppercase()) {
            words.push(String::new());
        }
        was_lower = character.is_lowercase() || character.is_ascii_digit();
        if let Some(word) = words.last_mut().filter(|_| character.is_alphanumeric()) {
            word.extend(character.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// The text with words in one that people write in two ways.
fn joined(text: &str) -> String {
    const WAYS: [(&str, &str); 3] =
        [("to-do", "todo"), ("follow-up", "followup"), ("follow up", "followup")];
    WAYS.iter().fold(text.to_owned(), |text, (two, one)| text.replace(two, one))
}

fn stems(text: &str) -> Vec<String> {
    let told = plain(text).into_iter().filter(|word| !EMPTY.contains(&word.as_str()));
    told.map(|word| stem(&word)).collect()
}

/// A word of the synonyms, which may be an expression.
fn expression(text: &str) -> String {
    text.split(JOINT).map(stem).collect::<Vec<_>>().join("_")
}

/// Enough of English for names and acts: `categories`, `booked`, `scheduling`, but not `address`.
pub(super) fn stem(word: &str) -> String {
    let singular = match word {
        it if it.len() > 4 && it.ends_with("ies") => format!("{}y", &it[..it.len() - 3]),
        it if it.len() > 4 && ["sses", "xes", "ches", "shes"].iter().any(|e| it.ends_with(e)) => {
            it[..it.len() - 2].to_owned()
        }
        it if has_plural_s(it) => it[..it.len() - 1].to_owned(),
        it => it.to_owned(),
    };
    let base = ["ing", "ed"].iter().find_map(|ending| {
        let stem = singular.strip_suffix(ending)?;
        let is_verb = stem.len() > 2
            && stem.contains(is_vowel)
            && !singular.ends_with("eed")
            && singular != NO_VERB;
        is_verb.then(|| undoubled(stem).to_owned())
    });
    let base = base.unwrap_or(singular);
    match base.strip_suffix('e') {
        Some(stem) if stem.len() > 2 => stem.to_owned(),
        _ => base,
    }
}

fn undoubled(stem: &str) -> &str {
    let mut back = stem.chars().rev();
    match (back.next(), back.next()) {
        (Some(last), Some(before)) if last == before && !matches!(last, 'l' | 's' | 'e' | 'o') => {
            &stem[..stem.len() - last.len_utf8()]
        }
        _ => stem,
    }
}

fn is_vowel(character: char) -> bool {
    matches!(character, 'a' | 'e' | 'i' | 'o' | 'u' | 'y')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_a_word_are_one() {
        for (one, other) in [
            ("category", "categories"),
            ("schedule", "scheduling"),
            ("book", "booked"),
            ("plan", "planned"),
            ("message", "messages"),
            ("branch", "branches"),
        ] {
            assert_eq!(stem(one), stem(other), "{one} {other}");
        }
        assert_eq!(stem("address"), "address");
        assert_eq!(stem("status"), "status");
        assert_eq!(stem("need"), "need");
    }

    #[test]
    fn an_expression_is_one_word_of_a_query_and_three_of_a_text() {
        assert_eq!(of_query("buy a phone number"), ["buy", "phon_number"]);
        assert_eq!(of_text("Phone numbers"), ["phon", "number", "phon_number"]);
        assert_eq!(of_query("the lead's locationId"), ["lead", "location"]);
    }
}
