//! The options of select, multi-select and status properties.

use serde_json::{Value, json};

use super::{field::Field, ids::Ids, kind::Kind, refusal::Refusal};

/// The longest name of an option.
pub(crate) const MAX_NAME: usize = 100;

const COLORS: [&str; 10] =
    ["default", "gray", "brown", "orange", "yellow", "green", "blue", "purple", "pink", "red"];

/// What a status property has when a request names no options.
const DEFAULT_STATUSES: [(&str, &str); 3] =
    [("Not started", "default"), ("In progress", "blue"), ("Done", "green")];

/// The groups of a status, which the API cannot change.
const GROUPS: [(&str, &str, &str); 3] = [
    ("todo-status-group", "To-do", "gray"),
    ("in-progress-status-group", "In progress", "blue"),
    ("complete-status-group", "Complete", "green"),
];

/// One option.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Choice {
    pub(crate) id: String,
    pub(crate) name: String,
    color: &'static str,
    description: Value,
    /// The place in `GROUPS`; only a status shows it.
    group: usize,
}

/// An option as the value of a page names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Named {
    Id(String),
    Name(String),
}

impl Choice {
    /// An option that a page names for the first time; its color follows from how many there are.
    pub(crate) fn new(name: &str, position: usize, ids: &mut Ids) -> Self {
        Self {
            id: ids.uuid().to_string(),
            name: name.to_owned(),
            color: COLORS[position % COLORS.len()],
            description: Value::Null,
            group: 0,
        }
    }

    /// As a schema shows it.
    pub(crate) fn render(&self) -> Value {
        let mut value = self.value();
        value["description"] = self.description.clone();
        value
    }

    /// As a page shows it.
    pub(crate) fn value(&self) -> Value {
        json!({ "id": self.id, "name": self.name, "color": self.color })
    }

    pub(crate) fn is(&self, named: &Named) -> bool {
        match named {
            Named::Id(id) => self.id == *id,
            Named::Name(name) => self.name == *name,
        }
    }
}

/// Reads how a page or a schema names an option: `{"name": …}` or `{"id": …}`.
///
/// # Errors
/// When it does neither, or the name is empty, too long, or has a comma.
pub(crate) fn named(field: &Field) -> Result<Named, Refusal> {
    if let Some(name) = field.key("name").present() {
        let name = name.short_string(MAX_NAME)?;
        if name.is_empty() {
            return Err(field.key("name").should_be("not empty"));
        }
        if name.contains(',') {
            return Err(Refusal::validation(format!(
                "Invalid select option, commas not allowed: {name}"
            )));
        }
        return Ok(Named::Name(name.to_owned()));
    }
    match field.key("id").present() {
        Some(id) => Ok(Named::Id(id.string()?.to_owned())),
        None => Err(field.key("name").should_be("defined")),
    }
}

/// Reads the options of a schema, which replace those before: one that is left out is gone
/// (`facts/notion.md` 2.1). Without options those before stay.
///
/// # Errors
/// When one of them is malformed, named twice, or has another color than before.
pub(crate) fn configure(
    before: &[Choice],
    kind: Kind,
    field: &Field,
    ids: &mut Ids,
) -> Result<Vec<Choice>, Refusal> {
    let Some(options) = field.key("options").present() else {
        let fresh = before.is_empty() && kind == Kind::Status;
        return Ok(if fresh { default_statuses(ids) } else { before.to_vec() });
    };
    let mut choices: Vec<Choice> = Vec::new();
    for option in options.items()? {
        let choice = one(before, choices.len(), &option, ids)?;
        if choices.iter().any(|other| other.name == choice.name) {
            return Err(Refusal::validation(format!(
                "Cannot create select option with duplicate name: {}",
                choice.name
            )));
        }
        choices.push(choice);
    }
    Ok(choices)
}

fn one(
    before: &[Choice],
    position: usize,
    option: &Field,
    ids: &mut Ids,
) -> Result<Choice, Refusal> {
    let named = named(option)?;
    let color = match option.key("color").present() {
        Some(color) => Some(color.one_of(&COLORS)?),
        None => None,
    };
    let known = before.iter().find(|choice| choice.is(&named));
    let mut choice = match (known, &named) {
        (Some(known), _) if color.is_some_and(|color| color != known.color) => {
            let id = &known.id;
            let message = format!("Cannot update color of select with id: {id}");
            return Err(Refusal::validation(message));
        }
        (Some(known), _) => known.clone(),
        (None, Named::Name(name)) => {
            Choice { color: color.unwrap_or("default"), ..Choice::new(name, position, ids) }
        }
        (None, Named::Id(id)) => {
            let message = format!("Could not find select option with id: {id}");
            return Err(Refusal::validation(message));
        }
    };
    if let Some(description) = option.key("description").filled() {
        choice.description = json!(description.string()?);
    }
    Ok(choice)
}

fn default_statuses(ids: &mut Ids) -> Vec<Choice> {
    let statuses = DEFAULT_STATUSES.iter().enumerate();
    statuses
        .map(|(group, (name, color))| Choice { color, group, ..Choice::new(name, group, ids) })
        .collect()
}

/// The groups of a status. Options that the API adds are all in the first: it cannot put them
/// elsewhere.
pub(crate) fn groups(choices: &[Choice]) -> Vec<Value> {
    let groups = GROUPS.iter().enumerate();
    groups
        .map(|(at, (id, name, color))| {
            let members = choices.iter().filter(|choice| choice.group == at);
            let option_ids: Vec<&str> = members.map(|choice| choice.id.as_str()).collect();
            json!({ "id": id, "name": name, "color": color, "option_ids": option_ids })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn configured(before: &[Choice], kind: Kind, config: Value) -> Result<Vec<Choice>, String> {
        configure(before, kind, &Field::body(&config), &mut Ids::new(before.len() as u64))
            .map_err(|refusal| refusal.message)
    }

    fn names(choices: &[Choice]) -> Vec<&str> {
        choices.iter().map(|choice| choice.name.as_str()).collect()
    }

    #[test]
    fn sent_options_replace_those_before_and_keep_their_ids() {
        let first = json!({ "options": [{ "name": "Lead", "color": "blue" }, { "name": "Won" }] });
        let before = configured(&[], Kind::Select, first).unwrap();
        let second = json!({ "options": [{ "name": "Lost" }, { "id": before[0].id }] });
        let after = configured(&before, Kind::Select, second).unwrap();
        assert_eq!(names(&after), ["Lost", "Lead"]);
        assert_eq!(after[1], before[0]);
        let unchanged = configured(&before, Kind::Select, json!({})).unwrap();
        assert_eq!(unchanged, before);
    }

    #[test]
    fn wrong_options_are_refused() {
        let before =
            configured(&[], Kind::Select, json!({ "options": [{ "name": "A" }] })).unwrap();
        for (options, expected) in [
            (json!([{ "name": "a, b" }]), "Invalid select option, commas not allowed: a, b"),
            (json!([{ "name": "x".repeat(101) }]), "body.options[0].name.length should be ≤ `100`"),
            (json!([{ "name": "" }]), "body.options[0].name should be not empty"),
            (json!([{}]), "body.options[0].name should be defined"),
            (json!([{ "name": "B" }, { "name": "B" }]), "duplicate name: B"),
            (json!([{ "name": "A", "color": "red" }]), "Cannot update color of select with id"),
            (json!([{ "name": "B", "color": "mauve" }]), "body.options[0].color should be"),
            (json!([{ "id": "nobody" }]), "Could not find select option with id: nobody"),
        ] {
            let message =
                configured(&before, Kind::Select, json!({ "options": options })).unwrap_err();
            assert!(message.contains(expected), "{message}");
        }
    }

    #[test]
    fn a_status_has_groups_and_the_api_fills_the_first() {
        let default = configured(&[], Kind::Status, json!({})).unwrap();
        assert_eq!(names(&default), ["Not started", "In progress", "Done"]);
        let group = |choices: &[Choice], at: usize| groups(choices)[at]["option_ids"].clone();
        assert_eq!(group(&default, 2), json!([default[2].id]));
        let own = configured(
            &[],
            Kind::Status,
            json!({ "options": [{ "name": "New" }, { "name": "Old" }] }),
        );
        let own = own.unwrap();
        assert_eq!(group(&own, 0), json!([own[0].id, own[1].id]));
        assert_eq!(group(&own, 2), json!([]));
    }
}
