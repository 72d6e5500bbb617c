//! Which kinds of event a subscription is told of: `contact.created`, `contact.*`, or `*`.

use std::{collections::BTreeSet, fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{Entity, EventKind, Verb};

/// A kind of event, or all kinds of one entity, or all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KindPattern {
    /// Every kind.
    All,
    /// Every kind of one entity.
    Of(Entity),
    /// One kind.
    One(EventKind),
}

/// The kinds of event that a subscription is told of: those of any of its patterns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KindFilter(BTreeSet<KindPattern>);

/// A text that names no kind of event. The text is not repeated.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "what was given names no kind of event; give kinds such as `contact.created` or \
     `opportunity.*`, or `*` for all"
)]
pub struct UnknownKind;

impl KindFilter {
    /// Every kind.
    #[must_use]
    pub fn all() -> Self {
        Self([KindPattern::All].into())
    }

    /// Whether it holds this kind.
    #[must_use]
    pub fn holds(&self, kind: EventKind) -> bool {
        self.0.iter().any(|pattern| match pattern {
            KindPattern::All => true,
            KindPattern::Of(entity) => *entity == kind.entity,
            KindPattern::One(one) => *one == kind,
        })
    }

    /// Its patterns as texts, in order.
    pub fn patterns(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(ToString::to_string)
    }

    /// The filter of these texts.
    ///
    /// # Errors
    /// Where there is none, or one of them names no kind.
    pub fn of<T: AsRef<str>>(patterns: impl IntoIterator<Item = T>) -> Result<Self, UnknownKind> {
        let patterns = patterns.into_iter().map(|pattern| pattern.as_ref().parse());
        let patterns: BTreeSet<KindPattern> = patterns.collect::<Result<_, _>>()?;
        if patterns.is_empty() { Err(UnknownKind) } else { Ok(Self(patterns)) }
    }
}

impl fmt::Display for KindPattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => formatter.write_str("*"),
            Self::Of(entity) => write!(formatter, "{entity}.*"),
            Self::One(kind) => kind.fmt(formatter),
        }
    }
}

impl FromStr for KindPattern {
    type Err = UnknownKind;

    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        if text == "*" {
            return Ok(Self::All);
        }
        let (entity, verb) = text.split_once('.').ok_or(UnknownKind)?;
        let named = |known: &Entity| known.name() == entity;
        let entity = Entity::ALL.into_iter().find(named).ok_or(UnknownKind)?;
        if verb == "*" {
            return Ok(Self::Of(entity));
        }
        let verb = Verb::ALL.into_iter().find(|known| known.name() == verb).ok_or(UnknownKind)?;
        Ok(Self::One(EventKind { entity, verb }))
    }
}

/// Its patterns, separated by spaces.
impl fmt::Display for KindFilter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let patterns: Vec<_> = self.patterns().collect();
        formatter.write_str(&patterns.join(" "))
    }
}

impl FromStr for KindFilter {
    type Err = UnknownKind;

    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        Self::of(text.split_whitespace())
    }
}

impl Serialize for KindFilter {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.patterns())
    }
}

impl<'de> Deserialize<'de> for KindFilter {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let patterns = Vec::<String>::deserialize(deserializer)?;
        Self::of(patterns).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_survives_its_text_form() {
        for entity in Entity::ALL {
            let mut patterns = vec![KindPattern::All, KindPattern::Of(entity)];
            patterns.extend(Verb::ALL.map(|verb| KindPattern::One(EventKind { entity, verb })));
            for pattern in patterns {
                assert_eq!(pattern.to_string().parse(), Ok(pattern));
            }
        }
        let filter: KindFilter =
            "contact.* opportunity.won_ *".parse().unwrap_or(KindFilter::all());
        assert_eq!(filter, KindFilter::all());
    }

    #[test]
    fn a_filter_holds_what_any_of_its_patterns_names() {
        let filter: KindFilter = "contact.created opportunity.*".parse().unwrap();
        let holds = |text: &str| filter.holds(text.parse().unwrap());
        assert!(holds("contact.created") && holds("opportunity.stage_changed"));
        assert!(!holds("contact.updated") && !holds("unknown.created"));
    }

    #[test]
    fn what_is_no_kind_is_refused_and_not_repeated() {
        for text in
            ["", "contact", "contact.", "contact.dance", "person.created", "contact.**", ".*"]
        {
            let refused = text.parse::<KindFilter>().unwrap_err().to_string();
            assert!(refused.contains("contact.created") && !refused.contains("dance"), "{text}");
        }
    }
}
