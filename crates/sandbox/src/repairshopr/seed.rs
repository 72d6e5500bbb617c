//! What the account holds from the start: made-up records that follow from their number and the moment.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{
    account::Account,
    call::written,
    nouns::{
        Noun, appointments, assets, comments, contacts, contracts, customers, estimates, invoices,
        leads, rmm_alerts, schedules, settings, tickets,
    },
    record::{Record, record, text},
};

/// Where ids begin; the walk-in customer is 1.
const FIRST_ID: u64 = 30_000_000;

/// The walk-in customer (`facts/repairshopr.md` 4.1).
pub(crate) const WALK_IN: u64 = 1;

/// Every so many customers one is disabled.
const DISABLED_EVERY: u64 = 23;

const FIRST_NAMES: [&str; 8] = ["Ada", "Ben", "Cleo", "Dan", "Eve", "Finn", "Gia", "Hugo"];
const LAST_NAMES: [&str; 7] = ["Abbot", "Baker", "Chase", "Dunn", "Ellis", "Frost", "Grant"];
const BUSINESSES: [&str; 6] = ["Dental", "Legal", "Bakery", "Logistics", "Studio", "Clinic"];

/// An account with so many customers, and other records in proportion to them.
pub(crate) fn account(customers: usize, now: Timestamp) -> Account {
    let mut seed = Seed { account: Account::default(), now };
    let count = u64::try_from(customers).unwrap_or(u64::MAX);
    if count > 0 {
        seed.walk_in();
    }
    (1..count).for_each(|number| seed.customer(number));
    let people: Vec<u64> = (1..count).map(|number| FIRST_ID + number).collect();
    if !people.is_empty() {
        let of = |number: u64| people[usize::try_from(number).unwrap_or(0) % people.len()];
        (0..count / 2).for_each(|number| seed.ticket(number, of(number)));
        (0..count / 4).for_each(|number| seed.invoice(number, of(number * 3)));
        (0..count / 8).for_each(|number| seed.estimate(number, of(number * 5)));
        (0..count / 18).for_each(|number| seed.contract(number, of(number * 7)));
        (0..count / 30).for_each(|number| seed.schedule(number, of(number * 11)));
        (0..count / 3).for_each(|number| seed.asset(number, of(number * 2)));
        (0..count / 6).for_each(|number| seed.appointment(number, of(number * 9)));
        (0..count / 25).for_each(|number| seed.alert(number, of(number * 2)));
    }
    (0..count / 8).for_each(|number| seed.lead(number));
    (0..count / 5).for_each(|number| seed.product(number));
    seed.account
}

struct Seed {
    account: Account,
    now: Timestamp,
}

impl Seed {
    fn walk_in(&mut self) {
        let mut customer = customers::blank();
        customer.insert("firstname".to_owned(), json!("Walk-in"));
        customer.insert("lastname".to_owned(), json!("Customer"));
        customers::name(&mut customer);
        self.date(&mut customer, 24 * 900);
        self.account.put(Noun::Customer, WALK_IN, customer);
    }

    fn customer(&mut self, number: u64) {
        let (first, last) = (pick(&FIRST_NAMES, number), pick(&LAST_NAMES, number / 3));
        let mut customer = customers::blank();
        let mut set = |member: &str, value: Value| customer.insert(member.to_owned(), value);
        set("firstname", json!(first));
        set("lastname", json!(last));
        set("email", json!(format!("{first}.{last}.{number}@example.com").to_lowercase()));
        set("phone", json!(format!("555{:07}", 100_000 + number)));
        set("mobile", json!(format!("555{:07}", 200_000 + number)));
        set("disabled", json!(number.is_multiple_of(DISABLED_EVERY)));
        set("opt_out", json!(number.is_multiple_of(17)));
        set(
            "online_profile_url",
            json!(format!("https://sandbox.repairshopr.com/my_profile/v2/{number}")),
        );
        // Labels as people type them (`facts/repairshopr.md` 7).
        let pcs = json!({ "# of PCs / Macs ": (number % 40).to_string() });
        let agreement = json!({
            "Agreement End": format!("2027-{:02}-28", number % 12 + 1),
            "How did you hear about us?": "a friend",
        });
        set("properties", if number.is_multiple_of(2) { pcs } else { agreement });
        if number.is_multiple_of(3) {
            let business = format!("{last} {} {number}", pick(&BUSINESSES, number));
            set("business_name", json!(business));
        }
        customers::name(&mut customer);
        self.date(&mut customer, number);
        let id = FIRST_ID + number;
        self.account.put(Noun::Customer, id, customer);
        if number.is_multiple_of(3) {
            self.contact(number, id);
        }
    }

    fn contact(&mut self, number: u64, customer: u64) {
        let (first, last) = (pick(&FIRST_NAMES, number / 2), pick(&LAST_NAMES, number));
        let mut contact = contacts::blank();
        let mut set = |member: &str, value: Value| contact.insert(member.to_owned(), value);
        set("name", json!(format!("{first} {last}")));
        set("email", json!(format!("{first}.{last}.c{number}@example.com").to_lowercase()));
        set("phone", json!(format!("555{:07}", 300_000 + number)));
        set("customer_id", json!(customer));
        set("properties", json!({ "title": "Manager", "notification_marketing": "1" }));
        self.date(&mut contact, number);
        self.account.put(Noun::Contact, FIRST_ID + number, contact);
        contacts::show_below(&mut self.account, customer);
    }

    fn ticket(&mut self, number: u64, customer: u64) {
        let status = pick(&settings::TICKET_STATUSES, number);
        let mut ticket = tickets::blank();
        let mut set = |member: &str, value: Value| ticket.insert(member.to_owned(), value);
        set("number", json!(1_001 + number));
        set("subject", json!(format!("Ticket about machine {number}")));
        set("customer_id", json!(customer));
        set("status", json!(status));
        set("problem_type", json!(pick(&settings::PROBLEM_TYPES, number)));
        set("customer_business_then_name", json!(self.name_of(customer)));
        self.date(&mut ticket, number * 2);
        let id = FIRST_ID + number;
        self.account.put(Noun::Ticket, id, ticket);
        // Every fourth ticket has more comments than one page of them.
        let said = if number.is_multiple_of(4) { 12 } else { 1 };
        (0..said).for_each(|at| self.comment(id * 100 + at, id, at));
        comments::show_first(&mut self.account, id);
    }

    fn comment(&mut self, id: u64, ticket: u64, at: u64) {
        // The customer's own comments have no user.
        let user = (at % 3 != 1).then_some(comments::API_USER);
        let mut comment = record(json!({
            "ticket_id": ticket, "subject": if at == 0 { "Initial Issue" } else { "Update" },
            "body": format!("Comment {at}"), "tech": user.map(|_| "Robin Desk"),
            "hidden": at % 5 == 4, "user_id": user,
        }));
        self.date(&mut comment, 1_000 - at);
        self.account.put(Noun::Comment, id, comment);
    }

    fn invoice(&mut self, number: u64, customer: u64) {
        let total = format!("{:?}", f64::from(u32::try_from(number).unwrap_or(0)) * 12.5 + 80.0);
        let mut invoice = invoices::blank();
        let mut set = |member: &str, value: Value| invoice.insert(member.to_owned(), value);
        // As a text, while a ticket's is a number.
        set("number", json!((5_001 + number).to_string()));
        set("customer_id", json!(customer));
        set("customer_business_then_name", json!(self.name_of(customer)));
        set("date", self.day(number * 30));
        set("due_date", self.day(number * 30));
        set("subtotal", json!(total));
        set("total", json!(total));
        set("is_paid", json!(number.is_multiple_of(2)));
        self.date(&mut invoice, number * 5);
        let id = FIRST_ID + number;
        self.account.put(Noun::Invoice, id, invoice);
        if number.is_multiple_of(2) {
            let mut payment = record(json!({
                "payment_amount": total.parse::<f64>().unwrap_or_default(), "invoice_id": id,
                "customer_id": customer, "payment_method": "Check", "success": true,
            }));
            self.date(&mut payment, number * 5);
            self.account.put(Noun::Payment, id, payment);
        }
    }

    fn estimate(&mut self, number: u64, customer: u64) {
        let mut estimate = estimates::blank();
        let mut set = |member: &str, value: Value| estimate.insert(member.to_owned(), value);
        set("number", json!((800 + number).to_string()));
        set("name", json!(format!("Offer {number}")));
        set("customer_id", json!(customer));
        set("customer_business_then_name", json!(self.name_of(customer)));
        set("status", json!(pick(&["Fresh", "Draft", "Approved", "Declined"], number)));
        set("date", self.day(number * 24));
        set("total", json!("240.0"));
        self.date(&mut estimate, number * 24);
        self.account.put(Noun::Estimate, FIRST_ID + number, estimate);
    }

    /// Every fourth one has no end, and amounts are as people type them.
    fn contract(&mut self, number: u64, customer: u64) {
        let mut contract = contracts::blank();
        let mut set = |member: &str, value: Value| contract.insert(member.to_owned(), value);
        set("customer_id", json!(customer));
        set("name", json!(format!("Care plan {number}")));
        set("contract_amount", json!(pick(&["30k", "$100.00", "1200", "12 x 99"], number)));
        set("start_date", self.day(24 * 300));
        if number % 4 != 3 {
            set("end_date", self.day_ahead(i64::try_from(number).unwrap_or(0) * 15 - 15));
        }
        set("status", json!(pick(&["Active", "Opportunity", "Cancelled"], number)));
        set("likelihood", json!(number * 10 % 101));
        self.date(&mut contract, number * 50);
        self.account.put(Noun::Contract, FIRST_ID + number, contract);
    }

    fn schedule(&mut self, number: u64, customer: u64) {
        let mut schedule = schedules::blank();
        let mut set = |member: &str, value: Value| schedule.insert(member.to_owned(), value);
        set("customer_id", json!(customer));
        set("name", json!(format!("Plan {number}")));
        set("frequency", json!(pick(&schedules::FREQUENCIES, number + 3)));
        set("next_run", self.day_ahead(i64::try_from(number).unwrap_or(0) * 9 + 1));
        set("subtotal", json!("99.0"));
        set("paused", json!(number % 5 == 4));
        self.account.put(Noun::Schedule, FIRST_ID + number, schedule);
    }

    fn asset(&mut self, number: u64, customer: u64) {
        let mut asset = assets::blank();
        let mut set = |member: &str, value: Value| asset.insert(member.to_owned(), value);
        set("name", json!(format!("PC-{number:04}")));
        set("customer_id", json!(customer));
        set("asset_type", json!(pick(&assets::TYPES, number)));
        set("asset_serial", json!(format!("SN{number:06}")));
        set("properties", json!({ "OS": "Windows 11", "Warranty End": "2027-06-30" }));
        self.date(&mut asset, number * 7);
        self.account.put(Noun::Asset, FIRST_ID + number, asset);
    }

    fn appointment(&mut self, number: u64, customer: u64) {
        let mut appointment = appointments::blank();
        let mut set = |member: &str, value: Value| appointment.insert(member.to_owned(), value);
        let start = self.now - SignedDuration::from_hours(24 * 10) + hours(number * 18);
        set("summary", json!(format!("Visit {number}")));
        set("customer_id", json!(customer));
        set("start_at", written(start));
        set("end_at", written(start + SignedDuration::from_hours(1)));
        self.account.put(Noun::Appointment, FIRST_ID + number, appointment);
    }

    fn alert(&mut self, number: u64, customer: u64) {
        let mut alert = rmm_alerts::blank();
        let mut set = |member: &str, value: Value| alert.insert(member.to_owned(), value);
        set("customer_id", json!(customer));
        set("computer_name", json!(format!("PC-{number:04}")));
        set("description", json!("Agent has not been seen"));
        set("properties", json!({ "trigger": "agent_offline_trigger" }));
        self.date(&mut alert, number);
        self.account.put(Noun::RmmAlert, FIRST_ID + number, alert);
    }

    fn lead(&mut self, number: u64) {
        let mut lead = leads::blank();
        let mut set = |member: &str, value: Value| lead.insert(member.to_owned(), value);
        set("first_name", json!(pick(&FIRST_NAMES, number)));
        set("last_name", json!(pick(&LAST_NAMES, number)));
        set("email", json!(format!("lead.{number}@example.com")));
        set("status", json!(pick(&leads::STATUSES, number)));
        self.date(&mut lead, number * 3);
        self.account.put(Noun::Lead, FIRST_ID + number, lead);
    }

    /// Without a time of its change.
    fn product(&mut self, number: u64) {
        let product = record(json!({
            "name": format!("Cable {number}"), "description": format!("Cable of {number} m"),
            "sku": format!("CB-{number:04}"), "price_retail": 9.5, "price_cost": 2.25,
            "quantity": 4, "maintain_stock": true, "taxable": true, "disabled": false,
        }));
        self.account.put(Noun::Product, FIRST_ID + number, product);
    }

    /// Made and changed so many hours ago.
    fn date(&self, row: &mut Record, ago: u64) {
        let changed = self.now - hours(ago);
        row.insert("created_at".to_owned(), written(changed - hours(48)));
        row.insert("updated_at".to_owned(), written(changed));
    }

    /// The midnight of the day so many hours ago.
    fn day(&self, ago: u64) -> Value {
        midnight(self.now - hours(ago))
    }

    fn day_ahead(&self, days: i64) -> Value {
        midnight(self.now + SignedDuration::from_hours(24 * days))
    }

    fn name_of(&self, customer: u64) -> String {
        let customer = self.account.rows(Noun::Customer).get(&customer);
        customer.map_or_else(String::new, |row| text(row, "business_then_name").to_owned())
    }
}

fn hours(count: u64) -> SignedDuration {
    SignedDuration::from_hours(i64::try_from(count).unwrap_or(0))
}

/// A day as RepairShopr writes one (`facts/repairshopr.md` 5).
fn midnight(moment: Timestamp) -> Value {
    let text = moment.to_string();
    json!(format!("{}T00:00:00.000Z", text.get(..10).unwrap_or_default()))
}

fn pick<'a>(words: &[&'a str], number: u64) -> &'a str {
    words[usize::try_from(number).unwrap_or(0) % words.len()]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::repairshopr::record::number;

    #[test]
    fn every_email_address_is_one_customers_and_the_first_one_is_nobody() {
        let account = account(230, "2026-03-05T12:00:00Z".parse().unwrap());
        let rows = account.rows(Noun::Customer);
        let emails: BTreeSet<_> = rows.values().map(|row| text(row, "email")).collect();
        assert_eq!((rows.len(), emails.len()), (230, 230));
        assert_eq!(text(&rows[&WALK_IN], "fullname"), "Walk-in Customer");
        assert_eq!(number(&rows[&WALK_IN], "id"), Some(WALK_IN));
    }

    #[test]
    fn an_account_can_be_empty() {
        let now = "2026-03-05T12:00:00Z".parse().unwrap();
        for count in 0..3 {
            assert_eq!(account(count, now).rows(Noun::Customer).len(), count);
        }
    }
}
