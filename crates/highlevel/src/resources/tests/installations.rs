//! Tests of installations: which locations of an agency have the app.

use super::*;

#[tokio::test]
async fn locations_that_have_the_app_come_in_pages() {
    let company = || CompanyId::new("com1");
    let list =
        ListInstalledLocations { limit: 1, ..ListInstalledLocations::new(company(), "66aa") };
    let path = "GET /oauth/installedLocations?companyId=com1&appId=66aa&isInstalled=true&limit=1";
    assert_eq!(sent(&list), format!("2021-07-28 {path}&skip=0"));
    let one = r#"{"locations":[{"_id":"l1","name":"Quay","address":"1 Pier","isInstalled":true}],
        "count":1,"installToFutureLocations":true}"#;
    kept::<ListInstalledLocations>(one);
    let (sizes, wire) = turned(list, &[one, r#"{"locations":[],"count":1}"#]).await;
    assert_eq!(sizes, [1]);
    assert_eq!(wire[1], format!("{path}&skip=1"));
}
