//! Tests of operations: each request compared with its wire form, each reply read from one.

use endpoint::Response;

use super::*;
use crate::{
    BlockId, Cursor, DataSourceId, DatabaseId, PageId, PropertyId, UserId,
    models::{BlockContent, Color, Parent, PropertySchema, PropertyValue, RichText, SelectOption},
};

const BASE: &str = "https://notion.test";

/// Method, address and body as one text.
fn wire<E: Endpoint>(operation: &E) -> String {
    let request = endpoint::encode(BASE, operation).unwrap();
    let path = request.url.strip_prefix(BASE).unwrap();
    let has_type = request
        .headers
        .iter()
        .any(|(name, value)| name == "content-type" && value == "application/json");
    assert_eq!(has_type, !request.body.is_empty());
    let body = String::from_utf8(request.body.to_vec()).unwrap();
    format!("{} {path} {body}", request.method)
}

fn read<E: Endpoint>(body: &'static str) -> E::Response {
    let response = Response { status: 200, headers: vec![], body: body.into() };
    endpoint::decode::<E>(response).unwrap()
}

fn data_source() -> DataSourceId {
    DataSourceId::new("248104cd-477e-80af-bc30-000bd28de8f9")
}

#[test]
fn create_database_sends_its_columns_in_their_order() {
    let status = vec![SelectOption::new("Won").unwrap().with_color(Color::Green)];
    let operation = CreateDatabase {
        parent: PageId::new("59833787-2cf9-4fdf-8782-e53db20768a5"),
        title: "Log".to_owned(),
        properties: vec![
            ("Name".to_owned(), PropertySchema::Title),
            ("Kind".to_owned(), PropertySchema::Select(status)),
            ("At".to_owned(), PropertySchema::Date),
            ("Id".to_owned(), PropertySchema::RichText),
        ],
    };
    assert_eq!(
        wire(&operation),
        concat!(
            r#"POST /v1/databases {"parent":{"type":"page_id","#,
            r#""page_id":"59833787-2cf9-4fdf-8782-e53db20768a5"},"#,
            r#""title":[{"type":"text","text":{"content":"Log"}}],"#,
            r#""initial_data_source":{"properties":{"Name":{"title":{}},"#,
            r#""Kind":{"select":{"options":[{"name":"Won","color":"green"}]}},"#,
            r#""At":{"date":{}},"Id":{"rich_text":{}}}}}"#
        )
    );
}

#[test]
fn a_database_names_its_data_sources() {
    let database = read::<CreateDatabase>(
        r#"{"object":"database","id":"248104cd-477e-80fd-b757-e945d38000bd","title":[{"type":"text",
        "text":{"content":"Log","link":null},"annotations":{"bold":false,"color":"default"},
        "plain_text":"Log","href":null}],"description":[],"parent":{"type":"page_id",
        "page_id":"59833787-2cf9-4fdf-8782-e53db20768a5"},"is_inline":false,"in_trash":false,
        "is_locked":false,"created_time":"2026-11-20T10:00:00.000Z",
        "last_edited_time":"2026-11-20T10:00:00.000Z","data_sources":[
        {"id":"248104cd-477e-80af-bc30-000bd28de8f9","name":"Log"}],"icon":null,"cover":null,
        "url":"https://notion.test/248104cd","public_url":null,"request_id":"r"}"#,
    );
    assert_eq!(database.title.plain_text(), "Log");
    assert_eq!(database.data_source(), Some(&data_source()));
    assert!(!database.is_in_trash());
    let page_id = PageId::new("598337872cf94fdf8782e53db20768a5");
    assert_eq!(database.parent, Some(Parent::Page { page_id }));

    let partial = read::<GetDatabase>(r#"{"object":"database","id":"b","archived":true}"#);
    assert_eq!(partial.data_source(), None);
    assert!(partial.is_in_trash());
}

#[test]
fn reads_have_a_path_and_no_body() {
    let get_database = GetDatabase { database_id: DatabaseId::new("b") };
    assert_eq!(wire(&get_database), "GET /v1/databases/b ");
    let get_source = GetDataSource { data_source_id: DataSourceId::new("d") };
    assert_eq!(wire(&get_source), "GET /v1/data_sources/d ");
    let get_page = GetPage { page_id: PageId::new("p/../q") };
    assert_eq!(wire(&get_page), "GET /v1/pages/p%2F..%2Fq ");
    assert_eq!(wire(&GetMe), "GET /v1/users/me ");
}

#[test]
fn columns_are_added_configured_renamed_and_removed_in_one_call() {
    let option = |name| SelectOption::new(name).unwrap();
    let operation = UpdateDataSource {
        data_source_id: DataSourceId::new("d"),
        properties: vec![
            ("Stage".to_owned(), ColumnChange::Set(PropertySchema::Select(vec![option("Won")]))),
            ("%3AUPp".to_owned(), ColumnChange::Rename("Key".to_owned())),
            ("Old".to_owned(), ColumnChange::Remove),
        ],
    };
    assert_eq!(
        wire(&operation),
        concat!(
            r#"PATCH /v1/data_sources/d {"properties":{"Stage":{"select":{"options":"#,
            r#"[{"name":"Won"}]}},"%3AUPp":{"name":"Key"},"Old":null}}"#
        )
    );
}

#[test]
fn a_second_table_is_added_to_a_database() {
    let operation = CreateDataSource {
        database_id: DatabaseId::new("b"),
        title: "Deals".to_owned(),
        properties: vec![("Name".to_owned(), PropertySchema::Title)],
    };
    assert_eq!(
        wire(&operation),
        concat!(
            r#"POST /v1/data_sources {"parent":{"type":"database_id","database_id":"b"},"#,
            r#""title":[{"type":"text","text":{"content":"Deals"}}],"#,
            r#""properties":{"Name":{"title":{}}}}"#
        )
    );
}

#[test]
fn a_column_tells_its_options() {
    let source = read::<GetDataSource>(
        r#"{"object":"data_source","id":"d","properties":{"Stage":{"id":"s","name":"Stage",
        "type":"status","status":{"options":[{"id":"1","name":"New","color":"red"},{"id":"2",
        "name":"Done","color":"green"}],"groups":[]}},"N":{"id":"n","type":"number",
        "number":{"format":"number"}}}}"#,
    );
    let options = |name| source.property_named(name).unwrap().options.clone();
    assert_eq!(options("Stage"), ["New", "Done"]);
    assert!(options("N").is_empty());
    let without_type = r#"{"id":"d","properties":{"N":{"id":"n"}}}"#;
    assert!(serde_json::from_str::<crate::models::DataSource>(without_type).is_err());
}

#[test]
fn one_property_is_read_by_its_decoded_id() {
    let first = GetPageProperty::new(PageId::new("p"), &PropertyId::new("%3AUPp"));
    assert_eq!(wire(&first), "GET /v1/pages/p/properties/%3AUPp ");
    let next = first.starting_at(Cursor::new("c="));
    assert_eq!(wire(&next), "GET /v1/pages/p/properties/%3AUPp?start_cursor=c%3D ");
    assert!(only_reads::<GetPageProperty>());
}

#[test]
fn blocks_are_appended_changed_and_trashed() {
    let text = |content| RichText::new(content);
    let append = AppendBlockChildren {
        block_id: BlockId::new("b"),
        children: vec![
            BlockContent::Heading(text("Runs")),
            BlockContent::Callout(text("all well")),
        ],
        position: Position::AfterBlock { after_block: Sibling { id: BlockId::new("a") } },
    };
    assert_eq!(
        wire(&append),
        concat!(
            r#"PATCH /v1/blocks/b/children {"children":[{"heading_2":{"rich_text":"#,
            r#"[{"type":"text","text":{"content":"Runs"}}]}},{"callout":{"rich_text":"#,
            r#"[{"type":"text","text":{"content":"all well"}}]}}],"#,
            r#""position":{"type":"after_block","after_block":{"id":"a"}}}"#
        )
    );
    let end = AppendBlockChildren { children: Vec::new(), position: Position::End, ..append };
    assert!(wire(&end).ends_with(r#"{"children":[],"position":{"type":"end"}}"#));
    let block_id = BlockId::new("b");
    let update =
        UpdateBlock { block_id: block_id.clone(), content: BlockContent::Paragraph(text("x")) };
    assert_eq!(
        wire(&update),
        r#"PATCH /v1/blocks/b {"paragraph":{"rich_text":[{"type":"text","text":{"content":"x"}}]}}"#
    );
    assert_eq!(wire(&DeleteBlock { block_id }), "DELETE /v1/blocks/b ");
    let block = read::<UpdateBlock>(
        r#"{"object":"block","id":"b","type":"callout","callout":{"rich_text":[
        {"plain_text":"all "},{"plain_text":"well"}]},"in_trash":false}"#,
    );
    assert_eq!(block.text().as_deref(), Some("all well"));
    assert!(!only_reads::<UpdateBlock>() && !only_reads::<DeleteBlock>());
}

#[test]
fn rows_in_the_trash_are_asked_for() {
    let query =
        QueryDataSource { in_trash: Some(true), ..QueryDataSource::new(DataSourceId::new("d")) };
    assert_eq!(wire(&query), r#"POST /v1/data_sources/d/query {"in_trash":true}"#);
}

#[test]
fn a_data_source_tells_the_ids_of_its_columns() {
    let source = read::<GetDataSource>(
        r#"{"object":"data_source","id":"248104cd-477e-80af-bc30-000bd28de8f9","title":[],
        "description":[],"parent":{"type":"database_id",
        "database_id":"248104cd-477e-80fd-b757-e945d38000bd"},"database_parent":{"type":"page_id",
        "page_id":"p"},"is_inline":false,"in_trash":true,"archived":true,
        "created_time":"2026-11-20T10:00:00.000Z","created_by":{"object":"user","id":"u"},
        "properties":{"Name":{"id":"title","name":"Name","description":null,"type":"title",
        "title":{}},"Id":{"id":"%3AUPp","name":"Id","type":"rich_text","rich_text":{}}}}"#,
    );
    let column = source.property_named("Id").unwrap();
    assert_eq!((column.id.as_str(), column.kind.as_str()), ("%3AUPp", "rich_text"));
    assert_eq!(column.kind, PropertySchema::RichText.kind());
    let title = source.property(&PropertyId::title()).unwrap();
    assert_eq!(title.name, "Name");
    assert!(source.is_in_trash());
    assert_eq!(source.property_named("Gone"), None);

    let partial = read::<GetDataSource>(r#"{"object":"data_source","id":"d","properties":{}}"#);
    assert!(partial.properties.is_empty());
}

#[test]
fn a_query_filters_by_the_id_of_a_column() {
    let all = QueryDataSource::new(DataSourceId::new("d"));
    assert_eq!(wire(&all), "POST /v1/data_sources/d/query {}");
    let column = PropertyId::new("%3AUPp");
    let equal = QueryDataSource {
        filter: Some(Filter::text_equals(column.clone(), "a \"b\"")),
        page_size: Some(2),
        ..all.clone()
    };
    assert_eq!(
        wire(&equal),
        r#"POST /v1/data_sources/d/query {"filter":{"property":"%3AUPp","rich_text":{"equals":"a \"b\""}},"page_size":2}"#
    );
    let next = QueryDataSource {
        filter: Some(Filter::text_contains(column, "x")),
        start_cursor: Some(Cursor::new("c==")),
        ..all
    };
    assert_eq!(
        wire(&next),
        r#"POST /v1/data_sources/d/query {"filter":{"property":"%3AUPp","rich_text":{"contains":"x"}},"start_cursor":"c=="}"#
    );
}

#[test]
fn a_query_of_what_was_edited_names_the_minute_and_the_order() {
    let moment = "2026-11-20T10:01:00Z".parse().unwrap();
    let edited = QueryDataSource {
        filter: Some(Filter::edited_since(moment)),
        sorts: vec![Sort::ascending(Stamp::LastEditedTime), Sort::ascending(Stamp::CreatedTime)],
        ..QueryDataSource::new(DataSourceId::new("d"))
    };
    assert_eq!(
        wire(&edited),
        concat!(
            r#"POST /v1/data_sources/d/query {"filter":{"timestamp":"last_edited_time","#,
            r#""last_edited_time":{"on_or_after":"2026-11-20T10:01:00Z"}},"#,
            r#""sorts":[{"timestamp":"last_edited_time","direction":"ascending"},"#,
            r#"{"timestamp":"created_time","direction":"ascending"}]}"#
        )
    );
    let both = QueryDataSource {
        filter: Some(Filter::all(vec![
            Filter::edited_since(moment),
            Filter::created_since(moment),
        ])),
        in_trash: Some(true),
        ..QueryDataSource::new(DataSourceId::new("d"))
    };
    assert_eq!(
        wire(&both),
        concat!(
            r#"POST /v1/data_sources/d/query {"filter":{"and":["#,
            r#"{"timestamp":"last_edited_time","last_edited_time":{"on_or_after":"2026-11-20T10:01:00Z"}},"#,
            r#"{"timestamp":"created_time","created_time":{"on_or_after":"2026-11-20T10:01:00Z"}}]},"#,
            r#""in_trash":true}"#
        )
    );
}

#[test]
fn a_query_answers_full_and_partial_pages_and_says_whether_it_was_cut() {
    let rows = read::<QueryDataSource>(
        r#"{"object":"list","type":"page_or_data_source","page_or_data_source":{},"results":[
        {"object":"page","id":"5c6a2821-6bb1-4a7e-b6e1-c50111515c3d",
        "created_time":"2026-11-20T10:00:00.000Z","last_edited_time":"2026-11-20T10:01:00.000Z",
        "created_by":{"object":"user","id":"u"},"last_edited_by":{"object":"user","id":"v"},
        "in_trash":false,"is_archived":false,
        "is_locked":false,"url":"https://notion.test/5c6a","public_url":null,
        "parent":{"type":"data_source_id","data_source_id":"248104cd477e80afbc30000bd28de8f9",
        "database_id":"b"},"icon":null,"cover":null,"properties":{
        "Name":{"id":"title","type":"title","title":[{"type":"text","text":{"content":"Ada",
        "link":null},"annotations":{"bold":false},"plain_text":"Ada","href":null}]},
        "Id":{"id":"%3AUPp","type":"rich_text","rich_text":[{"plain_text":"contact-1"}]},
        "Files":{"id":"f","type":"files","files":[]}}},
        {"object":"page","id":"partial"}],
        "has_more":true,"next_cursor":"c==","request_status":{"type":"incomplete",
        "incomplete_reason":"query_result_limit_reached"}}"#,
    );
    assert!(rows.is_cut());
    assert_eq!(rows.next_cursor, Some(Cursor::new("c==")));
    let [full, partial] = rows.results.as_slice() else {
        panic!("{rows:?}");
    };
    assert!(full.is_full() && !full.is_in_trash());
    assert_eq!(full.title(), "Ada");
    let external = full.property(&PropertyId::new("%3AUPp")).unwrap();
    assert_eq!(external.text().as_deref(), Some("contact-1"));
    let expected = Parent::DataSource {
        data_source_id: data_source(),
        database_id: Some(DatabaseId::new("b")),
    };
    assert_eq!(full.parent, Some(expected));
    let edited = full.last_edited_time.unwrap().to_string();
    assert_eq!(edited, "2026-11-20T10:01:00Z");
    assert_eq!(full.last_edited_by(), Some(&UserId::new("v")));
    assert_eq!(partial.last_edited_by(), None);
    assert!(!partial.is_full());
    assert_eq!(partial.title(), "");

    let end = r#"{"object":"list","results":[],"has_more":false,"next_cursor":null}"#;
    let end = read::<QueryDataSource>(end);
    assert!(!end.is_cut() && end.next_cursor.is_none());
}

#[test]
fn create_page_keys_its_values_by_column_id() {
    let operation = CreatePage {
        parent: Parent::DataSource { data_source_id: data_source(), database_id: None },
        properties: [
            (PropertyId::title(), PropertyValue::title("Ada")),
            (PropertyId::new("%3AUPp"), PropertyValue::rich_text("c-1")),
            (PropertyId::new("k"), PropertyValue::select("Won")),
        ]
        .into(),
    };
    assert_eq!(
        wire(&operation),
        concat!(
            r#"POST /v1/pages {"parent":{"type":"data_source_id","#,
            r#""data_source_id":"248104cd-477e-80af-bc30-000bd28de8f9"},"properties":{"#,
            r#""%3AUPp":{"rich_text":[{"type":"text","text":{"content":"c-1"}}]},"#,
            r#""k":{"select":{"name":"Won"}},"#,
            r#""title":{"title":[{"type":"text","text":{"content":"Ada"}}]}}}"#
        )
    );
}

#[test]
fn update_page_names_only_what_changes() {
    let trash =
        UpdatePage { page_id: PageId::new("p"), properties: [].into(), in_trash: Some(true) };
    assert_eq!(wire(&trash), r#"PATCH /v1/pages/p {"in_trash":true}"#);
    let change = UpdatePage {
        properties: [(PropertyId::new("u"), PropertyValue::url(""))].into(),
        in_trash: None,
        ..trash
    };
    assert_eq!(wire(&change), r#"PATCH /v1/pages/p {"properties":{"u":{"url":null}}}"#);
    let page = read::<UpdatePage>(r#"{"object":"page","id":"p","in_trash":true}"#);
    assert!(page.is_in_trash());
    let of_older_version = read::<UpdatePage>(r#"{"object":"page","id":"p","archived":true}"#);
    assert!(of_older_version.is_in_trash());
}

#[test]
fn children_are_listed_in_parts() {
    let first = ListBlockChildren::of_page(&PageId::new("598337872cf94fdf8782e53db20768a5"));
    assert_eq!(wire(&first), "GET /v1/blocks/59833787-2cf9-4fdf-8782-e53db20768a5/children ");
    let next = ListBlockChildren {
        block_id: BlockId::new("b"),
        start_cursor: Some(Cursor::new("c=&")),
        page_size: Some(100),
    };
    assert_eq!(wire(&next), "GET /v1/blocks/b/children?start_cursor=c%3D%26&page_size=100 ");
}

#[test]
fn databases_and_pages_are_found_among_the_children() {
    let children = read::<ListBlockChildren>(
        r#"{"object":"list","type":"block","block":{},"results":[
        {"object":"block","id":"1","type":"paragraph","has_children":false,"in_trash":false,
        "paragraph":{"rich_text":[],"color":"default"}},
        {"object":"block","id":"2","type":"child_database","child_database":{"title":"Log"}},
        {"object":"block","id":"3","type":"child_page","child_page":{"title":"Notes"},
        "archived":true},
        {"object":"block","id":"4"}],"has_more":false,"next_cursor":null}"#,
    );
    let [paragraph, database, page, partial] = children.results.as_slice() else {
        panic!("{children:?}");
    };
    assert_eq!(paragraph.child_database(), None);
    assert_eq!(database.child_database(), Some((DatabaseId::new("2"), "Log")));
    assert_eq!(page.child_page(), Some((PageId::new("3"), "Notes")));
    assert!(page.is_in_trash() && !database.is_in_trash());
    assert_eq!((partial.kind.as_deref(), partial.child_page()), (None, None));
}

#[test]
fn the_bot_says_which_workspace_it_works_in() {
    let me = read::<GetMe>(
        r#"{"object":"user","id":"6794760a-1f15-45cd-9c65-0dfe42f5135a","name":"Hub",
        "avatar_url":null,"type":"bot","bot":{"owner":{"type":"workspace","workspace":true},
        "workspace_id":"w","workspace_name":"Alpha",
        "workspace_limits":{"max_file_upload_size_in_bytes":5242880}}}"#,
    );
    assert_eq!(me.id, UserId::new("6794760a1f1545cd9c650dfe42f5135a"));
    assert_eq!(me.bot.unwrap().workspace_name.as_deref(), Some("Alpha"));
    let bare = read::<GetMe>(r#"{"object":"user","id":"u","type":"bot","bot":{}}"#);
    assert_eq!(bare.bot.unwrap().workspace_id, None);
}

#[test]
fn a_reply_of_another_operation_is_refused() {
    let response =
        Response { status: 200, headers: vec![], body: r#"{"object":"list","results":[]}"#.into() };
    assert!(endpoint::decode::<CreatePage>(response).is_err());
}

#[test]
fn what_only_reads_is_known() {
    assert!(only_reads::<GetPage>() && only_reads::<GetMe>() && only_reads::<ListBlockChildren>());
    assert!(only_reads::<QueryDataSource>());
    assert!(!only_reads::<CreatePage>() && !only_reads::<UpdatePage>());
    assert!(!only_reads::<CreateDatabase>());
}

#[test]
fn a_search_tells_pages_from_data_sources() {
    assert_eq!(wire(&Search::new()), r#"POST /v1/search {"page_size":100}"#);
    let found = read::<Search>(
        r#"{"object":"list","results":[{"object":"page","id":"p1","properties":{}},
        {"object":"data_source","id":"d1","title":[]}],"has_more":true,"next_cursor":"c1",
        "type":"page_or_data_source","page_or_data_source":{},"request_id":"r"}"#,
    );
    let kinds: Vec<&str> = found.results.iter().map(|one| one.object.as_str()).collect();
    assert_eq!((kinds, found.has_more), (vec!["page", "data_source"], true));
    assert!(only_reads::<Search>());
}
