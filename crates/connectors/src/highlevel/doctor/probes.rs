//! The probes of a location as data: which operation proves what.

use domain::{Finding, Verdict};
use highlevel::{RawCall, RawReply};
use serde_json::Value;

use super::{Answer, Patient, meaning};
use crate::highlevel::owner;

/// Stands for a location that is not known: the class of the token shows all the same.
const NO_LOCATION: &str = "unknown";

/// One call that only reads, and what it proves.
#[derive(Debug)]
pub(super) struct Probe {
    /// What people call it.
    pub(super) subject: &'static str,
    /// The operation, of which the catalogue says that it reads.
    operation: &'static str,
    /// The same with the agency named, where that is known: what newer versions have.
    with_company: Option<&'static str>,
    /// How many rows are asked for, where there is a parameter for it, which is a text in some.
    limit: Option<Limit>,
    /// Whether the hub is of little use without it.
    pub(super) is_essential: bool,
    /// What does not work without it.
    pub(super) serves: &'static str,
}

/// How a limit is written.
#[derive(Clone, Copy, Debug)]
enum Limit {
    Number(u32),
    Text(&'static str),
}

/// The location itself.
pub(super) const LOCATION: Probe = Probe {
    subject: "location",
    operation: "locations.get-location",
    with_company: None,
    limit: None,
    is_essential: true,
    serves: "the name and the time zone of the location",
};

/// The first question: only a location's token opens it, and the look at the class comes before that
/// at the scope.
pub(super) const FIRST: &Probe = &PROBES[2];

/// What the hub uses of a location, in the order in which it is asked and told.
pub(super) const PROBES: &[Probe] = &[
    Probe {
        subject: "users",
        operation: "users.get-user-by-location",
        with_company: Some("users.search-users"),
        limit: None,
        is_essential: false,
        serves: "the names of those who own records",
    },
    Probe {
        subject: "custom fields",
        operation: "locations.get-custom-fields",
        with_company: None,
        limit: None,
        is_essential: true,
        serves: "custom fields by their names",
    },
    Probe {
        subject: "contacts",
        operation: "contacts.get-contacts",
        with_company: None,
        limit: Some(Limit::Number(1)),
        is_essential: true,
        serves: "everything about contacts",
    },
    Probe {
        subject: "pipelines",
        operation: "opportunities.get-pipelines",
        with_company: None,
        limit: None,
        is_essential: false,
        serves: "opportunities",
    },
    Probe {
        subject: "calendars",
        operation: "calendars.get-calendars",
        with_company: None,
        limit: None,
        is_essential: false,
        serves: "appointments and free slots",
    },
    Probe {
        subject: "conversations",
        operation: "conversations.search-conversation",
        with_company: None,
        limit: Some(Limit::Text("1")),
        is_essential: false,
        serves: "messages",
    },
];

impl Probe {
    pub(super) fn is_first(&self) -> bool {
        self.operation == FIRST.operation
    }

    /// The call, for the location of the connection.
    pub(super) fn call(&self, patient: &Patient<'_>, company: Option<&str>) -> RawCall {
        let location = patient.location.unwrap_or(NO_LOCATION);
        let call = match (self.with_company, company) {
            (Some(operation), Some(company)) => owner::call(operation).with("companyId", company),
            _ => owner::call(self.operation),
        };
        let call = call.with("locationId", location);
        match self.limit {
            Some(Limit::Number(number)) => call.with("limit", number),
            Some(Limit::Text(text)) => call.with("limit", text),
            None => call,
        }
    }

    /// The version that HighLevel declares for the operation.
    pub(super) fn version(&self) -> Option<&'static str> {
        owner::call(self.operation).edition().and_then(|edition| edition.version())
    }

    /// What an answer says.
    pub(super) fn finding(&self, answer: &Answer, patient: &Patient<'_>) -> Finding {
        match &answer.outcome {
            Ok(reply) => Finding::good(self.subject, told(reply)),
            Err(error) => {
                let trouble = meaning::of(error, patient);
                let mut finding = trouble.finding(self.subject);
                if !self.is_essential && trouble.is_of_scopes {
                    finding.verdict = Verdict::Warning;
                    finding.found =
                        format!("{}, which is needed for {}", finding.found, self.serves);
                }
                finding
            }
        }
    }
}

/// The search that leads to the token's own location.
pub(super) fn search() -> RawCall {
    owner::call("locations.search-locations").with("limit", "2")
}

/// The location, where there is exactly one.
pub(super) fn only_location(reply: &RawReply) -> Option<Value> {
    match reply.content().as_array()?.as_slice() {
        [only] => Some(only.clone()),
        _ => None,
    }
}

/// A text of a record that is not empty.
pub(super) fn text(record: &Value, name: &str) -> Option<String> {
    let text = record.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    text.map(str::to_owned)
}

/// The operations of all probes.
#[cfg(test)]
pub(super) fn operations() -> impl Iterator<Item = &'static str> {
    let of = |probe: &'static Probe| [Some(probe.operation), probe.with_company];
    [&LOCATION].into_iter().chain(PROBES).flat_map(of).flatten()
}

/// What an answer tells: the name of a location, and otherwise how many records there are.
fn told(reply: &RawReply) -> String {
    let content = reply.content();
    let all = ["count", "total"].iter().find_map(|name| reply.json().get(*name)?.as_u64());
    match (text(content, "name"), all, content.as_array()) {
        (Some(name), _, _) => format!("this is \"{name}\""),
        (None, Some(all), _) => format!("it answers, {all} in all"),
        (None, None, Some(rows)) => format!("it answers, {} listed", rows.len()),
        (None, None, None) => "it answers".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use endpoint::{Method, catalogue::Kind};

    use super::*;

    #[test]
    fn every_probe_only_reads_and_says_a_version() {
        for id in operations().chain(super::super::agency::OPERATIONS) {
            let operation = owner::call(id).operation();
            assert_eq!((operation.method(), operation.kind()), (Method::Get, Kind::Read), "{id}");
        }
        assert!(PROBES.iter().all(|probe| probe.version().is_some()));
        assert!(FIRST.is_first() && FIRST.subject == "contacts");
    }
}
