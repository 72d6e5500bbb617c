//! The services behind the routes: what knows vendors, in front of which `web` knows a trait.

use std::sync::Arc;

use domain::{Mapping, Proxy, Queries, SubscriptionNotary, crm::Crm};

use crate::{Assistants, ConsentCallbacks, Installation, set_up::SetUp};

/// Who answers what; a route whose service is missing says so.
#[derive(Clone, Default)]
pub struct Services {
    /// Has the tools of assistants.
    pub assistants: Option<Arc<dyn Assistants>>,
    /// Takes what consent pages hand back.
    pub consents: Option<Arc<dyn ConsentCallbacks>>,
    /// Passes calls on to HighLevel.
    pub proxy: Option<Arc<dyn Proxy>>,
    /// Passes calls on to the address of HighLevel's own application, where that is switched on.
    pub browser_proxy: Option<Arc<dyn Proxy>>,
    /// The CRM behind the port for applications.
    pub crm: Option<Arc<dyn Crm>>,
    /// What is kept equal with what.
    pub mappings: Arc<[Mapping]>,
    /// Looks after the installation.
    pub installation: Option<Arc<dyn Installation>>,
    /// Connects vendors for the pages.
    pub set_up: Option<Arc<dyn SetUp>>,
    /// Answers what is asked of the mirror in SQL and by words.
    pub queries: Option<Arc<dyn Queries>>,
    /// Judges the addresses of subscriptions and makes their secrets.
    pub subscriptions: Option<Arc<dyn SubscriptionNotary>>,
}
