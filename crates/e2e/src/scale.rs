//! A mirror of many contacts and messages, made up, and how long it takes to read it.
//!
//! The rows go in through the store's own door, as a first load brings them, so that whatever follows
//! a row (indexes, tags, words) is there and has cost what it costs.

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};
use domain::{
    Applied, Change, ConnectionId, Entity, EventId, FieldChange, Fields, Mirror, OrganizationId,
    Origin, Projection, Queries, Query, QueryLimits, Realm, Record, RecordCondition, RecordKey,
    RecordQuery, Sequence, Tenant, WordSearch,
};
use jiff::Timestamp;
use serde_json::{Value, json};
use store::Sqlite;

use crate::random::Random;

/// How many rows one transaction takes while the mirror is filled, as a first load that keeps up.
const LOADED_AT_ONCE: usize = 500;

/// How many rows one transaction takes while events come in.
const LIVE_AT_ONCE: usize = 64;

/// How many rows come in for each measure of the rate.
const LIVE_ROWS: usize = 20_000;

/// The moment from which the made-up times count, in microseconds since 1970.
const BEGIN: i64 = 1_700_000_000_000_000;

/// How many words the made-up texts choose among.
const VOCABULARY: usize = 30_000;

/// How many tags contacts choose among; the first are on the most.
const TAGS: [&str; 8] =
    ["client", "lead", "newsletter", "vip", "renewal", "dormant", "repairshopr", "partner"];

const CITIES: [&str; 6] = ["Austin", "Dallas", "Houston", "Waco", "Laredo", "Marfa"];

/// What to fill a mirror with.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// How many contacts.
    pub contacts: usize,
    /// How many messages.
    pub messages: usize,
    /// What all values follow from.
    pub seed: u64,
}

/// A question and how long its answer took.
#[derive(Clone, Debug)]
pub struct Taken {
    /// What was asked.
    pub name: String,
    /// The times, in order.
    pub times: Vec<Duration>,
    /// How much was found.
    pub found: usize,
}

/// What was measured.
#[derive(Clone, Debug)]
pub struct Figures {
    /// How many rows went in.
    pub rows: usize,
    /// How long that took.
    pub filled_in: Duration,
    /// How many rows a second came in while the mirror was empty, and when it was full.
    pub live: (f64, f64),
    /// How many bytes the state has on the disk.
    pub bytes: u64,
    /// What was asked.
    pub taken: Vec<Taken>,
}

impl Taken {
    /// The time within which this part of the answers came.
    #[must_use]
    pub fn quantile(&self, part: f64) -> Duration {
        let last = self.times.len().saturating_sub(1);
        self.times.get((last as f64 * part).round() as usize).copied().unwrap_or_default()
    }
}

/// Fills a mirror in a new folder and measures it.
///
/// # Errors
/// Where the store fails.
pub async fn measure(folder: &Path, size: Size, tell: impl Fn(&str)) -> Result<Figures> {
    let mut maker = Maker::new(size);
    let before = {
        let trial = folder.join("empty");
        let store = open(&trial)?;
        let mut maker = Maker::new(Size { contacts: 2_000, messages: 0, ..size });
        maker.fill(&store, |_| {}).await?;
        let rate = maker.live(&store).await?;
        drop(store);
        std::fs::remove_dir_all(&trial)?;
        rate
    };
    let full = folder.join("full");
    let store = open(&full)?;
    let begun = Instant::now();
    maker.fill(&store, &tell).await?;
    let filled_in = begun.elapsed();
    drop(store);
    let bytes = size_of(&full)?;
    tell("filled; asking");
    let store = open(&full)?;
    let mut taken = maker.gets(&store).await?;
    taken.extend(maker.searches(&store).await?);
    taken.extend(segments(&store).await?);
    let after = maker.live(&store).await?;
    Ok(Figures { rows: maker.rows, filled_in, live: (before, after), bytes, taken })
}

fn open(folder: &Path) -> Result<Sqlite> {
    let clock = Arc::new(|| Timestamp::from_microsecond(BEGIN).unwrap_or_default());
    Sqlite::open(folder, clock).context("open the store")
}

fn size_of(folder: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with("state.db") {
            bytes += entry.metadata()?.len();
        }
    }
    Ok(bytes)
}

/// Makes rows up, and remembers what is needed to ask for them.
struct Maker {
    size: Size,
    random: Random,
    tenant: Tenant,
    words: Vec<String>,
    people: Vec<(String, String)>,
    rows: usize,
    events: u128,
    cursor: Sequence,
}

impl Maker {
    fn new(size: Size) -> Self {
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
            rows: 0,
            events: 0,
            cursor: Sequence(0),
        }
    }

    async fn fill(&mut self, store: &Sqlite, tell: impl Fn(&str)) -> Result<()> {
        self.cursor = store.projected().await?;
        self.definitions(store).await?;
        let whole = self.size.contacts + self.size.messages;
        let mut batch = Vec::new();
        for index in 0..whole {
            let record = match index < self.size.contacts {
                true => self.contact(index),
                false => self.message(index - self.size.contacts),
            };
            batch.push(record);
            if batch.len() == LOADED_AT_ONCE || index + 1 == whole {
                self.put(store, std::mem::take(&mut batch)).await?;
            }
            if index % 250_000 == 249_999 {
                tell(&format!("{} of {whole} rows", index + 1));
            }
        }
        Ok(())
    }

    async fn definitions(&mut self, store: &Sqlite) -> Result<()> {
        let stages = json!([{"id": "s1", "name": "New"}, {"id": "s2", "name": "Won"}]);
        let definitions = [
            (Entity::Pipeline, "p1", json!({"name": "Sales", "stages": stages})),
            (Entity::User, "u1", json!({"name": "Grace"})),
            (Entity::CustomField, TIER, json!({"name": "Tier", "data_type": "TEXT"})),
            (Entity::CustomField, RENEWAL, json!({"name": "Renewal", "data_type": "DATE"})),
            (Entity::CustomField, SEATS, json!({"name": "Seats", "data_type": "NUMERICAL"})),
        ];
        let records = definitions
            .into_iter()
            .map(|(entity, id, fields)| self.record(RecordKey::new(entity, id), BEGIN, fields));
        let records: Vec<Record> = records.collect();
        self.put(store, records).await
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
        self.events += 1;
        let moment = Timestamp::from_microsecond(at).unwrap_or_default();
        let scattered = self.events.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
        Record {
            tenant: self.tenant.clone(),
            key,
            fields: serde_json::from_value::<Fields>(fields).unwrap_or_default(),
            version: 1,
            occurred_at: moment,
            deleted_at: None,
            event: EventId::from_bytes(scattered.to_be_bytes()),
            account: Some("ajsQIFJLgWv9VxXPLEUh".to_owned()),
            origin: Origin::Backfill,
            first_seen_at: moment,
            last_seen_at: moment,
        }
    }

    async fn put(&mut self, store: &Sqlite, records: Vec<Record>) -> Result<()> {
        let changes = records.iter().map(made).collect();
        self.rows += records.len();
        let to = Sequence(self.cursor.0 + 1);
        let step = Projection { from: self.cursor, to, records, changes, ..Projection::default() };
        store.project(step).await?;
        self.cursor = to;
        Ok(())
    }

    /// How many rows a second come in as events bring them: new messages, and contacts that change.
    async fn live(&mut self, store: &Sqlite) -> Result<f64> {
        self.cursor = store.projected().await?;
        let mut batches = Vec::new();
        for _ in 0..LIVE_ROWS / LIVE_AT_ONCE {
            let mut batch = Vec::new();
            for index in 0..LIVE_AT_ONCE {
                let mut record = match index % 3 {
                    0 => self.changed_contact(store).await?,
                    _ => self.message(self.size.messages + index),
                };
                record.origin = Origin::Webhook;
                batch.push(record);
            }
            batches.push(batch);
        }
        let begun = Instant::now();
        for batch in batches {
            self.put(store, batch).await?;
        }
        Ok(LIVE_ROWS as f64 / begun.elapsed().as_secs_f64())
    }

    async fn changed_contact(&mut self, store: &Sqlite) -> Result<Record> {
        let id = self.people[self.random.below(self.people.len())].0.clone();
        let key = [RecordKey::new(Entity::Contact, id)];
        let mut record = store.records(&self.tenant, &key).await?.pop().context("a contact")?;
        self.events += 1;
        record.event = EventId::from_bytes(self.events.to_be_bytes());
        record.version += 1;
        let value = match self.random.below(3) {
            0 => ("last_name", self.word().into()),
            1 => ("tags", json!(["client", TAGS[self.random.below(TAGS.len())]])),
            _ => ("city", CITIES[self.random.below(CITIES.len())].into()),
        };
        record.fields.insert(value.0.to_owned(), value.1);
        Ok(record)
    }

    async fn gets(&mut self, store: &Sqlite) -> Result<Vec<Taken>> {
        let mut by_id = Taken { name: "get by id".to_owned(), times: vec![], found: 0 };
        let mut by_email = Taken { name: "find by e-mail".to_owned(), times: vec![], found: 0 };
        for _ in 0..1_000 {
            let id = self.people[self.random.below(self.people.len())].0.clone();
            let key = [RecordKey::new(Entity::Contact, id)];
            let begun = Instant::now();
            let mut found = store.records(&self.tenant, &key).await?;
            by_id.times.push(begun.elapsed());
            by_id.found += found.len();
            let record = found.pop().context("a contact")?;
            let email = record.fields["email"].as_str().unwrap_or_default().to_owned();
            let conditions = vec![RecordCondition::IsLike("email", email)];
            let all = RecordQuery::all(self.tenant.clone(), Entity::Contact, 10);
            let begun = Instant::now();
            by_email.found +=
                store.find_records(&RecordQuery { conditions, ..all }).await?.records.len();
            by_email.times.push(begun.elapsed());
        }
        by_id.times.sort();
        by_email.times.sort();
        Ok(vec![by_id, by_email])
    }

    async fn searches(&mut self, store: &Sqlite) -> Result<Vec<Taken>> {
        // The first words of the vocabulary are in the most texts.
        let word = |rank: usize| self.words[rank].clone();
        let asked = [
            ("the most frequent word", word(0)),
            ("a frequent word", word(100)),
            ("a rare word", word(VOCABULARY - 1)),
            ("two frequent words", format!("{} {}", word(3), word(5))),
            ("a frequent and a rare word", format!("{} {}", word(1), word(VOCABULARY - 50))),
            ("a phrase", format!("\"{} {}\"", word(2), word(4))),
            ("words that begin so", format!("{}*", &word(9)[..2])),
            ("an e-mail address", self.email(store).await?),
            ("the domain of every address", "example.com".to_owned()),
        ];
        let mut taken = Vec::new();
        for (name, words) in asked {
            let mut one = Taken { name: format!("search {name}"), times: vec![], found: 0 };
            for _ in 0..7 {
                let realm = Realm::Organization(self.tenant.organization.clone());
                let search =
                    WordSearch { realm, words: words.clone(), entities: vec![], limit: 20 };
                let begun = Instant::now();
                one.found = store.search(search).await?.len();
                one.times.push(begun.elapsed());
            }
            one.times.sort();
            taken.push(one);
        }
        Ok(taken)
    }

    async fn email(&mut self, store: &Sqlite) -> Result<String> {
        let id = self.people[self.people.len() / 2].0.clone();
        let key = [RecordKey::new(Entity::Contact, id)];
        let record = store.records(&self.tenant, &key).await?.pop().context("a contact")?;
        Ok(record.fields["email"].as_str().unwrap_or_default().to_owned())
    }

    fn text(&mut self, words: usize) -> String {
        let words: Vec<String> = (0..words).map(|_| self.word()).collect();
        words.join(" ")
    }

    /// A word, of which the first are the most frequent.
    fn word(&mut self) -> String {
        let rank = self.random.below(VOCABULARY);
        let rank = rank * self.random.below(VOCABULARY) / VOCABULARY;
        self.words[rank].clone()
    }

    fn id(&mut self) -> String {
        const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        (0..20).map(|_| char::from(LETTERS[self.random.below(LETTERS.len())])).collect()
    }
}

/// The ids of the custom fields.
const TIER: &str = "tIeR5dKq0Zr8mXw2Lb7c";
const RENEWAL: &str = "rEnW3hTz9Vn1kPq6Yd4s";
const SEATS: &str = "sEaT8jGf2Bx5rMc0Wn3u";

/// What automations ask: whom to write to, about what.
const SEGMENTS: [(&str, &str); 6] = [
    (
        "clients without a message for a while, 500 of them",
        "SELECT c.id, c.name, c.email FROM contact_tags AS t JOIN contacts AS c ON c.id = t.contact_id
         WHERE t.tag = 'vip' AND c.dnd = 0 AND NOT EXISTS (SELECT 1 FROM messages AS m
             WHERE m.contact_id = c.id AND m.created_at >= '2026-03-01') LIMIT 500",
    ),
    (
        "clients of a city, 500 of them",
        "SELECT c.id, c.phone FROM contact_tags AS t JOIN contacts AS c ON c.id = t.contact_id
         WHERE t.tag = 'client' AND c.city = 'Marfa' AND c.dnd = 0 LIMIT 500",
    ),
    (
        "renewals of a week, 500 of them",
        "SELECT contact_id, value FROM contact_fields
         WHERE field = 'Renewal' AND value BETWEEN '2026-06-01' AND '2026-06-07' LIMIT 500",
    ),
    (
        "how many have a tag",
        "SELECT count(*) FROM contact_tags WHERE tag = 'vip'",
    ),
    (
        "the messages of a contact",
        "SELECT id, body FROM messages WHERE contact_id = (SELECT id FROM contacts LIMIT 1)",
    ),
    (
        "how many contacts each city has",
        "SELECT city, count(*) FROM contacts GROUP BY city",
    ),
];

async fn segments(store: &Sqlite) -> Result<Vec<Taken>> {
    let mut taken = Vec::new();
    for (name, sql) in SEGMENTS {
        let mut one = Taken { name: format!("query {name}"), times: vec![], found: 0 };
        for _ in 0..5 {
            let query = Query {
                realm: Realm::Organization(OrganizationId::new("default")),
                sql: sql.to_owned(),
                parameters: vec![],
                limits: QueryLimits { time: Duration::from_secs(600), ..QueryLimits::default() },
            };
            let begun = Instant::now();
            one.found = store.query(query).await?.rows.len();
            one.times.push(begun.elapsed());
        }
        one.times.sort();
        taken.push(one);
    }
    Ok(taken)
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
