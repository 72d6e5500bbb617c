//! Everything that the simulated HighLevel sends keeps the contract of its family.

use std::{collections::BTreeSet, time::Duration};

use anyhow::{Result, ensure};
use e2e::{Answer, Coverage, Mailbox};
use endpoint::catalogue::Generation;
use highlevel::{
    catalogue,
    webhook::{
        Envelope,
        contract::{Contract, check},
        recognize,
    },
};
use sandbox::highlevel::{
    HighLevelSandbox, HighLevelSettings, Oddities, RateLimits, WebhookOptions, examples,
};

/// A Monday morning, so that calendars have hours ahead of them.
const NOW: &str = "2026-03-02T09:00:00Z";

/// Takes the app off, and with it the tokens of the app.
const LAST: &str = "marketplace.uninstall-application";

/// How often the mailbox is looked at.
const LOOK: Duration = Duration::from_millis(20);

/// Every oddity but those that only move a webhook in time.
const ODD: Oddities = Oddities {
    duplicate: 0.0,
    reorder: 0.0,
    delay: 0.0,
    longest_delay_seconds: 3_600,
    missing_fields: 1.0,
    no_type: 0.0,
};

fn thanks() -> Answer {
    Answer { status: 200, content_type: "application/json", body: "{}".to_owned() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_the_sandbox_sends_keeps_its_contract() -> Result<()> {
    let mailbox = Mailbox::open(|_| thanks()).await?;
    let settings =
        HighLevelSettings { rate_limits: RateLimits::generous(), ..HighLevelSettings::default() };
    let highlevel = HighLevelSandbox::start(settings, e2e::still_clock(NOW)).await?;
    highlevel.subscribe(&mailbox.url())?;

    // Every example, as it is and with the fields missing that live bodies lack.
    for oddities in [Oddities::default(), ODD] {
        let options = WebhookOptions { oddities, ..highlevel.sender().options() };
        highlevel.sender().set_options(options)?;
        for example in examples() {
            highlevel.sender().emit(example.json, example.file).await?;
        }
    }
    let of_examples = mailbox.letters().len();
    ensure!(of_examples == 2 * examples().len(), "{of_examples} webhooks of examples came");

    // Every change that an operation makes.
    let mut coverage = Coverage::begin(&highlevel, Generation::V2).await?;
    let mut operations: Vec<_> =
        catalogue::operations().filter(|it| it.edition(Generation::V2).is_some()).collect();
    operations.sort_by_key(|operation| operation.id() == LAST);
    for operation in operations {
        // Whether it is answered as documented is another test's question.
        drop(coverage.call(operation).await);
    }
    let (mut seen, mut unchanged) = (0, 0);
    while unchanged < 25 {
        tokio::time::sleep(LOOK).await; // tidy: sleep, webhooks follow their calls on a task of their own
        let now = mailbox.letters().len();
        unchanged = if now == seen { unchanged + 1 } else { 0 };
        seen = now;
    }
    let letters = mailbox.letters();
    let mut differences = BTreeSet::new();
    let mut families = BTreeSet::new();
    for letter in &letters[of_examples..] {
        let envelope = Envelope::parse(&letter.body)?;
        let kind = envelope.text("type").unwrap_or_default();
        match Contract::of(recognize(&envelope)) {
            None => drop(differences.insert(format!("{kind}: it has no contract"))),
            Some(contract) => {
                families.insert(contract.name());
                let told = check(contract, &letter.body);
                differences.extend(
                    told.iter().map(|told| format!("{kind} ({}): {told}", contract.name())),
                );
            }
        }
    }
    for letter in &letters[..of_examples] {
        let contract = Contract::of(recognize(&Envelope::parse(&letter.body)?));
        let told = contract.map_or_else(Vec::new, |contract| check(contract, &letter.body));
        ensure!(contract.is_some() && told.is_empty(), "{contract:?} of an example: {told:?}");
    }
    ensure!(differences.is_empty(), "the sandbox departs from the contracts: {differences:#?}");
    ensure!(families.len() >= 10, "changes told of these families only: {families:?}");
    Ok(())
}
