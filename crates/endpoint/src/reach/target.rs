//! A target: an address that is spelled in the one way which every program reads alike.
//!
//! There are many ways to write the same host: numbers in octal or hexadecimal, short forms, percent
//! signs, other alphabets, a user name that looks like a host. All of them are refused, so that what is
//! judged is what is called.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::Refusal;

/// The longest address, in bytes.
const LONGEST: usize = 2_048;

/// Ports from 1024 on that belong to other protocols, as browsers refuse them (the Fetch standard,
/// "bad port").
const OTHER_PROTOCOLS: [u16; 18] = [
    1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669,
    6697, 10080,
];

/// Names that never lead into the internet.
const LOCAL_NAMES: [&str; 7] =
    ["localhost", "local", "internal", "home.arpa", "lan", "onion", "invalid"];

/// Where a request goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// The host.
    pub host: Host,
    /// The port.
    pub port: u16,
    /// Whether there is no TLS.
    pub(super) is_plain: bool,
}

/// The host of an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Host {
    /// It stands for itself.
    Address(IpAddr),
    /// A name in lower case, which leads to addresses.
    Name(String),
}

impl Target {
    /// Reads an address.
    pub(super) fn read(url: &str) -> Result<Self, Refusal> {
        if url.len() > LONGEST {
            return Err(Refusal::Long);
        }
        let is_plainly_written =
            |byte: u8| byte.is_ascii_graphic() && !b"\"#<>\\^`{|}".contains(&byte);
        let (scheme, rest) = url.split_once("://").ok_or(Refusal::Spelling)?;
        let is_plain = match scheme.to_ascii_lowercase().as_str() {
            "https" => false,
            "http" => true,
            _ => return Err(Refusal::Plain),
        };
        let authority = rest.split(['/', '?']).next().unwrap_or(rest);
        if authority.contains('@') {
            return Err(Refusal::UserInfo);
        }
        if !url.bytes().all(is_plainly_written) {
            return Err(Refusal::Spelling);
        }
        let (host, port) = split_port(authority)?;
        let port = match port {
            None => {
                if is_plain {
                    80
                } else {
                    443
                }
            }
            Some(port) => read_port(port, is_plain)?,
        };
        Ok(Self { host: read_host(host)?, port, is_plain })
    }
}

/// Whether a text is a name in lower case.
pub(super) fn is_name(text: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    // A name whose last part is a number is read as an IPv4 address by browsers and most libraries.
    let last = text.rsplit('.').next().unwrap_or(text);
    let is_number = last.bytes().all(|byte| byte.is_ascii_digit())
        || last.strip_prefix("0x").is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_hexdigit()));
    text.len() <= 253 && text.split('.').all(is_label) && !is_number
}

/// Whether a name can lead into the internet.
pub(super) fn is_public_name(name: &str) -> bool {
    let is_below = |local: &str| name == local || name.ends_with(&format!(".{local}"));
    name.contains('.') && !LOCAL_NAMES.into_iter().any(is_below)
}

/// The host, and what stands behind the colon after it.
fn split_port(authority: &str) -> Result<(&str, Option<&str>), Refusal> {
    let Some(end) = authority.find(']') else {
        return Ok(match authority.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (authority, None),
        });
    };
    let (host, rest) = authority.split_at(end + 1);
    match rest.strip_prefix(':') {
        Some(port) => Ok((host, Some(port))),
        None if rest.is_empty() => Ok((host, None)),
        None => Err(Refusal::Spelling),
    }
}

fn read_port(text: &str, is_plain: bool) -> Result<u16, Refusal> {
    let is_number = !text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit());
    if text.is_empty() || !is_number {
        return Err(Refusal::Spelling);
    }
    let port: u16 = text.parse().map_err(|_| Refusal::Port)?;
    let is_usual = port == 443 || (is_plain && port == 80);
    match is_usual || (port >= 1024 && !OTHER_PROTOCOLS.contains(&port)) {
        true => Ok(port),
        false => Err(Refusal::Port),
    }
}

fn read_host(text: &str) -> Result<Host, Refusal> {
    if let Some(inner) = text.strip_prefix('[') {
        let inner = inner.strip_suffix(']').ok_or(Refusal::Spelling)?;
        let address: Ipv6Addr = inner.parse().map_err(|_| Refusal::Spelling)?;
        return Ok(Host::Address(address.into()));
    }
    if let Ok(address) = text.parse::<Ipv4Addr>() {
        return Ok(Host::Address(address.into()));
    }
    let name = text.to_ascii_lowercase();
    if is_name(&name) { Ok(Host::Name(name)) } else { Err(Refusal::Spelling) }
}
