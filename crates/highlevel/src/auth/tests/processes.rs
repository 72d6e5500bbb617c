//! Tests of processes that share a pair of tokens: one refreshes, the others take up what it stored.

use super::*;

#[tokio::test(start_paused = true)]
async fn four_processes_with_an_expired_token_make_one_refresh() {
    let timer = PausedTimer::new();
    let vendor = Vendor::new(timer.clone());
    let shelf = Shelf::new(&vendor, timer.clone(), pair(location()));
    let refused = Secret::new("access-1");
    let mut callers = JoinSet::new();
    for _ in 0..4 {
        let source = process(&vendor, timer.clone(), &shelf);
        for _ in 0..10 {
            let (source, refused) = (Arc::clone(&source), refused.clone());
            callers.spawn(async move { source.renew(&location(), &refused).await.unwrap() });
        }
    }
    for renewed in callers.join_all().await {
        assert_eq!(renewed.unwrap().expose(), "access-2");
    }
    assert_eq!(vendor.refreshes.load(Ordering::SeqCst), 1);
    assert_eq!(log(&vendor), [REFRESH, "stored access-2"]);
}

#[tokio::test]
async fn what_another_process_stored_is_taken_up_without_a_refresh() {
    let timer = ManualTimer::new();
    let (source, script, shelf) = scripted(&timer, []);
    shelf.replace("access-5", "refresh-5");
    assert_eq!(source.access(&location()).await.unwrap().expose(), "access-1", "it still works");
    timer.advance(Duration::from_secs(LIFE * 4 / 5));
    shelf.replace("access-6", "refresh-6");
    assert_eq!(source.access(&location()).await.unwrap().expose(), "access-6");
    assert!(script.wire().is_empty());
}

#[tokio::test]
async fn nobody_waits_for_a_turn_while_the_token_still_works() {
    let timer = ManualTimer::new();
    let (source, script, shelf) = scripted(&timer, []);
    timer.advance(Duration::from_secs(LIFE * 9 / 10));
    shelf.take_turn().await.unwrap().unwrap();
    let before = timer.now();
    assert_eq!(source.access(&location()).await.unwrap().expose(), "access-1");
    assert_eq!((timer.now(), script.wire().len()), (before, 0));
}

#[tokio::test(start_paused = true)]
async fn a_turn_that_was_not_given_back_is_over_before_the_grace_is() {
    let timer = PausedTimer::new();
    let vendor = Vendor::new(timer.clone());
    let shelf = Shelf::new(&vendor, timer.clone(), pair(location()));
    shelf.take_turn().await.unwrap().unwrap();
    let source = process(&vendor, timer.clone(), &shelf);
    let began = timer.now();
    let renewed = source.renew(&location(), &Secret::new("access-1")).await.unwrap().unwrap();
    assert_eq!(renewed.expose(), "access-2");
    let waited = timer.now().duration_since(began);
    assert!(waited < jiff::SignedDuration::from_secs(15), "{waited}");
}

#[tokio::test]
async fn who_was_overtaken_takes_up_what_its_successor_stored() {
    let timer = ManualTimer::new();
    let vendor = Vendor::new(timer.clone());
    let shelf = Shelf::new(&vendor, timer.clone(), pair(location()));
    let slow = Overtaken { vendor: vendor.clone(), shelf: Arc::clone(&shelf) };
    let source = process(&slow, timer, &shelf);
    let renewed = source.renew(&location(), &Secret::new("access-1")).await.unwrap().unwrap();
    assert_eq!(renewed.expose(), "access-7");
    assert_eq!(log(&vendor), [REFRESH, "refused access-2"]);
}

/// While its refresh is under way, another process takes the turn and stores a pair.
#[derive(Clone)]
struct Overtaken {
    vendor: Vendor<ManualTimer>,
    shelf: Arc<Shelf<ManualTimer>>,
}

impl Transport for Overtaken {
    async fn send(&self, request: Request) -> Answer {
        let answer = self.vendor.send(request).await;
        self.vendor.timer.advance(TURN);
        self.shelf.take_turn().await.unwrap().unwrap();
        self.shelf.replace("access-7", "refresh-7");
        answer
    }
}

#[tokio::test]
async fn a_pair_whose_turn_was_over_is_stored_in_the_next_one() {
    let timer = ManualTimer::new();
    let vendor = Vendor::new(timer.clone());
    let shelf = Shelf::new(&vendor, timer.clone(), pair(location()));
    let slow = Interrupted { vendor: vendor.clone(), shelf: Arc::clone(&shelf) };
    let source = process(&slow, timer, &shelf);
    let renewed = source.renew(&location(), &Secret::new("access-1")).await.unwrap().unwrap();
    assert_eq!(renewed.expose(), "access-2");
    assert_eq!(log(&vendor), [REFRESH, "refused access-2", "stored access-2"]);
}

/// While its refresh is under way, another process takes the turn and gets no further.
#[derive(Clone)]
struct Interrupted {
    vendor: Vendor<ManualTimer>,
    shelf: Arc<Shelf<ManualTimer>>,
}

impl Transport for Interrupted {
    async fn send(&self, request: Request) -> Answer {
        let answer = self.vendor.send(request).await;
        self.vendor.timer.advance(TURN);
        self.shelf.take_turn().await.unwrap().unwrap();
        answer
    }
}

#[tokio::test]
async fn a_refresh_token_that_somebody_else_used_is_no_reason_to_ask_for_consent() {
    let timer = ManualTimer::new();
    let shelf = Shelf::new(&Vendor::new(timer.clone()), timer.clone(), pair(location()));
    let script = Script::new(timer.clone(), [answer(400, DEAD)]);
    let late = StoresLate { script: script.clone(), shelf: Arc::clone(&shelf) };
    let source = process(&late, timer, &shelf);
    let renewed = source.renew(&location(), &Secret::new("access-1")).await.unwrap().unwrap();
    assert_eq!(renewed.expose(), "access-8");
    assert!(shelf.log.lock().unwrap().is_empty());
}

/// Another process, whose turn was over long ago, stores what it got while this one is refused.
#[derive(Clone)]
struct StoresLate {
    script: Script<ManualTimer>,
    shelf: Arc<Shelf<ManualTimer>>,
}

impl Transport for StoresLate {
    async fn send(&self, request: Request) -> Answer {
        self.shelf.replace("access-8", "refresh-8");
        self.script.send(request).await
    }
}

#[tokio::test]
async fn a_pair_that_was_removed_gives_no_token() {
    let timer = ManualTimer::new();
    let (source, script, shelf) = scripted(&timer, []);
    shelf.kept.lock().unwrap().stored = None;
    let error = source.renew(&location(), &Secret::new("access-1")).await.unwrap_err();
    assert!(matches!(error, TokenError::Disconnected));
    assert!(script.wire().is_empty());
}
