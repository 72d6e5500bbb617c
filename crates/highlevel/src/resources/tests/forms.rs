//! Tests of forms and surveys, and of what is sent by them.

use super::*;
use crate::{FormId, SurveyId, models::SubmissionFilter};

#[tokio::test]
async fn forms_are_skipped_and_submissions_are_numbered() {
    let list = ListForms { limit: 1, ..ListForms::new(location()) };
    let (_, wire) =
        turned(list, &[r#"{"forms":[{"id":"f1"}],"total":1}"#, r#"{"forms":[]}"#]).await;
    assert_eq!(
        wire,
        ["GET /forms/?locationId=l1&limit=1&skip=0", "GET /forms/?locationId=l1&limit=1&skip=1"]
    );
    let list = ListFormSubmissions {
        limit: 1,
        form_id: Some(FormId::new("f1")),
        filter: SubmissionFilter {
            start_at: Some(text("2027-01-01")),
            ..SubmissionFilter::default()
        },
        ..ListFormSubmissions::new(location())
    };
    assert!(sent(&list).starts_with("2021-07-28 GET /forms/submissions?"));
    let page = r#"{"submissions":[{"id":"s1","contactId":"c1","formId":"f1",
        "others":{"cf7":"yes","eventData":{"page":{"url":"https://x.test"}}}}],
        "meta":{"total":1,"currentPage":1,"nextPage":null,"prevPage":null}}"#;
    let (sizes, wire) = turned(list, &[page, r#"{"submissions":[]}"#]).await;
    assert_eq!(sizes, [1]);
    let path = "GET /forms/submissions?locationId=l1&limit=1";
    let rest = "formId=f1&startAt=2027-01-01";
    assert_eq!(wire, [format!("{path}&page=1&{rest}"), format!("{path}&page=2&{rest}")]);
    let submission = read::<ListFormSubmissions>(page).submissions.remove(0);
    assert_eq!(submission.others.unwrap()["cf7"], "yes");
}

#[tokio::test]
async fn surveys_are_like_forms() {
    let list = ListSurveys { limit: 1, ..ListSurveys::new(location()) };
    assert_eq!(sent(&list), "2021-07-28 GET /surveys/?locationId=l1&limit=1&skip=0");
    kept::<ListSurveys>(r#"{"surveys":[{"id":"q1","name":"After sales","x":[1]}],"total":1}"#);
    let survey_id = Some(SurveyId::new("q1"));
    let list = ListSurveySubmissions { survey_id, ..ListSurveySubmissions::new(location()) };
    let expected = "submissions?locationId=l1&limit=100&page=1&surveyId=q1";
    assert_eq!(sent(&list), format!("2021-07-28 GET /surveys/{expected}"));
    let one = r#"{"submissions":[{"id":"s1","surveyId":"q1","others":{}}],"meta":{"total":1}}"#;
    kept::<ListSurveySubmissions>(one);
    let (sizes, wire) = turned(list, &[one]).await;
    assert_eq!((sizes, wire.len()), (vec![1], 1));
}
