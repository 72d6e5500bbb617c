//! Names in, ids inside: what a person calls something becomes the one record that is meant.
//!
//! Nothing is guessed: a name that several have, or none, is a refusal that says which there are.

use std::cmp::Reverse;

use domain::crm::e164;
use serde_json::{Value, json};

use crate::{
    ToolError,
    desk::Desk,
    directory::{Entry, Shelf},
};

/// How many names a refusal lists.
const LISTED: usize = 20;

/// What is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Noun {
    /// A pipeline.
    Pipeline,
    /// A stage of a pipeline.
    Stage,
    /// Somebody who works in the location, also by e-mail address.
    User,
    /// A tag of contacts.
    Tag,
    /// A custom field, also by key; within `contact` or `opportunity`.
    CustomField,
    /// A calendar.
    Calendar,
    /// A workflow.
    Workflow,
    /// A form.
    Form,
    /// A survey.
    Survey,
}

/// The record that is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// Its id.
    pub(crate) id: String,
    /// What people call it.
    pub(crate) name: String,
}

/// What a text could mean.
struct Candidate {
    found: Found,
    /// What else it is called: a key, an e-mail address.
    others: Vec<String>,
    /// How it is told from one of the same name.
    label: String,
}

impl Noun {
    fn shelf(self) -> Shelf {
        match self {
            Self::Pipeline | Self::Stage => Shelf::Pipelines,
            Self::User => Shelf::Users,
            Self::Tag => Shelf::Tags,
            Self::CustomField => Shelf::CustomFields,
            Self::Calendar => Shelf::Calendars,
            Self::Workflow => Shelf::Workflows,
            Self::Form => Shelf::Forms,
            Self::Survey => Shelf::Surveys,
        }
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Pipeline => "pipeline",
            Self::Stage => "stage",
            Self::User => "user",
            Self::Tag => "tag",
            Self::CustomField => "custom field",
            Self::Calendar => "calendar",
            Self::Workflow => "workflow",
            Self::Form => "form",
            Self::Survey => "survey",
        }
    }
}

impl Desk {
    /// The one that has this id, or this name in any case of letters. `within` is the id of a stage's
    /// pipeline, or what a custom field belongs to. A name that is not known is looked up once more:
    /// somebody may have made it a minute ago.
    ///
    /// # Errors
    /// `unknown_name` or `ambiguous`, and where the list cannot be read.
    pub(crate) async fn resolve(
        &self,
        noun: Noun,
        within: Option<&str>,
        text: &str,
    ) -> Result<Found, ToolError> {
        let shelved = self.shelf(noun.shelf()).await?;
        let known = candidates(noun, within, &shelved.entries);
        let matched = matching(&known, text);
        if !matched.is_empty() || shelved.is_fresh {
            return one(noun.as_str(), text, &known, &matched);
        }
        let fresh = self.shelf_now(noun.shelf()).await?;
        let known = candidates(noun, within, &fresh.entries);
        one(noun.as_str(), text, &known, &matching(&known, text))
    }

    /// The contact with this id, e-mail address, phone number, or whole name: its id and its name.
    ///
    /// # Errors
    /// `unknown_name` or `ambiguous`, and where the vendor cannot be asked.
    pub(crate) async fn contact(&self, text: &str) -> Result<(String, String), ToolError> {
        let text = text.trim();
        let location = self.place().location.to_string();
        let address = match e164(text) {
            _ if text.contains('@') => Some(("email", text.to_owned())),
            number => number.map(|number| ("number", number)),
        };
        if let Some((name, value)) = address {
            let call = self.raw("contacts.get-duplicate-contact")?;
            let reply = self.read(call.with("locationId", location).with(name, value)).await?;
            let found = self.own(reply.content()).and_then(contact_of);
            return found.ok_or_else(|| unknown("contact", text, &[]));
        }
        if is_id(text) {
            let call = self.raw("contacts.get-contact")?.with("contactId", text);
            match self.read(call).await {
                Ok(reply) => {
                    if let Some(found) = self.own(reply.content()).and_then(contact_of) {
                        return Ok(found);
                    }
                }
                // It may be a name without a space.
                Err(error) if matches!(error.http_status, Some(400 | 404 | 422)) => {}
                Err(error) => return Err(error),
            }
        }
        self.contact_named(text, location).await
    }

    /// A contact of the place: a token may see those of other locations too.
    pub(crate) fn own<'a>(&self, contact: &'a Value) -> Option<&'a Value> {
        let location = contact["locationId"].as_str();
        let is_own = location.is_none_or(|location| location == self.place().location.as_str());
        Some(contact).filter(|contact| contact.is_object() && is_own)
    }

    async fn contact_named(
        &self,
        text: &str,
        location: String,
    ) -> Result<(String, String), ToolError> {
        // What people type has no length; the search takes 75 characters.
        let query: String = text.chars().take(75).collect();
        let body = json!({"locationId": location, "query": query, "pageLimit": LISTED});
        let reply = self.read(self.raw("contacts.search-contacts-advanced")?.body(body)).await?;
        let rows = reply.content().as_array().map(Vec::as_slice).unwrap_or_default();
        let known: Vec<Candidate> = rows
            .iter()
            .filter_map(|row| {
                let (id, name) = contact_of(row)?;
                let reached = ["email", "phone"].into_iter().find_map(|key| row[key].as_str());
                let label = format!("{name} ({id}{})", comma(reached));
                Some(Candidate { found: Found { id, name }, others: Vec::new(), label })
            })
            .collect();
        let found = one("contact", text, &known, &matching(&known, text))?;
        Ok((found.id, found.name))
    }
}

/// Everything of a list that a text could mean.
fn candidates(noun: Noun, within: Option<&str>, entries: &[Entry]) -> Vec<Candidate> {
    let text = |entry: &Entry, name: &str| entry.record[name].as_str().map(str::to_owned);
    let plain = |entry: &Entry, others: Vec<String>| Candidate {
        found: Found { id: entry.id.clone(), name: entry.name.clone() },
        others,
        label: entry.name.clone(),
    };
    match noun {
        Noun::Stage => entries
            .iter()
            .filter(|pipeline| within.is_none_or(|within| pipeline.id == within))
            .flat_map(stages)
            .collect(),
        Noun::CustomField => entries
            .iter()
            .filter(|field| within.is_none_or(|within| owner(field).is_none_or(|it| it == within)))
            .map(|field| {
                let key = text(field, "fieldKey");
                let short = key.as_deref().and_then(|key| key.split_once('.'));
                let short = short.map(|(_, short)| short.to_owned());
                plain(field, key.into_iter().chain(short).collect())
            })
            .collect(),
        Noun::User => {
            let user = |user| plain(user, text(user, "email").into_iter().collect());
            entries.iter().map(user).collect()
        }
        _ => entries.iter().map(|entry| plain(entry, Vec::new())).collect(),
    }
}

fn stages(pipeline: &Entry) -> impl Iterator<Item = Candidate> + '_ {
    let stages = pipeline.record["stages"].as_array().map(Vec::as_slice).unwrap_or_default();
    stages.iter().filter_map(|stage| {
        let id = stage["id"].as_str()?.to_owned();
        let name = stage["name"].as_str().unwrap_or_default().to_owned();
        let label = format!("{name} (of {})", pipeline.name);
        Some(Candidate { found: Found { id, name }, others: Vec::new(), label })
    })
}

/// What a custom field belongs to, as far as it is told.
fn owner(field: &Entry) -> Option<&str> {
    let prefix = field.record["fieldKey"].as_str().and_then(|key| key.split_once('.'));
    field.record["model"].as_str().or(prefix.map(|(owner, _)| owner))
}

/// Those that have this id, or else this name, or else this other name.
fn matching<'a>(known: &'a [Candidate], text: &str) -> Vec<&'a Candidate> {
    let wanted = folded(text);
    let by_id = known.iter().filter(|it| it.found.id == text.trim());
    let by_name = known.iter().filter(|it| folded(&it.found.name) == wanted);
    let by_other = known.iter().filter(|it| it.others.iter().any(|it| folded(it) == wanted));
    let [by_id, by_name, by_other]: [Vec<_>; 3] =
        [by_id.collect(), by_name.collect(), by_other.collect()];
    [by_id, by_name, by_other].into_iter().find(|found| !found.is_empty()).unwrap_or_default()
}

fn one(
    what: &str,
    text: &str,
    known: &[Candidate],
    matched: &[&Candidate],
) -> Result<Found, ToolError> {
    match matched {
        [one] => Ok(one.found.clone()),
        [] => {
            let mut near: Vec<&Candidate> = known.iter().collect();
            near.sort_by_key(|it| (Reverse(likeness(&it.found.name, text)), it.label.clone()));
            let labels: Vec<String> = near.iter().map(|it| it.label.clone()).collect();
            Err(unknown(what, text, &labels))
        }
        several => {
            let told: Vec<String> = several
                .iter()
                .take(LISTED)
                .map(|it| match it.label.contains(&it.found.id) {
                    true => it.label.clone(),
                    false => format!("{} ({})", it.label, it.found.id),
                })
                .collect();
            let message = format!("several have the {what} name `{text}`: {}", told.join("; "));
            Err(ToolError::new("ambiguous", message, "name the one that is meant by its id"))
        }
    }
}

/// A refusal of a name, with the nearest ones first.
fn unknown(what: &str, text: &str, labels: &[String]) -> ToolError {
    let fix = match labels {
        [] => format!("look for the {what} first, and give its id"),
        labels if labels.len() > LISTED => {
            format!("the nearest are: {}", labels[..LISTED].join("; "))
        }
        labels => format!("there are: {}", labels.join("; ")),
    };
    ToolError::new("unknown_name", format!("there is no {what} `{text}`"), fix)
}

/// How many pairs of letters two texts share, in thousandths of all.
fn likeness(one: &str, other: &str) -> usize {
    let pairs = |text: &str| {
        let letters: Vec<char> = folded(text).chars().collect();
        letters.windows(2).map(|pair| (pair[0], pair[1])).collect::<Vec<_>>()
    };
    let (one, mut other) = (pairs(one), pairs(other));
    let all = one.len() + other.len();
    let shared = one
        .iter()
        .filter(|pair| match other.iter().position(|it| it == *pair) {
            Some(place) => {
                other.swap_remove(place);
                true
            }
            None => false,
        })
        .count();
    2_000 * shared / all.max(1)
}

fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// Whether a text looks like an id: of the vendor's letters, and longer than names without a space.
fn is_id(text: &str) -> bool {
    (12..=40).contains(&text.len())
        && text.bytes().all(|it| it.is_ascii_alphanumeric() || it == b'-' || it == b'_')
}

/// The id and the name of a contact as any list tells it.
pub(crate) fn contact_of(row: &Value) -> Option<(String, String)> {
    let id = row.get("id")?.as_str()?.to_owned();
    let text = |name: &str| row[name].as_str().unwrap_or_default().trim();
    let parts = format!("{} {}", text("firstName"), text("lastName"));
    let names = [parts.trim(), text("name"), text("contactName"), text("email"), text("phone")];
    let name = names.into_iter().find(|name| !name.is_empty()).unwrap_or("somebody without a name");
    Some((id, name.to_owned()))
}

fn comma(text: Option<&str>) -> String {
    text.map(|text| format!(", {text}")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(id: &str, name: &str, record: Value) -> Entry {
        Entry { id: id.to_owned(), name: name.to_owned(), record }
    }

    fn find(noun: Noun, within: Option<&str>, all: &[Entry], text: &str) -> Result<String, String> {
        let known = candidates(noun, within, all);
        let found = one(noun.as_str(), text, &known, &matching(&known, text));
        found.map(|found| found.id).map_err(|error| format!("{}: {error}", error.code))
    }

    #[test]
    fn a_name_is_found_in_any_case_and_an_id_as_it_is() {
        let all = [entry("p1", "Sales", json!({})), entry("p2", "Renewals", json!({}))];
        for text in ["p2", "renewals", " RENEWALS "] {
            assert_eq!(find(Noun::Pipeline, None, &all, text).unwrap(), "p2");
        }
        assert!(find(Noun::Pipeline, None, &all, "P2").is_err(), "ids are taken to the letter");
    }

    #[test]
    fn who_does_not_know_the_name_is_told_the_nearest_first() {
        let all = [entry("a", "Onboarding", json!({})), entry("b", "Renewals", json!({}))];
        let told = find(Noun::Calendar, None, &all, "renewal").unwrap_err();
        assert!(told.starts_with("unknown_name: there is no calendar `renewal`"), "{told}");
        assert!(told.ends_with("there are: Renewals; Onboarding"), "{told}");
        let many: Vec<Entry> =
            (0..30).map(|it| entry(&format!("i{it}"), &format!("tag {it}"), json!({}))).collect();
        let told = find(Noun::Tag, None, &many, "nothing").unwrap_err();
        assert_eq!(told.matches(';').count(), LISTED, "one to the fix, and between the names");
    }

    #[test]
    fn a_stage_of_two_pipelines_is_ambiguous_until_one_is_named() {
        let stages = |id: &str| json!({"stages": [{"id": id, "name": "Won"}]});
        let all = [entry("p1", "Sales", stages("s1")), entry("p2", "Renewals", stages("s2"))];
        let told = find(Noun::Stage, None, &all, "won").unwrap_err();
        assert!(told.starts_with("ambiguous"), "{told}");
        assert!(told.contains("Won (of Sales) (s1); Won (of Renewals) (s2)"), "{told}");
        assert_eq!(find(Noun::Stage, Some("p2"), &all, "won").unwrap(), "s2");
    }

    #[test]
    fn a_field_is_found_by_its_key_and_a_user_by_the_address() {
        let field = |owner: &str| json!({"fieldKey": format!("{owner}.plan"), "model": owner});
        let all =
            [entry("f1", "Plan", field("contact")), entry("f2", "Plan", field("opportunity"))];
        for text in ["plan", "contact.plan", "PLAN"] {
            assert_eq!(find(Noun::CustomField, Some("contact"), &all, text).unwrap(), "f1");
        }
        assert_eq!(find(Noun::CustomField, None, &all, "opportunity.plan").unwrap(), "f2");
        let all = [entry("u1", "Nora Webb", json!({"email": "nora@example.com"}))];
        assert_eq!(find(Noun::User, None, &all, "Nora@example.com").unwrap(), "u1");
    }

    #[test]
    fn only_what_looks_like_an_id_is_asked_for_as_one() {
        assert!(is_id("Zt3kQ9pLmN0aBcDeFgHi"));
        for text in ["Ada", "Ada Lovelace", "ada/../contacts", "x"] {
            assert!(!is_id(text), "{text}");
        }
    }
}
