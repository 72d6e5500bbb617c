//! Everything that the simulated HighLevel knows: an agency, its locations, its people and its app.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{
    account::Account, call::Call, grants::Grants, ids::RecordIds, refusal::Refusal, shelf::Shelf,
    token::Tokens,
};

/// The state behind the API.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) company_id: String,
    pub(crate) main_location: String,
    pub(crate) accounts: BTreeMap<String, Account>,
    pub(crate) users: Shelf<Value>,
    /// The links that the agency adds to menus.
    pub(crate) custom_menus: Shelf<Value>,
    pub(crate) ids: RecordIds,
    pub(crate) tokens: Tokens,
    pub(crate) grants: Grants,
    /// How many locations the agency may have; no limit where there is none.
    pub(crate) location_limit: Option<usize>,
    /// Webhooks to send once the request is answered.
    events: Vec<Value>,
}

impl World {
    pub(crate) fn new(
        company_id: &str,
        main_location: &str,
        grants: Grants,
        ids: RecordIds,
    ) -> Self {
        Self {
            company_id: company_id.to_owned(),
            main_location: main_location.to_owned(),
            accounts: BTreeMap::new(),
            users: Shelf::default(),
            custom_menus: Shelf::default(),
            ids,
            tokens: Tokens::default(),
            grants,
            location_limit: None,
            events: Vec::new(),
        }
    }

    /// The location of the caller's token; of an agency's token, the location that the request
    /// names.
    ///
    /// # Errors
    /// 403 when there is none, or it is gone.
    pub(crate) fn account(&mut self, call: &Call) -> Result<&mut Account, Refusal> {
        let own = call.caller()?.location.as_deref();
        let location = own.or(call.named_location()).unwrap_or_default();
        self.accounts.get_mut(location).ok_or_else(Refusal::wrong_location)
    }

    /// The location that a path names.
    ///
    /// # Errors
    /// 404 when there is none.
    pub(crate) fn location(&mut self, id: &str) -> Result<&mut Account, Refusal> {
        self.accounts.get_mut(id).ok_or_else(|| Refusal::not_found("Location", id))
    }

    /// The caller's location, if it has the record that a request names: what it is, and its id.
    ///
    /// # Errors
    /// 403 when it is another location's, 404 when it is nobody's.
    pub(crate) fn holder(
        &mut self,
        call: &Call,
        (what, id): (&str, &str),
        mut has: impl FnMut(&mut Account) -> bool,
    ) -> Result<&mut Account, Refusal> {
        match has(self.account(call)?) {
            true => self.account(call),
            false => Err(self.absence((what, id), has)),
        }
    }

    /// Why a caller cannot have a record: it is another location's, or nobody's.
    pub(crate) fn absence(
        &mut self,
        (what, id): (&str, &str),
        has: impl FnMut(&mut Account) -> bool,
    ) -> Refusal {
        match self.accounts.values_mut().any(has) {
            true => Refusal::wrong_location(),
            false => Refusal::not_found(what, id),
        }
    }

    /// The caller's location, if a contact is one of its contacts.
    ///
    /// # Errors
    /// As [`Self::holder`].
    pub(crate) fn holder_of_contact(
        &mut self,
        call: &Call,
        id: &str,
    ) -> Result<&mut Account, Refusal> {
        self.holder(call, ("Contact", id), |account| account.contacts().get(id).is_some())
    }

    /// As [`Self::holder_of_contact`], for the contact that the path names.
    ///
    /// # Errors
    /// As [`Self::holder`].
    pub(crate) fn contact_account(&mut self, call: &Call) -> Result<&mut Account, Refusal> {
        self.holder_of_contact(call, call.segment("contactId"))
    }

    /// Has a webhook sent once the request is answered.
    pub(crate) fn tell(&mut self, kind: &str, location: &str, fields: Map<String, Value>) {
        let mut event = Map::new();
        event.insert("type".to_owned(), json!(kind));
        event.insert("locationId".to_owned(), json!(location));
        event.extend(fields);
        self.events.push(Value::Object(event));
    }

    /// As [`Self::tell`], for events that name no location.
    pub(crate) fn tell_all(&mut self, event: Value) {
        self.events.push(event);
    }

    pub(crate) fn take_events(&mut self) -> Vec<Value> {
        std::mem::take(&mut self.events)
    }
}

/// The fields of an object that are wanted, where it has them.
pub(crate) fn pick(record: &Value, names: &[&str]) -> Map<String, Value> {
    let found =
        names.iter().filter_map(|name| Some(((*name).to_owned(), record.get(*name)?.clone())));
    found.collect()
}

/// Takes over the fields of a body, and the moment where the record tells one.
pub(crate) fn merge(record: &mut Value, body: &Map<String, Value>, updated: (&str, Timestamp)) {
    for (key, value) in body {
        record[key.as_str()] = value.clone();
    }
    record[updated.0] = json!(super::moment::iso(updated.1));
}
