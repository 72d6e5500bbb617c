//! Who runs a command: the owner of the installation, or the holder of an API key.
//!
//! Whoever can open the data folder is the owner; no key adds to that. A command that is given a
//! key acts as that key instead, so that an assistant or a script can be held to what it needs. It is
//! a limit for who keeps to it, not a wall: the wall is who can open the folder.

use std::collections::BTreeMap;

use domain::{ApiKey, ApiKeyId, ApiKeySecret, ApiKeys, KeyState, Organization, OrganizationId};
use endpoint::Secret;
use policy::access::{self, Denial, Exposure, Need, Principal};
use store::Sqlite;

use crate::{
    administration, clock,
    failure::Failure,
    settings::{API_KEY_VARIABLE, Environment, Settings},
    wiring,
};

/// What a command was given to prove who runs it, before anything was opened.
#[derive(Debug)]
pub(crate) struct Claim {
    need: &'static Need,
    key: Option<Secret>,
}

impl Claim {
    /// Reads what was given, where the command asks for anything.
    ///
    /// # Errors
    /// Where there is a key and the command is not for keys.
    pub(crate) fn read(words: &str, flag: Option<&Secret>) -> Result<Self, Failure> {
        let Some(row) = access::command(words) else {
            let attempted = format!("run `{words}`: nothing says who may");
            return Err(Failure::user(attempted, "report this as a bug"));
        };
        let need = &row.need;
        if matches!(need, Need::Nothing(_)) {
            return Ok(Self { need, key: None });
        }
        let key = match flag {
            Some(flag) => Some(flag.clone()),
            None => of_environment(&Environment::read()?),
        };
        match (need, &key) {
            (Need::Installation(_), Some(_)) => Err(refused(Denial::Installation)),
            _ => Ok(Self { need, key }),
        }
    }

    /// Finds out who it is, and whether they may.
    ///
    /// # Errors
    /// Where the key does not count, or may not do this.
    pub(crate) async fn prove(self, settings: &Settings) -> Result<Actor, Failure> {
        let (principal, key) = match &self.key {
            None => (Principal::installation(), None),
            Some(text) => {
                let key = find(settings, text).await?;
                (Principal::of_key(&key), Some(key.id))
            }
        };
        access::decide(self.need, Some(&principal), Exposure::Loopback).map_err(refused)?;
        Ok(Actor { principal, key })
    }
}

/// Who runs a command, and may.
#[derive(Debug)]
pub(crate) struct Actor {
    pub(crate) principal: Principal,
    /// The key; none for the owner of the installation.
    pub(crate) key: Option<ApiKeyId>,
}

impl Actor {
    /// The organization that the command is about: the named one, or the actor's own.
    ///
    /// # Errors
    /// Where there is none that the actor can see.
    pub(crate) async fn organization(
        &self,
        store: &Sqlite,
        named: Option<&OrganizationId>,
    ) -> Result<Organization, Failure> {
        let first = wiring::default_organization();
        Ok(administration::desk(store, self, &first).organization(named).await?)
    }

    /// How the audit names it.
    pub(crate) fn name(&self) -> domain::Actor {
        self.key.clone().map_or(domain::Actor::Installation, domain::Actor::Key)
    }
}

/// The key of the environment. A variable that is empty is a key that does not count: whoever set it
/// from a file that is missing did not mean to act as the owner.
fn of_environment(environment: &Environment) -> Option<Secret> {
    let is_set = environment.names(API_KEY_VARIABLE).any(|name| name == API_KEY_VARIABLE);
    is_set.then(|| Secret::new(environment.get(API_KEY_VARIABLE).unwrap_or_default()))
}

async fn find(settings: &Settings, text: &Secret) -> Result<ApiKey, Failure> {
    let unknown = || {
        let hint = format!(
            "check --api-key or {API_KEY_VARIABLE}: keys are shown once and may have ended; \
             `highwire api-keys create` makes one"
        );
        Failure::user("act with the API key: there is none with it that counts", hint)
    };
    let secret = ApiKeySecret::parse(text.expose()).ok_or_else(unknown)?;
    let store = Sqlite::open_beside(&settings.data_dir)?;
    let now = clock::now();
    let found = store.api_key_by_hash(&secret.hash()).await?;
    let key = found.filter(|key| key.state(now) == KeyState::Active).ok_or_else(unknown)?;
    store.note_use(BTreeMap::from([(key.id.clone(), now)])).await?;
    Ok(key)
}

fn refused(denial: Denial) -> Failure {
    let hint = match denial {
        Denial::Installation => {
            format!("leave out --api-key and {API_KEY_VARIABLE} if the installation is yours")
        }
        Denial::Unknown | Denial::Role(_) | Denial::Scope(_) | Denial::Bound => denial.hint(),
    };
    Failure::user(format!("act with the API key: {denial}"), hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_variable_is_a_key_that_does_not_count() {
        let read = |pairs: &[(&str, &str)]| {
            let key = of_environment(&pairs.iter().copied().collect());
            key.map(|key| key.expose().to_owned())
        };
        assert_eq!(read(&[]), None);
        assert_eq!(read(&[("HIGHWIRE_API_KEYS", "hwk_1")]), None);
        assert_eq!(read(&[("HIGHWIRE_API_KEY", "hwk_1\n")]).as_deref(), Some("hwk_1"));
        assert_eq!(read(&[("HIGHWIRE_API_KEY", "")]).as_deref(), Some(""));
    }
}
