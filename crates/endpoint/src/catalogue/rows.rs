//! What a catalogue stores: rows that point at shared texts and shared schemas.
//!
//! A generator fills a [`Table`]; everybody else reads it through the views of a `Catalogue`.

use super::OpenError;
use super::bounds::Bounds;
use super::effect::{Idempotency, Kind};
use super::pagination::PageStyle;
use super::place::Place;
use super::texts::{Text, Texts};
use super::wire::{Input, Wire, wire, wire_enum};
use crate::Method;

/// The first bytes of every stored catalogue: what it is, and in which form.
const FORM: [u8; 4] = *b"HWC1";

/// No catalogue is larger than this when it is unpacked, in bytes.
const LARGEST: usize = 8 << 20;

/// The packing that takes longest and gives least, for what is packed once and read forever.
const TIGHTEST: u8 = 10;

/// A whole catalogue, as it is stored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// Every text that occurs.
    pub texts: Texts,
    /// Every schema that occurs.
    pub schemas: Vec<SchemaRow>,
    /// The operations, sorted by the text of their id.
    pub operations: Vec<OperationRow>,
    /// Odd names of the wire, each with what it means.
    pub wire_names: Vec<(Text, Text)>,
}

/// The place of a schema in [`Table::schemas`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SchemaIndex(pub u32);

/// One operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OperationRow {
    /// `product.name`.
    pub id: Text,
    /// A few words for people.
    pub title: Text,
    /// The HTTP method.
    pub method: Method,
    /// What a call does to the world.
    pub kind: Kind,
    /// What a second call does.
    pub idempotency: Idempotency,
    /// As generation 2 of the API has it.
    pub v2: Option<EditionRow>,
    /// As generation 3 of the API has it.
    pub v3: Option<EditionRow>,
}

/// One operation in one generation of the API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EditionRow {
    /// The path with `{name}` where a parameter goes.
    pub path: Text,
    /// The value of the version header.
    pub version: Option<Text>,
    /// Who may call it: any of these is enough.
    pub access: Vec<AccessRow>,
    /// What goes into path, query and headers.
    pub parameters: Vec<ParameterRow>,
    /// What goes into the body.
    pub body: Option<BodyRow>,
    /// The documented answers, by status.
    pub replies: Vec<ReplyRow>,
    /// The field of a successful reply that holds what was asked for.
    pub envelope: Option<Text>,
    /// How to ask for more.
    pub pagination: PaginationRow,
    /// Whether the vendor advises against it.
    pub deprecated: bool,
    /// The version that the vendor says it came or was redesigned with.
    pub added_in: Option<Text>,
}

/// One way to be allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessRow {
    /// The vendor's class of token.
    pub token_class: Text,
    /// All of these are needed.
    pub scopes: Vec<Text>,
}

/// One parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParameterRow {
    /// Its name on the wire.
    pub name: Text,
    /// Where it goes.
    pub place: Place,
    /// Whether a call without it is refused.
    pub required: bool,
    /// Whether several values are one text with commas.
    pub joined: bool,
    /// What it may be.
    pub schema: SchemaIndex,
}

/// The body of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BodyRow {
    /// The media types that are accepted, the usual one first.
    pub content_types: Vec<Text>,
    /// Whether a call without a body is refused.
    pub required: bool,
    /// What it may be.
    pub schema: SchemaIndex,
}

/// One documented answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplyRow {
    /// The HTTP status.
    pub status: u16,
    /// The media type, where it is not JSON.
    pub content_type: Option<Text>,
    /// What the body is; none where the vendor says nothing.
    pub schema: Option<SchemaIndex>,
}

/// How a list continues.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaginationRow {
    /// The style.
    pub style: PageStyle,
    /// Where position and size go: the query or the body.
    pub place: Place,
    /// The name of the page's size.
    pub size: Option<Text>,
    /// The largest size, where the vendor names it.
    pub largest: Option<u32>,
    /// The names of the position.
    pub positions: Vec<Text>,
    /// The number of the first page, where pages are numbered.
    pub first: u32,
    /// The field of the reply that holds the rows.
    pub rows: Option<Text>,
}

/// One schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaRow {
    /// What values it has.
    pub shape: ShapeRow,
    /// Whether `null` is one of them.
    pub nullable: bool,
    /// The value that counts where none is given, as JSON.
    pub default: Option<Text>,
}

/// What values a schema has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ShapeRow {
    /// Whatever JSON can say.
    Any,
    /// Yes or no.
    Boolean,
    /// A number.
    Number {
        /// Whether it has no fraction.
        whole: bool,
        /// The smallest, as JSON.
        minimum: Option<Text>,
        /// The largest, as JSON.
        maximum: Option<Text>,
        /// The only values, as JSON; empty for all.
        values: Vec<Text>,
    },
    /// A text.
    String(StringRow),
    /// A list.
    Array {
        /// What each item is.
        items: SchemaIndex,
        /// The shortest list.
        shortest: Option<u32>,
        /// The longest list.
        longest: Option<u32>,
        /// Whether no item may stand twice.
        unique: bool,
    },
    /// Named fields.
    Object {
        /// The fields that are known, in order of name.
        fields: Vec<FieldRow>,
        /// What other names mean.
        rest: Rest,
    },
    /// Any one of several.
    Choice(Vec<SchemaIndex>),
}

/// A text's limits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StringRow {
    /// Such as `date-time`, `binary` or `number`.
    pub format: Option<Text>,
    /// The only values; empty for all.
    pub values: Vec<Text>,
    /// The fewest characters.
    pub shortest: Option<u32>,
    /// The most characters.
    pub longest: Option<u32>,
    /// A regular expression, as the vendor wrote it.
    pub pattern: Option<Text>,
}

/// One field of an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldRow {
    /// Its name on the wire.
    pub name: Text,
    /// What it may be.
    pub schema: SchemaIndex,
    /// Whether an object without it is refused.
    pub required: bool,
    /// Whether only replies have it.
    pub read_only: bool,
    /// Whether the vendor advises against it.
    pub deprecated: bool,
}

/// What names mean that an object does not list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rest {
    /// The vendor says nothing.
    Unsaid,
    /// They are refused.
    Refused,
    /// Anything goes.
    Anything,
    /// They all have this schema: the object is a map.
    Of(SchemaIndex),
}

impl Table {
    /// The stored form, packed; the same table always gives the same bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut plain = Vec::new();
        self.put(&mut plain);
        let mut bytes = FORM.to_vec();
        bytes.extend(miniz_oxide::deflate::compress_to_vec_zlib(&plain, TIGHTEST));
        bytes
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Result<Self, OpenError> {
        let packed = bytes
            .strip_prefix(FORM.as_slice())
            .ok_or_else(|| OpenError::new("it is of another form"))?;
        let plain = miniz_oxide::inflate::decompress_to_vec_zlib_with_limit(packed, LARGEST)
            .map_err(|error| OpenError::new(format!("it cannot be unpacked ({error})")))?;
        let mut input = Input::new(&plain);
        let table = Self::take(&mut input)?;
        if input.is_empty() { Ok(table) } else { Err(OpenError::new("something follows its end")) }
    }

    /// Whether every index points at something and the operations can be searched.
    pub(super) fn check(&self) -> Result<(), OpenError> {
        self.texts.check()?;
        if !Bounds::hold(self) {
            return Err(OpenError::new("an index points at nothing"));
        }
        let ids = self.operations.iter().map(|row| self.texts.get(row.id));
        if ids.is_sorted_by(|left, right| left < right) {
            Ok(())
        } else {
            Err(OpenError::new("its operations are not sorted"))
        }
    }
}

wire!(Table { texts, schemas, operations, wire_names });
wire!(OperationRow { id, title, method, kind, idempotency, v2, v3 });
wire!(EditionRow {
    path,
    version,
    access,
    parameters,
    body,
    replies,
    envelope,
    pagination,
    deprecated,
    added_in,
});
wire!(AccessRow { token_class, scopes });
wire!(ParameterRow { name, place, required, joined, schema });
wire!(BodyRow { content_types, required, schema });
wire!(ReplyRow { status, content_type, schema });
wire!(PaginationRow { style, place, size, largest, positions, first, rows });
wire!(SchemaRow { shape, nullable, default });
wire!(StringRow { format, values, shortest, longest, pattern });
wire!(FieldRow { name, schema, required, read_only, deprecated });
wire_enum!(Method { Get, Post, Put, Patch, Delete });

impl Wire for SchemaIndex {
    fn put(&self, out: &mut Vec<u8>) {
        self.0.put(out);
    }

    fn take(input: &mut Input<'_>) -> Result<Self, OpenError> {
        u32::take(input).map(Self)
    }
}

impl Wire for Rest {
    fn put(&self, out: &mut Vec<u8>) {
        match self {
            Self::Unsaid => 0_u32.put(out),
            Self::Refused => 1_u32.put(out),
            Self::Anything => 2_u32.put(out),
            Self::Of(schema) => (3_u32, *schema).put(out),
        }
    }

    fn take(input: &mut Input<'_>) -> Result<Self, OpenError> {
        match u32::take(input)? {
            0 => Ok(Self::Unsaid),
            1 => Ok(Self::Refused),
            2 => Ok(Self::Anything),
            3 => SchemaIndex::take(input).map(Self::Of),
            other => Err(OpenError::new(format!("an object has no rest {other}"))),
        }
    }
}

impl Wire for ShapeRow {
    fn put(&self, out: &mut Vec<u8>) {
        match self {
            Self::Any => 0_u32.put(out),
            Self::Boolean => 1_u32.put(out),
            Self::Number { whole, minimum, maximum, values } => {
                (2_u32, *whole).put(out);
                (*minimum, *maximum).put(out);
                values.put(out);
            }
            Self::String(row) => {
                3_u32.put(out);
                row.put(out);
            }
            Self::Array { items, shortest, longest, unique } => {
                (4_u32, *items).put(out);
                (*shortest, *longest).put(out);
                unique.put(out);
            }
            Self::Object { fields, rest } => {
                5_u32.put(out);
                fields.put(out);
                rest.put(out);
            }
            Self::Choice(schemas) => {
                6_u32.put(out);
                schemas.put(out);
            }
        }
    }

    fn take(input: &mut Input<'_>) -> Result<Self, OpenError> {
        Ok(match u32::take(input)? {
            0 => Self::Any,
            1 => Self::Boolean,
            2 => Self::Number {
                whole: Wire::take(input)?,
                minimum: Wire::take(input)?,
                maximum: Wire::take(input)?,
                values: Wire::take(input)?,
            },
            3 => Self::String(Wire::take(input)?),
            4 => Self::Array {
                items: Wire::take(input)?,
                shortest: Wire::take(input)?,
                longest: Wire::take(input)?,
                unique: Wire::take(input)?,
            },
            5 => Self::Object { fields: Wire::take(input)?, rest: Wire::take(input)? },
            6 => Self::Choice(Wire::take(input)?),
            other => return Err(OpenError::new(format!("there is no shape {other}"))),
        })
    }
}
