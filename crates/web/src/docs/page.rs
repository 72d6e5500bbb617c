//! The page of the document: every operation by chapter, every shape, every kind of problem.
//!
//! It is made once, of the document itself, on the hub: a browser needs no script and no network.

use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde_json::Value;

use super::shape;
use crate::problem::Kind;

const STYLE: &str = "
:root { color-scheme: light dark; --line: #8884; --quiet: #777; --accent: #2563eb; }
* { box-sizing: border-box; }
body { margin: 0; font: 15px/1.5 system-ui, sans-serif; display: grid;
       grid-template-columns: 17rem minmax(0, 1fr); }
nav { position: sticky; top: 0; height: 100vh; overflow: auto; padding: 1rem;
      border-right: 1px solid var(--line); }
nav h2 { font-size: .8rem; text-transform: uppercase; color: var(--quiet); margin: 1rem 0 .25rem; }
nav a { display: block; padding: .1rem 0; }
main { padding: 1rem 2rem 6rem; max-width: 60rem; }
a { color: var(--accent); text-decoration: none; } a:hover { text-decoration: underline; }
section { border-top: 1px solid var(--line); margin-top: 2rem; padding-top: .5rem; }
article { margin: 1.5rem 0 2.5rem; } h3 { margin: 0; }
code { font: 13px ui-monospace, monospace; overflow-wrap: anywhere; }
.route { display: flex; gap: .75rem; align-items: baseline; margin: .25rem 0; }
.method { font: 600 12px ui-monospace, monospace; padding: .1rem .45rem; border-radius: .3rem;
          color: #fff; background: #555; }
.GET { background: #15803d; } .POST { background: #1d4ed8; } .DELETE { background: #b91c1c; }
.PATCH, .PUT { background: #a16207; }
table { border-collapse: collapse; width: 100%; margin: .5rem 0; }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem .3rem 0;
         border-bottom: 1px solid var(--line); }
th { font-size: .8rem; color: var(--quiet); font-weight: 600; }
.quiet { color: var(--quiet); } .needed { color: #b91c1c; }
@media (max-width: 50rem) { body { display: block; }
  nav { position: static; height: auto; border: 0; border-bottom: 1px solid var(--line); }
  main { padding: 1rem; } table { display: block; overflow-x: auto; } }
";

/// The page.
pub(super) fn of(document: &Value) -> String {
    let info = &document["info"];
    let chapters = chapters(document);
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "The API of " (text(&info["title"])) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                (contents(&chapters))
                main {
                    h1 { (text(&info["title"])) " " span.quiet { (text(&info["version"])) } }
                    (paragraphs(&info["description"]))
                    p { "For programs: " a href="/openapi.json" { "/openapi.json" } ", OpenAPI 3.1." }
                    @for chapter in &chapters { (chapter_of(chapter)) }
                    (problems())
                    (shapes(&document["components"]["schemas"]))
                }
            }
        }
    };
    page.into_string()
}

/// A chapter with its operations: method, path, and what it says.
struct Chapter<'a> {
    name: &'a str,
    description: &'a str,
    operations: Vec<(String, &'a str, &'a Value)>,
}

fn chapters(document: &Value) -> Vec<Chapter<'_>> {
    let paths = document["paths"].as_object();
    let all: Vec<_> = paths
        .into_iter()
        .flatten()
        .flat_map(|(path, methods)| {
            let methods = methods.as_object().into_iter().flatten();
            methods.map(move |(method, told)| (method.to_uppercase(), path.as_str(), told))
        })
        .collect();
    let tags = document["tags"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut chapters = Vec::new();
    for tag in tags {
        let name = text(&tag["name"]);
        let own = all.iter().filter(|(_, _, told)| text(&told["tags"][0]) == name);
        let (description, operations) = (text(&tag["description"]), own.cloned().collect());
        chapters.push(Chapter { name, description, operations });
    }
    chapters
}

fn contents(chapters: &[Chapter<'_>]) -> Markup {
    html! {
        nav {
            @for chapter in chapters {
                h2 { (chapter.name) }
                @for (_, _, told) in &chapter.operations {
                    a href={ "#" (text(&told["operationId"])) } { (text(&told["summary"])) }
                }
            }
            h2 { "More" }
            a href="#problems" { "Problems" }
            a href="#shapes" { "Shapes" }
        }
    }
}

fn chapter_of(chapter: &Chapter<'_>) -> Markup {
    html! {
        section {
            h2 { (chapter.name) }
            p.quiet { (chapter.description) }
            @for (method, path, told) in &chapter.operations {
                article id=(text(&told["operationId"])) {
                    h3 { (text(&told["summary"])) }
                    div.route { span class={ "method " (method) } { (method) } code { (path) } }
                    (paragraphs(&told["description"]))
                    (parameters(&told["parameters"]))
                    @if let Some(body) = told["requestBody"]["content"].get("application/json") {
                        p { "Body: " (shape::of(&body["schema"])) }
                    }
                    (answers(&told["responses"]))
                }
            }
        }
    }
}

fn parameters(parameters: &Value) -> Markup {
    let parameters = parameters.as_array().map(Vec::as_slice).unwrap_or_default();
    html! {
        @if !parameters.is_empty() {
            table {
                tr { th { "parameter" } th { "in" } th { "form" } th { "meaning" } }
                @for one in parameters {
                    tr {
                        td { code { (text(&one["name"])) } (mark(one["required"] == true)) }
                        td { (text(&one["in"])) }
                        td { (shape::of(&one["schema"])) }
                        td { (text(&one["description"])) }
                    }
                }
            }
        }
    }
}

fn answers(responses: &Value) -> Markup {
    let responses = responses.as_object().into_iter().flatten();
    html! {
        table {
            tr { th { "answer" } th { "meaning" } th { "body" } }
            @for (status, told) in responses {
                tr {
                    td { code { (status) } }
                    td { (text(&told["description"])) }
                    td {
                        @for (_, content) in told["content"].as_object().into_iter().flatten() {
                            (shape::of(&content["schema"]))
                        }
                    }
                }
            }
        }
    }
}

fn problems() -> Markup {
    html! {
        section id="problems" {
            h2 { "Problems" }
            p.quiet { "What a program can decide by: the status and the type of a problem." }
            table {
                tr { th { "status" } th { "type" } th { "meaning" } }
                @for kind in Kind::ALL {
                    tr {
                        td { code { (kind.status().as_u16()) } }
                        td { code { (kind.name()) } }
                        td { (kind.title()) }
                    }
                }
            }
        }
    }
}

fn shapes(shapes: &Value) -> Markup {
    html! {
        section id="shapes" {
            h2 { "Shapes" }
            @for (name, told) in shapes.as_object().into_iter().flatten() {
                article id={ "shape-" (name) } {
                    h3 { (name) }
                    p.quiet { (text(&told["description"])) }
                    (fields(told))
                }
            }
        }
    }
}

fn fields(told: &Value) -> Markup {
    let needed = told["required"].as_array().map(Vec::as_slice).unwrap_or_default();
    let fields = told["properties"].as_object();
    html! {
        @if let Some(fields) = fields {
            table {
                tr { th { "field" } th { "form" } th { "meaning" } }
                @for (name, one) in fields {
                    tr {
                        td { code { (name) } (mark(needed.iter().any(|known| known == name))) }
                        td { (shape::of(one)) }
                        td { (text(&one["description"])) }
                    }
                }
            }
        } @else {
            p { (shape::of(told)) }
        }
    }
}

fn mark(is_needed: bool) -> Markup {
    html! { @if is_needed { span.needed title="always there" { " *" } } }
}

/// Sentences, a paragraph where an empty line stands between them; what is in backticks is code.
fn paragraphs(sentences: &Value) -> Markup {
    html! {
        @for paragraph in text(sentences).split("\n\n") {
            p {
                @for (index, part) in paragraph.split('`').enumerate() {
                    @if index % 2 == 1 { code { (part) } } @else { (part) }
                }
            }
        }
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_page_has_every_operation_with_its_parameters_and_answers() {
        let document = json!({
            "info": { "title": "Hub", "version": "1", "description": "One.\n\nTwo `x`." },
            "tags": [{ "name": "Things", "description": "All of them." }],
            "paths": { "/v1/things": { "get": {
                "operationId": "things.list", "summary": "List <things>", "description": "Some.",
                "tags": ["Things"],
                "parameters": [{ "name": "after", "in": "query", "required": true,
                                 "schema": { "type": "string" }, "description": "Where to go on." }],
                "responses": { "200": { "description": "OK", "content": { "application/json":
                    { "schema": { "$ref": "#/components/schemas/Thing" } } } } },
            } } },
            "components": { "schemas": { "Thing": { "type": "object", "description": "One thing.",
                "properties": { "id": { "type": "string" } }, "required": ["id"] } } },
        });
        let page = of(&document);
        for told in [
            "<article id=\"things.list\">",
            "List &lt;things&gt;",
            "<code>/v1/things</code>",
            "Two <code>x</code>.",
            "Where to go on.",
            "<a href=\"#shape-Thing\">Thing</a>",
            "<article id=\"shape-Thing\">",
            "urn:highwire:problem:key-reused",
        ] {
            assert!(page.contains(told), "{told} is not in {page}");
        }
        assert!(
            !page.contains("<things>") && !page.contains("http://") && !page.contains("<script")
        );
    }
}
