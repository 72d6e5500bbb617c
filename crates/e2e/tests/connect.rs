//! Connecting vendors as a person does: in a terminal, and on HighLevel's consent page.

// The root of a test looks for its modules beside itself; inside of this one it looks in the folder.
mod connect {
    pub(crate) mod house;
}

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use self::connect::house::{House, OTHER_LOCATION, free_port};

/// The accounts of the only connection that is listed, and how it stands.
fn only(listed: &[Value]) -> Result<(BTreeSet<String>, String)> {
    // Beside the connections it tells which installations and events nobody owns.
    let connections: Vec<&Value> =
        listed.iter().filter(|one| one["connection"].is_string()).collect();
    let [one] = connections.as_slice() else { anyhow::bail!("not one connection: {listed:?}") };
    let accounts = one["accounts"].as_array().context("accounts")?;
    let ids = accounts.iter().filter_map(|account| account["account"].as_str());
    let standing = one["standing"].as_str().context("a standing")?;
    Ok((ids.map(str::to_owned).collect(), standing.to_owned()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_path_of_an_installation_ends_in_a_connection() -> Result<()> {
    let house = House::open(&[]).await?;
    let location = house.vendor.location_id().to_owned();
    let company = house.vendor.company_id().to_owned();
    let bulk: BTreeSet<_> = [&company, &location, OTHER_LOCATION].map(str::to_owned).into();
    for (path, accounts, installed) in [
        (format!("location_id={location}"), [location.clone()].into(), "location"),
        (format!("location_id={OTHER_LOCATION}"), [OTHER_LOCATION.to_owned()].into(), "location"),
        ("user_type=Company".to_owned(), bulk, "in bulk"),
        ("app_target=agency".to_owned(), [company.clone()].into(), "without its locations"),
    ] {
        let connected = house.connect(&[], &path).await?;
        let told = connected.told()?;
        ensure!(connected.page.0 == 200, "{path}: {:?}", connected.page);
        let account = told["account"].as_str().context("a name")?;
        ensure!(connected.page.1.contains(account), "{account} in {}", connected.page.1);
        ensure!(told["findings"].to_string().contains(installed), "{path}: {told}");
        let listed = house.run(&["connections", "list"])?;
        assert_eq!(only(&listed)?, (accounts, "ready".to_owned()), "{path}");
        let id = told["connection"].as_str().context("an id")?;
        house.run(&["connections", "remove", id])?;
    }
    house.ends_without_leaks()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_hundred_installations_at_once_are_connected_and_go_again() -> Result<()> {
    let house = House::open(&[]).await?;
    house.connect(&[], "user_type=Company&install_to_future_locations=true").await?.told()?;
    let exchanges = || house.asked("oauth.get-location-access-token");
    let before = exchanges().await?;
    let storm = json!({ "locations": 500, "at_once": true });
    let storm = house.control("install", storm).await?;
    let made = storm["installed"].as_array().context("the locations")?;
    let mut wanted: BTreeSet<String> =
        made.iter().filter_map(Value::as_str).map(str::to_owned).collect();
    ensure!(wanted.len() == 500);
    wanted.extend(
        [house.vendor.company_id(), house.vendor.location_id(), OTHER_LOCATION].map(str::to_owned),
    );
    // A location of the future: its INSTALL names no company.
    wanted.insert(house.make_location().await?);
    house.until(|listed| Ok(only(listed)?.0 == wanted)).await?;
    assert_eq!(exchanges().await?, before, "nothing is exchanged before it is used");
    for delivery in house.deliveries().await? {
        ensure!(delivery["status"] == 200, "{delivery}");
    }
    ensure!(!house.statuses().await?.contains(&429), "nobody was throttled");

    let one = made[0].as_str().context("an id")?;
    house.control("uninstall", json!({ "location_id": one })).await?;
    wanted.remove(one);
    house.until(|listed| Ok(only(listed)? == (wanted.clone(), "ready".to_owned()))).await?;

    house.control("uninstall", json!({})).await?;
    let gone = (BTreeSet::new(), "needs_consent".to_owned());
    house.until(|listed| Ok(only(listed)? == gone)).await?;
    ensure!(!house.has_credential("token_pair")?, "the tokens are removed");

    let again = house.connect(&["--again", "highlevel"], "user_type=Company").await?;
    let told = again.told()?;
    ensure!(told["renewed"] == true, "{told}");
    wanted.insert(one.to_owned());
    house.until(|listed| Ok(only(listed)?.1 == "ready" && only(listed)?.0.len() > 500)).await?;
    house.ends_without_leaks()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_state_counts_once_and_only_here() -> Result<()> {
    let house = House::open(&[]).await?;
    let connected = house.connect(&[], "user_type=Company").await?;
    connected.told()?;
    let (status, page) = house.get(&connected.callback).await?;
    ensure!(status == 400 && page.contains("was used already"), "{status} {page}");
    let forged = house.forged(&connected.callback)?;
    let (status, page) = house.get(&forged).await?;
    ensure!(status == 400 && page.contains("did not ask for that consent"), "{status} {page}");
    let stateless = house.without_state(&connected.callback)?;
    let (status, page) = house.get(&stateless).await?;
    ensure!(status == 400 && page.contains("highlevel.installs_go_to"), "{status} {page}");
    let (status, page) = house.get(&format!("{}?error=access_denied", house.callback())).await?;
    ensure!(status == 400 && page.contains("Nobody asked"), "{status} {page}");
    let listed = house.run(&["connections", "list"])?;
    only(&listed)?;
    house.ends_without_leaks()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_begins_in_the_marketplace_goes_where_the_settings_say() -> Result<()> {
    let house = House::open(&[("HIGHWIRE_HIGHLEVEL_INSTALLS_GO_TO", "org_default")]).await?;
    for _ in 0..2 {
        // The second time is the same installation again, and renews its connection.
        let callback = house.walk_in("user_type=Company").await?;
        let (status, page) = house.get(&callback).await?;
        ensure!(status == 200 && page.contains("Connected"), "{status} {page}");
        let listed = house.run(&["connections", "list"])?;
        ensure!(only(&listed)?.0.contains(house.vendor.company_id()), "{listed:?}");
    }
    house.ends_without_leaks()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_draft_a_white_label_and_another_redirect_are_as_the_app_has_them() -> Result<()> {
    let house = House::open(&[]).await?;
    house.control("app", json!({ "draft": true })).await?;
    let mut asking = house.ask(&[])?;
    let (status, page) = house.get(&format!("{}&auto_approve=true", asking.url)).await?;
    ensure!(status == 400 && page.contains("error.noversionid"), "{status} {page}");
    asking.give_up()?;

    let white_label = house.vendor.url().replace("127.0.0.1", "localhost");
    let flags = ["--version-id", house.vendor.version_id(), "--consent-host", &white_label];
    let connected = house.connect(&flags, "user_type=Company").await?;
    ensure!(connected.url.starts_with(&format!("{white_label}/v2/oauth/")), "{}", connected.url);
    connected.told()?;

    let elsewhere = ["--redirect-url", "http://127.0.0.1:1/oauth/callback/highlevel"];
    let mut asking = house.ask(&elsewhere)?;
    let wrong =
        format!("{}&auto_approve=true&version_id={}", asking.url, house.vendor.version_id());
    let (status, page) = house.get(&wrong).await?;
    ensure!(status == 400 && page.contains("error.invalid_redirect_uri"), "{status} {page}");
    asking.give_up()?;
    house.ends_without_leaks()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_renewal_stays_with_its_account() -> Result<()> {
    let house = House::open(&[]).await?;
    let main = format!("location_id={}", house.vendor.location_id());
    house.connect(&[], &main).await?.told()?;
    let other = format!("location_id={OTHER_LOCATION}");
    let refused = house.connect(&["--again", "highlevel"], &other).await?;
    ensure!(refused.page.0 == 400, "{:?}", refused.page);
    ensure!(refused.page.1.contains("was installed on the location"), "{}", refused.page.1);
    ensure!(!refused.output.status.success(), "the command says so too");
    let renewed = house.connect(&["--again", "highlevel"], &main).await?;
    ensure!(renewed.told()?["renewed"] == true);
    house.ends_without_leaks()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_hub_the_command_takes_the_answer_itself() -> Result<()> {
    let house = House::closed().await?;
    let address = format!("127.0.0.1:{}", free_port()?);
    let callback = format!("http://{address}/oauth/callback/highlevel");
    house.control("app", json!({ "redirect_uri": callback })).await?;
    let main = format!("location_id={}", house.vendor.location_id());
    let connected = house.connect(&["--listen", &address], &main).await?;
    let told = connected.told()?;
    ensure!(told["account"].is_string(), "{told}");
    let accounts = only(&house.run(&["connections", "list"])?)?.0;
    assert_eq!(accounts, [house.vendor.location_id().to_owned()].into());
    house.ends_without_leaks()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_token_is_taken_from_stdin_and_shows_what_it_opens() -> Result<()> {
    let house = House::closed().await?;
    let token = format!("{}\r\n", house.vendor.token());
    let told = house.given(&["connect", "highlevel", "--token", "-"], &token)?;
    let location = house.vendor.location_id();
    ensure!(told.to_string().contains("Northwind Harbor"), "{told}");
    assert_eq!(only(&house.run(&["connections", "list"])?)?.0, [location.to_owned()].into());
    let again = ["connect", "highlevel", "--token", "-"];
    let refused = house.refused(&again, &token)?;
    ensure!(refused.contains(&format!("the account {location} belongs to")), "{refused}");
    let other = house.vendor.other_token().to_owned();
    let again = ["connect", "highlevel", "--again", "highlevel", "--token", "-"];
    let refused = house.refused(&again, &other)?;
    ensure!(refused.contains("it is for"), "{refused}");
    ensure!(house.given(&again, &token)?["renewed"] == true);

    let agency = house.vendor.agency_token().to_owned();
    let told =
        house.given(&["connect", "highlevel", "--token", "-", "--name", "agency"], &agency)?;
    ensure!(told["account"].is_string(), "{told}");
    let dead = "pit-00000000-0000-4000-8000-000000000000";
    let refused =
        house.refused(&["connect", "highlevel", "--token", "-", "--name", "dead"], dead)?;
    ensure!(refused.contains("Invalid Private Integration token"), "{refused}");
    let unchecked = [
        "connect",
        "highlevel",
        "--token",
        "-",
        "--name",
        "dead",
        "--unchecked",
        "--location",
        "l9",
    ];
    house.given(&unchecked, dead)?;
    house.ends_without_leaks()
}
