//! What comes in as events bring it: new messages, and contacts that change.

use anyhow::{Context, Result};
use domain::{Entity, Mirror, Origin, Record, RecordKey};
use serde_json::json;
use store::Sqlite;

use super::{
    cost::{Cost, Meter},
    maker::{CITIES, Maker, TAGS},
};

/// How many rows one transaction takes.
const AT_ONCE: usize = 64;

/// How many rows come in a turn.
const ROWS: usize = 8_000;

/// What came in, turn by turn.
#[derive(Clone, Debug, Default)]
pub struct Live {
    turns: Vec<Cost>,
}

impl Live {
    pub(super) fn add(&mut self, turn: Cost) {
        self.turns.push(turn);
    }

    /// The turn in the middle, by a figure of turns.
    #[must_use]
    pub fn median(&self, figure: impl Fn(&Cost) -> f64) -> f64 {
        let mut figures: Vec<f64> = self.turns.iter().map(figure).collect();
        figures.sort_by(f64::total_cmp);
        figures.get(figures.len() / 2).copied().unwrap_or_default()
    }
}

/// One turn: what its rows cost, from the moment at which all of them are made up.
pub(super) async fn take_in(maker: &mut Maker, store: &Sqlite) -> Result<Cost> {
    maker.go_on(store).await?;
    let mut batches = Vec::new();
    for _ in 0..ROWS / AT_ONCE {
        let mut batch = Vec::new();
        for index in 0..AT_ONCE {
            let mut record = match index % 3 {
                0 => changed_contact(maker, store).await?,
                _ => maker.next_message(),
            };
            record.origin = Origin::Webhook;
            batch.push(record);
        }
        batches.push(batch);
    }
    let meter = Meter::start();
    let rows = batches.iter().map(Vec::len).sum();
    for batch in batches {
        maker.put(store, batch).await?;
    }
    Ok(meter.stop(rows))
}

async fn changed_contact(maker: &mut Maker, store: &Sqlite) -> Result<Record> {
    let key = [RecordKey::new(Entity::Contact, maker.any_contact())];
    let mut record = store.records(&maker.tenant, &key).await?.pop().context("a contact")?;
    record.event = maker.event();
    record.version += 1;
    let value = match maker.random.below(3) {
        0 => ("last_name", maker.word().into()),
        1 => ("tags", json!(["client", TAGS[maker.random.below(TAGS.len())]])),
        _ => ("city", CITIES[maker.random.below(CITIES.len())].into()),
    };
    record.fields.insert(value.0.to_owned(), value.1);
    Ok(record)
}
