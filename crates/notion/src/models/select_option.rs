//! An option of a `select` or `multi_select` column, as it is written.

use serde::Serialize;

use super::code_units;

/// Code units per name: Notion refuses more than 100 characters.
const NAME_UNITS: usize = 100;

/// An option, by name.
///
/// Notion refuses commas in a name (`facts/notion.md` 3) and more than 100 characters: commas become
/// semicolons, and a long name ends with an ellipsis.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SelectOption {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    color: Option<Color>,
}

impl SelectOption {
    /// The option with this name; none where nothing is left of it.
    #[must_use]
    pub fn new(name: &str) -> Option<Self> {
        let name = name.trim().replace(',', ";");
        let name = code_units::shortened(&name, NAME_UNITS);
        (!name.is_empty()).then_some(Self { name, color: None })
    }

    /// The same option with a color, for a new column: a color that an option has never changes.
    #[must_use]
    pub fn with_color(self, color: Color) -> Self {
        Self { color: Some(color), ..self }
    }

    /// The name as it is written, which is the one that comes back.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// The colors of options (`facts/notion.md` 2.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "a color is its name")]
pub enum Color {
    Default,
    Gray,
    Brown,
    Orange,
    Yellow,
    Green,
    Blue,
    Purple,
    Pink,
    Red,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_no_comma_and_at_most_one_hundred_units() {
        let option = SelectOption::new(" Smith, John ").unwrap();
        assert_eq!(option.name(), "Smith; John");
        let long = SelectOption::new(&"😀".repeat(60)).unwrap();
        assert_eq!(long.name(), format!("{}…", "😀".repeat(49)));
        assert_eq!(SelectOption::new(" "), None);
    }
}
