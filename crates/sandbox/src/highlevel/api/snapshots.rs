//! `/snapshots/`: the templates of whole locations that the agency has.

use serde_json::{Value, json};

use super::{acts::Acts, answer::Answer, call::Call, refusal::Refusal, world::World};

/// Id, name and kind.
const OWN: [(&str, &str, &str); 3] = [
    ("Sn4pDentalPractice01", "Dental practice", "own"),
    ("Sn4pBikeWorkshop0002", "Bicycle workshop", "own"),
    ("Sn4pLawOffice0000003", "Law office", "imported"),
];

pub(crate) const ACTS: Acts = &[("snapshots.get-custom-snapshots", list)];

fn list(world: &mut World, call: &Call) -> Result<Answer, Refusal> {
    if call.query("companyId") != Some(&world.company_id) {
        return Err(Refusal::new(403, "The token does not have access to this company."));
    }
    let snapshots: Vec<Value> = OWN
        .iter()
        .map(|(id, name, kind)| json!({ "id": id, "name": name, "type": kind }))
        .collect();
    Ok(json!({ "snapshots": snapshots }).into())
}
