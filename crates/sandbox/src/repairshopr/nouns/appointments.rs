//! `/appointments`: a list of wrapped items without a word of its pages, and one that is flat.

use serde_json::json;

use crate::repairshopr::{
    account::Account,
    call::Call,
    list::{self, Filter, List, Meta},
    nouns::Noun,
    record::{Record, adopt, flag, number, record, text},
    refusal::Refusal,
    reply::Reply,
};

const LIST: List = List {
    noun: Noun::Appointment,
    key: "appointments",
    size: (25, 25),
    meta: Meta::Nothing,
    wrapper: Some("appointment"),
    filters: &[Filter::Since("date_from", "start_at"), Filter::Until("date_to", "start_at")],
    hidden: &[],
};

const WRITABLE: [&str; 8] = [
    "summary",
    "description",
    "customer_id",
    "start_at",
    "end_at",
    "location",
    "ticket_id",
    "all_day",
];

pub(crate) fn list(account: &mut Account, call: &Call) -> Result<Reply, Refusal> {
    Ok(list::answer(&LIST, account, call))
}

pub(crate) fn get(account: &mut Account, call: &Call) -> Result<Reply, Refusal> {
    Ok(Reply::Ok(json!(account.find(Noun::Appointment, call.id()?)?)))
}

/// Wrapped, and 201.
pub(crate) fn create(account: &mut Account, call: &Call) -> Result<Reply, Refusal> {
    let mut appointment = blank();
    adopt(&mut appointment, &call.body, &WRITABLE);
    for (member, said) in [
        ("summary", "Summary can't be blank"),
        ("start_at", "Start at can't be blank"),
        ("end_at", "End at can't be blank"),
    ] {
        if text(&appointment, member).is_empty() {
            return Err(Refusal::appointment(said, &call.body));
        }
    }
    if flag(&call.body, "email_customer") {
        let customer = number(&appointment, "customer_id");
        account.send_out("email", customer, text(&appointment, "summary"));
        appointment.insert("do_not_email".to_owned(), json!("0"));
    }
    let id = account.add(Noun::Appointment, appointment);
    let appointment = account.find(Noun::Appointment, id)?.clone();
    account.changed(Noun::Appointment.change(&appointment, "was created"));
    Ok(Reply::Created(json!({ "appointment": appointment })))
}

/// An appointment of which nothing is known. The flag for e-mail is a text.
pub(crate) fn blank() -> Record {
    record(json!({
        "summary": "", "description": null, "customer_id": null, "start_at": null,
        "end_at": null, "duration": 1, "location": null, "ticket_id": null,
        "appointment_location_type": null, "all_day": false, "do_not_email": "1",
    }))
}
