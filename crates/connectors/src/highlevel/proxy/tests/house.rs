//! A proxy over a store in memory and a vendor that answers what a test says.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use domain::{
    Access, Account, AccountKey, Actor, ApiKeyId, Audit, BoxFuture, Connection, ConnectionId,
    ConnectionProfile, Connections, Memory, NewAudit, OrganizationId, Pieces, Profiles, Proxy,
    ProxyBody, ProxyCall, ProxyFault, ProxyRefusal, ProxyRights, Realm, Standing, contract::sample,
};
use endpoint::{
    Request, Response, TransportError,
    stream::{self, Gathered},
};
use highlevel::{Client, Settings, Tenant, auth::PrivateToken};

use super::super::{Clients, HighLevelProxy, ProxySettings};
use crate::{
    highlevel::HighLevel,
    stand_ins::{StillTimer, Told},
};

type Answer = Box<dyn Fn(&Request) -> Result<Response, TransportError> + Send>;

pub(super) struct House {
    pub(super) store: Memory,
    sent: Arc<Mutex<Vec<Request>>>,
    answer: Arc<Mutex<Answer>>,
    accounts: Arc<Mutex<Vec<String>>>,
}

/// A connection before it is stored.
pub(super) struct Made {
    pub(super) connection: Connection,
    pub(super) profile: ConnectionProfile,
    pub(super) accounts: Vec<String>,
}

pub(super) fn tenant(organization: &str, connection: &str) -> domain::Tenant {
    domain::Tenant {
        organization: OrganizationId::new(organization),
        connection: ConnectionId::new(connection),
    }
}

pub(super) fn connected(organization: &str, id: &str, accounts: &[&str]) -> Made {
    let tenant = tenant(organization, id);
    Made {
        connection: Connection {
            tenant: tenant.clone(),
            vendor: HighLevel::NAME.to_owned(),
            name: format!("{organization} {id}"),
            created_at: sample::at(0),
        },
        profile: ConnectionProfile {
            tenant,
            access: Access::PrivateToken,
            url: None,
            settings: BTreeMap::new(),
            account_name: None,
            scopes: Vec::new(),
            standing: Standing::Ready,
            revised_at: sample::at(0),
        },
        accounts: accounts.iter().map(|id| (*id).to_owned()).collect(),
    }
}

pub(super) fn actor() -> Actor {
    Actor::Key(ApiKeyId::new("key_1"))
}

/// A call of somebody who may do everything in the organization `alpha`.
pub(super) fn call(connection: &str, method: &str, path: &str) -> ProxyCall {
    ProxyCall {
        realm: Realm::Organization(OrganizationId::new("alpha")),
        actor: actor(),
        rights: ProxyRights { reads: true, writes: true },
        connection: connection.to_owned(),
        method: method.to_owned(),
        path: path.to_owned(),
        query: None,
        headers: Vec::new(),
        body: None,
    }
}

pub(super) fn of(headers: &[(&str, &str)]) -> Vec<(String, String)> {
    headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

pub(super) async fn text(pieces: Pieces) -> String {
    match stream::gather(pieces, usize::MAX).await.unwrap() {
        Gathered::Whole(body) | Gathered::Part(body, _) => {
            String::from_utf8(body.to_vec()).unwrap()
        }
    }
}

impl House {
    pub(super) async fn of(made: Made) -> Self {
        let answer: Answer =
            Box::new(|_| Ok(Response { status: 200, body: "{}".into(), ..Response::default() }));
        let house = Self {
            store: Memory::new(sample::clock()),
            sent: Arc::default(),
            answer: Arc::new(Mutex::new(answer)),
            accounts: Arc::default(),
        };
        house.add(made).await;
        house
    }

    pub(super) async fn add(&self, made: Made) {
        let owner = made.connection.tenant.clone();
        self.store.put_connection(made.connection).await.unwrap();
        assert!(self.store.put_profile(made.profile).await.unwrap());
        for id in made.accounts {
            let key = AccountKey::new(HighLevel::NAME, &id);
            let account = Account { key, tenant: owner.clone(), connected_at: sample::at(0) };
            assert!(self.store.connect_account(account).await.unwrap());
        }
    }

    pub(super) fn answer(
        &self,
        answer: impl Fn(&Request) -> Result<Response, TransportError> + Send + 'static,
    ) {
        *self.answer.lock().unwrap() = Box::new(answer);
    }

    pub(super) fn transport(&self) -> Told {
        let (sent, answer) = (Arc::clone(&self.sent), Arc::clone(&self.answer));
        Told::by(move |request| {
            sent.lock().unwrap().push(request.clone());
            (answer.lock().unwrap())(request)
        })
    }

    pub(super) fn proxy(&self, settings: ProxySettings) -> impl Proxy + use<> {
        let own = Settings {
            base_url: "https://vendor.test".to_owned(),
            retries: 0,
            throttle_retries: Some(0),
            ..Settings::default()
        };
        let client = Client::new(
            self.transport(),
            StillTimer::default(),
            Arc::new(PrivateToken::new("pit-hidden-token")),
            highlevel::LocationId::new("none"),
            own,
        );
        let clients = Arc::new(Own { client, accounts: Arc::clone(&self.accounts) });
        HighLevelProxy::new(self.store.clone(), clients, sample::clock(), settings)
    }

    /// Method, path and body of every request.
    pub(super) fn wire(&self) -> Vec<String> {
        let sent = self.sent.lock().unwrap();
        let line = |request: &Request| {
            let path = request.url.strip_prefix("https://vendor.test").unwrap();
            let body = String::from_utf8_lossy(&request.body);
            format!("{} {path} {body}", request.method).trim_end().to_owned()
        };
        sent.iter().map(line).collect()
    }

    pub(super) fn header(&self, request: usize, name: &str) -> Option<String> {
        let sent = self.sent.lock().unwrap();
        let found = sent[request].headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.clone())
    }

    /// The accounts for which clients were asked for.
    pub(super) fn accounts(&self) -> Vec<String> {
        self.accounts.lock().unwrap().clone()
    }

    /// The audit, the oldest entry first.
    pub(super) async fn audit(&self) -> Vec<NewAudit> {
        let entries = self.store.audit(&Realm::Installation, "", None, 100).await.unwrap();
        entries.into_iter().rev().map(|entry| entry.noted).collect()
    }
}

struct Own {
    client: Client<Told, StillTimer>,
    accounts: Arc<Mutex<Vec<String>>>,
}

impl Clients<Told, StillTimer> for Own {
    fn client<'a>(
        &'a self,
        _: &'a domain::Tenant,
        account: &'a Tenant,
    ) -> BoxFuture<'a, Result<Client<Told, StillTimer>, ProxyRefusal>> {
        self.accounts.lock().unwrap().push(account.to_string());
        Box::pin(std::future::ready(Ok(self.client.for_tenant(account.clone()))))
    }
}

/// A body that is there.
pub(super) struct Body(bytes::Bytes);

impl Body {
    pub(super) fn of(bytes: Vec<u8>) -> Option<Box<dyn ProxyBody>> {
        Some(Box::new(Self(bytes.into())))
    }

    pub(super) fn json(text: &str) -> Option<Box<dyn ProxyBody>> {
        Self::of(text.as_bytes().to_vec())
    }
}

impl ProxyBody for Body {
    fn length(&self) -> Option<u64> {
        Some(self.0.len() as u64)
    }

    fn whole(
        self: Box<Self>,
        limit: usize,
    ) -> BoxFuture<'static, Result<bytes::Bytes, ProxyRefusal>> {
        let outcome = match self.0.len() <= limit {
            true => Ok(self.0),
            false => Err(ProxyRefusal::new(ProxyFault::TooLarge, "large", "send less")),
        };
        Box::pin(std::future::ready(outcome))
    }

    fn pieces(self: Box<Self>, limit: u64) -> Pieces {
        stream::cap(stream::whole(self.0), limit)
    }
}
