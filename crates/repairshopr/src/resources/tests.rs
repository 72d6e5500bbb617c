//! Tests of operations: each request compared with its wire form, each envelope read from one.

use endpoint::Response;
use serde_json::json;

use super::*;
use crate::{
    AssetId, CustomerId, InvoiceId,
    models::{
        Appointment, Asset, Contact, Contract, Customer, Estimate, Found, Invoice, Lead, Listed,
        Me, Meta, Moment, Page, Preferences, Readable, Schedule, Ticket,
    },
    permission,
};

use endpoint::Endpoint;

const BASE: &str = "https://shop.test";

fn path<E: Endpoint>(operation: &E) -> String {
    let request = endpoint::encode(BASE, operation).unwrap();
    assert_eq!(request.method, endpoint::Method::Get, "this crate only reads");
    assert!(request.body.is_empty());
    request.url.strip_prefix(BASE).unwrap().to_owned()
}

fn read<E: Endpoint>(body: &'static str) -> E::Response {
    let response = Response { status: 200, headers: vec![], body: body.into() };
    endpoint::decode::<E>(response).unwrap()
}

#[test]
fn requests_are_as_repairshopr_takes_them() {
    let moment = "2026-03-05T12:00:00.5Z".parse().unwrap();
    let day = |text: &str| text.parse().unwrap();
    let customers = List::<Customer>::page(3).sorted_by_change().including_disabled();
    for (sent, expected) in [
        (path(&GetMe), "/api/v1/me"),
        (path(&GetPreferences), "/api/v1/settings"),
        (path(&customers), "/api/v1/customers?sort=updated_at%20ASC&include_disabled=true&page=3"),
        (
            path(&List::<Customer>::page(1).matching("a&b").with_email("a@b.test")),
            "/api/v1/customers?query=a%26b&email=a%40b.test&page=1",
        ),
        (
            path(&List::<Contact>::page(1).of_customer(CustomerId::new(7))),
            "/api/v1/contacts?customer_id=7&page=1",
        ),
        (
            path(&List::<Ticket>::page(1).changed_since(moment)),
            "/api/v1/tickets?since_updated_at=2026-03-05T12%3A00%3A00.500Z&page=1",
        ),
        (path(&List::<Contract>::page(1)), "/api/v1/contracts?page=1"),
        (path(&List::<Asset>::page(2)), "/api/v1/customer_assets?page=2"),
        (path(&List::<Estimate>::page(2)), "/api/v1/estimates?page=2"),
        (path(&List::<Lead>::page(2)), "/api/v1/leads?page=2"),
        (path(&List::<Schedule>::page(2)), "/api/v1/schedules?page=2"),
        (
            path(&List::<Appointment>::page(1).between(day("2026-03-01"), day("2026-03-31"))),
            "/api/v1/appointments?date_from=2026-03-01&date_to=2026-03-31&page=1",
        ),
        (path(&Get::<Asset>::new(7_u64)), "/api/v1/customer_assets/7"),
        (path(&Get::<Contract>::new(8_u64)), "/api/v1/contracts/8"),
    ] {
        assert_eq!(sent, expected);
    }
}

#[test]
fn a_lead_is_the_one_thing_that_is_written() {
    let lead = CreateLead {
        first_name: Some("Ada".to_owned()),
        email: Some("ada@example.com".to_owned()),
        ..CreateLead::default()
    };
    let request = endpoint::encode(BASE, &lead).unwrap();
    assert_eq!(
        (request.method, request.url.as_str()),
        (endpoint::Method::Post, "https://shop.test/api/v1/leads")
    );
    assert_eq!(&request.body[..], br#"{"first_name":"Ada","email":"ada@example.com"}"#);
    let Found(made) = read::<CreateLead>(r#"{"lead":{"id":9,"email":"ada@example.com"}}"#);
    assert_eq!(made.unwrap().id(), 9);
}

#[test]
fn every_operation_on_records_names_its_permission() {
    fn named<T: Readable>() {
        assert!(permission(T::OPERATION).is_some(), "{}", T::OPERATION);
        // Nobody documents which permission reads one lead, schedule or appointment.
        let undocumented = ["leads.get", "schedules.get", "appointments.get"];
        let known = permission(T::READ_OPERATION).is_some();
        assert_eq!(known, !undocumented.contains(&T::READ_OPERATION), "{}", T::READ_OPERATION);
    }
    named::<Appointment>();
    named::<Asset>();
    named::<Contact>();
    named::<Contract>();
    named::<Customer>();
    named::<Estimate>();
    named::<Invoice>();
    named::<Lead>();
    named::<Schedule>();
    named::<Ticket>();
    assert_eq!(permission(GetMe::NAME), None);
}

#[test]
fn a_list_with_meta_tells_its_pages() {
    let page = read::<List<Customer>>(
        r#"{"customers":[{"id":7,"firstname":"Ada","lastname":"","fullname":"Ada","email":null,
        "phone":"5550100","created_at":"2026-03-05T08:33:21.053Z","disabled":false,"no_email":null,
        "get_sms":"1","properties":{"Agreement # / End ":"2027-01-31"},"contacts":[]}],
        "meta":{"total_pages":4,"total_entries":320,"per_page":100,"page":1}}"#,
    );
    let meta =
        Meta { total_pages: 4, total_entries: Some(320), per_page: Some(100), page: Some(1) };
    assert_eq!((page.meta, page.unreadable), (Some(meta), 0));
    let customer = &page.items[0];
    assert_eq!((customer.id(), customer.lastname.as_deref()), (7, None));
    assert_eq!(customer.phone.as_deref(), Some("5550100"));
    assert!(!customer.no_email && !customer.disabled);
    assert_eq!(customer.get_sms, Some(true));
    assert_eq!(customer.properties["Agreement # / End "], json!("2027-01-31"));
    assert_eq!(customer.updated_at, None);
}

#[test]
fn envelopes_differ_and_are_all_read() {
    let assets = read::<List<Asset>>(r#"{"assets":[{"id":3,"name":"NAS","properties":null}]}"#);
    assert_eq!((assets.items[0].id, assets.meta), (AssetId::new(3), None));

    let wrapped = read::<List<Appointment>>(
        r#"{"appointments":[{"appointment":{"id":4,"summary":"Visit","customer":{"id":1}}}]}"#,
    );
    assert_eq!(wrapped.items[0].summary.as_deref(), Some("Visit"));

    let bare = read::<List<Appointment>>(r#"[{"appointment":{"id":4}},{"id":5}]"#);
    assert_eq!(bare.items.iter().map(Listed::id).collect::<Vec<_>>(), [4, 5]);

    let invoices = read::<List<Invoice>>(
        r#"{"invoices":[{"id":9,"number":"1009","total":"120.0","subtotal":100,"is_paid":false,
        "customer_id":7,"ticket_id":0}],"meta":{"total_pages":2,"page":1}}"#,
    );
    let invoice = &invoices.items[0];
    assert_eq!((invoice.id, invoice.customer_id), (InvoiceId::new(9), Some(CustomerId::new(7))));
    assert_eq!(invoice.total.as_deref(), Some("120.0"));
    assert_eq!(invoice.subtotal.as_deref(), Some("100"));
    assert_eq!(invoice.ticket_id, None);
    assert_eq!(invoices.meta.unwrap().total_entries, None);
}

#[test]
fn a_row_that_is_no_record_is_counted_and_the_others_are_read() {
    let page: Page<Ticket> = read::<List<Ticket>>(r#"{"tickets":[{"id":1},{"name":"x"},null]}"#);
    assert_eq!((page.items.len(), page.unreadable), (1, 2));
    let refused = serde_json::from_str::<Page<Ticket>>(r#"{"rows":[]}"#).unwrap_err();
    assert!(refused.to_string().contains("`tickets`"), "{refused}");
    assert!(serde_json::from_str::<Page<Ticket>>(r#""Disabled""#).is_err());
}

#[test]
fn one_record_comes_wrapped_or_flat_or_not_at_all() {
    for body in [r#"{"customer":{"id":7}}"#, r#"{"id":7,"fullname":"Ada"}"#] {
        let Found(found) = serde_json::from_str::<Found<Customer>>(body).unwrap();
        assert_eq!(found.unwrap().id, CustomerId::new(7));
    }
    let flat = read::<Get<Contract>>(
        r#"{"id":2,"customer_id":7,"contract_amount":"30k","end_date":"2027-01-31T00:00:00.000Z",
        "likelihood":80,"status":"Active"}"#,
    );
    let contract = flat.0.unwrap();
    assert_eq!(contract.contract_amount.as_deref(), Some("30k"));
    assert_eq!(contract.likelihood.as_deref(), Some("80"));
    let end = contract.end_date.as_ref().and_then(Moment::date);
    assert_eq!(end.unwrap().to_string(), "2027-01-31");
    assert_eq!(read::<Get<Contract>>("null"), Found(None));
    assert!(serde_json::from_str::<Found<Customer>>(r#"{"customer":{}}"#).is_err());
}

#[test]
fn the_account_tells_itself_without_the_token() {
    let me: Me = read::<GetMe>(
        r#"{"user_token":"T0hidden","user_email":"owner@shop.test","user_id":3,"admin":true,
        "two_factor_required":false,"subdomain":"shop","permissions":{"customer":true}}"#,
    );
    assert!(me.admin && !me.two_factor_required);
    assert_eq!(me.subdomain.as_deref(), Some("shop"));
    assert!(!format!("{me:?}").contains("hidden"));
    let settings: Preferences = read::<GetPreferences>(
        r#"{"locale":{"time_zone":"Pacific Time (US & Canada)"},"customers":{}}"#,
    );
    assert_eq!(settings.time_zone.as_deref(), Some("Pacific Time (US & Canada)"));
}
