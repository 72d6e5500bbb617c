//! The mapping file: what each preset means, what mistakes say, and what filling in changes.

use clap::ValueEnum as _;
use connectors::notion::{
    rows::Holds,
    tables::{ReadyColumn, ReadyTable},
};
use domain::OnDelete;

use super::*;

fn parse(text: &str) -> MappingFile {
    MappingFile::parse(text).unwrap()
}

fn mappings(text: &str) -> Vec<Mapping> {
    parse(text).mappings(&OrganizationId::new("default"))
}

/// A small file whose only field ends with this.
fn with_field(rest: &str) -> String {
    format!(
        "# one\n[mappings.people]\nrecord = \"contact\"\nwith = \"notion\"\ntable = \"\"\nfields = [\n    \
         {{ field = \"name\", column = \"Name\", type = \"title\", direction = \"from_crm\" }},\n    {rest}\n]\n"
    )
}

#[test]
fn every_preset_is_a_mapping_file() {
    for preset in Preset::value_variants() {
        let mappings = mappings(preset.text());
        assert!(!mappings.is_empty(), "{preset:?}");
        for mapping in mappings.into_iter().filter(|one| one.vendor != application::NAME) {
            assert_eq!((mapping.vendor.as_str(), mapping.skew_seconds), ("notion", 60));
            assert!(mapping.table.is_empty() && mapping.account.is_none(), "{}", mapping.name);
            assert_eq!(mapping.settings[KEY_COLUMN], "HighLevel ID");
            assert!(wanted(&mapping).iter().any(|column| column.kind == "title"));
        }
    }
}

#[test]
fn the_reference_has_people_and_deals_both_ways_and_the_summary_one_way() {
    let both = mappings(Preset::Reference.text());
    let [people, deals] = both.as_slice() else { panic!("{}", both.len()) };
    assert_eq!((people.entity, deals.entity), (Entity::Contact, Entity::Opportunity));
    let tags = people.fields.iter().find(|field| field.field == "tags").unwrap();
    assert_eq!((tags.kind, tags.wins), (ValueKind::List, Wins::Union));
    assert_eq!(people.settings["type.Added"], "date");
    assert_eq!(deals.settings["options.Status"], "open,won,lost,abandoned");
    let summary = mappings(Preset::Summary.text()).remove(0);
    assert_eq!((summary.direction, summary.on_delete), (Direction::FromCrm, OnDelete::Remove));
    assert!(summary.effective_fields().iter().all(|field| !field.direction.reaches_crm()));
    let partners = mappings(Preset::Partners.text()).remove(0);
    assert_eq!(partners.only.pipelines, ["Partners"]);
}

#[test]
fn an_application_has_the_usual_table_of_who_wins() {
    let people = mappings(Preset::Application.text()).remove(0);
    assert_eq!((people.vendor.as_str(), people.skew_seconds), (application::NAME, 5));
    let field = |name: &str| people.fields.iter().find(|field| field.field == name).unwrap();
    for name in ["first_name", "last_name", "email", "phone"] {
        assert_eq!(field(name).wins, Wins::Crm, "{name}");
    }
    assert_eq!((field("tags").wins, field("city").wins), (Wins::Union, Wins::LastWrite));
    let crm_id = field("id");
    assert_eq!((crm_id.column.as_str(), crm_id.direction), ("crm_id", Direction::FromCrm));
    assert_eq!(field("custom_fields.ai_*").direction, Direction::FromCrm);
    assert!(people.maps_column("custom_fields.Plan") && !people.maps_column("e-mail"));
    let without = Preset::Application.text().replace("connection = \"con_…\"\n", "");
    let mistake = MappingFile::parse(&without).unwrap_err();
    assert!(mistake.hint.contains("connect application"), "{mistake:?}");
}

#[test]
fn a_mistake_says_its_line_and_what_to_do() {
    let mail = "{ field = \"email\", column = \"Mail\", type = \"email\" },";
    for (text, line, what, hint) in [
        (with_field("{ field = \"mail\", column = \"Mail\" },"), 8, "`mail` is no field", "email"),
        (with_field("{ field = \"email\", column = \"Name\" },"), 8, "named twice", "of its own"),
        (
            with_field("{ field = \"email\", column = \"Mail\", type = \"mail\" },"),
            8,
            "`mail` is no type",
            "title, text",
        ),
        (
            with_field("{ field = \"company\", column = \"Company\" },"),
            8,
            "set by the CRM alone",
            "from_crm",
        ),
        (
            with_field("{ field = \"city\", column = \"City\", wins = \"union\" },"),
            8,
            "is no list",
            "last_write",
        ),
        (with_field("{ field = \"email\", colum = \"Mail\" },"), 8, "unknown field", "--preset"),
        (with_field("{ field = \"email\", column = \"\" },"), 8, "a column has a name", "--preset"),
        (
            with_field(mail).replace("\"title\"", "\"text\""),
            2,
            "one column of the type title",
            "exactly",
        ),
        (with_field(mail).replace("\"contact\"", "\"note\""), 3, "`note` is no record", "--preset"),
        (
            with_field(mail).replace("[mappings.people]", "[mappings.Peo-ple]"),
            2,
            "no name",
            "small",
        ),
        (with_field(mail).replace("with = ", "whit = "), 4, "unknown field `whit`", "--preset"),
        (with_field("not toml"), 8, "", "--preset"),
    ] {
        let mistake = MappingFile::parse(&text).unwrap_err();
        assert_eq!(mistake.line, line, "{mistake:?} of\n{text}");
        assert!(mistake.what.contains(what), "{mistake:?}");
        assert!(mistake.hint.contains(hint), "{mistake:?}");
    }
}

#[test]
fn a_custom_field_needs_a_name_only() {
    let mapping =
        mappings(&with_field("{ field = \"custom_fields.Plan\", column = \"Plan\" },")).remove(0);
    assert_eq!(mapping.fields[1].field, "custom_fields.Plan");
    let nameless = with_field("{ field = \"custom_fields.\", column = \"Plan\" },");
    assert!(MappingFile::parse(&nameless).is_err());
}

#[test]
fn what_is_learned_is_written_in_its_place_and_nothing_else_changes() {
    let text = Preset::Reference.text();
    let file = parse(text);
    let column = |holds: Holds, id: &str| ReadyColumn {
        holds,
        name: "whatever".to_owned(),
        id: id.to_owned(),
    };
    let ready = ReadyTable {
        data_source: "ds-1".to_owned(),
        made: true,
        columns: vec![
            column(Holds::Column("Email".to_owned()), "%3AUPp"),
            column(Holds::Key, "k\"1"),
        ],
        added: Vec::new(),
        findings: Vec::new(),
    };
    let filled = file.filled(&[("contacts".to_owned(), ready.clone())]);
    let expected = text
        .replacen("table = \"\"", "table = \"ds-1\"", 1)
        .replacen("column = \"Email\"", "column = { name = \"Email\", id = \"%3AUPp\" }", 1)
        .replacen("key = \"HighLevel ID\"", "key = { name = \"HighLevel ID\", id = 'k\"1' }", 1);
    assert_eq!(filled, expected);
    let again = parse(&filled);
    assert_eq!(again.filled(&[("contacts".to_owned(), ready)]), filled);
    let mapping = again.mappings(&OrganizationId::new("default")).remove(0);
    assert_eq!((mapping.table.as_str(), &mapping.settings["id.Email"][..]), ("ds-1", "%3AUPp"));
    let tables = again.notion_tables();
    assert_eq!((tables[0].data_source(), tables[1].data_source()), (Some("ds-1"), None));
    assert_eq!(tables[0].title, "HighLevel contacts");
}
