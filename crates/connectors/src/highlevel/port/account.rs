//! The location behind the port: its country, and the custom fields that others need in it.

use domain::{
    Audit, ChangeSets, Entity, Journal, Mirror,
    crm::{AccountProfile, Answer, Behalf, CrmAccount, CrmError, Outcome},
};
use endpoint::{Timer, Transport};
use highlevel::{
    models::{self, FieldDirectory, FieldError},
    resources::{CreateCustomField, GetLocation},
};

use super::{
    Connected, Port,
    changes::{Ended, Plan, made_of},
    refusal::refusal,
};

/// What HighLevel calls a field that holds a line of text.
const TEXT: &str = "TEXT";

impl<S, T, C> CrmAccount for Port<S, T, C>
where
    S: Mirror + Audit + ChangeSets + Journal + Send + Sync,
    T: Transport,
    C: Timer,
{
    fn account_profile<'a>(&'a self, behalf: &'a Behalf) -> Answer<'a, AccountProfile> {
        Box::pin(async move {
            let at = self.connected(behalf).await?;
            let read = at.client.call(&GetLocation { location_id: at.location.clone() }).await;
            let country = read.map_err(|error| refusal(&error, "location"))?.location.country;
            let country = country.map(|country| country.trim().to_ascii_uppercase());
            Ok(AccountProfile { country: country.filter(|country| country.len() == 2) })
        })
    }

    fn ensure_contact_field<'a>(
        &'a self,
        behalf: &'a Behalf,
        name: &'a str,
    ) -> Answer<'a, Outcome> {
        Box::pin(async move {
            let at = self.connected(behalf).await?;
            if self.has_field(&at, name).await? {
                return Ok(Outcome::Updated);
            }
            // What is known may be ten minutes old.
            self.fields.forget(&at.location);
            if self.has_field(&at, name).await? {
                return Ok(Outcome::Updated);
            }
            let create = CreateCustomField {
                location_id: at.location.clone(),
                name: name.to_owned(),
                data_type: TEXT.to_owned(),
                model: Some("contact".to_owned()),
                placeholder: None,
                position: None,
                extra: serde_json::Map::new(),
            };
            let made = made_of(&[("name".to_owned(), name.into())].into());
            let plan = Plan::create("custom_field.created", made.clone());
            let told = |reply: &models::CustomFieldReply| {
                Ended::made(Entity::CustomField, reply.custom_field.id.as_str(), made)
            };
            let call = at.client.call(&create);
            let result = self.write(behalf, (plan, "location"), call, told).await;
            self.fields.forget(&at.location);
            self.note(behalf, "custom_field.created", name, &result).await;
            result.map(|_| Outcome::Created)
        })
    }
}

impl<S, T, C> Port<S, T, C>
where
    S: Mirror + Audit + ChangeSets + Journal + Send + Sync,
    T: Transport,
    C: Timer,
{
    async fn has_field(&self, at: &Connected<T, C>, name: &str) -> Result<bool, CrmError> {
        let read = self.fields.current(at, self.now()).await;
        let fields = read.map_err(|error| refusal(&error, "location"))?;
        has(&fields.contact, name)
    }
}

/// Whether a location has the one field of this name.
fn has(directory: &FieldDirectory, name: &str) -> Result<bool, CrmError> {
    match directory.find(name) {
        Ok(_) => Ok(true),
        Err(FieldError::Unknown { .. }) => Ok(false),
        Err(error) => Err(CrmError::invalid("", error.to_string())),
    }
}
