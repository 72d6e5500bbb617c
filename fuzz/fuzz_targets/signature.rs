//! Only a signature of a trusted key over these bytes is accepted.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| hostile::signature(input));
