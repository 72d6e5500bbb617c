//! The raw call: any operation of the catalogue by its id, with values that are checked before they leave.

mod encoding;
mod reply;
#[cfg(test)]
mod tests;

use std::fmt;

use endpoint::{
    Request, Response,
    catalogue::{
        Body, Edition, Fault, Generation, Idempotency, Operation, Place, Problem, Schema, Shape,
        validate,
    },
};
use serde_json::{Map, Value};

pub(crate) use self::encoding::version;
pub use self::reply::RawReply;
use crate::{Call, Error, Profile, Version, catalogue};

/// Any operation of the [`catalogue`], with the values of one call.
///
/// It goes through the same client as the typed operations: token, budget and repetitions are the
/// same. Before anything is sent its values are held against the catalogue, and an [`Error`] lists
/// everything that is wrong ([`Error::problems`]).
///
/// ```
/// use highlevel::RawCall;
/// use serde_json::json;
///
/// let note = RawCall::new("contacts.create-note")?
///     .with("contactId", "c1")
///     .body(json!({"body": "Called back."}));
/// assert!(note.problems().is_empty());
///
/// // Mistakes are found before anything is sent.
/// let slip = RawCall::new("contacts.create-note")?.with("contactID", "c1").body(json!({}));
/// let problems: Vec<_> = slip.problems().iter().map(ToString::to_string).collect();
/// assert_eq!(problems[0], "path.contactId is required: add it");
/// assert_eq!(problems[1], "parameters.contactID is not known: did you mean `contactId`?");
///
/// let unknown = RawCall::new("contacts.create-nota").unwrap_err();
/// assert_eq!(unknown.nearest(), Some("contacts.create-note"));
/// # Ok::<(), highlevel::UnknownOperation>(())
/// ```
#[derive(Clone)]
pub struct RawCall {
    operation: Operation<'static>,
    generation: Generation,
    version: Option<Version>,
    parameters: Map<String, Value>,
    body: Option<Value>,
    files: Vec<File>,
}

/// A file of a body in parts.
#[derive(Clone)]
struct File {
    field: String,
    name: String,
    media_type: String,
    bytes: Vec<u8>,
}

/// An id that the catalogue does not have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("find the operation `{id}`: HighLevel has none of this id; {}", self.hint())]
pub struct UnknownOperation {
    id: String,
    nearest: Option<&'static str>,
}

impl UnknownOperation {
    /// The id that was probably meant.
    #[must_use]
    pub fn nearest(&self) -> Option<&'static str> {
        self.nearest
    }

    fn hint(&self) -> String {
        match self.nearest {
            Some(nearest) => format!("did you mean `{nearest}`?"),
            None => "search the catalogue for what it does".to_owned(),
        }
    }
}

impl RawCall {
    /// A call of the operation with this id, such as `contacts.get-contact`, without any values.
    ///
    /// # Errors
    /// When the catalogue has no such operation.
    pub fn new(id: &str) -> Result<Self, UnknownOperation> {
        match catalogue::operation(id) {
            Some(operation) => Ok(Self::of(operation)),
            None => {
                let nearest = catalogue::nearest(id).map(Operation::id);
                Err(UnknownOperation { id: id.to_owned(), nearest })
            }
        }
    }

    /// A call of this operation without any values: in v2 where that has it, and else in v3.
    #[must_use]
    pub fn of(operation: Operation<'static>) -> Self {
        let oldest = operation.editions().next();
        let generation = oldest.map_or(Generation::V2, Edition::generation);
        let parameters = Map::new();
        let (version, body, files) = (None, None, Vec::new());
        Self { operation, generation, version, parameters, body, files }
    }

    /// The same call in this generation of the API, whose paths and names may differ.
    #[must_use]
    pub fn generation(mut self, generation: Generation) -> Self {
        self.generation = generation;
        self
    }

    /// The same call with this value of the `Version` header in place of the one that HighLevel
    /// declares for the operation. Path and names stay those of the generation: it is for finding
    /// out what a version does.
    #[must_use]
    pub fn version(mut self, version: Version) -> Self {
        self.version = Some(version);
        self
    }

    /// The same call with a parameter of the path, the query or a header. Several values of one
    /// parameter are a list; `null` leaves it out.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        match value.into() {
            Value::Null => self.parameters.remove(name),
            value => self.parameters.insert(name.to_owned(), value),
        };
        self
    }

    /// The same call with this body. Where the operation takes a form, it is an object of the
    /// form's fields.
    #[must_use]
    pub fn body(mut self, body: Value) -> Self {
        self.body = Some(body);
        self
    }

    /// The same call with a file in one field of its form. `content_type` is the file's.
    #[must_use]
    pub fn file(
        mut self,
        field: &str,
        file_name: &str,
        content_type: &str,
        bytes: impl Into<Vec<u8>>,
    ) -> Self {
        self.files.push(File {
            field: field.to_owned(),
            name: file_name.to_owned(),
            media_type: content_type.to_owned(),
            bytes: bytes.into(),
        });
        self
    }

    /// The operation.
    #[must_use]
    pub fn operation(&self) -> Operation<'static> {
        self.operation
    }

    /// The operation in the generation of this call; none where that generation lacks it, which
    /// [`Self::problems`] reports too.
    #[must_use]
    pub fn edition(&self) -> Option<Edition<'static>> {
        self.operation.edition(self.generation)
    }

    /// The value of a parameter, where it was given.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&Value> {
        self.parameters.get(name)
    }

    /// The value of a parameter, or else of the body's field of this name, where it was given.
    #[must_use]
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.parameters.get(name).or_else(|| self.body.as_ref()?.get(name))
    }

    /// The body, where one was given.
    #[must_use]
    pub fn given_body(&self) -> Option<&Value> {
        self.body.as_ref()
    }

    /// Everything that is wrong with the values; empty where the call can be sent.
    #[must_use]
    pub fn problems(&self) -> Vec<Problem> {
        let body = self.body_with_files();
        let mut problems =
            validate(self.operation, self.generation, &self.parameters, body.as_ref());
        let takes_files = self.edition().is_some_and(encoding::is_multipart);
        if !self.files.is_empty() && !takes_files {
            problems.push(Problem { place: "files".to_owned(), fault: Fault::Body });
        }
        problems
    }

    /// The body with a text in place of each file, as the catalogue knows it. Some operations name
    /// their file fields after ids, which no catalogue can list: there files are left out.
    fn body_with_files(&self) -> Option<Value> {
        let declared = self.edition().and_then(Edition::body);
        let Some(schema) = declared.map(Body::schema).filter(|_| !self.files.is_empty()) else {
            return self.body.clone();
        };
        let mut body = self.body.clone().unwrap_or_else(|| Value::Object(Map::new()));
        if let Value::Object(fields) = &mut body
            && lists_files(schema)
        {
            let text = |file: &File| (file.field.clone(), Value::String(file.name.clone()));
            fields.extend(self.files.iter().map(text));
        }
        Some(body)
    }

    /// The values that go into one place.
    pub(crate) fn values(&self, place: Place) -> Option<&Map<String, Value>> {
        match place {
            Place::Body => self.body.as_ref()?.as_object(),
            Place::Path | Place::Query | Place::Header => Some(&self.parameters),
        }
    }

    /// The same call with one value changed; `null` takes it out.
    pub(crate) fn with_value(mut self, place: Place, name: &str, value: Value) -> Self {
        if place != Place::Body {
            return self.with(name, value);
        }
        let body = self.body.get_or_insert_with(|| Value::Object(Map::new()));
        match (body, value) {
            (Value::Object(fields), Value::Null) => fields.remove(name),
            (Value::Object(fields), value) => fields.insert(name.to_owned(), value),
            _ => None,
        };
        self
    }
}

/// Whether the schema names the fields that hold files.
fn lists_files(schema: Schema<'_>) -> bool {
    schema
        .fields()
        .any(|field| matches!(field.schema().shape(), Shape::String { format: Some("binary"), .. }))
}

/// What the client has to know of an operation in one generation.
pub(crate) fn profile_of(
    operation: Operation<'static>,
    edition: Option<Edition<'static>>,
) -> Profile {
    let scopes = edition.map(Edition::scopes).unwrap_or_default();
    Profile {
        operation: operation.id(),
        method: operation.method(),
        repeatable: operation.idempotency() != Idempotency::Repeats,
        // Where there are several ways, naming one would mislead.
        scope: <[_; 1]>::try_from(scopes).ok().map(|[only]| only),
        needs_token: edition.is_none_or(|edition| edition.access().len() > 0),
    }
}

impl Call for RawCall {
    type Response = RawReply;

    fn profile(&self) -> Profile {
        profile_of(self.operation, self.edition())
    }

    fn request(&self, base_url: &str) -> Result<Request, Error> {
        let problems = self.problems();
        match self.edition() {
            Some(edition) if problems.is_empty() => encoding::request(self, edition, base_url),
            _ => Err(Error::invalid(self.operation.id(), problems)),
        }
    }

    fn read(&self, response: Response) -> Result<RawReply, Error> {
        RawReply::read(self.operation, self.edition(), response)
            .map_err(|error| Error::of(self.profile(), error))
    }
}

impl fmt::Debug for RawCall {
    /// Names without values: forms carry credentials.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("RawCall")
            .field("operation", &self.operation.id())
            .field("generation", &self.generation)
            .field("parameters", &self.parameters.keys().collect::<Vec<_>>())
            .field("has_body", &self.body.is_some())
            .field("files", &self.files.iter().map(|file| &file.field).collect::<Vec<_>>())
            .finish()
    }
}
