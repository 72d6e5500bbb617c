//! `highwire connect notion` and `repairshopr`: with the token or key of an account.

use connectors::{
    NewConnection,
    notion::{self as notes, Notion},
    repairshopr::{self as shop, RepairShopr},
};
use domain::{Access, ConnectionProfile, CredentialKey, Finding, Standing};
use endpoint::{
    Secret,
    http::{HttpTransport, Settings as HttpSettings},
};
use notion::resources::GetMe;

use super::{Aim, Desk, given};
use crate::{
    cli,
    clock::{self, Timer},
    connection as calls,
    failure::Failure,
};

/// Connects Notion, and says who the connection is there and what it may see.
pub(super) async fn notion(desk: &Desk<'_>, flags: &cli::ConnectNotion) -> Result<(), Failure> {
    let aim = desk.aim(&flags.target, Notion::NAME).await?;
    let token = given::read(&flags.token, "--token")?;
    let own = notion::Settings::default().base_url;
    let url = calls::safe_url(&desk.settings.notion.url, "notion.url")?;
    let settings = notion::Settings {
        base_url: url.to_owned(),
        requests_per_minute: desk.settings.notion.requests_per_minute,
        ..notion::Settings::new(token.clone())
    };
    let client = notion::Client::new(transport()?, Timer, settings);
    let findings = match aim.unchecked {
        true => vec![unasked("Notion")],
        false => notes::connect::look(&client).await,
    };
    let workspace = match aim.unchecked {
        true => None,
        false => client.call(&GetMe).await.ok().and_then(|me| me.bot?.workspace_name),
    };
    let mut profile = profile(&aim, Access::PrivateToken);
    profile.url = (url != own).then(|| url.to_owned());
    profile.account_name = workspace;
    let new = made(&aim, profile, (CredentialKey::PRIVATE_TOKEN, token), findings);
    desk.store(&aim, &new).await
}

/// Connects RepairShopr, and says what the key may read.
pub(super) async fn repairshopr(
    desk: &Desk<'_>,
    flags: &cli::ConnectRepairShopr,
) -> Result<(), Failure> {
    let aim = desk.aim(&flags.target, RepairShopr::NAME).await?;
    let url = match &flags.url {
        Some(url) => calls::safe_url(url, "--url")?.to_owned(),
        None => repairshopr::base_url(&flags.subdomain).ok_or_else(|| {
            Failure::user(
                "find the account: --subdomain is no part of an address",
                "give the part of the address before .repairshopr.com that you see in the browser",
            )
        })?,
    };
    let key = given::read(&flags.key, "--key")?;
    let settings = repairshopr::Settings::new(url, key.clone());
    let budget = crate::shop::budget(desk.settings)?;
    let client = repairshopr::Client::new(transport()?, Timer, settings, budget);
    let findings = match aim.unchecked {
        true => vec![unasked("RepairShopr")],
        false => shop::check::check(&client, clock::now()).await,
    };
    let subdomain = flags.subdomain.trim().to_ascii_lowercase();
    let mut profile = profile(&aim, Access::ApiKey);
    profile.url = flags.url.as_deref().map(|url| url.trim().trim_end_matches('/').to_owned());
    profile.account_name = Some(subdomain.clone());
    profile.settings.insert(ConnectionProfile::SUBDOMAIN.to_owned(), subdomain);
    let new = made(&aim, profile, (CredentialKey::API_KEY, key), findings);
    desk.store(&aim, &new).await
}

/// A profile that says how the vendor is reached, and nothing else yet.
pub(super) fn profile(aim: &Aim, access: Access) -> ConnectionProfile {
    ConnectionProfile {
        tenant: aim.connection.tenant.clone(),
        access,
        url: None,
        settings: [].into(),
        account_name: None,
        scopes: Vec::new(),
        standing: Standing::Ready,
        revised_at: clock::now(),
    }
}

/// A connection with one credential, whose vendor knows no accounts.
pub(super) fn made(
    aim: &Aim,
    profile: ConnectionProfile,
    credential: (&'static str, Secret),
    findings: Vec<Finding>,
) -> NewConnection {
    NewConnection {
        connection: aim.connection.clone(),
        profile,
        credentials: vec![credential],
        accounts: Vec::new(),
        findings,
    }
}

/// What is found where nobody was asked.
pub(super) fn unasked(vendor: &str) -> Finding {
    Finding::skipped("account", format!("{vendor} was not asked, as you wanted"))
}

/// A transport for the look at a vendor.
pub(super) fn transport() -> Result<HttpTransport, Failure> {
    HttpTransport::new(HttpSettings::default())
        .map_err(|source| Failure::user("prepare HTTPS", "see the line above").because(source))
}
