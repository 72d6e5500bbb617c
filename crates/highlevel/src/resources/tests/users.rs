//! Tests of users: created with a password that never prints, changed, deleted.

use super::*;
use crate::models::{Password, UserFields};

#[test]
fn a_user_is_created_with_a_password_that_only_the_request_shows() {
    let create = CreateUser {
        company_id: CompanyId::new("com1"),
        first_name: text("Ada"),
        last_name: text("L"),
        email: text("ada@x.test"),
        password: Password::new("s3cret-Word"),
        kind: text("account"),
        role: text("user"),
        location_ids: vec![location()],
        fields: UserFields::default(),
    };
    let body = concat!(
        r#"{"companyId":"com1","firstName":"Ada","lastName":"L","email":"ada@x.test","#,
        r#""password":"s3cret-Word","type":"account","role":"user","locationIds":["l1"]}"#
    );
    assert_eq!(sent(&create), format!("2021-07-28 POST /users/ {body}"));
    assert!(!format!("{create:?}").contains("s3cret"));
    let created = kept::<CreateUser>(
        r#"{"id":"u1","name":"Ada L","roles":{"type":"account","locationIds":["l1"]}}"#,
    );
    assert_eq!(created.id, UserId::new("u1"));
}

#[test]
fn a_user_is_changed_in_part_and_deleted() {
    let user_id = UserId::new("u1");
    let update = UpdateUser { role: Some(text("admin")), ..UpdateUser::new(user_id.clone()) };
    assert_eq!(sent(&update), r#"2021-07-28 PUT /users/u1 {"role":"admin"}"#);
    assert_eq!(sent(&DeleteUser { user_id }), "2021-07-28 DELETE /users/u1");
    let deleted = r#"{"succeded":true,"message":"queued"}"#;
    assert_eq!(kept::<DeleteUser>(deleted).succeeded(), Some(true));
}
