//! `/users`: read, search, create, change, delete.

mod records;

use super::declaration::operation;
use crate::{
    CompanyId, LocationId, UserId,
    models::{User, UsersReply},
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

operation! {
    SearchUsers = "users.search-users",
    Get "/users/search" => UsersReply,
    V2021_07_28 Read Some("users.readonly"),
    query(companyId: company_id, limit: limit, skip: skip),
    optional(locationId: location_id, query: query),
    rows(skip users: User),
}
