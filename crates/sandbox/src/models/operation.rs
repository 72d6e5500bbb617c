//! The operations by provider, method and path.

use super::{
    dialects::{Answer, Dialect, anthropic, ollama, openai},
    door::{Call, State},
    refusal::Refusal,
};

/// Does an operation.
pub(crate) type Act = fn(&mut State, &Call) -> Result<Answer, Refusal>;

/// One operation.
pub(crate) struct Operation {
    pub(crate) name: &'static str,
    pub(crate) dialect: Dialect,
    method: &'static str,
    /// A path that ends with a slash takes one more segment, which may have slashes in it.
    path: &'static str,
    pub(crate) act: Act,
}

const fn operation(
    name: &'static str,
    dialect: Dialect,
    (method, path): (&'static str, &'static str),
    act: Act,
) -> Operation {
    Operation { name, dialect, method, path, act }
}

#[rustfmt::skip]
static OPERATIONS: [Operation; 9] = [
    operation("openai.models.list", Dialect::OpenAi, ("GET", "/openai/v1/models"), openai::list),
    operation("openai.models.get", Dialect::OpenAi, ("GET", "/openai/v1/models/"), openai::get),
    operation("openai.chat.completions", Dialect::OpenAi, ("POST", "/openai/v1/chat/completions"), openai::complete),
    operation("anthropic.models.list", Dialect::Anthropic, ("GET", "/anthropic/v1/models"), anthropic::list),
    operation("anthropic.models.get", Dialect::Anthropic, ("GET", "/anthropic/v1/models/"), anthropic::get),
    operation("anthropic.messages", Dialect::Anthropic, ("POST", "/anthropic/v1/messages"), anthropic::message),
    operation("ollama.version", Dialect::Ollama, ("GET", "/ollama/api/version"), ollama::version),
    operation("ollama.tags", Dialect::Ollama, ("GET", "/ollama/api/tags"), ollama::tags),
    operation("ollama.chat", Dialect::Ollama, ("POST", "/ollama/api/chat"), ollama::chat),
];

/// Their names.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    OPERATIONS.iter().map(|operation| operation.name)
}

/// The operation of a method and a path, with the model that the path names.
pub(crate) fn find<'a>(
    method: &str,
    path: &'a str,
) -> Option<(&'static Operation, Option<&'a str>)> {
    let mut candidates = OPERATIONS.iter().filter(|operation| operation.method == method);
    candidates.find_map(|operation| {
        let rest = path.strip_prefix(operation.path)?;
        match (operation.path.ends_with('/'), rest.is_empty()) {
            (true, false) => Some((operation, Some(rest))),
            (false, true) => Some((operation, None)),
            _ => None,
        }
    })
}

/// The provider that a path belongs to; OpenAI's words where it is nobody's.
pub(crate) fn dialect(path: &str) -> Dialect {
    match path.split('/').nth(1) {
        Some("anthropic") => Dialect::Anthropic,
        Some("ollama") => Dialect::Ollama,
        _ => Dialect::OpenAi,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_are_found_by_method_and_path() {
        let name = |method: &str, path: &str| find(method, path).map(|(it, _)| it.name);
        assert_eq!(name("GET", "/openai/v1/models"), Some("openai.models.list"));
        assert_eq!(name("POST", "/ollama/api/chat"), Some("ollama.chat"));
        let (_, model) = find("GET", "/openai/v1/models/a/b").unwrap();
        assert_eq!(model, Some("a/b"));
        for (method, path) in [
            ("POST", "/openai/v1/models"),
            ("GET", "/openai/v1/models/"),
            ("POST", "/v1/chat/completions"),
            ("POST", "/ollama/api/chatter"),
        ] {
            assert_eq!(name(method, path), None, "{method} {path}");
        }
        assert_eq!(dialect("/anthropic/v2"), Dialect::Anthropic);
    }
}
