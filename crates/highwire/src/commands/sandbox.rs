//! `highwire sandbox`: runs only the simulated vendors, until it is told to stop.

use std::net::SocketAddr;

use sandbox::{
    clock::SandboxClock,
    highlevel::{HighLevelSandbox, HighLevelSettings, RateLimits, RetryRule, Window},
    models::{ModelsSandbox, ModelsSettings},
    notion::{NotionSandbox, NotionSettings},
    repairshopr::{RepairShoprSandbox, RepairShoprSettings},
};
use serde_json::{Value, json};

use super::stop_signal;
use crate::{cli, clock, failure::Failure, printer, settings};

/// The token of the simulated Notion: it opens nothing but the sandbox.
const NOTION_TOKEN: &str = "ntn_sandbox";

/// The simulated vendors of one process.
pub(crate) struct Vendors {
    pub(crate) highlevel: HighLevelSandbox,
    pub(crate) notion: NotionSandbox,
    pub(crate) repairshopr: RepairShoprSandbox,
    pub(crate) models: ModelsSandbox,
}

/// Starts the simulated vendors; a setting of port 0 means any free port. The address and the seed
/// of `highlevel` are those of the settings. The shop has so many customers, or as many as it has
/// without a wish.
pub(crate) async fn start(
    settings: &settings::Sandbox,
    highlevel: HighLevelSettings,
    customers: Option<usize>,
) -> Result<Vendors, Failure> {
    let clock = SandboxClock::new(std::sync::Arc::new(clock::now));
    let failed = |vendor: &str, listen: SocketAddr| {
        let hint = "stop what uses the address, or set another under [sandbox]";
        Failure::user(format!("start the simulated {vendor} on {listen}"), hint)
    };
    let highlevel =
        HighLevelSettings { listen: settings.highlevel_listen, seed: settings.seed, ..highlevel };
    let notion = NotionSettings {
        listen: settings.notion_listen,
        token: NOTION_TOKEN.to_owned(),
        requests_per_minute: settings.notion_requests_per_minute,
        seed: settings.seed,
        ..NotionSettings::default()
    };
    let defaults = RepairShoprSettings::default();
    let repairshopr = RepairShoprSettings {
        listen: settings.repairshopr_listen,
        seed: settings.seed,
        customers: customers.unwrap_or(defaults.customers),
        ..defaults
    };
    let models = ModelsSettings {
        listen: settings.models_listen,
        seed: settings.seed,
        ..ModelsSettings::default()
    };
    Ok(Vendors {
        highlevel: HighLevelSandbox::start(highlevel, clock.clone())
            .await
            .map_err(|source| failed("HighLevel", settings.highlevel_listen).because(source))?,
        notion: NotionSandbox::start(notion, clock.clone())
            .await
            .map_err(|source| failed("Notion", settings.notion_listen).because(source))?,
        repairshopr: RepairShoprSandbox::start(repairshopr, clock.clone())
            .await
            .map_err(|source| failed("RepairShopr", settings.repairshopr_listen).because(source))?,
        models: ModelsSandbox::start(models, clock)
            .await
            .map_err(|source| failed("models", settings.models_listen).because(source))?,
    })
}

impl Vendors {
    /// Everything that an outside program needs to talk to them.
    pub(crate) fn describe(&self) -> Value {
        json!({
            "highlevel": {
                "url": self.highlevel.url(),
                "token": self.highlevel.token(),
                "browser_token": self.highlevel.browser_token(),
                "location_id": self.highlevel.location_id(),
                "other_location_id": self.highlevel.other_location_id(),
                "company_id": self.highlevel.company_id(),
                "client_id": self.highlevel.client_id(),
                "client_secret": self.highlevel.client_secret(),
                "version_id": self.highlevel.version_id(),
                "redirect_uri": self.highlevel.redirect_uri(),
                "webhook_public_keys": self.highlevel.webhook_public_keys(),
            },
            "notion": {
                "url": self.notion.url(),
                "token": self.notion.token(),
                "parent_page_id": self.notion.parent_page_id(),
            },
            "repairshopr": {
                "url": self.repairshopr.url(),
                "key": self.repairshopr.key(),
                "subdomain": self.repairshopr.subdomain(),
            },
            "models": {
                "url": self.models.url(),
                "openai_url": self.models.openai_url(),
                "anthropic_url": self.models.anthropic_url(),
                "ollama_url": self.models.ollama_url(),
                "key": self.models.key(),
                "models": self.models.models(),
            },
        })
    }

    pub(crate) async fn stop(self) {
        self.highlevel.stop().await;
        self.notion.stop().await;
        self.repairshopr.stop().await;
        self.models.stop().await;
    }
}

/// Runs until Ctrl-C or the stop signal.
pub(crate) async fn run(
    flags: &cli::Sandbox,
    mut settings: settings::Settings,
    json: bool,
) -> Result<(), Failure> {
    let highlevel = highlevel_settings(flags)?;
    adapt(&mut settings.sandbox, flags);
    let vendors = start(&settings.sandbox, highlevel, flags.customers).await?;
    vendors.highlevel.subscribe(&settings.sandbox.webhook_url).map_err(|source| {
        Failure::user("use sandbox.webhook_url", "give the address of a hub").because(source)
    })?;
    match json {
        true => printer::data(vendors.describe().to_string()),
        false => printer::data(describe(&vendors, &settings.sandbox.webhook_url)),
    }
    stop_signal().await?;
    vendors.stop().await;
    Ok(())
}

/// Flags win over settings.
fn adapt(settings: &mut settings::Sandbox, flags: &cli::Sandbox) {
    if let Some(address) = flags.highlevel_listen {
        settings.highlevel_listen = address;
    }
    if let Some(address) = flags.notion_listen {
        settings.notion_listen = address;
    }
    if let Some(address) = flags.repairshopr_listen {
        settings.repairshopr_listen = address;
    }
    if let Some(address) = flags.models_listen {
        settings.models_listen = address;
    }
    if let Some(url) = &flags.webhook_url {
        settings.webhook_url.clone_from(url);
    }
    settings.seed = flags.seed.unwrap_or(settings.seed);
}

/// What the flags ask of the simulated HighLevel.
fn highlevel_settings(flags: &cli::Sandbox) -> Result<HighLevelSettings, Failure> {
    let defaults = HighLevelSettings::default();
    let contacts = flags.contacts.unwrap_or(defaults.contacts);
    if flags.opportunities.is_some_and(|wanted| wanted > contacts) {
        let what = format!("make more opportunities than the {contacts} contacts can have");
        return Err(Failure::user(what, "raise --contacts or lower --opportunities"));
    }
    let limits = match flags.rate_limit {
        cli::RateLimit::Documented => RateLimits::default(),
        cli::RateLimit::SandboxAgency => RateLimits::sandbox_agency(),
        cli::RateLimit::Generous => RateLimits::generous(),
    };
    let window = match flags.window {
        cli::Window::Fixed => Window::Fixed,
        cli::Window::Sliding => Window::Sliding,
    };
    Ok(HighLevelSettings {
        contacts,
        other_contacts: flags.other_contacts.unwrap_or(defaults.other_contacts),
        opportunities: flags.opportunities.unwrap_or(defaults.opportunities.min(contacts)),
        rate_limits: RateLimits { window, ..limits },
        allow_duplicate_contacts: flags.allow_duplicates,
        retry_rule: match flags.retry_rule {
            cli::RetryRule::OnlyThrottled => RetryRule::OnlyThrottled,
            cli::RetryRule::Persistent => RetryRule::Persistent,
        },
        rsa_signature: flags.rsa,
        strict_spec: flags.strict_spec,
        redirect_uri: flags.redirect_uri.clone().unwrap_or(defaults.redirect_uri),
        draft_app: flags.draft_app,
        ..defaults
    })
}

fn describe(vendors: &Vendors, webhook_url: &str) -> String {
    let (highlevel, notion) = (&vendors.highlevel, &vendors.notion);
    let key = highlevel.webhook_public_keys().into_iter().next().unwrap_or_default();
    let (hl, no) = (highlevel.url(), notion.url());
    let (addresses, connecting) = describe_neighbors(vendors);
    format!(
        "The simulated vendors are up until Ctrl-C.\n\n\
         HighLevel    {hl}\n  location     {}\n  company      {}\n  webhooks     to {webhook_url}\n\
         Notion       {no}\n  token        {}\n  page         {}\n{addresses}\n\
         Prepare Notion, then start a hub on them:\n\
         \x20 export HIGHWIRE_NOTION_URL={no} NOTION_TOKEN={}\n\
         \x20 export HIGHWIRE_NOTION_ACTIVITY_LOG=$(highwire notion init --parent {})\n\
         \x20 export HIGHWIRE_WEBHOOK_PUBLIC_KEYS={key}\n\
         \x20 export GHL_LOCATION_ID={}\n\
         \x20 highwire up\n\n\
         Send an event:\n\
         \x20 curl -X POST '{hl}/_sandbox/webhooks?example=ContactCreate.1'\n\n\
         Call it:\n\
         \x20 export HIGHWIRE_HIGHLEVEL_URL={hl} GHL_API_KEY={} GHL_LOCATION_ID={}\n\
         \x20 highwire call contacts.get-contacts --limit 1\n\n{connecting}",
        highlevel.location_id(),
        highlevel.company_id(),
        notion.token(),
        notion.parent_page_id(),
        notion.token(),
        notion.parent_page_id(),
        highlevel.location_id(),
        highlevel.token(),
        highlevel.location_id(),
    )
}

/// The addresses of RepairShopr and the models, and how a hub is connected to them.
fn describe_neighbors(vendors: &Vendors) -> (String, String) {
    let (repairshopr, models) = (&vendors.repairshopr, &vendors.models);
    let (rs, mo) = (repairshopr.url(), models.openai_url());
    let addresses = format!(
        "RepairShopr  {rs}\n  key          {}\n\
         Models       {}\n  key          {}\n  models       {}\n",
        repairshopr.key(),
        models.url(),
        models.key(),
        models.models().join(", "),
    );
    let connecting = format!(
        "Connect the others:\n\
         \x20 echo {} | highwire connect repairshopr --subdomain {} --url {rs}\n\
         \x20 echo {} | highwire connect openai --url {mo} --model {}",
        repairshopr.key(),
        repairshopr.subdomain(),
        models.key(),
        models.models().last().map_or("MODEL", String::as_str),
    );
    (addresses, connecting)
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    fn asked(flags: &[&str]) -> Result<HighLevelSettings, String> {
        let line = ["highwire", "sandbox"].iter().chain(flags);
        let cli = cli::Cli::try_parse_from(line).map_err(|error| error.to_string())?;
        let cli::Command::Sandbox(flags) = cli.command else {
            return Err("another command".to_owned());
        };
        highlevel_settings(&flags).map_err(|failure| failure.to_string())
    }

    #[test]
    fn flags_become_settings() {
        let asked = asked(&[
            "--contacts=7",
            "--opportunities=7",
            "--rate-limit=sandbox-agency",
            "--window=sliding",
            "--retry-rule=persistent",
            "--rsa",
            "--strict-spec",
            "--allow-duplicates",
        ]);
        let asked = asked.unwrap();
        assert_eq!((asked.contacts, asked.opportunities, asked.other_contacts), (7, 7, 50));
        let limits = RateLimits { window: Window::Sliding, ..RateLimits::sandbox_agency() };
        assert_eq!((asked.rate_limits, asked.retry_rule), (limits, RetryRule::Persistent));
        assert!(asked.rsa_signature && asked.strict_spec && asked.allow_duplicate_contacts);
    }

    #[test]
    fn without_flags_it_is_as_documented() {
        let (asked, defaults) = (asked(&[]).unwrap(), HighLevelSettings::default());
        assert_eq!((asked.contacts, asked.opportunities), (1_000, 200));
        assert_eq!(
            (asked.rate_limits, asked.retry_rule),
            (defaults.rate_limits, defaults.retry_rule)
        );
        assert!(!asked.rsa_signature && !asked.strict_spec && !asked.allow_duplicate_contacts);
        assert_eq!(super::tests::asked(&["--contacts=10"]).unwrap().opportunities, 10);
    }

    #[test]
    fn what_cannot_be_is_refused_with_a_way_out() {
        let refused = asked(&["--contacts=100001"]).unwrap_err();
        assert!(refused.contains("from 0 to 100000"), "{refused}");
        let refused = asked(&["--contacts=5", "--opportunities=6"]).unwrap_err();
        assert!(refused.contains("5 contacts"), "{refused}");
        assert!(asked(&["--window=moving"]).unwrap_err().contains("sliding"));
    }
}
