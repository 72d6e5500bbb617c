//! Delivering: once, in order per lane, around what hangs, fails, or takes the whole hub down.

use domain::{
    ActionState, DeadLetters, Decisions, Memory, Notifications, Organizations, Outbox, Sequence,
    Subscriptions,
    contract::sample::{action, event_id, notification, organization, subscription, tenant},
};

use super::*;
use crate::{
    delivery::AfterDead,
    fixture::{Pages, Step, clock, store},
};

struct Running {
    stage: tokio::task::JoinHandle<()>,
    shutdown: watch::Sender<bool>,
}

fn run(store: &Memory, pages: &Arc<Pages>) -> Running {
    run_with(store, pages, DeliverySettings::default())
}

#[expect(clippy::disallowed_methods, reason = "the test is the stage's owner")]
fn run_with(store: &Memory, pages: &Arc<Pages>, settings: DeliverySettings) -> Running {
    let destination: Arc<dyn Destination> = Arc::clone(pages) as _;
    let stage = Deliver {
        store: store.clone(),
        recipients: Recipients::One(ConnectionId::new("notion")),
        destination,
        clock: clock(),
        gates: HashMap::new(),
        settings,
    };
    let (shutdown, stopped) = watch::channel(false);
    let stage = tokio::spawn(stage.run(Arc::new(Notify::new()), stopped));
    Running { stage, shutdown }
}

impl Running {
    async fn stop(self) {
        self.shutdown.send(true).unwrap();
        self.stage.await.unwrap();
    }
}

async fn fill(store: &Memory, lanes: &[(u128, &str)]) {
    let actions = lanes.iter().map(|(number, lane)| action(*number, "notion", lane)).collect();
    store.decide(Decisions { to: Sequence(1), actions, ..Decisions::default() }).await.unwrap();
}

/// Lets the paused clock run for this long.
async fn pass(seconds: u64) {
    tokio::time::sleep(Duration::from_secs(seconds)).await; // tidy: sleep, the clock is paused
}

async fn count(store: &Memory, state: ActionState) -> u64 {
    store.action_counts().await.unwrap().get(&state).copied().unwrap_or_default()
}

fn names(numbers: &[u128]) -> Vec<String> {
    numbers.iter().map(|number| event_id(*number).to_string()).collect()
}

#[tokio::test(start_paused = true)]
async fn each_action_is_done_once_and_each_lane_in_order() {
    let (store, pages) = (store(), Pages::scripted(&[]));
    fill(&store, &[(1, "a"), (2, "a"), (3, "b"), (4, "a")]).await;
    let running = run(&store, &pages);
    pass(10).await;
    running.stop().await;
    let made = pages.made();
    let lane_a: Vec<_> = made.iter().filter(|page| **page != names(&[3])[0]).cloned().collect();
    assert_eq!(lane_a, names(&[1, 2, 4]));
    assert_eq!((made.len(), pages.doubled()), (4, 0));
    assert_eq!(count(&store, ActionState::Done).await, 4);
}

#[tokio::test(start_paused = true)]
async fn a_lost_reply_is_looked_up_and_not_repeated() {
    let (store, pages) = (store(), Pages::scripted(&[Step::WorksUnheard]));
    fill(&store, &[(1, "a"), (2, "a")]).await;
    let running = run(&store, &pages);
    pass(30).await;
    running.stop().await;
    assert_eq!((pages.made(), pages.doubled()), (names(&[1, 2]), 0));
    let story = store.actions(event_id(1)).await.unwrap();
    assert_eq!(story[0].attempts[1].outcome.as_deref(), Some("adopted"));
}

#[tokio::test(start_paused = true)]
async fn a_call_that_hangs_holds_its_own_lane_only() {
    let (store, pages) = (store(), Pages::scripted(&[Step::Hangs]));
    fill(&store, &[(1, "a"), (2, "a"), (3, "b"), (4, "c")]).await;
    let running = run(&store, &pages);
    pass(100).await;
    assert_eq!(pages.made(), names(&[3, 4]));
    running.stop().await;
    assert_eq!(count(&store, ActionState::Started).await, 1, "cut off, to be looked up");
}

#[tokio::test(start_paused = true)]
async fn a_destination_that_is_down_holds_everything_in_order_until_it_is_back() {
    let down = vec![Step::Fails(Next::Hold(None)); 12];
    let (store, pages) = (store(), Pages::scripted(&down));
    let lanes: Vec<_> =
        (1..=20).map(|number| (number, if number % 2 == 0 { "a" } else { "b" })).collect();
    fill(&store, &lanes).await;
    let running = run(&store, &pages);
    pass(2_000).await;
    running.stop().await;
    let made = pages.made();
    let lane = |rest: u128| -> Vec<_> {
        let ours = names(&(1..=20).filter(|n| n % 2 == rest).collect::<Vec<_>>());
        made.iter().filter(|page| ours.contains(page)).cloned().collect()
    };
    assert_eq!(lane(0), names(&(1..=20).filter(|n| n % 2 == 0).collect::<Vec<_>>()));
    assert_eq!(lane(1), names(&(1..=20).filter(|n| n % 2 == 1).collect::<Vec<_>>()));
    assert_eq!(pages.doubled(), 0);
}

#[tokio::test(start_paused = true)]
async fn what_is_refused_is_set_aside_and_its_lane_goes_on() {
    let (store, pages) = (store(), Pages::scripted(&[Step::Fails(Next::GiveUp)]));
    fill(&store, &[(1, "a"), (2, "a")]).await;
    let running = run(&store, &pages);
    pass(10).await;
    running.stop().await;
    assert_eq!(pages.made(), names(&[2]));
    assert_eq!(count(&store, ActionState::Dead).await, 1);
}

#[tokio::test(start_paused = true)]
async fn a_connector_that_panics_costs_one_attempt() {
    let (store, pages) = (store(), Pages::scripted(&[Step::Panics]));
    fill(&store, &[(1, "a")]).await;
    let running = run(&store, &pages);
    pass(30).await;
    running.stop().await;
    assert_eq!(pages.made(), names(&[1]));
}

#[tokio::test(start_paused = true)]
async fn an_action_cut_off_by_a_crash_is_looked_up_by_the_next_process() {
    let (store, pages) = (store(), Pages::scripted(&[Step::WorksUnheard]));
    fill(&store, &[(1, "a")]).await;
    let notion = ConnectionId::new("notion");
    let claimed = store.claim(&notion, clock().now(), 1).await.unwrap().remove(0);
    // The call is carried out, and the process is gone before it can write so.
    assert!(attempt(Arc::clone(&pages) as _, claimed).await.is_err());
    store.recover(clock().now()).await.unwrap();
    let running = run(&store, &pages);
    pass(10).await;
    running.stop().await;
    assert_eq!((pages.made().len(), pages.doubled()), (1, 0));
    assert_eq!(count(&store, ActionState::Done).await, 1);
}

#[tokio::test(start_paused = true)]
async fn a_quiet_organization_does_not_wait_for_a_noisy_one() {
    let (store, pages) = (store(), Pages::scripted(&[]));
    let of = |owner: &str, number: u128| {
        let mut action = action(number, "notion", &format!("lane-{number}"));
        action.tenant = tenant(owner);
        action
    };
    let mut actions: Vec<_> = (1..=500).map(|number| of("noisy", number)).collect();
    actions.extend((1_001..=1_005).map(|number| of("quiet", number)));
    store
        .decide(Decisions { from: Sequence(0), to: Sequence(1), actions, ..Decisions::default() })
        .await
        .unwrap();
    let running = run(&store, &pages);
    pass(60).await;
    running.stop().await;
    let made = pages.made();
    assert_eq!(made.len(), 505);
    let quiet = names(&[1_001, 1_002, 1_003, 1_004, 1_005]);
    let last = made.iter().rposition(|page| quiet.contains(page)).unwrap();
    assert!(last < 12, "the quiet organization's fifth page was number {}", last + 1);
}

#[tokio::test(start_paused = true)]
async fn what_is_replayed_is_done_once_and_before_what_waits_for_it() {
    let (store, pages) = (store(), Pages::scripted(&[Step::Fails(Next::GiveUp)]));
    fill(&store, &[(1, "a"), (2, "a"), (3, "b")]).await;
    let at_most = Duration::from_secs(900);
    let settings =
        DeliverySettings { after_dead: AfterDead::Wait(at_most), ..DeliverySettings::default() };
    let running = run_with(&store, &pages, settings);
    pass(800).await;
    assert_eq!(pages.made(), names(&[3]), "the lane waits, and no other");
    let dead = store.dead_letters(0, 9).await.unwrap().remove(0).action.id;
    for _ in 0..3 {
        store.replay_dead(std::slice::from_ref(&dead), clock().now()).await.unwrap();
        pass(2).await;
    }
    running.stop().await;
    assert_eq!((pages.made(), pages.doubled()), (names(&[3, 1, 2]), 0));
    let attempts = store.actions(event_id(1)).await.unwrap().remove(0).attempts;
    let outcomes: Vec<_> = attempts.iter().filter_map(|a| a.outcome.as_deref()).collect();
    assert_eq!(outcomes, ["dead", "done"], "the first series stays in the story");
}

#[tokio::test(start_paused = true)]
async fn a_lane_that_nobody_comes_for_goes_on_in_the_end() {
    let (store, pages) = (store(), Pages::scripted(&[Step::Fails(Next::GiveUp)]));
    fill(&store, &[(1, "a"), (2, "a")]).await;
    let at_most = Duration::from_secs(900);
    let settings =
        DeliverySettings { after_dead: AfterDead::Wait(at_most), ..DeliverySettings::default() };
    let running = run_with(&store, &pages, settings);
    pass(890).await;
    assert_eq!(pages.made(), names(&[]));
    pass(20).await;
    running.stop().await;
    assert_eq!(pages.made(), names(&[2]));
}

/// Fails or hangs for the subscriptions that it is told to.
struct Receivers {
    dead: domain::Subscription,
    hanging: domain::Subscription,
    pages: Arc<Pages>,
}

impl Destination for Receivers {
    fn name(&self) -> &'static str {
        "subscriber"
    }

    fn apply<'a>(&'a self, action: &'a Action) -> domain::BoxFuture<'a, Result<Receipt, Failure>> {
        Box::pin(async move {
            if action.destination == self.hanging.destination() {
                tokio::time::sleep(Duration::from_secs(1_000_000)).await; // tidy: sleep, the clock is paused
            }
            if action.destination == self.dead.destination() {
                let reason = "answered with 500".to_owned();
                return Err(Failure { next: Next::Retry, ambiguous: false, reason });
            }
            self.pages.apply(action).await
        })
    }

    fn find<'a>(
        &'a self,
        _: &'a Action,
    ) -> domain::BoxFuture<'a, Result<Option<Receipt>, Failure>> {
        Box::pin(std::future::ready(Ok(None)))
    }
}

#[tokio::test(start_paused = true)]
#[expect(clippy::disallowed_methods, reason = "the test is the stage's owner")]
async fn a_subscription_waits_for_no_other_and_is_given_up_after_a_day() {
    let store = store();
    store.add_organization(organization("alpha")).await.unwrap();
    let [dead, hanging, fine] = [1, 2, 3].map(|number| subscription("alpha", number));
    for one in [&dead, &hanging, &fine] {
        assert!(store.put_subscription(one.clone()).await.unwrap());
    }
    let lanes: Vec<String> = (0..9).map(|number| format!("lane-{number}")).collect();
    let told = |one: &domain::Subscription, first: u128| -> Vec<_> {
        (first..).zip(&lanes).map(|(number, lane)| notification(number, one, lane)).collect()
    };
    let mut actions = told(&hanging, 1);
    actions.extend(told(&dead, 11));
    actions.extend(told(&fine, 21));
    store.enqueue(actions).await.unwrap();
    let pages = Pages::scripted(&[]);
    let receivers =
        Receivers { dead: dead.clone(), hanging: hanging.clone(), pages: Arc::clone(&pages) };
    let stage = Deliver {
        store: store.clone(),
        recipients: Recipients::Subscriptions,
        destination: Arc::new(receivers),
        clock: clock(),
        gates: HashMap::new(),
        settings: DeliverySettings { blame: crate::Blame::Action, ..DeliverySettings::default() },
    };
    let (shutdown, stopped) = watch::channel(false);
    let stage = tokio::spawn(stage.run(Arc::new(Notify::new()), stopped));
    let running = Running { stage, shutdown };
    pass(5).await;
    assert_eq!(pages.made().len(), 9, "nobody waits for the others");
    let of = async |one: &domain::Subscription, state: ActionState| {
        let page = domain::NotificationPage { state: Some(state), limit: 99, before: None };
        store.notifications(&one.id, page).await.unwrap().len()
    };
    assert_eq!(of(&hanging, ActionState::Started).await, CONCURRENCY_OF_SUBSCRIPTIONS);
    pass(3 * 24 * 60 * 60).await;
    assert_eq!(of(&dead, ActionState::Dead).await, 9);
    running.stop().await;
}
