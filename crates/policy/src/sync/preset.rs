//! The usual table of fields for a system that a user has built: which field, which way, who wins.
//!
//! The last write counts, lists are joined, the CRM has the last word on who somebody is, since people
//! correct names and addresses there, and what machines read out of conversations flows one way.

use domain::{CRM_ID_COLUMN, Direction, MappedField, ValueKind, Wins};

/// What is switched per connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Switches {
    /// Whether custom fields flow too, under `custom_fields.` and their names.
    pub custom_fields: bool,
    /// How the names of the custom fields begin that machines fill; empty where there are none.
    pub machine_prefix: String,
}

impl Default for Switches {
    fn default() -> Self {
        Self { custom_fields: true, machine_prefix: "ai_".to_owned() }
    }
}

/// The fields of a contact.
#[must_use]
pub fn contact(switches: &Switches) -> Vec<MappedField> {
    use {Direction::Both, ValueKind as Kind, Wins::Crm, Wins::LastWrite};
    let mut fields = vec![
        field("id", CRM_ID_COLUMN, Kind::Text, Direction::FromCrm, Crm),
        same("first_name", Kind::Text, Crm),
        same("last_name", Kind::Text, Crm),
        same("email", Kind::Email, Crm),
        same("phone", Kind::Phone, Crm),
        same("tags", Kind::List, Wins::Union),
        same("street", Kind::Text, LastWrite),
        same("city", Kind::Text, LastWrite),
        same("region", Kind::Text, LastWrite),
        same("postal_code", Kind::Text, LastWrite),
        same("country", Kind::Text, LastWrite),
        same("website", Kind::Text, LastWrite),
        same("date_of_birth", Kind::Date, LastWrite),
        same("source", Kind::Text, LastWrite),
    ];
    if !switches.machine_prefix.is_empty() {
        let name = format!("custom_fields.{}*", switches.machine_prefix);
        fields.push(field(&name, &name, Kind::Any, Direction::FromCrm, Crm));
    }
    if switches.custom_fields {
        fields.push(field("custom_fields.*", "custom_fields.*", Kind::Any, Both, LastWrite));
    }
    fields
}

/// The fields of an opportunity. Its stage goes by name, as people see it.
#[must_use]
pub fn opportunity() -> Vec<MappedField> {
    use {ValueKind as Kind, Wins::LastWrite};
    vec![
        field("id", CRM_ID_COLUMN, Kind::Text, Direction::FromCrm, Wins::Crm),
        field("contact", "contact_crm_id", Kind::Text, Direction::FromCrm, Wins::Crm),
        same("name", Kind::Text, LastWrite),
        same("pipeline", Kind::Text, LastWrite),
        same("stage", Kind::Text, LastWrite),
        same("status", Kind::Text, LastWrite),
        same("value", Kind::Number, LastWrite),
    ]
}

/// A field whose column has the same name, both ways.
fn same(name: &str, kind: ValueKind, wins: Wins) -> MappedField {
    field(name, name, kind, Direction::Both, wins)
}

fn field(
    field: &str,
    column: &str,
    kind: ValueKind,
    direction: Direction,
    wins: Wins,
) -> MappedField {
    MappedField { field: field.to_owned(), column: column.to_owned(), kind, direction, wins }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sync::face::{Access, CONTACT_FIELDS, CUSTOM, OPPORTUNITY_FIELDS};

    fn wins(fields: &[MappedField], name: &str) -> Option<(Direction, Wins)> {
        let field = fields.iter().find(|field| field.field == name)?;
        Some((field.direction, field.wins))
    }

    #[test]
    fn the_crm_has_the_last_word_on_who_somebody_is() {
        let fields = contact(&Switches::default());
        for name in ["first_name", "last_name", "email", "phone"] {
            assert_eq!(wins(&fields, name), Some((Direction::Both, Wins::Crm)), "{name}");
        }
        assert_eq!(wins(&fields, "tags"), Some((Direction::Both, Wins::Union)));
        assert_eq!(wins(&fields, "city"), Some((Direction::Both, Wins::LastWrite)));
    }

    #[test]
    fn the_crms_id_and_what_machines_fill_flow_one_way() {
        let fields = contact(&Switches::default());
        let crm_id = fields.iter().find(|field| field.column == CRM_ID_COLUMN).unwrap();
        assert_eq!((crm_id.field.as_str(), crm_id.direction), ("id", Direction::FromCrm));
        let machine = wins(&fields, "custom_fields.ai_*");
        assert_eq!(machine, Some((Direction::FromCrm, Wins::Crm)));
        let position = |name: &str| fields.iter().position(|field| field.field == name);
        assert!(
            position("custom_fields.ai_*") < position("custom_fields.*"),
            "the first one counts"
        );
    }

    #[test]
    fn every_field_is_one_that_the_crm_has_and_takes() {
        for (fields, known) in [
            (contact(&Switches::default()), &CONTACT_FIELDS[..]),
            (opportunity(), &OPPORTUNITY_FIELDS[..]),
        ] {
            for field in fields.iter().filter(|field| !field.field.starts_with(CUSTOM)) {
                let access = known.iter().find(|(name, _)| *name == field.field).map(|one| one.1);
                let takes = access == Some(Access::Both);
                assert!(access.is_some(), "{}", field.field);
                assert!(takes || field.direction == Direction::FromCrm, "{}", field.field);
            }
        }
    }

    #[test]
    fn what_is_switched_off_is_not_mapped() {
        let fields = contact(&Switches { custom_fields: false, machine_prefix: String::new() });
        assert!(fields.iter().all(|field| !field.field.starts_with("custom_fields.")));
    }
}
