//! The office of subscriptions: registers them, changes them, and tells what they were told.
//!
//! The command line and the API come here, so that both say and do the same.

use std::sync::Arc;

use domain::{
    ActionId, ActionState, Actor, Clock, ConnectionId, Dropped, EventId, KindFilter, NewAudit,
    NotificationPage, OrganizationId, Outcome, Realm, Replay, SecretVersions, Sequence, Storage,
    StorageError, Subscription, SubscriptionId, SubscriptionNotary, SubscriptionState, Tracked,
};
use jiff::Timestamp;
use policy::rules::notify_subscribers;
use secrecy::SecretString;

/// How many subscriptions an organization may have: each event is sent once for each of them.
pub const MOST: usize = 100;

/// The longest name, in characters.
pub const LONGEST_NAME: usize = 100;

/// How many notifications are taken together where all dead ones are told again.
const TOGETHER: usize = 100;

/// How often a change that somebody else overtook is tried again.
const TRIES: usize = 5;

/// What a new subscription is to be.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Whose it is.
    pub organization: OrganizationId,
    /// The one connection that it is told of.
    pub connection: Option<ConnectionId>,
    /// What it is for.
    pub name: String,
    /// Where notifications are posted to.
    pub url: String,
    /// Which kinds it is told of.
    pub kinds: KindFilter,
}

/// What is to be changed of a subscription; what is none stays.
#[derive(Clone, Debug, Default)]
pub struct Amendment {
    /// What it is for.
    pub name: Option<String>,
    /// Where notifications are posted to.
    pub url: Option<String>,
    /// Which kinds it is told of.
    pub kinds: Option<KindFilter>,
    /// Whether anything is sent.
    pub is_active: Option<bool>,
    /// The revision that this is based on; where it is another by now, nothing is changed.
    pub based_on: Option<u64>,
}

/// What is to be told again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// Everything that came at this time or later.
    Since(Timestamp),
    /// One event.
    Event(EventId),
}

/// Why the office did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// There is none, or none that the caller may know of.
    #[error("there is no such subscription; list those that are there")]
    Absent,
    /// Its organization is not there.
    #[error("there is no such organization; list those that are there")]
    NoOrganization,
    /// The address may not be called.
    #[error("{0}")]
    Url(String),
    /// The name is none.
    #[error("the name is empty or longer than {LONGEST_NAME} characters; give a short one")]
    Name,
    /// There are enough.
    #[error("the organization has {MOST} subscriptions already; remove one first")]
    TooMany,
    /// Somebody else changed it first.
    #[error("somebody else changed the subscription; read it again, then change it")]
    Changed,
    /// It is paused or disabled.
    #[error("the subscription is not active; resume it first")]
    NotActive,
    /// There is no such event.
    #[error("there is no such event; list the events that are there")]
    NoEvent,
    /// It is not told of this event.
    #[error("the subscription is not told of this kind of event; give it the kind first")]
    NotWanted,
    /// Its secret cannot be made.
    #[error("{0}")]
    Secret(String),
    /// The store failed.
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// The office.
pub struct Subscriptions<S> {
    store: S,
    notary: Arc<dyn SubscriptionNotary>,
    clock: Arc<dyn Clock>,
}

impl<S: Clone> Clone for Subscriptions<S> {
    fn clone(&self) -> Self {
        let (notary, clock) = (Arc::clone(&self.notary), Arc::clone(&self.clock));
        Self { store: self.store.clone(), notary, clock }
    }
}

impl<S: Storage> Subscriptions<S> {
    /// The office over a store.
    #[must_use]
    pub fn new(store: S, notary: Arc<dyn SubscriptionNotary>, clock: Arc<dyn Clock>) -> Self {
        Self { store, notary, clock }
    }

    /// The subscriptions of a realm, the oldest first.
    ///
    /// # Errors
    /// Where the store fails.
    pub async fn list(&self, realm: &Realm) -> Result<Vec<Subscription>, Refused> {
        let mut found = self.store.subscriptions(realm.organization()).await?;
        found.retain(|one| holds(realm, one));
        Ok(found)
    }

    /// A subscription of a realm.
    ///
    /// # Errors
    /// [`Refused::Absent`] where the realm holds none with this id.
    pub async fn find(&self, realm: &Realm, id: &SubscriptionId) -> Result<Subscription, Refused> {
        let found = self.store.subscription(id).await?;
        found.filter(|one| holds(realm, one)).ok_or(Refused::Absent)
    }

    /// Registers a subscription, and gives its secret, this once.
    ///
    /// # Errors
    /// Where something about the draft is refused.
    pub async fn register(
        &self,
        draft: Draft,
        actor: &Actor,
    ) -> Result<(Subscription, SecretString), Refused> {
        let Draft { organization, connection, name, url, kinds } = draft;
        let name = named(&name)?;
        self.notary.judge(&url).map_err(Refused::Url)?;
        if self.store.organization(&organization).await?.is_none() {
            return Err(Refused::NoOrganization);
        }
        if self.store.subscriptions(Some(&organization)).await?.len() >= MOST {
            return Err(Refused::TooMany);
        }
        let [id, _] = halves(self.notary.draw().map_err(Refused::Secret)?);
        let subscription = Subscription {
            id: SubscriptionId::from_random(id),
            organization,
            connection,
            name,
            url,
            kinds,
            state: SubscriptionState::Active,
            secret: SecretVersions::FIRST,
            failing_since: None,
            created_at: self.clock.now(),
            revision: 1,
        };
        let key = subscription.secret_key(subscription.secret.current);
        // A secret without a subscription is never used; a subscription without one tells nothing.
        let secret = self.notary.issue(&key, actor).await.map_err(Refused::Secret)?;
        if !self.store.put_subscription(subscription.clone()).await? {
            self.notary.withdraw(&key, actor).await.map_err(Refused::Secret)?;
            return Err(Refused::NoOrganization);
        }
        self.note(&subscription, actor, "subscription.created").await?;
        Ok((subscription, secret))
    }

    /// Changes a subscription.
    ///
    /// # Errors
    /// Where something about the change is refused, or somebody else was first.
    pub async fn change(
        &self,
        (realm, id): (&Realm, &SubscriptionId),
        amendment: Amendment,
        actor: &Actor,
    ) -> Result<Subscription, Refused> {
        let Amendment { name, url, kinds, is_active, based_on } = amendment;
        let name = name.as_deref().map(named).transpose()?;
        if let Some(url) = &url {
            self.notary.judge(url).map_err(Refused::Url)?;
        }
        for _ in 0..TRIES {
            let known = self.find((realm, id).0, id).await?;
            if based_on.is_some_and(|revision| revision != known.revision) {
                return Err(Refused::Changed);
            }
            let state = self.state_after(&known.state, is_active);
            let mut changed = known.changed_to(state);
            changed.name = name.clone().unwrap_or(changed.name);
            changed.url = url.clone().unwrap_or(changed.url);
            changed.kinds = kinds.clone().unwrap_or(changed.kinds);
            if self.store.put_subscription(changed.clone()).await? {
                self.note(&changed, actor, "subscription.changed").await?;
                return Ok(changed);
            }
        }
        Err(Refused::Changed)
    }

    /// Removes a subscription. What it has not been told yet is dropped.
    ///
    /// # Errors
    /// Where the realm holds no such subscription.
    pub async fn remove(
        &self,
        realm: &Realm,
        id: &SubscriptionId,
        actor: &Actor,
    ) -> Result<(), Refused> {
        let known = self.find(realm, id).await?;
        let dropped = Dropped { at: self.clock.now(), by: actor.to_string() };
        match self.store.remove_subscription(id, dropped).await? {
            true => self.note(&known, actor, "subscription.removed").await,
            false => Err(Refused::Absent),
        }
    }

    /// Makes a new secret and gives it, this once. The one before it signs too for a day.
    ///
    /// # Errors
    /// Where the realm holds no such subscription, or no secret can be made.
    pub async fn rotate(
        &self,
        (realm, id): (&Realm, &SubscriptionId),
        actor: &Actor,
    ) -> Result<(Subscription, SecretString), Refused> {
        let known = self.find(realm, id).await?;
        let former = known.secret.former.map(|former| known.secret_key(former.version));
        let secret = known.secret.rotated(self.clock.now());
        let rotated = Subscription { secret, revision: known.revision + 1, ..known };
        let key = rotated.secret_key(secret.current);
        let shown = self.notary.issue(&key, actor).await.map_err(Refused::Secret)?;
        if !self.store.put_subscription(rotated.clone()).await? {
            return Err(Refused::Changed);
        }
        if let Some(former) = former {
            self.notary.withdraw(&former, actor).await.map_err(Refused::Secret)?;
        }
        self.note(&rotated, actor, "subscription.rotated").await?;
        Ok((rotated, shown))
    }

    /// Sends a message that says nothing but that messages arrive, the way that all of them go.
    ///
    /// # Errors
    /// Where the realm holds no such subscription, or it is not active.
    pub async fn test(
        &self,
        (realm, id): (&Realm, &SubscriptionId),
        actor: &Actor,
    ) -> Result<ActionId, Refused> {
        let known = self.find(realm, id).await?;
        if known.state != SubscriptionState::Active {
            return Err(Refused::NotActive);
        }
        let event = EventId::from_bytes(self.notary.draw().map_err(Refused::Secret)?);
        let action = notify_subscribers::test(&known, event, self.clock.now());
        let id = action.id.clone();
        self.store.enqueue(vec![action]).await?;
        self.note(&known, actor, "subscription.tested").await?;
        Ok(id)
    }

    /// What a subscription was told, the newest first.
    ///
    /// # Errors
    /// Where the realm holds no such subscription.
    pub async fn told(
        &self,
        (realm, id): (&Realm, &SubscriptionId),
        page: NotificationPage,
    ) -> Result<Vec<Tracked>, Refused> {
        self.find(realm, id).await?;
        Ok(self.store.notifications(id, page).await?)
    }

    /// Tells a subscription again of what the journal holds, in the background.
    ///
    /// # Errors
    /// Where the realm holds no such subscription or event, or the subscription is disabled.
    pub async fn replay(
        &self,
        (realm, id): (&Realm, &SubscriptionId),
        again: Again,
        actor: &Actor,
    ) -> Result<Replay, Refused> {
        let known = self.find(realm, id).await?;
        if matches!(known.state, SubscriptionState::Disabled { .. }) {
            return Err(Refused::NotActive);
        }
        let subscription = id.clone();
        let replay = match again {
            // What is not decided yet will be told anyway.
            Again::Since(since) => {
                let until = self.store.decided().await?;
                Replay { subscription, since, after: Sequence(0), until }
            }
            Again::Event(event) => {
                let found = self.store.entry(event).await?;
                let found = found.filter(|entry| realm.holds(entry.event.tenant.as_ref()));
                let entry = found.ok_or(Refused::NoEvent)?;
                if !known.wants(&entry.event) {
                    return Err(Refused::NotWanted);
                }
                let until = entry.sequence;
                let after = Sequence(until.0.saturating_sub(1));
                Replay { subscription, since: Timestamp::UNIX_EPOCH, after, until }
            }
        };
        self.store.ask_replay(replay.clone()).await?;
        self.note(&known, actor, "subscription.replayed").await?;
        Ok(replay)
    }

    /// Tells a subscription again of these notifications, or of all that were given up, and returns
    /// how many they are.
    ///
    /// # Errors
    /// Where the realm holds no such subscription.
    pub async fn redeliver(
        &self,
        (realm, id): (&Realm, &SubscriptionId),
        chosen: Option<&[ActionId]>,
        actor: &Actor,
    ) -> Result<usize, Refused> {
        let known = self.find(realm, id).await?;
        let now = self.clock.now();
        let count = match chosen {
            Some(chosen) => {
                let own = format!(".{id}");
                let is_own = |action: &&ActionId| action.as_str().ends_with(&own);
                let chosen: Vec<_> = chosen.iter().filter(is_own).cloned().collect();
                self.store.redeliver(&chosen, now).await?.len()
            }
            None => self.redeliver_dead(id, now).await?,
        };
        self.note(&known, actor, "subscription.replayed").await?;
        Ok(count)
    }

    async fn redeliver_dead(&self, id: &SubscriptionId, now: Timestamp) -> Result<usize, Refused> {
        let (mut count, mut before) = (0, None);
        loop {
            let state = Some(ActionState::Dead);
            let page = NotificationPage { before, state, limit: TOGETHER };
            let dead = self.store.notifications(id, page).await?;
            let Some(last) = dead.last() else { return Ok(count) };
            before = Some(last.action.id.clone());
            let ids: Vec<_> = dead.iter().map(|one| one.action.id.clone()).collect();
            count += self.store.redeliver(&ids, now).await?.len();
        }
    }

    /// The state that is asked for. What is as it was keeps its time.
    fn state_after(&self, known: &SubscriptionState, is_active: Option<bool>) -> SubscriptionState {
        match (is_active, known) {
            (None, _) | (Some(false), SubscriptionState::Paused { .. }) => known.clone(),
            (Some(true), _) => SubscriptionState::Active,
            (Some(false), _) => SubscriptionState::Paused { since: self.clock.now() },
        }
    }

    async fn note(
        &self,
        subscription: &Subscription,
        actor: &Actor,
        act: &str,
    ) -> Result<(), Refused> {
        let noted = NewAudit {
            at: self.clock.now(),
            organization: Some(subscription.organization.clone()),
            connection: subscription.connection.clone(),
            actor: actor.clone(),
            act: act.to_owned(),
            outcome: Outcome::Done,
            subject: Some(subscription.id.to_string()),
            detail: None,
        };
        Ok(self.store.note_audit(vec![noted]).await?)
    }
}

/// Whoever sees one connection only sees what is bound to it.
fn holds(realm: &Realm, subscription: &Subscription) -> bool {
    let organization = subscription.organization.clone();
    match (&subscription.connection, realm) {
        (_, Realm::Installation) => true,
        (_, Realm::Organization(own)) => *own == organization,
        (Some(bound), Realm::Connection(own)) => {
            own.organization == organization && own.connection == *bound
        }
        (None, Realm::Connection(_)) => false,
    }
}

fn named(name: &str) -> Result<String, Refused> {
    let name = name.trim();
    let is_sane = !name.is_empty() && !name.contains(char::is_control);
    match is_sane && name.chars().count() <= LONGEST_NAME {
        true => Ok(name.to_owned()),
        false => Err(Refused::Name),
    }
}

fn halves(bytes: [u8; 16]) -> [[u8; 8]; 2] {
    let number = u128::from_be_bytes(bytes);
    [((number >> 64) as u64).to_be_bytes(), (number as u64).to_be_bytes()]
}

#[cfg(test)]
mod tests;
