//! The CRM's side of a pair: reads, finds, makes and changes the record through the port.

use std::sync::Arc;

use domain::{
    Actor, Entity, Failure, Fields, Mapping,
    crm::{
        Behalf, Contact, ContactFilter, Crm, CrmError, Opportunity, OpportunityDraft, PageWish,
        Reading, WriteCause, e164,
    },
};
use jiff::{Timestamp, tz::TimeZone};
use policy::sync::face;
use serde_json::Value;

use super::failure::{of_crm, refused, sentence};

/// The setting that says where new contacts come from.
const SOURCE: &str = "source";

/// A record as the fields that mappings name.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct CrmRecord {
    pub(super) id: String,
    pub(super) fields: Fields,
    /// When the CRM changed it last.
    pub(super) changed_at: Timestamp,
    pub(super) account: Option<String>,
}

/// What became of a record that was to be made of a row.
pub(super) enum Made {
    Record {
        record: CrmRecord,
        /// Whether it was not there.
        is_new: bool,
    },
    /// It cannot be made of this row: why, and what to do.
    Refused(String),
}

/// The CRM of a mapping.
pub(super) struct CrmSide<'a> {
    pub(super) crm: &'a Arc<dyn Crm>,
    pub(super) mapping: &'a Mapping,
    /// Now.
    pub(super) now: Timestamp,
}

/// Whether the mapping is about a record.
pub(super) fn is_meant(mapping: &Mapping, record: &CrmRecord) -> bool {
    let only = &mapping.only;
    let folded = |text: &str| text.to_lowercase();
    let tags = record.fields.get("tags").and_then(Value::as_array);
    let has = |wanted: &String| {
        let mut own = tags.into_iter().flatten().filter_map(Value::as_str);
        own.any(|tag| folded(tag) == folded(wanted))
    };
    let pipeline = record.fields.get("pipeline").and_then(Value::as_str);
    let is_in = |wanted: &String| pipeline.is_some_and(|own| folded(own) == folded(wanted));
    (only.tags.is_empty() || only.tags.iter().any(has))
        && (only.pipelines.is_empty() || only.pipelines.iter().any(is_in))
}

impl CrmSide<'_> {
    /// The record; none where it was deleted.
    pub(super) async fn read(&self, id: &str) -> Result<Option<CrmRecord>, Failure> {
        let behalf = self.behalf();
        let read = match self.mapping.entity {
            Entity::Opportunity => {
                self.crm.opportunity(&behalf, id, false).await.map(|deal| self.of_deal(deal))
            }
            _ => self.crm.contact(&behalf, id, false).await.map(|person| self.of_person(person)),
        };
        match read {
            Ok(record) => Ok(Some(record)),
            Err(CrmError::NotFound(_)) => Ok(None),
            Err(error) => Err(of_crm(&error)),
        }
    }

    /// Finds the record that a row means, or makes it. One that is there is not changed: what it says
    /// otherwise is merged.
    pub(super) async fn make(&self, fields: &Fields) -> Result<Made, Failure> {
        match self.mapping.entity {
            Entity::Contact => self.make_person(fields).await,
            Entity::Opportunity => self.make_deal(fields).await,
            _ => Err(refused("rows can become contacts and opportunities only")),
        }
    }

    /// Changes a record, and gives it as it is then.
    pub(super) async fn write(
        &self,
        record: &CrmRecord,
        fields: &Fields,
    ) -> Result<CrmRecord, Failure> {
        let written = match self.mapping.entity {
            Entity::Opportunity => self.write_deal(record, fields).await?,
            _ => self.write_person(record, fields).await.map_err(|error| of_crm(&error))?,
        };
        Ok(written)
    }

    /// Makes a custom field of contacts where there is none of this name.
    pub(super) async fn ensure_field(&self, name: &str) -> Result<(), CrmError> {
        self.crm.ensure_contact_field(&self.behalf(), name).await.map(|_| ())
    }

    async fn make_person(&self, fields: &Fields) -> Result<Made, Failure> {
        let mut draft = face::contact_draft(fields);
        draft.phone = draft.phone.filter(|phone| e164(phone).is_some());
        if draft.email.is_none() && draft.phone.is_none() {
            return Ok(Made::Refused(
                "the row has neither an e-mail address nor a phone number with its country; fill \
                 in one of them"
                    .to_owned(),
            ));
        }
        let behalf = self.behalf();
        let by_email = ContactFilter { email: draft.email.clone(), ..ContactFilter::default() };
        let by_phone = ContactFilter { phone: draft.phone.clone(), ..ContactFilter::default() };
        for filter in [by_email, by_phone] {
            if filter == ContactFilter::default() {
                continue;
            }
            let wish = PageWish { limit: 2, cursor: None, fresh: true };
            let found = self.crm.contacts(&behalf, &filter, &wish).await;
            let mut found = found.map_err(|error| of_crm(&error))?.items;
            if !found.is_empty() {
                let record = self.of_person(found.remove(0));
                return Ok(Made::Record { record, is_new: false });
            }
        }
        draft.source = draft.source.or_else(|| self.mapping.settings.get(SOURCE).cloned());
        match self.crm.upsert_contact(&behalf, &draft).await {
            Ok(made) => Ok(Made::Record { record: self.of_person(made.contact), is_new: true }),
            Err(
                error @ (CrmError::TwoContacts { .. }
                | CrmError::Invalid(_)
                | CrmError::Exists { .. }
                | CrmError::Ambiguous { .. }),
            ) => Ok(Made::Refused(sentence(&error))),
            Err(error) => Err(of_crm(&error)),
        }
    }

    async fn make_deal(&self, fields: &Fields) -> Result<Made, Failure> {
        let text = |name: &str| fields.get(name).and_then(Value::as_str).map(str::to_owned);
        let (Some(contact), Some(pipeline), Some(name)) =
            (text("contact"), text("pipeline"), text("name"))
        else {
            return Ok(Made::Refused(
                "a new opportunity needs the columns of its contact (an id), its pipeline and its \
                 name; fill them in"
                    .to_owned(),
            ));
        };
        let draft = OpportunityDraft {
            contact,
            pipeline,
            stage: text("stage"),
            name,
            status: None,
            value: fields.get("value").and_then(Value::as_f64),
            owner: None,
            custom_fields: std::collections::BTreeMap::new(),
        };
        match self.crm.upsert_opportunity(&self.behalf(), &draft).await {
            Ok(made) => Ok(Made::Record { record: self.of_deal(made.opportunity), is_new: true }),
            Err(
                error @ (CrmError::Invalid(_) | CrmError::NotFound(_) | CrmError::Exists { .. }),
            ) => Ok(Made::Refused(sentence(&error))),
            Err(error) => Err(of_crm(&error)),
        }
    }

    async fn write_person(
        &self,
        record: &CrmRecord,
        fields: &Fields,
    ) -> Result<CrmRecord, CrmError> {
        let (behalf, id) = (self.behalf(), record.id.as_str());
        let mut now = record.clone();
        if let Some(patch) = face::contact_patch(fields) {
            let told = self.crm.patch_contact(&behalf, id, &patch, None).await?;
            now = self.of_person(told);
        }
        let tags = now.fields.get("tags").and_then(Value::as_array).into_iter().flatten();
        let tags = tags.filter_map(|tag| tag.as_str().map(str::to_owned)).collect();
        let (gained, lost) = face::tag_changes(&tags, fields);
        let mut left = None;
        if !gained.is_empty() {
            left = Some(self.crm.add_tags(&behalf, id, &gained).await?);
        }
        for tag in &lost {
            left = Some(self.crm.remove_tag(&behalf, id, tag).await?);
        }
        if let Some(tags) = left {
            let tags = tags.into_iter().map(Value::String).collect();
            now.fields.insert("tags".to_owned(), Value::Array(tags));
        }
        Ok(now)
    }

    async fn write_deal(&self, record: &CrmRecord, fields: &Fields) -> Result<CrmRecord, Failure> {
        let patch = face::opportunity_patch(fields).map_err(|problem| refused(&problem))?;
        let Some(patch) = patch else { return Ok(record.clone()) };
        let told = self.crm.patch_opportunity(&self.behalf(), &record.id, &patch).await;
        told.map(|deal| self.of_deal(deal)).map_err(|error| of_crm(&error))
    }

    fn of_person(&self, reading: Reading<Contact>) -> CrmRecord {
        let Reading { item, as_of, .. } = reading;
        CrmRecord {
            fields: face::of_contact(&item),
            changed_at: item.updated_at.unwrap_or(as_of),
            account: self.mapping.account.clone(),
            id: item.id,
        }
    }

    fn of_deal(&self, reading: Reading<Opportunity>) -> CrmRecord {
        let Reading { item, as_of, .. } = reading;
        CrmRecord {
            fields: face::of_opportunity(&item),
            changed_at: as_of,
            account: self.mapping.account.clone(),
            id: item.id,
        }
    }

    /// What a mapping writes in a day is one change set: it can be looked at and undone by itself.
    fn behalf(&self) -> Behalf {
        let day = self.now.to_zoned(TimeZone::UTC).date();
        Behalf {
            tenant: self.mapping.tenant.clone(),
            account: self.mapping.account.clone(),
            actor: Actor::Hub,
            cause: WriteCause::Joined {
                cause: format!("sync {} {day}", self.mapping.name),
                title: format!("sync {}", self.mapping.name),
            },
        }
    }
}
