//! `/users`: create, change, delete.

use serde::Serialize;

use super::super::declaration::operation;
use crate::{
    CompanyId, LocationId, UserId,
    models::{Done, Password, User, UserFields},
};

/// Creates a user, who gets an e-mail about it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CreateUser {
    /// In which company.
    pub company_id: CompanyId,
    /// The first name.
    pub first_name: String,
    /// The last name.
    pub last_name: String,
    /// The e-mail address, by which the user signs in.
    pub email: String,
    /// The first password.
    pub password: Password,
    /// `account` or `agency`.
    #[serde(rename = "type")]
    pub kind: String,
    /// `admin` or `user`.
    pub role: String,
    /// In which locations the user works.
    pub location_ids: Vec<LocationId>,
    /// What else is to be said.
    #[serde(flatten)]
    pub fields: UserFields,
}

operation! {
    CreateUser = "users.create-user",
    Post "/users/" => User,
    V2021_07_28 Send Some("users.write"),
    body json,
}

/// Changes a user; what is left out stays.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UpdateUser {
    /// Which user.
    #[serde(skip)]
    pub user_id: UserId,
    /// The first name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_name: Option<String>,
    /// The last name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_name: Option<String>,
    /// The e-mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// A new password.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<Password>,
    /// `account` or `agency`.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// `admin` or `user`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    /// In which company.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub company_id: Option<CompanyId>,
    /// In which locations the user works: all of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location_ids: Option<Vec<LocationId>>,
    /// What else is to change.
    #[serde(flatten)]
    pub fields: UserFields,
}

impl UpdateUser {
    /// A change of nothing yet.
    #[must_use]
    pub fn new(user_id: UserId) -> Self {
        Self {
            user_id,
            first_name: None,
            last_name: None,
            email: None,
            password: None,
            kind: None,
            role: None,
            company_id: None,
            location_ids: None,
            fields: UserFields::default(),
        }
    }
}

operation! {
    UpdateUser = "users.update-user",
    Put "/users/{userId}" (userId: user_id) => User,
    V2021_07_28 Write Some("users.write"),
    body json,
}

/// Deletes a user.
#[derive(Clone, Debug, PartialEq)]
pub struct DeleteUser {
    /// Which user.
    pub user_id: UserId,
}

operation! {
    DeleteUser = "users.delete-user",
    Delete "/users/{userId}" (userId: user_id) => Done,
    V2021_07_28 Delete Some("users.write"),
}
