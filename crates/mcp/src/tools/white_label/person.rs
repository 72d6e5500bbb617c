//! Whom a tool is about, so that a person who is asked reads a name and not an id.

use highlevel::RawCall;
use serde_json::Value;

use crate::{ToolError, desk::Desk, plan::PlanTarget};

/// A contact, as far as a question tells of them.
pub(super) struct Person {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) email: Option<String>,
    pub(super) phone: Option<String>,
}

impl Person {
    /// Reads the contact with this id.
    pub(super) async fn read(desk: &Desk, id: &str) -> Result<Self, ToolError> {
        let call = RawCall::new("contacts.get-contact");
        let call =
            call.map_err(|error| ToolError::new("bug", error.to_string(), "report this as a bug"))?;
        let reply = desk.read(call.with("contactId", id)).await?.into_json();
        let contact = &reply["contact"];
        let text = |member: &str| contact[member].as_str().map(str::to_owned);
        let parts = ["firstName", "lastName"].into_iter().filter_map(text).collect::<Vec<_>>();
        let named = Some(parts.join(" ")).filter(|name| !name.is_empty());
        let (email, phone) = (given(&contact["email"]), given(&contact["phone"]));
        let name = named.or(email.clone()).or(phone.clone()).unwrap_or_else(|| id.to_owned());
        Ok(Self { id: id.to_owned(), name, email, phone })
    }

    /// The contact as a plan shows it.
    pub(super) fn target(&self) -> PlanTarget {
        PlanTarget {
            entity: "contact".to_owned(),
            id: self.id.clone(),
            name: Some(self.name.clone()),
            version: None,
        }
    }
}

fn given(value: &Value) -> Option<String> {
    value.as_str().filter(|text| !text.is_empty()).map(str::to_owned)
}
