//! Signed events in any number, as HighLevel would send them.

use anyhow::Result;
use sandbox::highlevel::Signer;

/// Makes events that the hub accepts: it trusts this signer's key.
pub struct Events {
    signer: Signer,
    padding: String,
}

/// One event, ready to be sent.
#[derive(Clone)]
pub struct Signed {
    /// The id in its body, where it was made with one.
    pub webhook_id: String,
    /// The body.
    pub body: String,
    /// The value of the header `X-GHL-Signature`.
    pub signature: String,
}

/// What an event tells.
#[derive(Clone, Copy, Debug)]
pub struct Fact {
    /// Its own number: another number is another event, and a later one happens later.
    pub number: u64,
    /// The contact that it is about.
    pub contact: u64,
    /// The location that the contact belongs to.
    pub location: u64,
    /// About how many bytes its body has.
    pub bytes: usize,
}

impl Events {
    /// Events of about this many bytes.
    ///
    /// # Errors
    /// Where no key can be made.
    pub fn new(seed: u64, bytes: usize) -> Result<Self> {
        let signer = Signer::new(seed, false)?;
        let mut events = Self { signer, padding: String::new() };
        let bare = events.body(0, 0).len();
        events.padding = "x".repeat(bytes.saturating_sub(bare));
        Ok(events)
    }

    /// The key that the hub must trust, as it stands in its settings.
    #[must_use]
    pub fn public_key(&self) -> String {
        self.signer.public_keys().join(",")
    }

    /// These bytes, signed, whatever they are.
    ///
    /// # Errors
    /// Where they cannot be signed.
    pub fn sign(&self, body: &str) -> Result<Signed> {
        let headers = self.signer.headers(body.as_bytes())?;
        let signature = headers.into_iter().next().map(|(_, value)| value).unwrap_or_default();
        Ok(Signed { webhook_id: String::new(), body: body.to_owned(), signature })
    }

    /// The event with this number, about the contact with that one.
    ///
    /// # Errors
    /// Where it cannot be signed.
    pub fn signed(&self, number: u64, contact: u64) -> Result<Signed> {
        let signed = self.sign(&self.body(number, contact))?;
        Ok(Signed { webhook_id: webhook_id(number), ..signed })
    }

    /// The event that tells this.
    ///
    /// # Errors
    /// Where it cannot be signed.
    pub fn telling(&self, fact: Fact) -> Result<Signed> {
        let location = format!("loc-e2e-{}", fact.location);
        let bare = body(fact.number, fact.contact, &location, "").len();
        let padding = "x".repeat(fact.bytes.saturating_sub(bare));
        let signed = self.sign(&body(fact.number, fact.contact, &location, &padding))?;
        Ok(Signed { webhook_id: webhook_id(fact.number), ..signed })
    }

    /// The body of the event with this number, about the contact with that one.
    #[must_use]
    pub fn body(&self, number: u64, contact: u64) -> String {
        body(number, contact, "loc-e2e", &self.padding)
    }
}

fn body(number: u64, contact: u64, location: &str, padding: &str) -> String {
    format!(
        r#"{{"type":"ContactUpdate","locationId":"{location}","id":"{}","name":"Person {contact}","email":"person{contact}@example.com","phone":"+15550100000","tags":["one","two"],"source":"{padding}","webhookId":"{}","timestamp":"{}"}}"#,
        contact_id(contact),
        webhook_id(number),
        timestamp(number),
    )
}

fn webhook_id(number: u64) -> String {
    format!("00000000-0000-4000-8000-{number:012}")
}

fn contact_id(contact: u64) -> String {
    format!("contact{contact:013}")
}

/// Later numbers happen later, all of them in the past.
fn timestamp(number: u64) -> String {
    let start = jiff::Timestamp::from_second(1_760_000_000).unwrap_or_default();
    format!("{:.3}", start + std::time::Duration::from_millis(number))
}
