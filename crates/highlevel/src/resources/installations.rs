//! `/oauth/installedLocations`: on which locations of an agency an app is installed.

use super::declaration::operation;
use crate::{
    CompanyId,
    models::{InstalledLocation, InstalledLocationsReply},
};

/// Finds the locations that have an app, in pages. Only the token of the app's own company opens it:
/// a private token holds no scope of OAuth (`facts/highlevel.md` 2.1, 2.3).
#[derive(Clone, Debug, PartialEq)]
pub struct ListInstalledLocations {
    /// Of which agency.
    pub company_id: CompanyId,
    /// Which app: the part of its client id before the dash.
    pub app_id: String,
    /// Those that have the app, or those that could have it.
    pub is_installed: bool,
    /// How many in a page.
    pub limit: u32,
    /// How many to leave out.
    pub skip: u32,
}

impl ListInstalledLocations {
    /// All locations of the agency that have the app, 100 in a page.
    #[must_use]
    pub fn new(company_id: CompanyId, app_id: &str) -> Self {
        Self { company_id, app_id: app_id.to_owned(), is_installed: true, limit: 100, skip: 0 }
    }
}

operation! {
    ListInstalledLocations = "oauth.get-installed-location",
    Get "/oauth/installedLocations" => InstalledLocationsReply,
    V2021_07_28 Read Some("oauth.readonly"),
    query(companyId: company_id, appId: app_id, isInstalled: is_installed, limit: limit, skip: skip),
    rows(skip locations: InstalledLocation),
}
