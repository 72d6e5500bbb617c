//! Settings: what counts, what is refused, and that no message shows a secret.

use std::io::Write;

use connectors::highlevel::doctor::features::FEATURES;

use super::*;

fn load(file: Option<&str>, environment: &[(&str, &str)]) -> Result<Settings, Failure> {
    let mut written = tempfile::NamedTempFile::new().unwrap();
    written.write_all(file.unwrap_or_default().as_bytes()).unwrap();
    let config = file.map(|_| written.path().to_owned());
    let flags = Flags { config, ..Flags::default() };
    let mut table = layers::defaults();
    let environment = environment.iter().copied().collect();
    if flags.config.is_some() {
        return Settings::load(&flags, &environment);
    }
    // Without a named file the folder's own would count, which a test must not depend on.
    layers::add_environment(&mut table, &environment)?;
    table.try_into().map_err(layers::bad_value)
}

fn refused(file: Option<&str>, environment: &[(&str, &str)]) -> String {
    load(file, environment).expect_err("the settings are wrong").to_string()
}

#[test]
fn the_manual_is_a_valid_set_of_settings() {
    let settings = load(None, &[]).unwrap();
    assert_eq!(settings.listen.to_string(), "127.0.0.1:8080");
    assert_eq!(settings.notion.requests_per_minute, 180);
    assert_eq!(settings.log.format, LogFormat::Auto);
    assert!(settings.notion.token.is_empty());
}

#[test]
fn the_app_asks_for_all_that_the_hub_uses() {
    let asked = load(None, &[]).unwrap().highlevel.scopes;
    let used = FEATURES.iter().flat_map(|feature| feature.scopes);
    let missing: Vec<_> = used.filter(|scope| !asked.iter().any(|it| it == **scope)).collect();
    assert_eq!(missing, Vec::<&&str>::new());
}

#[test]
fn zero_keeps_without_limit() {
    let file = "[retention]\nbytes_days = 0\nbytes_megabytes = 5\nevents_days = 2\n";
    let limits = load(Some(file), &[]).unwrap().retention.limits();
    assert_eq!((limits.bytes.age, limits.bytes.size), (None, Some(5_000_000)));
    assert_eq!(
        (limits.events.age, limits.events.size),
        (Some(SignedDuration::from_hours(48)), None)
    );
}

#[test]
fn the_environment_counts_more_than_the_file() {
    let file = "[notion]\nrequests_per_minute = 600\nurl = \"http://one.test\"\n";
    let settings = load(Some(file), &[("HIGHWIRE_NOTION_URL", "http://two.test")]).unwrap();
    assert_eq!(settings.notion.url, "http://two.test");
    assert_eq!(settings.notion.requests_per_minute, 600);
}

#[test]
fn a_key_of_a_section_in_a_section_has_a_name_in_the_environment_too() {
    let variables = [
        ("HIGHWIRE_SYNC_REPAIRSHOPR_LEADS", "true"),
        ("HIGHWIRE_SYNC_REPAIRSHOPR_CITY_TAGS", "Mesa = east, Tempe = west"),
    ];
    let own = load(None, &variables).unwrap().sync.repairshopr;
    assert_eq!((own.leads, own.city_tags.len()), (true, 2));
    let refused = refused(None, &[("HIGHWIRE_SYNC_REPAIRSHOPR_LEEDS", "true")]);
    assert!(refused.contains("HIGHWIRE_SYNC_REPAIRSHOPR_LEEDS"), "{refused}");
}

#[test]
fn the_names_that_users_have_today_work_and_our_own_count_more() {
    let settings = load(
        None,
        &[
            ("GHL_LOCATION_ID", "loc1"),
            ("HIGHWIRE_HIGHLEVEL_LOCATION_ID", "loc2"),
            ("GHL_API_KEY", "pit-theirs"),
            ("HIGHWIRE_HIGHLEVEL_TOKEN", " pit-ours\n"),
            ("NOTION_TOKEN", "ntn_theirs\n"),
            ("HIGHWIRE_NOTION_TOKEN", "ntn_ours"),
            ("HIGHWIRE_WEBHOOK_PUBLIC_KEYS", "AAAA, BBBB"),
            ("HIGHWIRE_HIGHLEVEL_ACCEPT_UNKNOWN_LOCATIONS", "true"),
        ],
    )
    .unwrap();
    assert_eq!(settings.highlevel.location_ids, ["loc1"]);
    assert_eq!(settings.highlevel.location_id, "loc2");
    assert_eq!(settings.highlevel.token.expose(), "pit-ours");
    assert_eq!(settings.notion.token.expose(), "ntn_ours");
    assert_eq!(settings.webhook.public_keys, ["AAAA", "BBBB"]);
    assert!(settings.highlevel.accept_unknown_locations);
}

#[test]
fn contracts_are_checked_where_somebody_asks_for_it() {
    let check = |value: &str| {
        let settings = load(None, &[("HIGHWIRE_WEBHOOK_CHECK_CONTRACT", value)]);
        settings.map(|settings| settings.webhook.check_contract)
    };
    assert_eq!(load(None, &[]).unwrap().webhook.check_contract, CheckContract::Off);
    assert_eq!(check("report").unwrap(), CheckContract::Report);
    let message = check("refuse").expect_err("there is no such value").to_string();
    assert!(message.contains("refuse") && message.contains("report"), "{message}");
}

#[test]
fn an_unknown_key_is_refused_with_the_nearest_one() {
    let message = refused(Some("[notion]\ntokn = \"ntn_secret\"\n"), &[]);
    assert!(message.contains("`notion.tokn`") && message.contains("`token`"), "{message}");
    assert!(!message.contains("ntn_secret"), "{message}");
    assert!(load(None, &[("HIGHWIRE_API_KEY", "hwk_canary")]).is_ok(), "it is no setting");
    let message = refused(None, &[("HIGHWIRE_LISTN", "127.0.0.1:1")]);
    assert!(message.contains("`HIGHWIRE_LISTEN`"), "{message}");
}

#[test]
fn a_value_of_another_type_is_refused_without_showing_a_secret() {
    let message = refused(Some("[notion]\ntoken = 7\n"), &[]);
    assert!(message.contains("`notion.token`") && message.contains("a text"), "{message}");
    let message = refused(None, &[("HIGHWIRE_NOTION_REQUESTS_PER_MINUTE", "many")]);
    assert!(message.contains("HIGHWIRE_NOTION_REQUESTS_PER_MINUTE"), "{message}");
    let message = refused(Some("[notion]\ntoken = ntn_secret\n"), &[]);
    assert!(message.contains("line 2") && !message.contains("ntn_secret"), "{message}");
    let message = refused(None, &[("HIGHWIRE_LISTEN", "everywhere")]);
    assert!(message.contains("`listen`"), "{message}");
    assert!(message.contains("highwire.default.toml"), "{message}");
}

#[test]
fn settings_never_print_their_secrets() {
    let variables = [
        ("NOTION_TOKEN", "ntn_canary"),
        ("GHL_API_KEY", "pit-canary"),
        ("HIGHWIRE_VAULT_KEY", "canary-of-the-vault"),
        ("HIGHWIRE_VAULT_FORMER_KEYS", "canary-of-before,canary-of-long-before"),
    ];
    let settings = load(None, &variables).unwrap();
    assert_eq!(settings.vault.former_keys.len(), 2);
    assert!(!format!("{settings:?}").contains("canary"));
}

#[test]
fn an_administrator_has_a_long_key_or_none() {
    let with = |key: &str| {
        load(None, &[("HIGHWIRE_SERVER_ADMINISTRATOR_KEY", key)]).unwrap().server.administrator()
    };
    assert!(matches!(with(""), Ok(None)));
    assert_eq!(with(&"k".repeat(32)).unwrap(), Some(KeyHash::of(&"k".repeat(32))));
    let refused = with("canary-key").unwrap_err().to_string();
    assert!(refused.contains("openssl") && !refused.contains("canary"), "{refused}");
}
