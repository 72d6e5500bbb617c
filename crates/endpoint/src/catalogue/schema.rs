//! The schema of a value: what a parameter, a body or a reply may be.

use std::fmt;

use super::rows::{FieldRow, Rest, SchemaIndex, SchemaRow, ShapeRow, StringRow, Table};

/// What a value may be. A schema can contain itself, so a walk has to count its steps.
#[derive(Clone, Copy)]
pub struct Schema<'a> {
    table: &'a Table,
    index: SchemaIndex,
}

/// The shape of a [`Schema`]'s values.
#[derive(Clone, Copy, Debug)]
pub enum Shape<'a> {
    /// Whatever JSON can say.
    Any,
    /// Yes or no.
    Boolean,
    /// A number.
    Number {
        /// Whether it has no fraction.
        whole: bool,
        /// The smallest.
        minimum: Option<f64>,
        /// The largest.
        maximum: Option<f64>,
    },
    /// A text.
    String {
        /// Such as `date-time`, `binary`, or `number` for digits in a text.
        format: Option<&'a str>,
        /// The fewest characters.
        shortest: Option<u32>,
        /// The most characters.
        longest: Option<u32>,
        /// A regular expression, as the vendor wrote it; nothing here evaluates it.
        pattern: Option<&'a str>,
    },
    /// A list.
    Array {
        /// What each item is.
        items: Schema<'a>,
        /// The shortest list.
        shortest: Option<u32>,
        /// The longest list.
        longest: Option<u32>,
        /// Whether no item may stand twice.
        unique: bool,
    },
    /// Named fields, which [`Schema::fields`] lists, and those that [`Schema::rest`] speaks of.
    Object,
    /// Any one of [`Schema::choices`].
    Choice,
}

impl<'a> Schema<'a> {
    pub(super) fn new(table: &'a Table, index: SchemaIndex) -> Self {
        Self { table, index }
    }

    /// Its place in the catalogue's table: two schemas with one index are the same.
    #[must_use]
    pub fn index(self) -> SchemaIndex {
        self.index
    }

    /// The shape of its values.
    #[must_use]
    pub fn shape(self) -> Shape<'a> {
        let text = |text| self.table.texts.get(text);
        let number =
            |text: Option<_>| text.and_then(|text| self.table.texts.get(text).parse().ok());
        match &self.row().shape {
            ShapeRow::Any => Shape::Any,
            ShapeRow::Boolean => Shape::Boolean,
            ShapeRow::Number { whole, minimum, maximum, .. } => Shape::Number {
                whole: *whole,
                minimum: number(*minimum),
                maximum: number(*maximum),
            },
            ShapeRow::String(StringRow { format, shortest, longest, pattern, .. }) => {
                Shape::String {
                    format: format.map(text),
                    shortest: *shortest,
                    longest: *longest,
                    pattern: pattern.map(text),
                }
            }
            ShapeRow::Array { items, shortest, longest, unique } => Shape::Array {
                items: Self::new(self.table, *items),
                shortest: *shortest,
                longest: *longest,
                unique: *unique,
            },
            ShapeRow::Object { .. } => Shape::Object,
            ShapeRow::Choice(_) => Shape::Choice,
        }
    }

    /// Whether `null` is one of its values.
    #[must_use]
    pub fn is_nullable(self) -> bool {
        self.row().nullable
    }

    /// The value that counts where none is given, as JSON.
    #[must_use]
    pub fn default(self) -> Option<&'a str> {
        self.row().default.map(|text| self.table.texts.get(text))
    }

    /// The only values of a text or, as JSON, of a number; empty where all are good.
    pub fn values(self) -> impl ExactSizeIterator<Item = &'a str> {
        let values = match &self.row().shape {
            ShapeRow::Number { values, .. } | ShapeRow::String(StringRow { values, .. }) => values,
            _ => [].as_slice(),
        };
        values.iter().map(move |text| self.table.texts.get(*text))
    }

    /// The fields of an object, in order of name; empty for every other shape.
    pub fn fields(self) -> impl ExactSizeIterator<Item = Field<'a>> {
        let fields = match &self.row().shape {
            ShapeRow::Object { fields, .. } => fields.as_slice(),
            _ => &[],
        };
        fields.iter().map(move |row| Field { table: self.table, row })
    }

    /// The field of this name.
    #[must_use]
    pub fn field(self, name: &str) -> Option<Field<'a>> {
        self.fields().find(|field| field.name() == name)
    }

    /// What names mean that an object does not list.
    #[must_use]
    pub fn rest(self) -> Rest {
        match &self.row().shape {
            ShapeRow::Object { rest, .. } => *rest,
            _ => Rest::Unsaid,
        }
    }

    /// What the values of a map are; none where the object is no map.
    #[must_use]
    pub fn map_values(self) -> Option<Self> {
        match self.rest() {
            Rest::Of(index) => Some(Self::new(self.table, index)),
            Rest::Unsaid | Rest::Refused | Rest::Anything => None,
        }
    }

    /// The alternatives of a choice; empty for every other shape.
    pub fn choices(self) -> impl ExactSizeIterator<Item = Self> {
        let choices = match &self.row().shape {
            ShapeRow::Choice(choices) => choices.as_slice(),
            _ => &[],
        };
        choices.iter().map(move |index| Self::new(self.table, *index))
    }

    /// The shape in a word or two, for people: `string`, `array of object`, `map of number`.
    #[must_use]
    pub fn describe(self) -> String {
        match self.shape() {
            Shape::Any => "anything".to_owned(),
            Shape::Boolean => "boolean".to_owned(),
            Shape::Number { whole: true, .. } => "integer".to_owned(),
            Shape::Number { whole: false, .. } => "number".to_owned(),
            Shape::String { format: Some(format), .. } => format!("string ({format})"),
            Shape::String { .. } => "string".to_owned(),
            Shape::Array { items, .. } => match items.shape() {
                // A list can contain itself.
                Shape::Array { .. } => "array of arrays".to_owned(),
                Shape::Choice => "array".to_owned(),
                _ => format!("array of {}", items.describe_flat()),
            },
            Shape::Object => match self.map_values() {
                Some(values) if self.fields().len() == 0 => {
                    format!("map of {}", values.describe_flat())
                }
                _ => "object".to_owned(),
            },
            Shape::Choice => {
                let mut words: Vec<_> = self.choices().map(Self::describe_flat).collect();
                words.dedup();
                words.join(" or ")
            }
        }
    }

    /// The shape in a word, without looking inside.
    fn describe_flat(self) -> String {
        match self.shape() {
            Shape::Array { .. } => "array".to_owned(),
            Shape::Object => "object".to_owned(),
            Shape::Choice => "choice".to_owned(),
            _ => self.describe(),
        }
    }

    fn row(self) -> &'a SchemaRow {
        &self.table.schemas[self.index.0 as usize]
    }
}

impl fmt::Debug for Schema<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Schema({}, {})", self.index.0, self.describe())
    }
}

/// One field of an object.
#[derive(Clone, Copy)]
pub struct Field<'a> {
    table: &'a Table,
    row: &'a FieldRow,
}

impl<'a> Field<'a> {
    /// Its name on the wire.
    #[must_use]
    pub fn name(self) -> &'a str {
        self.table.texts.get(self.row.name)
    }

    /// What it may be.
    #[must_use]
    pub fn schema(self) -> Schema<'a> {
        Schema::new(self.table, self.row.schema)
    }

    /// Whether an object without it is refused.
    #[must_use]
    pub fn is_required(self) -> bool {
        self.row.required
    }

    /// Whether only replies have it.
    #[must_use]
    pub fn is_read_only(self) -> bool {
        self.row.read_only
    }

    /// Whether the vendor advises against it.
    #[must_use]
    pub fn is_deprecated(self) -> bool {
        self.row.deprecated
    }
}
