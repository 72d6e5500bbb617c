//! The authorization server of the settings: whose tokens open the tools, and what each may do.

use std::sync::Arc;

use domain::{
    Actor, ConnectionId, OrganizationId, Realm, Role, Scope, Scopes, Tenant, TokenHolderId,
};
use endpoint::http::{self, HttpTransport};
use jiff::Timestamp;
use mcp::tokens::{
    Claims, Distrust, Trust, Verifier,
    introspection::{Desk, Introspected},
    jwt::Signed,
};
use policy::access::Principal;
use web::{Holder, Resource, Untrusted};

use crate::{connection, failure::Failure, settings::Mcp};

/// How long the server may take to answer: somebody waits for it.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(10);

/// The tokens that count.
pub(crate) struct Trusted {
    verifier: Box<dyn Verifier>,
    resource: Resource,
    settings: Mcp,
}

impl Trusted {
    /// The server of the settings; none where they name none.
    pub(super) fn of(settings: &Mcp, url: &str) -> Result<Option<Self>, Failure> {
        if settings.issuer.is_empty() {
            return Ok(None);
        }
        let trust = Trust { issuer: settings.issuer.clone(), audience: url.to_owned() };
        let transport = HttpTransport::new(http::Settings {
            call_timeout: PATIENCE,
            reply_limit: 1024 * 1024,
            ..http::Settings::default()
        })
        .map_err(|source| Failure::user("prepare HTTPS", "see the line above").because(source))?;
        let transport = Arc::new(transport);
        let verifier: Box<dyn Verifier> = match (
            settings.keys_url.is_empty(),
            settings.introspection_url.is_empty(),
        ) {
            (false, true) => {
                let keys = connection::safe_url(&settings.keys_url, "mcp.keys_url")?;
                Box::new(Signed::new(trust, keys.to_owned(), transport))
            }
            (true, false) => {
                let name = "mcp.introspection_url";
                let address = connection::safe_url(&settings.introspection_url, name)?;
                let desk = Desk {
                    address: address.to_owned(),
                    client_id: settings.client_id.clone(),
                    client_secret: settings.client_secret.clone(),
                };
                Box::new(Introspected::new(trust, desk, transport))
            }
            _ => {
                return Err(Failure::user(
                    "use the authorization server of mcp.issuer",
                    "set mcp.keys_url where it signs its tokens, or mcp.introspection_url where \
                         it has to be asked about them; one of the two",
                ));
            }
        };
        let scopes = settings.scopes.iter().map(|scope| scope.parse::<Scope>());
        let scopes: Scopes = scopes.collect::<Result<_, _>>().map_err(|source| {
            Failure::user("use the setting mcp.scopes", "see the line above").because(source)
        })?;
        let resource =
            Resource { url: url.to_owned(), issuers: vec![settings.issuer.clone()], scopes };
        Ok(Some(Self { verifier, resource, settings: settings.clone() }))
    }

    /// What the hub is to the server.
    pub(super) fn resource(&self) -> &Resource {
        &self.resource
    }

    /// Who holds a token.
    pub(super) async fn holder(&self, token: &str, now: Timestamp) -> Result<Holder, Untrusted> {
        let claims = self.verifier.verify(token, now).await.map_err(|error| match error {
            Distrust::Wrong(why) => {
                tracing::info!(why, "a token does not open the tools");
                Untrusted::Token
            }
            Distrust::Unknown(_) => {
                tracing::warn!(%error, "nobody can say whether a token counts");
                Untrusted::Unknown
            }
        })?;
        let actor = Actor::Token(TokenHolderId::of(&self.settings.issuer, &claims.subject));
        let realm = self.realm(&claims).ok_or(Untrusted::Token)?;
        let allowed = &self.resource.scopes;
        let scopes = claims.scopes.iter().filter_map(|scope| scope.parse::<Scope>().ok());
        let scopes = scopes.filter(|scope| allowed.contains(*scope)).collect();
        Ok(Holder { actor, principal: Principal { realm, role: Role::Assistant, scopes } })
    }

    /// Where the holder works: in the organization of the settings, or in the one that a claim of the
    /// token names, where the settings say which claim does; and there in one connection, where
    /// another claim names that. A claim that is to be there and is not opens nothing.
    fn realm(&self, claims: &Claims) -> Option<Realm> {
        let named = |claim: &str| match claim {
            "" => Some(None),
            claim => Some(Some(claims.all.get(claim)?.as_str().filter(|it| !it.is_empty())?)),
        };
        let organization = named(&self.settings.organization_claim)?;
        let organization = organization.unwrap_or(&self.settings.organization);
        let organization = OrganizationId::new(organization);
        Some(match named(&self.settings.connection_claim)? {
            None => Realm::Organization(organization),
            Some(connection) => {
                let connection = ConnectionId::new(connection);
                Realm::Connection(Tenant { organization, connection })
            }
        })
    }
}
