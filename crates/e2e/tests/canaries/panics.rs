//! A hub whose source and whose destination panic with secrets in their hands.

use std::{sync::Arc, time::Duration};

use connectors::highlevel::{HighLevel, Settings};
use domain::{
    Action, BoxFuture, Clock, ConnectionId, Delivery, Destination, Event, Failure,
    InstallationChange, Memory, OrganizationId, Reading, Receipt, RecordUpdate, Refusal, Source,
    Summary, Tenant,
};
use e2e::{Events, Runtime};
use endpoint::{Secret, Timer as _};
use engine::{Claim, Hub, Parts, Rules};
use highlevel::{auth::PrivateToken, webhook::PublicKeys};

use super::{secret, stage::LOCATION};

/// The name of the test below.
pub(crate) const NAME: &str = "panics::a_source_and_a_destination_panic";

/// Everything that a connector has in its hands.
struct Hands {
    inner: HighLevel,
    secret: Secret,
    token: PrivateToken,
    notion: notion::Settings,
}

impl Hands {
    fn new(public_key: &str) -> Self {
        let token = secret("the Notion token").expect("it is planted");
        let keys = PublicKeys::parse(public_key.split(',')).expect("the keys are good");
        Self {
            inner: HighLevel::new(Settings { public_keys: keys, application_url: String::new() }),
            secret: Secret::new(token),
            token: PrivateToken::new(secret("the HighLevel token").expect("it is planted")),
            notion: notion::Settings::new(Secret::new(token)),
        }
    }

    fn drop_everything(&self, with: &dyn std::fmt::Debug) -> ! {
        let Self { inner, secret, token, notion } = self;
        panic!("with {inner:?}, {secret:?}, {token:?}, {notion:?} and {with:?}")
    }
}

impl Source for Hands {
    fn name(&self) -> &'static str {
        HighLevel::NAME
    }

    fn authenticate(&self, delivery: &Delivery) -> Result<(), Refusal> {
        self.inner.authenticate(delivery)
    }

    fn read(&self, delivery: Delivery) -> Reading {
        self.inner.read(delivery)
    }

    fn installation(&self, event: &Event) -> Option<InstallationChange> {
        self.inner.installation(event)
    }

    fn updates(&self, event: &Event) -> Result<Vec<RecordUpdate>, String> {
        self.drop_everything(event)
    }

    fn summarize(&self, _: &Event) -> Summary {
        Summary::default()
    }

    fn link(&self, _: &Event) -> Option<String> {
        None
    }
}

impl Destination for Hands {
    fn name(&self) -> &'static str {
        "hands"
    }

    fn apply<'a>(&'a self, action: &'a Action) -> BoxFuture<'a, Result<Receipt, Failure>> {
        Box::pin(async move { self.drop_everything(&action.id) })
    }

    fn find<'a>(&'a self, _: &'a Action) -> BoxFuture<'a, Result<Option<Receipt>, Failure>> {
        Box::pin(async { Ok(None) })
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "it panics on purpose; the canaries run it and read what it says"]
async fn a_source_and_a_destination_panic() -> anyhow::Result<()> {
    tracing_subscriber::fmt().with_max_level(tracing_subscriber::filter::LevelFilter::TRACE).init();
    let events = Events::new(3, 400)?;
    let hands = Arc::new(Hands::new(&events.public_key()));
    let clock: Arc<dyn Clock> = Arc::new(|| Runtime.now());
    let connection = ConnectionId::new("hands");
    let store = Memory::new(Arc::clone(&clock));
    let everybody = Tenant {
        organization: OrganizationId::new("default"),
        connection: ConnectionId::new("highlevel"),
    };
    let hub = Hub::start(Parts {
        rules: Rules { everybody: Some(everybody), ..Rules::default() },
        sources: vec![Arc::<Hands>::clone(&hands)],
        destinations: [(connection.clone(), Arc::<Hands>::clone(&hands) as Arc<dyn Destination>)]
            .into(),
        activity_log: Some(connection),
        report_deviations: true,
        ..Parts::new(store, Arc::clone(&clock))
    })
    .await?;
    let name = super::PEOPLE[0].1;
    let body = format!(
        r#"{{"type":"ContactCreate","locationId":"{LOCATION}","id":"c1","name":["{name}"]}}"#
    );
    let event = events.sign(&body)?;
    let headers = vec![
        ("x-ghl-signature".to_owned(), event.signature),
        ("authorization".to_owned(), secret("the key of an application")?.to_owned()),
    ];
    let (body, received_at) = (event.body.into(), clock.now());
    let delivery = Delivery { headers, body, correlation: None, received_at };
    hub.intake().accept(&*hands, &Claim::Headers, delivery).await?;
    while hub.status().await?.actions.is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await; // tidy: sleep, the hub's stages work on their own
    }
    hub.stop().await;
    Ok(())
}
