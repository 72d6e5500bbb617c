//! Whatever knocks at the door, it answers, and keeps only what a trusted key has signed.
#![no_main]

use std::sync::{LazyLock, Mutex};

static DOOR: LazyLock<Mutex<hostile::Door>> = LazyLock::new(Mutex::default);

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    DOOR.lock().expect("a panic ends the fuzzer").knock(input);
});
