//! A pair of tokens as HighLevel issues it: one to call with, one to refresh with.

use std::time::Duration;

use endpoint::Secret;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Install;
use crate::{CompanyId, LocationId, Tenant, UserId};

/// An access token, the refresh token that replaces it, and whose they are.
///
/// `Debug` prints neither.
#[derive(Clone, Debug)]
pub struct TokenPair {
    /// Authorizes calls, for about 24 hours.
    pub access: Secret,
    /// Buys the next pair, once, within a year.
    pub refresh: Secret,
    /// When the pair was issued.
    pub issued_at: Timestamp,
    /// When [`Self::access`] expires.
    pub expires_at: Timestamp,
    /// The location or company that the app was installed in.
    pub tenant: Tenant,
    /// The agency above it.
    pub company_id: Option<CompanyId>,
    /// Who installed the app.
    pub user_id: Option<UserId>,
    /// What the token may do: scopes, separated by spaces.
    pub scope: String,
}

/// A pair as JSON. It has no `Debug`.
#[derive(Serialize, Deserialize)]
struct Written {
    access: String,
    refresh: String,
    issued_at: Timestamp,
    expires_at: Timestamp,
    location_id: Option<LocationId>,
    company_id: Option<CompanyId>,
    user_id: Option<UserId>,
    scope: String,
}

impl TokenPair {
    /// The pair as JSON, for a store that keeps it sealed.
    #[must_use]
    pub fn to_json(&self) -> Secret {
        let (location_id, company_id) = match &self.tenant {
            Tenant::Location(location) => (Some(location.clone()), self.company_id.clone()),
            Tenant::Company(company) => (None, Some(company.clone())),
        };
        let written = Written {
            access: self.access.expose().to_owned(),
            refresh: self.refresh.expose().to_owned(),
            issued_at: self.issued_at,
            expires_at: self.expires_at,
            location_id,
            company_id,
            user_id: self.user_id.clone(),
            scope: self.scope.clone(),
        };
        Secret::new(&serde_json::to_string(&written).expect("texts and times have a JSON form"))
    }

    /// Reads what [`Self::to_json`] wrote; none where it is something else.
    #[must_use]
    pub fn from_json(json: &Secret) -> Option<Self> {
        let written: Written = serde_json::from_str(json.expose()).ok()?;
        let tenant = match (written.location_id, &written.company_id) {
            (Some(location), _) => Tenant::Location(location),
            (None, Some(company)) => Tenant::Company(company.clone()),
            (None, None) => return None,
        };
        Some(Self {
            access: Secret::new(&written.access),
            refresh: Secret::new(&written.refresh),
            issued_at: written.issued_at,
            expires_at: written.expires_at,
            tenant,
            company_id: written.company_id,
            user_id: written.user_id,
            scope: written.scope,
        })
    }
}

/// A reply of the token operations, with the names of both generations
/// (`facts/highlevel.md` 2.2). It has no `Debug`.
#[derive(Deserialize)]
pub(crate) struct Issued {
    #[serde(alias = "accessToken")]
    pub(super) access_token: Secret,
    #[serde(alias = "refreshToken")]
    pub(super) refresh_token: Option<Secret>,
    #[serde(alias = "expiresIn", default)]
    expires_in: Option<u64>,
    #[serde(default)]
    scope: String,
    #[serde(rename = "locationId")]
    location_id: Option<LocationId>,
    #[serde(rename = "companyId")]
    company_id: Option<CompanyId>,
    #[serde(rename = "userId")]
    user_id: Option<UserId>,
    #[serde(rename = "isBulkInstallation")]
    is_bulk: Option<bool>,
    #[serde(rename = "approvedLocations")]
    approved_locations: Option<Vec<LocationId>>,
    #[serde(rename = "installToFutureLocations")]
    for_future_locations: Option<bool>,
}

/// How long an access token lives where HighLevel does not say.
const LIFETIME: Duration = Duration::from_secs(86_399);

impl Issued {
    /// How long the access token lives.
    pub(super) fn lifetime(&self) -> Duration {
        self.expires_in.map_or(LIFETIME, Duration::from_secs)
    }

    /// What the app was installed on.
    pub(super) fn install(&self) -> Install {
        match (self.location(), self.is_bulk.unwrap_or_default()) {
            (Some(_), _) => Install::Location,
            (None, true) => Install::Bulk {
                approved: self.approved_locations.clone().unwrap_or_default(),
                for_future_locations: self.for_future_locations.unwrap_or_default(),
            },
            (None, false) => Install::Agency,
        }
    }

    /// The first pair of an installation; none where the reply names no refresh token, or nobody
    /// whose the pair is.
    pub(super) fn first(self, now: Timestamp) -> Option<TokenPair> {
        let tenant = match (self.location(), &self.company_id) {
            (Some(location), _) => Tenant::Location(location.clone()),
            (None, Some(company)) => Tenant::Company(company.clone()),
            (None, None) => return None,
        };
        Some(TokenPair {
            expires_at: self.expires_at(now),
            access: self.access_token,
            refresh: self.refresh_token?,
            issued_at: now,
            tenant,
            company_id: self.company_id,
            user_id: self.user_id,
            scope: self.scope,
        })
    }

    /// The location, where the reply names one: an empty id names none.
    fn location(&self) -> Option<&LocationId> {
        self.location_id.as_ref().filter(|id| !id.as_str().is_empty())
    }

    /// The pair after `current`; what the reply does not say stays as it was.
    pub(super) fn succeeding(self, current: &TokenPair, now: Timestamp) -> TokenPair {
        TokenPair {
            expires_at: self.expires_at(now),
            access: self.access_token,
            refresh: self.refresh_token.unwrap_or_else(|| current.refresh.clone()),
            issued_at: now,
            tenant: current.tenant.clone(),
            company_id: self.company_id.or_else(|| current.company_id.clone()),
            user_id: self.user_id.or_else(|| current.user_id.clone()),
            scope: match self.scope.is_empty() {
                true => current.scope.clone(),
                false => self.scope,
            },
        }
    }

    fn expires_at(&self, now: Timestamp) -> Timestamp {
        now.saturating_add(self.lifetime()).unwrap_or(Timestamp::MAX)
    }
}
