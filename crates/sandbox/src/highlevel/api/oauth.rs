//! `/oauth`: codes, tokens, refreshing with rotation, and the exchange of a company's token for a location's.

use std::{collections::HashMap, fmt, sync::Arc};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{
    acts::Acts,
    answer::Answer,
    call::Call,
    ids::RecordIds,
    moment::iso,
    refusal::Refusal,
    token::{Class, Token},
    world::World,
};

/// How long an access token lives, in seconds (`facts/highlevel.md` 2.2).
const LIFETIME: i64 = 86_399;
/// How long an unused refresh token lives: a year.
const REFRESH_LIFETIME: SignedDuration = SignedDuration::from_hours(24 * 365);
/// How long a used refresh token still returns the pair that it was used for.
const GRACE: SignedDuration = SignedDuration::from_secs(30);
/// How long a code waits for its exchange; HighLevel does not say.
const CODE_LIFETIME: SignedDuration = SignedDuration::from_mins(10);

pub(crate) const ACTS: Acts = &[
    ("oauth.get-access-token", token),
    ("oauth.get-location-access-token", exchange),
    ("oauth.get-installed-location", installed),
];

/// The marketplace app, and what it was given.
pub(crate) struct Grants {
    pub(crate) app_id: String,
    pub(crate) version_id: String,
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
    pub(crate) redirect_uri: String,
    codes: HashMap<String, Code>,
    refreshes: HashMap<String, Refresh>,
    /// When each location got the app.
    pub(crate) installed: HashMap<String, Timestamp>,
}

/// Without the secret and the tokens.
impl fmt::Debug for Grants {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Grants").field("app_id", &self.app_id).finish_non_exhaustive()
    }
}

/// What a consent was given for.
#[derive(Clone, Debug)]
pub(crate) struct Consent {
    /// The location that was chosen; a company's token can be had as well when there is none.
    pub(crate) location: Option<String>,
    pub(crate) company: bool,
    pub(crate) scopes: Vec<String>,
    pub(crate) at: Timestamp,
}

#[derive(Clone, Debug)]
struct Code {
    consent: Consent,
}

struct Refresh {
    subject: Subject,
    expires: Timestamp,
    /// When it was used, and what it gave.
    used: Option<(Timestamp, Value)>,
}

/// Whom a pair of tokens is for; no location is the company.
#[derive(Clone)]
struct Subject {
    location: Option<String>,
    scopes: Vec<String>,
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
            installed: HashMap::new(),
        }
    }

    /// Keeps a consent until its code is exchanged.
    pub(crate) fn add_code(&mut self, code: &str, consent: Consent) {
        self.codes.insert(code.to_owned(), Code { consent });
    }

    /// Forgets the refresh tokens of a location, or of the company.
    pub(crate) fn revoke(&mut self, location: Option<&str>) {
        self.refreshes.retain(|_, refresh| refresh.subject.location.as_deref() != location);
        match location {
            Some(location) => {
                self.installed.remove(location);
            }
            None => self.installed.clear(),
        }
    }
}

fn invalid_grant(description: &str) -> Refusal {
    Refusal::oauth(400, "invalid_grant", description)
}

fn token(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    match call.text_as("grant_type", "grantType") {
        Some("authorization_code") => redeem(world, call),
        Some("refresh_token") => refresh(world, call),
        _ => Err(Refusal::oauth(400, "unsupported_grant_type", "Unsupported grant type")),
    }
}

fn check_client(world: &World, call: &Call) -> Result<(), Refusal> {
    let known = (&*world.grants.client_id, &*world.grants.client_secret);
    match (call.text_as("client_id", "clientId"), call.text_as("client_secret", "clientSecret"))
        == (Some(known.0), Some(known.1))
    {
        true => Ok(()),
        false => Err(Refusal::oauth(401, "UnAuthorized!", "Invalid client credentials!")),
    }
}

/// A code is looked up before the credentials, so that an unknown one says nothing about them.
fn redeem(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let unknown = || Refusal::oauth(401, "UnAuthorized!", "Authorization code not found");
    let code = call.text("code").unwrap_or_default();
    let consent = world.grants.codes.get(code).ok_or_else(unknown)?.consent.clone();
    check_client(world, call)?;
    if call
        .text_as("redirect_uri", "redirectUri")
        .is_some_and(|uri| uri != world.grants.redirect_uri)
    {
        return Err(invalid_grant("Redirect URI mismatch"));
    }
    world.grants.codes.remove(code);
    if call.now.duration_since(consent.at) > CODE_LIFETIME {
        return Err(unknown());
    }
    let company = match call.text_as("user_type", "userType") {
        Some("Company") => true,
        Some(_) => false,
        None => consent.company,
    };
    let location = consent.location.unwrap_or_else(|| world.main_location.clone());
    let subject = Subject { location: (!company).then_some(location), scopes: consent.scopes };
    Ok(spoken(give(world, &subject, call.now), call).into())
}

/// A used refresh token returns the same pair for a moment, then nothing.
fn refresh(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    check_client(world, call)?;
    let text = call.text_as("refresh_token", "refreshToken").unwrap_or_default().to_owned();
    let invalid = || invalid_grant("This refresh token is invalid");
    let known = world.grants.refreshes.get(&text).ok_or_else(invalid)?;
    let pair = match &known.used {
        Some((used, pair)) if call.now.duration_since(*used) <= GRACE => pair.clone(),
        Some(_) => return Err(invalid()),
        None if call.now >= known.expires => return Err(invalid()),
        None => {
            let subject = known.subject.clone();
            let pair = give(world, &subject, call.now);
            if let Some(known) = world.grants.refreshes.get_mut(&text) {
                known.used = Some((call.now, pair.clone()));
            }
            pair
        }
    };
    Ok(spoken(pair, call).into())
}

/// A new pair of tokens, as the token endpoint tells it.
fn give(world: &mut World, subject: &Subject, now: Timestamp) -> Value {
    let access = access_token(world, subject, now);
    let claims = json!({ "authClassId": subject.location, "iat": now.as_second() });
    let refresh = jwt(&mut world.ids, &claims);
    let expires = now.saturating_add(REFRESH_LIFETIME).unwrap_or(Timestamp::MAX);
    let kept = Refresh { subject: subject.clone(), expires, used: None };
    world.grants.refreshes.insert(refresh.clone(), kept);
    let mut pair = json!({
        "access_token": access,
        "token_type": "Bearer",
        "expires_in": LIFETIME,
        "refresh_token": refresh,
        "refreshTokenId": world.ids.object(),
        "scope": subject.scopes.join(" "),
        "userType": if subject.location.is_some() { "Location" } else { "Company" },
        "companyId": world.company_id,
        "isBulkInstallation": subject.location.is_none(),
        "userId": world.users.iter().next().map(|user| user["id"].clone()),
    });
    match &subject.location {
        Some(location) => pair["locationId"] = json!(location),
        None => {
            let mut approved: Vec<&String> = world.grants.installed.keys().collect();
            approved.sort();
            pair["approvedLocations"] = json!(approved);
            pair["installToFutureLocations"] = json!(false);
            pair["approveAllLocations"] = json!(false);
        }
    }
    pair
}

/// Makes an access token and keeps what it stands for.
fn access_token(world: &mut World, subject: &Subject, now: Timestamp) -> String {
    let (class, id) = match &subject.location {
        Some(location) => (Class::OauthLocation, location.as_str()),
        None => (Class::OauthCompany, world.company_id.as_str()),
    };
    let claims = json!({
        "authClass": if class == Class::OauthLocation { "Location" } else { "Company" },
        "authClassId": id,
        "primaryAuthClassId": id,
        "source": "INTEGRATION",
        "sourceId": world.grants.client_id,
        "channel": "OAUTH",
        "oauthMeta": { "scopes": subject.scopes },
        "iat": now.as_second(),
        "exp": now.as_second() + LIFETIME,
    });
    let text = jwt(&mut world.ids, &claims);
    let expires = now.saturating_add(SignedDuration::from_secs(LIFETIME)).ok();
    let token = Token {
        class,
        location: subject.location.clone(),
        company: world.company_id.clone(),
        app: world.grants.app_id.clone(),
        scopes: Some(Arc::from(subject.scopes.clone())),
        expires,
    };
    world.tokens.add(&text, token);
    text
}

/// A text in the form of a signed token. Its signature is a number: nobody can verify HighLevel's
/// tokens, and nobody should try.
fn jwt(ids: &mut RecordIds, claims: &Value) -> String {
    let mut claims = claims.clone();
    claims["jti"] = json!(ids.object());
    let head = BASE64_URL_SAFE_NO_PAD.encode(r#"{"alg":"RS256","typ":"JWT"}"#);
    let body = BASE64_URL_SAFE_NO_PAD.encode(claims.to_string());
    let signature = BASE64_URL_SAFE_NO_PAD.encode(format!("{}{}", ids.record(), ids.record()));
    format!("{head}.{body}.{signature}")
}

/// A company's token becomes a location's (`facts/highlevel.md` 2.3): 201 live.
fn exchange(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let location = call.text("locationId").unwrap_or_default().to_owned();
    if call.text("companyId") != Some(&world.company_id) || !world.accounts.contains_key(&location)
    {
        return Err(Refusal::bad_request("Location is not a part of the company"));
    }
    if !world.grants.installed.contains_key(&location) {
        return Err(Refusal::bad_request("App is not installed on the location"));
    }
    let scopes = call.caller()?.scopes.as_ref().map(|scopes| scopes.to_vec()).unwrap_or_default();
    let subject = Subject { location: Some(location), scopes };
    let mut pair = give(world, &subject, call.now);
    pair["appId"] = json!(world.grants.app_id);
    pair["versionId"] = json!(world.grants.version_id);
    let pair = spoken(pair, call);
    match call.strict_spec {
        true => Ok(pair.into()),
        false => Ok(Answer::created(pair)),
    }
}

/// The pair under the names of the caller's generation.
fn spoken(mut pair: Value, call: &Call) -> Value {
    let names = [
        ("access_token", "accessToken"),
        ("token_type", "tokenType"),
        ("expires_in", "expiresIn"),
        ("refresh_token", "refreshToken"),
    ];
    if let Some(fields) = pair.as_object_mut().filter(|_| call.is_v3()) {
        for (v2, v3) in names {
            if let Some(value) = fields.remove(v2) {
                fields.insert(v3.to_owned(), value);
            }
        }
    }
    pair
}

fn installed(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let (skip, limit) =
        (call.number("skip", 0, 0..=usize::MAX)?, call.number("limit", 20, 1..=1000)?);
    if call.query("companyId") != Some(&world.company_id)
        || call.query("appId") != Some(&world.grants.app_id)
    {
        return Err(Refusal::new(403, "The token does not have access to this company."));
    }
    let query = call.query("query").unwrap_or_default().to_lowercase();
    let state = call.query("isInstalled").map(|text| text == "true");
    let rows = world.accounts.values().map(|account| {
        let at = world.grants.installed.get(&account.id);
        let mut row = json!({
            "_id": account.id,
            "name": account.record.get("name"),
            "address": account.record.get("address"),
            "isInstalled": at.is_some(),
        });
        if let Some(at) = at {
            row["installedAt"] = json!(iso(*at));
            row["versionId"] = json!(world.grants.version_id);
        }
        row
    });
    let wanted = |row: &Value| {
        let name = row["name"].as_str().unwrap_or_default().to_lowercase();
        name.contains(&query)
            && state.is_none_or(|state| row["isInstalled"] == state)
            && call.query("locationId").is_none_or(|id| row["_id"] == id)
    };
    let rows: Vec<Value> = rows.filter(wanted).collect();
    let page: Vec<&Value> = rows.iter().skip(skip).take(limit).collect();
    Ok(json!({ "locations": page, "count": rows.len(), "installToFutureLocations": false }).into())
}

/// Notes that the app is on these locations and tells of it, once for the company and once each.
pub(crate) fn install(world: &mut World, locations: &[String], company: bool, now: Timestamp) {
    let base = json!({
        "type": "INSTALL",
        "appId": world.grants.app_id,
        "versionId": world.grants.version_id,
        "companyId": world.company_id,
    });
    if company {
        let mut event = base.clone();
        event["installType"] = json!("Company");
        world.tell_all(event);
    }
    for location in locations {
        world.grants.installed.insert(location.clone(), now);
        let mut event = base.clone();
        event["installType"] = json!("Location");
        event["locationId"] = json!(location);
        world.tell_all(event);
    }
}

/// Takes the app off a location, or off the company and all its locations.
pub(crate) fn uninstall(world: &mut World, location: Option<&str>) {
    let app = world.grants.app_id.clone();
    let mut resources = vec![location.unwrap_or(&world.company_id).to_owned()];
    if location.is_none() {
        resources.extend(world.accounts.keys().cloned());
    }
    let locations: Vec<Option<String>> = match location {
        Some(location) => vec![Some(location.to_owned())],
        None => world.accounts.keys().cloned().map(Some).chain([None]).collect(),
    };
    for resource in &resources {
        world.tokens.revoke(&app, resource);
    }
    for location in &locations {
        world.grants.revoke(location.as_deref());
    }
    let mut event = json!({ "type": "UNINSTALL", "appId": app });
    match location {
        Some(location) => event["locationId"] = json!(location),
        None => event["companyId"] = json!(world.company_id),
    }
    world.tell_all(event);
}
