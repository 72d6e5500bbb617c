//! The keyring: seals with the current master key, reads with any, and re-wraps to the current one.

use std::sync::{Arc, PoisonError, RwLock};

use crate::{
    Cleartext, CredentialError, KeyCommand, KeyError, KeyFile, KeyId, Label, Problem, Sealed,
    data_key::DataKey, master_key::MasterKey,
};

/// Where master keys come from.
#[derive(Debug)]
pub struct Source(Origin);

#[derive(Debug)]
enum Origin {
    File(KeyFile),
    Given(Arc<MasterKey>),
}

impl Source {
    /// All keys of a file. It is read again when it may have changed, so a key that another
    /// process adds is known without a restart.
    #[must_use]
    pub fn file(file: KeyFile) -> Self {
        Self(Origin::File(file))
    }

    /// A key as a text: 32 bytes in base64.
    ///
    /// # Errors
    /// [`KeyError::Value`] where it is anything else.
    pub fn value(text: &str) -> Result<Self, KeyError> {
        let key = MasterKey::parse(text).ok_or(KeyError::Value)?;
        Ok(Self(Origin::Given(Arc::new(key))))
    }

    /// The key behind a command.
    #[must_use]
    pub fn command(command: KeyCommand) -> Self {
        Self(Origin::Given(Arc::new(MasterKey::behind(command))))
    }
}

/// The master keys: the current one and those before it.
///
/// Nonces under a master key are random, which is safe for 2^32 seals and re-wraps; a hub with ten
/// thousand connections that each refresh hourly gets there in forty-nine years.
#[derive(Debug)]
pub struct Keyring {
    sources: Vec<Source>,
    keys: RwLock<Keys>,
}

/// In order, the current one first.
type Keys = Arc<[Arc<MasterKey>]>;

impl Keyring {
    /// Reads the sources. The first key of the first source is the current one.
    ///
    /// # Errors
    /// Where there is no source, or one of them cannot be read.
    pub fn open(sources: Vec<Source>) -> Result<Self, KeyError> {
        let keys = read(&sources)?;
        Ok(Self { sources, keys: RwLock::new(keys) })
    }

    /// The master key that seals now.
    #[must_use]
    pub fn current(&self) -> KeyId {
        self.known()[0].id()
    }

    /// All master keys, the current one first.
    #[must_use]
    pub fn ids(&self) -> Vec<KeyId> {
        self.known().iter().map(|key| key.id()).collect()
    }

    /// Seals a credential for its place.
    ///
    /// # Errors
    /// Where the master key cannot be used. A key file is read first: what is sealed with a key
    /// that is no longer in the file would be lost at the next start.
    pub async fn seal(&self, label: &Label<'_>, content: &[u8]) -> Result<Sealed, CredentialError> {
        let sealed = async {
            let master = Arc::clone(&self.reread()?[0]);
            let key = DataKey::generate()?;
            let content = key.seal(label, content)?;
            let wrapped = master.wrap(label, &key).await?;
            Ok(Sealed { key: master.id(), wrapped, content })
        };
        sealed.await.map_err(|problem| CredentialError::new(label, "sealed", problem))
    }

    /// Reads a credential that was sealed for this place.
    ///
    /// # Errors
    /// Where its master key is unknown or cannot be used, or where a single bit of it, of its
    /// wrapped key or of the label is not as it was.
    pub async fn open_sealed(
        &self,
        label: &Label<'_>,
        sealed: &Sealed,
    ) -> Result<Cleartext, CredentialError> {
        let opened = async {
            let key = self.find(sealed.key)?.unwrap(label, &sealed.wrapped).await?;
            key.open(label, &sealed.content)
        };
        opened.await.map_err(|problem| CredentialError::new(label, "read", problem))
    }

    /// Wraps the data key of a credential with the current master key; the content stays as it is,
    /// and it is opened once, so that what is damaged keeps the key it has.
    ///
    /// # Errors
    /// As [`Keyring::open_sealed`] and [`Keyring::seal`].
    pub async fn rewrap(
        &self,
        label: &Label<'_>,
        sealed: &Sealed,
    ) -> Result<Sealed, CredentialError> {
        let rewrapped = async {
            let master = Arc::clone(&self.reread()?[0]);
            let key = self.find(sealed.key)?.unwrap(label, &sealed.wrapped).await?;
            key.open(label, &sealed.content)?;
            let wrapped = master.wrap(label, &key).await?;
            Ok(Sealed { key: master.id(), wrapped, content: sealed.content.clone() })
        };
        rewrapped.await.map_err(|problem| CredentialError::new(label, "re-wrapped", problem))
    }

    fn known(&self) -> Keys {
        Arc::clone(&self.keys.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The keys as the files have them now.
    fn reread(&self) -> Result<Keys, KeyError> {
        if !self.sources.iter().any(|source| matches!(source.0, Origin::File(_))) {
            return Ok(self.known());
        }
        let keys = read(&self.sources)?;
        *self.keys.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&keys);
        Ok(keys)
    }

    fn find(&self, id: KeyId) -> Result<Arc<MasterKey>, Problem> {
        let among = |keys: Keys| keys.iter().find(|key| key.id() == id).cloned();
        if let Some(key) = among(self.known()) {
            return Ok(key);
        }
        among(self.reread()?).ok_or(Problem::UnknownKey(id))
    }
}

fn read(sources: &[Source]) -> Result<Keys, KeyError> {
    let mut keys: Vec<Arc<MasterKey>> = Vec::new();
    for source in sources {
        let found = match &source.0 {
            Origin::File(file) => file.keys()?.into_iter().map(Arc::new).collect(),
            Origin::Given(key) => vec![Arc::clone(key)],
        };
        for key in found {
            if keys.iter().all(|known| known.id() != key.id()) {
                keys.push(key);
            }
        }
    }
    match keys.is_empty() {
        true => Err(KeyError::None),
        false => Ok(keys.into()),
    }
}

#[cfg(test)]
mod tests;
