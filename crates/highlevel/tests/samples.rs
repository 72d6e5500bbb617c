//! Samples of every request and every reply of the catalogue are accepted by the catalogue.

use endpoint::catalogue::{Edition, Field, Operation, Sampler, sample, validate, validate_reply};
use highlevel::catalogue;
use serde_json::{Map, Value};

/// Fills with plain texts; with every optional field, or with none.
struct Plain {
    full: bool,
}

impl Sampler for Plain {
    fn known(&mut self, _: &str) -> Option<Value> {
        None
    }

    fn text(&mut self, name: &str, format: Option<&str>) -> String {
        match format {
            Some("date-time" | "date") => "2026-03-05T12:00:00.000Z".to_owned(),
            Some("number") => "7".to_owned(),
            _ => format!("a {name}"),
        }
    }

    fn wants(&mut self, _: Field<'_>) -> bool {
        self.full
    }
}

fn editions() -> impl Iterator<Item = (Operation<'static>, Edition<'static>)> {
    catalogue::operations()
        .flat_map(|operation| operation.editions().map(move |edition| (operation, edition)))
}

fn problems(operation: Operation<'static>, edition: Edition<'static>, full: bool) -> Vec<String> {
    let mut plain = Plain { full };
    let mut parameters = Map::new();
    for parameter in edition.parameters().filter(|it| full || it.is_required()) {
        let value = sample(parameter.name(), parameter.schema(), &mut plain);
        parameters.insert(parameter.name().to_owned(), value);
    }
    let body = edition.body().map(|body| sample("", body.schema(), &mut plain));
    let mut problems = validate(operation, edition.generation(), &parameters, body.as_ref());
    for reply in edition.replies() {
        if let Some(schema) = reply.schema() {
            let body = sample("", schema, &mut plain);
            let generation = edition.generation();
            problems.extend(validate_reply(operation, generation, reply.status(), &body));
        }
    }
    problems.iter().map(|problem| format!("{} {problem}", operation.id())).collect()
}

#[test]
fn a_sample_of_everything_is_accepted_with_and_without_what_is_optional() {
    for full in [true, false] {
        let all: Vec<String> = editions()
            .flat_map(|(operation, edition)| problems(operation, edition, full))
            .collect();
        assert!(all.is_empty(), "{} of them: {:#?}", all.len(), &all[..all.len().min(20)]);
    }
}
