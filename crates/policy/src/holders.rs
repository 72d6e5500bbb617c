//! When a key comes to a door, then the holders say whom it speaks for.

use std::collections::HashMap;

use domain::{ApiKey, ApiKeyId, KeyHash, KeyState, Refusal, Sender, Tenant};
use jiff::Timestamp;

use crate::access::{self, Principal};

/// The row of the table of rights that says what a key at a webhook door needs.
const DOOR: (&str, &str) = ("POST", "/webhooks/highlevel");

/// Every key that may come to a door, by its hash: a snapshot.
#[derive(Clone, Debug, Default)]
pub struct Holders {
    by_hash: HashMap<KeyHash, ApiKey>,
}

/// A key that counts and may deliver.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The key.
    pub key: ApiKeyId,
    /// Whom it speaks for: its organization, or the connection that it is bound to.
    pub sender: Sender,
}

impl Holders {
    /// The holders of these keys.
    #[must_use]
    pub fn new(keys: impl IntoIterator<Item = ApiKey>) -> Self {
        Self { by_hash: keys.into_iter().map(|key| (key.secret_hash, key)).collect() }
    }

    /// Whom the key with this hash speaks for.
    ///
    /// # Errors
    /// Where there is none that counts at this moment, or where it may not deliver.
    pub fn find(&self, hash: &KeyHash, now: Timestamp) -> Result<Holder, Refusal> {
        let key = self.by_hash.get(hash).ok_or(Refusal::UnknownKey)?;
        if key.state(now) != KeyState::Active {
            return Err(Refusal::UnknownKey);
        }
        let (method, path) = DOOR;
        let grant = access::route(method, path).and_then(|row| row.need.grant());
        let may = grant.is_some_and(|grant| grant.permits(&Principal::of_key(key)).is_ok());
        if !may {
            return Err(Refusal::NotPermitted);
        }
        let organization = key.organization.clone();
        let sender = match &key.connection {
            None => Sender::Organization(organization),
            Some(connection) => {
                Sender::Connection(Tenant { organization, connection: connection.clone() })
            }
        };
        Ok(Holder { key: key.id.clone(), sender })
    }
}

#[cfg(test)]
mod tests {
    use domain::{
        OrganizationId, Role, Scope,
        contract::sample::{api_key, at, tenant},
    };

    use super::*;

    fn sending(number: u8) -> ApiKey {
        ApiKey { scopes: [Scope::WebhooksSend].into(), ..api_key("alpha", number).0 }
    }

    #[test]
    fn a_key_speaks_for_its_organization_or_its_connection() {
        let free = sending(1);
        let connection = Some(tenant("alpha").connection);
        let bound = ApiKey { connection, ..sending(2) };
        let holders = Holders::new([free.clone(), bound.clone()]);
        let sender = |key: &ApiKey| holders.find(&key.secret_hash, at(5)).map(|one| one.sender);
        assert_eq!(sender(&free), Ok(Sender::Organization(OrganizationId::new("alpha"))));
        assert_eq!(sender(&bound), Ok(Sender::Connection(tenant("alpha"))));
    }

    #[test]
    fn a_key_counts_until_it_ends_and_only_for_what_it_may() {
        let revoked = ApiKey { revoked_at: Some(at(4)), ..sending(1) };
        let ending = ApiKey { expires_at: Some(at(6)), ..sending(2) };
        let reading = api_key("alpha", 3).0;
        let viewer = ApiKey { role: Role::Viewer, ..sending(4) };
        let unknown = sending(5);
        let all = [&revoked, &ending, &reading, &viewer].map(ApiKey::clone);
        let holders = Holders::new(all);
        let find = |key: &ApiKey, second| holders.find(&key.secret_hash, at(second)).map(|_| ());
        assert_eq!(find(&revoked, 5), Err(Refusal::UnknownKey));
        assert_eq!(find(&ending, 5), Ok(()));
        assert_eq!(find(&ending, 6), Err(Refusal::UnknownKey));
        assert_eq!(find(&reading, 5), Err(Refusal::NotPermitted));
        assert_eq!(find(&viewer, 5), Err(Refusal::NotPermitted));
        assert_eq!(find(&unknown, 5), Err(Refusal::UnknownKey));
    }
}
