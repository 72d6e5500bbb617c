//! `/users`: read, search.

mod records;

use endpoint::{Endpoint, Method};

use super::declaration::operation;
use crate::{
    CompanyId, Effect, HighLevelEndpoint, LocationId, UserId, Version,
    models::{User, UsersReply},
    operation::add,
    pages::{Paged, Turn},
};

pub use self::records::{CreateUser, DeleteUser, UpdateUser};

/// Reads a user. A location's token cannot read those of the agency.
#[derive(Clone, Debug, PartialEq)]
pub struct GetUser {
    /// Which user.
    pub user_id: UserId,
}

operation! {
    GetUser = "users.get-user",
    Get "/users/{userId}" (userId: user_id) => User,
    V2021_07_28 Read Some("users.readonly"),
}

/// Finds users, in pages.
#[derive(Clone, Debug, PartialEq)]
pub struct SearchUsers {
    /// Of which company; [`crate::models::Location::company_id`] tells it.
    pub company_id: CompanyId,
    /// Of which location.
    pub location_id: Option<LocationId>,
    /// Words to look for.
    pub query: Option<String>,
    /// How many in a page.
    pub limit: u32,
    /// How many to leave out.
    pub skip: u32,
}

impl SearchUsers {
    /// All users of a company, 100 in a page.
    #[must_use]
    pub fn new(company_id: CompanyId) -> Self {
        Self { company_id, location_id: None, query: None, limit: 100, skip: 0 }
    }
}

impl Paged for SearchUsers {
    type Item = User;

    fn turn(&self, reply: UsersReply) -> Turn<Self> {
        let skip = self.skip.saturating_add(self.limit);
        Turn::numbered(
            reply.users,
            self.limit,
            |row: &User| row.id.as_str(),
            || Self { skip, ..self.clone() },
        )
    }
}

impl Endpoint for SearchUsers {
    const NAME: &'static str = "users.search-users";
    const METHOD: Method = Method::Get;
    const PATH: &'static str = "/users/search";
    type Response = UsersReply;

    fn query(&self) -> Vec<(&'static str, String)> {
        let mut query = vec![
            ("companyId", self.company_id.to_string()),
            ("limit", self.limit.to_string()),
            ("skip", self.skip.to_string()),
        ];
        add(&mut query, "locationId", self.location_id.as_ref());
        add(&mut query, "query", self.query.as_ref());
        query
    }
}

impl HighLevelEndpoint for SearchUsers {
    const VERSION: Version = Version::V2021_07_28;
    const EFFECT: Effect = Effect::Read;
    const SCOPE: Option<&'static str> = Some("users.readonly");
}
