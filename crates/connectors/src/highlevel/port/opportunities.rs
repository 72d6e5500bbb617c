//! Opportunities: read, found, upserted, and moved by the names of pipelines and stages.

mod found;
mod told;

use std::{collections::BTreeMap, sync::Arc};

use domain::{
    Audit, ChangeSets, Entity, Journal, Mirror, RecordKey,
    crm::{
        Answer, Behalf, CrmError, CrmOpportunities, Opportunity, OpportunityDraft,
        OpportunityFilter, OpportunityPatch, Outcome, Page, PageWish, Reading, UpsertedOpportunity,
    },
};
use endpoint::{Timer, Transport};
use highlevel::{
    ContactId, OpportunityId, UserId,
    models::{self, CustomFieldWrite, Pipeline},
    resources::{CreateOpportunity, GetOpportunity, SearchOpportunities, UpdateOpportunity},
};
use serde_json::Value;

use self::found::status;
use super::{
    Connected, Port,
    changes::{Ended, Plan, made_of, opportunity as changes},
    checked, fields,
    pipelines::Place,
    refusal::refusal,
};

impl<S, T, C> CrmOpportunities for Port<S, T, C>
where
    S: Mirror + Audit + ChangeSets + Journal + Send + Sync,
    T: Transport,
    C: Timer,
{
    fn opportunity<'a>(
        &'a self,
        behalf: &'a Behalf,
        id: &'a str,
        fresh: bool,
    ) -> Answer<'a, Reading<Opportunity>> {
        Box::pin(async move {
            let id = checked(id, "opportunity")?;
            let mirrored = match fresh {
                true => None,
                false => self.mirrored(behalf, Entity::Opportunity, id).await?,
            };
            let Some(record) = mirrored else {
                let at = self.connected(behalf).await?;
                let found = self.read_opportunity(&at, id).await?;
                return Ok(self.told(&at, &found).await);
            };
            if record.deleted_at.is_some() {
                return Err(CrmError::NotFound("opportunity"));
            }
            let all = self.known_pipelines(behalf).await;
            Ok(Reading::of_mirror(told::of_mirror(&record, &all), record.occurred_at))
        })
    }

    fn opportunities<'a>(
        &'a self,
        behalf: &'a Behalf,
        filter: &'a OpportunityFilter,
        page: &'a PageWish,
    ) -> Answer<'a, Page<Reading<Opportunity>>> {
        match page.fresh {
            true => Box::pin(self.opportunities_fresh(behalf, filter, page)),
            false => Box::pin(self.opportunities_in_mirror(behalf, filter, page)),
        }
    }

    fn upsert_opportunity<'a>(
        &'a self,
        behalf: &'a Behalf,
        draft: &'a OpportunityDraft,
    ) -> Answer<'a, UpsertedOpportunity> {
        Box::pin(async move {
            let result = self.upsert_deal(behalf, draft).await;
            let subject = match &result {
                Ok(upserted) => upserted.opportunity.item.id.clone(),
                Err(error) => error.records().join(" "),
            };
            self.note(behalf, "opportunity.upserted", &subject, &result).await;
            result
        })
    }

    fn patch_opportunity<'a>(
        &'a self,
        behalf: &'a Behalf,
        id: &'a str,
        patch: &'a OpportunityPatch,
    ) -> Answer<'a, Reading<Opportunity>> {
        Box::pin(async move {
            let id = checked(id, "opportunity")?;
            let result = self.patch_deal(behalf, id, patch).await;
            self.note(behalf, "opportunity.patched", id, &result).await;
            result
        })
    }
}

impl<S, T, C> Port<S, T, C>
where
    S: Mirror + Audit + ChangeSets + Journal + Send + Sync,
    T: Transport,
    C: Timer,
{
    /// Reads an opportunity at HighLevel. One of another location is none.
    pub(super) async fn read_opportunity(
        &self,
        at: &Connected<T, C>,
        id: &str,
    ) -> Result<models::Opportunity, CrmError> {
        let get = GetOpportunity { opportunity_id: OpportunityId::new(id) };
        let found = at.client.call(&get).await.map_err(|error| refusal(&error, "opportunity"))?;
        let found = found.opportunity;
        match found.location_id.as_ref().is_some_and(|location| *location != at.location) {
            true => Err(CrmError::NotFound("opportunity")),
            false => Ok(found),
        }
    }

    /// HighLevel's own upsert says neither by what it finds nor whose the opportunity is
    /// (`facts/highlevel.md` 6.4), so the open ones of the contact are looked up.
    async fn upsert_deal(
        &self,
        behalf: &Behalf,
        draft: &OpportunityDraft,
    ) -> Result<UpsertedOpportunity, CrmError> {
        if draft.name.trim().is_empty() {
            return Err(CrmError::invalid("/name", "give a name"));
        }
        check_value(draft.value)?;
        let contact = ContactId::new(checked(&draft.contact, "contact")?);
        let owner = owner(draft.owner.as_deref())?;
        let at = self.connected(behalf).await?;
        let wanted = (draft.pipeline.as_str(), draft.stage.as_deref());
        let place = self.pipelines.place(&at, wanted, self.now()).await?;
        let custom_fields = self.deal_fields(&at, &draft.custom_fields).await?;
        let (outcome, written) = match self.open_deal(&at, draft, (&contact, &place)).await? {
            Some(id) => {
                let change = UpdateOpportunity {
                    name: Some(draft.name.trim().to_owned()),
                    status: draft.status.map(status),
                    pipeline_stage_id: place.stage,
                    monetary_value: draft.value,
                    assigned_to: owner,
                    custom_fields,
                    ..UpdateOpportunity::new(id)
                };
                let before = self.read_opportunity(&at, change.opportunity_id.as_str()).await?;
                let act = "opportunity.upserted";
                (Outcome::Updated, self.change_deal(behalf, (&at, act), (&before, &change)).await)
            }
            None => {
                let (location, name) = (at.location.clone(), draft.name.trim());
                let mut create = CreateOpportunity::new(location, place.pipeline, contact, name);
                create.status = draft.status.map_or(create.status, status);
                create.pipeline_stage_id = place.stage;
                create.monetary_value = draft.value;
                create.assigned_to = owner;
                create.custom_fields = custom_fields;
                (Outcome::Created, self.create_deal(behalf, &at, &create).await)
            }
        };
        let written = written?;
        self.tell_deal(behalf, &at, &written).await;
        Ok(UpsertedOpportunity { outcome, opportunity: self.told(&at, &written).await })
    }

    /// The open opportunity of a contact in a pipeline; where there are several, the one with the
    /// name.
    async fn open_deal(
        &self,
        at: &Connected<T, C>,
        draft: &OpportunityDraft,
        (contact, place): (&ContactId, &Place),
    ) -> Result<Option<OpportunityId>, CrmError> {
        let search = SearchOpportunities {
            contact_id: Some(contact.clone()),
            pipeline_id: Some(place.pipeline.clone()),
            status: Some(models::OpportunityStatus::Open),
            ..SearchOpportunities::new(at.location.clone())
        };
        let reply = at.client.call(&search).await.map_err(|error| refusal(&error, "contact"))?;
        let name = draft.name.trim();
        let all = reply.opportunities;
        let named: Vec<_> = all.iter().filter(|it| it.name.as_deref() == Some(name)).collect();
        match (all.as_slice(), named.as_slice()) {
            ([], _) => Ok(None),
            ([one], _) => Ok(Some(one.id.clone())),
            (_, [one]) => Ok(Some(one.id.clone())),
            (several, _) => {
                let ids = several.iter().map(|it| it.id.to_string()).collect();
                Err(CrmError::Ambiguous { what: "open opportunities", ids })
            }
        }
    }

    async fn patch_deal(
        &self,
        behalf: &Behalf,
        id: &str,
        patch: &OpportunityPatch,
    ) -> Result<Reading<Opportunity>, CrmError> {
        if patch.name.as_ref().is_some_and(|name| name.trim().is_empty()) {
            return Err(CrmError::invalid("/name", "give a name, or leave it out"));
        }
        check_value(patch.value.flatten())?;
        let owner = owner(patch.owner.as_deref())?;
        let at = self.connected(behalf).await?;
        let before = self.read_opportunity(&at, id).await?;
        let mut change = UpdateOpportunity::new(OpportunityId::new(id));
        if patch.pipeline.is_some() || patch.stage.is_some() {
            let now = before.pipeline_id.as_ref().map(|id| id.as_str());
            let pipeline = patch.pipeline.as_deref().or(now).unwrap_or_default();
            let wanted = (pipeline, patch.stage.as_deref());
            let place = self.pipelines.place(&at, wanted, self.now()).await?;
            change.pipeline_id = Some(place.pipeline);
            change.pipeline_stage_id = place.stage;
        }
        change.name = patch.name.as_deref().map(|name| name.trim().to_owned());
        change.status = patch.status.map(status);
        change.monetary_value = patch.value.map(|value| value.unwrap_or_default());
        change.assigned_to = owner;
        change.custom_fields = self.deal_fields(&at, &patch.custom_fields).await?;
        if change == UpdateOpportunity::new(OpportunityId::new(id)) {
            return Ok(self.told(&at, &before).await);
        }
        let act = "opportunity.patched";
        let written = self.change_deal(behalf, (&at, act), (&before, &change)).await?;
        self.tell_deal(behalf, &at, &written).await;
        Ok(self.told(&at, &written).await)
    }

    async fn change_deal(
        &self,
        behalf: &Behalf,
        (at, act): (&Connected<T, C>, &'static str),
        (before, change): (&models::Opportunity, &UpdateOpportunity),
    ) -> Result<models::Opportunity, CrmError> {
        let names = self.fields.known(at, self.now()).await;
        let names = names.as_ref().map(|names| &names.opportunity);
        let intended = changes::intended(before, change, names);
        let key = RecordKey::new(Entity::Opportunity, change.opportunity_id.as_str());
        let plan = Plan::change(act, key, intended.clone());
        let told = |reply: &models::OpportunityReply| Ended {
            record: None,
            difference: Some(changes::told((before, &reply.opportunity), &intended)),
        };
        let reply = self.write(behalf, (plan, "opportunity"), at.client.call(change), told).await?;
        Ok(reply.opportunity)
    }

    async fn create_deal(
        &self,
        behalf: &Behalf,
        at: &Connected<T, C>,
        create: &CreateOpportunity,
    ) -> Result<models::Opportunity, CrmError> {
        let names = self.fields.known(at, self.now()).await;
        let names = names.as_ref().map(|names| &names.opportunity);
        let intended = [("name", &create.name), ("status", &create.status.as_str().to_owned())]
            .map(|(key, text)| (key.to_owned(), text.as_str().into()));
        let plan = Plan::create("opportunity.upserted", made_of(&intended.into()));
        let plan = plan.on_contact(create.contact_id.as_str());
        let told = |reply: &models::OpportunityReply| {
            let made = changes::made(&reply.opportunity, names);
            Ended::made(Entity::Opportunity, reply.opportunity.id.as_str(), made)
        };
        let reply = self.write(behalf, (plan, "opportunity"), at.client.call(create), told).await?;
        Ok(reply.opportunity)
    }

    /// The writes of custom fields by name.
    async fn deal_fields(
        &self,
        at: &Connected<T, C>,
        values: &BTreeMap<String, Value>,
    ) -> Result<Vec<CustomFieldWrite>, CrmError> {
        if values.is_empty() {
            return Ok(Vec::new());
        }
        let read = || self.fields.current(at, self.now());
        let names = read().await.map_err(|error| refusal(&error, "location"))?;
        if let Ok(writes) = fields::writes(&names.opportunity, values) {
            return Ok(writes);
        }
        self.fields.forget(&at.location);
        let names = read().await.map_err(|error| refusal(&error, "location"))?;
        fields::writes(&names.opportunity, values).map_err(CrmError::Invalid)
    }

    async fn told(
        &self,
        at: &Connected<T, C>,
        opportunity: &models::Opportunity,
    ) -> Reading<Opportunity> {
        let all = self.pipelines.known(at, self.now()).await;
        let names = self.fields.known(at, self.now()).await;
        let names = names.as_ref().map(|names| &names.opportunity);
        Reading::of_vendor(told::of_vendor(opportunity, &all, names), self.now())
    }

    /// The pipelines for what the mirror says, which is told without their names too.
    async fn known_pipelines(&self, behalf: &Behalf) -> Arc<Vec<Pipeline>> {
        match self.connected(behalf).await {
            Ok(at) => self.pipelines.known(&at, self.now()).await,
            Err(_) => Arc::default(),
        }
    }
}

fn owner(id: Option<&str>) -> Result<Option<UserId>, CrmError> {
    id.map(|id| checked(id, "user").map(UserId::new)).transpose()
}

fn check_value(value: Option<f64>) -> Result<(), CrmError> {
    match value.is_none_or(|value| value.is_finite() && value >= 0.0) {
        true => Ok(()),
        false => Err(CrmError::invalid("/value", "give a number that is not negative")),
    }
}
