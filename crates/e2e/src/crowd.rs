//! A crowd: callers who write contacts through one client at the same time, and what came of it.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use anyhow::Result;
use endpoint::{
    Method, Request, Response, Transport, TransportError,
    http::{HttpTransport, Settings as HttpSettings},
};
use highlevel::{
    Client, Error, LocationId, Settings,
    auth::PrivateToken,
    models::ContactFields,
    resources::{CreateContact, SafeUpsert, SearchContacts, UpsertContact, Upserted, safe_upsert},
};
use tokio::task::JoinSet;

use crate::Runtime;

/// How many callers a crowd has.
const CALLERS: usize = 20;

/// An account of the simulated HighLevel, as its users know it.
#[derive(Clone, Debug)]
pub struct Account {
    /// Where it is.
    pub url: String,
    /// Its private token.
    pub token: String,
    /// Its location.
    pub location_id: String,
}

/// How a contact is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Write {
    /// Created, by one call that must not be repeated.
    Create,
    /// Upserted, by one call.
    Upsert,
    /// Looked up, then created: two calls where nothing goes wrong.
    SafeUpsert,
}

/// Callers with one client.
pub struct Crowd {
    client: Client<Counting, Runtime>,
    traffic: Arc<Traffic>,
    location_id: LocationId,
}

/// What a crowd was told about its writes, by the e-mail address of the contact.
#[derive(Debug, Default)]
pub struct Written {
    /// Who is said to be there.
    pub succeeded: BTreeSet<String>,
    /// What is said about the others.
    pub failed: BTreeMap<String, String>,
}

/// What succeeded and failed, held against what is there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Writes that were said to succeed.
    pub succeeded: usize,
    /// Writes that were said to fail.
    pub failed: usize,
    /// Contacts that are said to be there and are not.
    pub lost: usize,
    /// Contacts that are there more than once.
    pub doubled: usize,
}

/// What a crowd sent.
#[derive(Debug, Default)]
pub struct Traffic {
    requests: AtomicU64,
    throttled: AtomicU64,
}

impl Crowd {
    /// With a client of its own.
    ///
    /// # Errors
    /// When this machine has no transport.
    pub fn new(account: &Account, settings: Settings) -> Result<Self> {
        let traffic = Arc::<Traffic>::default();
        let http = HttpTransport::new(HttpSettings::default())?;
        let transport = Counting { http, traffic: Arc::clone(&traffic) };
        let settings = Settings { base_url: account.url.clone(), ..settings };
        let location_id = LocationId::new(&account.location_id);
        let tokens = Arc::new(PrivateToken::new(&account.token));
        let client = Client::new(transport, Runtime, tokens, location_id.clone(), settings);
        Ok(Self { client, traffic, location_id })
    }

    /// Writes the contacts with these numbers, each once.
    ///
    /// # Panics
    /// When a caller does.
    pub async fn write(&self, write: Write, numbers: Range<usize>) -> Written {
        let next = Arc::new(AtomicUsize::new(numbers.start));
        let written = Arc::<Mutex<Written>>::default();
        let mut callers = JoinSet::new();
        for _ in 0..CALLERS {
            let (next, written) = (Arc::clone(&next), Arc::clone(&written));
            let (client, location_id) = (self.client.clone(), self.location_id.clone());
            callers.spawn(async move {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= numbers.end {
                        return;
                    }
                    let email = format!("person.{number}@crowd.example");
                    let told = write_one(&client, &location_id, write, &email).await;
                    let mut written = written.lock().unwrap_or_else(PoisonError::into_inner);
                    match told {
                        Ok(()) => drop(written.succeeded.insert(email)),
                        Err(error) => drop(written.failed.insert(email, error.to_string())),
                    }
                }
            });
        }
        callers.join_all().await;
        let mut written = written.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut written)
    }

    /// What it sent so far.
    #[must_use]
    pub fn traffic(&self) -> &Traffic {
        &self.traffic
    }

    /// Holds what was told against the contacts that the account has.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn judge(&self, written: &Written) -> Result<Verdict> {
        let mut contacts = BTreeMap::<String, usize>::new();
        let mut pages = self.client.pages(SearchContacts::new(self.location_id.clone()));
        while let Some(page) = pages.next().await {
            for contact in page? {
                *contacts.entry(contact.email.unwrap_or_default()).or_default() += 1;
            }
        }
        let is_lost = |email: &&String| !contacts.contains_key(*email);
        Ok(Verdict {
            succeeded: written.succeeded.len(),
            failed: written.failed.len(),
            lost: written.succeeded.iter().filter(is_lost).count(),
            doubled: contacts.values().filter(|times| **times > 1).count(),
        })
    }
}

impl Traffic {
    /// How many requests left.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// How many were answered with 429.
    #[must_use]
    pub fn throttled(&self) -> u64 {
        self.throttled.load(Ordering::Relaxed)
    }
}

async fn write_one(
    client: &Client<Counting, Runtime>,
    location_id: &LocationId,
    write: Write,
    email: &str,
) -> Result<(), Error> {
    let (location_id, email) = (location_id.clone(), Some(email.to_owned()));
    let fields = ContactFields { email, ..ContactFields::default() };
    match write {
        Write::Create => client.call(&CreateContact::new(location_id, fields)).await.map(drop),
        Write::Upsert => client.call(&UpsertContact::new(location_id, fields)).await.map(drop),
        Write::SafeUpsert => {
            let wanted =
                SafeUpsert { location_id, fields, company_name: None, add_tags: Vec::new() };
            match safe_upsert(client, &wanted).await? {
                Upserted::Created { .. } | Upserted::Updated { .. } => Ok(()),
                Upserted::TwoContacts { .. } => unreachable!("nobody has a phone number"),
            }
        }
    }
}

/// Somebody else with the same token, who keeps no limit and asks at an even pace until dropped.
pub struct Stranger {
    traffic: Arc<Traffic>,
    _asking: JoinSet<()>,
}

impl Stranger {
    /// Begins to ask.
    ///
    /// # Errors
    /// When this machine has no transport.
    pub fn begin(account: &Account, every: Duration) -> Result<Self> {
        let traffic = Arc::<Traffic>::default();
        let http = HttpTransport::new(HttpSettings::default())?;
        let transport = Counting { http, traffic: Arc::clone(&traffic) };
        let url = format!("{}/contacts/?locationId={}&limit=1", account.url, account.location_id);
        let request =
            Request { method: Method::Get, url, headers: Vec::new(), body: Vec::new().into() }
                .with_header("authorization", format!("Bearer {}", account.token))
                .with_header("version", "2021-07-28");
        let mut asking = JoinSet::new();
        asking.spawn(async move {
            let mut pace = tokio::time::interval(every);
            loop {
                pace.tick().await;
                // What it is answered is counted, and nothing else follows from it.
                let _ = transport.send(request.clone()).await;
            }
        });
        Ok(Self { traffic, _asking: asking })
    }

    /// What it sent so far.
    #[must_use]
    pub fn traffic(&self) -> &Traffic {
        &self.traffic
    }
}

/// Speaks HTTP and counts.
struct Counting {
    http: HttpTransport,
    traffic: Arc<Traffic>,
}

impl Transport for Counting {
    async fn send(&self, request: Request) -> Result<Response, TransportError> {
        self.traffic.requests.fetch_add(1, Ordering::Relaxed);
        let response = self.http.send(request).await?;
        let is_throttled = u64::from(response.status == 429);
        self.traffic.throttled.fetch_add(is_throttled, Ordering::Relaxed);
        Ok(response)
    }
}
