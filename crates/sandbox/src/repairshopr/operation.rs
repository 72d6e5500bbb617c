//! The operations of the API by method and path, and the permission that each needs.

use super::{
    account::Account,
    call::Call,
    nouns::{
        appointments, assets, comments, contacts, contracts, customers, estimates, invoices, leads,
        line_items, payments, products, rmm_alerts, schedules, search, settings, tickets,
    },
    refusal::Refusal,
    reply::Reply,
};

/// Does an operation.
pub(crate) type Act = fn(&mut Account, &Call) -> Result<Reply, Refusal>;

/// One operation.
pub(crate) struct Operation {
    pub(crate) name: &'static str,
    method: &'static str,
    /// Below `/api/v1/`; what is in braces stands for any segment.
    path: &'static str,
    /// None where any key may.
    pub(crate) permission: Option<&'static str>,
    pub(crate) act: Act,
}

const fn open(name: &'static str, method: &'static str, path: &'static str, act: Act) -> Operation {
    Operation { name, method, path, permission: None, act }
}

const fn guarded(
    (name, method, path): (&'static str, &'static str, &'static str),
    permission: &'static str,
    act: Act,
) -> Operation {
    Operation { name, method, path, permission: Some(permission), act }
}

/// Reading contacts takes the permissions of customers, and reading one contract that of changing it
/// (`facts/repairshopr.md` 1). A fixed path stands before one with braces.
#[rustfmt::skip]
static OPERATIONS: [Operation; 62] = [
    open("account.me", "GET", "me", settings::me),
    open("account.settings", "GET", "settings", settings::settings),
    open("users.list", "GET", "users", settings::users),
    open("callerid", "GET", "callerid", settings::caller_id),
    open("search", "GET", "search", search::search),
    guarded(("customers.list", "GET", "customers"), "Customers - List/Search", customers::list),
    guarded(("customers.autocomplete", "GET", "customers/autocomplete"), "Customers - List/Search", customers::list),
    guarded(("customers.get", "GET", "customers/{id}"), "Customers - View Detail", customers::get),
    guarded(("customers.create", "POST", "customers"), "Customers - Create", customers::create),
    guarded(("customers.update", "PUT", "customers/{id}"), "Customers - Edit", customers::update),
    guarded(("customers.delete", "DELETE", "customers/{id}"), "Customers - Delete", customers::delete),
    guarded(("contacts.list", "GET", "contacts"), "Customers - List/Search", contacts::list),
    guarded(("contacts.get", "GET", "contacts/{id}"), "Customers - View Detail", contacts::get),
    guarded(("contacts.create", "POST", "contacts"), "Customers - Create", contacts::create),
    guarded(("contacts.update", "PUT", "contacts/{id}"), "Customers - Edit", contacts::update),
    guarded(("contacts.delete", "DELETE", "contacts/{id}"), "Customers - Delete", contacts::delete),
    guarded(("tickets.list", "GET", "tickets"), "Tickets - List/Search", tickets::list),
    open("tickets.settings", "GET", "tickets/settings", settings::ticket_settings),
    guarded(("tickets.get", "GET", "tickets/{id}"), "Tickets - View", tickets::get),
    guarded(("tickets.create", "POST", "tickets"), "Tickets - Create", tickets::create),
    guarded(("tickets.update", "PUT", "tickets/{id}"), "Tickets - Edit", tickets::update),
    guarded(("tickets.delete", "DELETE", "tickets/{id}"), "Tickets - Delete", tickets::delete),
    guarded(("tickets.comments", "GET", "tickets/{id}/comments"), "Tickets - View", comments::list),
    guarded(("tickets.comment", "POST", "tickets/{id}/comment"), "Tickets - Edit", comments::create),
    guarded(("tickets.add_line_item", "POST", "tickets/{id}/add_line_item"), "Tickets - Edit", line_items::add_to_ticket),
    guarded(("assets.list", "GET", "customer_assets"), "Assets - List", assets::list),
    guarded(("assets.get", "GET", "customer_assets/{id}"), "Assets - View", assets::get),
    guarded(("assets.create", "POST", "customer_assets"), "Assets - Create", assets::create),
    guarded(("assets.update", "PUT", "customer_assets/{id}"), "Assets - Edit", assets::update),
    guarded(("invoices.list", "GET", "invoices"), "Invoices - List", invoices::list),
    guarded(("invoices.get", "GET", "invoices/{id}"), "Invoices - View", invoices::get),
    guarded(("invoices.create", "POST", "invoices"), "Invoices - Create", invoices::create),
    guarded(("invoices.update", "PUT", "invoices/{id}"), "Invoices - Edit", invoices::update),
    guarded(("invoices.delete", "DELETE", "invoices/{id}"), "Invoices - Delete", invoices::delete),
    guarded(("invoices.email", "POST", "invoices/{id}/email"), "Invoices - Edit", invoices::email),
    guarded(("invoices.add_line_item", "POST", "invoices/{id}/line_items"), "Invoices - Edit", line_items::add_to_invoice),
    open("line_items.list", "GET", "line_items", line_items::list),
    guarded(("estimates.list", "GET", "estimates"), "Estimates - List", estimates::list),
    guarded(("estimates.get", "GET", "estimates/{id}"), "Estimates - View", estimates::get),
    guarded(("estimates.create", "POST", "estimates"), "Estimates - Create", estimates::create),
    guarded(("payments.list", "GET", "payments"), "Payments - List", payments::list),
    guarded(("products.list", "GET", "products"), "Products - List/Search", products::list),
    guarded(("products.update", "PUT", "products/{id}"), "Products - Edit", products::update),
    guarded(("contracts.list", "GET", "contracts"), "Contracts - List/Search", contracts::list),
    guarded(("contracts.get", "GET", "contracts/{id}"), "Contracts - Edit", contracts::get),
    guarded(("contracts.create", "POST", "contracts"), "Contracts - Create", contracts::create),
    guarded(("contracts.update", "PUT", "contracts/{id}"), "Contracts - Edit", contracts::update),
    guarded(("contracts.delete", "DELETE", "contracts/{id}"), "Contracts - Delete", contracts::delete),
    guarded(("schedules.list", "GET", "schedules"), "Recurring Invoices - List", schedules::list),
    guarded(("schedules.get", "GET", "schedules/{id}"), "Recurring Invoices - List", schedules::get),
    guarded(("schedules.create", "POST", "schedules"), "Recurring Invoices - Create", schedules::create),
    guarded(("appointments.list", "GET", "appointments"), "Appointments - List", appointments::list),
    guarded(("appointments.get", "GET", "appointments/{id}"), "Appointments - List", appointments::get),
    guarded(("appointments.create", "POST", "appointments"), "Appointments - Create", appointments::create),
    guarded(("leads.list", "GET", "leads"), "Leads - List", leads::list),
    guarded(("leads.get", "GET", "leads/{id}"), "Leads - List", leads::get),
    open("leads.create", "POST", "leads", leads::create),
    guarded(("leads.update", "PUT", "leads/{id}"), "Leads - Edit", leads::update),
    guarded(("rmm_alerts.list", "GET", "rmm_alerts"), "RMM Alerts - List", rmm_alerts::list),
    guarded(("rmm_alerts.get", "GET", "rmm_alerts/{id}"), "RMM Alerts - List", rmm_alerts::get),
    guarded(("rmm_alerts.create", "POST", "rmm_alerts"), "RMM Alerts - Create", rmm_alerts::create),
    guarded(("rmm_alerts.resolve", "DELETE", "rmm_alerts/{id}"), "RMM Alerts - Delete", rmm_alerts::resolve),
];

/// All operations.
pub(crate) fn all() -> impl Iterator<Item = &'static Operation> {
    OPERATIONS.iter()
}

/// Their names.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    all().map(|operation| operation.name)
}

/// The operation of a method and a path, with what the path names.
pub(crate) fn find(method: &str, path: &str) -> Option<(&'static Operation, Vec<String>)> {
    let path = path.strip_prefix("/api/v1/")?;
    let mut candidates = all().filter(|operation| operation.method == method);
    candidates.find_map(|operation| Some((operation, operation.segments(path)?)))
}

impl Operation {
    fn segments(&self, path: &str) -> Option<Vec<String>> {
        let (wanted, found): (Vec<_>, Vec<_>) =
            (self.path.split('/').collect(), path.split('/').collect());
        if wanted.len() != found.len() {
            return None;
        }
        let mut segments = Vec::new();
        for (wanted, found) in wanted.into_iter().zip(found) {
            match wanted.starts_with('{') {
                true => segments.push(found.to_owned()),
                false if wanted == found => {}
                false => return None,
            }
        }
        Some(segments)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn name(method: &str, path: &str) -> Option<&'static str> {
        find(method, path).map(|(operation, _)| operation.name)
    }

    #[test]
    fn operations_are_found_by_method_and_path() {
        assert_eq!(name("GET", "/api/v1/tickets"), Some("tickets.list"));
        assert_eq!(name("GET", "/api/v1/tickets/settings"), Some("tickets.settings"));
        assert_eq!(name("POST", "/api/v1/tickets/7/comment"), Some("tickets.comment"));
        let (_, segments) = find("GET", "/api/v1/customers/7").unwrap();
        assert_eq!(segments, ["7"]);
        for (method, path) in [
            ("PATCH", "/api/v1/tickets/7"),
            ("GET", "/tickets"),
            ("GET", "/api/v1/tickets/7/comment"),
            ("GET", "/api/v1/customers/7/8/9"),
        ] {
            assert_eq!(name(method, path), None, "{method} {path}");
        }
    }

    #[test]
    fn no_two_operations_have_one_name() {
        assert_eq!(names().collect::<BTreeSet<_>>().len(), all().count());
    }
}
