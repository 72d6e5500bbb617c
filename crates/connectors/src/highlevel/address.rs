//! The address of HighLevel's API: where a token may be sent.

use std::net::IpAddr;

/// An address to which no token is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the address of HighLevel is no https address, and http is only for this machine; give one such as \
     https://services.leadconnectorhq.com, or http://127.0.0.1:8091 for the sandbox"
)]
pub struct UnsafeAddress;

/// The address without a slash at its end.
///
/// # Errors
/// Where a token would leave the machine unprotected, or reach another host than a reader sees.
pub fn base_url(text: &str) -> Result<&str, UnsafeAddress> {
    let url = text.trim().trim_end_matches('/');
    let is_safe = match url.split_once("://") {
        Some(("https", rest)) => is_host(authority(rest)),
        Some(("http", rest)) => is_loopback(authority(rest)),
        _ => false,
    };
    match is_safe {
        true => Ok(url),
        false => Err(UnsafeAddress),
    }
}

fn authority(rest: &str) -> &str {
    rest.split(['/', '?', '#']).next().unwrap_or_default()
}

/// A name and password in front of the host could make it look like another.
fn is_host(authority: &str) -> bool {
    !authority.is_empty()
        && !authority.contains(['@', '\\'])
        && !authority.contains(char::is_whitespace)
}

fn is_loopback(authority: &str) -> bool {
    let host = match authority.strip_prefix('[') {
        Some(rest) => rest.split_once(']').map_or("", |(host, _)| host),
        None => authority.split(':').next().unwrap_or_default(),
    };
    let is_local = host == "localhost" || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback());
    is_host(authority) && is_local
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_tls_only_this_machine_is_called() {
        for good in ["127.0.0.1:8091", "127.9.9.9", "localhost:1", "[::1]:8091"] {
            assert!(is_loopback(good), "{good}");
        }
        for bad in
            ["10.0.0.1", "127.0.0.1@evil.test", "localhost.evil.test", "", "[::2]:1", "0.0.0.0"]
        {
            assert!(!is_loopback(bad), "{bad}");
        }
    }

    #[test]
    fn an_address_is_https_without_its_slash() {
        assert_eq!(base_url(" https://hl.example/ "), Ok("https://hl.example"));
        assert_eq!(base_url("http://127.0.0.1:1"), Ok("http://127.0.0.1:1"));
        for bad in ["http://hl.example", "ftp://127.0.0.1", "hl.example", "https://u@hl.example"] {
            assert_eq!(base_url(bad), Err(UnsafeAddress), "{bad}");
        }
    }
}
