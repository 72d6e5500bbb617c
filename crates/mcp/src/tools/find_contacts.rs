//! `find_contacts`: contacts by words, e-mail address, phone number, tag, or any mix of these.

use domain::crm::e164;
use endpoint::catalogue::Kind;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    people::{Names, in_list, wants_custom_fields},
    rows::{Format, Rows, limit, listed, text},
    told::{cursor, value_of},
};
use crate::{
    ToolError,
    desk::Desk,
    names::Noun,
    tool::{Act, TypedTool},
};

/// The longest text that the vendor's search takes.
const LONGEST: usize = 75;

/// Finds contacts.
pub(crate) struct FindContacts;

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Input {
    /// words of a name, company or e-mail
    query: Option<String>,
    email: Option<String>,
    /// with country: +1555...
    phone: Option<String>,
    tag: Option<String>,
    limit: Option<u32>,
    cursor: Option<String>,
    /// `["*"]` for all
    fields: Vec<String>,
    format: Format,
}

/// Which contacts are looked for.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Filter {
    /// words of a name, company or e-mail
    pub(crate) query: Option<String>,
    pub(crate) tag: Option<String>,
}

/// A page of contacts as the vendor told them.
pub(crate) struct Found {
    pub(crate) contacts: Vec<Value>,
    pub(crate) next: Option<String>,
    pub(crate) total: Option<u64>,
}

impl TypedTool for FindContacts {
    type Input = Input;
    type Output = Rows;
    const NAME: &'static str = "find_contacts";
    const ABOUT: &'static str =
        "Finds contacts; all that is given must hold, nothing lists the newest.";
    const KIND: Kind = Kind::Read;
    const IS_IDEMPOTENT: bool = true;

    async fn act(&self, desk: &Desk, input: Input) -> Result<Act, ToolError> {
        let limit = limit(input.limit, 20, 100)?;
        let filter = Filter { query: said(&input.query), tag: said(&input.tag) };
        let (email, phone) = (said(&input.email), said(&input.phone));
        let found = match (&email, &phone) {
            (None, None) => search(desk, &filter, (limit, input.cursor.as_deref())).await?,
            _ => exact(desk, (email, phone), &filter).await?,
        };
        let with_fields = wants_custom_fields(&input.fields);
        let names = Names::of(desk, &found.contacts, with_fields).await;
        let tell = |contact| in_list(contact, &names, &input.fields);
        let items: Vec<Value> = found.contacts.iter().map(tell).collect();
        let rows = Rows { next_cursor: found.next, total: found.total, ..Rows::whole(items) };
        Act::answer(&rows.written(input.format))
    }
}

/// A page of the vendor's search: those that changed last come first.
///
/// # Errors
/// Where the filter makes no sense, or the search fails.
pub(crate) async fn search(
    desk: &Desk,
    filter: &Filter,
    (limit, after): (u32, Option<&str>),
) -> Result<Found, ToolError> {
    let mut body = json!({
        "locationId": desk.place().location.to_string(),
        "pageLimit": limit,
        "sort": [{"field": "dateUpdated", "direction": "desc"}],
    });
    if let Some(query) = &filter.query {
        if query.chars().count() > LONGEST {
            return Err(ToolError::argument(
                "the `query` is too long",
                format!("give at most {LONGEST} characters, such as a name"),
            ));
        }
        body["query"] = json!(query);
    }
    if let Some(tag) = &filter.tag {
        let tag = spelled(desk, tag).await?;
        body["filters"] = json!([{"field": "tags", "operator": "eq", "value": tag}]);
    }
    if let Some(after) = after {
        body["searchAfter"] = value_of(after)?;
    }
    let call = desk.raw("contacts.search-contacts-advanced")?.body(body);
    let reply = desk.read(call).await?.into_json();
    let contacts = listed(&reply, "contacts").to_vec();
    let last = contacts.last().filter(|_| contacts.len() >= limit as usize);
    let next = last.and_then(|row| row.get("searchAfter")).map(cursor);
    let total = reply["total"].as_u64();
    // A page that is full by chance leads to an empty one; the total tells.
    let is_all = after.is_none() && total == Some(contacts.len() as u64);
    Ok(Found { contacts, next: next.filter(|_| !is_all), total })
}

/// The tag as the location spells it; as it was typed where the tags cannot be read.
async fn spelled(desk: &Desk, tag: &str) -> Result<String, ToolError> {
    match desk.resolve(Noun::Tag, None, tag).await {
        Ok(found) => Ok(found.name),
        Err(error) if ["unknown_name", "ambiguous"].contains(&error.code) => Err(error),
        Err(_) => Ok(tag.to_owned()),
    }
}

/// The one who has an address or a number: the vendor's search does not find numbers
/// (`facts/highlevel.md` 6.1).
async fn exact(
    desk: &Desk,
    (email, phone): (Option<String>, Option<String>),
    filter: &Filter,
) -> Result<Found, ToolError> {
    let number = match phone.as_deref().map(e164) {
        Some(None) => return Err(no_number()),
        Some(number) => number,
        None => None,
    };
    let call = desk.raw("contacts.get-duplicate-contact")?;
    let call = call.with("locationId", desk.place().location.to_string());
    let call = match (&email, &number) {
        (Some(email), _) => call.with("email", email.as_str()),
        (None, number) => call.with("number", number.clone()),
    };
    let reply = desk.read(call).await?;
    let found = desk.own(reply.content()).filter(|contact| {
        text(contact, "/id").is_some()
            && filter.fits(contact)
            && email.as_deref().is_none_or(|email| {
                text(contact, "/email").is_none_or(|it| it.eq_ignore_ascii_case(email))
            })
            && number.as_deref().is_none_or(|number| {
                text(contact, "/phone").is_some_and(|it| e164(it).as_deref() == Some(number))
            })
    });
    let contacts: Vec<Value> = found.into_iter().cloned().collect();
    let total = Some(contacts.len() as u64);
    Ok(Found { contacts, next: None, total })
}

/// The refusal of a number without its country.
pub(crate) fn no_number() -> ToolError {
    ToolError::argument("the `phone` is no number with its country", "give it as +15550100142")
}

impl Filter {
    /// Whether a contact that was found by its address is one that is looked for.
    fn fits(&self, contact: &Value) -> bool {
        let tags = contact["tags"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let tags: Vec<String> = tags.map(str::to_lowercase).collect();
        let names = ["firstName", "lastName", "name", "email", "companyName"];
        let names = names.map(|name| contact[name].as_str().unwrap_or_default().to_lowercase());
        let says = |word: &str| names.iter().any(|name| name.contains(word));
        self.tag.as_ref().is_none_or(|tag| tags.contains(&tag.trim().to_lowercase()))
            && self
                .query
                .as_ref()
                .is_none_or(|query| query.to_lowercase().split_whitespace().all(says))
    }
}

/// A text that says something.
pub(crate) fn said(text: &Option<String>) -> Option<String> {
    text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}
