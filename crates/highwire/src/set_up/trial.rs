//! Tries a connection out: an event through the hub's own public address, and a message through the vendor.

use std::time::Duration;

use connectors::{highlevel::HighLevel, repairshopr::RepairShopr};
use domain::{
    ApiKeys, Connection, ConnectionId, ConnectionProfile, EventId, Journal, Mirror, Outbox,
    Profiles,
};
use endpoint::{Method, Request, Response, Transport as _, http::HttpTransport};
use highlevel::RawCall;
use jiff::SignedDuration;
use serde_json::{Value, json};
use web::set_up::{Arrival, Refused, Replied, Sent, SetUp as _, TrialPlan, Who};

use super::{HubSetUp, proofs, unkept};
use crate::{clock, commands::doctor::described, connection as calls, doors};

/// How long the token of a test may be used.
const LIFETIME: SignedDuration = SignedDuration::from_mins(10);

/// How long a door may take to learn of a new token: it looks for changes once a second.
const LEARNING: [Duration; 8] = [Duration::from_millis(400); 8];

/// The contact that a test is about. No record of HighLevel has such an id.
const CONTACT: &str = "highwire-test";

/// The message of a person's test.
const SEND: &str = "conversations.send-a-new-message";

impl HubSetUp {
    /// How a connection can be tried out.
    pub(super) async fn plan(&self, who: &Who, id: &ConnectionId) -> Result<TrialPlan, Refused> {
        let connection = self.find(who, id).await?;
        let told = |path: &str| format!("{}{}", self.public_url, path.replace("{token}", "…"));
        Ok(match connection.vendor.as_str() {
            HighLevel::NAME => TrialPlan {
                address: Some(told(doors::WORKFLOW_PATH)),
                explanation: "a made-up contact comes in as a workflow would send it, with a token \
                              that is good for this test alone; it is in the hub's mirror from then \
                              on, and not in HighLevel"
                    .to_owned(),
                can_reply: self.has_token(&connection).await?,
            },
            RepairShopr::NAME => TrialPlan {
                address: Some(told(doors::REPAIRSHOPR_PATH)),
                explanation: "a made-up notification comes in, with a token that is good for this \
                              test alone"
                    .to_owned(),
                can_reply: false,
            },
            _ => TrialPlan {
                address: None,
                explanation: "there is no made-up event for this vendor: change something there, \
                              and look for it in the list of events"
                    .to_owned(),
                can_reply: false,
            },
        })
    }

    /// Sends a test event and waits until the hub has accepted it.
    pub(super) async fn send_event(&self, who: &Who, id: &ConnectionId) -> Result<Sent, Refused> {
        let connection = self.find(who, id).await?;
        let path = match connection.vendor.as_str() {
            HighLevel::NAME => doors::WORKFLOW_PATH,
            RepairShopr::NAME => doors::REPAIRSHOPR_PATH,
            _ => return Err(Refused::Absent),
        };
        let body = self.body(&connection).await?.to_string();
        let (address, key) = self.token_address(&connection, (path, Some(LIFETIME))).await?;
        let answered = self.deliver(proofs::clear(&address), &body).await;
        // Whatever came of it, the token has done its work.
        let ended = self.store.revoke_api_key(&key.organization, &key.id, clock::now()).await;
        ended.map_err(unkept)?;
        let answer = answered?;
        let said: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let event = said["event"].as_str().and_then(|event| event.parse().ok());
        match (answer.status, event) {
            (200, Some(event)) => Ok(Sent { event }),
            (status, _) => Err(Refused::because(
                format!(
                    "the test was answered with {status} at {}, and not accepted",
                    self.public_url
                ),
                "let that address lead to this hub: `highwire doctor` looks at it",
            )),
        }
    }

    /// How far an event of this connection has come.
    pub(super) async fn follow(
        &self,
        who: &Who,
        id: &ConnectionId,
        event: EventId,
    ) -> Result<Arrival, Refused> {
        let connection = self.find(who, id).await?;
        let entry = self.store.entry(event).await.map_err(unkept)?;
        let own = entry.filter(|entry| entry.event.tenant.as_ref() == Some(&connection.tenant));
        let Some(entry) = own else { return Err(Refused::Absent) };
        let read = async {
            let projected = self.store.projected().await?;
            let decided = self.store.decided().await?;
            let changes = self.store.changes(&[event]).await?;
            let actions = self.store.actions(event).await?;
            Ok::<_, domain::StorageError>((projected, decided, changes, actions))
        };
        let (projected, decided, changes, actions) = read.await.map_err(unkept)?;
        let place = entry.sequence;
        Ok(Arrival {
            journaled: Some(format!("at place {place}, {:.0}", entry.journaled_at)),
            mirrored: (projected >= place).then(|| match changes.len() {
                0 => "read; it changes no record".to_owned(),
                1 => "it changed one record".to_owned(),
                many => format!("it changed {many} records"),
            }),
            decided: (decided >= place).then(|| match actions.len() {
                0 => "nothing follows from it".to_owned(),
                1 => "one action follows from it".to_owned(),
                many => format!("{many} actions follow from it"),
            }),
        })
    }

    /// Sends a message to a contact as an SMS, which HighLevel accepts or refuses.
    pub(super) async fn send_message(
        &self,
        who: &Who,
        id: &ConnectionId,
        (contact, text): (&str, &str),
    ) -> Result<Replied, Refused> {
        let connection = self.find(who, id).await?;
        if connection.vendor != HighLevel::NAME {
            return Err(Refused::Absent);
        }
        let client = self.broker.client(&connection.tenant, None).await.map_err(|error| {
            let text = error.to_string();
            let (reason, hint) = text.split_once("; ").unwrap_or((&text, "connect it again"));
            Refused::because(reason, hint)
        })?;
        let body = json!({ "type": "SMS", "contactId": contact, "message": text });
        let call = RawCall::new(SEND).expect("the catalogue has it").body(body);
        // HighLevel's own words may quote whom they are about, so only the hint is told.
        let reply = client.call(&call).await.map_err(|error| {
            let status = error.status().map_or("no answer".to_owned(), |it| format!("status {it}"));
            Refused::because(
                format!("HighLevel did not accept the message ({status})"),
                error.hint(),
            )
        })?;
        let message = reply.json()["messageId"].as_str().unwrap_or("one without an id");
        Ok(Replied { message: message.to_owned() })
    }

    async fn has_token(&self, connection: &Connection) -> Result<bool, Refused> {
        let stored = self.store.profile(&connection.tenant).await.map_err(unkept)?;
        let named = &self.settings.highlevel;
        let is_described = connection.tenant == doors::tenant(doors::HIGHLEVEL);
        Ok(stored.is_some() || (is_described && !named.token.is_empty()))
    }

    /// What a vendor would send. The number makes each test an event of its own.
    async fn body(&self, connection: &Connection) -> Result<Value, Refused> {
        let number = self.draw();
        let number: String = number.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        if connection.vendor != HighLevel::NAME {
            let text = format!("a test of the set-up, number {number}");
            return Ok(json!({ "text": text, "html": text, "link": "", "attributes": {} }));
        }
        let stored = self.store.profile(&connection.tenant).await.map_err(unkept)?;
        let location = stored
            .as_ref()
            .and_then(|profile| profile.setting(ConnectionProfile::LOCATION_ID))
            .or_else(|| calls::location(&self.settings.highlevel));
        let mut body = json!({
            "contact_id": CONTACT,
            "first_name": "Test",
            "last_name": format!("of the set-up {number}"),
            "full_name": format!("Test of the set-up {number}"),
            "contact_source": "highwire",
        });
        if let Some(location) = location {
            body["location"] = json!({ "id": location });
        }
        Ok(body)
    }

    /// Posts the event, again while the door does not know the token yet.
    async fn deliver(&self, url: &str, body: &str) -> Result<Response, Refused> {
        let transport = described::transport().map_err(|failure| super::refused(&failure))?;
        for wait in LEARNING {
            let answer = self.post(&transport, url, body).await?;
            if answer.status != 401 {
                return Ok(answer);
            }
            tokio::time::sleep(wait).await;
        }
        self.post(&transport, url, body).await
    }

    async fn post(
        &self,
        transport: &HttpTransport,
        url: &str,
        body: &str,
    ) -> Result<Response, Refused> {
        let request = Request {
            method: Method::Post,
            url: url.to_owned(),
            headers: vec![("content-type".to_owned(), "application/json".to_owned())],
            body: body.to_owned().into(),
        };
        transport.send(request).await.map_err(|_| {
            Refused::because(
                format!("nothing answers at {}", self.public_url),
                "start the proxy or tunnel of that address, or correct webhook.public_url",
            )
        })
    }
}
