//! Tests of exchanges: location tokens that are bought with a company's, within its limits.

use super::*;

#[tokio::test(start_paused = true)]
async fn a_location_token_is_bought_once_and_kept() {
    let timer = PausedTimer::new();
    let (source, vendor) = source(timer, company());
    let mut callers = JoinSet::new();
    for _ in 0..20 {
        let source = Arc::clone(&source);
        callers.spawn(async move { source.access(&location()).await.unwrap() });
    }
    for token in callers.join_all().await {
        assert_eq!(token.expose(), "location-1");
    }
    assert_eq!(log(&vendor), ["POST /oauth/locationToken companyId=com1&locationId=loc1"]);
    assert_eq!(source.access(&company()).await.unwrap().expose(), "access-1");

    let refused = Secret::new("location-1");
    let renewed = source.renew(&location(), &refused).await.unwrap().unwrap();
    assert_eq!(renewed.expose(), "location-2");
}

#[tokio::test]
async fn an_expired_company_token_is_refreshed_on_the_way_to_a_location() {
    let (source, vendor) = source(ManualTimer::new(), company());
    vendor.expired.lock().unwrap().push("access-1".to_owned());
    assert_eq!(source.access(&location()).await.unwrap().expose(), "location-1");
    let log = log(&vendor);
    assert_eq!(log.len(), 4, "refused, refreshed, stored, exchanged: {log:?}");
    assert_eq!(log[2], "stored access-2");
}

const NOT_YET: &str = r#"{"statusCode":400,"message":"App is not installed on the location"}"#;
const TOKEN: &str = r#"{"access_token":"location-9","expires_in":86400}"#;

fn of_company(
    timer: &ManualTimer,
    answers: impl IntoIterator<Item = Answer>,
) -> (Scripted, Script<ManualTimer>) {
    let script = Script::new(timer.clone(), answers);
    let shelf = Shelf::new(&Vendor::new(timer.clone()), timer.clone(), pair(company()));
    (process(&script, timer.clone(), &shelf), script)
}

#[tokio::test]
async fn a_location_that_is_about_to_get_the_app_is_asked_for_again() {
    let timer = ManualTimer::new();
    let answers = [answer(400, NOT_YET), answer(400, NOT_YET), answer(201, TOKEN)];
    let (source, script) = of_company(&timer, answers);
    assert_eq!(source.access(&location()).await.unwrap().expose(), "location-9");
    assert_eq!(script.sent_at(), [0.0, 1.0, 3.0]);
}

#[tokio::test]
async fn a_location_without_the_app_is_left_alone_for_a_while() {
    let timer = ManualTimer::new();
    let (source, script) = of_company(&timer, (0..9).map(|_| answer(400, NOT_YET)));
    for _ in 0..50 {
        let error = source.access(&location()).await.unwrap_err();
        let TokenError::Fetch(error) = error else { panic!("{error}") };
        assert_eq!(error.kind(), Some(&Kind::NotInstalled));
    }
    assert_eq!(script.wire().len(), 6, "half a minute of waiting, once");
    timer.advance(Duration::from_secs(30));
    source.access(&location()).await.unwrap_err();
    assert!(script.wire().len() > 6);
}

#[tokio::test]
async fn a_location_that_lost_the_app_is_not_waited_for() {
    let timer = ManualTimer::new();
    let (source, script) = of_company(&timer, [answer(201, TOKEN), answer(400, NOT_YET)]);
    let token = source.access(&location()).await.unwrap();
    let before = timer.now();
    let error = source.renew(&location(), &token).await.unwrap_err();
    assert_eq!(error.retry(), endpoint::Retry::Never, "{error}");
    assert_eq!((timer.now(), script.wire().len()), (before, 2));
}

#[tokio::test(start_paused = true)]
async fn a_storm_of_installations_stays_within_the_companys_limit() {
    let timer = PausedTimer::new();
    let (source, vendor) = source(timer.clone(), company());
    let mut callers = JoinSet::new();
    for number in 0..500 {
        let source = Arc::clone(&source);
        let location = LocationId::new(&format!("loc{number}")).into();
        callers.spawn(async move { source.access(&location).await.unwrap() });
    }
    callers.join_all().await;
    assert_eq!(vendor.exchanges.load(Ordering::SeqCst), 500);
    assert_eq!(vendor.most_at_once.load(Ordering::SeqCst), 8);
    let times = vendor.exchanged_at.lock().unwrap().clone();
    assert!(crate::stand_ins::fullest_window(&times) <= 100);
}
