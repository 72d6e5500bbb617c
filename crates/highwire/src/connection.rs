//! The connection to HighLevel that the settings describe: address, token, and on whose behalf.

use std::{net::IpAddr, path::Path, sync::Arc};

use connectors::highlevel::{SharedLedger, connect::Line};
use endpoint::http::HttpTransport;
use highlevel::{Client, CompanyId, LocationId, Tenant, auth::PrivateToken, ledger::CallLedger};
use store::SqliteBudgets;

use crate::{clock::Timer, failure::Failure, settings};

/// The client of the HighLevel API that the binary uses.
pub(crate) type HighLevelClient = Client<HttpTransport, Timer>;

/// The location that calls are for; none where the settings name none.
pub(crate) fn location(settings: &settings::HighLevel) -> Option<&str> {
    chosen(&settings.location_id, &settings.location_ids)
}

/// The company that calls are for; none where the settings name none.
pub(crate) fn company(settings: &settings::HighLevel) -> Option<&str> {
    chosen(&settings.company_id, &settings.company_ids)
}

/// The address of the API, without a slash at its end.
///
/// # Errors
/// Where a token would leave the machine unprotected.
pub(crate) fn url(settings: &settings::HighLevel) -> Result<&str, Failure> {
    safe_url(&settings.url, "highlevel.url")
}

/// The address of a vendor, without a slash at its end. `name` is what people set it by.
///
/// # Errors
/// Where a credential would leave the machine unprotected.
pub(crate) fn safe_url<'a>(given: &'a str, name: &str) -> Result<&'a str, Failure> {
    let url = given.trim().trim_end_matches('/');
    let is_safe = match url.split_once("://") {
        Some(("https", rest)) => is_host(authority(rest)),
        Some(("http", rest)) => is_loopback(authority(rest)),
        _ => false,
    };
    match is_safe {
        true => Ok(url),
        false => Err(Failure::user(
            format!("use {name}: it is no https address, and http is only for this machine"),
            "give an address such as https://services.leadconnectorhq.com, or http://127.0.0.1:8091 \
             for the sandbox",
        )),
    }
}

/// A client for one tenant, which shares its limits with whoever else calls from the data folder.
/// Nothing is sent.
///
/// # Errors
/// Where there is no token although the calls need one, the address is no good, or the budgets of
/// the data folder cannot be opened.
pub(crate) fn client(
    settings: &settings::Settings,
    tenant: Tenant,
    needs_token: bool,
) -> Result<HighLevelClient, Failure> {
    let ledger = ledger(&settings.data_dir)?;
    let settings = &settings.highlevel;
    if needs_token && settings.token.is_empty() {
        return Err(Failure::user(
            "call HighLevel: highlevel.token is not set",
            "set GHL_API_KEY to a private integration token: in HighLevel, Settings, Private \
             Integrations",
        ));
    }
    let base_url = url(settings)?.to_owned();
    let transport = HttpTransport::new(endpoint::http::Settings::default())
        .map_err(|source| Failure::user("prepare HTTPS", "see the line above").because(source))?;
    let token = Arc::new(PrivateToken::new(settings.token.expose()));
    let settings = highlevel::Settings {
        base_url,
        jitter_seed: u64::from(std::process::id()),
        ledger,
        ..highlevel::Settings::default()
    };
    Ok(Client::new(transport, Timer, token, tenant, settings))
}

/// The budgets that processes share, where a hub has its data folder; a command alone makes none.
pub(crate) fn ledger(data_dir: &Path) -> Result<Option<Arc<dyn CallLedger>>, Failure> {
    if !data_dir.is_dir() {
        return Ok(None);
    }
    let budgets = SqliteBudgets::open(data_dir).map_err(|source| {
        Failure::user("open the shared budgets", "name another folder with --data-dir")
            .because(source)
    })?;
    Ok(Some(Arc::new(SharedLedger::for_private_tokens(budgets))))
}

/// How HighLevel is reached before there is a connection to call through; nothing counts its calls.
///
/// # Errors
/// Where the address is no good.
pub(crate) fn line(settings: &settings::Settings) -> Result<Line<HttpTransport, Timer>, Failure> {
    let url = url(&settings.highlevel)?;
    let own = highlevel::Settings::default().base_url;
    let transport = HttpTransport::new(endpoint::http::Settings::default())
        .map_err(|source| Failure::user("prepare HTTPS", "see the line above").because(source))?;
    let url = (url != own).then(|| url.to_owned());
    Ok(Line { transport, timer: Timer, url, ledger: None })
}

/// On whose behalf a call is made: a private token stands for one tenant, so this only tells whose
/// budget is spent.
pub(crate) fn tenant(settings: &settings::HighLevel, location_id: Option<&str>) -> Tenant {
    match (location_id.or(location(settings)), company(settings)) {
        (Some(location), _) => LocationId::new(location).into(),
        (None, Some(company)) => CompanyId::new(company).into(),
        (None, None) => LocationId::new("the token's").into(),
    }
}

fn chosen<'a>(one: &'a str, list: &'a [String]) -> Option<&'a str> {
    let list = list.iter().map(String::as_str);
    std::iter::once(one).chain(list).map(str::trim).find(|id| !id.is_empty())
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
    fn the_own_setting_counts_more_than_the_list() {
        let list = ["l1".to_owned(), "l2".to_owned()];
        assert_eq!(chosen("", &list), Some("l1"));
        assert_eq!(chosen("l9", &list), Some("l9"));
        assert_eq!(chosen(" ", &[]), None);
    }
}
