//! Every tool, one file each.

mod add_note;
mod bulk_contacts;
mod calls;
mod conditions;
mod delete_contact;
mod describe_operation;
mod explain_event;
mod export_records;
mod find_appointments;
mod find_contacts;
mod find_conversations;
mod find_free_slots;
mod find_invoices;
mod find_opportunities;
mod find_payments;
mod find_submissions;
mod get_contact;
mod get_location_setup;
mod get_messages;
mod get_more;
mod invoice_action;
mod labels;
mod list_calendars;
mod list_pipelines;
mod messages;
mod mirror;
mod moments;
mod one_operation;
mod people;
mod query_mirror;
mod read_operation;
mod rows;
mod run_workflow;
mod save_appointment;
mod save_contact;
mod save_invoice;
mod save_opportunity;
mod save_task;
mod search_operations;
mod send_message;
mod summarize_records;
mod told;
mod undo;
mod white_label;
mod whoami;
mod write_operation;

use std::collections::BTreeSet;

use crate::{Profile, tool::Tool};

/// The tools of a profile, in order of name.
pub(crate) fn of(profile: &Profile) -> Vec<Box<dyn Tool>> {
    let mut tools: Vec<Box<dyn Tool>> = match profile {
        Profile::Default | Profile::Meta => meta(),
        Profile::Toolsets(products) => with_operations(products),
        Profile::WhiteLabel(prefix) => white_label::all(prefix),
    };
    if *profile == Profile::Default {
        tools.extend(business());
        tools.extend(people_and_messages());
    }
    tools.sort_by_cached_key(|tool| tool.spec().name);
    tools
}

/// The tools over every operation.
fn meta() -> Vec<Box<dyn Tool>> {
    vec![
        Box::new(describe_operation::DescribeOperation),
        Box::new(get_more::GetMore),
        Box::new(read_operation::ReadOperation),
        Box::new(search_operations::SearchOperations),
        Box::new(whoami::Whoami),
        Box::new(write_operation::WriteOperation),
    ]
}

/// The meta tools, and one for each operation of these products.
fn with_operations(products: &BTreeSet<String>) -> Vec<Box<dyn Tool>> {
    let mut tools = meta();
    for tool in one_operation::of(products) {
        tools.push(Box::new(tool));
    }
    tools
}

/// The curated tools of deals, appointments, money, the mirror and the books.
fn business() -> Vec<Box<dyn Tool>> {
    vec![
        Box::new(explain_event::ExplainEvent),
        Box::new(export_records::ExportRecords),
        Box::new(find_appointments::FindAppointments),
        Box::new(find_free_slots::FindFreeSlots),
        Box::new(find_invoices::FindInvoices),
        Box::new(find_opportunities::FindOpportunities),
        Box::new(find_payments::FindPayments),
        Box::new(invoice_action::InvoiceAction),
        Box::new(list_calendars::ListCalendars),
        Box::new(list_pipelines::ListPipelines),
        Box::new(query_mirror::QueryMirror),
        Box::new(run_workflow::RunWorkflow),
        Box::new(save_appointment::SaveAppointment),
        Box::new(save_invoice::SaveInvoice),
        Box::new(save_opportunity::SaveOpportunity),
        Box::new(summarize_records::SummarizeRecords),
        Box::new(undo::Undo),
    ]
}

/// The curated tools of contacts and messages.
fn people_and_messages() -> Vec<Box<dyn Tool>> {
    vec![
        Box::new(add_note::AddNote),
        Box::new(bulk_contacts::BulkContacts),
        Box::new(delete_contact::DeleteContact),
        Box::new(find_contacts::FindContacts),
        Box::new(find_conversations::FindConversations),
        Box::new(find_submissions::FindSubmissions),
        Box::new(get_contact::GetContact),
        Box::new(get_location_setup::GetLocationSetup),
        Box::new(get_messages::GetMessages),
        Box::new(save_contact::SaveContact),
        Box::new(save_task::SaveTask),
        Box::new(send_message::SendMessage),
    ]
}
