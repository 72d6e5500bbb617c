//! The ids of RepairShopr's records, one type for each, so that none is taken for another.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};
use serde_json::Value;

/// Defines an id as a whole number with `new`, `get` and `Display`.
macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
        pub struct $name(u64);

        impl $name {
            /// Wraps an id as RepairShopr gave it.
            #[must_use]
            pub fn new(number: u64) -> Self {
                Self(number)
            }

            /// The id as a number.
            #[must_use]
            pub fn get(self) -> u64 {
                self.0
            }
        }

        impl From<u64> for $name {
            fn from(number: u64) -> Self {
                Self(number)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                number(deserializer).map(Self)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(formatter)
            }
        }
    };
}

id!(
    /// A customer: a company or a person.
    CustomerId
);
id!(
    /// A contact: a person below a customer.
    ContactId
);
id!(
    /// A ticket. People know it by its number, which is another one.
    TicketId
);
id!(
    /// An invoice. People know it by its number, which is another one.
    InvoiceId
);
id!(
    /// An estimate.
    EstimateId
);
id!(
    /// A contract.
    ContractId
);
id!(
    /// The template of a recurring invoice.
    ScheduleId
);
id!(
    /// A device or another thing that a customer owns.
    AssetId
);
id!(
    /// An appointment.
    AppointmentId
);
id!(
    /// A lead.
    LeadId
);
id!(
    /// A user of the account.
    UserId
);

/// A whole number, which some replies write as a text.
fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
    let number = match Value::deserialize(deserializer)? {
        Value::Number(number) => number.as_u64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    number.ok_or_else(|| D::Error::custom("an id is not a whole number"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_number_also_where_it_is_written_as_a_text() {
        for text in ["7", r#""7""#, r#"" 7 ""#] {
            assert_eq!(serde_json::from_str::<CustomerId>(text).unwrap(), CustomerId::new(7));
        }
        for text in ["-1", "1.5", r#""seven""#, "null", "[]"] {
            assert!(serde_json::from_str::<CustomerId>(text).is_err(), "{text}");
        }
        assert_eq!(TicketId::new(12).to_string(), "12");
    }
}
