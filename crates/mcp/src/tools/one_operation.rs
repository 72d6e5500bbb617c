//! A tool for one operation, made from the catalogue: for those who want their products as tools.

use std::{collections::BTreeSet, sync::Arc};

use domain::BoxFuture;
use endpoint::catalogue::{Idempotency, Kind, Operation};
use highlevel::catalogue;
use rmcp::model::JsonObject;

use super::write_operation;
use crate::{
    ToolError,
    desk::Desk,
    operations::{Wish, call_of, input_schema, output_schema, title, told},
    tool::{Act, Tool, ToolSpec},
};

/// The longest name that clients take.
const LONGEST_NAME: usize = 64;

/// Calls one operation.
pub(crate) struct OneOperation(Operation<'static>);

/// A tool for each operation of these products that the vendor does not advise against.
pub(crate) fn of(products: &BTreeSet<String>) -> impl Iterator<Item = OneOperation> {
    let is_wanted = |operation: &Operation<'static>| {
        products.contains(operation.product()) && !operation.is_deprecated()
    };
    catalogue::operations().filter(is_wanted).map(OneOperation)
}

/// The name of the tool of an operation: `contacts_get_contact`.
fn name_of(operation: Operation<'_>) -> String {
    let name = operation.id().replace(['.', '-'], "_");
    name.chars().take(LONGEST_NAME).collect()
}

impl Tool for OneOperation {
    fn spec(&self) -> ToolSpec {
        ToolSpec {
            name: name_of(self.0),
            about: title(self.0),
            kind: self.0.kind(),
            is_idempotent: self.0.idempotency() != Idempotency::Repeats,
            input: Arc::new(input_schema(self.0)),
            output: Arc::new(output_schema()),
        }
    }

    fn call<'a>(
        &'a self,
        desk: &'a Desk,
        arguments: JsonObject,
    ) -> BoxFuture<'a, Result<Act, ToolError>> {
        Box::pin(async move {
            let call = call_of(self.0, arguments, desk.place())?;
            if self.0.kind() != Kind::Read {
                return write_operation::planned(desk, call).await;
            }
            let reply = desk.read(call.clone()).await?;
            Ok(Act::Answer(told(&call, reply, &Wish::default())))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_of_all_operations_differ_and_are_short_enough() {
        let names: BTreeSet<String> = catalogue::operations().map(name_of).collect();
        assert_eq!(names.len(), catalogue::operations().len());
        assert!(names.contains("contacts_get_contact"));
    }

    #[test]
    fn a_product_s_tools_are_closed_and_say_what_they_need() {
        let products = ["contacts".to_owned()].into();
        let specs: Vec<ToolSpec> = of(&products).map(|tool| tool.spec()).collect();
        assert!(specs.len() > 25, "{}", specs.len());
        assert!(specs.iter().all(|spec| spec.input["additionalProperties"] == false));
        let note = specs.iter().find(|spec| spec.name == "contacts_create_note").unwrap();
        assert_eq!(note.kind, Kind::Write);
        assert_eq!(note.input["required"], serde_json::json!(["body", "contactId"]));
        assert_eq!(note.input["properties"]["body"]["type"], "string");
    }
}
