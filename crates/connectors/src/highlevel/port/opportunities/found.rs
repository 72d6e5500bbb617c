//! Finds opportunities: in the mirror, in the order of their changes, or at HighLevel.

use domain::{
    Audit, ChangeSets, Entity, Journal, Mirror, RecordCondition, RecordQuery,
    crm::{
        Behalf, CrmError, Opportunity, OpportunityFilter, OpportunityStatus, Page, PageWish,
        Reading,
    },
};
use endpoint::{Timer, Transport};
use highlevel::{ContactId, OpportunityId, models, resources::SearchOpportunities};
use serde_json::{Value, json};

use super::told;
use crate::highlevel::port::{
    Connected, Port, checked, cursor::Cursor, pipelines::Place, refusal::refusal,
};

/// How many HighLevel gives in a page at most (`facts/highlevel.md` 5).
const LARGEST_PAGE: u32 = 100;

impl<S, T, C> Port<S, T, C>
where
    S: Mirror + Audit + ChangeSets + Journal + Send + Sync,
    T: Transport,
    C: Timer,
{
    pub(super) async fn opportunities_in_mirror(
        &self,
        behalf: &Behalf,
        filter: &OpportunityFilter,
        page: &PageWish,
    ) -> Result<Page<Reading<Opportunity>>, CrmError> {
        // Names of pipelines are HighLevel's to tell; a list of all needs no connection to it.
        let place = match (&filter.pipeline, &filter.stage) {
            (None, None) => None,
            _ => self.asked_place(&self.connected(behalf).await?, filter).await?,
        };
        let mut conditions = Vec::new();
        let mut is = |field, value: Option<String>| {
            conditions.extend(value.map(|value| RecordCondition::Is(field, value)));
        };
        is("contact_id", filter.contact.clone());
        is("pipeline_id", place.as_ref().map(|place| place.pipeline.to_string()));
        is("stage_id", place.and_then(|place| place.stage).map(|stage| stage.to_string()));
        is("status", filter.status.map(|status| status.name().to_owned()));
        let query = RecordQuery {
            conditions,
            since: filter.updated_since,
            after: Cursor::in_mirror(page)?,
            ..RecordQuery::all(behalf.tenant.clone(), Entity::Opportunity, page.limit)
        };
        let found = self.store.find_records(&query).await?;
        let all = match found.records.is_empty() {
            true => Default::default(),
            false => self.known_pipelines(behalf).await,
        };
        let item = |record: &domain::Record| {
            Reading::of_mirror(told::of_mirror(record, &all), record.occurred_at)
        };
        Ok(Page {
            items: found.records.iter().map(item).collect(),
            next: found.next.map(|place| Cursor::Mirror(place).text()),
        })
    }

    pub(super) async fn opportunities_fresh(
        &self,
        behalf: &Behalf,
        filter: &OpportunityFilter,
        page: &PageWish,
    ) -> Result<Page<Reading<Opportunity>>, CrmError> {
        if filter.updated_since.is_some() {
            let message = "the CRM cannot search by it; leave out fresh=true";
            return Err(CrmError::invalid("updated_since", message));
        }
        let (start_after, start_after_id) = match Cursor::of_vendor(page)? {
            None => (None, None),
            Some(Value::Array(after)) if after.len() == 2 => {
                let text = |at: usize| after[at].as_str().unwrap_or_default().to_owned();
                (Some(text(0)), Some(OpportunityId::new(&text(1))))
            }
            Some(_) => return Err(CrmError::invalid("after", "it is one of another list")),
        };
        let at = self.connected(behalf).await?;
        let place = self.asked_place(&at, filter).await?;
        let contact_id = match &filter.contact {
            Some(contact) => Some(ContactId::new(checked(contact, "contact")?)),
            None => None,
        };
        let (pipeline_id, pipeline_stage_id) =
            place.map_or((None, None), |place| (Some(place.pipeline), place.stage));
        let limit = u32::try_from(page.limit).unwrap_or(LARGEST_PAGE).min(LARGEST_PAGE);
        let search = SearchOpportunities {
            contact_id,
            pipeline_id,
            pipeline_stage_id,
            status: filter.status.map(status),
            limit,
            start_after,
            start_after_id,
            ..SearchOpportunities::new(at.location.clone())
        };
        let reply = at.client.call(&search).await.map_err(|error| refusal(&error, "location"))?;
        let is_whole = reply.opportunities.len() >= limit as usize;
        let meta = reply.meta.unwrap_or_default();
        let after = meta.start_after.zip(meta.start_after_id).filter(|_| is_whole);
        let next = after.map(|(after, id)| {
            let after = after.as_str().map_or_else(|| after.to_string(), str::to_owned);
            Cursor::Vendor(json!([after, id])).text()
        });
        let all = self.pipelines.known(&at, self.now()).await;
        let names = self.fields.known(&at, self.now()).await;
        let names = names.as_ref().map(|names| &names.opportunity);
        let item = |told: &models::Opportunity| {
            Reading::of_vendor(told::of_vendor(told, &all, names), self.now())
        };
        Ok(Page { items: reply.opportunities.iter().map(item).collect(), next })
    }

    /// The place that a filter names.
    async fn asked_place(
        &self,
        at: &Connected<T, C>,
        filter: &OpportunityFilter,
    ) -> Result<Option<Place>, CrmError> {
        let Some(pipeline) = &filter.pipeline else {
            return match &filter.stage {
                None => Ok(None),
                Some(_) => Err(CrmError::invalid("stage", "name its pipeline too")),
            };
        };
        let wanted = (pipeline.as_str(), filter.stage.as_deref());
        Ok(Some(self.pipelines.place(at, wanted, self.now()).await?))
    }
}

/// A status as HighLevel takes it.
pub(super) fn status(status: OpportunityStatus) -> models::OpportunityStatus {
    models::OpportunityStatus::from(status.name().to_owned())
}
