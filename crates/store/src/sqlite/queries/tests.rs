//! What queries and searches find, and what nobody reaches with them.

use std::time::Duration;

use domain::{
    Applied, Change, Entity, FieldChange, Fields, LaneStep, Mirror, Origin, Projection, Queries,
    Query, QueryAnswer, QueryCut, QueryError, QueryLimits, Realm, Record, RecordKey, RecordTest,
    Sequence, Tenant, WordSearch,
    contract::sample::{at, clock, event_id, record, tenant},
};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::Sqlite;

/// A hub with rows of two organizations.
struct House {
    store: Sqlite,
    folder: TempDir,
}

fn row(owner: &Tenant, entity: Entity, id: &str, fields: Value) -> Record {
    let fields: Fields = serde_json::from_value(fields).unwrap();
    Record { key: RecordKey::new(entity, id), fields, ..record(owner, id, 1) }
}

impl House {
    async fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let store = Sqlite::open(folder.path(), clock()).unwrap();
        let house = Self { store, folder };
        let (alpha, beta) = (tenant("alpha"), tenant("beta"));
        let ada = json!({"name": "Ada Byron", "email": "Ada@example.com", "phone": "+15125550100",
            "tags": ["client", "vip"], "dnd": false, "assigned_to": "u1", "created_at":
            "2026-01-02T03:04:05.000Z", "custom_fields": {"f1": "Gold", "f9": ["x", "y"]}});
        let eve = json!({"first_name": "Eve", "last_name": "Moore", "dnd": true,
            "created_at": 1767323045000_i64});
        house
            .put(vec![
                row(&alpha, Entity::Contact, "c1", ada),
                row(&alpha, Entity::Contact, "c2", eve),
                row(&alpha, Entity::User, "u1", json!({"name": "Grace"})),
                row(&alpha, Entity::CustomField, "f1", json!({"name": "Tier"})),
                row(
                    &alpha,
                    Entity::Pipeline,
                    "p1",
                    json!({"name": "Sales", "stages":
                    [{"id": "s1", "name": "New"}, {"id": "s2", "name": "Offer"}]}),
                ),
                row(
                    &alpha,
                    Entity::Opportunity,
                    "o1",
                    json!({"name": "Laptop", "pipeline_id": "p1",
                    "stage_id": "s2", "contact_id": "c1", "value": 1200.5, "status": "open"}),
                ),
                row(
                    &beta,
                    Entity::Contact,
                    "b1",
                    json!({"name": "Secret of beta", "email":
                    "other@example.com", "tags": ["client"]}),
                ),
                Record {
                    deleted_at: Some(at(9)),
                    ..row(&alpha, Entity::Contact, "gone", json!({"name": "Gone"}))
                },
            ])
            .await;
        house
    }

    async fn put(&self, records: Vec<Record>) {
        self.put_with(records, Vec::new()).await;
    }

    async fn put_with(&self, records: Vec<Record>, changes: Vec<Change>) {
        let from = self.store.projected().await.unwrap();
        let lanes = LaneStep::default();
        let to = Sequence(from.0 + 1);
        let step = Projection { from, to, lanes, records, changes, ..Projection::default() };
        self.store.project(step).await.unwrap();
    }

    async fn ask(&self, realm: Realm, sql: &str) -> Result<QueryAnswer, QueryError> {
        self.within(realm, sql, QueryLimits::default()).await
    }

    async fn within(
        &self,
        realm: Realm,
        sql: &str,
        limits: QueryLimits,
    ) -> Result<QueryAnswer, QueryError> {
        let query = Query { realm, sql: sql.to_owned(), parameters: vec![], limits };
        self.store.query(query).await
    }

    /// What alpha finds.
    async fn found(&self, sql: &str) -> Vec<Vec<Value>> {
        self.ask(alpha(), sql).await.unwrap_or_else(|error| panic!("{sql}: {error}")).rows
    }
}

fn alpha() -> Realm {
    Realm::Organization(tenant("alpha").organization)
}

#[tokio::test]
async fn rows_have_the_names_of_the_crm() {
    let house = House::new().await;
    let people = house
        .found(
            "SELECT id, name, email, dnd, assigned_to_name, custom_fields, created_at, origin,
                 connection, account FROM contacts ORDER BY id",
        )
        .await;
    assert_eq!(people.len(), 2, "neither what is deleted nor what is another's");
    assert_eq!(
        people[0],
        [
            json!("c1"),
            json!("Ada Byron"),
            json!("Ada@example.com"),
            json!(0),
            json!("Grace"),
            json!(r#"{"Tier":"Gold","f9":["x","y"]}"#),
            json!("2026-01-02T03:04:05.000Z"),
            json!("webhook"),
            json!(tenant("alpha").connection.as_str()),
            json!("location-1"),
        ]
    );
    assert_eq!(people[1][1], json!("Eve Moore"));
    assert_eq!(house.found("SELECT COUNT(*) FROM \"Contacts\"").await, [[json!(2)]], "in any case");
    assert_eq!(people[1][6], json!("2026-01-02T03:04:05.000Z"), "milliseconds read the same");
    let deals = house.found("SELECT pipeline, stage, contact_name, value FROM opportunities").await;
    assert_eq!(deals, [[json!("Sales"), json!("Offer"), json!("Ada Byron"), json!(1200.5)]]);
    let tagged = house.found("SELECT contact_id FROM contact_tags WHERE tag = 'client'").await;
    assert_eq!(tagged, [[json!("c1")]]);
    let tiers = "SELECT contact_id, value FROM contact_fields WHERE field = 'Tier'";
    assert_eq!(house.found(tiers).await, [[json!("c1"), json!("Gold")]]);
    let gone = "SELECT entity, id, deleted_at FROM records WHERE deleted_at IS NOT NULL";
    assert_eq!(house.found(gone).await[0][..2], [json!("contact"), json!("gone")]);
}

/// Every view can be read whole, by every realm, and has the columns that it is said to have.
#[tokio::test]
async fn every_view_is_as_it_is_described() {
    let house = House::new().await;
    for view in house.store.views() {
        for realm in [alpha(), Realm::Installation, Realm::Connection(tenant("alpha")), nobody()] {
            let sql = format!("SELECT * FROM {}", view.name);
            let answer = house.ask(realm.clone(), &sql).await.unwrap();
            let names: Vec<&str> = view.columns.iter().map(|column| column.name).collect();
            assert_eq!(answer.columns, names, "{}", view.name);
            let counted = format!("SELECT count(*) FROM {}", view.name);
            assert!(house.ask(realm, &counted).await.is_ok(), "{counted}");
            assert!(view.columns.iter().all(|column| !column.about.is_empty()));
        }
    }
}

fn nobody() -> Realm {
    Realm::Organization(tenant("nobody").organization)
}

#[tokio::test]
async fn each_realm_sees_its_own() {
    let house = House::new().await;
    let count = async |realm| {
        let counted = house.ask(realm, "SELECT count(*) FROM contacts").await.unwrap();
        counted.rows[0][0].as_i64().unwrap()
    };
    assert_eq!(count(alpha()).await, 2);
    assert_eq!(count(Realm::Connection(tenant("beta"))).await, 1);
    assert_eq!(count(Realm::Installation).await, 3);
    assert_eq!(count(nobody()).await, 0);
    let quoted = Realm::Organization(domain::OrganizationId::new("alpha' OR 1 --"));
    assert_eq!(count(quoted).await, 0);
}

/// What somebody would try who wants more than the views.
const HOSTILE: &[&str] = &[
    "SELECT * FROM mirrored",
    "SELECT count(*) FROM main.mirrored",
    "SELECT 1 FROM main.shelf",
    "SELECT * FROM record",
    "SELECT fields FROM main.record",
    "SELECT * FROM credential",
    "SELECT * FROM main.api_key",
    "SELECT * FROM journal.journal",
    "SELECT * FROM alias",
    "SELECT * FROM record_text",
    "SELECT * FROM record_text WHERE record_text MATCH 'secret'",
    "SELECT * FROM record_text_docsize",
    "SELECT * FROM tag",
    "SELECT * FROM sqlite_schema",
    "SELECT sql FROM sqlite_master",
    "SELECT sql FROM temp.sqlite_master",
    "SELECT sql FROM sqlite_temp_schema",
    "SELECT * FROM pragma_table_info('mirrored')",
    "SELECT * FROM pragma_database_list",
    "SELECT * FROM dbstat",
    "PRAGMA query_only = 0",
    "PRAGMA database_list",
    "ATTACH DATABASE '/tmp/x' AS x",
    "DETACH DATABASE journal",
    "BEGIN",
    "SAVEPOINT x",
    "VACUUM",
    "VACUUM INTO '/tmp/x'",
    "ANALYZE",
    "REINDEX",
    "INSERT INTO main.tag VALUES (1, 'x', 1)",
    "UPDATE contacts SET name = 'x'",
    "DELETE FROM main.mirrored",
    "DELETE FROM main.mirrored RETURNING fields",
    "CREATE TABLE x (y)",
    "CREATE TEMP TABLE x AS SELECT 1",
    "CREATE TEMP VIEW x AS SELECT * FROM main.mirrored",
    "DROP VIEW contacts",
    "DROP TABLE main.mirrored",
    "SELECT load_extension('x')",
    "SELECT readfile('/etc/passwd')",
    "SELECT zeroblob(100000000)",
    "SELECT randomblob(1000)",
    "SELECT fts3_tokenizer('simple')",
    "SELECT sqlite_version()",
    "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n",
    // A name of its own for a part of the query must not pass for a view.
    "WITH contacts AS (SELECT * FROM main.mirrored) SELECT * FROM contacts",
    "WITH row AS (SELECT * FROM main.mirrored) SELECT * FROM row",
    "WITH contacts AS (SELECT count(*) AS n FROM main.mirrored) SELECT n FROM contacts",
    "WITH json_each AS (SELECT * FROM main.mirrored) SELECT * FROM json_each",
    "WITH \"\u{1}row\" AS (SELECT * FROM main.mirrored) SELECT * FROM \"\u{1}row\"",
    "SELECT * FROM \"\u{1}row\"",
    "SELECT * FROM (SELECT * FROM main.mirrored) AS contacts",
    "SELECT (SELECT fields FROM main.mirrored LIMIT 1) FROM contacts",
    "SELECT * FROM contacts AS c JOIN main.mirrored AS m ON m.id = c.id",
    "SELECT * FROM contacts UNION ALL SELECT * FROM main.mirrored",
    "SELECT 1 WHERE EXISTS (SELECT 1 FROM main.credential)",
    "SELECT id FROM contacts ORDER BY (SELECT fields FROM main.mirrored)",
    "SELECT 1; SELECT 2",
    "SELECT 1; DROP TABLE mirrored",
    "EXPLAIN SELECT * FROM contacts",
    "EXPLAIN QUERY PLAN SELECT * FROM contacts",
    "",
    "-- nothing",
    "SELECT \"misspelled\" FROM contacts",
];

#[tokio::test]
async fn nothing_but_the_views_is_reached() {
    let house = House::new().await;
    for sql in HOSTILE {
        for realm in [alpha(), Realm::Installation] {
            let refused = house.ask(realm, sql).await;
            let Err(QueryError::Refused(reason)) = &refused else { panic!("{sql}: {refused:?}") };
            assert!(!reason.contains('\u{1}') && reason.contains("; "), "{sql}: {reason}");
        }
    }
    assert_eq!(house.found("SELECT id FROM contacts").await.len(), 2, "all is still there");
}

/// However alpha asks, nothing of beta comes back.
#[tokio::test]
async fn nobody_finds_what_is_anothers() {
    let house = House::new().await;
    for sql in [
        "SELECT * FROM contacts WHERE 1 OR connection = 'beta-highlevel'",
        "SELECT * FROM records",
        "SELECT * FROM changes",
        "SELECT * FROM contact_tags",
        "SELECT * FROM contacts WHERE id = 'b1' OR email = 'other@example.com'",
        "SELECT * FROM contacts LEFT JOIN contact_tags USING (id) WHERE tag = 'client'",
        "SELECT json_group_array(fields) FROM records",
    ] {
        let Ok(answer) = house.ask(alpha(), sql).await else { continue };
        let text = json!(answer.rows).to_string();
        assert!(!text.contains("beta") && !text.contains("b1"), "{sql}: {text}");
    }
}

#[tokio::test]
async fn an_answer_is_cut_at_its_limits_and_a_bomb_is_stopped() {
    let house = House::new().await;
    let small = QueryLimits { rows: 1, ..QueryLimits::default() };
    let cut = house.within(alpha(), "SELECT id FROM contacts", small).await.unwrap();
    assert_eq!((cut.rows.len(), cut.cut), (1, Some(QueryCut::Rows)));
    let few = QueryLimits { bytes: 30, ..QueryLimits::default() };
    let cut = house.within(alpha(), "SELECT name FROM contacts", few).await.unwrap();
    assert_eq!((cut.rows.len(), cut.cut), (1, Some(QueryCut::Bytes)));
    let whole = QueryLimits { rows: 2, ..QueryLimits::default() };
    let all = house.within(alpha(), "SELECT id FROM contacts", whole).await.unwrap();
    assert_eq!((all.rows.len(), all.cut), (2, None));
    let long = "SELECT count(*) FROM records a, records b, records c, records d, records e,
                    records f, records g, records h, records i, records j, records k, records l";
    let short = QueryLimits { time: Duration::from_millis(50), ..QueryLimits::default() };
    for _ in 0..8 {
        let stopped = house.within(Realm::Installation, long, short).await;
        assert!(matches!(stopped, Err(QueryError::TooLong(_))), "{stopped:?}");
    }
    // The turns of those that were stopped are free again.
    assert_eq!(house.found("SELECT id FROM contacts").await.len(), 2);
    let large = "SELECT replace(hex(fields), 'A', printf('%.1000000c', 'x')) FROM records";
    let refused = house.ask(alpha(), large).await;
    assert!(matches!(refused, Ok(_) | Err(QueryError::Refused(_))), "{refused:?}");
}

#[tokio::test]
async fn parameters_are_values_and_never_words_of_the_query() {
    let house = House::new().await;
    let ask = async |parameters: Vec<Value>| {
        let sql = "SELECT id FROM contacts WHERE email = ?1 AND dnd = ?2".to_owned();
        let query = Query { realm: alpha(), sql, parameters, limits: QueryLimits::default() };
        house.store.query(query).await
    };
    let found = ask(vec![json!("ada@example.com"), json!(false)]).await.unwrap();
    assert_eq!(found.rows, [[json!("c1")]]);
    assert!(ask(vec![json!("' OR 1 --"), json!(0)]).await.unwrap().rows.is_empty());
    assert!(matches!(ask(vec![json!("one")]).await, Err(QueryError::Refused(_))));
}

#[tokio::test]
async fn a_condition_holds_of_a_record_or_does_not() {
    let house = House::new().await;
    let holds = async |id: &str, condition: &str| {
        let key = RecordKey::new(Entity::Contact, id);
        let condition = condition.to_owned();
        house.store.holds(RecordTest { tenant: tenant("alpha"), key, condition }).await
    };
    let is_client = "EXISTS (SELECT 1 FROM json_each(tags) WHERE value = 'client') -- clients";
    assert!(holds("c1", is_client).await.unwrap());
    assert!(!holds("c2", is_client).await.unwrap());
    assert!(!holds("b1", "1").await.unwrap(), "another's record");
    assert!(!holds("gone", "1").await.unwrap());
    assert!(holds("c1", "misspelled = 1").await.is_err());
    let key = RecordKey::new(Entity::App, "a");
    let test = RecordTest { tenant: tenant("alpha"), key, condition: "1".to_owned() };
    assert!(matches!(house.store.holds(test).await, Err(QueryError::Refused(_))));
}

#[tokio::test]
async fn changes_tell_what_was_before_and_after() {
    let house = House::new().await;
    let owner = tenant("alpha");
    let first = Record {
        origin: Origin::Backfill,
        event: event_id(5),
        ..row(&owner, Entity::Contact, "c5", json!({"name": "New"}))
    };
    let change = |number, version, applied, (before, after): (Value, Value)| Change {
        event: event_id(number),
        tenant: owner.clone(),
        key: first.key.clone(),
        applied,
        version,
        fields: [("name".to_owned(), FieldChange { before, after })].into(),
        found: (version > 1).then(|| event_id(number - 1)),
    };
    let made = change(5, 1, Applied::Created, (Value::Null, json!("New")));
    house.put_with(vec![first.clone()], vec![made.clone()]).await;
    let told = "SELECT what, version, json_extract(fields, '$.name.after') FROM changes
                WHERE record_id = 'c5' ORDER BY version";
    assert_eq!(house.found(told).await, [[json!("created"), json!(1), json!("New")]]);
    assert_eq!(house.store.changes(&[event_id(5)]).await.unwrap().len(), 1);
    let renamed = change(6, 2, Applied::Updated, (json!("New"), json!("Newer")));
    let second = Record {
        version: 2,
        event: event_id(6),
        origin: Origin::Webhook,
        ..row(&owner, Entity::Contact, "c5", json!({"name": "Newer"}))
    };
    house.put_with(vec![second], vec![renamed.clone()]).await;
    assert_eq!(house.store.changes(&[event_id(5)]).await.unwrap(), [made], "it is kept");
    assert_eq!(house.store.changes(&[event_id(6)]).await.unwrap(), [renamed]);
    let both = house.found(told).await;
    assert_eq!(both.len(), 2);
    assert_eq!(both[1][2], json!("Newer"));
}

#[tokio::test]
async fn records_are_found_by_their_words_as_they_are_now() {
    let house = House::new().await;
    let (alpha_tenant, beta) = (tenant("alpha"), tenant("beta"));
    let message = |id: &str, seconds, body: &str| Record {
        occurred_at: at(seconds),
        ..row(&alpha_tenant, Entity::Message, id, json!({"body": body}))
    };
    house
        .put(vec![
            message("m1", 1, "Your invoice is <b>overdue</b>, Ada"),
            message("m2", 2, "Zoë asks about the café"),
            message("m3", 3, "another invoice"),
            row(&alpha_tenant, Entity::Note, "n1", json!({"body": "Ada wants an invoice"})),
            row(&beta, Entity::Message, "mb", json!({"body": "the invoice of beta"})),
        ])
        .await;
    let search = async |words: &str, entities: &[Entity]| {
        let (words, entities) = (words.to_owned(), entities.to_vec());
        let search = WordSearch { realm: alpha(), words, entities, limit: 10 };
        let found = house.store.search(search).await?;
        Ok::<_, QueryError>(found.into_iter().map(|one| one.key.id).collect::<Vec<_>>())
    };
    assert_eq!(search("invoice", &[]).await.unwrap(), ["n1", "m3", "m1"]);
    assert_eq!(search("ada", &[]).await.unwrap(), ["c1", "n1", "m1"]);
    assert_eq!(search("zoe cafe", &[]).await.unwrap(), ["m2"]);
    assert_eq!(search("invo*", &[Entity::Message]).await.unwrap(), ["m3", "m1"]);
    assert_eq!(search("\"invoice is\"", &[]).await.unwrap(), ["m1"]);
    assert_eq!(search("ada@example.com", &[]).await.unwrap(), ["c1"]);
    assert_eq!(search("+15125550100", &[]).await.unwrap(), ["c1"]);
    assert!(search("b", &[]).await.unwrap().is_empty(), "a tag of HTML is no word");
    for odd in ["OR invoice", "NOT", "inv\"oice", "text: x", "(", "invoice)"] {
        let found = search(odd, &[]).await;
        assert!(matches!(found, Ok(_) | Err(QueryError::Refused(_))), "{odd}: {found:?}");
    }
    assert!(matches!(search(" - \"", &[]).await, Err(QueryError::Refused(_))));
    assert!(matches!(search("x", &[Entity::Task]).await, Err(QueryError::Refused(_))));
    let renamed = row(&alpha_tenant, Entity::Contact, "c1", json!({"name": "Augusta King"}));
    let gone = Record { deleted_at: Some(at(9)), ..message("m3", 3, "another invoice") };
    house.put(vec![Record { version: 2, ..renamed }, gone, message("m1", 4, "paid")]).await;
    assert_eq!(search("ada", &[]).await.unwrap(), ["n1"]);
    assert_eq!(search("augusta", &[]).await.unwrap(), ["c1"]);
    assert_eq!(search("invoice", &[]).await.unwrap(), ["n1"]);
    assert!(house.found("SELECT tag FROM contact_tags").await.is_empty(), "tags follow too");
}

/// What is said to be quick goes through an index, also where it is compared with another column.
#[tokio::test]
async fn what_people_look_for_is_found_at_once() {
    let house = House::new().await;
    let Ok(connection) = super::open_alone(house.folder.path()) else { panic!("open the state") };
    let journal = house.folder.path().join("journal.db");
    let attach = "ATTACH DATABASE ?1 AS journal";
    connection.execute(attach, [journal.to_string_lossy()]).unwrap();
    let shelves = super::Shelves::of(&connection, &alpha()).unwrap();
    let names = house.store.views().iter().map(|view| view.name).collect::<Vec<_>>().join(" ");
    super::views::make(&connection, &alpha(), &shelves, &names).unwrap();
    for (sql, ways) in [
        (
            "SELECT id FROM contacts WHERE email = 'x'",
            &["mirrored_email (shelf=? AND email=?)"][..],
        ),
        ("SELECT id FROM contacts WHERE phone = 'x'", &["mirrored_phone (shelf=? AND phone=?)"]),
        ("SELECT * FROM contacts WHERE id = 'x'", &["mirrored_1 (shelf=? AND id=?)"]),
        ("SELECT * FROM records WHERE id = 'x'", &["mirrored_1 (shelf=? AND id=?)"]),
        (
            "SELECT c.name, (SELECT max(created_at) FROM messages WHERE contact_id = c.id)
             FROM contact_tags AS t JOIN contacts AS c ON c.id = t.contact_id WHERE t.tag = 'x'",
            &[
                "main.tag USING PRIMARY KEY (shelf=? AND tag=?)",
                "mirrored_1 (shelf=? AND id=?)",
                "mirrored_contact (shelf=? AND contact_id=?)",
            ],
        ),
    ] {
        let mut statement = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let steps = statement.query_map([], |row| row.get::<_, String>(3)).unwrap();
        let plan: String = steps.map(Result::unwrap).collect::<Vec<_>>().join("\n");
        assert!(ways.iter().all(|way| plan.contains(way)), "{sql}\n{plan}");
    }
}
