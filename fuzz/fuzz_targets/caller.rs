//! What a caller says of itself: a correlation id and a key.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hostile::caller(bytes));
