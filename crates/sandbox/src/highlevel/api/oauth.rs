//! `/oauth`: codes, tokens, refreshing with rotation, and the exchange of a company's token for a location's.

use std::sync::Arc;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{
    acts::Acts,
    answer::Answer,
    call::Call,
    consent,
    grants::{Choice, Standing, Subject},
    ids::RecordIds,
    installations::{self, Installation},
    refusal::Refusal,
    token::{Class, Token},
    world::World,
};

/// How long an access token lives, in seconds (`facts/highlevel.md` 2.2).
const LIFETIME: i64 = 86_399;

pub(crate) const ACTS: Acts = &[
    ("oauth.get-access-token", token),
    ("oauth.get-location-access-token", exchange),
    ("oauth.get-installed-location", installations::list),
];

fn token(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let pair = match call.text_as("grant_type", "grantType") {
        Some("authorization_code") => redeem(world, call)?,
        Some("refresh_token") => refresh(world, call)?,
        Some("client_credentials") => credentials(world, call)?,
        _ => {
            return Err(Refusal::oauth(400, "unsupported_grant_type", "Unsupported grant type"));
        }
    };
    Ok(spoken(pair, call).into())
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
fn redeem(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    let unknown = || Refusal::oauth(401, "UnAuthorized!", "Authorization code not found");
    let code = call.text("code").unwrap_or_default();
    if !world.grants.knows_code(code) {
        return Err(unknown());
    }
    check_client(world, call)?;
    let redirect = call.text_as("redirect_uri", "redirectUri");
    if redirect.is_some_and(|uri| uri != world.grants.redirect_uri) {
        return Err(Refusal::oauth(400, "invalid_grant", "Redirect URI mismatch"));
    }
    let consent = world.grants.take_code(code, call.now).ok_or_else(unknown)?;
    let wants_company = call.text_as("user_type", "userType") == Some("Company");
    let (location, is_bulk) = match consent.choice {
        Choice::Location(location) => (Some(location), false),
        Choice::Bulk => (None, true),
        Choice::Agency => (None, false),
        Choice::Open if wants_company => {
            // The whole agency was meant: the locations that lack the app get it now.
            let mut lacking: Vec<String> = world.accounts.keys().cloned().collect();
            lacking.retain(|id| !world.grants.installed.contains_key(id));
            Installation { locations: lacking, company: true, by_user: true }.tell(world, call.now);
            (None, true)
        }
        Choice::Open => (Some(world.main_location.clone()), false),
    };
    let subject = Subject { location, is_bulk, scopes: consent.scopes };
    Ok(give(world, &subject, call.now))
}

/// A used refresh token returns the same pair for a moment, then nothing. A suspended location gets
/// nothing, and keeps its token.
fn refresh(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    check_client(world, call)?;
    let text = call.text_as("refresh_token", "refreshToken").unwrap_or_default();
    let subject = match world.grants.standing(text, call.now)? {
        Standing::Graced(pair) => return Ok(pair),
        Standing::Unused(subject) => subject,
    };
    if let Some(location) = &subject.location {
        check_active(world, location)?;
    }
    let pair = give(world, &subject, call.now);
    world.grants.use_refresh(text, &pair, call.now);
    Ok(pair)
}

/// `facts/highlevel.md` 2.2: what the refresh of a suspended location is told.
fn check_active(world: &World, location: &str) -> Result<(), Refusal> {
    match world.accounts.get(location) {
        Some(account) if !account.is_suspended => Ok(()),
        _ => Err(Refusal::bad_request("Location is not active")),
    }
}

/// The app by itself: a token of the company without a refresh token. What it opens is not
/// documented beyond the grant's name.
fn credentials(world: &mut World, call: &Call) -> Result<Value, Refusal> {
    check_client(world, call)?;
    if call.text_as("user_type", "userType") == Some("Location") {
        let words = "client_credentials gives a company's token; exchange it for a location's";
        return Err(Refusal::oauth(400, "invalid_request", words));
    }
    let subject = Subject { location: None, is_bulk: false, scopes: consent::all_scopes() };
    let access = access_token(world, &subject, call.now);
    Ok(described(world, &subject, access))
}

/// A new pair of tokens, as the token endpoint tells it.
fn give(world: &mut World, subject: &Subject, now: Timestamp) -> Value {
    let access = access_token(world, subject, now);
    let mut pair = described(world, subject, access);
    let claims = json!({ "authClassId": subject.location, "iat": now.as_second() });
    let refresh = jwt(&mut world.ids, &claims);
    world.grants.add_refresh(&refresh, subject.clone(), now);
    pair["refresh_token"] = json!(refresh);
    pair["refreshTokenId"] = json!(world.ids.object());
    pair
}

/// What is told of an access token.
fn described(world: &World, subject: &Subject, access: String) -> Value {
    let mut told = json!({
        "access_token": access,
        "token_type": "Bearer",
        "expires_in": LIFETIME,
        "scope": subject.scopes.join(" "),
        "userType": if subject.location.is_some() { "Location" } else { "Company" },
        "companyId": world.company_id,
        "isBulkInstallation": subject.is_bulk,
        "userId": world.users.iter().next().map(|user| user["id"].clone()),
    });
    if let Some(location) = &subject.location {
        told["locationId"] = json!(location);
    }
    if subject.is_bulk {
        let approved: Vec<&String> = world.grants.installed.keys().collect();
        let is_all = approved.len() == world.accounts.len();
        told["approvedLocations"] = json!(approved);
        told["installToFutureLocations"] = json!(world.grants.is_for_future);
        told["approveAllLocations"] = json!(is_all && world.grants.is_for_future);
    }
    told
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

/// A company's token becomes a location's (`facts/highlevel.md` 2.3): 201 live in the older form,
/// with a refresh token that its specification leaves out.
fn exchange(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let location = call.text("locationId").unwrap_or_default().to_owned();
    if call.text("companyId") != Some(&world.company_id) || !world.accounts.contains_key(&location)
    {
        return Err(Refusal::bad_request("Location is not a part of the company"));
    }
    if !world.grants.installed.contains_key(&location) {
        return Err(Refusal::bad_request("App is not installed on the location"));
    }
    check_active(world, &location)?;
    let scopes = call.caller()?.scopes.as_ref().map(|scopes| scopes.to_vec()).unwrap_or_default();
    let subject = Subject { location: Some(location), is_bulk: false, scopes };
    let mut pair = give(world, &subject, call.now);
    pair["appId"] = json!(world.grants.app_id);
    pair["versionId"] = json!(world.grants.version_id);
    if let Some(fields) = pair.as_object_mut().filter(|_| call.strict_spec && !call.is_v3()) {
        fields.retain(|name, _| !name.starts_with("refresh"));
    }
    let pair = spoken(pair, call);
    match call.strict_spec || call.is_v3() {
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

#[cfg(test)]
mod tests;
