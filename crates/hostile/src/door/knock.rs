//! A request made of any bytes, and what the door must say to it.

use bytes::Bytes;

use crate::{Keys, house};

/// A request to the door.
pub(super) struct Knock {
    /// The bytes to send.
    pub(super) request: Vec<u8>,
    /// The body that was signed, or might have been.
    pub(super) body: Bytes,
    /// Whether a trusted key signed the body, in a header that counts.
    pub(super) is_signed: bool,
    /// Whether nothing in it but the signature and the body can decide about the answer.
    pub(super) is_plain: bool,
}

/// Header names that decide nothing.
const PLAIN_NAMES: [&str; 5] =
    ["accept", "content-type", "deliveryid", "user-agent", "x-correlation-id"];

/// What a plain request has of headers at most.
const PLAIN_HEADERS: usize = 20;
const PLAIN_BYTES: usize = 4_096;

impl Knock {
    /// The request that the input describes.
    pub(super) fn of(input: &[u8], keys: &Keys) -> Self {
        let (way, rest) = split(input, b"\n");
        if way == b"raw" {
            let (request, body) = (rest.to_vec(), Bytes::new());
            return Self { request, body, is_signed: false, is_plain: false };
        }
        let (headers, body) = match rest.strip_prefix(b"\n") {
            Some(body) => (&b""[..], body),
            None => split(rest, b"\n\n"),
        };
        let (signatures, is_signed) = signatures(way, body, keys);
        let mut request =
            format!("POST {} HTTP/1.1\r\nhost: hub\r\nconnection: close\r\n", house::PATH)
                .into_bytes();
        for (name, value) in signatures {
            request.extend(format!("{name}: {value}\r\n").into_bytes());
        }
        for line in headers.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
            request.extend([line, b"\r\n"].concat());
        }
        request.extend(format!("content-length: {}\r\n\r\n", body.len()).into_bytes());
        request.extend(body);
        let is_plain = is_plain(headers);
        Self { request, body: Bytes::copy_from_slice(body), is_signed, is_plain }
    }
}

/// The signature headers, and whether they are those of a trusted key over this body.
fn signatures(way: &[u8], body: &[u8], keys: &Keys) -> (Vec<(&'static str, String)>, bool) {
    let ed25519 = |value| ("X-GHL-Signature", value);
    let rsa = |value| ("X-WH-Signature", value);
    let other = [body, b" "].concat();
    match way {
        b"ed25519" => (vec![ed25519(keys.ed25519(body))], true),
        b"rsa" => (vec![rsa(keys.rsa(body))], true),
        b"both" => (vec![rsa(keys.rsa(body)), ed25519(keys.ed25519(body))], true),
        b"theirs" => (vec![ed25519(Keys::new(2).ed25519(body)), rsa(keys.rsa(body))], false),
        b"other" => (vec![ed25519(keys.ed25519(&other))], false),
        b"twice" => (vec![ed25519(keys.ed25519(&other)), ed25519(keys.ed25519(body))], false),
        _ => (Vec::new(), false),
    }
}

fn is_plain(headers: &[u8]) -> bool {
    let lines = || headers.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    let is_plain = |line: &[u8]| {
        let Some((name, value)) = std::str::from_utf8(line).ok().and_then(|l| l.split_once(':'))
        else {
            return false;
        };
        PLAIN_NAMES.contains(&name.to_ascii_lowercase().as_str())
            && value.bytes().all(|byte| matches!(byte, b' '..=b'~'))
    };
    headers.len() <= PLAIN_BYTES && lines().count() <= PLAIN_HEADERS && lines().all(is_plain)
}

/// Before and after the first occurrence; all of it and nothing where there is none.
fn split<'a>(bytes: &'a [u8], by: &[u8]) -> (&'a [u8], &'a [u8]) {
    match bytes.windows(by.len()).position(|window| window == by) {
        Some(at) => (&bytes[..at], &bytes[at + by.len()..]),
        None => (bytes, b""),
    }
}
