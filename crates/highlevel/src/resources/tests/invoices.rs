//! Tests of invoices: the owner in query and body, lines, and what is never repeated.

use super::*;
use crate::{
    InvoiceId,
    models::{ContactDetails, InvoiceFields, InvoiceItem},
};

const INVOICE: &str = r#"{"_id":"i1","altId":"l1","altType":"location","status":"sent",
    "invoiceNumber":7,"currency":"CHF","total":120.5,"amountDue":120.5,"invoiceItems":[{"qty":1}],
    "issueDate":"2027-01-05","totalSummary":{"subTotal":120.5},"liveMode":true}"#;

fn invoice() -> InvoiceId {
    InvoiceId::new("i1")
}

fn items() -> Vec<InvoiceItem> {
    vec![InvoiceItem {
        name: text("Service"),
        currency: text("CHF"),
        amount: 120.5,
        qty: 1.0,
        description: None,
        product_id: None,
        price_id: None,
        kind: None,
        taxes: None,
        extra: Map::new(),
    }]
}

fn fields() -> InvoiceFields {
    let contact_details = ContactDetails {
        id: contact(),
        name: text("Ada"),
        phone_no: String::new(),
        email: text("ada@x.test"),
        extra: Map::new(),
    };
    InvoiceFields {
        contact_details: Some(contact_details),
        due_date: Some(text("2027-02-05")),
        discount: Some(json!({"type": "fixed", "value": 0})),
        business_details: Some(json!({})),
        sent_to: Some(json!({"email": ["ada@x.test"]})),
        live_mode: Some(true),
        ..InvoiceFields::default()
    }
}

const ITEMS: &str = r#"[{"name":"Service","currency":"CHF","amount":120.5,"qty":1.0}]"#;
const FIELDS: &str = concat!(
    r#""discount":{"type":"fixed","value":0},"businessDetails":{},"#,
    r#""contactDetails":{"id":"c1","name":"Ada","phoneNo":"","email":"ada@x.test"},"#,
    r#""dueDate":"2027-02-05","sentTo":{"email":["ada@x.test"]},"liveMode":true"#
);
const OWNER: &str = r#""altId":"l1","altType":"location""#;

#[test]
fn an_invoice_is_written_with_its_owner_and_all_its_lines() {
    let create = CreateInvoice {
        location_id: location(),
        name: text("January"),
        currency: text("CHF"),
        items: items(),
        issue_date: text("2027-01-05"),
        fields: fields(),
    };
    let head = format!(r#"{OWNER},"name":"January","currency":"CHF""#);
    let expected = format!(r#"{{{head},"items":{ITEMS},"issueDate":"2027-01-05",{FIELDS}}}"#);
    assert_eq!(sent(&create), format!("2021-07-28 POST /invoices/ {expected}"));
    let update = UpdateInvoice {
        invoice_id: invoice(),
        location_id: location(),
        name: text("January"),
        currency: text("CHF"),
        invoice_items: items(),
        issue_date: text("2027-01-05"),
        fields: InvoiceFields { sent_to: None, ..fields() },
    };
    let start = format!(r#"2021-07-28 PUT /invoices/i1 {{{head},"invoiceItems":{ITEMS}"#);
    assert!(sent(&update).starts_with(&start));
    assert_eq!(kept::<CreateInvoice>(INVOICE).total, Some(120.5));
    let at = "altId=l1&altType=location";
    let get = GetInvoice { invoice_id: invoice(), location_id: location() };
    assert_eq!(sent(&get), format!("2021-07-28 GET /invoices/i1?{at}"));
    let delete = DeleteInvoice { invoice_id: invoice(), location_id: location() };
    assert_eq!(sent(&delete), format!("2021-07-28 DELETE /invoices/i1?{at}"));
    let number = GenerateInvoiceNumber { location_id: location() };
    let expected = format!("2021-07-28 GET /invoices/generate-invoice-number?{at}");
    assert_eq!(sent(&number), expected);
    assert_eq!(
        kept::<GenerateInvoiceNumber>(r#"{"invoiceNumber":8}"#).invoice_number,
        Some(json!(8))
    );
}

#[test]
fn what_reaches_a_payer_or_moves_money_is_never_repeated() {
    let void = VoidInvoice { invoice_id: invoice(), location_id: location() };
    assert_eq!(sent(&void), format!("2021-07-28 POST /invoices/i1/void {{{OWNER}}}"));
    let send = SendInvoice {
        invoice_id: invoice(),
        location_id: location(),
        user_id: UserId::new("u1"),
        action: text("email"),
        live_mode: true,
        extra: Map::new(),
    };
    let body = format!(r#"{{{OWNER},"userId":"u1","action":"email","liveMode":true}}"#);
    assert_eq!(sent(&send), format!("2021-07-28 POST /invoices/i1/send {body}"));
    let pay = RecordPayment {
        invoice_id: invoice(),
        location_id: location(),
        mode: text("cash"),
        amount: Some(20.0),
        notes: Some(text("at the door")),
        fulfilled_at: None,
        payment_schedule_ids: vec![],
        extra: Map::new(),
    };
    let body = format!(r#"{{{OWNER},"mode":"cash","amount":20.0,"notes":"at the door"}}"#);
    assert_eq!(sent(&pay), format!("2021-07-28 POST /invoices/i1/record-payment {body}"));
    let text_to_pay = TextToPay {
        location_id: location(),
        action: text("draft"),
        user_id: UserId::new("u1"),
        name: text("January"),
        currency: text("CHF"),
        items: items(),
        issue_date: text("2027-01-05"),
        fields: fields(),
    };
    let start = format!(r#"2021-07-28 POST /invoices/text2pay {{{OWNER},"action":"draft""#);
    assert!(sent(&text_to_pay).starts_with(&start));
    const {
        assert!(!SendInvoice::REPEATABLE && !TextToPay::REPEATABLE);
        assert!(!RecordPayment::REPEATABLE && !VoidInvoice::REPEATABLE);
    }
    kept::<RecordPayment>(r#"{"success":true,"invoice":{"_id":"i1","status":"paid"}}"#);
    kept::<SendInvoice>(r#"{"invoice":{"_id":"i1"},"smsData":{},"emailData":{"id":"x"}}"#);
    kept::<TextToPay>(r#"{"invoice":{"_id":"i1"},"invoiceUrl":"https://x.test/i1"}"#);
}

#[tokio::test]
async fn invoices_come_in_pages() {
    let status = Some(text("paid"));
    let list = ListInvoices { limit: 1, status, ..ListInvoices::new(location()) };
    assert!(sent(&list).ends_with("altType=location&status=paid"));
    let (sizes, wire) = turned(
        list,
        &[
            r#"{"invoices":[{"_id":"i1"}],"total":2}"#,
            r#"{"invoices":[{"_id":"i2"}],"total":2}"#,
            r#"{"invoices":[],"total":2}"#,
        ],
    )
    .await;
    assert_eq!(sizes, [1, 1]);
    assert_eq!(wire[1], "GET /invoices/?altId=l1&limit=1&offset=1&altType=location&status=paid");
}
