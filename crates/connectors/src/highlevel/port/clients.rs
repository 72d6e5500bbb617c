//! Where the port has its clients from: one for each connection, on behalf of one location.

use domain::{OrganizationId, Tenant, crm::Answer};
use highlevel::{Client, LocationId};

/// Gives clients of stored connections. Its errors say what a person can do.
pub trait Clients<T, C>: Send + Sync {
    /// The client of a connection, for the location of this id, or for the only one that it has.
    /// Nothing is sent for it.
    fn client<'a>(
        &'a self,
        tenant: &'a Tenant,
        account: Option<&'a str>,
    ) -> Answer<'a, Connected<T, C>>;

    /// The connections of an organization that lead to HighLevel, in order of their ids.
    fn connections<'a>(&'a self, organization: &'a OrganizationId) -> Answer<'a, Vec<Tenant>>;
}

/// A client, and on behalf of which location it calls.
pub struct Connected<T, C> {
    /// The client.
    pub client: Client<T, C>,
    /// The location.
    pub location: LocationId,
}
