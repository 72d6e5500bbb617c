//! Reads which contacts of the CRM are leads for the shop, and hands each over once.
//!
//! A link says that a lead is about to be made before it is. Whoever finds that after a crash, or after
//! a call whose end nobody knows, looks for the lead at the shop before making it.

use std::sync::Arc;

use domain::{
    Clock, Entity, Link, LinkEnd, LinkStanding, Links, Mirror, Record, RecordCondition,
    RecordQuery, ShopLead, ShopLeadError, ShopLeads, StorageError,
};
use policy::shop::lead::lead;

use super::{Brought, PAGE, PATIENCE, ShopPlan, ShopReport, ShopStep};

/// The reason where the shop has the person as a customer.
const CUSTOMER: &str = "customer_already";
/// The reason where it had the lead.
const HAD: &str = "lead_already";

/// Hands leads over.
pub struct LeadHandover<S> {
    /// The mirror with both sides, and the links.
    pub store: S,
    /// The shop.
    pub leads: Arc<dyn ShopLeads>,
    /// Which tag makes a contact a lead.
    pub tag: String,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// What became of a lead that could not be handed over.
enum Trouble {
    Shop(ShopLeadError),
    Storage(StorageError),
}

impl From<StorageError> for Trouble {
    fn from(error: StorageError) -> Self {
        Self::Storage(error)
    }
}

impl From<ShopLeadError> for Trouble {
    fn from(error: ShopLeadError) -> Self {
        Self::Shop(error)
    }
}

impl<S: Mirror + Links + Sync> LeadHandover<S> {
    /// Hands over every contact that is a lead and was not handed over yet.
    ///
    /// # Errors
    /// Where the store fails. What was done until then stays done.
    pub async fn run(
        &self,
        plan: &ShopPlan,
        tell: &mut (dyn FnMut(&ShopStep) + Send),
    ) -> Result<ShopReport, StorageError> {
        let mut report = ShopReport::default();
        let own: Vec<String> = plan.rules.tags.iter().cloned().collect();
        let mut query = RecordQuery {
            conditions: vec![RecordCondition::Has("tags", self.tag.trim().to_owned())],
            ..RecordQuery::all(plan.behalf.tenant.clone(), Entity::Contact, PAGE)
        };
        let mut failures_in_a_row = 0;
        loop {
            let page = self.store.find_records(&query).await?;
            for contact in &page.records {
                let Some(lead) = lead(contact, &self.tag, &own) else { continue };
                let brought = match self.hand_over(plan, contact, &lead).await {
                    Ok(brought) => brought,
                    Err(Trouble::Storage(error)) => return Err(error),
                    Err(Trouble::Shop(error)) => {
                        failures_in_a_row += 1;
                        Brought::Failed(error.to_string())
                    }
                };
                if matches!(brought, Brought::Created(_)) {
                    failures_in_a_row = 0;
                }
                let step = ShopStep { row: contact.key.clone(), brought, left_out: Vec::new() };
                tell(&step);
                report.add(step);
                if failures_in_a_row >= PATIENCE {
                    report.stopped = report.failures.last().map(|one| one.reason.clone());
                    return Ok(report);
                }
            }
            match page.next {
                Some(next) => query.after = Some(next),
                None => return Ok(report),
            }
        }
    }

    async fn hand_over(
        &self,
        plan: &ShopPlan,
        contact: &Record,
        lead: &ShopLead,
    ) -> Result<Brought, Trouble> {
        let organization = &plan.shop.organization;
        let mapping = format!("{}_leads", plan.mapping);
        let end = LinkEnd::Record(&contact.key.id);
        let link = match self.store.link(organization, &mapping, end).await? {
            Some(link) if link.standing == LinkStanding::Live => return Ok(Brought::Unchanged),
            Some(link) => link,
            None if self.is_customer(plan, lead).await? => return Ok(Brought::Skipped(CUSTOMER)),
            None => {
                let new = Link::new(organization.clone(), &mapping);
                let record = Some(contact.key.id.clone());
                let making = Link { record, standing: LinkStanding::Making, ..new };
                match self.store.put_link(making, Vec::new()).await? {
                    Some(link) => link,
                    // Somebody else is at it.
                    None => return Ok(Brought::Unchanged),
                }
            }
        };
        let (id, had) = match self.leads.find(&plan.shop, lead).await? {
            Some(id) => (id, true),
            None => (self.leads.create(&plan.shop, lead).await?, false),
        };
        let now = Some(self.clock.now());
        let row = Some(format!("lead/{id}"));
        let made = Link { row, standing: LinkStanding::Live, synced_at: now, ..link };
        self.store.put_link(made, Vec::new()).await?;
        Ok(if had { Brought::Skipped(HAD) } else { Brought::Created(id) })
    }

    /// Whether the shop has the person as a customer, or as a contact below one.
    async fn is_customer(&self, plan: &ShopPlan, lead: &ShopLead) -> Result<bool, StorageError> {
        let Some(email) = &lead.email else { return Ok(false) };
        for entity in [Entity::Customer, Entity::Contact] {
            let query = RecordQuery {
                conditions: vec![RecordCondition::IsLike("email", email.clone())],
                ..RecordQuery::all(plan.shop.clone(), entity, 1)
            };
            if !self.store.find_records(&query).await?.records.is_empty() {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
