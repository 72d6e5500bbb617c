//! Hands leads over to RepairShopr: the only thing that the hub ever writes there.

use std::sync::Arc;

use domain::{BoxFuture, ShopLead, ShopLeadError, ShopLeads, Tenant};
use endpoint::{Retry, Timer, Transport};
use repairshopr::{
    Client, Error, Kind, Paging,
    models::{Found, Lead},
    resources::{CreateLead, List},
};

use super::ShopClients;

/// The leads of RepairShopr, by clients of stored connections.
pub struct LeadDesk<T, C>(Arc<dyn ShopClients<T, C>>);

impl<T: Transport, C: Timer> LeadDesk<T, C> {
    /// Leads through these clients. Nothing is sent.
    #[must_use]
    pub fn new(clients: Arc<dyn ShopClients<T, C>>) -> Self {
        Self(clients)
    }

    async fn client(&self, shop: &Tenant) -> Result<Client<T, C>, ShopLeadError> {
        self.0.client(shop).await.map_err(ShopLeadError::Refused)
    }

    /// There is no search for leads by address, so all of them are looked at.
    async fn found(&self, shop: &Tenant, lead: &ShopLead) -> Result<Option<String>, ShopLeadError> {
        let client = self.client(shop).await?;
        let mut paging = Paging::default();
        while let Some(number) = paging.next_page() {
            let page = client.call(&List::<Lead>::page(number)).await;
            let rows = paging.take(page.map_err(|error| refused(&error))?);
            if let Some(same) = rows.iter().find(|row| is_same(row, lead)) {
                return Ok(Some(same.id.to_string()));
            }
        }
        Ok(None)
    }

    async fn made(&self, shop: &Tenant, lead: &ShopLead) -> Result<String, ShopLeadError> {
        let lead = lead.clone();
        let create = CreateLead {
            first_name: lead.first_name,
            last_name: lead.last_name,
            business_name: lead.company,
            email: lead.email,
            phone: lead.phone,
            address: lead.street,
            city: lead.city,
            state: lead.region,
            zip: lead.postal_code,
            ticket_subject: Some(lead.mark),
            ..CreateLead::default()
        };
        match self.client(shop).await?.call(&create).await {
            Ok(Found(Some(made))) => Ok(made.id.to_string()),
            Ok(Found(None)) => Err(ShopLeadError::InDoubt),
            Err(error) if error.is_ambiguous() => Err(ShopLeadError::InDoubt),
            Err(error) => Err(refused(&error)),
        }
    }
}

impl<T: Transport, C: Timer> ShopLeads for LeadDesk<T, C> {
    fn find<'a>(
        &'a self,
        shop: &'a Tenant,
        lead: &'a ShopLead,
    ) -> BoxFuture<'a, Result<Option<String>, ShopLeadError>> {
        Box::pin(self.found(shop, lead))
    }

    fn create<'a>(
        &'a self,
        shop: &'a Tenant,
        lead: &'a ShopLead,
    ) -> BoxFuture<'a, Result<String, ShopLeadError>> {
        Box::pin(self.made(shop, lead))
    }
}

/// Whether a lead is this one: it says so, or it has the same address or, without one, the same number.
fn is_same(row: &Lead, lead: &ShopLead) -> bool {
    let digits = |text: &str| {
        let digits: String = text.chars().filter(char::is_ascii_digit).collect();
        // The last ten: a shop drops the country.
        digits[digits.len().saturating_sub(10)..].to_owned()
    };
    match (&row.email, &lead.email) {
        _ if row.ticket_subject.as_deref() == Some(lead.mark.as_str()) => true,
        (Some(one), Some(other)) => one.trim().eq_ignore_ascii_case(other.trim()),
        (None, None) => match (&row.phone, &lead.phone) {
            (Some(one), Some(other)) => digits(one) == digits(other),
            _ => false,
        },
        _ => false,
    }
}

fn refused(error: &Error) -> ShopLeadError {
    let reason = error.to_string();
    match error.kind() {
        Kind::Unreachable | Kind::Interrupted | Kind::Throttled | Kind::Failed => {
            let wait = match error.retry() {
                Retry::After(wait) => Some(wait),
                Retry::Backoff | Retry::Never => None,
            };
            ShopLeadError::Later { reason, wait }
        }
        _ => ShopLeadError::Refused(reason),
    }
}
