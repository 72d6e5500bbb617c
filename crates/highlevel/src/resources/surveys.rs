//! `/surveys`: list, submissions.

use super::declaration::operation;
use crate::{
    LocationId, SurveyId,
    models::{Submission, SubmissionFilter, SubmissionsReply, Survey, SurveysReply},
};

/// Lists the surveys of a location, in pages.
#[derive(Clone, Debug, PartialEq)]
pub struct ListSurveys {
    /// In which location.
    pub location_id: LocationId,
    /// How many in a page, at most 50.
    pub limit: u32,
    /// How many to leave out.
    pub skip: u32,
    /// `folder` for folders instead of surveys.
    pub kind: Option<String>,
}

impl ListSurveys {
    /// All surveys of a location, 50 in a page.
    #[must_use]
    pub fn new(location_id: LocationId) -> Self {
        Self { location_id, limit: 50, skip: 0, kind: None }
    }
}

operation! {
    ListSurveys = "surveys.get-surveys",
    Get "/surveys/" => SurveysReply,
    V2021_07_28 Read Some("surveys.readonly"),
    query(locationId: location_id, limit: limit, skip: skip),
    optional(type: kind),
    rows(skip surveys: Survey),
}

/// Lists what was sent by surveys, in pages. Without dates it is that of the last month.
#[derive(Clone, Debug, PartialEq)]
pub struct ListSurveySubmissions {
    /// In which location.
    pub location_id: LocationId,
    /// How many in a page, at most 100.
    pub limit: u32,
    /// Which page, from 1.
    pub page: u32,
    /// By which survey.
    pub survey_id: Option<SurveyId>,
    /// Which of them.
    pub filter: SubmissionFilter,
}

impl ListSurveySubmissions {
    /// The submissions of the last month, 100 in a page.
    #[must_use]
    pub fn new(location_id: LocationId) -> Self {
        Self {
            location_id,
            limit: 100,
            page: 1,
            survey_id: None,
            filter: SubmissionFilter::default(),
        }
    }
}

operation! {
    ListSurveySubmissions = "surveys.get-surveys-submissions",
    Get "/surveys/submissions" => SubmissionsReply,
    V2021_07_28 Read Some("surveys.readonly"),
    query(locationId: location_id, limit: limit, page: page),
    optional(
        surveyId: survey_id, q: filter.query, startAt: filter.start_at, endAt: filter.end_at
    ),
    rows(page submissions: Submission),
}
