//! Bytes are a sealed credential in one way only.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hostile::sealed(bytes));
