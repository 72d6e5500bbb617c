//! `/forms`: list, submissions.

use super::declaration::operation;
use crate::{
    FormId, LocationId,
    models::{Form, FormsReply, Submission, SubmissionFilter, SubmissionsReply},
};

/// Lists the forms of a location, in pages.
#[derive(Clone, Debug, PartialEq)]
pub struct ListForms {
    /// In which location.
    pub location_id: LocationId,
    /// How many in a page, at most 50.
    pub limit: u32,
    /// How many to leave out.
    pub skip: u32,
    /// `folder` for folders instead of forms.
    pub kind: Option<String>,
}

impl ListForms {
    /// All forms of a location, 50 in a page.
    #[must_use]
    pub fn new(location_id: LocationId) -> Self {
        Self { location_id, limit: 50, skip: 0, kind: None }
    }
}

operation! {
    ListForms = "forms.get-forms",
    Get "/forms/" => FormsReply,
    V2021_07_28 Read Some("forms.readonly"),
    query(locationId: location_id, limit: limit, skip: skip),
    optional(type: kind),
    rows(skip forms: Form),
}

/// Lists what was sent by forms, in pages. Without dates it is that of the last month.
#[derive(Clone, Debug, PartialEq)]
pub struct ListFormSubmissions {
    /// In which location.
    pub location_id: LocationId,
    /// How many in a page, at most 100.
    pub limit: u32,
    /// Which page, from 1.
    pub page: u32,
    /// By which form.
    pub form_id: Option<FormId>,
    /// Which of them.
    pub filter: SubmissionFilter,
}

impl ListFormSubmissions {
    /// The submissions of the last month, 100 in a page.
    #[must_use]
    pub fn new(location_id: LocationId) -> Self {
        Self {
            location_id,
            limit: 100,
            page: 1,
            form_id: None,
            filter: SubmissionFilter::default(),
        }
    }
}

operation! {
    ListFormSubmissions = "forms.get-forms-submissions",
    Get "/forms/submissions" => SubmissionsReply,
    V2021_07_28 Read Some("forms.readonly"),
    query(locationId: location_id, limit: limit, page: page),
    optional(
        formId: form_id, q: filter.query, startAt: filter.start_at, endAt: filter.end_at
    ),
    rows(page submissions: Submission),
}
