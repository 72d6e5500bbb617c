//! Tests of the callback: who settles a consent, and what the page shows.

use std::sync::Mutex;

use axum::body::to_bytes;

use super::*;

/// Notes what came, and agrees to `code=good`.
#[derive(Default)]
struct Desk {
    seen: Mutex<Vec<String>>,
}

impl ConsentCallbacks for Desk {
    fn settle<'a>(&'a self, query: &'a str) -> BoxFuture<'a, Result<Settled, Unsettled>> {
        self.seen.lock().unwrap().push(query.to_owned());
        Box::pin(async move {
            match query {
                "code=good" => Ok(Settled {
                    account: "Harbor <West>".to_owned(),
                    connection: "con_1".to_owned(),
                    renewed: false,
                    findings: vec![Finding::warning(
                        "scopes",
                        "one & more",
                        "run `highwire doctor`",
                    )],
                }),
                _ => Err(Unsettled {
                    reason: "that consent was used already".to_owned(),
                    hint: "begin again".to_owned(),
                    is_ours: query == "code=store",
                }),
            }
        })
    }
}

async fn call(desk: Option<Arc<Desk>>, method: Method, query: Option<&str>) -> (u16, String) {
    let consents = desk.map(|desk| desk as Arc<dyn ConsentCallbacks>);
    let query = RawQuery(query.map(str::to_owned));
    let response = receive(State(Callbacks::new(consents)), method, query).await;
    for (name, value) in HEADERS {
        assert_eq!(response.headers()[name], value);
    }
    let status = response.status().as_u16();
    let body = to_bytes(response.into_body(), 1 << 20).await.unwrap();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn who_agreed_sees_what_is_connected_and_nothing_is_taken_for_markup() {
    let desk = Arc::new(Desk::default());
    let (status, html) = call(Some(desk), Method::GET, Some("code=good")).await;
    assert_eq!(status, 200);
    for part in [
        "Connected: Harbor &lt;West&gt;",
        "<code>con_1</code>",
        "one &amp; more",
        "run <code>highwire doctor</code>",
    ] {
        assert!(html.contains(part), "{part} in {html}");
    }
    assert!(!html.contains("<West>") && !html.contains("good\""), "{html}");
}

#[tokio::test]
async fn a_refusal_says_why_and_what_to_do() {
    let desk = Arc::new(Desk::default());
    let (status, html) = call(Some(Arc::clone(&desk)), Method::GET, Some("code=used")).await;
    assert_eq!(status, 400);
    assert!(html.contains("That consent was used already.") && html.contains("Begin again."));
    assert_eq!(call(Some(desk), Method::GET, Some("code=store")).await.0, 503);
}

#[tokio::test]
async fn who_only_looks_uses_nothing_up() {
    let desk = Arc::new(Desk::default());
    assert_eq!(call(Some(Arc::clone(&desk)), Method::HEAD, Some("code=good")).await.0, 400);
    assert_eq!(call(Some(Arc::clone(&desk)), Method::GET, None).await.0, 400);
    assert_eq!(call(None, Method::GET, Some("code=good")).await.0, 400);
    assert!(desk.seen.lock().unwrap().is_empty());
}

#[tokio::test]
async fn more_than_can_be_worked_on_are_told_to_come_again() {
    let desk: Arc<dyn ConsentCallbacks> = Arc::new(Desk::default());
    let callbacks = Callbacks::new(Some(desk));
    let _all = callbacks.room.try_acquire_many(AT_ONCE as u32).unwrap();
    let query = RawQuery(Some("code=good".to_owned()));
    let response = receive(State(callbacks.clone()), Method::GET, query).await;
    assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
}
