//! What a caller says of itself: a correlation id that can stand anywhere, a key of one shape.

use domain::{ApiKeySecret, CorrelationId};

/// How many characters at the end of a key nobody may see.
const HIDDEN: usize = 43;

/// Reads the bytes as both, and makes a key of them.
///
/// # Panics
/// Where an id is taken that could break a header or a line of a log, where a key is read as
/// another one, or where it shows itself.
pub fn check(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Some(id) = CorrelationId::given(&text) {
        assert_eq!(id.as_str(), text, "an id is not what was given");
        assert!((1..=CorrelationId::LONGEST).contains(&text.len()), "an id without bounds");
        let is_plain = |byte: u8| byte.is_ascii_graphic() && !b"\"\\<>'`".contains(&byte);
        assert!(text.bytes().all(is_plain), "an id that something has to escape");
    }
    if let Some(secret) = ApiKeySecret::parse(&text) {
        assert_eq!(secret.expose(), text.trim(), "a key is not what was presented");
        check_key(&secret);
    }
    let mut random = [0; ApiKeySecret::RANDOM];
    random.iter_mut().zip(bytes).for_each(|(byte, given)| *byte = *given);
    let (_, secret) = ApiKeySecret::from_random(&random);
    check_key(&secret);
    check_damaged(secret.expose(), bytes);
}

fn check_key(secret: &ApiKeySecret) {
    let shown = format!("{secret:?}");
    let hidden = &secret.expose()[secret.expose().len() - HIDDEN..];
    assert!(!shown.contains(hidden), "a key shows itself");
    let again = ApiKeySecret::parse(secret.expose()).expect("a key is read");
    assert_eq!(again.hash(), secret.hash(), "a key has two hashes");
}

/// A key with one character changed is no key or another one.
fn check_damaged(key: &str, bytes: &[u8]) {
    let [place, other, ..] = bytes else { return };
    let mut damaged = key.as_bytes().to_vec();
    let place = usize::from(*place) % damaged.len();
    damaged[place] = *other;
    let damaged = String::from_utf8_lossy(&damaged);
    let read = ApiKeySecret::parse(&damaged);
    // A space at an end is none of its characters.
    let is_same = damaged.trim() == key;
    let hash = ApiKeySecret::parse(key).map(|key| key.hash());
    assert!(is_same || read.is_none_or(|read| Some(read.hash()) != hash), "two texts of one key");
}

#[cfg(test)]
mod tests;
