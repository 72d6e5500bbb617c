//! The hub: all stages, started together and stopped together.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use domain::{
    ActionState, Clock, ConnectionId, Destination, Entity, Mapping, Sequence, Source, Stop,
    Storage, StorageError,
};
use jiff::Timestamp;
use policy::directory::Rules;
use tokio::{
    sync::{Notify, watch},
    task::JoinSet,
};

use crate::{
    DeliverySettings, DoorSettings, Intake, Limits, Sources,
    admit::Admit,
    decide::Decide,
    deliver::{Deliver, Recipients},
    gauges::Gauges,
    intake::Footing,
    outlets::KnownOutlets,
    poison::Trials,
    project::Project,
    pull::{Pull, PullParts},
    reader::Reader,
    retention::Retain,
    stage,
    watch::{Hints, Watch, Watching},
};

/// What a hub is made of.
pub struct Parts<S> {
    /// Where everything is kept.
    pub store: S,
    /// Who reads deliveries.
    pub sources: Vec<Arc<dyn Source>>,
    /// What the settings say about whose they are.
    pub rules: Rules,
    /// What the settings say about the doors.
    pub doors: DoorSettings,
    /// Who carries out actions, by connection.
    pub destinations: BTreeMap<ConnectionId, Arc<dyn Destination>>,
    /// Who tells subscriptions, where the hub does, and how patient it is with them.
    pub subscriber: Option<(Arc<dyn Destination>, DeliverySettings)>,
    /// How patient the hub is with the destinations; a destination that is not named has the defaults.
    pub delivery: BTreeMap<ConnectionId, DeliverySettings>,
    /// Which of them keeps the activity log.
    pub activity_log: Option<ConnectionId>,
    /// What is kept equal with what. Each mapping has a destination of its own.
    pub mappings: Arc<[Mapping]>,
    /// Whose tables are read for what people change there.
    pub watching: Watching,
    /// Whether events that differ from their vendor's documentation are counted and told.
    pub report_deviations: bool,
    /// How long each kind of thing is kept.
    pub retention: Limits,
    /// Who reads vendors' lists and when; none where nobody does.
    pub pull: Option<PullParts>,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl<S> Parts<S> {
    /// A hub on this store that reads nothing, acts nowhere and keeps everything.
    #[must_use]
    pub fn new(store: S, clock: Arc<dyn Clock>) -> Self {
        Self {
            store,
            sources: Vec::new(),
            rules: Rules::default(),
            doors: DoorSettings::default(),
            destinations: BTreeMap::new(),
            subscriber: None,
            delivery: BTreeMap::new(),
            activity_log: None,
            mappings: Arc::default(),
            watching: Watching::default(),
            report_deviations: false,
            retention: Limits::default(),
            pull: None,
            clock,
        }
    }
}

/// The running hub.
pub struct Hub<S> {
    store: S,
    intake: Intake<S>,
    stages: JoinSet<()>,
    shutdown: watch::Sender<bool>,
}

/// How far the hub has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// The journal's end.
    pub journaled: Sequence,
    /// How far the mirror reflects it.
    pub projected: Sequence,
    /// How far decisions were taken.
    pub decided: Sequence,
    /// Rows of the mirror by entity.
    pub records: BTreeMap<Entity, u64>,
    /// Actions by state.
    pub actions: BTreeMap<ActionState, u64>,
}

impl Status {
    /// Whether nothing is left to do: every action is done or given up.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        let open = [ActionState::Ready, ActionState::Waiting, ActionState::Started];
        self.journaled == self.projected
            && self.projected == self.decided
            && open.iter().all(|state| !self.actions.contains_key(state))
    }

    /// How many actions are in a state.
    #[must_use]
    pub fn actions_in(&self, state: ActionState) -> u64 {
        self.actions.get(&state).copied().unwrap_or_default()
    }
}

impl<S: Storage> Hub<S> {
    /// Takes up what a former process left, and starts every stage.
    ///
    /// # Errors
    /// Where the store cannot be used.
    pub async fn start(parts: Parts<S>) -> Result<Self, StorageError> {
        let Parts {
            store,
            sources,
            rules,
            doors,
            destinations,
            subscriber,
            delivery,
            activity_log,
            mappings,
            watching,
            report_deviations,
            retention,
            pull,
            clock,
        } = parts;
        recover(&store, clock.now()).await?;
        let sources = Sources::new(sources);
        let (shutdown, stopped) = watch::channel(false);
        let (projector, decider) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let mut stages = JoinSet::new();
        let (gauges, retain) = background(&store, &clock, (&destinations, retention));
        stages.spawn(gauges.run(stopped.clone()));
        stages.spawn(retain.run(stopped.clone()));
        let mut delivering = delivering(&store, &clock, destinations, &delivery);
        delivering.extend(subscriber.map(|subscriber| telling(&store, &clock, subscriber)));
        let deliverers = deliver(delivering, &mut stages, &stopped);
        let admitter = Arc::new(Notify::new());
        let admit = admit(&store, &clock, (rules, doors.clone()), &projector).await?;
        let hints = listen(watches(&store, &clock, watching, &projector), &mut stages, &stopped);
        let intake = intake(&store, (doors, hints), &admit, &projector);
        if let Some(pull) = pulling(&store, &clock, pull, &projector) {
            stages.spawn(pull.run(stopped.clone()));
        }
        let project = Project {
            store: store.clone(),
            sources: sources.clone(),
            report_deviations,
            clock: Arc::clone(&clock),
            trials: Trials::at(Stop::Mirror),
            next: Arc::clone(&decider),
            admit: Arc::clone(&admitter),
            reader: Reader::default(),
        };
        let decide = Decide {
            store: store.clone(),
            sources,
            rules: policy::rules::all().to_vec(),
            clock,
            trials: Trials::at(Stop::Decide),
            outlets: KnownOutlets::new(activity_log, mappings),
            next: deliverers,
            reader: Reader::default(),
        };
        stages.spawn(stage::run(admit, admitter, stopped.clone()));
        stages.spawn(stage::run(decide, decider, stopped.clone()));
        stages.spawn(stage::run(project, projector, stopped));
        Ok(Self { store, intake, stages, shutdown })
    }

    /// The entrance for deliveries.
    #[must_use]
    pub fn intake(&self) -> Intake<S> {
        self.intake.clone()
    }

    /// How far it has come.
    ///
    /// # Errors
    /// Where the store cannot be read.
    pub async fn status(&self) -> Result<Status, StorageError> {
        status(&self.store).await
    }

    /// Ends every stage after what it is doing.
    pub async fn stop(mut self) {
        // Every receiver may be gone already where a stage failed.
        let _ = self.shutdown.send(true);
        while let Some(ended) = self.stages.join_next().await {
            if let Err(error) = ended {
                tracing::error!(%error, "a stage ended badly; report this with the hub's log");
            }
        }
    }
}

/// Makes due again what a former process was doing.
async fn recover<S: Storage>(store: &S, now: Timestamp) -> Result<(), StorageError> {
    let recovered = store.recover(now).await?;
    if recovered > 0 {
        tracing::info!(
            actions = recovered,
            "actions were cut off by the last stop; looking them up"
        );
    }
    Ok(())
}

/// The stage of each destination, and what wakes it.
fn delivering<S: Storage>(
    store: &S,
    clock: &Arc<dyn Clock>,
    destinations: BTreeMap<ConnectionId, Arc<dyn Destination>>,
    settings: &BTreeMap<ConnectionId, DeliverySettings>,
) -> Vec<(Deliver<S>, Arc<Notify>)> {
    let deliver = |(connection, destination)| {
        let settings = settings.get(&connection).copied().unwrap_or_default();
        let (store, clock, gates) = (store.clone(), Arc::clone(clock), HashMap::new());
        let recipients = Recipients::One(connection);
        let deliver = Deliver { store, recipients, destination, clock, gates, settings };
        (deliver, Arc::new(Notify::new()))
    };
    destinations.into_iter().map(deliver).collect()
}

/// Starts these stages, and gives what wakes each.
fn deliver<S: Storage>(
    delivering: Vec<(Deliver<S>, Arc<Notify>)>,
    stages: &mut JoinSet<()>,
    stopped: &watch::Receiver<bool>,
) -> Vec<Arc<Notify>> {
    let signals = delivering.iter().map(|(_, signal)| Arc::clone(signal)).collect();
    for (deliver, signal) in delivering {
        stages.spawn(deliver.run(signal, stopped.clone()));
    }
    signals
}

/// The stage of all subscriptions, and what wakes it.
fn telling<S: Storage>(
    store: &S,
    clock: &Arc<dyn Clock>,
    (destination, settings): (Arc<dyn Destination>, DeliverySettings),
) -> (Deliver<S>, Arc<Notify>) {
    let (store, clock, gates) = (store.clone(), Arc::clone(clock), HashMap::new());
    let recipients = Recipients::Subscriptions;
    let deliver = Deliver { store, recipients, destination, clock, gates, settings };
    (deliver, Arc::new(Notify::new()))
}

/// The stages that nothing waits for.
fn background<S: Storage>(
    store: &S,
    clock: &Arc<dyn Clock>,
    (destinations, limits): (&BTreeMap<ConnectionId, Arc<dyn Destination>>, Limits),
) -> (Gauges<S>, Retain<S>) {
    let gauges = Gauges::new(store.clone(), Arc::clone(clock), destinations);
    (gauges, Retain::new(store.clone(), limits, Arc::clone(clock)))
}

/// The stage that says whose events are.
async fn admit<S: Storage>(
    store: &S,
    clock: &Arc<dyn Clock>,
    settings: (Rules, DoorSettings),
    projector: &Arc<Notify>,
) -> Result<Admit<S>, StorageError> {
    Admit::open(store.clone(), settings, Arc::clone(clock), Arc::clone(projector)).await
}

/// The stage that reads vendors' lists, where there is one.
fn pulling<S: Storage>(
    store: &S,
    clock: &Arc<dyn Clock>,
    parts: Option<PullParts>,
    projector: &Arc<Notify>,
) -> Option<Pull<S>> {
    let (store, clock, projector) = (store.clone(), Arc::clone(clock), Arc::clone(projector));
    parts.map(|parts| Pull { store, parts, clock, projector })
}

/// The stage of each table.
fn watches<S: Storage>(
    store: &S,
    clock: &Arc<dyn Clock>,
    watching: Watching,
    projector: &Arc<Notify>,
) -> Vec<Watch<S>> {
    let Watching { mappings, every, process } = watching;
    let watch = |(mapping, reader)| Watch {
        store: store.clone(),
        mapping,
        reader,
        every,
        process: process.clone(),
        clock: Arc::clone(clock),
        next: Arc::clone(projector),
    };
    mappings.into_iter().map(watch).collect()
}

/// Starts these stages, and gives whoever tells them of hints.
fn listen<S: Storage>(
    watches: Vec<Watch<S>>,
    stages: &mut JoinSet<()>,
    stopped: &watch::Receiver<bool>,
) -> Hints {
    let hints = Hints::default();
    for watch in watches {
        stages.spawn(watch.run(hints.listen(), stopped.clone()));
    }
    hints
}

/// The entrance that asks what the stage `admit` keeps, wakes the projector, and tells of hints.
fn intake<S: Storage>(
    store: &S,
    (settings, hints): (DoorSettings, Hints),
    admit: &Admit<S>,
    projector: &Arc<Notify>,
) -> Intake<S> {
    Intake::new(Footing {
        store: store.clone(),
        register: admit.register(),
        settings,
        meter: admit.meter(),
        projector: Arc::clone(projector),
        hints,
    })
}

async fn status<S: Storage>(store: &S) -> Result<Status, StorageError> {
    Ok(Status {
        journaled: store.last().await?,
        projected: store.projected().await?,
        decided: store.decided().await?,
        records: store.record_counts().await?,
        actions: store.action_counts().await?,
    })
}
