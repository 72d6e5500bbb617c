//! The probes of an agency's token: the agency itself, its locations, its people.

use domain::Finding;
use endpoint::{Timer, Transport};
use highlevel::RawReply;
use jiff::Timestamp;

use super::{Answer, Visit, meaning, probes};
use crate::highlevel::owner;

const LOCATIONS: &str = "locations.search-locations";
const COMPANY: &str = "companies.get-company";
const USERS: &str = "users.search-users";

/// Every operation that is called.
#[cfg(test)]
pub(super) const OPERATIONS: [&str; 3] = [LOCATIONS, COMPANY, USERS];

impl<T: Transport, C: Timer, N: Fn() -> Timestamp> Visit<'_, T, C, N> {
    /// What the hub uses of an agency. Where no agency is named, its locations tell which it is.
    pub(super) async fn visit_agency(&mut self) {
        let locations = self.ask(owner::call(LOCATIONS).with("limit", "100")).await;
        let company = self.patient.company.map(str::to_owned).or_else(|| {
            let reply = locations.outcome.as_ref().ok()?;
            probes::text(reply.content().as_array()?.first()?, "companyId")
        });
        self.tell("locations", &locations, |reply| format!("it answers, {} listed", rows(reply)));
        let Some(company) = company else {
            let why = "not asked: which agency it is was not told; set highlevel.company_id";
            self.note(Finding::skipped("agency", why));
            return;
        };
        let agency = self.ask(owner::call(COMPANY).with("companyId", company.as_str())).await;
        self.tell("agency", &agency, |reply| {
            let name = probes::text(reply.content(), "name").unwrap_or_default();
            format!("this is \"{name}\"")
        });
        let users = owner::call(USERS).with("companyId", company.as_str());
        let users = self.ask(users).await;
        self.tell("users", &users, |reply| format!("it answers, {} listed", rows(reply)));
    }

    fn tell(&mut self, subject: &str, answer: &Answer, found: impl FnOnce(&RawReply) -> String) {
        let finding = match &answer.outcome {
            Ok(reply) => Finding::good(subject, found(reply)),
            Err(error) => meaning::of(error, self.patient).finding(subject),
        };
        self.note(finding);
    }
}

fn rows(reply: &RawReply) -> usize {
    reply.content().as_array().map_or(0, Vec::len)
}
