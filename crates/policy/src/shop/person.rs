//! When a customer is active and is somebody, then it and the contacts below it are people of the CRM.

use std::collections::BTreeSet;

use domain::{
    Fields, Record, RecordKey,
    crm::{Address, Channel},
};
use serde_json::Value;

use super::{ShopRules, name, phone};

/// How a shop names the customer that stands for whoever walks in (`facts/repairshopr.md` 4.1).
const WALK_IN: &str = "walkincustomer";

/// The most characters of a tag at the CRM.
const LONGEST_TAG: usize = 100;

/// A person of the shop, as the CRM is to have them.
#[derive(Clone, Debug, PartialEq)]
pub struct ShopPerson {
    /// The shop's record of the person: a customer, or a contact below one.
    pub row: RecordKey,
    /// The id of the customer.
    pub customer: String,
    /// The first name.
    pub first_name: Option<String>,
    /// The last name.
    pub last_name: Option<String>,
    /// The company.
    pub company: Option<String>,
    /// The e-mail address, in lower case.
    pub email: Option<String>,
    /// The phone number in E.164: the mobile one where there are two.
    pub phone: Option<String>,
    /// Where the person lives.
    pub address: Address,
    /// The tags that the person carries besides others.
    pub tags: BTreeSet<String>,
    /// The ways on which the person wants no messages. What is not named is not therefore wanted.
    pub closed: BTreeSet<Channel>,
    /// What is known at the shop and could not be taken over.
    pub left_out: Vec<LeftOut>,
}

/// Why a record is nobody that the CRM gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Passed {
    /// The customer was deleted at the shop.
    Gone,
    /// The customer was put away.
    Disabled,
    /// It stands for whoever walks in.
    WalkIn,
    /// It has neither an e-mail address nor a phone number that can be told.
    Unreachable,
    /// It is the customer's own person once more.
    SamePerson,
    /// Its customer is not known.
    Orphan,
}

/// A value that could not be taken over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LeftOut {
    /// An e-mail address that is none.
    Email,
    /// The phone number: its country, or its length, is not clear.
    Phone,
    /// The mobile number, for the same reason.
    Mobile,
    /// A contact's phone number, which is the customer's too: people are found by their number.
    SharedPhone,
}

impl Passed {
    /// The name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Gone => "gone",
            Self::Disabled => "disabled",
            Self::WalkIn => "walk_in",
            Self::Unreachable => "no_email_or_phone",
            Self::SamePerson => "same_person",
            Self::Orphan => "no_customer",
        }
    }
}

impl LeftOut {
    /// The name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Phone => "phone",
            Self::Mobile => "mobile",
            Self::SharedPhone => "shared_phone",
        }
    }
}

/// The people that a customer and the contacts below it are, in this order, or why one is nobody.
/// A contact of another customer has no place here.
#[must_use]
pub fn people(
    customer: &Record,
    contacts: &[Record],
    rules: &ShopRules,
) -> Vec<(RecordKey, Result<ShopPerson, Passed>)> {
    let house = House { customer, rules };
    let own = house.own();
    let mut all = Vec::with_capacity(contacts.len() + 1);
    for contact in contacts {
        all.push((contact.key.clone(), house.person(contact, own.as_ref().ok())));
    }
    all.insert(0, (customer.key.clone(), own));
    all
}

/// A customer, and how it is read.
struct House<'a> {
    customer: &'a Record,
    rules: &'a ShopRules,
}

impl House<'_> {
    /// The customer itself.
    fn own(&self) -> Result<ShopPerson, Passed> {
        self.check()?;
        let fields = &self.customer.fields;
        let (first_name, last_name) = match (text(fields, "first_name"), text(fields, "last_name"))
        {
            (None, None) => (None, None),
            (None, Some(last)) => name::split(&last),
            names => names,
        };
        let mut left_out = Vec::new();
        let person = ShopPerson {
            row: self.customer.key.clone(),
            customer: self.customer.key.id.clone(),
            first_name,
            last_name,
            company: text(fields, "company_name"),
            email: email(fields, &mut left_out),
            phone: self.number(fields, &mut left_out),
            address: self.address(fields),
            tags: self.tags(text(fields, "city")),
            closed: closed(fields),
            left_out,
        };
        person.reachable()
    }

    /// A contact below the customer.
    fn person(&self, contact: &Record, own: Option<&ShopPerson>) -> Result<ShopPerson, Passed> {
        if contact.deleted_at.is_some() {
            return Err(Passed::Gone);
        }
        self.check()?;
        let (house, fields) = (&self.customer.fields, &contact.fields);
        let (first_name, last_name) = name::split(&text(fields, "name").unwrap_or_default());
        let has_address = ["address", "city", "state", "postal_code"]
            .iter()
            .any(|part| text(fields, part).is_some());
        let at = if has_address { fields } else { house };
        let mut left_out = Vec::new();
        let email = email(fields, &mut left_out);
        let mut phone = self.number(fields, &mut left_out);
        if let Some(own) = own {
            let has_email_of_own = email.is_some() && email == own.email;
            let has_phone_of_own = phone.is_some() && phone == own.phone;
            if has_email_of_own || email.is_none() && has_phone_of_own {
                return Err(Passed::SamePerson);
            }
            if has_phone_of_own {
                left_out.push(LeftOut::SharedPhone);
                phone = None;
            }
        }
        let person = ShopPerson {
            row: contact.key.clone(),
            customer: self.customer.key.id.clone(),
            first_name,
            last_name,
            company: text(house, "company_name"),
            email,
            phone,
            address: self.address(at),
            tags: self.tags(text(at, "city")),
            // What the customer does not want is not wanted for its people.
            closed: closed(house).union(&closed(fields)).copied().collect(),
            left_out,
        };
        person.reachable()
    }

    /// Whether the customer is somebody at all.
    fn check(&self) -> Result<(), Passed> {
        let Record { key, fields, deleted_at, .. } = self.customer;
        let letters = |text: String| -> String {
            text.chars().filter(|it| it.is_alphabetic()).flat_map(char::to_lowercase).collect()
        };
        let names = [text(fields, "first_name"), text(fields, "last_name")];
        let name = letters(names.into_iter().flatten().collect());
        match () {
            () if deleted_at.is_some() => Err(Passed::Gone),
            () if is(fields, "disabled") => Err(Passed::Disabled),
            () if self.rules.walk_ins.contains(&key.id) || name == WALK_IN => Err(Passed::WalkIn),
            () => Ok(()),
        }
    }

    /// The mobile number, or else the phone's.
    fn number(&self, fields: &Fields, left_out: &mut Vec<LeftOut>) -> Option<String> {
        let mut number = |member, reason| {
            let text = text(fields, member)?;
            let told = phone::told(&text, self.rules.country.as_deref());
            if told.is_none() {
                left_out.push(reason);
            }
            told
        };
        let mobile = number("mobile", LeftOut::Mobile);
        let phone = number("phone", LeftOut::Phone);
        mobile.or(phone)
    }

    fn address(&self, fields: &Fields) -> Address {
        let lines = [text(fields, "address"), text(fields, "address_2")];
        let street = lines.into_iter().flatten().collect::<Vec<_>>().join(", ");
        Address {
            street: Some(street).filter(|street| !street.is_empty()),
            city: text(fields, "city"),
            region: text(fields, "state"),
            postal_code: text(fields, "postal_code"),
            country: None,
        }
    }

    fn tags(&self, city: Option<String>) -> BTreeSet<String> {
        let rules = self.rules;
        let tier = rules.tier_field.as_ref().and_then(|label| {
            let fields = self.customer.fields.get("custom_fields")?.as_object()?;
            // Labels have spaces at their ends that nobody sees (`facts/repairshopr.md` 7).
            let (_, tier) = fields.iter().find(|(known, _)| known.trim() == label.trim())?;
            let tier = tier.as_str()?.split_whitespace().collect::<Vec<_>>().join("-");
            (!tier.is_empty()).then(|| format!("{}{tier}", rules.tier_prefix).to_lowercase())
        });
        let by_city = city.iter().flat_map(|city| rules.tags_of_city(city)).cloned();
        let all = rules.tags.iter().cloned().chain(by_city).chain(tier);
        all.filter(|tag| tag.chars().count() <= LONGEST_TAG).collect()
    }
}

impl ShopPerson {
    /// Somebody who can be found again.
    fn reachable(self) -> Result<Self, Passed> {
        match self.email.is_some() || self.phone.is_some() {
            true => Ok(self),
            false => Err(Passed::Unreachable),
        }
    }
}

/// What a record says about messages that are not wanted (`facts/repairshopr.md` 4.1). Only a no
/// counts: that nothing is said opens nothing and closes nothing.
fn closed(fields: &Fields) -> BTreeSet<Channel> {
    let no_email = is(fields, "opt_out") || is(fields, "no_email");
    let no_sms = fields.get("takes_sms") == Some(&Value::Bool(false));
    let email = no_email.then_some(Channel::Email);
    email.into_iter().chain(no_sms.then_some(Channel::Sms)).collect()
}

fn email(fields: &Fields, left_out: &mut Vec<LeftOut>) -> Option<String> {
    let email = text(fields, "email")?.to_lowercase();
    let is_one = email
        .split_once('@')
        .is_some_and(|(name, host)| !name.is_empty() && host.contains('.') && !host.contains('@'))
        && !email.contains(char::is_whitespace);
    if !is_one {
        left_out.push(LeftOut::Email);
    }
    is_one.then_some(email)
}

fn text(fields: &Fields, member: &str) -> Option<String> {
    let text = fields.get(member)?.as_str()?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

fn is(fields: &Fields, member: &str) -> bool {
    fields.get(member) == Some(&Value::Bool(true))
}

#[cfg(test)]
mod tests;
