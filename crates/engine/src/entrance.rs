//! Finds out who sends a delivery: the vendor, or whoever holds a key, a token or a secret.
//!
//! What came says once and for all how it is checked, and nothing falls back: whoever sends a key is
//! held to the key, and a signature that came is never passed over. So nobody chooses the weaker of
//! two checks by leaving the stronger one out.

use domain::{
    ApiKeyId, ApiKeySecret, ConnectionId, Delivery, KeyHash, Refusal, Sender, Source, Tenant,
};
use jiff::Timestamp;

use crate::register::{Register, Secret};

/// The header of an API key, in lower case.
pub(crate) const KEY_HEADER: &str = "x-api-key";

/// The longest key that is looked up, in bytes.
const LONGEST_KEY: usize = 512;

/// What a request's path says about who sends.
#[derive(Clone)]
pub enum Claim {
    /// Nothing: a key in the header, or the vendor's signature.
    Headers,
    /// Whoever knows this token.
    Token(String),
    /// The vendor, with the secret of the connection with this id.
    Connection(String),
}

/// Who sends, and by which key.
#[derive(Clone, Debug)]
pub(crate) struct Identified {
    pub(crate) sender: Sender,
    pub(crate) key: Option<ApiKeyId>,
}

/// Who sends this delivery.
///
/// # Errors
/// Where nobody has proved anything that counts.
pub(crate) fn identify(
    register: &Register,
    source: &dyn Source,
    claim: &Claim,
    delivery: &Delivery,
) -> Result<Identified, Refusal> {
    let now = delivery.received_at;
    match claim {
        Claim::Headers if delivery.has_header(KEY_HEADER) => {
            let key = delivery.header(KEY_HEADER).ok_or(Refusal::UnknownKey)?;
            let (sender, key) = holder(register, key, now)?;
            let sender = check_shared(register, source, delivery, sender)?;
            Ok(Identified { sender, key })
        }
        Claim::Headers => {
            source.authenticate(delivery)?;
            Ok(Identified { sender: Sender::Vendor, key: None })
        }
        Claim::Token(token) => {
            // Only what the hub made itself: a token in a path must be unguessable.
            let secret = ApiKeySecret::parse(token).ok_or(Refusal::UnknownKey)?;
            let (sender, key) = holder(register, secret.expose(), now)?;
            match &sender {
                Sender::Connection(tenant) => present(register, source, tenant)?,
                Sender::Organization(_) | Sender::Vendor => return Err(Refusal::NotPermitted),
            }
            Ok(Identified { sender, key })
        }
        Claim::Connection(id) => {
            let tenant = signing_connection(register, source, id)?;
            // Nothing else proves who sends, so without a secret of its own nobody does.
            let secret = register.own_secret_of(&tenant).ok_or(Refusal::NoSecret)?;
            check_under(Some(secret), source, delivery)?;
            Ok(Identified { sender: Sender::Connection(tenant), key: None })
        }
    }
}

/// The connection of the source's vendor with this id.
///
/// # Errors
/// Where there is none: the same answer as for a wrong signature would be, since ids are no secrets
/// and nobody has proved anything yet.
pub(crate) fn signing_connection(
    register: &Register,
    source: &dyn Source,
    id: &str,
) -> Result<Tenant, Refusal> {
    let id = ConnectionId::new(id);
    register.directory.connection(&id, source.vendor()).cloned().ok_or(Refusal::NotConnected)
}

fn holder(
    register: &Register,
    key: &str,
    now: Timestamp,
) -> Result<(Sender, Option<ApiKeyId>), Refusal> {
    let key = key.trim();
    if key.is_empty() || key.len() > LONGEST_KEY {
        return Err(Refusal::UnknownKey);
    }
    let holder = register.holders.find(&KeyHash::of(key), now)?;
    Ok((holder.sender, Some(holder.key)))
}

/// Checks the signature under the secrets that the sender's connections have. A secret of one
/// connection says which one it is, so the body is not asked: it could name one without a secret.
fn check_shared(
    register: &Register,
    source: &dyn Source,
    delivery: &Delivery,
    sender: Sender,
) -> Result<Sender, Refusal> {
    let organization = match &sender {
        Sender::Vendor => return Err(Refusal::Unsigned),
        Sender::Connection(tenant) => {
            present(register, source, tenant)?;
            check_under(register.secret_of(tenant), source, delivery)?;
            return Ok(sender);
        }
        Sender::Organization(organization) => organization,
    };
    let own: Vec<&Tenant> =
        register.directory.connections_of(organization, source.vendor()).collect();
    if own.is_empty() {
        return Err(Refusal::NotConnected);
    }
    let mut refusal = None;
    for tenant in own {
        let Some(secret) = register.own_secret_of(tenant) else { continue };
        match check_under(Some(secret), source, delivery) {
            Ok(()) => return Ok(Sender::Connection(tenant.clone())),
            Err(Refusal::SecretUnreadable) if refusal.is_some() => {}
            Err(error) => refusal = Some(error),
        }
    }
    let shared = register.shared_secret_of(organization);
    match (refusal, shared) {
        (Some(refusal), None) => Err(refusal),
        (_, shared) => check_under(shared, source, delivery).map(|()| sender),
    }
}

fn check_under(
    secret: Option<&Secret>,
    source: &dyn Source,
    delivery: &Delivery,
) -> Result<(), Refusal> {
    match secret {
        None => source.authenticate_shared(delivery, None),
        Some(Secret::Open(secret)) => source.authenticate_shared(delivery, Some(secret)),
        Some(Secret::Unreadable) => Err(Refusal::SecretUnreadable),
    }
}

/// # Errors
/// Where the connection was removed, or is one to another vendor.
fn present(register: &Register, source: &dyn Source, tenant: &Tenant) -> Result<(), Refusal> {
    let mut own = register.directory.connections_of(&tenant.organization, source.vendor());
    match own.any(|known| known == tenant) {
        true => Ok(()),
        false => Err(Refusal::NotConnected),
    }
}
