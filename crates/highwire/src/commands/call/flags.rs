//! The flags of an operation: each parameter as on the wire and in kebab case.

use endpoint::catalogue::{Edition, Parameter, Shape};
use serde_json::{Map, Value};

/// How alike a name has to be to be suggested: 0 is nothing alike, 1 the same.
const ALIKE: f64 = 0.6;

/// The name of a parameter as a flag: `contactId` is `contact-id`.
pub(crate) fn kebab(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut flag = String::new();
    for (index, letter) in letters.iter().enumerate() {
        let follows_small = index > 0 && !letters[index - 1].is_uppercase();
        let begins_word = letters.get(index + 1).is_some_and(|next| next.is_lowercase());
        let is_start = letter.is_uppercase() && index > 0 && (follows_small || begins_word);
        if (is_start || matches!(letter, '_' | ' ')) && !flag.is_empty() && !flag.ends_with('-') {
            flag.push('-');
        }
        if !matches!(letter, '_' | ' ') {
            flag.extend(letter.to_lowercase());
        }
    }
    flag
}

/// The parameter that a flag means.
pub(super) fn parameter<'a>(edition: Edition<'a>, flag: &str) -> Option<Parameter<'a>> {
    let by_kebab = || edition.parameters().find(|parameter| kebab(parameter.name()) == flag);
    edition.parameter(flag).or_else(by_kebab)
}

/// Adds a text to a parameter: repeated flags make a list.
pub(super) fn add(
    parameters: &mut Map<String, Value>,
    parameter: Parameter<'_>,
    text: &str,
) -> Result<(), String> {
    let is_list = matches!(parameter.schema().shape(), Shape::Array { .. });
    let given = match serde_json::from_str(text) {
        Ok(Value::Array(items)) if is_list => items,
        _ => vec![Value::String(text.to_owned())],
    };
    match parameters.get_mut(parameter.name()) {
        None if is_list => {
            parameters.insert(parameter.name().to_owned(), Value::Array(given));
        }
        None => parameters.extend(given.into_iter().map(|it| (parameter.name().to_owned(), it))),
        Some(Value::Array(items)) => items.extend(given),
        Some(_) => {
            let flag = kebab(parameter.name());
            return Err(format!("--{flag} takes one value: give it once"));
        }
    }
    Ok(())
}

/// The candidate most like `given`, where one is alike at all.
pub(super) fn nearest<'a>(
    given: &str,
    candidates: impl Iterator<Item = &'a str>,
) -> Option<&'a str> {
    candidates
        .map(|name| (strsim::normalized_damerau_levenshtein(given, name), name))
        .filter(|(likeness, _)| *likeness >= ALIKE)
        .max_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn names_become_flags() {
        for (name, flag) in [
            ("contactId", "contact-id"),
            ("location_id", "location-id"),
            ("startAfterId", "start-after-id"),
            ("contactID", "contact-id"),
            ("HTMLBody", "html-body"),
            ("limit", "limit"),
            ("Location-Id", "location-id"),
        ] {
            assert_eq!(kebab(name), flag);
        }
    }

    #[test]
    fn no_flag_means_two_parameters_of_an_operation() {
        for operation in highlevel::catalogue::operations() {
            for edition in operation.editions() {
                let mut flags = BTreeMap::new();
                for parameter in edition.parameters() {
                    let other = flags.insert(kebab(parameter.name()), parameter.name());
                    // A name that stands in two places is one value.
                    let is_same = other.is_none_or(|other| other == parameter.name());
                    assert!(is_same, "{} {other:?} {}", operation.id(), parameter.name());
                }
            }
        }
    }
}
