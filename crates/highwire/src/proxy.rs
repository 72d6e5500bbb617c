//! The token proxy, as the settings describe it.

use std::sync::Arc;

use connectors::{
    Safe,
    highlevel::{
        Allowlist, BrowserProxy, BrowserSettings, Clients, Described, HighLevelProxy, ProxySettings,
    },
};
use domain::{Clock, Proxy, SecretSealer};
use endpoint::http::HttpTransport;
use store::Sqlite;

use crate::{
    broker::HighLevelBroker,
    clock::Timer,
    connection, doors,
    failure::Failure,
    settings::{self, Settings},
};

/// A megabyte of the settings, in bytes.
const MEGABYTE: u64 = 1024 * 1024;

/// The proxy to HighLevel, through the connections of this broker.
///
/// # Errors
/// Where a setting is no good.
pub(crate) fn highlevel(
    settings: &Settings,
    store: &Sqlite,
    (broker, clock): (&HighLevelBroker, &Arc<dyn Clock>),
) -> Result<Arc<dyn Proxy>, Failure> {
    let clients: Arc<dyn Clients<HttpTransport, Timer>> = Arc::new(broker.clone());
    let proxy = proxy_settings(&settings.proxy, described(&settings.highlevel))?;
    Ok(Arc::new(HighLevelProxy::new(store.clone(), clients, Arc::clone(clock), proxy)))
}

/// The proxy to the address of HighLevel's own application; none where that is switched off.
///
/// # Errors
/// Where a token would leave the machine unprotected, or HTTPS cannot be used.
pub(crate) fn browser(
    settings: &Settings,
    store: &Sqlite,
    (sealer, clock): (&Arc<dyn SecretSealer>, &Arc<dyn Clock>),
) -> Result<Option<Arc<dyn Proxy>>, Failure> {
    if !settings.highlevel.browser_tier {
        return Ok(None);
    }
    let url = connection::safe_url(&settings.highlevel.browser_url, "highlevel.browser_url")?;
    let own = BrowserSettings {
        url: url.to_owned(),
        application_url: settings.highlevel.application_url.clone(),
    };
    let transport = HttpTransport::new(endpoint::http::Settings::default())
        .map_err(|source| Failure::user("prepare HTTPS", "see the line above").because(source))?;
    let safe = Safe::new(store.clone(), Arc::clone(sealer), Arc::clone(clock));
    let stored = (store.clone(), safe);
    Ok(Some(Arc::new(BrowserProxy::new(stored, transport, Arc::clone(clock), own))))
}

fn proxy_settings(
    settings: &settings::Proxy,
    described: Option<Described>,
) -> Result<ProxySettings, Failure> {
    let allow = Allowlist::of(settings.allow.iter().map(String::as_str)).map_err(|source| {
        Failure::user("use the setting proxy.allow", "see the line above").because(source)
    })?;
    let bytes = |megabytes: u32| u64::from(megabytes) * MEGABYTE;
    Ok(ProxySettings {
        allow,
        body_limit: usize::try_from(bytes(settings.body_megabytes)).unwrap_or(usize::MAX),
        upload_limit: bytes(settings.upload_megabytes),
        reply_limit: bytes(settings.reply_megabytes),
        described,
    })
}

/// The connection that the settings describe; none where they have no token for it.
fn described(settings: &settings::HighLevel) -> Option<Described> {
    let owned = |id: Option<&str>| id.map(str::to_owned);
    let location = owned(connection::location(settings));
    let company = owned(connection::company(settings));
    let listed = settings.location_ids.iter().chain(&settings.company_ids);
    (!settings.token.is_empty()).then(|| Described {
        tenant: doors::tenant(doors::HIGHLEVEL),
        accounts: listed.chain(&location).chain(&company).cloned().collect(),
        location,
        company,
    })
}
