//! Finds operations by words: what people type when they do not know the id.
//!
//! A word counts by where it is found: in the title, the id or the path, or else among the names of
//! parameters and fields. An operation that has more of the words comes before one that has fewer,
//! and one that says little besides before one that says much. No index is kept: a catalogue of
//! some hundred operations is looked through in a few milliseconds.

use std::cmp::Reverse;

use super::{Catalogue, Operation};

/// What a word is worth by where it is found.
const WHOLE: u32 = 12;
const BEGINNING: u32 = 6;
const INSIDE: u32 = 2;
const FIELD: u32 = 1;

/// Words that say nothing about an operation.
const EMPTY: [&str; 14] =
    ["a", "an", "the", "of", "for", "to", "in", "on", "by", "with", "all", "my", "from", "and"];

impl Catalogue {
    /// The operations that fit the query best, at most `limit`, the best first. Where none has all
    /// words, those that have the most, but more than half. A query without telling words finds
    /// nothing.
    #[must_use]
    pub fn search(&self, query: &str, limit: usize) -> Vec<Operation<'_>> {
        let wanted = words(query);
        let mut found: Vec<(Fit, Operation<'_>)> = self
            .operations()
            .map(|operation| (Fit::of(operation, &wanted), operation))
            .filter(|(fit, _)| fit.found > 0 && 2 * fit.found > wanted.len())
            .collect();
        let most = found.iter().map(|(fit, _)| fit.found).max().unwrap_or_default();
        found.retain(|(fit, _)| fit.found == most);
        found.sort_by_key(|(fit, operation)| {
            (operation.is_deprecated(), Reverse(fit.worth), fit.besides, operation.id())
        });
        found.into_iter().take(limit).map(|(_, operation)| operation).collect()
    }
}

/// How well an operation fits a query.
struct Fit {
    /// How many of the words it has.
    found: usize,
    /// What they are worth together.
    worth: u32,
    /// How many words its title has.
    besides: usize,
}

impl Fit {
    fn of(operation: Operation<'_>, wanted: &[String]) -> Self {
        let title = words(operation.title());
        let besides = title.len();
        let mut told = title;
        told.extend(words(operation.id()));
        told.extend(words(operation.path()));
        let missing = |word: &&String| worth_of(word, &told).is_none();
        let fields = match wanted.iter().any(|word| missing(&word)) {
            true => field_words(operation),
            false => Vec::new(),
        };
        let worth =
            |word: &String| worth_of(word, &told).or(fields.contains(word).then_some(FIELD));
        let worths: Vec<u32> = wanted.iter().filter_map(worth).collect();
        Self { found: worths.len(), worth: worths.iter().sum(), besides }
    }
}

/// The words in the names of what goes into a call.
fn field_words(operation: Operation<'_>) -> Vec<String> {
    let mut names = Vec::new();
    for edition in operation.editions() {
        names.extend(edition.parameters().flat_map(|parameter| words(parameter.name())));
        let fields = edition.body().map(|body| body.schema());
        names.extend(
            fields.into_iter().flat_map(|schema| schema.fields()).flat_map(|f| words(f.name())),
        );
    }
    names
}

fn worth_of(wanted: &str, told: &[String]) -> Option<u32> {
    let of = |word: &String| match word {
        whole if whole == wanted => Some(WHOLE),
        longer if longer.starts_with(wanted) => Some(BEGINNING),
        around if wanted.len() > 4 && around.contains(wanted) => Some(INSIDE),
        _ => None,
    };
    told.iter().filter_map(of).max()
}

/// The telling words of a text in lower case and in the singular; camel case is several words.
fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_lower = false;
    for character in text.chars() {
        let begins = !character.is_alphanumeric() || (was_lower && character.is_uppercase());
        if begins {
            words.push(String::new());
        }
        was_lower = character.is_lowercase();
        if character.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(character.to_lowercase());
        }
    }
    let telling = words.into_iter().map(singular);
    telling.filter(|word| !word.is_empty() && !EMPTY.contains(&word.as_str())).collect()
}

/// Enough of English for the names of records: `contacts`, `opportunities`, but not `address`.
fn singular(word: String) -> String {
    if let Some(stem) = word.strip_suffix("ies").filter(|stem| stem.len() > 2) {
        return format!("{stem}y");
    }
    match word.strip_suffix('s') {
        Some(stem) if stem.len() > 2 && !stem.ends_with(['s', 'u']) => stem.to_owned(),
        _ => word,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_split_lowered_and_made_singular() {
        assert_eq!(
            words("Get all Opportunities by contactId"),
            ["get", "opportunity", "contact", "id"]
        );
        assert_eq!(words("/contacts/{contactId}/address"), ["contact", "contact", "id", "address"]);
        assert_eq!(words("status of the business"), ["status", "business"]);
        assert_eq!(words(" - "), Vec::<String>::new());
    }

    #[test]
    fn a_whole_word_is_worth_more_than_a_part_and_a_missing_one_excludes() {
        let told = words("Update a contact");
        assert!(worth_of("contact", &told) > worth_of("cont", &told));
        assert!(worth_of("cont", &told) > worth_of("ntact", &told));
        assert_eq!(worth_of("invoice", &told), None);
    }
}
