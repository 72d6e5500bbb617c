//! What people call products and operations, and titles in place of those that mislead.

use std::{collections::BTreeMap, sync::OnceLock};

/// The committed words.
const ALIASES: &str = include_str!("../../operations/aliases.txt");

/// The words for one product.
pub(super) struct Product {
    /// Phrases for all of it.
    pub(super) phrases: &'static str,
    /// How likely it is meant where words alone do not tell: 1 is as likely as others.
    pub(super) prior: f32,
}

/// The words for one operation.
pub(super) struct Alias {
    /// A title in place of the catalogue's.
    pub(super) title: Option<&'static str>,
    /// Phrases, with commas between.
    pub(super) phrases: &'static str,
}

/// The words of all products and operations.
#[derive(Default)]
pub(super) struct Aliases {
    products: BTreeMap<&'static str, Product>,
    operations: BTreeMap<(&'static str, &'static str), Alias>,
}

impl Aliases {
    /// The committed ones.
    pub(super) fn committed() -> &'static Self {
        static COMMITTED: OnceLock<Aliases> = OnceLock::new();
        COMMITTED.get_or_init(|| Self::read(ALIASES))
    }

    /// The words for a product.
    pub(super) fn product(&self, name: &str) -> Option<&Product> {
        self.products.get(name)
    }

    /// The words for the operation of this id.
    pub(super) fn operation(&self, id: &'static str) -> Option<&Alias> {
        self.operations.get(&id.split_once('.')?)
    }

    fn read(text: &'static str) -> Self {
        let mut aliases = Self::default();
        let mut product = "";
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
            if let Some((head, phrases)) = line.strip_prefix('[').and_then(|it| it.split_once(']'))
            {
                let (name, prior) = head.split_once(' ').unwrap_or((head, "1"));
                let prior = prior.parse().unwrap_or(1.0);
                product = name;
                aliases.products.insert(name, Product { phrases, prior });
            } else if let Some((head, phrases)) = line.split_once(": ") {
                let (name, title) = head.split_once(' ').unwrap_or((head, ""));
                let title = Some(title.trim_matches('"')).filter(|title| !title.is_empty());
                aliases.operations.insert((product, name), Alias { title, phrases });
            }
        }
        aliases
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use highlevel::catalogue;

    use super::*;

    #[test]
    fn every_operation_has_words_and_no_others_have() {
        let aliases = Aliases::committed();
        let known: BTreeSet<&str> = catalogue::operations().map(|it| it.id()).collect();
        let told: Vec<String> =
            aliases.operations.keys().map(|(product, name)| format!("{product}.{name}")).collect();
        let told: BTreeSet<&str> = told.iter().map(String::as_str).collect();
        assert_eq!(known, told);
        for operation in catalogue::operations() {
            assert!(aliases.product(operation.product()).is_some(), "{}", operation.product());
        }
    }
}
