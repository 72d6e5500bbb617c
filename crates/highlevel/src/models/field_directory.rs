//! A directory of custom fields: from name, key or id to the definition, for writing and reading.

use std::{cmp::Reverse, collections::BTreeMap, fmt};

use serde_json::Value;

use super::{Contact, CustomField, CustomFieldDefinition, CustomFieldWrite};
use crate::CustomFieldId;

/// How like a known field an unknown one has to be to be meant: 0 is nothing alike, 1 the same.
const ALIKE: f64 = 0.5;

/// What a custom field belongs to. The same name and key may stand in both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FieldOwner {
    /// Contacts.
    Contact,
    /// Opportunities.
    Opportunity,
}

/// The custom fields of a location's contacts, or of its opportunities.
///
/// Records name custom fields by id alone, people know them by name, and templates by key
/// (`facts/highlevel.md` 9.2). A field is found by its id; by its key, with and without what stands
/// before the dot (`contact.contract_end`, `contract_end`); and by its name in any case of letters.
///
/// ```
/// use highlevel::models::{FieldDirectory, FieldOwner};
/// use serde_json::json;
///
/// let definitions = serde_json::from_value(json!([
///     {"id": "f7", "name": "Contract end", "fieldKey": "contact.contract_end", "model": "contact"},
/// ]))?;
/// let fields = FieldDirectory::new(FieldOwner::Contact, definitions);
/// for known in ["f7", "contract_end", "contact.contract_end", "contract END"] {
///     assert_eq!(fields.find(known)?.id.as_str(), "f7");
/// }
/// let writes = fields.writes([("Contract end", json!("2027-12-31"))])?;
/// assert_eq!(json!(writes), json!([{"id": "f7", "field_value": "2027-12-31"}]));
/// let refused = fields.find("contract-end").unwrap_err();
/// assert!(refused.to_string().contains("did you mean `Contract end`?"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct FieldDirectory {
    owner: FieldOwner,
    definitions: Vec<CustomFieldDefinition>,
    by_id: BTreeMap<String, usize>,
    by_key: BTreeMap<String, Vec<usize>>,
    by_name: BTreeMap<String, Vec<usize>>,
}

/// Why a custom field was not found.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FieldError {
    /// No field has this id, key or name.
    #[error(
        "{owner} has no custom field `{asked}`{}",
        nearest.as_ref().map_or_else(
            || "; list the location's fields, or create it".to_owned(),
            |nearest| format!(": did you mean `{nearest}`?"),
        )
    )]
    Unknown {
        /// What the field was to belong to.
        owner: FieldOwner,
        /// What was asked for.
        asked: String,
        /// The known name, or key, that is most like it.
        nearest: Option<String>,
    },
    /// Several fields have this name or key.
    #[error("{owner} has several custom fields `{asked}`; name it by key or id: {}", known.join(", "))]
    Ambiguous {
        /// What the fields belong to.
        owner: FieldOwner,
        /// What was asked for.
        asked: String,
        /// The fields' keys, or ids where they have none.
        known: Vec<String>,
    },
}

impl FieldOwner {
    /// What stands before the dot of a key, which is also how definitions name the owner.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Contact => "contact",
            Self::Opportunity => "opportunity",
        }
    }

    /// Whether a definition is of this owner, as far as it says.
    fn has(self, definition: &CustomFieldDefinition) -> bool {
        let prefix = definition.field_key.as_deref().and_then(|key| key.split_once('.'));
        let said = definition.model.as_deref().or(prefix.map(|(owner, _)| owner));
        said.is_none_or(|owner| owner == self.as_str())
    }
}

impl fmt::Display for FieldOwner {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl FieldDirectory {
    /// A directory of those definitions that are of `owner`.
    #[must_use]
    pub fn new(owner: FieldOwner, definitions: Vec<CustomFieldDefinition>) -> Self {
        let definitions: Vec<_> = definitions.into_iter().filter(|it| owner.has(it)).collect();
        let mut by_id = BTreeMap::new();
        let mut by_key: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        let mut by_name: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (at, definition) in definitions.iter().enumerate() {
            by_id.insert(definition.id.to_string(), at);
            if let Some(key) = &definition.field_key {
                by_key.entry(short(owner, key).to_owned()).or_default().push(at);
            }
            if let Some(name) = &definition.name {
                by_name.entry(folded(name)).or_default().push(at);
            }
        }
        Self { owner, definitions, by_id, by_key, by_name }
    }

    /// All definitions, in HighLevel's order.
    #[must_use]
    pub fn definitions(&self) -> &[CustomFieldDefinition] {
        &self.definitions
    }

    /// The definition with this id.
    #[must_use]
    pub fn by_id(&self, id: &CustomFieldId) -> Option<&CustomFieldDefinition> {
        self.by_id.get(id.as_str()).map(|at| &self.definitions[*at])
    }

    /// The definition that has this id, or this key, or this name; the first of the three counts.
    ///
    /// # Errors
    /// When there is none, with the nearest that there is, and when there are several.
    pub fn find(&self, asked: &str) -> Result<&CustomFieldDefinition, FieldError> {
        let asked = asked.trim();
        if let Some(at) = self.by_id.get(asked) {
            return Ok(&self.definitions[*at]);
        }
        let by_key = self.by_key.get(short(self.owner, asked));
        match by_key.or_else(|| self.by_name.get(&folded(asked))).map(Vec::as_slice) {
            Some([at]) => Ok(&self.definitions[*at]),
            Some(several) => Err(self.ambiguous(asked, several)),
            None => Err(self.unknown(asked)),
        }
    }

    /// The array `customFields` of a write, from names, keys or ids and values.
    ///
    /// # Errors
    /// As [`Self::find`], for the first field that is not found. Nothing is left out in silence.
    pub fn writes<'a, I, V>(&self, values: I) -> Result<Vec<CustomFieldWrite>, FieldError>
    where
        I: IntoIterator<Item = (&'a str, V)>,
        V: Into<Value>,
    {
        let write = |(asked, value): (&str, V)| {
            Ok(CustomFieldWrite::by_id(self.find(asked)?.id.clone(), value))
        };
        values.into_iter().map(write).collect()
    }

    /// The values of a record's custom fields, each with its definition, in the record's order. A
    /// field that was created since the definitions were read has none.
    pub fn named<'a>(
        &'a self,
        values: &'a [CustomField],
    ) -> impl Iterator<Item = (Option<&'a CustomFieldDefinition>, &'a CustomField)> {
        values.iter().map(|value| (value.id().and_then(|id| self.by_id(&id)), value))
    }

    /// The value that a contact has in the field of this name, key or id; none where it is empty.
    ///
    /// # Errors
    /// As [`Self::find`].
    pub fn value<'a>(
        &self,
        contact: &'a Contact,
        asked: &str,
    ) -> Result<Option<&'a Value>, FieldError> {
        Ok(contact.custom_field(&self.find(asked)?.id))
    }

    fn ambiguous(&self, asked: &str, several: &[usize]) -> FieldError {
        let known = several.iter().map(|at| &self.definitions[*at]);
        let known = known.map(|it| it.field_key.clone().unwrap_or_else(|| it.id.to_string()));
        FieldError::Ambiguous { owner: self.owner, asked: asked.to_owned(), known: known.collect() }
    }

    fn unknown(&self, asked: &str) -> FieldError {
        let names = self.definitions.iter().filter_map(|it| it.name.as_deref());
        let keys = self.definitions.iter().filter_map(|it| it.field_key.as_deref());
        let wanted = folded(short(self.owner, asked));
        let likeness = |known: &str| {
            let known = folded(short(self.owner, known));
            strsim::normalized_damerau_levenshtein(&wanted, &known)
        };
        let nearest = names
            .chain(keys)
            .map(|known| (likeness(known), known))
            .filter(|(likeness, _)| *likeness >= ALIKE)
            .max_by(|left, right| {
                left.0.total_cmp(&right.0).then_with(|| Reverse(left.1).cmp(&Reverse(right.1)))
            })
            .map(|(_, known)| known.to_owned());
        FieldError::Unknown { owner: self.owner, asked: asked.to_owned(), nearest }
    }
}

/// A key without its owner.
fn short(owner: FieldOwner, key: &str) -> &str {
    let rest = key.strip_prefix(owner.as_str()).and_then(|rest| rest.strip_prefix('.'));
    rest.unwrap_or(key)
}

/// A name as it is compared.
fn folded(name: &str) -> String {
    name.trim().to_lowercase()
}

#[cfg(test)]
mod tests;
