//! What may be called through the proxy: kinds of operations, and operations by their ids.

use std::{collections::BTreeSet, str::FromStr};

use endpoint::catalogue::{Kind, Operation};
use highlevel::catalogue;

/// The product whose replies are tokens. Nothing allows it.
const TOKENS: &str = "oauth";

/// Every kind, by its word.
const KINDS: [Kind; 5] = [Kind::Read, Kind::Write, Kind::Send, Kind::Delete, Kind::Money];

/// A list of what is allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowlist {
    kinds: BTreeSet<Kind>,
    operations: BTreeSet<&'static str>,
}

/// A word that allows nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{word}` is neither a kind (read, write, send, delete, money) nor an operation that a proxy may \
     call; `highwire operations search` finds ids"
)]
pub struct NotAllowable {
    word: String,
}

impl Allowlist {
    /// What these words allow: kinds, and ids of operations.
    ///
    /// # Errors
    /// Where a word is neither, or an operation that answers with tokens.
    pub fn of<'a>(words: impl IntoIterator<Item = &'a str>) -> Result<Self, NotAllowable> {
        let (mut kinds, mut operations) = (BTreeSet::new(), BTreeSet::new());
        for word in words.into_iter().map(str::trim).filter(|word| !word.is_empty()) {
            let kind = KINDS.into_iter().find(|kind| kind.as_str() == word);
            match (kind, catalogue::operation(word).filter(|it| it.product() != TOKENS)) {
                (Some(kind), _) => drop(kinds.insert(kind)),
                (None, Some(operation)) => drop(operations.insert(operation.id())),
                (None, None) => return Err(NotAllowable { word: word.to_owned() }),
            }
        }
        Ok(Self { kinds, operations })
    }

    /// Whether this operation may be called.
    #[must_use]
    pub fn allows(&self, operation: Operation<'_>) -> bool {
        operation.product() != TOKENS
            && (self.kinds.contains(&operation.kind()) || self.operations.contains(operation.id()))
    }
}

impl Default for Allowlist {
    /// What changes nothing.
    fn default() -> Self {
        Self { kinds: [Kind::Read].into(), operations: BTreeSet::new() }
    }
}

impl FromStr for Allowlist {
    type Err = NotAllowable;

    /// Words with commas between them.
    fn from_str(text: &str) -> Result<Self, NotAllowable> {
        Self::of(text.split(','))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(list: &str, operation: &str) -> bool {
        list.parse::<Allowlist>().unwrap().allows(catalogue::operation(operation).unwrap())
    }

    #[test]
    fn kinds_and_operations_are_allowed_by_their_words() {
        assert!(Allowlist::default().allows(catalogue::operation("contacts.get-contact").unwrap()));
        assert!(!allows("read", "contacts.create-contact"));
        assert!(allows("read, contacts.create-contact", "contacts.create-contact"));
        assert!(!allows("contacts.create-contact", "contacts.get-contact"));
        assert!(!allows("", "contacts.get-contact"));
        assert!("reads".parse::<Allowlist>().is_err());
    }

    #[test]
    fn nothing_allows_what_answers_with_tokens() {
        let everything = "read,write,send,delete,money";
        let of_tokens = catalogue::operations().filter(|it| it.product() == "oauth");
        let refused: Vec<_> = of_tokens.map(|it| it.id()).collect();
        assert!(refused.len() >= 3);
        for id in refused {
            assert!(!allows(everything, id), "{id}");
            assert!(id.parse::<Allowlist>().is_err(), "{id}");
        }
        let others = catalogue::operations().filter(|it| it.product() != "oauth");
        for operation in others {
            assert!(allows(everything, operation.id()));
            assert!(operation.editions().all(|it| !it.path().starts_with("/oauth")));
        }
    }
}
