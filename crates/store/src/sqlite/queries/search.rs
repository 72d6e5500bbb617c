//! Finds contacts, notes and messages by their words.
//!
//! The index gives rows newest first and stops when it has enough, so that a word which is in every
//! message costs no more than a rare one. Its own ranking would look at all of them.

use domain::{Entity, Record, WordSearch};
use rusqlite::Connection;
use serde_json::Value;

use super::{Trouble, views::Shelves};
use crate::sqlite::mirror::{rows, texts::NUMBER_BITS};

/// How many contacts are looked at for those that are called as the search says.
const LOOKED_AT: usize = 50;

/// The records with these words.
pub(super) fn find(connection: &Connection, search: &WordSearch) -> Result<Vec<Record>, Trouble> {
    let matched = expression(&search.words)?;
    let entities = match search.entities.as_slice() {
        [] => &WordSearch::ENTITIES[..],
        named => named,
    };
    if let Some(other) = entities.iter().find(|entity| !WordSearch::ENTITIES.contains(entity)) {
        let reason = format!(
            "records of kind {other} are not found by words; name contact, note or message"
        );
        return Err(Trouble::Refused(reason));
    }
    let shelves = Shelves::of(connection, &search.realm)?;
    let mut found = Vec::new();
    for entity in entities {
        let looked_at = match entity {
            Entity::Contact => search.limit.max(LOOKED_AT),
            _ => search.limit,
        };
        let mut records = Vec::new();
        for shelf in shelves.numbers(*entity) {
            for number in numbers(connection, (&matched, shelf), looked_at)? {
                records.push(rows::by_number(connection, number)?);
            }
        }
        records.sort_by_key(|record| {
            std::cmp::Reverse((called(record, &search.words), record.occurred_at))
        });
        records.truncate(search.limit);
        found.extend(records);
    }
    Ok(found)
}

/// The newest rows of a shelf whose text matches.
fn numbers(
    connection: &Connection,
    (matched, shelf): (&str, i64),
    limit: usize,
) -> rusqlite::Result<Vec<i64>> {
    let first = shelf << NUMBER_BITS;
    let last = first | ((1 << NUMBER_BITS) - 1);
    connection
        .prepare_cached(
            "SELECT rowid & ?3 - ?2 FROM record_text
             WHERE record_text MATCH ?1 AND rowid BETWEEN ?2 AND ?3 ORDER BY rowid DESC LIMIT ?4",
        )?
        .query_map((matched, first, last, limit as i64), |row| row.get(0))?
        .collect()
}

/// How much a contact is called as the search says; of others nothing is known.
fn called(record: &Record, words: &str) -> u8 {
    if record.key.entity != Entity::Contact {
        return 0;
    }
    let words = words.trim().trim_matches(['"', '*']).to_lowercase();
    let said = |name: &str| record.fields.get(name).and_then(Value::as_str).map(str::to_lowercase);
    let named = ["name", "email", "phone", "company_name"].into_iter().filter_map(said);
    named
        .map(|text| if text == words { 2 } else { u8::from(text.starts_with(&words)) })
        .max()
        .unwrap_or(0)
}

/// The words as the index takes them: each in quotes, so that none is an operator of it.
fn expression(words: &str) -> Result<String, Trouble> {
    let mut phrases = Vec::new();
    for (part, is_quoted) in words.split('"').zip([false, true].into_iter().cycle()) {
        if is_quoted {
            phrases.push(part.to_owned());
        } else {
            phrases.extend(part.split_whitespace().map(ToOwned::to_owned));
        }
    }
    phrases.retain(|phrase| phrase.contains(char::is_alphanumeric));
    let quoted = |phrase: &String| match phrase.strip_suffix('*') {
        Some(begin) => format!("\"{begin}\"*"),
        None => format!("\"{phrase}\""),
    };
    match phrases.is_empty() {
        true => Err(Trouble::Refused("there is no word to look for; give one or more".to_owned())),
        false => Ok(phrases.iter().map(quoted).collect::<Vec<_>>().join(" ")),
    }
}
