//! The broker as the proxy's source of clients.

use domain::{BoxFuture, ProxyFault, ProxyRefusal, Storage};
use endpoint::{Timer, stream::StreamTransport};
use highlevel::{Client, Tenant};

use super::Clients;
use crate::highlevel::{Broker, BrokerError};

impl<S, T, C> Clients<T, C> for Broker<S, T, C>
where
    S: Storage,
    T: StreamTransport + Clone + 'static,
    C: Timer + Clone + 'static,
{
    fn client<'a>(
        &'a self,
        connection: &'a domain::Tenant,
        account: &'a Tenant,
    ) -> BoxFuture<'a, Result<Client<T, C>, ProxyRefusal>> {
        Box::pin(async move {
            let client = Broker::client(self, connection, Some(account)).await;
            client.map_err(|error| refusal(&error))
        })
    }
}

fn refusal(error: &BrokerError) -> ProxyRefusal {
    let fault = match error {
        BrokerError::OtherAccount { .. } => ProxyFault::Forbidden,
        BrokerError::Unknown(_)
        | BrokerError::NoToken(_)
        | BrokerError::NeedsConsent { .. }
        | BrokerError::Address(_) => ProxyFault::Unusable,
        BrokerError::Safe(_) | BrokerError::Storage(_) => {
            let cause = std::error::Error::source(error).map(ToString::to_string);
            tracing::error!(%error, cause, "a call of the proxy finds no client");
            let hint = "try again later; the hub's log says more";
            return ProxyRefusal::new(ProxyFault::Later(None), "the token cannot be read", hint);
        }
    };
    let told = error.to_string();
    let (sentence, hint) = told.rsplit_once("; ").unwrap_or((&told, "look at the connection"));
    ProxyRefusal::new(fault, sentence, hint)
}
