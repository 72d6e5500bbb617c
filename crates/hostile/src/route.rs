//! Whatever path finds an operation, what is built of it finds the same one again.
//!
//! An input is a method in one line and a path in the rest.

use endpoint::{
    Draft, Method,
    catalogue::{Edition, Generation},
};
use highlevel::catalogue::{self, Route};

/// Where the requests that are built go.
const BASE: &str = "https://highlevel.test";

const METHODS: [Method; 5] =
    [Method::Get, Method::Post, Method::Put, Method::Patch, Method::Delete];

/// Matches the path in each generation, and reads what is built of it again.
///
/// # Panics
/// Where what is built leads to another host, has more parts than the operation, or means another
/// operation or other values.
pub fn check(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let (method, path) = text.split_once('\n').unwrap_or(("GET", &text));
    let method = METHODS.into_iter().find(|known| known.as_str() == method);
    let method = method.unwrap_or(Method::Get);
    for wanted in [None, Some(Generation::V2), Some(Generation::V3)] {
        if let Ok(route) = catalogue::route(method, path, wanted) {
            hold(method, &route);
        }
    }
}

fn hold(method: Method, route: &Route) {
    let edition: Edition<'_> = route.edition();
    let values = route.parameters().iter().map(|(name, value)| (*name, value.as_str()));
    let draft = Draft {
        operation: route.operation().id(),
        method,
        path: edition.path(),
        path_parameters: values.collect(),
        query: Vec::new(),
        accept: "application/json",
        body: None,
    };
    let url = draft.encode(BASE).expect("a value that was taken can be encoded").url;
    let built = url.strip_prefix(BASE).expect("the host is the base's");
    assert_eq!(built.matches('/').count(), edition.path().matches('/').count(), "{built}");
    assert!(!built.contains("//") && !built.contains(['?', '#', '\\']), "{built}");
    assert!(!built.split('/').any(|word| matches!(word, "." | "..")), "{built}");
    let again = catalogue::route(method, built, Some(edition.generation()));
    let again = again.expect("what was found is found again");
    assert_eq!(again.operation().id(), route.operation().id(), "{built}");
    assert_eq!(again.parameters(), route.parameters(), "{built}");
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, proptest};

    use super::*;
    use crate::corpus;

    #[test]
    fn the_corpus_holds() {
        for input in corpus::inputs("route") {
            check(&input);
        }
    }

    proptest! {
        #[test]
        fn any_bytes_hold(input in any::<Vec<u8>>()) {
            check(&input);
        }

        #[test]
        fn paths_of_known_words_hold(
            words in proptest::collection::vec("contacts|locations|notes|[a-z%0-9./]{1,8}", 1..5),
        ) {
            check(format!("GET\n/{}", words.join("/")).as_bytes());
        }
    }
}
