//! The services behind the routes: what knows vendors, in front of which `web` knows a trait.

use std::sync::Arc;

use crate::{ConsentCallbacks, set_up::SetUp};

/// Who answers what; a route whose service is missing says so.
#[derive(Clone, Default)]
pub struct Services {
    /// Takes what consent pages hand back.
    pub consents: Option<Arc<dyn ConsentCallbacks>>,
    /// Connects vendors for the pages.
    pub set_up: Option<Arc<dyn SetUp>>,
}
