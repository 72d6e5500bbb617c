//! Linking against a CRM and a counterpart in memory.

mod sides;

use domain::{
    Memory, OrganizationId,
    contract::sample::{action, clock, mapping},
};
use serde_json::json;

use self::sides::{People, Table};
use super::*;

struct Bench {
    store: Memory,
    people: Arc<People>,
    table: Arc<Table>,
    mapping: Mapping,
}

impl Bench {
    fn new() -> Self {
        let (people, table) = (Arc::default(), Arc::default());
        Self { store: Memory::new(clock()), people, table, mapping: mapping("alpha") }
    }

    /// A stage that knows nothing but what is stored, as after a start.
    fn stage(&self) -> Linking<Memory> {
        let counterpart: Arc<dyn Counterpart> = Arc::clone(&self.table) as _;
        Linking::new(LinkingParts {
            store: self.store.clone(),
            crm: Arc::clone(&self.people) as _,
            counterparts: [(self.mapping.counterpart.clone(), counterpart)].into(),
            mappings: [self.mapping.clone()].into(),
            queries: None,
            clock: clock(),
        })
    }

    async fn of_record(&self, id: &str) -> Result<Receipt, Failure> {
        self.apply(SyncLink {
            mapping: self.mapping.name.clone(),
            record: Some(id.to_owned()),
            row: None,
        })
        .await
    }

    async fn of_row(&self, row: Row) -> Result<Receipt, Failure> {
        let (mapping, record) = (self.mapping.name.clone(), row.record.clone());
        self.apply(SyncLink { mapping, record, row: Some(row) }).await
    }

    async fn apply(&self, pair: SyncLink) -> Result<Receipt, Failure> {
        let action = Action { intent: Intent::SyncLink(pair), ..action(1, "mapping", "lane") };
        self.stage().apply(&action).await
    }

    async fn link(&self, end: LinkEnd<'_>) -> Option<Link> {
        let alpha = OrganizationId::new("alpha");
        self.store.link(&alpha, &self.mapping.name, end).await.unwrap()
    }

    fn ada(&self) {
        self.people.edit("c1", |contact| {
            contact.emails = vec!["ada@example.com".to_owned()];
            contact.first_name = Some("Ada".to_owned());
            contact.tags = ["VIP".to_owned()].into();
        });
    }

    fn writes(&self) -> (usize, usize) {
        (self.people.state().writes, self.table.state().writes)
    }

    fn row(&self, id: &str) -> Row {
        self.table.state().rows[id].clone()
    }
}

#[tokio::test]
async fn a_record_gets_one_row_and_an_unchanged_one_costs_nothing() {
    let bench = Bench::new();
    bench.ada();
    for _ in 0..3 {
        bench.of_record("c1").await.unwrap();
    }
    assert_eq!(bench.writes(), (0, 1));
    let row = bench.row("row-1");
    assert_eq!(
        (&row.fields["E-mail"], &row.fields["Tags"]),
        (&json!("ada@example.com"), &json!(["VIP"]))
    );
    assert_eq!(row.record.as_deref(), Some("c1"));
    let link = bench.link(LinkEnd::Row("row-1")).await.unwrap();
    assert_eq!((link.record.as_deref(), link.standing), (Some("c1"), LinkStanding::Live));
}

#[tokio::test]
async fn an_edit_on_either_side_reaches_the_other_and_its_echo_ends() {
    let bench = Bench::new();
    bench.ada();
    bench.of_record("c1").await.unwrap();
    bench.people.edit("c1", |contact| contact.first_name = Some("Augusta".to_owned()));
    bench.of_record("c1").await.unwrap();
    assert_eq!(bench.row("row-1").fields["First name"], json!("Augusta"));
    bench.of_row(bench.row("row-1")).await.unwrap();
    assert_eq!(bench.writes(), (0, 2), "the echo of our own write is no edit");

    let edited = bench.table.edit("row-1", &[("Tags", json!(["VIP", "new"]))]);
    bench.of_row(edited).await.unwrap();
    assert_eq!(bench.people.state().contacts["c1"].tags.len(), 2);
    bench.of_record("c1").await.unwrap();
    assert_eq!(bench.writes(), (1, 2));
}

#[tokio::test]
async fn both_edit_and_what_is_lost_is_noted() {
    let bench = Bench::new();
    bench.ada();
    bench.of_record("c1").await.unwrap();
    bench.people.edit("c1", |contact| contact.first_name = Some("Augusta".to_owned()));
    bench.people.state().clock += 10_000;
    bench.people.edit("c1", |contact| contact.tags.insert("crm".to_owned()).then_some(()).unwrap());
    let edited = bench.table.edit("row-1", &[("First name", json!("Adelaide"))]);
    bench.of_row(edited).await.unwrap();
    assert_eq!(bench.row("row-1").fields["First name"], json!("Augusta"), "it was later");
    let alpha = OrganizationId::new("alpha");
    let noted = bench.store.conflicts(&alpha, None, None, 9).await.unwrap();
    assert_eq!(noted.len(), 1);
    assert_eq!((noted[0].record.as_deref(), &noted[0].field.row), (Some("c1"), &json!("Adelaide")));
}

#[tokio::test]
async fn a_new_row_becomes_one_contact_and_is_told_which() {
    let mut bench = Bench::new();
    bench.mapping.settings.insert("source".to_owned(), "rows".to_owned());
    let row = bench
        .table
        .edit("new", &[("E-mail", json!("eve@example.com")), ("First name", json!("Eve"))]);
    bench.of_row(row.clone()).await.unwrap();
    bench.of_row(row).await.unwrap();
    let made = bench.people.state().contacts["made-1"].clone();
    assert_eq!((made.first_name.as_deref(), made.source.as_deref()), (Some("Eve"), Some("rows")));
    assert_eq!(bench.row("new").record.as_deref(), Some("made-1"));
    assert_eq!(bench.writes(), (1, 1));
}

#[tokio::test]
async fn a_row_of_a_known_person_is_merged_and_not_written_over() {
    let bench = Bench::new();
    bench.ada();
    bench.people.state().clock += 10_000;
    bench.ada();
    let row = bench.table.edit(
        "new",
        &[("E-mail", json!("ada@example.com")), ("First name", json!("A.")), ("Tags", json!([]))],
    );
    bench.of_row(row).await.unwrap();
    let ada = bench.people.state().contacts["c1"].clone();
    assert_eq!(ada.first_name.as_deref(), Some("Ada"), "what a person typed later stays");
    assert_eq!(bench.row("new").fields["First name"], json!("Ada"));
    assert_eq!(bench.people.state().contacts.len(), 1);
}

#[tokio::test]
async fn a_row_without_an_address_is_refused_until_it_has_one() {
    let bench = Bench::new();
    let row = bench.table.edit("new", &[("First name", json!("Eve"))]);
    bench.of_row(row).await.unwrap();
    let link = bench.link(LinkEnd::Row("new")).await.unwrap();
    let LinkStanding::Refused { reason } = link.standing else { panic!("{:?}", link.standing) };
    assert!(reason.contains("fill in one of them"), "{reason}");
    let row = bench.table.edit("new", &[("E-mail", json!("eve@example.com"))]);
    bench.of_row(row).await.unwrap();
    let link = bench.link(LinkEnd::Row("new")).await.unwrap();
    assert_eq!((link.standing, bench.people.state().contacts.len()), (LinkStanding::Live, 1));
}

#[tokio::test]
async fn lost_replies_make_nothing_twice() {
    let bench = Bench::new();
    bench.ada();
    bench.table.state().lost = 1;
    let failure = bench.of_record("c1").await.unwrap_err();
    assert!(failure.ambiguous);
    bench.of_record("c1").await.unwrap();
    assert_eq!(bench.table.state().rows.len(), 1, "the row was found again");

    bench.people.state().lost = 1;
    let row = bench.table.edit("new", &[("E-mail", json!("eve@example.com"))]);
    bench.of_row(row.clone()).await.unwrap_err();
    bench.of_row(row).await.unwrap();
    assert_eq!(bench.people.state().contacts.len(), 2, "Ada and Eve");
}

#[tokio::test]
async fn how_a_side_spells_a_value_is_no_edit() {
    let bench = Bench::new();
    bench.ada();
    bench.table.state().shouts = true;
    bench.of_record("c1").await.unwrap();
    let row = bench.row("row-1");
    assert_eq!(row.fields["First name"], json!("ADA"));
    bench.of_row(row).await.unwrap();
    assert_eq!(bench.people.state().contacts["c1"].first_name.as_deref(), Some("Ada"));
    assert_eq!(bench.writes(), (0, 1));
    let edited = bench.table.edit("row-1", &[("First name", json!("Eve"))]);
    bench.of_row(edited).await.unwrap();
    assert_eq!(bench.people.state().contacts["c1"].first_name.as_deref(), Some("Eve"));
}

#[tokio::test]
async fn what_is_gone_on_one_side_stays_on_the_other() {
    let mut bench = Bench::new();
    bench.ada();
    bench.of_record("c1").await.unwrap();
    let gone = Row { gone: true, ..bench.table.edit("row-1", &[]) };
    bench.of_row(gone).await.unwrap();
    bench.people.edit("c1", |contact| contact.first_name = Some("Augusta".to_owned()));
    bench.of_record("c1").await.unwrap();
    assert_eq!((bench.writes(), bench.table.state().rows.len()), ((0, 1), 1), "no other row");

    bench.mapping.on_delete = OnDelete::Remove;
    bench.people.edit("c2", |contact| contact.emails = vec!["eve@example.com".to_owned()]);
    bench.of_record("c2").await.unwrap();
    bench.people.state().contacts.remove("c2");
    bench.of_record("c2").await.unwrap();
    assert!(bench.row("row-2").gone);
    let link = bench.link(LinkEnd::Record("c2")).await.unwrap();
    assert_eq!(link.standing, LinkStanding::RecordGone);
}

#[tokio::test]
async fn only_what_the_mapping_means_has_a_row_and_leaves_it_in_peace() {
    let mut bench = Bench::new();
    bench.mapping.only.tags = vec!["partner".to_owned()];
    bench.ada();
    bench.of_record("c1").await.unwrap();
    assert_eq!((bench.writes(), bench.link(LinkEnd::Record("c1")).await), ((0, 0), None));
    bench
        .people
        .edit("c1", |contact| contact.tags.insert("Partner".to_owned()).then_some(()).unwrap());
    bench.of_record("c1").await.unwrap();
    bench.people.edit("c1", |contact| contact.tags.clear());
    bench.of_record("c1").await.unwrap();
    let link = bench.link(LinkEnd::Record("c1")).await.unwrap();
    assert_eq!((link.standing, bench.writes()), (LinkStanding::Left, (0, 1)));
}

#[tokio::test]
async fn ids_are_crossed_where_the_mapping_names_a_field() {
    let mut bench = Bench::new();
    let field = "custom_fields.Row id".to_owned();
    bench.mapping.settings.insert("row_id_field".to_owned(), field);
    bench.ada();
    for _ in 0..2 {
        bench.of_record("c1").await.unwrap();
    }
    let ada = bench.people.state().contacts["c1"].clone();
    assert_eq!(ada.custom_fields["Row id"], json!("row-1"));
    assert_eq!(bench.writes(), (1, 1));
    assert_eq!(bench.people.state().fields_asked_for, ["Row id"], "it is made where it is missing");
}

#[tokio::test]
async fn without_a_field_for_the_ids_the_rest_is_kept_equal() {
    let mut bench = Bench::new();
    let field = "custom_fields.Row id".to_owned();
    bench.mapping.settings.insert("row_id_field".to_owned(), field);
    bench.people.state().is_without_fields = true;
    bench.ada();
    bench.of_record("c1").await.unwrap();
    let ada = bench.people.state().contacts["c1"].clone();
    assert!(!ada.custom_fields.contains_key("Row id"));
    assert_eq!(bench.writes(), (0, 1), "the row was made");
}
