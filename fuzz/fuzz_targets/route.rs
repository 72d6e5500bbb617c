//! A path that finds an operation is built into one that finds the same.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| hostile::route(input));
