//! Examines a connection to HighLevel with calls that only read, and says for each thing what to change.
//!
//! The first answer tells most: where it is about the token itself, nothing else is asked, since every
//! other call would end in the same way. All judgment is in `meaning.rs` and its neighbors, which see
//! answers and make none.

mod agency;
pub mod features;
pub mod hosts;
mod meaning;
mod probes;
mod skew;
#[cfg(test)]
mod tests;
mod token;
mod versions;

use domain::Finding;
use endpoint::{Timer, Transport};
use highlevel::{Client, Error, Kind, RawCall, RawReply, auth::TokenForm};
use jiff::Timestamp;

use self::{
    meaning::Meaning,
    probes::{PROBES, Probe},
};
use super::owner::is_agency;

/// What is known about a connection before anything is asked.
#[derive(Clone, Copy, Debug)]
pub struct Patient<'a> {
    /// What its token looks like.
    pub form: TokenForm,
    /// Where a new token would go.
    pub keeper: Keeper,
    /// The location that it is for.
    pub location: Option<&'a str>,
    /// The agency that it is for.
    pub company: Option<&'a str>,
    /// The scopes that were granted, where OAuth told them.
    pub granted: Option<&'a [String]>,
}

/// Where the credential of a connection is kept, and so how it is replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeper {
    /// In the settings.
    Settings,
    /// In the store, as a person gave it.
    PrivateToken,
    /// In the store, as an installation of the app brought it.
    Installation,
}

/// What an examination came to.
#[derive(Clone, Debug, Default)]
pub struct Examination {
    /// In the order in which people should read it.
    pub findings: Vec<Finding>,
    /// How many operations were called. Where the network failed, some were called again.
    pub calls: usize,
}

/// Examines a connection. `now` is the caller's clock; every call only reads.
pub async fn examine<T: Transport, C: Timer>(
    client: &Client<T, C>,
    patient: &Patient<'_>,
    now: impl Fn() -> Timestamp,
) -> Examination {
    let mut visit = Visit { client, patient, now, examination: Examination::default() };
    visit.note(token::looks(patient));
    let first = visit.ask(probes::FIRST.call(patient, None)).await;
    visit.note(meaning::host(&first));
    if let Some(skew) = skew::finding(&first) {
        visit.note(skew);
    }
    match first.trouble(patient).filter(|trouble| trouble.is_of_everything) {
        Some(trouble) => {
            if !first.is_silent() {
                visit.note(trouble.finding("token"));
            }
            let all = [&probes::LOCATION].into_iter().chain(PROBES);
            visit.skip(all, "not asked: it would end in the same way");
        }
        None => visit.go_on(first).await,
    }
    visit.examination
}

/// One examination under way.
struct Visit<'a, T, C, N> {
    client: &'a Client<T, C>,
    patient: &'a Patient<'a>,
    now: N,
    examination: Examination,
}

/// Where the token belongs.
struct Place {
    finding: Finding,
    /// The location that it opens; none where that is not known.
    location: Option<String>,
    company: Option<String>,
}

/// What one call was answered with, and when.
struct Answer {
    outcome: Result<RawReply, Error>,
    sent: Timestamp,
    received: Timestamp,
}

impl<T: Transport, C: Timer, N: Fn() -> Timestamp> Visit<'_, T, C, N> {
    async fn ask(&mut self, call: RawCall) -> Answer {
        self.examination.calls += 1;
        let sent = (self.now)();
        let outcome = self.client.call(&call).await;
        Answer { outcome, sent, received: (self.now)() }
    }

    fn note(&mut self, finding: Finding) {
        self.examination.findings.push(finding);
    }

    /// The token counts. Whose it is decides what else there is to ask.
    async fn go_on(&mut self, first: Answer) {
        let is_agency = is_agency(first.kind()) == Some(true);
        self.note(token::class(self.patient, is_agency));
        match is_agency {
            true => self.visit_agency().await,
            false => self.visit_location(first).await,
        }
    }

    async fn visit_location(&mut self, first: Answer) {
        let answer = self.ask(probes::LOCATION.call(self.patient, None)).await;
        let place = self.place(&answer).await;
        let (location, company) = (place.location.as_deref(), place.company.as_deref());
        self.note(place.finding);
        if location.is_none() {
            return self.skip(PROBES, "not asked: which location it is about is not known");
        }
        // Where the named location is not the token's, what the token opens in its own tells the rest.
        let own = Patient { location, ..*self.patient };
        let is_named = location == self.patient.location;
        let mut first = is_named.then_some(first);
        let mut working = Vec::new();
        for probe in PROBES {
            let taken = if probe.is_first() { first.take() } else { None };
            let answer = match taken {
                Some(answer) => answer,
                None => self.ask(probe.call(&own, company)).await,
            };
            self.note(probe.finding(&answer, &own));
            if answer.outcome.is_ok() {
                working.push(probe);
            }
        }
        for probe in working {
            let finding = self.versions(probe, &own, company).await;
            self.note(finding);
        }
        let findings = features::findings(self.patient.granted);
        self.examination.findings.extend(findings);
    }

    /// Whether the location is the right one, and which it is.
    async fn place(&mut self, answer: &Answer) -> Place {
        let company = self.patient.company.map(str::to_owned);
        let named = self.patient.location.map(str::to_owned);
        match &answer.outcome {
            Ok(reply) => Place {
                company: company.or_else(|| probes::text(reply.content(), "companyId")),
                location: named,
                finding: probes::LOCATION.finding(answer, self.patient),
            },
            Err(error) if named.is_none() || error.kind() == Some(&Kind::WrongTenant) => {
                let search = self.ask(probes::search()).await;
                let only = search.outcome.ok().and_then(|reply| probes::only_location(&reply));
                let location = only.as_ref().and_then(|only| probes::text(only, "id"));
                let finding = meaning::place(self.patient, location.as_deref());
                let told = only.as_ref().and_then(|only| probes::text(only, "companyId"));
                Place { company: company.or(told), location, finding }
            }
            Err(_) => Place {
                company,
                location: named,
                finding: probes::LOCATION.finding(answer, self.patient),
            },
        }
    }

    /// What the other published versions do where the declared one works.
    async fn versions(
        &mut self,
        probe: &Probe,
        own: &Patient<'_>,
        company: Option<&str>,
    ) -> Finding {
        let mut answers = Vec::new();
        for version in versions::others(probe.version()) {
            let call = probe.call(own, company).version(version);
            let answer = self.ask(call).await;
            answers.push((version, answer.outcome.is_ok()));
        }
        versions::finding(probe, &answers)
    }

    /// What was not asked, and why.
    fn skip<'p>(&mut self, probes: impl IntoIterator<Item = &'p Probe>, why: &str) {
        for probe in probes {
            self.note(Finding::skipped(probe.subject, why));
        }
    }
}

impl Answer {
    fn kind(&self) -> Option<&Kind> {
        self.outcome.as_ref().err()?.kind()
    }

    /// What the refusal means; none of a success.
    fn trouble(&self, patient: &Patient<'_>) -> Option<Meaning> {
        self.outcome.as_ref().err().map(|error| meaning::of(error, patient))
    }

    /// Whether nobody answered at all, which is a matter of the host.
    fn is_silent(&self) -> bool {
        self.outcome
            .as_ref()
            .is_err_and(|error| error.response().is_none() && error.kind().is_none())
    }

    /// What the vendor's clock said.
    fn date(&self) -> Option<&str> {
        match &self.outcome {
            Ok(reply) => reply.header("date"),
            Err(error) => error.response()?.header("date"),
        }
    }
}
