//! The providers of models, and where each of them is.

use std::fmt;

/// Who serves the models.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Provider {
    /// OpenAI.
    OpenAi,
    /// Anthropic.
    Anthropic,
    /// Ollama, which serves models of a machine of one's own, usually without a key.
    Ollama,
    /// Any server that speaks as OpenAI's chat completions do.
    Custom,
}

/// Each with its name in settings.
const NAMES: [(Provider, &str); 4] = [
    (Provider::OpenAi, "openai"),
    (Provider::Anthropic, "anthropic"),
    (Provider::Ollama, "ollama"),
    (Provider::Custom, "custom"),
];

impl Provider {
    /// The provider of this name: `openai`, `anthropic`, `ollama` or `custom`.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let entry = NAMES.iter().find(|(_, known)| *known == name);
        entry.map(|(provider, _)| *provider)
    }

    /// The name in settings.
    #[must_use]
    pub fn name(self) -> &'static str {
        let entry = NAMES.iter().find(|(provider, _)| *provider == self);
        entry.map_or("", |(_, name)| name)
    }

    /// Where it is, without a slash at the end; none for [`Self::Custom`], whose address is given.
    #[must_use]
    pub fn base_url(self) -> Option<&'static str> {
        match self {
            Self::OpenAi => Some("https://api.openai.com/v1"),
            Self::Anthropic => Some("https://api.anthropic.com"),
            Self::Ollama => Some("http://127.0.0.1:11434"),
            Self::Custom => None,
        }
    }

    /// Whether nobody is served without a key.
    #[must_use]
    pub fn needs_key(self) -> bool {
        matches!(self, Self::OpenAi | Self::Anthropic)
    }
}

impl fmt::Display for Provider {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::OpenAi => "OpenAI",
            Self::Anthropic => "Anthropic",
            Self::Ollama => "Ollama",
            Self::Custom => "the model server",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_provider_is_found_by_its_name() {
        for (provider, name) in NAMES {
            assert_eq!(Provider::named(name), Some(provider));
            assert_eq!(provider.name(), name);
            assert_eq!(provider.base_url().is_none(), provider == Provider::Custom);
        }
        assert_eq!(Provider::named("OpenAI"), None);
    }
}
