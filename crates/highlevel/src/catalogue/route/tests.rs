//! Every template of the catalogue is found, and nothing that is written in another way is.

use std::collections::{BTreeMap, BTreeSet};

use endpoint::catalogue::Generation::{self, V2, V3};
use proptest::{
    prelude::{any, prop_assert, prop_assert_eq, proptest},
    sample::select,
};

use super::{
    index::{METHODS, Word},
    *,
};

/// What stands for a value in a template.
const VALUE: &str = "qD8zPl3kTvWx0bNmYcRs";

/// What attackers put into paths, in every spelling: each stands in no value and no word.
const TRICKS: [&str; 52] = [
    ".",
    "..",
    "...",
    "%2e",
    "%2E%2e",
    ".%2e",
    "%2e.",
    "%252e%252e",
    "%c0%ae%c0%ae",
    "%e0%80%ae",
    "%f0%80%80%ae",
    "%uff0e",
    "..;",
    ";",
    "x;y=1",
    "x%3By",
    "%2f",
    "%2F..",
    "..%2f",
    "..%5c",
    "%5c",
    "\\",
    "..\\",
    "%252f",
    "%25%32%66",
    "%c0%af",
    "%c1%9c",
    "%ef%bc%8f",
    "x%2fy",
    "x%00",
    "%00",
    "%0a",
    "x%0d%0ay",
    "%09",
    "%20",
    "x%20",
    "%7f",
    "%80",
    "%",
    "%2",
    "%zz",
    "x%3Fy",
    "x%23y",
    "?",
    "#",
    "x#y",
    "http:%2f%2fevil.test",
    "@evil.test/x",
    "%40evil.test%2f",
    "ä",
    "x\u{0}",
    "{x}",
];

fn templates() -> Vec<&'static Template> {
    index::all().collect()
}

/// The path of a template with this in place of each value.
fn filled(template: &Template, value: &str) -> String {
    template.edition.path().split('/').fold(String::new(), |path, word| {
        let word = if word.starts_with('{') { value } else { word };
        if path.is_empty() && word.is_empty() { "/".to_owned() } else { join(path, word) }
    })
}

fn join(path: String, word: &str) -> String {
    if path.ends_with('/') && path.len() == 1 { path + word } else { format!("{path}/{word}") }
}

fn found(method: Method, path: &str) -> Result<&'static str, Unrouted> {
    route(method, path, None).map(|route| route.operation().id())
}

/// The same without a search for the nearest, which takes a thousand times as long.
fn is_found(method: Method, path: &str) -> bool {
    Path::parse(path).is_ok_and(|path| find(method, &path, None).is_ok())
}

#[test]
fn every_template_of_both_generations_finds_its_operation_and_its_values() {
    let all = templates();
    assert_eq!(all.len(), 576 + 627);
    for template in all {
        let (path, method) = (filled(template, VALUE), template.operation.method());
        let generation = template.edition.generation();
        let route =
            route(method, &path, Some(generation)).unwrap_or_else(|e| panic!("{path}: {e}"));
        assert_eq!(route.operation().id(), template.operation.id(), "{method} {path}");
        assert_eq!(route.edition().path(), template.edition.path());
        let names = template.words.iter().filter_map(|word| word.parameter());
        let expected: Vec<_> = names.map(|name| (name, VALUE.to_owned())).collect();
        assert_eq!(route.parameters(), expected);
    }
}

#[test]
fn no_two_operations_have_templates_of_one_form() {
    let mut forms: BTreeMap<String, &str> = BTreeMap::new();
    for template in templates() {
        let method = template.operation.method();
        let path = filled(template, "{}").to_ascii_lowercase();
        let form = format!("{method} {}", path.trim_end_matches('/'));
        let other = forms.insert(form.clone(), template.operation.id());
        assert!(other.is_none_or(|other| other == template.operation.id()), "{form}");
    }
}

#[test]
fn a_trick_in_any_place_of_any_template_finds_nothing() {
    let mut tried = 0;
    for template in templates() {
        let method = template.operation.method();
        let path = filled(template, VALUE);
        let words: Vec<_> = path.split('/').skip(1).collect();
        for place in 0..=words.len() {
            for trick in TRICKS {
                let with = |replaces: bool| {
                    let mut words = words.clone();
                    words.splice(place..(place + usize::from(replaces)).min(words.len()), [trick]);
                    format!("/{}", words.join("/"))
                };
                for path in [with(false), with(true)] {
                    assert!(!is_found(method, &path), "{method} {path}");
                    tried += 1;
                }
            }
        }
    }
    assert!(tried > 400_000, "{tried}");
}

#[test]
fn slashes_stand_only_where_the_template_has_them() {
    let known: BTreeSet<_> =
        templates().iter().map(|it| (it.operation.id(), filled(it, VALUE))).collect();
    for template in templates() {
        let method = template.operation.method();
        let path = filled(template, VALUE);
        let other = path.strip_suffix('/').map_or_else(|| format!("{path}/"), str::to_owned);
        for wrong in [format!("/{path}"), format!("{path}//"), path[1..].to_owned()] {
            assert!(!is_found(method, &wrong), "{method} {wrong}");
        }
        // Some operations have both, one in each generation.
        let both = known.contains(&(template.operation.id(), other.clone()));
        assert_eq!(is_found(method, &other), both, "{method} {other}");
    }
}

#[test]
fn letters_of_another_case_find_nothing() {
    for template in templates() {
        for place in 0..template.words.len() {
            let Word::Literal(word) = template.words[place] else { continue };
            let mut words: Vec<_> = template
                .words
                .iter()
                .map(|word| {
                    word.parameter().map_or_else(|| filled_word(*word), |_| VALUE.to_owned())
                })
                .collect();
            words[place] = swapped(word);
            let slash = if template.edition.path().ends_with('/') { "/" } else { "" };
            let path = format!("/{}{slash}", words.join("/"));
            let method = template.operation.method();
            assert!(!is_found(method, &path), "{method} {path}");
        }
    }
}

fn filled_word(word: Word) -> String {
    match word {
        Word::Literal(text) | Word::Parameter(text) => text.to_owned(),
    }
}

fn swapped(word: &str) -> String {
    let swap = |letter: char| match letter.is_ascii_lowercase() {
        true => letter.to_ascii_uppercase(),
        false => letter.to_ascii_lowercase(),
    };
    word.chars().map(swap).collect()
}

#[test]
fn a_value_never_stands_where_another_operation_has_a_word() {
    // v2 has the word; v3 has a parameter there, and would take it for a campaign.
    let route_of = |path, generation| route(Method::Delete, path, Some(generation)).unwrap();
    let all = route_of("/contacts/c1/campaigns/removeAll", V3);
    assert_eq!(all.operation().id(), "contacts.remove-contact-from-every-campaign");
    assert_eq!(all.edition().generation(), V2);
    assert!(found(Method::Delete, "/contacts/c1/campaigns/REMOVEALL").is_err());
    assert_eq!(
        found(Method::Delete, "/contacts/c1/campaigns/c2").unwrap(),
        "contacts.remove-contact-from-campaign"
    );

    let both = found(Method::Get, "/contacts/business/notes").unwrap_err();
    assert!(matches!(both, Unrouted::Ambiguous(..)), "{both}");
    assert!(both.to_string().contains("`contacts.get-all-notes`"), "{both}");
}

#[test]
fn where_both_generations_have_the_path_the_wanted_one_is_taken() {
    let of = |wanted: Option<Generation>| {
        route(Method::Get, "/contacts/c1", wanted).unwrap().edition().generation()
    };
    assert_eq!([of(None), of(Some(V2)), of(Some(V3))], [V2, V2, V3]);
    let only = route(Method::Get, "/oauth/installed-locations", Some(V2)).unwrap();
    assert_eq!(only.edition().generation(), V3);
}

#[test]
fn a_refusal_names_what_was_probably_meant() {
    for (method, path, nearest) in [
        (Method::Get, "/contacts", "contacts.get-contacts"),
        (Method::Get, "/contact/c1", "contacts.get-contact"),
        (Method::Post, "/Contacts/upsert", "contacts.upsert-contact"),
        (Method::Patch, "/contacts/c1", "contacts.get-contact"),
    ] {
        let Err(Unrouted::Unknown { nearest: told }) = found(method, path) else {
            panic!("{method} {path}");
        };
        let told = told.unwrap_or_default();
        let path_of = |id| crate::catalogue::operation(id).map(|it| it.path());
        assert_eq!(path_of(told), path_of(nearest), "{method} {path}: {told}");
    }
    assert_eq!(
        found(Method::Get, "/nothing/that/is/like/anything/here"),
        Err(Unrouted::Unknown { nearest: None })
    );
}

proptest! {
    /// Whatever finds an operation is built into a path that means the same, and nothing else.
    #[test]
    fn what_is_found_is_found_again_in_what_is_built(
        template in any::<proptest::sample::Index>(),
        value in "[a-zA-Z0-9._~:=%/-]{1,12}",
        place in any::<proptest::sample::Index>(),
    ) {
        let all = templates();
        let template = *template.get(&all);
        let mut words: Vec<_> =
            filled(template, VALUE).split('/').skip(1).map(str::to_owned).collect();
        let place = place.index(words.len());
        words[place] = value;
        let (path, method) = (format!("/{}", words.join("/")), template.operation.method());
        let Ok(route) = route(method, &path, Some(template.edition.generation())) else {
            return Ok(());
        };
        let parameters = route.parameters().iter().map(|(name, value)| (*name, value.as_str()));
        let draft = endpoint::Draft {
            operation: route.operation().id(),
            method,
            path: route.edition().path(),
            path_parameters: parameters.collect(),
            query: Vec::new(),
            accept: "application/json",
            body: None,
        };
        let built = draft.encode("https://highlevel.test").unwrap().url;
        let built = built.strip_prefix("https://highlevel.test").unwrap();
        prop_assert!(!built.contains("//") && !built.contains("/.."));
        let again = super::route(method, built, Some(route.edition().generation())).unwrap();
        prop_assert_eq!(again.operation().id(), route.operation().id());
        prop_assert_eq!(again.parameters(), route.parameters());
    }

    #[test]
    fn no_text_is_too_odd(method in select(METHODS.to_vec()), path in any::<String>()) {
        let _ = found(method, &path);
    }
}
