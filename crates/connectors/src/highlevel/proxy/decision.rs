//! What is decided of a call before it leaves, from values alone.

use bytes::Bytes;
use domain::{ProxyCall, ProxyFault, ProxyRefusal};
use endpoint::{
    Method,
    catalogue::{Edition, Generation, Kind},
};
use highlevel::{
    CompanyId, LocationId, Priority, Tenant,
    catalogue::{self, Route, TokenClass},
};

use super::{
    accounts::{Blank, Named},
    allow::Allowlist,
    connected::Connected,
};

/// How urgent a call is: `interactive`, which is the default, or `bulk`.
const PRIORITY: &str = "x-highwire-priority";

/// The methods that operations have.
const METHODS: [Method; 5] =
    [Method::Get, Method::Post, Method::Put, Method::Patch, Method::Delete];

/// What a body is, as far as the proxy treats it in its own way.
pub(super) enum BodyKind {
    None,
    Json,
    Parts,
}

pub(super) fn header<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
}

/// The operation that the call means.
pub(super) fn routed(call: &ProxyCall) -> Result<Route, ProxyRefusal> {
    let method = METHODS.into_iter().find(|method| method.as_str() == call.method);
    let Some(method) = method else {
        return Err(forbidden(
            "no operation has this method",
            "use GET, POST, PUT, PATCH or DELETE",
        ));
    };
    let generation = match header(&call.headers, "version") {
        Some("v3") => Some(Generation::V3),
        _ => None,
    };
    catalogue::route(method, &call.path, generation).map_err(|error| {
        let told = error.to_string();
        let (sentence, hint) = told.split_once("; ").unwrap_or((&told, "use another path"));
        forbidden(sentence, hint)
    })
}

pub(super) fn permitted(
    call: &ProxyCall,
    allowed: &Allowlist,
    route: &Route,
) -> Result<(), ProxyRefusal> {
    let operation = route.operation();
    let (has, lacks) = match operation.kind() {
        Kind::Read => (call.rights.reads, ProxyFault::NeedsReads),
        Kind::Write | Kind::Send | Kind::Delete | Kind::Money => {
            (call.rights.writes, ProxyFault::NeedsWrites)
        }
    };
    let (id, kind) = (operation.id(), operation.kind().as_str());
    if !has {
        let error = format!("the key may not call {id}, a {kind} operation, through the proxy");
        return Err(ProxyRefusal::new(lacks, error, "use a key whose role and scopes allow it"));
    }
    match allowed.allows(operation) {
        true => Ok(()),
        false => {
            let error = format!("the proxy does not allow {id}, a {kind} operation");
            Err(forbidden(error, "add it to proxy.allow, or call something that is allowed"))
        }
    }
}

pub(super) fn priority(call: &ProxyCall) -> Result<Priority, ProxyRefusal> {
    match header(&call.headers, PRIORITY) {
        None | Some("interactive") => Ok(Priority::Interactive),
        Some("bulk") => Ok(Priority::Bulk),
        Some(_) => Err(malformed(
            "X-Highwire-Priority is neither `interactive` nor `bulk`",
            "give one of the two, or leave it out",
        )),
    }
}

/// What the body is; refused where the operation takes no such body.
pub(super) fn body_kind(
    is_given: bool,
    media_type: &str,
    edition: Edition<'static>,
    connected: &Connected,
) -> Result<BodyKind, ProxyRefusal> {
    if !is_given {
        return Ok(BodyKind::None);
    }
    let essence = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let Some(body) = edition.body() else {
        return Err(malformed("the operation takes no body", "leave the body out"));
    };
    let takes = body.content_types().any(|known| known == essence);
    match essence.as_str() {
        "application/json" if takes => Ok(BodyKind::Json),
        // Nobody looks into the parts of a form, so it has to be clear whose they can be.
        "multipart/form-data" if takes && connected.accounts.len() == 1 => Ok(BodyKind::Parts),
        "multipart/form-data" if takes => Err(forbidden(
            "a form with files goes only through a connection with one account",
            "use a connection for the location alone",
        )),
        _ => {
            let takes: Vec<_> = body.content_types().collect();
            let hint = format!("send {}", takes.join(" or "));
            Err(malformed("the operation takes no body of this media type", hint))
        }
    }
}

/// The account that the call is for, after every one that it names has been found to be the
/// connection's.
pub(super) fn account(
    connected: &Connected,
    edition: Edition<'static>,
    named: &Named,
) -> Result<Tenant, ProxyRefusal> {
    if named.0.iter().any(|account| !connected.accounts.contains(account)) {
        return Err(forbidden(
            "the call names an account that is not one of the connection's",
            "name one that is, or use its own connection",
        ));
    }
    let is_agency = |class: TokenClass| class.is_agency();
    let mut classes = edition.access().map(TokenClass::of);
    let is_for_agency = classes.len() > 0 && classes.all(|class| class.is_some_and(is_agency));
    let company = connected.company.as_deref();
    if is_for_agency {
        let company = company.ok_or_else(|| {
            let error = "the operation is the agency's, and the connection has none";
            forbidden(error, "use the connection of an agency")
        })?;
        return Ok(CompanyId::new(company).into());
    }
    let mut locations = named.0.iter().filter(|it| Some(it.as_str()) != company);
    let location = match (locations.next(), locations.next()) {
        (Some(only), None) => Some(only.as_str()),
        (None, _) => connected.usual_location(),
        (Some(_), Some(_)) => {
            let error = "the call names several accounts";
            return Err(malformed(error, "call once for each"));
        }
    };
    match (location, company) {
        (Some(location), _) => Ok(LocationId::new(location).into()),
        (None, Some(company)) => Ok(CompanyId::new(company).into()),
        (None, None) => Err(malformed(
            "the connection has several accounts or none, and the call names none",
            "name the location, in X-Highwire-Account where the operation has no place for it",
        )),
    }
}

/// What stands in a blank, as names and values.
pub(super) fn filled(
    blank: Blank,
    account: &Tenant,
    connected: &Connected,
) -> Vec<(String, String)> {
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    match (blank, account, connected.company.as_deref()) {
        (Blank::Location(name), Tenant::Location(id), _) => vec![pair(name, id.as_str())],
        (Blank::Company(name), _, Some(company)) => vec![pair(name, company)],
        (Blank::Alternative, Tenant::Location(id), _) => {
            vec![pair("altId", id.as_str()), pair("altType", "location")]
        }
        (Blank::Alternative, Tenant::Company(id), _) => {
            vec![pair("altId", id.as_str()), pair("altType", "company")]
        }
        (Blank::Location(_), Tenant::Company(_), _) | (Blank::Company(_), _, None) => Vec::new(),
    }
}

/// The object with these fields in front. The rest of it stays byte by byte.
pub(super) fn with_fields(body: Bytes, fields: Vec<(String, String)>) -> Bytes {
    let begin = body.iter().position(|byte| !byte.is_ascii_whitespace());
    let Some(begin) = begin.filter(|at| body[*at] == b'{' && !fields.is_empty()) else {
        return body;
    };
    let fields = fields.into_iter().map(|(name, value)| (name, serde_json::Value::from(value)));
    let fields = serde_json::Map::from_iter(fields);
    let fields = serde_json::Value::Object(fields).to_string();
    let rest = body[begin + 1..].trim_ascii_start();
    let comma: &[u8] = if rest.starts_with(b"}") { b"" } else { b"," };
    [fields[..fields.len() - 1].as_bytes(), comma, rest].concat().into()
}

pub(super) fn forbidden(error: impl Into<String>, hint: impl Into<String>) -> ProxyRefusal {
    ProxyRefusal::new(ProxyFault::Forbidden, error, hint)
}

pub(super) fn malformed(error: impl Into<String>, hint: impl Into<String>) -> ProxyRefusal {
    ProxyRefusal::new(ProxyFault::Malformed, error, hint)
}
