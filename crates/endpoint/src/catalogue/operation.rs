//! One operation of a catalogue, and what each generation of the API makes of it.

use std::fmt;
use std::str::FromStr;

use super::effect::{Idempotency, Kind};
use super::pagination::Pagination;
use super::place::Place;
use super::rows::{AccessRow, BodyRow, EditionRow, OperationRow, ParameterRow, ReplyRow, Table};
use super::schema::Schema;
use crate::Method;

/// A generation of a vendor's API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Generation {
    /// The second.
    V2,
    /// The third.
    V3,
}

impl Generation {
    /// Both, the older first.
    pub const ALL: [Self; 2] = [Self::V2, Self::V3];

    /// `v2` or `v3`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::V2 => "v2",
            Self::V3 => "v3",
        }
    }
}

impl fmt::Display for Generation {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl FromStr for Generation {
    type Err = UnknownGeneration;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let found = Self::ALL.into_iter().find(|generation| generation.as_str() == text);
        found.ok_or_else(|| UnknownGeneration(text.to_owned()))
    }
}

/// A text that names no [`Generation`].
#[derive(Debug, thiserror::Error)]
#[error("there is no generation `{0}`: say `v2` or `v3`")]
pub struct UnknownGeneration(String);

/// One operation.
#[derive(Clone, Copy)]
pub struct Operation<'a> {
    table: &'a Table,
    row: &'a OperationRow,
}

impl<'a> Operation<'a> {
    pub(super) fn new(table: &'a Table, row: &'a OperationRow) -> Self {
        Self { table, row }
    }

    /// Its id, `product.name`.
    #[must_use]
    pub fn id(self) -> &'a str {
        self.table.texts.get(self.row.id)
    }

    /// The product that it belongs to: its id up to the dot.
    #[must_use]
    pub fn product(self) -> &'a str {
        self.id().split_once('.').map_or(self.id(), |(product, _)| product)
    }

    /// What it does, in a few words for people.
    #[must_use]
    pub fn title(self) -> &'a str {
        self.table.texts.get(self.row.title)
    }

    /// The HTTP method, the same in every generation.
    #[must_use]
    pub fn method(self) -> Method {
        self.row.method
    }

    /// What a call does to the world.
    #[must_use]
    pub fn kind(self) -> Kind {
        self.row.kind
    }

    /// What a second call with the same values does.
    #[must_use]
    pub fn idempotency(self) -> Idempotency {
        self.row.idempotency
    }

    /// The operation as one generation has it; none where that generation lacks it.
    #[must_use]
    pub fn edition(self, generation: Generation) -> Option<Edition<'a>> {
        let row = match generation {
            Generation::V2 => &self.row.v2,
            Generation::V3 => &self.row.v3,
        };
        row.as_ref().map(|row| Edition { table: self.table, row, generation })
    }

    /// The operation in every generation that has it, the oldest first.
    pub fn editions(self) -> impl Iterator<Item = Edition<'a>> {
        Generation::ALL.into_iter().filter_map(move |generation| self.edition(generation))
    }

    /// The path of the oldest generation that has it.
    #[must_use]
    pub fn path(self) -> &'a str {
        self.editions().next().map_or("", Edition::path)
    }

    /// Whether the newest generation is the first to have it.
    #[must_use]
    pub fn is_added(self) -> bool {
        self.row.v2.is_none()
    }

    /// Whether the newest generation lacks it.
    #[must_use]
    pub fn is_removed(self) -> bool {
        self.row.v3.is_none()
    }

    /// Whether the vendor advises against it in every generation that has it.
    #[must_use]
    pub fn is_deprecated(self) -> bool {
        self.editions().all(Edition::is_deprecated)
    }
}

impl fmt::Debug for Operation<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Operation({})", self.id())
    }
}

/// One operation in one generation of the API.
#[derive(Clone, Copy)]
pub struct Edition<'a> {
    table: &'a Table,
    row: &'a EditionRow,
    generation: Generation,
}

impl<'a> Edition<'a> {
    /// The generation.
    #[must_use]
    pub fn generation(self) -> Generation {
        self.generation
    }

    /// The path below the vendor's base address, with `{name}` where a parameter goes.
    #[must_use]
    pub fn path(self) -> &'a str {
        self.table.texts.get(self.row.path)
    }

    /// The value of the version header; none where the operation takes none.
    #[must_use]
    pub fn version(self) -> Option<&'a str> {
        self.row.version.map(|text| self.table.texts.get(text))
    }

    /// Who may call it: any of these is enough. None means that no token is needed.
    pub fn access(self) -> impl ExactSizeIterator<Item = Access<'a>> {
        self.row.access.iter().map(move |row| Access { table: self.table, row })
    }

    /// The scopes that any way of access needs, each once, in order.
    #[must_use]
    pub fn scopes(self) -> Vec<&'a str> {
        let mut scopes: Vec<&str> = self.access().flat_map(Access::scopes).collect();
        scopes.sort_unstable();
        scopes.dedup();
        scopes
    }

    /// What goes into path, query and headers, in the order of the vendor.
    pub fn parameters(self) -> impl ExactSizeIterator<Item = Parameter<'a>> {
        self.row.parameters.iter().map(move |row| Parameter { table: self.table, row })
    }

    /// The parameter of this name.
    #[must_use]
    pub fn parameter(self, name: &str) -> Option<Parameter<'a>> {
        self.parameters().find(|parameter| parameter.name() == name)
    }

    /// What goes into the body.
    #[must_use]
    pub fn body(self) -> Option<Body<'a>> {
        self.row.body.as_ref().map(|row| Body { table: self.table, row })
    }

    /// The documented answers, in order of status.
    pub fn replies(self) -> impl ExactSizeIterator<Item = Reply<'a>> {
        self.row.replies.iter().map(move |row| Reply { table: self.table, row })
    }

    /// The documented answer with this status.
    #[must_use]
    pub fn reply(self, status: u16) -> Option<Reply<'a>> {
        self.replies().find(|reply| reply.status() == status)
    }

    /// The documented success: the first answer with a status from 200 to 299.
    #[must_use]
    pub fn success(self) -> Option<Reply<'a>> {
        self.replies().find(|reply| (200..300).contains(&reply.status()))
    }

    /// The field of a successful reply that holds what was asked for; none where the reply itself
    /// is it.
    #[must_use]
    pub fn envelope(self) -> Option<&'a str> {
        self.row.envelope.map(|text| self.table.texts.get(text))
    }

    /// How to ask for more.
    #[must_use]
    pub fn pagination(self) -> Pagination<'a> {
        Pagination::new(self.table, &self.row.pagination)
    }

    /// Whether the vendor advises against it.
    #[must_use]
    pub fn is_deprecated(self) -> bool {
        self.row.deprecated
    }

    /// The version that the vendor says it came or was redesigned with.
    #[must_use]
    pub fn added_in(self) -> Option<&'a str> {
        self.row.added_in.map(|text| self.table.texts.get(text))
    }
}

/// One way to be allowed to call.
#[derive(Clone, Copy)]
pub struct Access<'a> {
    table: &'a Table,
    row: &'a AccessRow,
}

impl<'a> Access<'a> {
    /// The class of token, in the vendor crate's words.
    #[must_use]
    pub fn token_class(self) -> &'a str {
        self.table.texts.get(self.row.token_class)
    }

    /// The scopes that the token needs, all of them; none where the vendor names none.
    pub fn scopes(self) -> impl ExactSizeIterator<Item = &'a str> {
        self.row.scopes.iter().map(move |text| self.table.texts.get(*text))
    }
}

/// One parameter of an operation.
#[derive(Clone, Copy)]
pub struct Parameter<'a> {
    table: &'a Table,
    row: &'a ParameterRow,
}

impl<'a> Parameter<'a> {
    /// Its name on the wire.
    #[must_use]
    pub fn name(self) -> &'a str {
        self.table.texts.get(self.row.name)
    }

    /// Where it goes.
    #[must_use]
    pub fn place(self) -> Place {
        self.row.place
    }

    /// Whether a call without it is refused.
    #[must_use]
    pub fn is_required(self) -> bool {
        self.row.required
    }

    /// Whether several values are one text with commas; otherwise the name is repeated.
    #[must_use]
    pub fn is_joined(self) -> bool {
        self.row.joined
    }

    /// What it may be. On the wire it is text, so a number's text is as good as the number.
    #[must_use]
    pub fn schema(self) -> Schema<'a> {
        Schema::new(self.table, self.row.schema)
    }
}

/// The body of a request.
#[derive(Clone, Copy)]
pub struct Body<'a> {
    table: &'a Table,
    row: &'a BodyRow,
}

impl<'a> Body<'a> {
    /// The media types that are accepted, the usual one first.
    pub fn content_types(self) -> impl ExactSizeIterator<Item = &'a str> {
        self.row.content_types.iter().map(move |text| self.table.texts.get(*text))
    }

    /// Whether a call without a body is refused.
    #[must_use]
    pub fn is_required(self) -> bool {
        self.row.required
    }

    /// What it may be.
    #[must_use]
    pub fn schema(self) -> Schema<'a> {
        Schema::new(self.table, self.row.schema)
    }
}

/// One documented answer.
#[derive(Clone, Copy)]
pub struct Reply<'a> {
    table: &'a Table,
    row: &'a ReplyRow,
}

impl<'a> Reply<'a> {
    /// The HTTP status.
    #[must_use]
    pub fn status(self) -> u16 {
        self.row.status
    }

    /// The media type, where it is not JSON.
    #[must_use]
    pub fn content_type(self) -> Option<&'a str> {
        self.row.content_type.map(|text| self.table.texts.get(text))
    }

    /// What the body is; none where the vendor says nothing or there is no body.
    #[must_use]
    pub fn schema(self) -> Option<Schema<'a>> {
        self.row.schema.map(|index| Schema::new(self.table, index))
    }
}
