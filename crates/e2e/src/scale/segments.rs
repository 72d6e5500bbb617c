//! What automations ask a mirror.

use std::time::{Duration, Instant};

use anyhow::Result;
use domain::{OrganizationId, Queries, Query, QueryLimits, Realm};
use store::Sqlite;

use super::Taken;

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

/// Asks each of them, five times.
pub(super) async fn ask(store: &Sqlite) -> Result<Vec<Taken>> {
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
