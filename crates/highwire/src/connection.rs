//! The connection to HighLevel that the settings describe: address, token, and on whose behalf.

use std::{path::Path, sync::Arc};

use connectors::highlevel::{SharedLedger, base_url, connect::Line};
use endpoint::http::HttpTransport;
use highlevel::{Client, CompanyId, LocationId, Tenant, auth::PrivateToken, ledger::CallLedger};
use store::SqliteBudgets;

use crate::{clock::Timer, failure::Failure, settings};

/// The client of the HighLevel API that the binary uses.
pub(crate) type HighLevelClient = Client<HttpTransport, Timer>;

/// How many calls may leave in a window and in a day for a server on this machine. It is no HighLevel,
/// so HighLevel's limits say nothing about it; those that its replies name are kept.
const LOCAL_CALLS: u32 = 1_000_000_000;

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
    base_url(given).map_err(|_| {
        Failure::user(
            format!("use {name}: it is no https address, and http is only for this machine"),
            "give an address such as https://services.leadconnectorhq.com, or http://127.0.0.1:8091 \
             for the sandbox",
        )
    })
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
    let mut limits = highlevel::Settings::default();
    // Without TLS an address is on this machine.
    if base_url.starts_with("http://") {
        (limits.requests_per_window, limits.requests_per_day) = (LOCAL_CALLS, LOCAL_CALLS);
    }
    let settings = highlevel::Settings {
        base_url,
        jitter_seed: u64::from(std::process::id()),
        ledger,
        ..limits
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_own_setting_counts_more_than_the_list() {
        let list = ["l1".to_owned(), "l2".to_owned()];
        assert_eq!(chosen("", &list), Some("l1"));
        assert_eq!(chosen("l9", &list), Some("l9"));
        assert_eq!(chosen(" ", &[]), None);
    }
}
