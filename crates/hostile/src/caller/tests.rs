//! Texts that are nearly ids and nearly keys.

use proptest::prelude::*;

use super::*;
use crate::{corpus, strategies};

proptest! {
    #[test]
    fn what_is_nearly_an_id_is_taken_whole_or_not_at_all(
        text in prop_oneof![
            "[-a-zA-Z0-9_.:/+=@]{0,140}".prop_map(String::into_bytes),
            strategies::header_value(),
        ],
    ) {
        check(&text);
    }

    #[test]
    fn what_is_nearly_a_key_is_that_key_or_none(
        text in " ?hwk_[0-9a-f]{15,17}_[-_A-Za-z0-9]{42,44}[ \t]?",
    ) {
        check(text.as_bytes());
    }

    #[test]
    fn every_key_is_read_as_itself(bytes in prop::collection::vec(any::<u8>(), 40..80)) {
        check(&bytes);
    }
}

#[test]
fn what_the_fuzzer_found_is_read_rightly() {
    corpus::inputs("caller").iter().for_each(|bytes| check(bytes));
}
