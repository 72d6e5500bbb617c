//! A customer: a company, a person, or both in one record.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Contact, Listed, Moment, Readable, lenient};
use crate::CustomerId;

/// A customer (`facts/repairshopr.md` 4.1).
///
/// Phone numbers are digits without a country. A walk-in customer exists in most accounts, often
/// with id 1, and stands for nobody.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Customer {
    /// The id.
    pub id: CustomerId,
    /// The first name of the person.
    #[serde(default, deserialize_with = "lenient::text")]
    pub firstname: Option<String>,
    /// The last name of the person.
    #[serde(default, deserialize_with = "lenient::text")]
    pub lastname: Option<String>,
    /// Both names, or the business.
    #[serde(default, deserialize_with = "lenient::text")]
    pub fullname: Option<String>,
    /// The company.
    #[serde(default, deserialize_with = "lenient::text")]
    pub business_name: Option<String>,
    /// The e-mail address, which no other customer of the account has.
    #[serde(default, deserialize_with = "lenient::text")]
    pub email: Option<String>,
    /// The phone number, in digits.
    #[serde(default, deserialize_with = "lenient::text")]
    pub phone: Option<String>,
    /// The mobile number, in digits.
    #[serde(default, deserialize_with = "lenient::text")]
    pub mobile: Option<String>,
    /// When it was made.
    pub created_at: Option<Moment>,
    /// When it was changed last.
    pub updated_at: Option<Moment>,
    /// Whether it was put away; lists leave it out unless they are asked.
    #[serde(default, deserialize_with = "lenient::flag")]
    pub disabled: bool,
    /// Whether it wants no e-mail.
    #[serde(default, deserialize_with = "lenient::flag")]
    pub opt_out: bool,
    /// Whether it has no e-mail address.
    #[serde(default, deserialize_with = "lenient::flag")]
    pub no_email: bool,
    /// Whether it takes text messages; none where that is not told.
    #[serde(default, deserialize_with = "lenient::choice")]
    pub get_sms: Option<bool>,
    /// Street and number.
    #[serde(default, deserialize_with = "lenient::text")]
    pub address: Option<String>,
    /// The second line of the address.
    #[serde(default, deserialize_with = "lenient::text")]
    pub address_2: Option<String>,
    /// The city.
    #[serde(default, deserialize_with = "lenient::text")]
    pub city: Option<String>,
    /// The state or region.
    #[serde(default, deserialize_with = "lenient::text")]
    pub state: Option<String>,
    /// The postal code.
    #[serde(default, deserialize_with = "lenient::text")]
    pub zip: Option<String>,
    /// Custom fields by their label, which people change.
    #[serde(default, deserialize_with = "lenient::properties")]
    pub properties: Map<String, Value>,
    /// The persons below it; some replies leave them out.
    #[serde(default, deserialize_with = "lenient::list")]
    pub contacts: Vec<Contact>,
}

impl Listed for Customer {
    const OPERATION: &'static str = "customers.list";
    const PATH: &'static str = "/api/v1/customers";
    const KEY: &'static str = "customers";
    const WRAPPER: &'static str = "customer";

    fn id(&self) -> u64 {
        self.id.get()
    }
}

impl Readable for Customer {
    const READ_OPERATION: &'static str = "customers.get";
    const READ_PATH: &'static str = "/api/v1/customers/{id}";
}
