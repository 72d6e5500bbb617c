//! The consent page: a small real one, which asks for a location and leads back with a code.

use std::collections::BTreeSet;

use highlevel::catalogue;
use serde_json::Value;

use super::{
    answer::Answer,
    call::Call,
    grants::{Choice, Consent},
    installations::Installation,
    refusal::Refusal,
    world::World,
};

/// The page's looks, without anything from elsewhere.
const STYLE: &str = "\
body{margin:0;background:#f2f4f7;color:#101828;font:16px/1.5 system-ui,sans-serif}\
main{max-width:34rem;margin:4rem auto;padding:2rem;background:#fff;border-radius:12px;\
box-shadow:0 1px 3px #1018281a,0 8px 24px #10182814}\
h1{margin:0 0 .25rem;font-size:1.375rem}p{margin:.25rem 0 1rem;color:#475467}\
button{display:block;width:100%;margin:.5rem 0;padding:.75rem 1rem;border:1px solid #d0d5dd;\
border-radius:8px;background:#fff;color:inherit;font:inherit;text-align:left;cursor:pointer}\
button:hover,button:focus-visible{border-color:#155eef;outline:2px solid #155eef33}\
button small{display:block;color:#667085}\
label{display:block;margin:1rem 0 .25rem}h2{margin:1.5rem 0 .25rem;font-size:1rem}\
details{margin:0 0 1rem}summary{cursor:pointer;color:#475467}\
ul{columns:2;margin:.5rem 0;padding-left:1.25rem;font-size:.8125rem;overflow-wrap:anywhere}";

/// Every scope that an operation asks for, in order: what an app is given that asks for nothing in
/// particular.
pub(crate) fn all_scopes() -> Vec<String> {
    let editions = catalogue::operations().flat_map(|operation| operation.editions());
    let scopes: BTreeSet<&str> = editions.flat_map(|edition| edition.scopes()).collect();
    scopes.into_iter().map(str::to_owned).collect()
}

/// Shows the page. With `auto_approve=true` it leads back at once, and what the page's form asks
/// for stands in the address: `location_id`, `user_type=Company` for an installation in bulk (of the
/// named locations, otherwise all), `app_target=agency` for an app that works on the agency, and
/// `install_to_future_locations=true`.
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
    let version = call.query("version_id");
    if version.is_none() && world.grants.is_draft {
        return Some("error.noversionid: a draft needs its version_id as well".to_owned());
    }
    if version.is_some_and(|version| version != world.grants.version_id) {
        return Some("error.invalid_version_id: the app has no such version".to_owned());
    }
    if call.query("response_type").is_some_and(|kind| kind != "code") {
        return Some("error.unsupported_response_type: only code is supported".to_owned());
    }
    None
}

/// Installs the app and tells of it, so that INSTALL is on its way before the code is.
fn approve(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    let named = call.query.iter().filter(|(name, text)| name == "location_id" && !text.is_empty());
    let mut locations: Vec<String> = named.map(|(_, text)| text.clone()).collect();
    if locations.iter().any(|id| !world.accounts.contains_key(id)) {
        let text = "error.invalid_location: the location is unknown";
        return Ok(Answer::page(400, page("Something is wrong with this link", text)));
    }
    let is_bulk = call.query("user_type") == Some("Company");
    let choice = match (call.query("app_target"), locations.first()) {
        (Some("agency"), _) => Choice::Agency,
        (_, _) if is_bulk => Choice::Bulk,
        (_, Some(location)) => Choice::Location(location.clone()),
        (_, None) => Choice::Open,
    };
    match &choice {
        Choice::Agency => locations.clear(),
        Choice::Bulk if locations.is_empty() => {
            locations = world.accounts.keys().cloned().collect()
        }
        Choice::Open => locations.push(world.main_location.clone()),
        Choice::Bulk => {}
        Choice::Location(_) => locations.truncate(1),
    }
    let company = matches!(choice, Choice::Agency | Choice::Bulk);
    if choice == Choice::Bulk && call.query("install_to_future_locations") == Some("true") {
        world.grants.is_for_future = true;
    }
    Installation { locations, company, by_user: true }.tell(world, call.now);
    let scopes = match call.query("scope") {
        Some(scopes) => scopes.split_whitespace().map(str::to_owned).collect(),
        None => all_scopes(),
    };
    let code = world.ids.uuid().replace('-', "");
    world.grants.add_code(&code, Consent { choice, scopes, at: call.now });
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
        let text = |name| account.record.get(name).and_then(Value::as_str).unwrap_or_default();
        format!(
            "<button name=\"location_id\" value=\"{}\">{}<small>{}</small></button>\n",
            escape(&account.id),
            escape(text("name")),
            escape(text("city")),
        )
    });
    let buttons: String = buttons.collect();
    let scopes: Vec<String> = match call.query("scope") {
        Some(scopes) => scopes.split_whitespace().map(str::to_owned).collect(),
        None => all_scopes(),
    };
    let items: String = scopes.iter().map(|scope| format!("<li>{}</li>", escape(scope))).collect();
    let text = format!(
        "<p>The app asks for access to one of your locations, or to the whole agency.</p>\n\
         <details><summary>{} scopes</summary><ul>{items}</ul></details>\n\
         <form method=\"get\">\n{hidden}\
         <input type=\"hidden\" name=\"auto_approve\" value=\"true\">\n\
         <h2>One location</h2>\n{buttons}\
         <h2>The agency</h2>\n\
         <label><input type=\"checkbox\" name=\"install_to_future_locations\" value=\"true\"> \
         Locations of the future as well</label>\n\
         <button name=\"user_type\" value=\"Company\">All locations\
         <small>The whole agency, in bulk</small></button>\n\
         <button name=\"app_target\" value=\"agency\">The agency itself\
         <small>Without its locations</small></button>\n</form>",
        scopes.len()
    );
    page("Choose a location", &text)
}

fn page(title: &str, content: &str) -> String {
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>{title}</title>\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<style>{STYLE}</style></head>\n\
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
