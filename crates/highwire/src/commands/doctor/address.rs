//! Whether the hub runs, and whether vendors can reach it from outside.

use std::net::IpAddr;

use domain::Finding;
use endpoint::{Method, Request, Transport, TransportError, http::HttpTransport};

use super::described;
use crate::settings::Settings;

/// What answers says about one address.
enum Heard {
    Hub,
    Other(u16),
    Nothing(String),
}

/// Services that lend an address for a while.
const TUNNELS: [&str; 6] =
    ["ngrok.io", "ngrok.app", "ngrok-free.app", "ngrok-free.dev", "trycloudflare.com", "loca.lt"];

/// The hub on its own address, and the address that vendors are given.
pub(super) async fn findings(settings: &Settings) -> Vec<Finding> {
    let transport = match described::transport() {
        Ok(transport) => transport,
        Err(failure) => {
            return vec![Finding::bad("hub", failure.chain().join(": "), failure.hint())];
        }
    };
    let mut listen = settings.listen;
    if listen.ip().is_unspecified() {
        listen.set_ip(match listen {
            std::net::SocketAddr::V4(_) => IpAddr::from([127, 0, 0, 1]),
            std::net::SocketAddr::V6(_) => IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1]),
        });
    }
    let own = format!("http://{listen}");
    let is_up = matches!(ask(&transport, &own).await, Heard::Hub);
    let mut findings = vec![match is_up {
        true => Finding::good("hub", format!("it answers at {own}")),
        false => Finding::warning(
            "hub",
            format!("none answers at {own}"),
            "start it with `highwire up`, or ignore this where it runs elsewhere",
        ),
    }];
    let public = settings.webhook.public_url.trim().trim_end_matches('/');
    let simulated = is_local(host(&settings.highlevel.url));
    findings.push(match (public.is_empty(), simulated) {
        (true, true) => Finding::skipped(
            "public address",
            "none is set, and the simulated HighLevel needs none: it is on this machine",
        ),
        (true, false) => Finding::warning(
            "public address",
            format!("none is set, and {own} is for this machine: no vendor can send webhooks"),
            "set webhook.public_url to the address of your proxy or tunnel, such as https://your.host",
        ),
        (false, _) => {
            let heard = ask(&transport, public).await;
            judge(public, &heard, (is_up, simulated))
        }
    });
    findings
}

/// What vendors will meet at the public address.
fn judge(public: &str, heard: &Heard, (is_up, simulated): (bool, bool)) -> Finding {
    let subject = "public address";
    let name = host(public);
    match heard {
        Heard::Nothing(why) => Finding::bad(
            subject,
            format!("nothing answers at {public}: {why}"),
            match is_up {
                true => "start the proxy or tunnel, or correct webhook.public_url",
                false => "start the hub, then its proxy or tunnel",
            },
        ),
        Heard::Other(status) => Finding::bad(
            subject,
            format!("{public}/healthz is answered with {status}, and not by a hub"),
            "let the proxy or tunnel lead to the address on which the hub listens, path unchanged",
        ),
        Heard::Hub if is_local(name) && !simulated => Finding::warning(
            subject,
            format!("{public} leads to the hub, but only from this machine or network"),
            "set webhook.public_url to an address that vendors can reach, of a proxy or tunnel",
        ),
        Heard::Hub if !public.starts_with("https://") && !simulated => Finding::warning(
            subject,
            format!("{public} leads to the hub without TLS, which vendors refuse"),
            "put TLS in front of the hub, and write the address with https://",
        ),
        Heard::Hub if is_tunnel(name) => Finding::warning(
            subject,
            format!("{public} leads to the hub through a tunnel, whose address may change"),
            "take an address that stays before people rely on it",
        ),
        Heard::Hub => Finding::good(subject, format!("{public} leads to a hub")),
    }
}

async fn ask(transport: &HttpTransport, url: &str) -> Heard {
    let request = Request {
        method: Method::Get,
        url: format!("{url}/healthz"),
        headers: Vec::new(),
        body: Vec::new().into(),
    };
    match transport.send(request).await {
        Ok(answer) => {
            let said: serde_json::Value = serde_json::from_slice(&answer.body).unwrap_or_default();
            match (answer.status, said["status"] == "ok") {
                (200, true) => Heard::Hub,
                (status, _) => Heard::Other(status),
            }
        }
        Err(TransportError::Connect { source, .. }) => Heard::Nothing(deepest(&*source)),
        Err(TransportError::Interrupted { source, .. }) => Heard::Nothing(deepest(&*source)),
    }
}

/// The first cause, which says what the network said.
fn deepest(error: &(dyn std::error::Error + 'static)) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}

fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    match authority.strip_prefix('[') {
        Some(rest) => rest.split_once(']').map_or("", |(host, _)| host),
        None => authority.split(':').next().unwrap_or_default(),
    }
}

/// Whether only this machine or its own network reaches it.
fn is_local(host: &str) -> bool {
    match host.parse() {
        Ok(IpAddr::V4(ip)) => ip.is_loopback() || ip.is_private() || ip.is_link_local(),
        Ok(IpAddr::V6(ip)) => ip.is_loopback() || ip.is_unique_local(),
        Err(_) => host == "localhost" || host.ends_with(".localhost") || host.ends_with(".local"),
    }
}

fn is_tunnel(host: &str) -> bool {
    TUNNELS.iter().any(|tunnel| host.strip_suffix(tunnel).is_some_and(|rest| rest.ends_with('.')))
}

#[cfg(test)]
mod tests {
    use domain::Verdict;

    use super::*;

    #[test]
    fn hosts_are_told_apart() {
        for local in ["127.0.0.1", "localhost", "10.1.2.3", "192.168.0.9", "::1", "hub.local"] {
            assert!(is_local(local), "{local}");
        }
        for public in ["hub.example.com", "8.8.8.8", "localhost.example.com"] {
            assert!(!is_local(public), "{public}");
        }
        assert!(is_tunnel("a.ngrok-free.app") && !is_tunnel("ngrok-free.app.example.com"));
        assert!(!is_tunnel("notngrok.io"));
        assert_eq!(host("https://hub.example.com:8443/a?b"), "hub.example.com");
        assert_eq!(host("http://[::1]:8080"), "::1");
    }

    #[test]
    fn what_answers_at_the_public_address_is_judged() {
        let verdict =
            |url: &str, heard: Heard, simulated| judge(url, &heard, (true, simulated)).verdict;
        let nothing = || Heard::Nothing("refused".to_owned());
        assert_eq!(verdict("https://hub.example.com", Heard::Hub, false), Verdict::Good);
        assert_eq!(verdict("https://hub.example.com", Heard::Other(502), false), Verdict::Bad);
        assert_eq!(verdict("https://hub.example.com", nothing(), false), Verdict::Bad);
        assert_eq!(verdict("http://hub.example.com", Heard::Hub, false), Verdict::Warning);
        assert_eq!(verdict("https://10.0.0.7", Heard::Hub, false), Verdict::Warning);
        assert_eq!(verdict("http://127.0.0.1:8080", Heard::Hub, true), Verdict::Good);
        assert_eq!(verdict("https://x.trycloudflare.com", Heard::Hub, false), Verdict::Warning);
    }
}
