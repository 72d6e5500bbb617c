//! What every store of watermarks must do.

use super::sample::{at, tenant};
use crate::{Connection, Connections, Watermarks};

/// It rises, never falls, and is forgotten when somebody says so.
pub async fn a_watermark_only_rises<S: Watermarks>(store: S) {
    let alpha = tenant("alpha");
    let stands = async || store.watermark(&alpha, "rows/contacts").await.expect("read a watermark");
    assert_eq!(stands().await, None);
    for (to, expected) in [(5, 5), (3, 5), (9, 9)] {
        store.raise_watermark(&alpha, "rows/contacts", at(to)).await.expect("raise a watermark");
        assert_eq!(stands().await, Some(at(expected)));
    }
    store.forget_watermark(&alpha, "rows/contacts").await.expect("forget a watermark");
    assert_eq!(stands().await, None);
}

/// Connections and lists have their own.
pub async fn watermarks_do_not_see_each_other<S: Watermarks>(store: S) {
    let (alpha, beta) = (tenant("alpha"), tenant("beta"));
    for (owner, list, to) in [(&alpha, "a", 1), (&alpha, "b", 2), (&beta, "a", 3)] {
        store.raise_watermark(owner, list, at(to)).await.expect("raise a watermark");
    }
    store.forget_watermark(&alpha, "b").await.expect("forget a watermark");
    for (owner, list, expected) in
        [(&alpha, "a", Some(at(1))), (&alpha, "b", None), (&beta, "a", Some(at(3)))]
    {
        let stands = store.watermark(owner, list).await.expect("read a watermark");
        assert_eq!(stands, expected);
    }
}

/// With a connection go its watermarks, and nobody else's.
pub async fn a_removed_connection_takes_its_watermarks<S: Watermarks + Connections>(store: S) {
    let (alpha, beta) = (tenant("alpha"), tenant("beta"));
    for owner in [&alpha, &beta] {
        let connection = Connection {
            tenant: owner.clone(),
            vendor: "notion".to_owned(),
            name: String::new(),
            created_at: at(0),
        };
        store.put_connection(connection).await.expect("put a connection");
        store.raise_watermark(owner, "a", at(1)).await.expect("raise a watermark");
    }
    assert!(store.remove_connection(&alpha).await.expect("remove a connection"));
    assert_eq!(store.watermark(&alpha, "a").await.expect("read a watermark"), None);
    assert_eq!(store.watermark(&beta, "a").await.expect("read a watermark"), Some(at(1)));
}
