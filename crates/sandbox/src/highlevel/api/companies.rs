//! `/companies/{companyId}`: the agency.

use serde_json::{Map, Value, json};

use super::{acts::Acts, answer::Answer, call::Call, refusal::Refusal, world::World};

/// The agency's name.
pub(crate) const NAME: &str = "Northwind Harbor Group";

pub(crate) const ACTS: Acts = &[("companies.get-company", read)];

/// An agency's token reads its own.
fn read(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    if call.segment("companyId") != world.company_id {
        return Err(Refusal::new(403, "The token does not have access to this company."));
    }
    let mut company = address();
    let is_sandbox = world.location_limit.is_some();
    let rest = json!({
        "id": world.company_id,
        "locationCount": world.accounts.len(),
        "isSandboxAccount": is_sandbox,
        "status": "active",
        "plan": 297,
        "currency": "USD",
        "customerType": "agency",
        "isReselling": false,
        "isEnterpriseAccount": false,
        "premiumUpgraded": false,
        "disableEmailService": false,
        "onboardingInfo": { "pending": false },
    });
    company.extend(rest.as_object().cloned().unwrap_or_default());
    Ok(json!({ "company": company }).into())
}

fn address() -> Map<String, Value> {
    let address = [
        ("name", NAME),
        ("email", "agency@northwind-harbor.example"),
        ("phone", "+15550100199"),
        ("website", "https://northwindharbor.example/"),
        ("domain", "app.northwindharbor.example"),
        ("address", "9 Quayside Terrace"),
        ("city", "Portsmouth"),
        ("state", "NH"),
        ("postalCode", "03801"),
        ("country", "US"),
        ("timezone", "America/New_York"),
    ];
    address.into_iter().map(|(key, text)| (key.to_owned(), json!(text))).collect()
}
