//! Finds rows of the mirror by a query: through an index where one fits, otherwise by looking at a
//! bounded number of them.

use domain::{Record, RecordCondition, RecordKey, RecordPage, RecordPlace, RecordQuery};
use jiff::Timestamp;
use rusqlite::{Connection, Row, ToSql};

use crate::sqlite::row;

/// How many rows are looked at for one page: what one reading may take of the store's time.
const LOOKED_AT: usize = 2_000;

/// The rows that a query asks for.
pub(super) fn find(connection: &Connection, query: &RecordQuery) -> rusqlite::Result<RecordPage> {
    let (index, condition, wanted) = way(&query.conditions);
    let sql = format!(
        "SELECT id, version, occurred_at, event, json(fields), account, origin, first_seen_at,
             last_seen_at
         FROM mirrored INDEXED BY {index} LEFT JOIN site ON site.number = mirrored.site
         WHERE shelf = (SELECT number FROM shelf
                 WHERE organization = ?1 AND connection = ?2 AND entity = ?3)
             AND deleted_at IS NULL AND (occurred_at, id) > (?4, ?5) {condition}
         ORDER BY occurred_at, id"
    );
    let begin = begin(query);
    let place = (
        query.tenant.organization.as_str(),
        query.tenant.connection.as_str(),
        query.entity.name(),
        begin.occurred_at.as_microsecond(),
    );
    let mut parameters: Vec<&dyn ToSql> = vec![&place.0, &place.1, &place.2, &place.3, &begin.id];
    parameters.extend(wanted.as_ref().map(|wanted| wanted as &dyn ToSql));
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query(parameters.as_slice())?;
    let (mut page, mut looked_at, mut last) = (RecordPage::default(), 0, None);
    while let Some(row) = rows.next()? {
        if page.records.len() == query.limit || looked_at == LOOKED_AT {
            page.next = last;
            break;
        }
        let record = record(query, row)?;
        looked_at += 1;
        last = Some(RecordPlace::of(&record));
        if query.holds(&record.fields) {
            page.records.push(record);
        }
    }
    Ok(page)
}

/// The index by which few rows are looked at, with its condition in SQL. The planner knows no
/// numbers of rows, so it is told.
fn way(conditions: &[RecordCondition]) -> (&'static str, &'static str, Option<String>) {
    let narrow = |condition: &RecordCondition| match condition {
        RecordCondition::IsLike("email", wanted) => {
            Some(("mirrored_email", "AND email = ?6", Some(wanted.clone())))
        }
        RecordCondition::Is("phone", wanted) => {
            Some(("mirrored_phone", "AND phone = ?6", Some(wanted.clone())))
        }
        RecordCondition::Is("contact_id", wanted) => {
            Some(("mirrored_contact", "AND contact_id = ?6", Some(wanted.clone())))
        }
        _ => None,
    };
    conditions.iter().find_map(narrow).unwrap_or(("mirrored_change", "", None))
}

/// Behind which place the rows are that are asked for. No id is empty, so the place of a moment
/// stands before all rows of that moment.
fn begin(query: &RecordQuery) -> RecordPlace {
    let moment = |occurred_at| RecordPlace { occurred_at, id: String::new() };
    let since = moment(query.since.unwrap_or(Timestamp::MIN));
    query.after.clone().map_or(since.clone(), |after| after.max(since))
}

fn record(query: &RecordQuery, row: &Row<'_>) -> rusqlite::Result<Record> {
    Ok(Record {
        tenant: query.tenant.clone(),
        key: RecordKey::new(query.entity, row.get::<_, String>(0)?),
        version: row.get::<_, i64>(1)? as u64,
        occurred_at: row::timestamp(row, 2)?,
        deleted_at: None,
        event: row::event_id(row, 3)?,
        fields: row::json(row, 4)?,
        account: row.get(5)?,
        origin: row::parsed(row, 6)?,
        first_seen_at: row::timestamp(row, 7)?,
        last_seen_at: row::timestamp(row, 8)?,
    })
}
