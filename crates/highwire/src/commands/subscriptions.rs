//! `highwire subscriptions`: the webhooks of the user's own applications.

use std::{sync::Arc, time::Duration};

use domain::{
    ActionId, ActionState, ConnectionId, KindFilter, NotificationPage, Realm, Subscription,
    SubscriptionId, SubscriptionState, Tracked,
};
use engine::subscriptions::{Again, Amendment, Draft, Refused, Subscriptions};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use store::Sqlite;

use crate::{
    actor::Actor,
    cli::{self, AddSubscription, Owner, ReplaySubscription, WhichSubscription},
    clock,
    failure::Failure,
    master_keys, printer,
    sealer::Sealer,
    settings::Settings,
    subscriptions::Needs,
};

/// How often a running hub is looked at for what became of a test.
const LOOK: Duration = Duration::from_millis(200);

/// How much of a reason the table shows, in characters; `--json` has all of it.
const REASON_SHOWN: usize = 80;

/// One command at work.
struct Work<'a> {
    office: Subscriptions<Sqlite>,
    store: Sqlite,
    actor: &'a Actor,
    /// How the audit names who runs the command.
    who: domain::Actor,
    json: bool,
}

/// Runs one of the commands.
pub(crate) async fn run(
    settings: &Settings,
    actor: &Actor,
    command: cli::Subscriptions,
    json: bool,
) -> Result<(), Failure> {
    let store = Sqlite::open_beside(&settings.data_dir)?;
    let sealer = Arc::new(Sealer::new(master_keys::open(settings, &store).await?));
    let clock = clock::system();
    let notary = Needs { settings, store: &store, sealer, clock: &clock }.notary()?;
    let who = actor.name();
    let office = Subscriptions::new(store.clone(), notary, clock);
    let work = Work { office, store, actor, who, json };
    match command {
        cli::Subscriptions::Add(add) => work.add(add).await,
        cli::Subscriptions::Change { which, url, name, kinds } => {
            let kinds = if kinds.is_empty() { None } else { Some(read_kinds(&kinds)?) };
            let amendment = Amendment { name, url, kinds, ..Amendment::default() };
            work.change(&which, amendment).await
        }
        cli::Subscriptions::Deliveries { which, dead, limit } => {
            work.deliveries(&which, dead, limit.into()).await
        }
        cli::Subscriptions::List { owner } => work.list(&owner).await,
        cli::Subscriptions::Pause { which } => work.set_active(&which, false).await,
        cli::Subscriptions::Remove { which } => work.remove(&which).await,
        cli::Subscriptions::Replay(replay) => work.replay(&replay).await,
        cli::Subscriptions::Resume { which } => work.set_active(&which, true).await,
        cli::Subscriptions::Rotate { which } => work.rotate(&which).await,
        cli::Subscriptions::Test { which, wait } => work.test(&which, wait.into()).await,
    }
}

impl Work<'_> {
    async fn add(&self, add: AddSubscription) -> Result<(), Failure> {
        let organization = self.actor.organization(&self.store, add.owner.organization.as_ref());
        let organization = organization.await?.id;
        let connection = match &self.actor.principal.realm {
            Realm::Connection(own) => Some(own.connection.clone()),
            Realm::Installation | Realm::Organization(_) => {
                add.connection.as_deref().map(|id| ConnectionId::new(id.trim()))
            }
        };
        let kinds = read_kinds(&add.kinds)?;
        let draft = Draft { organization, connection, name: add.name, url: add.url, kinds };
        let (subscription, secret) =
            self.office.register(draft, &self.who).await.map_err(|why| refused("add", why))?;
        self.show_secret(&subscription, &secret);
        Ok(())
    }

    async fn list(&self, owner: &Owner) -> Result<(), Failure> {
        let organization =
            self.actor.organization(&self.store, owner.organization.as_ref()).await?.id;
        let mut found = self.listed().await?;
        found.retain(|one| one.organization == organization);
        if self.json {
            found.iter().for_each(|one| printer::data(described(one).to_string()));
            return Ok(());
        }
        let rows = found.iter().map(|one| {
            vec![
                one.id.to_string(),
                one.name.clone(),
                one.kinds.to_string(),
                one.connection.as_ref().map(ToString::to_string).unwrap_or_default(),
                one.state.name().to_owned(),
                one.failing_since.map(|since| since.to_string()).unwrap_or_default(),
                one.url.clone(),
            ]
        });
        let head = ["subscription", "name", "kinds", "connection", "state", "failing since", "url"];
        printer::data(printer::table(&head, rows));
        Ok(())
    }

    async fn change(&self, which: &WhichSubscription, change: Amendment) -> Result<(), Failure> {
        let known = self.find(which).await?;
        let place = (&self.actor.principal.realm, &known.id);
        let changed = self.office.change(place, change, &self.who).await;
        let changed = changed.map_err(|why| refused("change", why))?;
        self.tell(&changed);
        Ok(())
    }

    async fn set_active(&self, which: &WhichSubscription, on: bool) -> Result<(), Failure> {
        self.change(which, Amendment { is_active: Some(on), ..Amendment::default() }).await
    }

    async fn remove(&self, which: &WhichSubscription) -> Result<(), Failure> {
        let known = self.find(which).await?;
        let removed = self.office.remove(&self.actor.principal.realm, &known.id, &self.who).await;
        removed.map_err(|why| refused("remove", why))?;
        printer::data(match self.json {
            true => json!({ "subscription": known.id, "removed": true }).to_string(),
            false => format!("{} ({}) is removed", known.id, known.name),
        });
        Ok(())
    }

    async fn rotate(&self, which: &WhichSubscription) -> Result<(), Failure> {
        let known = self.find(which).await?;
        let place = (&self.actor.principal.realm, &known.id);
        let rotated = self.office.rotate(place, &self.who).await;
        let (rotated, secret) = rotated.map_err(|why| refused("rotate the secret of", why))?;
        self.show_secret(&rotated, &secret);
        Ok(())
    }

    async fn test(&self, which: &WhichSubscription, wait: u32) -> Result<(), Failure> {
        let known = self.find(which).await?;
        let place = (&self.actor.principal.realm, &known.id);
        let id = self.office.test(place, &self.who).await.map_err(|why| refused("test", why))?;
        let patience = Duration::from_secs(wait.into());
        let told = tokio::time::timeout(patience, self.outcome(&known, &id)).await;
        let (outcome, detail) = match told {
            Ok(told) => told?,
            Err(_) => (None, None),
        };
        if self.json {
            let told = json!({ "delivery": id, "outcome": outcome, "detail": detail });
            printer::data(told.to_string());
        }
        let detail = detail.unwrap_or_default();
        match outcome.as_deref() {
            Some("done") => {
                if !self.json {
                    printer::data(format!("the receiver took it: {detail}"));
                }
                Ok(())
            }
            Some(_) => Err(Failure::user(
                format!("have the test taken: {detail}"),
                "correct the receiver; the hub tries again by itself",
            )),
            None => Err(Failure::user(
                "see what became of the test: nothing was sent yet",
                "see that the hub runs, then look with `highwire subscriptions deliveries`",
            )),
        }
    }

    /// Waits for the end of the first attempt.
    async fn outcome(
        &self,
        known: &Subscription,
        id: &ActionId,
    ) -> Result<(Option<String>, Option<String>), Failure> {
        loop {
            let page = NotificationPage { limit: 50, ..NotificationPage::default() };
            let told = self.told(known, page).await?;
            let found = told.into_iter().find(|one| one.action.id == *id);
            let ended =
                found.and_then(|one| one.attempts.into_iter().find(|a| a.outcome.is_some()));
            if let Some(attempt) = ended {
                return Ok((attempt.outcome, attempt.detail));
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    async fn deliveries(
        &self,
        which: &WhichSubscription,
        dead: bool,
        limit: usize,
    ) -> Result<(), Failure> {
        let known = self.find(which).await?;
        let state = dead.then_some(ActionState::Dead);
        let told = self.told(&known, NotificationPage { state, limit, before: None }).await?;
        match self.json {
            true => told.iter().for_each(|one| printer::data(delivered(one).to_string())),
            false if told.is_empty() => printer::talk("there is nothing"),
            false => printer::data(table(&told)),
        }
        Ok(())
    }

    async fn replay(&self, replay: &ReplaySubscription) -> Result<(), Failure> {
        let known = self.find(&replay.which).await?;
        let place = (&self.actor.principal.realm, &known.id);
        let refused = |why| refused("replay to", why);
        let again = match (replay.since, &replay.event) {
            (Some(since), _) => Some(Again::Since(since)),
            (None, Some(event)) => {
                let read = event.trim().parse().map_err(|problem: domain::IdError| {
                    let hint = "copy it from `highwire events list`";
                    Failure::user("read which event is meant", hint).because(problem)
                });
                Some(Again::Event(read?))
            }
            (None, None) => None,
        };
        let Some(again) = again else {
            let chosen = (!replay.dead).then_some(&replay.deliveries[..]);
            let count = self.office.redeliver(place, chosen, &self.who).await.map_err(refused)?;
            printer::data(match self.json {
                true => json!({ "subscription": known.id, "replayed": count }).to_string(),
                false => format!("{count} deliveries are due again"),
            });
            return Ok(());
        };
        self.office.replay(place, again, &self.who).await.map_err(refused)?;
        printer::data(match self.json {
            true => json!({ "subscription": known.id, "replaying": true }).to_string(),
            false => format!("{} is told again, in the order of the journal", known.id),
        });
        Ok(())
    }

    async fn told(
        &self,
        known: &Subscription,
        page: NotificationPage,
    ) -> Result<Vec<Tracked>, Failure> {
        let place = (&self.actor.principal.realm, &known.id);
        self.office.told(place, page).await.map_err(|why| refused("look at", why))
    }

    async fn listed(&self) -> Result<Vec<Subscription>, Failure> {
        let listed = self.office.list(&self.actor.principal.realm).await;
        listed.map_err(|why| refused("list", why))
    }

    /// The subscription with this id or name.
    async fn find(&self, which: &WhichSubscription) -> Result<Subscription, Failure> {
        let organization =
            self.actor.organization(&self.store, which.owner.organization.as_ref()).await?.id;
        let asked = which.subscription.trim();
        let id = asked.starts_with("sub_").then(|| SubscriptionId::new(asked));
        let is_it = |one: &&Subscription| {
            one.organization == organization && (id.as_ref() == Some(&one.id) || one.name == asked)
        };
        let listed = self.listed().await?;
        let mut found = listed.iter().filter(is_it);
        match (found.next(), found.next()) {
            (Some(one), None) => Ok(one.clone()),
            (Some(_), Some(_)) => Err(Failure::user(
                "find the subscription: several have this name",
                "give its id, as `highwire subscriptions list` shows it",
            )),
            // What was asked for is not repeated: it may be a secret in the wrong place.
            (None, _) => Err(Failure::user(
                format!("find such a subscription of {organization}"),
                "`highwire subscriptions list` shows those that are there",
            )),
        }
    }

    fn tell(&self, subscription: &Subscription) {
        printer::data(match self.json {
            true => described(subscription).to_string(),
            false => format!(
                "{} ({}) is {}",
                subscription.id,
                subscription.name,
                subscription.state.name()
            ),
        });
    }

    fn show_secret(&self, subscription: &Subscription, secret: &SecretString) {
        if self.json {
            let mut told = described(subscription);
            told["secret"] = secret.expose_secret().into();
            printer::data(told.to_string());
            return;
        }
        printer::data(secret.expose_secret());
        printer::talk(format!(
            "This is shown once: give it to the application, which verifies with it. {} ({}) is told \
             of {}. `highwire subscriptions test {}` sends a first message.",
            subscription.id, subscription.name, subscription.kinds, subscription.id
        ));
        if let Some(former) = subscription.secret.former {
            printer::talk(format!("The secret before it signs too until {}.", former.until));
        }
    }
}

fn read_kinds(kinds: &[String]) -> Result<KindFilter, Failure> {
    KindFilter::of(kinds.iter().map(|kind| kind.trim())).map_err(|problem| {
        let hint = "`highwire events list` shows kinds that came in";
        Failure::user("read the kinds of event", hint).because(problem)
    })
}

fn refused(what: &str, why: Refused) -> Failure {
    let hint = match &why {
        Refused::Absent | Refused::NotActive | Refused::Changed | Refused::TooMany => {
            "`highwire subscriptions list` shows them"
        }
        Refused::NoEvent | Refused::NotWanted => "`highwire events list` shows the events",
        Refused::NoOrganization => "`highwire organizations list` shows those that are there",
        Refused::Url(_) | Refused::Name => "correct it, then run this again",
        Refused::Secret(_) | Refused::Storage(_) => "see the line above",
    };
    Failure::user(format!("{what} the subscription"), hint).because(why)
}

fn described(one: &Subscription) -> Value {
    let (paused_at, disabled_at, reason) = match &one.state {
        SubscriptionState::Active => (None, None, None),
        SubscriptionState::Paused { since } => (Some(since), None, None),
        SubscriptionState::Disabled { since, reason } => (None, Some(since), Some(reason)),
    };
    json!({
        "subscription": one.id,
        "organization": one.organization,
        "connection": one.connection,
        "name": one.name,
        "url": one.url,
        "kinds": one.kinds,
        "state": one.state.name(),
        "paused_at": paused_at,
        "disabled_at": disabled_at,
        "disabled_reason": reason,
        "failing_since": one.failing_since,
        "former_secret_until": one.secret.former.map(|former| former.until),
        "created_at": one.created_at,
        "revision": one.revision,
    })
}

fn delivered(one: &Tracked) -> Value {
    json!({
        "delivery": one.action.id,
        "event": one.action.event,
        "kind": kind(one),
        "state": one.state,
        "decided_at": one.action.decided_at,
        "attempts": one.attempts,
    })
}

fn kind(one: &Tracked) -> &str {
    match &one.action.intent {
        domain::Intent::Notify(told) => &told.kind,
        domain::Intent::LogActivity(_) | domain::Intent::SyncLink(_) => "",
    }
}

fn table(told: &[Tracked]) -> String {
    let rows = told.iter().map(|one| {
        let last = one.attempts.last();
        let detail = last.and_then(|attempt| attempt.detail.clone()).unwrap_or_default();
        vec![
            one.action.id.to_string(),
            kind(one).to_owned(),
            one.state.name().to_owned(),
            one.attempts.len().to_string(),
            last.map(|attempt| attempt.started_at.to_string()).unwrap_or_default(),
            detail.chars().take(REASON_SHOWN).collect(),
        ]
    });
    let head = ["delivery", "kind", "state", "attempts", "last attempt", "answer"];
    printer::table(&head, rows)
}
