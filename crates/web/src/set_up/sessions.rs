//! Who has signed in to the pages: in memory, for twelve hours at most.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::http::{HeaderMap, HeaderValue, header};
use domain::{ApiKey, KeyHash};
use jiff::{SignedDuration, Timestamp};

/// The cookie of a session.
pub(super) const SESSION: &str = "highwire_session";

/// The cookie of somebody who has not signed in, for the token of that form.
pub(super) const VISIT: &str = "highwire_visit";

/// How long a session lasts.
const LIFETIME: SignedDuration = SignedDuration::from_hours(12);

/// How long a link that opens the pages may be remembered as used: longer than any of them lasts.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(1);

/// How many sessions there are at once. One more ends the one that would end soonest.
const MOST: usize = 1_000;

/// What a session stands for.
#[derive(Clone)]
pub(super) struct Session {
    /// The key that signed in.
    pub(super) key: Arc<ApiKey>,
    /// Whether the session ends when the key does. A link's own key is used up at once.
    pub(super) follows_key: bool,
    /// What its forms carry.
    pub(super) form_token: String,
    ends_at: Timestamp,
}

/// All sessions.
#[derive(Default)]
pub(super) struct Sessions(Mutex<Known>);

#[derive(Default)]
struct Known {
    sessions: HashMap<KeyHash, Session>,
    used: HashMap<KeyHash, Timestamp>,
}

impl Sessions {
    /// Opens a session under these two numbers that nobody guesses, and gives the cookie's value.
    pub(super) fn open(
        &self,
        (key, follows_key): (ApiKey, bool),
        (id, form_token): ([u8; 32], [u8; 32]),
        now: Timestamp,
    ) -> String {
        let id = hex(&id);
        let ends_at = now.saturating_add(LIFETIME).unwrap_or(Timestamp::MAX);
        let form_token = hex(&form_token);
        let session = Session { key: Arc::new(key), follows_key, form_token, ends_at };
        let mut known = self.known();
        known.sessions.retain(|_, session| now < session.ends_at);
        if known.sessions.len() >= MOST {
            let soonest = known.sessions.iter().min_by_key(|(_, session)| session.ends_at);
            if let Some(hash) = soonest.map(|(hash, _)| *hash) {
                known.sessions.remove(&hash);
            }
        }
        known.sessions.insert(KeyHash::of(&id), session);
        id
    }

    /// The session of a request.
    pub(super) fn of(&self, headers: &HeaderMap, now: Timestamp) -> Option<Session> {
        let id = cookie(headers, SESSION)?;
        let session = self.known().sessions.get(&KeyHash::of(id)).cloned();
        session.filter(|session| now < session.ends_at)
    }

    /// Ends the session of a request.
    pub(super) fn end(&self, headers: &HeaderMap) {
        if let Some(id) = cookie(headers, SESSION) {
            self.known().sessions.remove(&KeyHash::of(id));
        }
    }

    /// Uses a link up: true the first time.
    pub(super) fn use_up(&self, link: &KeyHash, now: Timestamp) -> bool {
        let until = now.saturating_add(REMEMBERED).unwrap_or(Timestamp::MAX);
        let mut known = self.known();
        known.used.retain(|_, until| now < *until);
        known.used.insert(*link, until).is_none()
    }

    /// What the lock guards is whole between any two calls.
    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A cookie that only these pages get, that no script reads, and that no other site makes a browser
/// send.
pub(super) fn set(name: &str, value: &str, is_https: bool) -> HeaderValue {
    let age = if value.is_empty() { 0 } else { LIFETIME.as_secs() };
    let secure = if is_https { "; Secure" } else { "" };
    let text =
        format!("{name}={value}; Path=/connect; Max-Age={age}; HttpOnly; SameSite=Strict{secure}");
    HeaderValue::from_str(&text).expect("names and hexadecimal digits can stand in a header")
}

/// The value of a cookie of a request.
pub(super) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let all = headers.get_all(header::COOKIE).iter();
    let pairs = all.filter_map(|value| value.to_str().ok()).flat_map(|text| text.split(';'));
    let mut named =
        pairs.filter_map(|pair| pair.trim().split_once('=')).filter(|(key, _)| *key == name);
    named.next().map(|(_, value)| value).filter(|value| !value.is_empty())
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use domain::contract::sample;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn with(cookie: &str) -> HeaderMap {
        let value = HeaderValue::from_str(cookie).unwrap();
        [(header::COOKIE, value)].into_iter().collect()
    }

    #[test]
    fn a_session_lasts_twelve_hours_and_is_known_by_its_cookie_alone() {
        let sessions = Sessions::default();
        let key = sample::api_key("alpha", 1).0;
        let id = sessions.open((key, true), ([1; 32], [2; 32]), at(0));
        let headers = with(&format!("other=1; {SESSION}={id}"));
        let session = sessions.of(&headers, at(43_199)).unwrap();
        assert_eq!(session.form_token, "02".repeat(32));
        assert!(sessions.of(&headers, at(43_200)).is_none());
        assert!(sessions.of(&with(&format!("{SESSION}={}", "00".repeat(32))), at(0)).is_none());
        assert!(sessions.of(&with(&format!("x{SESSION}={id}")), at(0)).is_none());
        sessions.end(&headers);
        assert!(sessions.of(&headers, at(1)).is_none());
    }

    #[test]
    fn a_link_is_used_once() {
        let sessions = Sessions::default();
        let link = KeyHash::of("a link");
        assert!(sessions.use_up(&link, at(0)) && !sessions.use_up(&link, at(600)));
        assert!(sessions.use_up(&KeyHash::of("another"), at(600)));
    }

    #[test]
    fn there_is_room_for_so_many_and_the_oldest_goes() {
        let sessions = Sessions::default();
        let open = |number: usize| {
            let mut id = [0; 32];
            id[..8].copy_from_slice(&number.to_be_bytes());
            let key = sample::api_key("alpha", 1).0;
            sessions.open((key, true), (id, [0; 32]), at(i64::try_from(number).unwrap()))
        };
        let first = open(0);
        for number in 1..=MOST {
            open(number);
        }
        assert!(sessions.of(&with(&format!("{SESSION}={first}")), at(1)).is_none());
        assert_eq!(sessions.known().sessions.len(), MOST);
    }

    #[test]
    fn cookies_are_for_these_pages_alone() {
        let set = |is_https| set(SESSION, "00", is_https).to_str().unwrap().to_owned();
        let plain = "highwire_session=00; Path=/connect; Max-Age=43200; HttpOnly; SameSite=Strict";
        assert_eq!(set(false), plain);
        assert_eq!(set(true), format!("{plain}; Secure"));
    }
}
