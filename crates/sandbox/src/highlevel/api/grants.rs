//! What the marketplace app was granted: codes, refresh tokens, and the locations that it is installed on.

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
};

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::{ids::RecordIds, refusal::Refusal};

/// How long an unused refresh token lives: a year.
const REFRESH_LIFETIME: SignedDuration = SignedDuration::from_hours(24 * 365);
/// How long a used refresh token still returns the pair that it was used for.
const GRACE: SignedDuration = SignedDuration::from_secs(30);
/// How long a code waits for its exchange; HighLevel does not say.
const CODE_LIFETIME: SignedDuration = SignedDuration::from_mins(10);

/// The marketplace app, and what it was given.
pub(crate) struct Grants {
    pub(crate) app_id: String,
    pub(crate) version_id: String,
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
    pub(crate) redirect_uri: String,
    codes: HashMap<String, Consent>,
    refreshes: HashMap<String, Refresh>,
    /// When each location got the app.
    pub(crate) installed: BTreeMap<String, Timestamp>,
    /// Whether the app is a draft, whose page needs the version as well.
    pub(crate) is_draft: bool,
    /// Whether a location gets the app as soon as it is made.
    pub(crate) is_for_future: bool,
}

/// Without the secret and the tokens.
impl fmt::Debug for Grants {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Grants").field("app_id", &self.app_id).finish_non_exhaustive()
    }
}

/// Who installed the app on what (`facts/highlevel.md` 2.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Choice {
    /// A user of the location, who can give the location alone.
    Location(String),
    /// A user of the agency, who chose locations in bulk.
    Bulk,
    /// A user of the agency, for an app that works on the agency.
    Agency,
    /// Nobody said: the exchange of the code tells by its `user_type`.
    Open,
}

/// What a consent was given for.
#[derive(Clone, Debug)]
pub(crate) struct Consent {
    pub(crate) choice: Choice,
    pub(crate) scopes: Vec<String>,
    pub(crate) at: Timestamp,
}

/// Whom a pair of tokens is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Subject {
    /// None for the company.
    pub(crate) location: Option<String>,
    pub(crate) is_bulk: bool,
    pub(crate) scopes: Vec<String>,
}

struct Refresh {
    subject: Subject,
    expires: Timestamp,
    /// When it was used, and what it gave.
    used: Option<(Timestamp, Value)>,
}

/// What a refresh token is good for.
pub(crate) enum Standing {
    Unused(Subject),
    /// Used a moment ago, for this pair.
    Graced(Value),
}

impl Grants {
    /// The app of these settings; its secret follows from the seed.
    pub(crate) fn new(
        app_id: &str,
        version_id: &str,
        redirect_uri: &str,
        ids: &mut RecordIds,
    ) -> Self {
        Self {
            app_id: app_id.to_owned(),
            version_id: version_id.to_owned(),
            client_id: format!("{app_id}-m4k2v9xq"),
            client_secret: ids.uuid(),
            redirect_uri: redirect_uri.to_owned(),
            codes: HashMap::new(),
            refreshes: HashMap::new(),
            installed: BTreeMap::new(),
            is_draft: false,
            is_for_future: false,
        }
    }

    /// Keeps a consent until its code is exchanged.
    pub(crate) fn add_code(&mut self, code: &str, consent: Consent) {
        self.codes.insert(code.to_owned(), consent);
    }

    pub(crate) fn knows_code(&self, code: &str) -> bool {
        self.codes.contains_key(code)
    }

    /// Takes the consent of a code, which is gone then; none where it is unknown or too old.
    pub(crate) fn take_code(&mut self, code: &str, now: Timestamp) -> Option<Consent> {
        let consent = self.codes.remove(code)?;
        (now.duration_since(consent.at) <= CODE_LIFETIME).then_some(consent)
    }

    /// Keeps a new refresh token.
    pub(crate) fn add_refresh(&mut self, text: &str, subject: Subject, now: Timestamp) {
        let expires = now.saturating_add(REFRESH_LIFETIME).unwrap_or(Timestamp::MAX);
        self.refreshes.insert(text.to_owned(), Refresh { subject, expires, used: None });
    }

    /// What a refresh token is good for now.
    ///
    /// # Errors
    /// 400 where it is unknown, expired, revoked, or was used longer ago than the moment of grace.
    pub(crate) fn standing(&self, text: &str, now: Timestamp) -> Result<Standing, Refusal> {
        let invalid = || Refusal::oauth(400, "invalid_grant", "This refresh token is invalid");
        let known = self.refreshes.get(text).ok_or_else(invalid)?;
        match &known.used {
            Some((used, pair)) if now.duration_since(*used) <= GRACE => {
                Ok(Standing::Graced(pair.clone()))
            }
            Some(_) => Err(invalid()),
            None if now >= known.expires => Err(invalid()),
            None => Ok(Standing::Unused(known.subject.clone())),
        }
    }

    /// Notes that a refresh token was used for a pair.
    pub(crate) fn use_refresh(&mut self, text: &str, pair: &Value, now: Timestamp) {
        if let Some(known) = self.refreshes.get_mut(text) {
            known.used = Some((now, pair.clone()));
        }
    }

    /// Forgets the refresh tokens and the installation of a location, or of the company.
    pub(crate) fn revoke(&mut self, location: Option<&str>) {
        self.refreshes.retain(|_, refresh| refresh.subject.location.as_deref() != location);
        match location {
            Some(location) => {
                self.installed.remove(location);
            }
            None => {
                self.installed.clear();
                self.is_for_future = false;
            }
        }
    }
}
