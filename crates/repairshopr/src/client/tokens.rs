//! Blots out the credentials that replies carry: the user's token, and the keys of customers' portals.

use endpoint::Response;
use serde_json::Value;

/// The members that hold a credential, or an address with one in it (`facts/repairshopr.md` 1, 4.1).
const MEMBERS: [&str; 2] = ["user_token", "online_profile_url"];

/// What stands in the place of a credential.
const BLOT: &str = "[secret]";

/// The response without the values of those members. What is not JSON has no members and stays.
pub(super) fn blotted(mut response: Response) -> Response {
    let named = |name: &&str| contains(&response.body, name.as_bytes());
    if !MEMBERS.iter().any(named) {
        return response;
    }
    if let Ok(mut body) = serde_json::from_slice::<Value>(&response.body) {
        blot(&mut body);
        response.body = body.to_string().into();
    }
    response
}

fn contains(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}

fn blot(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, value) in members.iter_mut() {
                match value {
                    Value::String(text) if MEMBERS.contains(&name.as_str()) => {
                        BLOT.clone_into(text);
                    }
                    other => blot(other),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(blot),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(body: &'static str) -> String {
        let response = Response { status: 200, headers: vec![], body: body.into() };
        String::from_utf8(blotted(response).body.to_vec()).unwrap()
    }

    #[test]
    fn credentials_of_replies_are_blotted_out_wherever_they_stand() {
        assert_eq!(
            after(r#"{"user_id":1,"user_token":"T1"}"#),
            r#"{"user_id":1,"user_token":"[secret]"}"#
        );
        assert_eq!(
            after(r#"{"customers":[{"id":1,"online_profile_url":"https:\/\/a.test\/key"}]}"#),
            r#"{"customers":[{"id":1,"online_profile_url":"[secret]"}]}"#
        );
    }

    #[test]
    fn everything_else_stays_as_it_came() {
        for body in [r#"{ "id": 1 }"#, "user_token <html>", r#"{"user_token":null}"#] {
            assert_eq!(after(body), body);
        }
    }
}
