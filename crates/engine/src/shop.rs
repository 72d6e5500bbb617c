//! Reads a shop's customers in the mirror, writes the people that they are to the CRM, and keeps the links.
//!
//! It looks at what is, not at what happened: whoever is there as the shop has them costs no call, and a
//! run that was cut off is taken up by the next one. What one person fails on is told, and the others
//! are gone on with. Nothing is ever written to the shop.

mod bring;
mod leads;
mod report;

use std::{collections::BTreeMap, sync::Arc};

use domain::{
    Clock, Entity, Links, Mirror, Record, RecordKey, RecordQuery, StorageError, Tenant,
    crm::{Behalf, Crm, CrmError},
};
use policy::shop::{merge, people};
use serde_json::Value;

use self::bring::Trouble;
pub use self::leads::LeadHandover;
pub use self::report::{Brought, ShopFailure, ShopReport, ShopStep};
pub use policy::shop::{LeftOut, ShopRules, UnknownRule};

/// How many rows one look into the mirror takes.
const PAGE: usize = 500;

/// After so many failures of the CRM in a row the run ends: every further one would cost a call too.
const PATIENCE: u32 = 5;

/// Which shop is brought where, and how.
#[derive(Clone, Debug)]
pub struct ShopPlan {
    /// The connection of the shop.
    pub shop: Tenant,
    /// On whose behalf the CRM is written to.
    pub behalf: Behalf,
    /// What its links are called: another pair of shop and CRM has another name.
    pub mapping: String,
    /// How customers become people.
    pub rules: ShopRules,
}

/// Brings shops' customers.
pub struct ShopSync<S> {
    /// The mirror with both sides, and the links.
    pub store: S,
    /// The CRM.
    pub crm: Arc<dyn Crm>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

/// Why a run brings nobody at all.
#[derive(Debug, thiserror::Error)]
pub enum ShopError {
    /// The CRM cannot be written to.
    #[error("prepare the CRM for what the shop has: {0}; {hint}", hint = .0.hint())]
    Crm(CrmError),
    /// The store failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl<S: Mirror + Links + Sync> ShopSync<S> {
    /// Brings everybody, and tells each step as it is done.
    ///
    /// # Errors
    /// Where the store fails, or the CRM cannot be written to. What was done until then stays done.
    pub async fn run(
        &self,
        plan: &ShopPlan,
        tell: &mut (dyn FnMut(&ShopStep) + Send),
    ) -> Result<ShopReport, ShopError> {
        let mut report = ShopReport::default();
        let plan = &self.prepared(plan).await.map_err(ShopError::Crm)?;
        let contacts = self.contacts_by_customer(plan).await?;
        let mut query = RecordQuery::all(plan.shop.clone(), Entity::Customer, PAGE);
        let mut failures_in_a_row = 0;
        loop {
            let page = self.store.find_records(&query).await?;
            for customer in &page.records {
                let keys = contacts.get(&customer.key.id).map(Vec::as_slice).unwrap_or_default();
                let below = self.store.records(&plan.shop, keys).await?;
                for (row, person) in people(customer, &below, &plan.rules) {
                    let brought = match &person {
                        Ok(person) => self.bring(plan, person).await,
                        Err(passed) => Ok(Brought::Skipped(passed.name())),
                    };
                    let left_out = person.map(|person| person.left_out).unwrap_or_default();
                    let (brought, stops) = match brought {
                        Ok(brought) => (brought, None),
                        Err(Trouble::Storage(error)) => return Err(error.into()),
                        Err(Trouble::Person(reason)) => (Brought::Failed(reason), None),
                        Err(Trouble::Crm(error)) => {
                            failures_in_a_row += 1;
                            let stops = stops(&error, failures_in_a_row);
                            (Brought::Failed(sentence(&error)), stops.then(|| sentence(&error)))
                        }
                    };
                    if matches!(brought, Brought::Created(_) | Brought::Updated(_)) {
                        failures_in_a_row = 0;
                    }
                    let step = ShopStep { row, brought, left_out };
                    tell(&step);
                    report.add(step);
                    if let Some(reason) = stops {
                        report.stopped = Some(reason);
                        return Ok(report);
                    }
                }
            }
            match page.next {
                Some(next) => query.after = Some(next),
                None => return Ok(report),
            }
        }
    }

    /// The plan with the country of numbers, and the CRM with the field for the shop's id.
    async fn prepared(&self, plan: &ShopPlan) -> Result<ShopPlan, CrmError> {
        self.crm.ensure_contact_field(&plan.behalf, merge::ID_FIELD).await?;
        let mut plan = plan.clone();
        if plan.rules.country.is_none() {
            let country = self.crm.account_profile(&plan.behalf).await?.country;
            let rules = plan.rules.clone().in_country(&country.unwrap_or_default());
            // Numbers of a country that nobody here knows are left out, and told one by one.
            plan.rules = rules.unwrap_or(plan.rules);
        }
        Ok(plan)
    }

    /// The contacts below each customer, by its id.
    async fn contacts_by_customer(
        &self,
        plan: &ShopPlan,
    ) -> Result<BTreeMap<String, Vec<RecordKey>>, StorageError> {
        let mut query = RecordQuery::all(plan.shop.clone(), Entity::Contact, PAGE);
        let mut all: BTreeMap<String, Vec<RecordKey>> = BTreeMap::new();
        loop {
            let page = self.store.find_records(&query).await?;
            for contact in page.records {
                if let Some(customer) = customer_of(&contact) {
                    all.entry(customer).or_default().push(contact.key);
                }
            }
            match page.next {
                Some(next) => query.after = Some(next),
                None => break,
            }
        }
        // In an order that does not depend on when each changed: of two with one address, the same one
        // is the first in every run.
        all.values_mut().for_each(|keys| keys.sort());
        Ok(all)
    }
}

fn customer_of(contact: &Record) -> Option<String> {
    contact.fields.get("customer_id").and_then(Value::as_str).map(str::to_owned)
}

/// Whether a failure is one of every further call too.
fn stops(error: &CrmError, in_a_row: u32) -> bool {
    match error {
        CrmError::NeedsConsent { .. }
        | CrmError::NotConnected { .. }
        | CrmError::NotPermitted { .. }
        | CrmError::UsedUp { .. } => true,
        CrmError::Unavailable { .. } | CrmError::InDoubt => in_a_row >= PATIENCE,
        _ => false,
    }
}

/// What happened and what to do, without a value of the person.
fn sentence(error: &CrmError) -> String {
    format!("{error}; {}", error.hint())
}
