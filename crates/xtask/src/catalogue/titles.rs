//! Titles by rule: `contacts.create-task` is "Create a task (contacts)".
//!
//! Made from the words of the id alone, so that no sentence of a specification gets in. What the
//! sentence does not say stands in brackets behind it: the product, the platform, and whether the
//! name is that of an older twin.

use endpoint::Method;

use super::names;

/// First words of a name that say what is done.
const VERBS: [&str; 56] = [
    "add",
    "allow",
    "attach",
    "cancel",
    "charge",
    "check",
    "clone",
    "complete",
    "create",
    "delete",
    "disable",
    "disconnect",
    "discard",
    "discover",
    "download",
    "duplicate",
    "edit",
    "enable",
    "execute",
    "export",
    "fetch",
    "filter",
    "find",
    "generate",
    "get",
    "has",
    "import",
    "initiate",
    "list",
    "migrate",
    "patch",
    "pause",
    "preview",
    "promote",
    "publish",
    "purchase",
    "push",
    "put",
    "record",
    "remove",
    "reset",
    "resume",
    "save",
    "schedule",
    "search",
    "send",
    "set",
    "start",
    "train",
    "uninstall",
    "update",
    "upload",
    "upsert",
    "validate",
    "verify",
    "void",
];

/// Verbs for which people say another.
const PLAIN: [(&str, &str); 6] = [
    ("fetch", "get"),
    ("find", "get"),
    ("get", "get"),
    ("patch", "change"),
    ("put", "update"),
    ("edit", "update"),
];

/// Words in front of a name that say which platform is meant.
const PLATFORMS: [(&str, &str); 3] = [("fb", "facebook"), ("google", "google"), ("li", "linkedin")];

/// Words after which no article can stand.
const JOINING: [&str; 14] =
    ["a", "all", "an", "and", "by", "every", "for", "from", "in", "new", "of", "or", "to", "up"];

/// Words that look like several and are one.
const ONE: [&str; 4] = ["business", "saas", "settings", "status"];

/// The title of the operation with this id.
pub(super) fn title(method: Method, id: &str) -> String {
    let (product, name) = id.split_once('.').unwrap_or(("", id));
    let mut words = names::words(name);
    let mut besides = Vec::new();
    if !says(&words, product) {
        besides.push(names::words(product).join(" "));
    }
    if let Some((_, platform)) = PLATFORMS.iter().find(|(short, _)| words[0] == *short) {
        words.remove(0);
        besides.push((*platform).to_owned());
    }
    if words.pop_if(|word| word == "deprecated").is_some() {
        besides.push("deprecated".to_owned());
    }
    if words.len() > 3 && words.ends_with(&["by".to_owned(), "id".to_owned()]) {
        words.truncate(words.len() - 2);
    }
    // "Bulk" says how, not what.
    if words[0] == "bulk" && words.len() > 2 {
        words.remove(0);
        words.extend(["in".to_owned(), "bulk".to_owned()]);
    }
    let sentence = sentence(method, &words);
    if besides.is_empty() { sentence } else { format!("{sentence} ({})", besides.join(", ")) }
}

/// Whether the words name the product already.
fn says(words: &[String], product: &str) -> bool {
    let last = product.rsplit('-').next().unwrap_or(product);
    let endings = [("", ""), ("", "s"), ("", "es"), ("y", "ies")];
    words.iter().any(|word| {
        word == last
            || endings.iter().any(|(one, many)| {
                let stem = word.strip_suffix(one);
                stem.is_some_and(|stem| last.strip_suffix(many) == Some(stem))
            })
    })
}

fn sentence(method: Method, words: &[String]) -> String {
    let (verb, object) = match words.split_first() {
        Some((first, rest)) if VERBS.contains(&first.as_str()) => (first.as_str(), rest),
        _ => (verb_of(method), words),
    };
    let verb = PLAIN.iter().find(|(name, _)| *name == verb).map_or(verb, |(_, plain)| plain);
    let mut text = capital(verb);
    if needs_article(object) {
        let vowel = object[0].starts_with(['a', 'e', 'i', 'o']);
        text += if vowel { " an" } else { " a" };
    }
    for word in object {
        text.push(' ');
        text += word;
    }
    text
}

fn verb_of(method: Method) -> &'static str {
    match method {
        Method::Get => "get",
        Method::Post => "do",
        Method::Put => "update",
        Method::Patch => "change",
        Method::Delete => "delete",
    }
}

/// One thing, said without any of the words that join things.
fn needs_article(object: &[String]) -> bool {
    let Some(last) = object.last() else { return false };
    let is_one = !last.ends_with('s') || ONE.contains(&last.as_str());
    is_one && !object.iter().any(|word| JOINING.contains(&word.as_str()))
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_say_what_the_call_does() {
        for (id, expected) in [
            ("contacts.get-contact", "Get a contact"),
            ("contacts.create-task", "Create a task (contacts)"),
            ("contacts.add-contact-to-campaign", "Add contact to campaign"),
            ("conversations.send-a-new-message", "Send a new message (conversations)"),
            ("opportunities.get-opportunity", "Get an opportunity"),
            ("businesses.delete-business", "Delete a business"),
            ("ad-manager.fb-get-pages", "Get pages (ad manager, facebook)"),
            ("agent-studio.get-agents-deprecated", "Get agents (agent studio, deprecated)"),
            ("saas-api.bulk-enable-saas", "Enable saas in bulk (saas api)"),
            ("calendars.get-schedule-by-id", "Get a schedule (calendars)"),
        ] {
            assert_eq!(title(Method::Get, id), expected);
        }
    }

    #[test]
    fn a_name_without_a_verb_gets_that_of_its_method() {
        let title = title(Method::Get, "phone-system.active-numbers");
        assert_eq!(title, "Get active numbers (phone system)");
    }
}
