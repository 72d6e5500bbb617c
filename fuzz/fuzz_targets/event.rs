//! Any body becomes an event.
#![no_main]

libfuzzer_sys::fuzz_target!(|body: &[u8]| hostile::event(body));
