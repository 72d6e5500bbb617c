//! The doors of a connection, and what proves what comes in by them.

use connectors::{highlevel::HighLevel, notion::Notion, repairshopr::RepairShopr};
use domain::{
    Added, ApiKey, ApiKeySecret, ApiKeys, Connection, ConnectionId, CredentialKey, Credentials,
    Role, Scope, WebhookSecret,
};
use endpoint::Secret;
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret, SecretString};
use web::set_up::{Door, Proof, Refused, Shown, Who};

use super::{HubSetUp, refused, unkept};
use crate::{clock, commands::api_keys, doors};

const WORKFLOW_TOKEN: &str = "workflow-token";
const REPAIRSHOPR_TOKEN: &str = "repairshopr-token";
const SIGNING_SECRET: &str = "signing-secret";
const VERIFICATION: &str = "verification";
const ACCEPTED: &str = "accept-verification";

impl HubSetUp {
    /// The doors of a connection.
    pub(super) async fn list_doors(
        &self,
        who: &Who,
        id: &ConnectionId,
    ) -> Result<Vec<Door>, Refused> {
        let connection = self.find(who, id).await?;
        let has = async |kind: &str| {
            let key = CredentialKey::new(&connection.tenant, kind);
            Ok::<_, Refused>(self.store.credential(&key).await.map_err(unkept)?.is_some())
        };
        Ok(match connection.vendor.as_str() {
            HighLevel::NAME => {
                vec![self.signed_door(), workflow(), { shared(has(WebhookSecret::KIND).await?) }]
            }
            Notion::NAME => {
                let (stored, offered) =
                    (has(WebhookSecret::KIND).await?, has(WebhookSecret::OFFERED).await?);
                self.notion_doors(&connection, stored, offered)
            }
            RepairShopr::NAME => vec![notifications()],
            _ => Vec::new(),
        })
    }

    /// Makes one of the proofs.
    pub(super) async fn make_proof(
        &self,
        who: &Who,
        id: &ConnectionId,
        proof: &str,
    ) -> Result<Shown, Refused> {
        let connection = self.find(who, id).await?;
        match (proof, connection.vendor.as_str()) {
            (WORKFLOW_TOKEN, HighLevel::NAME) => {
                let url = self.token_address(&connection, (doors::WORKFLOW_PATH, None)).await?.0;
                Ok(Shown {
                    title: "The address for the workflow".to_owned(),
                    secret: url,
                    then: "paste it as the URL of the workflow's action".to_owned(),
                })
            }
            (REPAIRSHOPR_TOKEN, RepairShopr::NAME) => {
                let url = self.token_address(&connection, (doors::REPAIRSHOPR_PATH, None)).await?.0;
                Ok(Shown {
                    title: "The address for the notification center".to_owned(),
                    secret: url,
                    then: "paste it as the webhook URL of the notification set".to_owned(),
                })
            }
            (SIGNING_SECRET, HighLevel::NAME) => self.make_secret(who, &connection).await,
            (VERIFICATION, Notion::NAME) => self.show_verification(who, &connection).await,
            (ACCEPTED, Notion::NAME) => self.accept_verification(who, &connection).await,
            _ => Err(Refused::Absent),
        }
    }

    /// The address of a door with a new token in it, and the token's key. `until` ends it.
    pub(super) async fn token_address(
        &self,
        connection: &Connection,
        (path, until): (&str, Option<SignedDuration>),
    ) -> Result<(SecretString, ApiKey), Refused> {
        let (id, secret): (_, ApiKeySecret) =
            api_keys::draw().map_err(|failure| refused(&failure))?;
        let now = clock::now();
        let what = if until.is_some() { "test" } else { "webhook address" };
        let key = ApiKey {
            id,
            organization: connection.tenant.organization.clone(),
            connection: Some(connection.tenant.connection.clone()),
            name: format!("{what} of {}", connection.name),
            role: Role::Application,
            scopes: [Scope::WebhooksSend].into(),
            secret_hash: secret.hash(),
            created_at: now,
            expires_at: until.map(|it| now.saturating_add(it).unwrap_or(Timestamp::MAX)),
            last_used_at: None,
            revoked_at: None,
        };
        if self.store.add_api_key(key.clone()).await.map_err(unkept)? != Added::New {
            return Err(Refused::Absent);
        }
        let address = format!("{}{}", self.public_url, path.replace("{token}", secret.expose()));
        Ok((address.into(), key))
    }

    fn signed_door(&self) -> Door {
        let [path, _] = doors::WEBHOOK_PATHS;
        Door {
            title: "Events of your marketplace app".to_owned(),
            address: Some(format!("{}{path}", self.public_url)),
            steps: vec![
                "In the developer portal, open your app and its Advanced Settings, then Webhooks."
                    .to_owned(),
                "Paste this address, and switch on the events that you want.".to_owned(),
                "HighLevel signs each event with its own key, so there is nothing to make here."
                    .to_owned(),
            ],
            proof: None,
        }
    }

    fn notion_doors(&self, connection: &Connection, stored: bool, offered: bool) -> Vec<Door> {
        let path =
            doors::NOTION_PATH.replace("{connection}", connection.tenant.connection.as_str());
        let (id, action) = match (offered, stored) {
            (true, _) => (VERIFICATION, "Show the verification token"),
            (false, _) => (VERIFICATION, "Look whether a token has come"),
        };
        let state = match (stored, offered) {
            (true, false) => Some("Notion's token is stored, and signs what comes in"),
            (_, true) => Some("Notion has sent a token, which waits to be shown"),
            (false, false) => None,
        };
        let proof = |id, action: &str, state: Option<&str>| {
            let (action, state) = (action.to_owned(), state.map(str::to_owned));
            Some(Proof { id, action, state })
        };
        let first = Door {
            title: "Events of Notion".to_owned(),
            address: Some(format!("{}{path}", self.public_url)),
            steps: vec![
                "In Notion's settings of the connection, open Webhooks and make a subscription."
                    .to_owned(),
                "Paste this address. Notion sends a verification token to it at once.".to_owned(),
                "Show the token here, and paste it into Notion.".to_owned(),
            ],
            proof: proof(id, action, state),
        };
        let second = Door {
            title: "When Notion says that the token is right".to_owned(),
            address: None,
            steps: vec!["From then on the hub takes what is signed with it.".to_owned()],
            proof: proof(ACCEPTED, "Notion has accepted the token", None),
        };
        match offered {
            true => vec![first, second],
            false => vec![first],
        }
    }

    async fn make_secret(&self, who: &Who, connection: &Connection) -> Result<Shown, Refused> {
        let bytes = web::set_up::SetUp::draw(self);
        let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        self.put_secret(who, connection, &digits).await?;
        Ok(Shown {
            title: "The secret".to_owned(),
            secret: digits.into(),
            then: "give it to the program that signs the deliveries".to_owned(),
        })
    }

    async fn show_verification(
        &self,
        who: &Who,
        connection: &Connection,
    ) -> Result<Shown, Refused> {
        let token = self.offered(who, connection).await?;
        Ok(Shown {
            title: "Notion's verification token".to_owned(),
            secret: token.expose().into(),
            then: "paste it into Notion; when Notion says that it is right, say so below"
                .to_owned(),
        })
    }

    async fn accept_verification(
        &self,
        who: &Who,
        connection: &Connection,
    ) -> Result<Shown, Refused> {
        let token = self.offered(who, connection).await?;
        self.put_secret(who, connection, token.expose()).await?;
        let key = CredentialKey::new(&connection.tenant, WebhookSecret::OFFERED);
        self.connecting.safe().remove(&key, &who.actor).await.map_err(unsafe_to_use)?;
        Ok(Shown {
            title: "Verified".to_owned(),
            secret: connection.tenant.connection.as_str().into(),
            then: "events that are signed with Notion's token come in for this connection"
                .to_owned(),
        })
    }

    async fn offered(&self, who: &Who, connection: &Connection) -> Result<Secret, Refused> {
        let key = CredentialKey::new(&connection.tenant, WebhookSecret::OFFERED);
        let opened = self.connecting.safe().open(&key, &who.actor).await.map_err(unsafe_to_use)?;
        opened.ok_or_else(|| {
            let hint = "make the subscription in Notion first, with the address of this page";
            Refused::because("no token has come from Notion yet", hint)
        })
    }

    async fn put_secret(
        &self,
        who: &Who,
        connection: &Connection,
        text: &str,
    ) -> Result<(), Refused> {
        let key = CredentialKey::new(&connection.tenant, WebhookSecret::KIND);
        let secret = Secret::new(text);
        self.connecting.safe().put(&key, &secret, &who.actor).await.map_err(unsafe_to_use)
    }
}

fn workflow() -> Door {
    Door {
        title: "Actions of a workflow".to_owned(),
        address: None,
        steps: vec![
            "Make an address here. It holds a token, so keep it to yourself.".to_owned(),
            "In HighLevel, open a workflow, add the action Webhook, and paste the address."
                .to_owned(),
        ],
        proof: Some(Proof {
            id: WORKFLOW_TOKEN,
            action: "Make an address".to_owned(),
            state: None,
        }),
    }
}

fn shared(is_stored: bool) -> Door {
    let state = is_stored.then(|| "a secret is stored; a new one takes its place".to_owned());
    Door {
        title: "Deliveries of a program of your own".to_owned(),
        address: None,
        steps: vec![
            "A program that delivers with an API key may be made to sign as well.".to_owned(),
            "With a secret stored here, what it sends has to carry its HMAC-SHA256 in \
             `X-LC-Signature`."
                .to_owned(),
        ],
        proof: Some(Proof { id: SIGNING_SECRET, action: "Make a secret".to_owned(), state }),
    }
}

fn notifications() -> Door {
    Door {
        title: "Notification center".to_owned(),
        address: None,
        steps: vec![
            "Make an address here. It holds a token, so keep it to yourself.".to_owned(),
            "In RepairShopr, open Admin, then Notification Center, and add a set with a webhook."
                .to_owned(),
            "Paste the address, and tick what the hub should hear of.".to_owned(),
        ],
        proof: Some(Proof {
            id: REPAIRSHOPR_TOKEN,
            action: "Make an address".to_owned(),
            state: None,
        }),
    }
}

/// A credential that cannot be sealed or opened is a matter of the master key.
fn unsafe_to_use(error: connectors::SafeError) -> Refused {
    tracing::error!(%error, "a credential cannot be used");
    Refused::Because {
        reason: "the master key or the store cannot be used".to_owned(),
        hint: "see the hub's log, and `highwire keys status`".to_owned(),
        is_ours: true,
    }
}

/// The text of a secret, for what is sent with it.
pub(super) fn clear(secret: &SecretString) -> &str {
    secret.expose_secret()
}
