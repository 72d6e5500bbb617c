//! Headers that are nearly signatures.

use proptest::prelude::*;

use super::*;
use crate::{corpus, strategies};

/// A line of an input: a signature, a changed one, or anything else.
fn line() -> impl Strategy<Value = Vec<u8>> {
    let made = prop::sample::select(&["=ours", "=theirs", "=other"][..]);
    let suffix = prop_oneof![
        3 => Just(Vec::new()),
        1 => Just(b" \t".to_vec()),
        1 => strategies::header_value(),
    ];
    let signature = (made, suffix).prop_map(|(made, suffix)| [made.as_bytes(), &suffix].concat());
    let text = "[A-Za-z0-9+/=_-]{0,120}".prop_map(String::into_bytes);
    prop_oneof![
        3 => signature,
        1 => Just(b"N/A".to_vec()),
        1 => Just(Vec::new()),
        1 => text,
        1 => strategies::header_value(),
    ]
}

proptest! {
    #[test]
    fn only_a_trusted_signature_counts(
        ed25519 in line(),
        rsa in line(),
        body in strategies::body(),
    ) {
        check(&[&ed25519[..], &rsa, &body].join(&b'\n'));
    }
}

#[test]
fn what_the_fuzzer_found_is_judged_rightly() {
    corpus::inputs("signature").iter().for_each(|input| check(input));
}
