//! What tools work with: the vendor, the port, the books and the mirror, each opened when it is needed.

use std::sync::Arc;

use domain::{BoxFuture, Clock, Queries, crm::Crm};
use highlevel::{RawCall, RawReply};

use crate::{Caller, Place, ToolError, books::Books};

/// Everything behind the tools. Nothing is opened and nobody is called before a tool asks.
pub trait House: Send + Sync + 'static {
    /// The locations in which a caller may work, in order; the first counts where none is named.
    fn places<'a>(&'a self, caller: &'a Caller) -> BoxFuture<'a, Result<Vec<Place>, ToolError>>;

    /// Makes one call at the vendor for a location, within its limits and with its repetitions. No
    /// token is ever in the call or in the reply.
    fn call<'a>(
        &'a self,
        place: &'a Place,
        call: RawCall,
    ) -> BoxFuture<'a, Result<RawReply, ToolError>>;

    /// The port for applications: contacts, opportunities, notes, appointments and messages with
    /// their change sets, STOP included.
    fn crm(&self) -> BoxFuture<'_, Result<Arc<dyn Crm>, ToolError>>;

    /// The audit, change sets, undo and the stories of events.
    fn books(&self) -> BoxFuture<'_, Result<Arc<dyn Books>, ToolError>>;

    /// The mirror.
    fn queries(&self) -> BoxFuture<'_, Result<Arc<dyn Queries>, ToolError>>;

    /// The time.
    fn clock(&self) -> &dyn Clock;
}
