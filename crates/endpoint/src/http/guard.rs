//! The guard: judges the addresses that a name leads to, and lets the transport call only those.
//!
//! The addresses that are judged are the ones that are called: a name that leads elsewhere a moment
//! later gains nothing.

use std::{fmt, future::Future, io, net::IpAddr, net::SocketAddr, pin::Pin, sync::Arc};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::reach::{Reach, Refusal};

/// Finds the addresses of a name.
pub trait Lookup: Send + Sync {
    /// The addresses behind a name.
    fn lookup(&self, name: String)
    -> Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;
}

/// Asks the operating system.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemLookup;

impl Lookup for SystemLookup {
    fn lookup(
        &self,
        name: String,
    ) -> Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>> {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// What a transport may reach, and who tells what a name leads to. Cheap to clone.
#[derive(Clone)]
pub struct Guard {
    reach: Arc<Reach>,
    lookup: Arc<dyn Lookup>,
}

impl fmt::Debug for Guard {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Guard").field("reach", &self.reach).finish_non_exhaustive()
    }
}

impl Guard {
    /// A guard that asks the operating system.
    #[must_use]
    pub fn new(reach: Reach) -> Self {
        Self::asking(reach, Arc::new(SystemLookup))
    }

    /// A guard that asks somebody else.
    #[must_use]
    pub fn asking(reach: Reach, lookup: Arc<dyn Lookup>) -> Self {
        Self { reach: Arc::new(reach), lookup }
    }

    /// What may be reached.
    #[must_use]
    pub fn reach(&self) -> &Reach {
        &self.reach
    }

    /// The addresses behind a name that may be called.
    ///
    /// # Errors
    /// [`Refusal`] where there is none, or what the look-up said.
    async fn addresses(
        &self,
        name: &str,
    ) -> Result<Vec<SocketAddr>, Box<dyn std::error::Error + Send + Sync>> {
        let found = self.lookup.lookup(name.to_owned()).await?;
        if found.is_empty() {
            return Err(Refusal::Nowhere.into());
        }
        let may = |address: &IpAddr| self.reach.judge(Some(name), *address).is_ok();
        let addresses: Vec<_> =
            found.into_iter().filter(may).map(|address| SocketAddr::new(address, 0)).collect();
        if addresses.is_empty() { Err(Refusal::Private.into()) } else { Ok(addresses) }
    }
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let guard = self.clone();
        Box::pin(async move {
            let addresses = guard.addresses(name.as_str()).await?;
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests;
