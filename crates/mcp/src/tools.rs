//! Every tool, one file each.

mod calls;
mod conditions;
mod explain_event;
mod export_records;
mod find_appointments;
mod find_free_slots;
mod find_invoices;
mod find_opportunities;
mod find_payments;
mod get_more;
mod invoice_action;
mod labels;
mod list_calendars;
mod list_pipelines;
mod mirror;
mod moments;
mod query_mirror;
mod rows;
mod run_workflow;
mod save_appointment;
mod save_invoice;
mod save_opportunity;
mod summarize_records;
mod undo;
mod whoami;

use crate::{Profile, tool::Tool};

/// The tools of a profile, in order of name.
pub(crate) fn of(profile: &Profile) -> Vec<Box<dyn Tool>> {
    let mut tools: Vec<Box<dyn Tool>> = match profile {
        Profile::Default | Profile::Meta | Profile::Toolsets(_) => {
            vec![Box::new(get_more::GetMore), Box::new(whoami::Whoami)]
        }
        Profile::WhiteLabel(_) => Vec::new(),
    };
    if *profile == Profile::Default {
        tools.extend(business());
    }
    tools.sort_by_cached_key(|tool| tool.spec().name);
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
