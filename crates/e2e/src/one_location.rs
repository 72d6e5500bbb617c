//! The one location that a hub in the test's own process reaches.

use connectors::highlevel::{
    Locations,
    port::{Clients, Connected},
};
use domain::{
    BoxFuture, ListError, ListScope, OrganizationId, Tenant,
    crm::{Answer, CrmError},
};
use endpoint::{Timer, http::HttpTransport};
use highlevel::{Client, LocationId};

/// A connection with its only location.
pub struct OneLocation<C> {
    /// Whose it is.
    pub tenant: Tenant,
    /// What it is called by.
    pub client: Client<HttpTransport, C>,
    /// Which it is.
    pub location: LocationId,
}

impl<C: Timer> Clients<HttpTransport, C> for OneLocation<C> {
    fn client<'a>(
        &'a self,
        asked: &'a Tenant,
        _: Option<&'a str>,
    ) -> Answer<'a, Connected<HttpTransport, C>> {
        let found = match *asked == self.tenant {
            true => Ok(Connected { client: self.client.clone(), location: self.location.clone() }),
            false => Err(CrmError::NotConnected { hint: "connect it".to_owned() }),
        };
        Box::pin(std::future::ready(found))
    }

    fn connections<'a>(&'a self, _: &'a OrganizationId) -> Answer<'a, Vec<Tenant>> {
        Box::pin(std::future::ready(Ok(vec![self.tenant.clone()])))
    }
}

impl<C: Timer> Locations for OneLocation<C> {
    fn locations(&self) -> BoxFuture<'_, Result<Vec<ListScope>, ListError>> {
        let (tenant, account) = (self.tenant.clone(), Some(self.location.to_string()));
        Box::pin(std::future::ready(Ok(vec![ListScope { tenant, account }])))
    }
}
