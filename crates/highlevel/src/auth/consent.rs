//! The consent page: the address at which a person installs the app.

use std::net::IpAddr;

use endpoint::Content;

use super::Verifier;

/// Where the page is on every host; HighLevel moved it below `/v2` (`facts/highlevel.md` 2.2).
const PATH: &str = "/v2/oauth/chooselocation";

/// The marketplace that says HighLevel.
const STANDARD: &str = "marketplace.gohighlevel.com";

/// The marketplace that says no vendor's name, for agencies that sell under their own.
const WHITE_LABEL: &str = "marketplace.leadconnectorhq.com";

/// Where the consent page is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsentHost(String);

/// The address of a consent page would not be safe.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error(
    "use the host of the consent page: give a host such as marketplace.gohighlevel.com, `standard` or \
     `white-label`; http is only for this machine"
)]
pub struct UnsafeHost;

/// A consent that is asked for.
#[derive(Clone, Debug)]
pub struct ConsentPage<'a> {
    /// Where the page is.
    pub host: &'a ConsentHost,
    /// The app, by its client id.
    pub client_id: &'a str,
    /// The version of the app; a draft of a private app has no page without it.
    pub version_id: Option<&'a str>,
    /// Where the page leads back to: an address that is registered with the app.
    pub redirect_url: &'a str,
    /// What the app asks to be allowed.
    pub scopes: &'a [String],
    /// What comes back with the code, unchanged.
    pub state: &'a str,
    /// Whose challenge goes along.
    pub verifier: Option<&'a Verifier>,
    /// Whether who is not logged in does so in the same window, not in another.
    pub in_same_window: bool,
}

impl ConsentHost {
    /// The marketplace that says HighLevel.
    #[must_use]
    pub fn standard() -> Self {
        Self(format!("https://{STANDARD}"))
    }

    /// The marketplace without a vendor's name.
    #[must_use]
    pub fn white_label() -> Self {
        Self(format!("https://{WHITE_LABEL}"))
    }

    /// Reads what a person says: `standard`, `white-label`, a host, or an address up to its host.
    ///
    /// # Errors
    /// Where it is no host, or a person's login would leave the machine unprotected.
    pub fn parse(text: &str) -> Result<Self, UnsafeHost> {
        let text = text.trim().trim_end_matches('/');
        let (scheme, host) = match text.split_once("://") {
            Some((scheme, rest)) => (scheme, rest),
            None if text == "standard" => return Ok(Self::standard()),
            None if text == "white-label" => return Ok(Self::white_label()),
            None => ("https", text),
        };
        match scheme {
            "https" if is_host(host) => Ok(Self(format!("https://{host}"))),
            "http" if is_host(host) && is_loopback(host) => Ok(Self(format!("http://{host}"))),
            _ => Err(UnsafeHost),
        }
    }

    /// The beginning of its addresses, such as `https://marketplace.gohighlevel.com`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl ConsentPage<'_> {
    /// The address to open in a browser. It holds the state, which is a secret until the code is
    /// there.
    #[must_use]
    pub fn url(&self) -> String {
        let scopes = self.scopes.join(" ");
        let challenge = self.verifier.map(Verifier::challenge);
        let mut fields = vec![
            ("response_type", "code"),
            ("client_id", self.client_id),
            ("redirect_uri", self.redirect_url),
            ("state", self.state),
        ];
        if !scopes.is_empty() {
            fields.push(("scope", &scopes));
        }
        if let Some(version_id) = self.version_id {
            fields.push(("version_id", version_id));
        }
        if let Some(challenge) = &challenge {
            fields.extend([
                ("code_challenge", challenge.as_str()),
                ("code_challenge_method", "S256"),
            ]);
        }
        if self.in_same_window {
            fields.push(("loginWindowOpenMode", "self"));
        }
        let query = Content::form(fields);
        let query = String::from_utf8_lossy(&query.bytes);
        format!("{}{PATH}?{query}", self.host.as_str())
    }
}

/// A host with or without a port, and nothing that could make it look like another.
fn is_host(text: &str) -> bool {
    let is_host = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte);
    !text.is_empty() && text.bytes().all(is_host)
}

fn is_loopback(host: &str) -> bool {
    let host = match host.strip_prefix('[') {
        Some(rest) => rest.split_once(']').map_or("", |(host, _)| host),
        None => host.split(':').next().unwrap_or_default(),
    };
    host == "localhost" || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use endpoint::Secret;

    use super::*;

    fn page(host: &ConsentHost) -> ConsentPage<'_> {
        ConsentPage {
            host,
            client_id: "66aa-k1",
            version_id: None,
            redirect_url: "https://hub.example/oauth/callback/highlevel?x=1",
            scopes: &[],
            state: "s t",
            verifier: None,
            in_same_window: false,
        }
    }

    #[test]
    fn an_address_names_the_app_and_where_it_leads_back_to() {
        let url = page(&ConsentHost::standard()).url();
        assert_eq!(
            url,
            "https://marketplace.gohighlevel.com/v2/oauth/chooselocation?response_type=code\
             &client_id=66aa-k1\
             &redirect_uri=https%3A%2F%2Fhub.example%2Foauth%2Fcallback%2Fhighlevel%3Fx%3D1\
             &state=s%20t"
        );
    }

    #[test]
    fn what_is_optional_is_there_where_it_was_asked_for() {
        let scopes = ["contacts.readonly".to_owned(), "associations/relation.write".to_owned()];
        let verifier = Verifier::from_secret(Secret::new("v"));
        let host = ConsentHost::white_label();
        let url = ConsentPage {
            version_id: Some("66aa"),
            scopes: &scopes,
            verifier: Some(&verifier),
            in_same_window: true,
            ..page(&host)
        }
        .url();
        assert!(url.starts_with("https://marketplace.leadconnectorhq.com/v2/oauth/"), "{url}");
        for part in [
            "&scope=contacts.readonly%20associations%2Frelation.write",
            "&version_id=66aa",
            "&code_challenge_method=S256",
            "&loginWindowOpenMode=self",
        ] {
            assert!(url.contains(part), "{part} in {url}");
        }
        assert!(url.contains(&format!("&code_challenge={}", verifier.challenge())), "{url}");
        assert!(!url.contains('+'), "{url}");
    }

    #[test]
    fn a_host_is_https_or_this_machine() {
        let parsed = |text: &str| ConsentHost::parse(text).map(|host| host.0);
        let https = Ok("https://marketplace.example.com".to_owned());
        assert_eq!(parsed("marketplace.example.com"), https);
        assert_eq!(parsed(" https://marketplace.example.com/ "), https);
        assert_eq!(parsed("standard"), Ok(ConsentHost::standard().0));
        assert_eq!(parsed("white-label"), Ok(ConsentHost::white_label().0));
        assert_eq!(parsed("http://127.0.0.1:8091"), Ok("http://127.0.0.1:8091".to_owned()));
        assert_eq!(parsed("http://[::1]:80"), Ok("http://[::1]:80".to_owned()));
        for bad in [
            "",
            "http://marketplace.example.com",
            "https://user@marketplace.example.com",
            "https://marketplace.example.com/elsewhere?x",
            "ftp://127.0.0.1",
            "http://127.0.0.1@evil.example",
            "http://localhost.evil.example",
        ] {
            assert_eq!(parsed(bad), Err(UnsafeHost), "{bad}");
        }
    }
}
