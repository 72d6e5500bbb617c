//! `highwire connect highlevel-browser`: with the token of a browser that is signed in.

use connectors::highlevel::HighLevel;
use domain::{Access, ConnectionProfile, CredentialKey, Finding};

use super::{
    Desk, given,
    neighbors::{made, profile},
};
use crate::{cli, failure::Failure};

/// Stores the token. Nobody is asked: that is what the connection is for, at its own pace.
pub(super) async fn connect(
    desk: &Desk<'_>,
    flags: &cli::ConnectHighLevelBrowser,
) -> Result<(), Failure> {
    if !desk.settings.highlevel.browser_tier {
        return Err(Failure::user(
            "connect the application of HighLevel: highlevel.browser_tier is off",
            "read what highwire.default.toml says about it, and switch it on if you want it",
        ));
    }
    let aim = desk.aim(&flags.target, HighLevel::NAME).await?;
    let is_browser = |known: &ConnectionProfile| known.access == Access::Browser;
    if !aim.known.as_ref().is_none_or(is_browser) {
        return Err(Failure::user(
            "renew the connection: it is one of another kind",
            "leave out --again, so that a connection of its own is made",
        ));
    }
    let token = given::read(&flags.token, "--token")?;
    let mut profile = profile(&aim, Access::Browser);
    let location = (ConnectionProfile::LOCATION_ID, Some(plain(&flags.location, "--location")?));
    let host = flags.white_label_host.as_deref().map(|host| plain(host, "--white-label-host"));
    let host = (ConnectionProfile::WHITE_LABEL_HOST, host.transpose()?);
    for (name, value) in [location, host] {
        profile.settings.extend(value.map(|value| (name.to_owned(), value)));
    }
    let told = "nobody was asked; read the list through the proxy to try it";
    let findings = vec![Finding::skipped("workflows", told)];
    let new = made(&aim, profile, (CredentialKey::BROWSER_TOKEN, token), findings);
    desk.store(&aim, &new).await
}

/// A location or a host: they become part of an address and of a header.
fn plain(text: &str, flag: &str) -> Result<String, Failure> {
    let text = text.trim();
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:".contains(&byte);
    match !text.is_empty() && text.bytes().all(fits) {
        true => Ok(text.to_owned()),
        false => Err(Failure::user(
            format!("use {flag}: it has a character that neither ids nor hosts have"),
            "give it as HighLevel shows it, without https://",
        )),
    }
}
