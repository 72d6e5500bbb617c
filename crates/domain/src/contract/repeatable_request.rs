//! What every store of repeatable requests must do.

use bytes::Bytes;

use super::sample::at;
use crate::{
    Actor, ApiKeyId, KeptReply, KnownRequest, NewRequest, RequestKey, RequestMark, Storage,
};

fn request(holder: Actor, word: &str, second: i64) -> NewRequest {
    NewRequest {
        key: RequestKey { holder, word: word.to_owned() },
        mark: RequestMark::of("POST", "/v1/things", word.as_bytes()),
        begun_at: at(second),
        kept_until: at(second + 100),
    }
}

/// A key is one holder's; what is known of it tells what it was used for, when, and what came of it.
pub async fn a_request_begins_once<S: Storage>(store: S) {
    let key = Actor::Key(ApiKeyId::new("key_1"));
    let first = request(key.clone(), "one", 0);
    assert_eq!(store.begin_request(first.clone()).await.expect("begin"), None);
    let known = |reply| Some(KnownRequest { mark: first.mark, begun_at: at(0), reply });
    let again = NewRequest { mark: RequestMark::of("POST", "/", b""), ..request(key, "one", 7) };
    assert_eq!(store.begin_request(again.clone()).await.expect("begin"), known(None));
    let other = request(Actor::Installation, "one", 7);
    assert_eq!(store.begin_request(other).await.expect("begin"), None);
    let reply = KeptReply { status: 201, body: Bytes::from_static(b"{\"a\":\"\xc3\xa4\"}") };
    store.end_request(&first.key, reply.clone()).await.expect("end");
    assert_eq!(
        store.begin_request(again.clone()).await.expect("begin"),
        known(Some(reply.clone()))
    );
    // What came first stays, and what has an answer is not forgotten.
    store.end_request(&first.key, KeptReply { status: 500, ..reply.clone() }).await.expect("end");
    store.forget_request(&first.key).await.expect("forget");
    assert_eq!(store.begin_request(again).await.expect("begin"), known(Some(reply)));
}

/// A request of which nothing came leaves its key free, and so does the end of its time.
pub async fn a_key_is_free_again<S: Storage>(store: S) {
    let first = request(Actor::Installation, "one", 0);
    store.begin_request(first.clone()).await.expect("begin");
    store.forget_request(&first.key).await.expect("forget");
    assert_eq!(store.begin_request(first.clone()).await.expect("begin"), None);
    let reply = KeptReply { status: 204, body: Bytes::new() };
    store.end_request(&first.key, reply.clone()).await.expect("end");
    let late = request(Actor::Installation, "one", 99);
    let known = store.begin_request(late).await.expect("begin").and_then(|known| known.reply);
    assert_eq!(known, Some(reply));
    let later = request(Actor::Installation, "one", 100);
    assert_eq!(store.begin_request(later).await.expect("begin"), None);
    // What is not there is passed over.
    let unknown = RequestKey { word: "two".to_owned(), ..first.key };
    store.forget_request(&unknown).await.expect("forget");
    let reply = KeptReply { status: 200, body: Bytes::new() };
    store.end_request(&unknown, reply).await.expect("end");
}
