//! `highwire connect openai|anthropic|ollama|custom`: with a key, an address and a model.

use chat::Provider;
use connectors::model::check::{self, Depth};
use domain::{Access, ConnectionProfile, CredentialKey};
use endpoint::Secret;

use super::{
    Desk, given,
    neighbors::{made, profile, transport, unasked},
};
use crate::{cli, clock::Timer, connection as calls, failure::Failure};

/// Connects a provider of language models, and says whether the key counts and the model is there.
pub(super) async fn connect(
    desk: &Desk<'_>,
    provider: Provider,
    flags: &cli::ConnectModel,
) -> Result<(), Failure> {
    let aim = desk.aim(&flags.target, provider.name()).await?;
    let url = flags.url.as_deref().map(|url| calls::safe_url(url, "--url")).transpose()?;
    if provider.base_url().is_none() && url.is_none() {
        let hint = "give --url, such as https://models.example.com/v1";
        return Err(Failure::user("connect a model: its address is not given", hint));
    }
    let key = match (&flags.key, provider.needs_key()) {
        (Some(key), _) => given::read(key, "--key")?,
        (None, true) => given::read(&Secret::new("-"), "--key")?,
        (None, false) => Secret::new(""),
    };
    let mut settings = chat::Settings::new(provider, key.clone());
    if let Some(url) = url {
        settings = settings.at(url);
    }
    let model = flags.model.as_deref().map(str::trim).filter(|model| !model.is_empty());
    let depth = if flags.answer { Depth::Answer } else { Depth::Listing };
    let client = chat::Client::new(transport()?, Timer, settings);
    let findings = match aim.unchecked {
        true => vec![unasked(provider.name())],
        false => check::check(&client, model, depth).await,
    };
    let access = if key.is_empty() { Access::Open } else { Access::ApiKey };
    let mut profile = profile(&aim, access);
    profile.url = url.map(str::to_owned);
    profile.account_name = model.map(str::to_owned);
    if let Some(model) = model {
        profile.settings.insert(ConnectionProfile::MODEL.to_owned(), model.to_owned());
    }
    let mut new = made(&aim, profile, (CredentialKey::API_KEY, key), findings);
    new.credentials.retain(|(_, key)| !key.is_empty());
    desk.store(&aim, &new).await
}
