//! The consent page: a small real one, which asks for a location and leads back with a code.

use serde_json::Value;

use super::{
    answer::Answer,
    call::Call,
    oauth::{Consent, install},
    refusal::Refusal,
    world::World,
};

/// What an app is given that asks for nothing in particular.
const SCOPES: &str = "contacts.readonly contacts.write opportunities.readonly opportunities.write \
    locations.readonly locations.write locations/customFields.readonly \
    locations/customFields.write locations/customValues.readonly locations/customValues.write \
    locations/tags.readonly locations/tags.write locations/tasks.readonly users.readonly \
    businesses.readonly businesses.write workflows.readonly oauth.readonly oauth.write";

/// Shows the page. With `auto_approve=true`, or where `location_id` or `user_type=Company` tell the
/// choice that the page's form makes, it leads back at once.
pub(crate) fn show(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    if let Some(problem) = problem(world, call) {
        return Ok(Answer::page(400, page("Something is wrong with this link", &escape(&problem))));
    }
    match call.query("auto_approve") {
        Some("true") => approve(world, call),
        _ => Ok(Answer::page(200, form(world, call))),
    }
}

fn problem(world: &World, call: &Call) -> Option<String> {
    let redirect = call.query("redirect_uri").unwrap_or(&world.grants.redirect_uri);
    if call.query("client_id") != Some(&world.grants.client_id) {
        return Some("error.invalid_client: the client_id is unknown".to_owned());
    }
    if redirect != world.grants.redirect_uri {
        return Some("error.invalid_redirect_uri: the redirect_uri is not the app's".to_owned());
    }
    if call.query("response_type").is_some_and(|kind| kind != "code") {
        return Some("error.unsupported_response_type: only code is supported".to_owned());
    }
    None
}

fn approve(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let company = call.query("user_type") == Some("Company");
    let location = call.query("location_id").map(str::to_owned);
    if location.as_ref().is_some_and(|id| !world.accounts.contains_key(id)) {
        let text = "error.invalid_location: the location is unknown";
        return Ok(Answer::page(400, page("Something is wrong with this link", text)));
    }
    let locations = match (&location, company) {
        (Some(location), _) => vec![location.clone()],
        (None, true) => world.accounts.keys().cloned().collect(),
        (None, false) => vec![world.main_location.clone()],
    };
    install(world, &locations, company, call.now);
    let scopes = call.query("scope").unwrap_or(SCOPES);
    let scopes = scopes.split_whitespace().map(str::to_owned).collect();
    let code = world.ids.uuid().replace('-', "");
    world.grants.add_code(&code, Consent { location, company, scopes, at: call.now });
    let redirect = &world.grants.redirect_uri;
    let separator = if redirect.contains('?') { '&' } else { '?' };
    let state = call.query("state").map(|state| format!("&state={}", percent(state)));
    Ok(Answer::redirect(format!("{redirect}{separator}code={code}{}", state.unwrap_or_default())))
}

/// Percent-encodes what is not unreserved (RFC 3986, 2.3).
fn percent(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                encoded.push(char::from(byte));
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

fn form(world: &World, call: &Call) -> String {
    let hidden = call.query.iter().map(|(name, value)| {
        format!("<input type=\"hidden\" name=\"{}\" value=\"{}\">\n", escape(name), escape(value))
    });
    let hidden: String = hidden.collect();
    let buttons = world.accounts.values().map(|account| {
        let name = account.record.get("name").and_then(Value::as_str).unwrap_or_default();
        format!(
            "<button name=\"location_id\" value=\"{}\">{}</button>\n",
            escape(&account.id),
            escape(name)
        )
    });
    let buttons: String = buttons.collect();
    let text = format!(
        "<p>The app asks for: {}</p>\n<form method=\"get\">\n{hidden}\
         <input type=\"hidden\" name=\"auto_approve\" value=\"true\">\n{buttons}\
         <button name=\"user_type\" value=\"Company\">The whole agency</button>\n</form>",
        escape(call.query("scope").unwrap_or(SCOPES))
    );
    page("Choose a location", &text)
}

fn page(title: &str, content: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>{title}</title></head>\n\
         <body>\n<main>\n<h1>{title}</h1>\n{content}\n</main>\n</body>\n</html>\n"
    )
}

fn escape(text: &str) -> String {
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    escaped.replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_from_outside_is_escaped() {
        assert_eq!(escape("\"><script>&"), "&quot;&gt;&lt;script&gt;&amp;");
        assert_eq!(percent("a b&c=ü"), "a%20b%26c%3D%C3%BC");
    }
}
