//! Makes up the rows of a mirror, all of them from one number, and puts them in.

use anyhow::Result;
use domain::{
    Applied, Change, ConnectionId, Entity, EventId, FieldChange, Fields, Mirror, OrganizationId,
    Origin, Projection, Record, RecordKey, Sequence, Tenant,
};
use jiff::Timestamp;
use serde_json::{Value, json};
use store::Sqlite;

use super::Size;
use crate::random::Random;

/// The moment from which the made-up times count, in microseconds since 1970.
pub(super) const BEGIN: i64 = 1_700_000_000_000_000;

/// How many words the made-up texts choose among.
pub(super) const VOCABULARY: usize = 30_000;

/// How many tags contacts choose among; the first are on the most.
pub(super) const TAGS: [&str; 8] =
    ["client", "lead", "newsletter", "vip", "renewal", "dormant", "repairshopr", "partner"];

pub(super) const CITIES: [&str; 6] = ["Austin", "Dallas", "Houston", "Waco", "Laredo", "Marfa"];

/// How many rows one transaction takes while the mirror is filled, as a first load that keeps up.
const LOADED_AT_ONCE: usize = 500;

/// The ids of the custom fields.
const TIER: &str = "tIeR5dKq0Zr8mXw2Lb7c";
const RENEWAL: &str = "rEnW3hTz9Vn1kPq6Yd4s";
const SEATS: &str = "sEaT8jGf2Bx5rMc0Wn3u";

/// Makes rows up, and remembers what is needed to ask for them.
pub(super) struct Maker {
    size: Size,
    pub(super) random: Random,
    pub(super) tenant: Tenant,
    pub(super) words: Vec<String>,
    people: Vec<(String, String)>,
    rows_put: usize,
    events: u128,
    cursor: Sequence,
}

impl Maker {
    pub(super) fn new(size: Size) -> Self {
        let mut random = Random::new(size.seed);
        let word = |random: &mut Random| {
            let length = random.within(2..10);
            (0..length).map(|_| char::from(b'a' + random.below(26) as u8)).collect()
        };
        let words = (0..VOCABULARY).map(|_| word(&mut random)).collect();
        let tenant = Tenant {
            organization: OrganizationId::new("default"),
            connection: ConnectionId::new("highlevel"),
        };
        Self {
            size,
            random,
            tenant,
            words,
            people: vec![],
            rows_put: 0,
            events: 0,
            cursor: Sequence(0),
        }
    }

    /// Makes all rows up, and puts them in unless they are there.
    pub(super) async fn fill(
        &mut self,
        store: &Sqlite,
        is_there: bool,
        tell: impl Fn(&str),
    ) -> Result<()> {
        self.cursor = store.projected().await?;
        let definitions = self.definitions();
        let whole = self.size.contacts + self.size.messages;
        let mut batch = definitions;
        for index in 0..whole {
            let record = match index < self.size.contacts {
                true => self.contact(index),
                false => self.message(index - self.size.contacts),
            };
            batch.push(record);
            if batch.len() >= LOADED_AT_ONCE || index + 1 == whole {
                let batch = std::mem::take(&mut batch);
                if !is_there {
                    self.put(store, batch).await?;
                }
            }
            if index % 250_000 == 249_999 {
                tell(&format!("{} of {whole} rows", index + 1));
            }
        }
        Ok(())
    }

    /// Goes on behind what a mirror has: with other chance than whoever came to this place before.
    pub(super) async fn go_on(&mut self, store: &Sqlite) -> Result<()> {
        self.cursor = store.projected().await?;
        self.random = Random::new(self.size.seed.wrapping_add(self.cursor.0));
        self.events = u128::from(self.cursor.0) << 64;
        Ok(())
    }

    pub(super) async fn put(&mut self, store: &Sqlite, records: Vec<Record>) -> Result<()> {
        let changes = records.iter().map(made).collect();
        self.rows_put += records.len();
        let to = Sequence(self.cursor.0 + 1);
        let step = Projection { from: self.cursor, to, records, changes, ..Projection::default() };
        store.project(step).await?;
        self.cursor = to;
        Ok(())
    }

    /// How many rows it has put in.
    pub(super) fn rows_put(&self) -> usize {
        self.rows_put
    }

    pub(super) fn any_contact(&mut self) -> String {
        self.people[self.random.below(self.people.len())].0.clone()
    }

    pub(super) fn middle_contact(&self) -> String {
        self.people[self.people.len() / 2].0.clone()
    }

    /// A message that was not there.
    pub(super) fn next_message(&mut self) -> Record {
        self.message(self.size.messages + self.rows_put)
    }

    /// The id of an event, scattered as those of events are.
    pub(super) fn event(&mut self) -> EventId {
        self.events += 1;
        let scattered = self.events.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
        EventId::from_bytes(scattered.to_be_bytes())
    }

    /// A word, of which the first are the most frequent.
    pub(super) fn word(&mut self) -> String {
        let rank = self.random.below(VOCABULARY);
        let rank = rank * self.random.below(VOCABULARY) / VOCABULARY;
        self.words[rank].clone()
    }

    fn definitions(&mut self) -> Vec<Record> {
        let stages = json!([{"id": "s1", "name": "New"}, {"id": "s2", "name": "Won"}]);
        let definitions = [
            (Entity::Pipeline, "p1", json!({"name": "Sales", "stages": stages})),
            (Entity::User, "u1", json!({"name": "Grace"})),
            (Entity::CustomField, TIER, json!({"name": "Tier", "data_type": "TEXT"})),
            (Entity::CustomField, RENEWAL, json!({"name": "Renewal", "data_type": "DATE"})),
            (Entity::CustomField, SEATS, json!({"name": "Seats", "data_type": "NUMERICAL"})),
        ];
        definitions
            .into_iter()
            .map(|(entity, id, fields)| self.record(RecordKey::new(entity, id), BEGIN, fields))
            .collect()
    }

    fn contact(&mut self, index: usize) -> Record {
        let (first, last) = (self.word(), self.word());
        let at = BEGIN + index as i64 * 60_000_000;
        let mut tags = vec![TAGS[self.random.below(TAGS.len())]];
        tags.extend((!self.random.once_in(3)).then(|| TAGS[self.random.below(3)]));
        tags.dedup();
        let (id, conversation) = (self.id(), self.id());
        self.people.push((id.clone(), conversation));
        let fields = json!({
            "address": format!("{} Main Street", self.random.below(9_000)),
            "assigned_to": "u1",
            "city": CITIES[self.random.below(CITIES.len())],
            "company_name": self.text(2),
            "country": "US",
            "created_at": iso(at),
            "custom_fields": {
                TIER: (["Gold", "Silver", "Bronze"][self.random.below(3)]),
                RENEWAL: format!("2026-{:02}-{:02}", self.random.within(1..13), self.random.within(1..29)),
                SEATS: self.random.below(200),
            },
            "dnd": self.random.once_in(20),
            "email": format!("{first}.{last}{index}@example.com"),
            "first_name": first,
            "last_name": last,
            "name": format!("{first} {last}"),
            "phone": format!("+1512{index:07}"),
            "postal_code": "78701",
            "source": "website",
            "state": "TX",
            "tags": tags,
        });
        self.record(RecordKey::new(Entity::Contact, id), at, fields)
    }

    fn message(&mut self, index: usize) -> Record {
        let (contact, conversation) = self.people[self.random.below(self.people.len())].clone();
        let at = BEGIN + index as i64 * 15_000_000;
        let words = [4, 8, 12, 16, 20, 40][self.random.below(6)];
        let fields = json!({
            "body": self.text(words),
            "channel": "SMS",
            "contact_id": contact,
            "conversation_id": conversation,
            "created_at": iso(at),
            "direction": (["inbound", "outbound"][self.random.below(2)]),
            "status": "delivered",
        });
        let id = self.id();
        self.record(RecordKey::new(Entity::Message, id), at, fields)
    }

    fn record(&mut self, key: RecordKey, at: i64, fields: Value) -> Record {
        let moment = Timestamp::from_microsecond(at).unwrap_or_default();
        Record {
            tenant: self.tenant.clone(),
            key,
            fields: serde_json::from_value::<Fields>(fields).unwrap_or_default(),
            version: 1,
            occurred_at: moment,
            deleted_at: None,
            event: self.event(),
            account: Some("ajsQIFJLgWv9VxXPLEUh".to_owned()),
            origin: Origin::Backfill,
            first_seen_at: moment,
            last_seen_at: moment,
        }
    }

    fn text(&mut self, words: usize) -> String {
        let words: Vec<String> = (0..words).map(|_| self.word()).collect();
        words.join(" ")
    }

    fn id(&mut self) -> String {
        const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        (0..20).map(|_| char::from(LETTERS[self.random.below(LETTERS.len())])).collect()
    }
}

/// The change that made a row.
fn made(record: &Record) -> Change {
    let new = |(name, after): (&String, &Value)| {
        (name.clone(), FieldChange { before: Value::Null, after: after.clone() })
    };
    let is_new = record.version == 1;
    Change {
        event: record.event,
        tenant: record.tenant.clone(),
        key: record.key.clone(),
        applied: if is_new { Applied::Created } else { Applied::Updated },
        version: record.version,
        // A later change is of one field.
        fields: record.fields.iter().take(if is_new { usize::MAX } else { 1 }).map(new).collect(),
        found: None,
    }
}

fn iso(microseconds: i64) -> String {
    let moment = Timestamp::from_microsecond(microseconds).unwrap_or_default();
    format!("{moment:.3}")
}
