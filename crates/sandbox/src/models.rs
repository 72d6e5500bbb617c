//! The simulated providers of language models: OpenAI, Anthropic and Ollama on one port, with answers from a script.
//!
//! Each provider is under a path of its own. A model answers what the script says, and repeats what it
//! was told where the script says nothing, so that every test is the same each time.
//!
//! ```no_run
//! # async fn example(clock: sandbox::SandboxClock) -> Result<(), Box<dyn std::error::Error>> {
//! use sandbox::models::{ModelsSandbox, ModelsSettings, Scripted};
//!
//! let models = ModelsSandbox::start(ModelsSettings::default(), clock).await?;
//! models.script(vec![Scripted::text("We open at nine.").when("opening hours")]);
//! println!("{} with the key {}", models.openai_url(), models.key());
//! models.stop().await;
//! # Ok(())
//! # }
//! ```

mod control;
mod dialects;
mod door;
mod operation;
mod prompt;
mod refusal;
mod script;

use std::{fmt, net::SocketAddr, sync::Arc};

use serde_json::Value;

use self::door::Shared;
pub use self::script::{Scripted, Stop, ToolCall};
use crate::{
    clock::SandboxClock,
    fault::Faults,
    server::{Server, ServerError},
};

/// How the simulated providers are set up.
#[derive(Clone)]
pub struct ModelsSettings {
    /// Where they listen; port 0 takes a free one.
    pub listen: SocketAddr,
    /// The only key that OpenAI and Anthropic know. Ollama asks for none.
    pub key: String,
    /// The models that each of them has.
    pub models: Vec<String>,
    /// What the chances of faults follow from.
    pub seed: u64,
}

/// A free port of this machine, two models.
impl Default for ModelsSettings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            key: "sk-sandbox".to_owned(),
            models: vec!["sandbox-large".to_owned(), "sandbox-small".to_owned()],
            seed: 1,
        }
    }
}

/// Without the key.
impl fmt::Debug for ModelsSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ModelsSettings")
            .field("listen", &self.listen)
            .field("models", &self.models)
            .field("seed", &self.seed)
            .finish_non_exhaustive()
    }
}

/// Running simulated providers; dropping it ends them.
pub struct ModelsSandbox {
    shared: Arc<Shared>,
    server: Server,
}

impl ModelsSandbox {
    /// Starts them on their own port.
    ///
    /// # Errors
    /// When the address cannot be listened on.
    pub async fn start(settings: ModelsSettings, clock: SandboxClock) -> Result<Self, ServerError> {
        let listen = settings.listen;
        let shared = Arc::new(Shared::new(settings, clock));
        let server = Server::start(listen, control::router(shared.clone())).await?;
        Ok(Self { shared, server })
    }

    /// Where they answer, without a slash at the end: their page about themselves.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.server.address())
    }

    /// The `baseURL` of OpenAI's official client, and of servers that speak as OpenAI does.
    #[must_use]
    pub fn openai_url(&self) -> String {
        format!("{}/openai/v1", self.url())
    }

    /// The `baseURL` of Anthropic's official client.
    #[must_use]
    pub fn anthropic_url(&self) -> String {
        format!("{}/anthropic", self.url())
    }

    /// The host of Ollama.
    #[must_use]
    pub fn ollama_url(&self) -> String {
        format!("{}/ollama", self.url())
    }

    /// The key that OpenAI and Anthropic know.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.shared.settings.key
    }

    /// The models that each of them has.
    #[must_use]
    pub fn models(&self) -> &[String] {
        &self.shared.settings.models
    }

    /// Replaces what is answered: the first that concerns a conversation answers it.
    pub fn script(&self, script: Vec<Scripted>) {
        self.shared.state().script.set(script);
    }

    /// What was asked for an answer: the operation, the moment, and the body as it came. The oldest
    /// first; at most the last thousand.
    #[must_use]
    pub fn prompts(&self) -> Vec<Value> {
        self.shared.state().prompts.iter().cloned().collect()
    }

    /// What goes wrong; clones of the handle share it.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.shared.faults
    }

    /// How many requests have come, failed ones too.
    #[must_use]
    pub fn request_count(&self) -> u64 {
        self.shared.state().log.count()
    }

    /// Ends them; resolves when the port is free.
    pub async fn stop(self) {
        self.server.stop().await;
    }
}

#[cfg(test)]
mod tests;
