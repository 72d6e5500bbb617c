//! `save_contact`: creates a contact, or changes the one with an id, an e-mail address or a phone number.

use std::collections::BTreeMap;

use domain::crm::{
    Address, AddressPatch, Contact, ContactDraft, ContactPatch, NotApplied, Outcome, Upserted,
};
use endpoint::catalogue::Kind;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{find_contacts::said, people::of_port, rows::text};
use crate::{
    ToolError,
    desk::Desk,
    names::{Found, Noun, contact_of},
    plan::{Plan, PlanTarget, PlannedCall},
    tool::{Act, Answer, TypedTool},
};

/// Saves a contact.
pub(crate) struct SaveContact;

#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Input {
    /// change this one; else who has `email` or `phone`, or a new one
    id: Option<String>,
    email: Option<String>,
    phone: Option<String>,
    name: Option<String>,
    first_name: Option<String>,
    last_name: Option<String>,
    /// new contacts only
    company: Option<String>,
    #[schemars(with = "Map<String, Value>")]
    /// street, city, region, postal_code, country
    address: Address,
    website: Option<String>,
    date_of_birth: Option<String>,
    source: Option<String>,
    /// a user
    owner: Option<String>,
    add_tags: Vec<String>,
    remove_tags: Vec<String>,
    /// by name; null clears
    custom_fields: BTreeMap<String, Value>,
}

#[derive(Serialize, JsonSchema)]
pub(crate) struct Output {
    outcome: &'static str,
    contact: Map<String, Value>,
    #[schemars(with = "Vec<Value>")]
    not_applied: Vec<NotApplied>,
}

/// What is to be written, with every name resolved.
struct Wanted {
    /// The contact that is changed by its id.
    id: Option<String>,
    draft: ContactDraft,
    owner: Option<Found>,
    remove_tags: Vec<String>,
}

impl TypedTool for SaveContact {
    type Input = Input;
    type Output = Output;
    const NAME: &'static str = "save_contact";
    const ABOUT: &'static str = "Creates or changes a contact; what is left out stays.";
    const KIND: Kind = Kind::Write;
    const IS_IDEMPOTENT: bool = true;

    async fn act(&self, desk: &Desk, input: Input) -> Result<Act, ToolError> {
        let (target, wanted) = wanted(desk, input).await?;
        let told = told(&wanted);
        let question = match &target {
            Some(target) => {
                let name = target.name.as_deref().unwrap_or(&target.id);
                format!("Change the contact {name} ({}): {}", target.id, words(&told))
            }
            None => format!("Create a contact: {}", words(&told)),
        };
        let act =
            if wanted.id.is_some() { "contacts.update-contact" } else { "contacts.upsert-contact" };
        Ok(Act::Plan(Plan {
            kind: Kind::Write,
            title: Self::NAME.to_owned(),
            question,
            targets: target.into_iter().collect(),
            count: 1,
            must_type: None,
            calls: vec![PlannedCall {
                operation: act.to_owned(),
                request: None,
                body: Value::Object(told),
                scopes: vec!["contacts.write".to_owned()],
            }],
            run: Box::new(move |desk| Box::pin(save(desk, wanted))),
        }))
    }
}

/// Resolves the names, and finds who is meant.
async fn wanted(desk: &Desk, input: Input) -> Result<(Option<PlanTarget>, Wanted), ToolError> {
    let owner = match said(&input.owner) {
        Some(owner) => Some(desk.resolve(Noun::User, None, &owner).await?),
        None => None,
    };
    let mut custom_fields = BTreeMap::new();
    for (name, value) in input.custom_fields {
        let field = desk.resolve(Noun::CustomField, Some("contact"), &name).await?;
        custom_fields.insert(field.id, value);
    }
    let draft = ContactDraft {
        email: said(&input.email),
        phone: said(&input.phone),
        first_name: said(&input.first_name),
        last_name: said(&input.last_name),
        name: said(&input.name),
        company: said(&input.company),
        address: input.address,
        website: said(&input.website),
        date_of_birth: said(&input.date_of_birth),
        source: said(&input.source),
        tags: input.add_tags,
        custom_fields,
        ..ContactDraft::default()
    };
    let id = said(&input.id);
    let target = match (&id, &draft.email, &draft.phone) {
        (Some(id), _, _) => Some(by_id(desk, id).await?),
        (None, None, None) => {
            return Err(ToolError::argument(
                "nothing says which contact is meant",
                "give an `id` to change one, or an `email` or a `phone`",
            ));
        }
        (None, email, phone) => by_address(desk, email.as_deref(), phone.as_deref()).await?,
    };
    if id.is_some() && draft.company.is_some() {
        return Err(ToolError::argument(
            "the `company` of a contact that is there cannot be changed",
            "leave it out; the CRM takes it for new contacts only",
        ));
    }
    Ok((target, Wanted { id, draft, owner, remove_tags: input.remove_tags }))
}

async fn by_id(desk: &Desk, id: &str) -> Result<PlanTarget, ToolError> {
    let reply = desk.read(desk.raw("contacts.get-contact")?.with("contactId", id)).await?;
    let found = desk.own(reply.content()).and_then(target);
    found.ok_or_else(|| {
        let fix = "look for it with find_contacts";
        ToolError::new("not_found", "there is no such contact", fix)
    })
}

/// Who has the address, or else the number. That both belong to one is the port's to see.
async fn by_address(
    desk: &Desk,
    email: Option<&str>,
    phone: Option<&str>,
) -> Result<Option<PlanTarget>, ToolError> {
    for (name, value) in [("email", email), ("number", phone)] {
        let Some(value) = value else { continue };
        let call = desk.raw("contacts.get-duplicate-contact")?;
        let call = call.with("locationId", desk.place().location.to_string()).with(name, value);
        let reply = desk.read(call).await?;
        if let Some(found) = desk.own(reply.content()).and_then(target) {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

/// A contact as plans name it.
pub(super) fn target(contact: &Value) -> Option<PlanTarget> {
    let (id, name) = contact_of(contact)?;
    let version = text(contact, "/dateUpdated").map(str::to_owned);
    Some(PlanTarget { entity: "contact".to_owned(), id, name: Some(name), version })
}

/// What is written, under the names of the arguments; without what is left out.
fn told(wanted: &Wanted) -> Map<String, Value> {
    let draft = &wanted.draft;
    let address = serde_json::to_value(&draft.address).unwrap_or_default();
    let address: Map<String, Value> = match address {
        Value::Object(parts) => parts.into_iter().filter(|(_, part)| !part.is_null()).collect(),
        _ => Map::new(),
    };
    let all = [
        ("email", json!(draft.email)),
        ("phone", json!(draft.phone)),
        ("name", json!(draft.name)),
        ("first_name", json!(draft.first_name)),
        ("last_name", json!(draft.last_name)),
        ("company", json!(draft.company)),
        ("address", Value::Object(address)),
        ("website", json!(draft.website)),
        ("date_of_birth", json!(draft.date_of_birth)),
        ("source", json!(draft.source)),
        ("owner", json!(wanted.owner.as_ref().map(|owner| &owner.name))),
        ("add_tags", json!(draft.tags)),
        ("remove_tags", json!(wanted.remove_tags)),
        ("custom_fields", json!(draft.custom_fields)),
    ];
    let is_empty = |value: &Value| match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => false,
    };
    all.into_iter()
        .filter(|(_, value)| !is_empty(value))
        .map(|(name, value)| (name.to_owned(), value))
        .collect()
}

fn words(told: &Map<String, Value>) -> String {
    let words: Vec<String> = told.iter().map(|(name, value)| format!("{name} {value}")).collect();
    match words.as_slice() {
        [] => "nothing".to_owned(),
        words => words.join(", "),
    }
}

/// Fields first, since they can be refused; then the owner and the tags.
async fn save(desk: Desk, wanted: Wanted) -> Result<Answer, ToolError> {
    let (crm, behalf) = (desk.crm().await?, desk.behalf());
    let Wanted { id, mut draft, owner, remove_tags } = wanted;
    let mut patch = ContactPatch { owner: owner.map(|it| Some(it.id)), ..Default::default() };
    let (mut outcome, mut not_applied) = (Outcome::Updated, Vec::new());
    let id = match id {
        Some(id) => {
            patch = ContactPatch { owner: patch.owner, ..patch_of(&draft) };
            id
        }
        None => {
            // What is cleared is nothing that a draft can say.
            let (cleared, given) = std::mem::take(&mut draft.custom_fields)
                .into_iter()
                .partition(|(_, it)| it.is_null());
            (patch.custom_fields, draft.custom_fields) = (cleared, given);
            let told: Upserted = crm.upsert_contact(&behalf, &draft).await?;
            (outcome, not_applied) = (told.outcome, told.not_applied);
            draft.tags.clear();
            told.contact.item.id
        }
    };
    if patch != ContactPatch::default() {
        crm.patch_contact(&behalf, &id, &patch, None).await?;
    }
    if !draft.tags.is_empty() {
        crm.add_tags(&behalf, &id, &draft.tags).await?;
    }
    for tag in &remove_tags {
        crm.remove_tag(&behalf, &id, tag).await?;
    }
    let contact: Contact = crm.contact(&behalf, &id, true).await?.item;
    let contact = of_port(&desk, &contact).await;
    let outcome = match outcome {
        Outcome::Created => "created",
        Outcome::Updated => "updated",
    };
    let contact = contact.as_object().cloned().unwrap_or_default();
    Answer::of(&Output { outcome, contact, not_applied })
}

/// The change of one that is there: a whole name is taken apart, as the CRM does with it.
fn patch_of(draft: &ContactDraft) -> ContactPatch {
    let set = |text: &Option<String>| text.clone().map(Some);
    let whole = draft.name.as_deref().map(|name| name.split_once(' ').unwrap_or((name, "")));
    let part = |text: &str| Some(Some(text.trim().to_owned()).filter(|text| !text.is_empty()));
    let address = AddressPatch {
        street: set(&draft.address.street),
        city: set(&draft.address.city),
        region: set(&draft.address.region),
        postal_code: set(&draft.address.postal_code),
        country: set(&draft.address.country),
    };
    ContactPatch {
        email: set(&draft.email),
        phone: set(&draft.phone),
        first_name: set(&draft.first_name).or_else(|| whole.and_then(|(first, _)| part(first))),
        last_name: set(&draft.last_name).or_else(|| whole.and_then(|(_, last)| part(last))),
        address: (address != AddressPatch::default()).then_some(address),
        website: set(&draft.website),
        date_of_birth: set(&draft.date_of_birth),
        source: set(&draft.source),
        custom_fields: draft.custom_fields.clone(),
        owner: None,
    }
}
