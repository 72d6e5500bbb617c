//! Who may bring in what, in every way in which somebody can come.

use domain::{
    Account, AccountKey, Added, ApiKey, ApiKeySecret, ApiKeys, BoxFuture, Connection, ConnectionId,
    Connections, Entity, Memory, Organizations, RecordUpdate, Scope, SealedContent, SecretSealer,
    Summary, Tenant, Verb,
    contract::sample::{api_key, at, event, organization, tenant},
};
use policy::directory::Rules;
use secrecy::{ExposeSecret, SecretString};

use super::*;
use crate::{
    admit::Admit,
    fixture::{clock, store},
    stage::Stage,
};

/// A vendor that signs with the header `signed`; who shares a secret sends it as `shared`. A body is
/// the account that it names and then its identity, such as `location-1 a`.
struct Vendor;

impl Source for Vendor {
    fn name(&self) -> &'static str {
        "highlevel"
    }

    fn authenticate(&self, delivery: &Delivery) -> Result<(), Refusal> {
        match delivery.header("signed") {
            Some("yes") => Ok(()),
            Some(_) => Err(Refusal::Mismatch),
            None => Err(Refusal::Unsigned),
        }
    }

    fn authenticate_shared(
        &self,
        delivery: &Delivery,
        secret: Option<&WebhookSecret>,
    ) -> Result<(), Refusal> {
        match (secret, delivery.header("shared")) {
            (None, None) => Ok(()),
            (None, Some(_)) => Err(Refusal::NoSecret),
            (Some(_), None) => Err(Refusal::Unsigned),
            (Some(secret), Some(sent)) if sent == secret.expose() => Ok(()),
            (Some(_), Some(_)) => Err(Refusal::Mismatch),
        }
    }

    fn offered_secret(&self, delivery: &Delivery) -> Option<WebhookSecret> {
        let text = std::str::from_utf8(&delivery.body).ok()?;
        WebhookSecret::new(text.strip_prefix("offers ")?)
    }

    fn read(&self, delivery: Delivery) -> Reading {
        let text = String::from_utf8_lossy(&delivery.body).into_owned();
        let number = text.bytes().fold(7_u128, |sum, byte| sum * 31 + u128::from(byte));
        let account = text.split(' ').next().filter(|word| *word != "none").map(str::to_owned);
        let kind = match text.contains("uninstall") {
            true => EventKind { entity: Entity::App, verb: Verb::Uninstalled },
            false => event(number).kind,
        };
        let occurred_at = if text.contains("old") { at(-1000) } else { delivery.received_at };
        let received_at = delivery.received_at;
        let body = delivery.body;
        let event =
            Event { tenant: None, account, kind, occurred_at, received_at, body, ..event(number) };
        Reading { event, app: None, company: None }
    }

    fn updates(&self, _: &Event) -> Result<Vec<RecordUpdate>, String> {
        Ok(Vec::new())
    }

    fn summarize(&self, _: &Event) -> Summary {
        Summary::default()
    }

    fn link(&self, _: &Event) -> Option<String> {
        None
    }
}

/// Seals nothing: what is stored is the secret, and `damaged` cannot be opened.
struct Glass;

impl SecretSealer for Glass {
    fn open<'a>(&'a self, stored: &'a Credential) -> BoxFuture<'a, Result<SecretString, String>> {
        let text = String::from_utf8_lossy(&stored.content.bytes).into_owned();
        Box::pin(async move {
            match text.as_str() {
                "damaged" => Err("it is damaged".to_owned()),
                text => Ok(text.into()),
            }
        })
    }

    fn seal<'a>(
        &'a self,
        _: &'a CredentialKey,
        secret: &'a SecretString,
    ) -> BoxFuture<'a, Result<SealedContent, String>> {
        let bytes = secret.expose_secret().to_owned().into();
        Box::pin(async move { Ok(SealedContent { bytes, master_key: "mk_1".to_owned() }) })
    }
}

/// Alpha has one connection with location-a, beta two: east with location-b, and west.
struct House {
    store: Memory,
    admit: Admit<Memory>,
    intake: Intake<Memory>,
}

fn at_connection(owner: &str, id: &str) -> Tenant {
    Tenant { connection: ConnectionId::new(id), ..tenant(owner) }
}

async fn house(settings: DoorSettings) -> House {
    let store = store();
    for owner in ["alpha", "beta"] {
        assert_eq!(store.add_organization(organization(owner)).await.unwrap(), Added::New);
    }
    let all =
        [("alpha", "main", "location-a"), ("beta", "east", "location-b"), ("beta", "west", "")];
    for (owner, id, location) in all {
        let tenant = at_connection(owner, id);
        let (vendor, name) = ("highlevel".to_owned(), id.to_owned());
        let connection = Connection { tenant: tenant.clone(), vendor, name, created_at: at(0) };
        store.put_connection(connection).await.unwrap();
        if !location.is_empty() {
            let key = AccountKey::new("highlevel", location);
            let account = Account { key, tenant, connected_at: at(0) };
            assert!(store.connect_account(account).await.unwrap());
        }
    }
    let settings = DoorSettings { sealer: Some(Arc::new(Glass)), ..settings };
    let admit =
        Admit::open(store.clone(), (Rules::default(), settings.clone()), clock(), Arc::default());
    let admit = admit.await.unwrap();
    let intake = Intake::new(Footing {
        store: store.clone(),
        register: admit.register(),
        settings,
        meter: admit.meter(),
        projector: Arc::default(),
        hints: Hints::default(),
    });
    House { store, admit, intake }
}

impl House {
    /// A key that may deliver, bound to a connection where one is named.
    async fn key(&mut self, owner: &str, number: u8, connection: Option<&str>) -> (ApiKey, String) {
        let (key, secret) = api_key(owner, number);
        let connection = connection.map(ConnectionId::new);
        let key = ApiKey { connection, scopes: [Scope::WebhooksSend].into(), ..key };
        assert_eq!(self.store.add_api_key(key.clone()).await.unwrap(), Added::New);
        self.admit.pass().await.unwrap();
        (key, ApiKeySecret::expose(&secret).to_owned())
    }

    async fn secret(&mut self, tenant: Tenant, text: &'static str) {
        let key = CredentialKey { tenant, kind: WebhookSecret::KIND.to_owned() };
        let content = SealedContent { bytes: text.into(), master_key: "mk_1".to_owned() };
        self.store.put_credential(Credential { key, content, stored_at: at(0) }).await.unwrap();
        self.admit.pass().await.unwrap();
    }

    async fn send(
        &self,
        claim: Claim,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Result<Taken, String> {
        let headers = headers.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        let body = body.to_owned().into();
        let delivery = Delivery { headers, body, correlation: None, received_at: at(2) };
        let taken = self.intake.accept(&Vendor, &claim, delivery).await;
        taken.map_err(|rejected| match rejected {
            Rejected::Refused(refusal) => refusal.name().to_owned(),
            Rejected::Unkept(error) => error.to_string(),
        })
    }

    /// Whose an event became that came by these headers.
    async fn owner(&self, headers: &[(&str, &str)], body: &str) -> Result<Option<Tenant>, String> {
        match self.send(Claim::Headers, headers, body).await? {
            Taken::Event(accepted) => {
                let entry = self.store.entry(accepted.event).await.unwrap().expect("it is there");
                assert_eq!(entry.event.origin == Origin::Keyed, headers[0].0 == "x-api-key");
                Ok(entry.event.tenant)
            }
            other => panic!("{other:?}"),
        }
    }

    async fn journaled(&self) -> u64 {
        self.store.last().await.unwrap().0
    }
}

fn refused<T>(name: &str) -> Result<T, String> {
    Err(name.to_owned())
}

#[tokio::test(start_paused = true)]
async fn a_key_brings_in_what_is_its_own() {
    let mut house = house(DoorSettings::default()).await;
    let (_, alpha) = house.key("alpha", 1, None).await;
    let (_, east) = house.key("beta", 2, Some("east")).await;
    let (_, beta) = house.key("beta", 3, None).await;
    let alpha = [("x-api-key", alpha.as_str())];
    let main = Some(at_connection("alpha", "main"));
    assert_eq!(house.owner(&alpha, "location-a 1").await, Ok(main.clone()));
    assert_eq!(house.owner(&alpha, "location-new 1").await, Ok(main.clone()));
    assert_eq!(house.owner(&alpha, "none 1").await, Ok(main));
    let east = [("x-api-key", east.as_str())];
    assert_eq!(house.owner(&east, "none 1").await, Ok(Some(at_connection("beta", "east"))));
    let beta = [("x-api-key", beta.as_str())];
    let before = house.journaled().await;
    let unknown = refused("ambiguous");
    assert_eq!(house.owner(&beta, "none 2").await, unknown, "which of the two, nobody knows");
    assert_eq!(house.owner(&alpha, "location-b 1").await, refused("foreign"));
    assert_eq!(house.owner(&east, "location-a 2").await, refused("foreign"));
    assert_eq!(house.journaled().await, before, "nothing of it is kept");
}

#[tokio::test(start_paused = true)]
async fn a_key_decides_alone_and_nothing_falls_back() {
    let mut house = house(DoorSettings::default()).await;
    let (key, secret) = house.key("alpha", 1, None).await;
    let signed = ("signed", "yes");
    let long = "x".repeat(LONGEST);
    for wrong in ["", " ", "hwk_0000000000000000_x", key.id.as_str(), long.as_str()] {
        let headers = [("x-api-key", wrong), signed];
        assert_eq!(house.owner(&headers, "location-a 1").await, refused("unknown_key"), "{wrong}");
    }
    let twice = [("x-api-key", secret.as_str()), ("x-api-key", secret.as_str()), signed];
    assert_eq!(house.owner(&twice, "location-a 1").await, refused("unknown_key"));
    assert_eq!(house.owner(&[("signed", "no")], "location-a 1").await, refused("mismatch"));
    assert_eq!(house.owner(&[("other", "")], "location-a 1").await, refused("unsigned"));
    assert_eq!(house.journaled().await, 0);
    assert!(house.owner(&[("x-api-key", &secret), ("signed", "no")], "none 1").await.is_ok());
}

const LONGEST: usize = 100_000;

#[tokio::test(start_paused = true)]
async fn a_revoked_key_stops_with_the_next_look() {
    let mut house = house(DoorSettings::default()).await;
    let (key, secret) = house.key("alpha", 1, None).await;
    let headers = [("x-api-key", secret.as_str())];
    assert!(house.owner(&headers, "none 1").await.is_ok());
    assert!(house.store.revoke_api_key(&key.organization, &key.id, at(3)).await.unwrap());
    house.admit.pass().await.unwrap();
    assert_eq!(house.owner(&headers, "none 2").await, refused("unknown_key"));
}

#[tokio::test(start_paused = true)]
async fn where_there_is_a_secret_a_key_alone_is_not_enough() {
    let mut house = house(DoorSettings::default()).await;
    let (_, alpha) = house.key("alpha", 1, None).await;
    let key = ("x-api-key", alpha.as_str());
    let early = house.owner(&[key, ("shared", "s1")], "none 0").await;
    assert_eq!(early, refused("no_secret"), "a check that came is not passed over");
    house.secret(at_connection("alpha", "main"), "s1").await;
    assert_eq!(house.owner(&[key], "none 1").await, refused("unsigned"));
    assert_eq!(house.owner(&[key, ("shared", "s2")], "none 1").await, refused("mismatch"));
    let good = house.owner(&[key, ("shared", "s1")], "none 1").await;
    assert_eq!(good, Ok(Some(at_connection("alpha", "main"))));
    house.secret(at_connection("alpha", "main"), "damaged").await;
    let unreadable = house.owner(&[key, ("shared", "s1")], "none 2").await;
    assert_eq!(unreadable, refused("secret_unreadable"));
    assert_eq!(house.owner(&[("signed", "yes")], "location-a 3").await.map(|_| ()), Ok(()));
}

#[tokio::test(start_paused = true)]
async fn a_body_does_not_choose_the_connection_that_has_no_secret() {
    let mut house = house(DoorSettings::default()).await;
    let (_, beta) = house.key("beta", 1, None).await;
    house.secret(at_connection("beta", "west"), "w1").await;
    let key = ("x-api-key", beta.as_str());
    assert_eq!(house.owner(&[key], "location-b 1").await, refused("unsigned"));
    let signed = house.owner(&[key, ("shared", "w1")], "location-b 1").await;
    assert_eq!(signed, Ok(Some(at_connection("beta", "west"))), "the secret says which one it is");
}

#[tokio::test(start_paused = true)]
async fn the_secret_of_the_settings_is_its_organizations() {
    let secret = WebhookSecret::new("set").unwrap();
    let shared_secret = Some((tenant("alpha").organization, secret));
    let mut house = house(DoorSettings { shared_secret, ..DoorSettings::default() }).await;
    let (_, alpha) = house.key("alpha", 1, None).await;
    let (_, beta) = house.key("beta", 2, Some("east")).await;
    let alpha = ("x-api-key", alpha.as_str());
    assert_eq!(house.owner(&[alpha], "none 1").await, refused("unsigned"));
    assert!(house.owner(&[alpha, ("shared", "set")], "none 1").await.is_ok());
    let beta = ("x-api-key", beta.as_str());
    assert_eq!(house.owner(&[beta, ("shared", "set")], "none 1").await, refused("no_secret"));
    assert!(house.owner(&[beta], "none 1").await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_token_is_a_key_of_one_connection_and_brings_so_much_a_minute() {
    let settings = DoorSettings { deliveries_per_minute: 3, ..DoorSettings::default() };
    let mut house = house(settings).await;
    let (_, free) = house.key("alpha", 1, None).await;
    let (key, bound) = house.key("beta", 2, Some("west")).await;
    let token = |text: &str| Claim::Token(text.to_owned());
    for (text, name) in [("", "unknown_key"), ("short", "unknown_key"), (&free, "not_permitted")] {
        assert_eq!(house.send(token(text), &[("signed", "yes")], "none 1").await, refused(name));
    }
    assert_eq!(house.send(token(&bound), &[], "location-a 1").await, refused("foreign"));
    for body in ["none 1", "none 2"] {
        assert!(house.send(token(&bound), &[], body).await.is_ok(), "{body}");
    }
    assert_eq!(house.send(token(&bound), &[], "none 3").await, refused("too_many"));
    assert_eq!(house.journaled().await, 2);
    house.admit.pass().await.unwrap();
    let keys = house.store.api_keys(&key.organization).await.unwrap();
    assert_eq!(keys[0].last_used_at, None, "uses are written once a minute");
    tokio::time::advance(std::time::Duration::from_mins(2)).await;
    house.admit.pass().await.unwrap();
    let keys = house.store.api_keys(&key.organization).await.unwrap();
    assert_eq!(keys[0].last_used_at, Some(at(2)));
    assert!(house.store.remove_connection(&at_connection("beta", "west")).await.unwrap());
    house.admit.pass().await.unwrap();
    assert_eq!(house.send(token(&bound), &[], "none 4").await, refused("not_connected"));
}

#[tokio::test(start_paused = true)]
async fn nobody_takes_the_place_of_another_organizations_event() {
    let mut house = house(DoorSettings::default()).await;
    let (_, alpha) = house.key("alpha", 1, None).await;
    let (_, beta) = house.key("beta", 2, Some("east")).await;
    let mut ids = Vec::new();
    for headers in [("x-api-key", alpha.as_str()), ("x-api-key", beta.as_str()), ("signed", "yes")]
    {
        match house.send(Claim::Headers, &[headers], "none same").await.unwrap() {
            Taken::Event(accepted) => {
                assert!(!accepted.duplicate, "{headers:?} came too late");
                ids.push(accepted.event);
            }
            other => panic!("{other:?}"),
        }
    }
    ids.dedup();
    assert_eq!(ids.len(), 3);
}

#[tokio::test(start_paused = true)]
async fn an_offered_secret_waits_for_the_operator() {
    let settings = DoorSettings { deliveries_per_minute: 2, ..DoorSettings::default() };
    let mut house = house(settings).await;
    let main = || Claim::Connection("con_main".to_owned());
    let absent = Claim::Connection("con_absent".to_owned());
    assert_eq!(house.send(absent.clone(), &[], "offers t1").await, refused("not_connected"));
    assert_eq!(house.send(absent, &[("shared", "t1")], "none 1").await, refused("not_connected"));
    assert_eq!(house.send(main(), &[], "offers t1").await, Ok(Taken::Handshake));
    house.admit.pass().await.unwrap();
    assert_eq!(house.send(main(), &[("shared", "t1")], "none 1").await, refused("no_secret"));
    assert_eq!(house.send(main(), &[("signed", "yes")], "none 1").await, refused("no_secret"));
    house.secret(at_connection("alpha", "main"), "t1").await;
    assert!(house.send(main(), &[("shared", "t1")], "none 1").await.is_ok());
    assert_eq!(house.send(main(), &[], "offers t2").await, Ok(Taken::Handshake));
    house.admit.pass().await.unwrap();
    assert!(house.send(main(), &[("shared", "t1")], "none 2").await.is_ok(), "the old one counts");
    assert_eq!(house.send(main(), &[("shared", "t2")], "none 3").await, refused("mismatch"));
    assert_eq!(house.send(main(), &[], "offers t3").await, refused("too_many"));
}

#[tokio::test(start_paused = true)]
async fn what_is_older_than_the_window_is_answered_and_not_kept() {
    let settings = DoorSettings { replay_window_seconds: 300, ..DoorSettings::default() };
    let late = house(settings).await;
    let signed = [("signed", "yes")];
    let taken = late.send(Claim::Headers, &signed, "location-a old").await;
    assert!(matches!(taken, Ok(Taken::Late(_))), "{taken:?}");
    assert!(late.owner(&signed, "location-a new").await.is_ok());
    assert_eq!(late.journaled().await, 1);
    let any = house(DoorSettings::default()).await;
    assert!(any.owner(&signed, "location-a old").await.is_ok());
}
