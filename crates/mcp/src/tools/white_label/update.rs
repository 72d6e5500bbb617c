//! `…_update`: changes fields of a contact or an opportunity.

use domain::crm::{ContactPatch, OpportunityPatch};
use endpoint::catalogue::Kind;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value, json};

use super::person::Person;
use crate::{
    ToolError,
    desk::Desk,
    plan::{Plan, PlanTarget, PlannedCall},
    tool::{Act, Answer, TypedTool},
};

/// Changes a record.
pub(super) struct Update;

/// A kind of record that has fields to change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
pub(super) enum EntityType {
    Contact,
    Opportunity,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Input {
    entity_type: EntityType,
    id: String,
    /// The fields to change, such as first_name, or stage, status and value; null clears.
    fields: Map<String, Value>,
}

#[derive(Serialize, JsonSchema)]
pub(super) struct Output {
    item: Map<String, Value>,
}

/// What is changed.
enum Patch {
    Contact(Box<ContactPatch>),
    Opportunity(OpportunityPatch),
}

/// The names of fields that the vendor has and the port calls otherwise.
const SAME: [(&str, &str); 9] = [
    ("address1", "street"),
    ("custom_field", "custom_fields"),
    ("monetary_value", "value"),
    ("pipeline_id", "pipeline"),
    ("pipeline_stage_id", "stage"),
    ("postalcode", "postal_code"),
    ("stage_id", "stage"),
    ("state", "region"),
    ("title", "name"),
];

impl TypedTool for Update {
    type Input = Input;
    type Output = Output;
    const NAME: &'static str = "update";
    const ABOUT: &'static str = "Changes fields of a contact or an opportunity; the others stay.";
    const KIND: Kind = Kind::Write;
    const IS_IDEMPOTENT: bool = true;

    async fn act(&self, desk: &Desk, input: Input) -> Result<Act, ToolError> {
        if input.fields.is_empty() {
            return Err(ToolError::argument("fields is empty", "give the fields to change"));
        }
        let names: Vec<&str> = input.fields.keys().map(String::as_str).collect();
        let names = names.join(", ");
        let body = json!(input.fields);
        let (patch, target, operation) = match input.entity_type {
            EntityType::Contact => {
                let patch = Patch::Contact(Box::new(patch(input.fields)?));
                (patch, Person::read(desk, &input.id).await?.target(), "contacts.update-contact")
            }
            EntityType::Opportunity => {
                let patch = Patch::Opportunity(patch(input.fields)?);
                (patch, opportunity(desk, &input.id).await?, "opportunities.update-opportunity")
            }
        };
        let name = target.name.as_deref().unwrap_or(&target.id);
        Ok(Act::Plan(Plan {
            kind: Kind::Write,
            title: Self::NAME.to_owned(),
            question: format!("Change {names} of the {} {name}", target.entity),
            targets: vec![target],
            count: 1,
            must_type: None,
            calls: vec![PlannedCall {
                operation: operation.to_owned(),
                request: None,
                body,
                scopes: Vec::new(),
            }],
            run: Box::new(move |desk| Box::pin(changed(desk, input.id, patch))),
        }))
    }
}

async fn changed(desk: Desk, id: String, patch: Patch) -> Result<Answer, ToolError> {
    let (crm, behalf) = (desk.crm().await?, desk.behalf());
    let item = match patch {
        Patch::Contact(patch) => members(&crm.patch_contact(&behalf, &id, &patch, None).await?)?,
        Patch::Opportunity(patch) => members(&crm.patch_opportunity(&behalf, &id, &patch).await?)?,
    };
    Answer::of(&Output { item })
}

async fn opportunity(desk: &Desk, id: &str) -> Result<PlanTarget, ToolError> {
    let call = highlevel::RawCall::new("opportunities.get-opportunity");
    let call =
        call.map_err(|error| ToolError::new("bug", error.to_string(), "report this as a bug"))?;
    let reply = desk.read(call.with("id", id)).await?.into_json();
    let name = reply["opportunity"]["name"].as_str().map(str::to_owned);
    Ok(PlanTarget { entity: "opportunity".to_owned(), id: id.to_owned(), name, version: None })
}

/// The fields as a patch of the port, whichever of the known spellings they have.
fn patch<T: DeserializeOwned>(fields: Map<String, Value>) -> Result<T, ToolError> {
    let fields: Map<String, Value> =
        fields.into_iter().map(|(name, value)| (port_name(&name), value)).collect();
    serde_json::from_value(Value::Object(fields)).map_err(|error| {
        ToolError::argument(
            format!("the fields do not fit: {error}"),
            "correct their names or values",
        )
    })
}

/// `firstName` is `first_name`, and `pipelineStageId` is `stage`.
fn port_name(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    let same = SAME.iter().find(|(vendors, _)| *vendors == snake);
    same.map_or(snake, |(_, ours)| (*ours).to_owned())
}

/// A record as an object.
pub(super) fn members(record: &impl Serialize) -> Result<Map<String, Value>, ToolError> {
    match serde_json::to_value(record) {
        Ok(Value::Object(members)) => Ok(members),
        _ => Err(ToolError::new("bug", "the record is no object", "report this as a bug")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_go_by_either_spelling() {
        for (given, ours) in [
            ("firstName", "first_name"),
            ("first_name", "first_name"),
            ("pipelineStageId", "stage"),
            ("monetaryValue", "value"),
            ("email", "email"),
        ] {
            assert_eq!(port_name(given), ours);
        }
        let fields = json!({"monetaryValue": 12.5, "status": "won"});
        let Value::Object(fields) = fields else { panic!("an object") };
        let patch: OpportunityPatch = patch(fields).unwrap();
        assert_eq!(patch.value, Some(Some(12.5)));
    }

    #[test]
    fn a_field_that_nobody_knows_is_refused_by_name() {
        let fields = Map::from_iter([("favouriteColour".to_owned(), json!("red"))]);
        let refused = patch::<ContactPatch>(fields).unwrap_err();
        assert!(refused.message.contains("favourite_colour"), "{}", refused.message);
    }
}
