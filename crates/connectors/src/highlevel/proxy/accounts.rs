//! Which accounts a call names, wherever it names them: in its path, its query or its body.

use std::{collections::BTreeSet, fmt};

use domain::{ProxyFault, ProxyRefusal};
use endpoint::catalogue::{Edition, Field, Place};
use highlevel::catalogue::Route;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

/// The names under which calls name accounts, without case and marks.
const NAMES: [&str; 7] = [
    "locationid",
    "locationids",
    "altid",
    "companyid",
    "companyids",
    "subaccountid",
    "subaccountids",
];

/// The first words of paths that are about the account after them, whatever it is called there.
const ABOUT_ACCOUNTS: [&str; 2] = ["locations", "companies"];

/// The accounts that a call names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Named(pub(super) BTreeSet<String>);

/// What a call lets the hub fill in: the names of the parameter or field for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Blank {
    Location(&'static str),
    Company(&'static str),
    /// An account of either kind, whose kind stands under another name.
    Alternative,
}

/// The names of accounts in what the operation knows.
const BLANKS: [(&str, Blank); 4] = [
    ("locationId", Blank::Location("locationId")),
    ("location_id", Blank::Location("location_id")),
    ("companyId", Blank::Company("companyId")),
    ("altId", Blank::Alternative),
];

/// Whether this is a name of accounts.
pub(super) fn is_name(name: &str) -> bool {
    let plain = name.chars().filter(char::is_ascii_alphanumeric);
    let plain: String = plain.map(|letter| letter.to_ascii_lowercase()).collect();
    NAMES.contains(&plain.as_str())
}

impl Named {
    /// Adds those of the path.
    pub(super) fn add_path(&mut self, route: &Route) {
        let about = route.edition().path().split('/').nth(1);
        let is_about = about.is_some_and(|word| ABOUT_ACCOUNTS.contains(&word));
        for (place, (name, value)) in route.parameters().iter().enumerate() {
            if is_name(name) || (is_about && place == 0) {
                self.0.insert(value.clone());
            }
        }
    }

    /// Adds those of the query.
    pub(super) fn add_query(&mut self, query: &[(String, String)]) {
        for (name, value) in query.iter().filter(|(name, _)| is_name(name)) {
            // Several values of one name can stand in one text.
            let list = name.to_ascii_lowercase().ends_with('s') || value.contains(',');
            match list {
                true => self.0.extend(value.split(',').map(str::to_owned)),
                false => drop(self.0.insert(value.clone())),
            }
        }
    }

    /// Adds those of a JSON body, however deep they stand; gives the names of its own fields.
    ///
    /// # Errors
    /// Where it is no JSON, has a name twice in one object, or names an account by anything but
    /// texts: whoever reads it after us could read something else.
    pub(super) fn add_json(&mut self, body: &[u8]) -> Result<BTreeSet<String>, ProxyRefusal> {
        let mut top = BTreeSet::new();
        let mut input = serde_json::Deserializer::from_slice(body);
        let scan = Scan { named: self, top: Some(&mut top), is_account: false };
        let read = scan.deserialize(&mut input).and_then(|()| input.end());
        read.map_err(|error| {
            // The message has a place and one of our own words, and nothing of the body.
            let place = format!("line {} column {}", error.line(), error.column());
            let error = match error.is_data() {
                true => "the body names an account or a field in a way that is not clear",
                false => "the body is no JSON",
            };
            let hint = format!("look at {place}: each name once, accounts as texts");
            ProxyRefusal::new(ProxyFault::Malformed, error, hint)
        })?;
        Ok(top)
    }
}

/// What the query of the operation takes and the call does not say.
pub(super) fn blanks_of_query(edition: Edition<'static>, query: &[(String, String)]) -> Vec<Blank> {
    let takes = |name: &str| edition.parameter(name).is_some_and(|it| it.place() == Place::Query);
    let is_given = |name: &str| query.iter().any(|(given, _)| given == name);
    blanks(takes, is_given)
}

/// What the body of the operation takes and the call does not say.
pub(super) fn blanks_of_body(edition: Edition<'static>, given: &BTreeSet<String>) -> Vec<Blank> {
    let Some(schema) = edition.body().map(|body| body.schema()) else { return Vec::new() };
    let takes = |name: &str| schema.fields().any(|field: Field<'_>| field.name() == name);
    blanks(takes, |name| given.contains(name))
}

fn blanks(takes: impl Fn(&str) -> bool, is_given: impl Fn(&str) -> bool) -> Vec<Blank> {
    let is_blank = |(name, blank): &(&str, Blank)| {
        takes(name) && !is_given(name) && (*blank != Blank::Alternative || !is_given("altType"))
    };
    BLANKS.iter().filter(|it| is_blank(it)).map(|(_, blank)| *blank).collect()
}

/// Goes through JSON, and keeps nothing but names of accounts.
struct Scan<'a> {
    named: &'a mut Named,
    /// Where the names of the outermost fields go.
    top: Option<&'a mut BTreeSet<String>>,
    /// Whether what comes stands under a name of accounts.
    is_account: bool,
}

impl<'de> DeserializeSeed<'de> for Scan<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, input: D) -> Result<(), D::Error> {
        input.deserialize_any(self)
    }
}

impl Scan<'_> {
    fn below(&mut self, is_account: bool) -> Scan<'_> {
        Scan { named: self.named, top: None, is_account }
    }

    fn scalar<E: serde::de::Error>(&self) -> Result<(), E> {
        match self.is_account {
            true => Err(E::custom("an account that is no text")),
            false => Ok(()),
        }
    }
}

impl<'de> Visitor<'de> for Scan<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<(), E> {
        if self.is_account {
            self.named.0.insert(text.to_owned());
        }
        Ok(())
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E: serde::de::Error>(self, _: bool) -> Result<(), E> {
        self.scalar()
    }

    fn visit_i64<E: serde::de::Error>(self, _: i64) -> Result<(), E> {
        self.scalar()
    }

    fn visit_u64<E: serde::de::Error>(self, _: u64) -> Result<(), E> {
        self.scalar()
    }

    fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<(), E> {
        self.scalar()
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
        let is_account = self.is_account;
        while list.next_element_seed(self.below(is_account))?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut object: A) -> Result<(), A::Error> {
        self.scalar()?;
        let mut seen = BTreeSet::new();
        while let Some(name) = object.next_key::<String>()? {
            object.next_value_seed(self.below(is_name(&name)))?;
            if !seen.insert(name) {
                return Err(serde::de::Error::custom("a name twice"));
            }
        }
        if let Some(top) = self.top {
            *top = seen;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
