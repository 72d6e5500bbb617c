//! Which permission of an API token each operation needs, in the words of RepairShopr's page for tokens.

/// The operations that need one (`facts/repairshopr.md` 1).
const NEEDED: [(&str, &str); 17] = [
    ("appointments.list", "Appointments - List"),
    ("assets.list", "Assets - List"),
    ("assets.get", "Assets - View"),
    ("contacts.list", "Customers - List/Search"),
    ("contacts.get", "Customers - View Detail"),
    ("contracts.list", "Contracts - List/Search"),
    ("contracts.get", "Contracts - Edit"), // Reading one asks for more than reading all.
    ("customers.list", "Customers - List/Search"),
    ("customers.get", "Customers - View Detail"),
    ("estimates.list", "Estimates - List"),
    ("estimates.get", "Estimates - View"),
    ("invoices.list", "Invoices - List"),
    ("invoices.get", "Invoices - View"),
    ("leads.list", "Leads - List"),
    ("schedules.list", "Recurring Invoices - List"),
    ("tickets.list", "Tickets - List/Search"),
    ("tickets.get", "Tickets - View"),
];

/// The permission that the operation of this name needs; none where it needs none.
#[must_use]
pub fn permission(operation: &str) -> Option<&'static str> {
    let needed = NEEDED.iter().find(|(name, _)| *name == operation);
    needed.map(|(_, permission)| *permission)
}
