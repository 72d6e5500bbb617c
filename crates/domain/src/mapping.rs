//! A mapping: which records of a CRM's account are kept equal with which table, field by field.
//!
//! The other side is called the counterpart, and its records are called rows, whatever its vendor
//! calls them. A mapping is a setting; what both sides agreed on last is kept beside it, per pair.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{ConnectionId, Entity, Tenant};

/// How many seconds two clocks may differ where a mapping says nothing.
pub const DEFAULT_SKEW_SECONDS: u32 = 5;

/// The column in which an application finds the id of the CRM's record.
pub const CRM_ID_COLUMN: &str = "crm_id";

/// The column that holds an application's own id of the row, for the custom field of the CRM that takes
/// it.
pub const ROW_ID_COLUMN: &str = "external_id";

/// What is kept equal with what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// What it is called: part of addresses, commands and the name of its destination.
    pub name: String,
    /// The connection of the CRM, and whose it is.
    pub tenant: Tenant,
    /// The account of that connection, such as a HighLevel location; none means whichever it has.
    pub account: Option<String>,
    /// The connection of the counterpart. It belongs to the same organization.
    pub counterpart: ConnectionId,
    /// The counterpart's vendor, such as `notion`, `repairshopr` or `application`.
    pub vendor: String,
    /// The counterpart's name of the table: a data source's id, or a word such as `customers`.
    pub table: String,
    /// What the records of the CRM are.
    pub entity: Entity,
    /// Which way values may flow at all. A field's own direction can only narrow it.
    pub direction: Direction,
    /// The fields, in the order in which people see them.
    pub fields: Vec<MappedField>,
    /// Which records of the CRM have a row.
    pub only: Only,
    /// What becomes of a row that no record of the CRM belongs to.
    pub new_rows: NewRows,
    /// What becomes of a row whose record was deleted.
    pub on_delete: OnDelete,
    /// How many seconds the clocks of both sides may differ. Within them no write is the later one.
    pub skew_seconds: u32,
    /// What only the counterpart's vendor understands, by name.
    pub settings: BTreeMap<String, String>,
}

/// One field of the CRM and the column of a row that holds the same value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MappedField {
    /// The field's name in the hub's words (`first_name`), `custom_fields.` and a name for a custom
    /// one. One that ends in `*` stands for all that begin so and that no field before it names.
    pub field: String,
    /// The counterpart's name of the column. What stands for `*` in the field stands for it here too.
    pub column: String,
    /// What its values are, which says when two of them are equal.
    #[serde(default)]
    pub kind: ValueKind,
    /// Which way its value flows.
    #[serde(default)]
    pub direction: Direction,
    /// Whose value counts where both sides changed it.
    #[serde(default)]
    pub wins: Wins,
}

/// Which way a value flows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// Both ways.
    #[default]
    Both,
    /// From the row to the CRM. What people change in the CRM stays until the row changes.
    ToCrm,
    /// From the CRM to the row, which is a copy: what is changed there is changed back.
    FromCrm,
}

/// Whose value counts where both sides changed it since they agreed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Wins {
    /// The later write; the CRM's where the clocks cannot tell.
    #[default]
    LastWrite,
    /// Both: what either side added is there, and what either side took away is not. For lists.
    Union,
    /// The CRM's.
    Crm,
    /// The row's.
    Row,
}

/// What the values of a field are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ValueKind {
    /// Text. Space around it does not count, and a number equals its digits.
    #[default]
    Text,
    /// An e-mail address, whose case does not count.
    Email,
    /// A phone number. A number without its country equals the one that ends in the same digits.
    Phone,
    /// A number, also where one side keeps it as text.
    Number,
    /// Yes or no; no value is no.
    Flag,
    /// A day, also where one side keeps a moment.
    Date,
    /// Texts without order, such as tags. Case does not count.
    List,
    /// Whatever it is: an array is a list, and everything else counts by its text.
    Any,
}

/// Which records of the CRM have a row. All of what is given has to hold; nothing is every record.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Only {
    /// Those with any of these tags.
    pub tags: Vec<String>,
    /// Those in any of these pipelines, by id.
    pub pipelines: Vec<String>,
    /// Those for which this condition on the view of the entity is true.
    pub sql: Option<String>,
}

/// What becomes of a row that no record of the CRM belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NewRows {
    /// Nothing.
    #[default]
    Ignore,
    /// The CRM gets a record, or the one that has its e-mail address or phone number is taken.
    Create,
}

/// What becomes of a row whose record was deleted. No record is deleted because a row was.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OnDelete {
    /// It stays, and nothing is kept equal any more.
    #[default]
    Keep,
    /// It is removed, in the way of its vendor that can be taken back where there is one.
    Remove,
}

/// A side of a mapping.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The CRM.
    Crm,
    /// The row of the counterpart.
    Row,
}

/// A field that one side changed and could not keep.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FieldConflict {
    /// The field's name.
    pub field: String,
    /// The column's name.
    pub column: String,
    /// The value on which both sides agreed last; null where there was none.
    pub agreed: Value,
    /// The value that the CRM had.
    pub crm: Value,
    /// The value that the row had.
    pub row: Value,
    /// Whose value both have now.
    pub kept: Side,
    /// Why.
    pub because: Because,
}

/// Why one side's value counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Because {
    /// The mapping says so: by the field's direction, or by whose value counts.
    Configured,
    /// It was written later.
    Later,
    /// The two writes are closer than the clocks are exact, so the CRM's counts: people work there.
    WithinSkew,
}

impl Direction {
    /// Whether rows may change the CRM.
    #[must_use]
    pub fn reaches_crm(self) -> bool {
        self != Self::FromCrm
    }

    /// Whether the CRM may change rows.
    #[must_use]
    pub fn reaches_row(self) -> bool {
        self != Self::ToCrm
    }

    /// The direction that both allow; none where they exclude each other.
    #[must_use]
    pub fn within(self, outer: Self) -> Option<Self> {
        match (self, outer) {
            (own, Self::Both) => Some(own),
            (Self::Both, outer) => Some(outer),
            (own, outer) => (own == outer).then_some(own),
        }
    }
}

impl Mapping {
    /// Whether a column has a field, by its name or by one that ends in `*`.
    #[must_use]
    pub fn maps_column(&self, column: &str) -> bool {
        self.fields.iter().any(|field| match field.column.strip_suffix('*') {
            Some(stem) => column.len() > stem.len() && column.starts_with(stem),
            None => field.column == column,
        })
    }

    /// The connection of the counterpart, and whose it is.
    #[must_use]
    pub fn counterpart_tenant(&self) -> Tenant {
        Tenant {
            organization: self.tenant.organization.clone(),
            connection: self.counterpart.clone(),
        }
    }

    /// The destination of the actions that keep its records equal.
    #[must_use]
    pub fn destination(&self) -> ConnectionId {
        ConnectionId::new(&format!("mapping_{}", self.name))
    }

    /// The fields with the directions that count: the mapping's narrows each, and a field that
    /// nothing is left of stands out.
    #[must_use]
    pub fn effective_fields(&self) -> Vec<MappedField> {
        let narrowed = |field: &MappedField| {
            let direction = field.direction.within(self.direction)?;
            Some(MappedField { direction, ..field.clone() })
        };
        self.fields.iter().filter_map(narrowed).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_direction_is_narrowed_and_never_widened() {
        use Direction::{Both, FromCrm, ToCrm};
        for (own, outer, expected) in [
            (Both, Both, Some(Both)),
            (Both, ToCrm, Some(ToCrm)),
            (FromCrm, Both, Some(FromCrm)),
            (ToCrm, ToCrm, Some(ToCrm)),
            (ToCrm, FromCrm, None),
            (FromCrm, ToCrm, None),
        ] {
            assert_eq!(own.within(outer), expected, "{own:?} within {outer:?}");
        }
    }

    #[test]
    fn a_column_is_mapped_by_its_name_or_by_a_star() {
        let field = |column: &str| MappedField {
            field: column.to_owned(),
            column: column.to_owned(),
            kind: ValueKind::Text,
            direction: Direction::Both,
            wins: Wins::LastWrite,
        };
        let mapping = Mapping {
            name: "people".to_owned(),
            tenant: crate::contract::sample::tenant("alpha"),
            account: None,
            counterpart: ConnectionId::new("app"),
            vendor: "application".to_owned(),
            table: String::new(),
            entity: Entity::Contact,
            direction: Direction::Both,
            fields: vec![field("email"), field("custom_fields.*")],
            only: Only::default(),
            new_rows: NewRows::Create,
            on_delete: OnDelete::Keep,
            skew_seconds: DEFAULT_SKEW_SECONDS,
            settings: BTreeMap::new(),
        };
        assert!(mapping.maps_column("email") && mapping.maps_column("custom_fields.Size"));
        assert!(!mapping.maps_column("e-mail") && !mapping.maps_column("custom_fields."));
    }

    #[test]
    fn a_field_says_only_what_differs_from_the_usual() {
        let read: MappedField =
            serde_json::from_str(r#"{"field": "tags", "column": "labels", "wins": "union"}"#)
                .unwrap();
        assert_eq!((read.kind, read.direction), (ValueKind::Text, Direction::Both));
        assert_eq!(read.wins, Wins::Union);
        let wrong = r#"{"field": "tags", "column": "labels", "win": "union"}"#;
        assert!(serde_json::from_str::<MappedField>(wrong).is_err());
    }
}
