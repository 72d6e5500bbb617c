//! Bytes at random, bytes at their bounds, and one changed bit.

use proptest::prelude::*;

use super::*;
use crate::corpus;

proptest! {
    #[test]
    fn no_bytes_open(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        check(&bytes);
    }

    #[test]
    fn no_changed_bit_opens(place in 0..118_usize, bit in 0..8_u32) {
        let mut bytes = vec![0; place];
        bytes.push(1 << bit);
        check(&bytes);
    }
}

#[test]
fn what_the_fuzzer_found_does_not_open() {
    corpus::inputs("sealed").iter().for_each(|bytes| check(bytes));
}
