//! The keys of the account, and what each of them may.

use std::collections::{BTreeMap, BTreeSet};

/// A key.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    /// The key itself, which `/me` repeats.
    pub(crate) token: String,
    /// All permissions where absent.
    permissions: Option<BTreeSet<String>>,
}

impl Key {
    /// Whether it has a permission.
    pub(crate) fn may(&self, permission: &str) -> bool {
        self.permissions.as_ref().is_none_or(|known| known.contains(permission))
    }

    /// Whether it has all of them.
    pub(crate) fn is_unbound(&self) -> bool {
        self.permissions.is_none()
    }
}

/// The keys.
#[derive(Debug)]
pub(crate) struct Keys(BTreeMap<String, Key>);

impl Keys {
    /// One key with all permissions.
    pub(crate) fn new(token: &str) -> Self {
        let key = Key { token: token.to_owned(), permissions: None };
        Self([(token.to_owned(), key)].into())
    }

    pub(crate) fn allow(&mut self, token: &str, permissions: &[&str]) {
        let permissions = permissions.iter().map(|it| (*it).to_owned()).collect();
        let key = Key { token: token.to_owned(), permissions: Some(permissions) };
        self.0.insert(token.to_owned(), key);
    }

    pub(crate) fn find(&self, token: &str) -> Option<&Key> {
        self.0.get(token)
    }
}
