//! `/v1/databases`: create with a first data source, read.

use endpoint::{Endpoint, Method};
use serde::{Serialize, Serializer};

use crate::{
    DatabaseId, PageId,
    models::{Database, Parent, PropertySchema, RichText},
};

/// Creates a database below a page, with its first data source.
///
/// The reply names the data source but not its columns: read them with
/// [`GetDataSource`](super::GetDataSource).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CreateDatabase {
    /// The page, which has to be shared with the connection.
    pub parent: PageId,
    /// The name of the database.
    pub title: String,
    /// The columns by name, in the order in which they are sent. Exactly one is the
    /// [`PropertySchema::Title`].
    pub properties: Vec<(String, PropertySchema)>,
}

#[derive(Serialize)]
struct Body<'a> {
    parent: Parent,
    title: RichText,
    initial_data_source: InitialDataSource<'a>,
}

#[derive(Serialize)]
struct InitialDataSource<'a> {
    #[serde(serialize_with = "in_order")]
    properties: &'a [(String, PropertySchema)],
}

/// A map whose members stand in the order of the list.
pub(super) fn in_order<T: Serialize, S: Serializer>(
    members: &&[(String, T)],
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_map(members.iter().map(|(name, value)| (name, value)))
}

impl Endpoint for CreateDatabase {
    const NAME: &'static str = "databases.create";
    const METHOD: Method = Method::Post;
    const PATH: &'static str = "/v1/databases";
    type Response = Database;

    fn body(&self) -> Result<Option<Vec<u8>>, serde_json::Error> {
        let body = Body {
            parent: Parent::Page { page_id: self.parent.clone() },
            title: RichText::new(&self.title),
            initial_data_source: InitialDataSource { properties: &self.properties },
        };
        serde_json::to_vec(&body).map(Some)
    }
}

/// Reads a database with the names of its data sources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GetDatabase {
    /// Which one.
    pub database_id: DatabaseId,
}

impl Endpoint for GetDatabase {
    const NAME: &'static str = "databases.get";
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/v1/databases/{database_id}";
    type Response = Database;

    fn path_parameters(&self) -> Vec<(&'static str, &str)> {
        vec![("database_id", self.database_id.as_str())]
    }
}
