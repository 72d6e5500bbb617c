//! The client: says to one provider what all of them understand, in its own words.

mod patience;
#[cfg(test)]
mod tests;

use std::{fmt, sync::Arc};

use endpoint::{Endpoint, Request, Secret, Timer, Transport};

use self::patience::Patience;
use crate::{
    Completion, Error, Kind, Model, Provider, Reply,
    dialects::{anthropic, ollama, openai},
};

/// The header that says what a call is called in the logs of everybody on its way.
const CORRELATION_HEADER: &str = "x-correlation-id";

/// How many parts of a list of models are read: no provider has near as many.
const MOST_PARTS: usize = 20;

/// How a client reaches one provider.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Who serves the models.
    pub provider: Provider,
    /// Where, without a slash at the end: with `/v1` for OpenAI and servers that speak as it does,
    /// without for the others.
    pub base_url: String,
    /// The key; empty where the provider asks for none.
    pub key: Secret,
    /// How often a call is repeated that was turned away unread.
    pub retries: u32,
}

impl Settings {
    /// The provider's own address and two repetitions. A custom provider needs [`Self::at`] as well.
    #[must_use]
    pub fn new(provider: Provider, key: Secret) -> Self {
        let base_url = provider.base_url().unwrap_or_default().to_owned();
        Self { provider, base_url, key, retries: 2 }
    }

    /// The same at another address: of a custom provider, a gateway, or another machine.
    #[must_use]
    pub fn at(mut self, base_url: &str) -> Self {
        base_url.trim().trim_end_matches('/').clone_into(&mut self.base_url);
        self
    }
}

/// Talks to one provider. Cheap to clone; clones share the connection.
pub struct Client<T, C> {
    shared: Arc<Shared<T, C>>,
    /// What its calls are called, where their caller said so.
    correlation: Option<Arc<str>>,
}

struct Shared<T, C> {
    transport: T,
    timer: C,
    settings: Settings,
}

impl<T: Transport, C: Timer> Client<T, C> {
    /// A client. Nothing is sent.
    #[must_use]
    pub fn new(transport: T, timer: C, settings: Settings) -> Self {
        Self { shared: Arc::new(Shared { transport, timer, settings }), correlation: None }
    }

    /// The same client, whose calls carry this text in the header `X-Correlation-Id`. It has to be one
    /// that can stand in a header.
    #[must_use]
    pub fn correlated(&self, id: &str) -> Self {
        Self { shared: Arc::clone(&self.shared), correlation: Some(id.into()) }
    }

    /// Whom it talks to.
    #[must_use]
    pub fn provider(&self) -> Provider {
        self.shared.settings.provider
    }

    /// All models, ordered by id. It needs the key and costs nothing, so it tells whether a key works.
    ///
    /// # Errors
    /// [`Kind::NotOffered`] from a custom server that has no such list, and every other kind.
    pub async fn models(&self) -> Result<Vec<Model>, Error> {
        let mut models = match self.provider() {
            Provider::OpenAi | Provider::Custom => {
                self.call(&openai::ListModels).await?.into_models()
            }
            Provider::Anthropic => self.all_of_anthropic().await?,
            Provider::Ollama => self.call(&ollama::ListModels).await?.into_models(),
        };
        models.sort();
        Ok(models)
    }

    /// The model of this name; none where the provider has none. OpenAI and Anthropic are asked for
    /// it, since they also know names that stand in no list.
    ///
    /// # Errors
    /// As [`Self::models`].
    pub async fn model(&self, name: &str) -> Result<Option<Model>, Error> {
        let found = match self.provider() {
            Provider::OpenAi => {
                let found = self.call(&openai::GetModel { model: name }).await;
                found.map(openai::OneModel::into_model)
            }
            Provider::Anthropic => {
                let found = self.call(&anthropic::GetModel { model: name }).await;
                found.map(anthropic::OneModel::into_model)
            }
            Provider::Ollama => return self.listed(|id| ollama::is_meant(id, name)).await,
            Provider::Custom => return self.listed(|id| id == name).await,
        };
        match found {
            Ok(model) => Ok(Some(model)),
            Err(error) if error.kind() == Kind::NoSuchModel => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// One answer to a conversation.
    ///
    /// What the provider turned away unread (429, 503, 529) and what did not reach it is repeated, at
    /// most [`Settings::retries`] times. What may have been answered is not: it would be paid twice.
    ///
    /// # Errors
    /// Whatever is left after that; [`Error::kind`] and [`Error::hint`] say what follows.
    pub async fn complete(&self, completion: &Completion) -> Result<Reply, Error> {
        let openai = |limit| openai::Complete { completion, limit };
        Ok(match self.provider() {
            Provider::OpenAi => self.call(&openai("max_completion_tokens")).await?.into_reply(),
            Provider::Custom => self.call(&openai("max_tokens")).await?.into_reply(),
            Provider::Anthropic => {
                self.call(&anthropic::Complete { completion }).await?.into_reply()
            }
            Provider::Ollama => self.call(&ollama::Complete { completion }).await?.into_reply(),
        })
    }

    async fn all_of_anthropic(&self) -> Result<Vec<Model>, Error> {
        let (mut models, mut after) = (Vec::new(), None);
        for _ in 0..MOST_PARTS {
            let part = self.call(&anthropic::ListModels { after }).await?;
            after = part.next();
            models.extend(part.into_models());
            if after.is_none() {
                break;
            }
        }
        Ok(models)
    }

    async fn listed(&self, is_meant: impl Fn(&str) -> bool) -> Result<Option<Model>, Error> {
        let models = self.models().await?;
        Ok(models.into_iter().find(|model| is_meant(&model.id)))
    }

    async fn call<E: Endpoint>(&self, operation: &E) -> Result<E::Response, Error> {
        let provider = self.provider();
        let request = self.request(operation).map_err(|call| Error::of::<E>(provider, call))?;
        let mut patience = Patience::new(self.shared.settings.retries);
        loop {
            let error = match self.attempt::<E>(request.clone()).await {
                Ok(reply) => return Ok(reply),
                Err(error) => error,
            };
            match patience.after(&error) {
                Some(wait) => self.shared.timer.sleep(wait).await,
                None => return Err(error),
            }
        }
    }

    /// The whole request, credential included.
    fn request<E: Endpoint>(&self, operation: &E) -> Result<Request, endpoint::Error> {
        let settings = &self.shared.settings;
        let mut request = endpoint::encode(&settings.base_url, operation)?;
        let key = settings.key.expose();
        if settings.provider == Provider::Anthropic {
            request = request
                .with_header("x-api-key", key)
                .with_header("anthropic-version", anthropic::VERSION);
        } else if !key.is_empty() {
            request = request.with_header("authorization", format!("Bearer {key}"));
        }
        Ok(match &self.correlation {
            Some(id) => request.with_header(CORRELATION_HEADER, &**id),
            None => request,
        })
    }

    async fn attempt<E: Endpoint>(&self, request: Request) -> Result<E::Response, Error> {
        let outcome = match self.shared.transport.send(request).await {
            Ok(response) => {
                endpoint::decode::<E>(response.without(self.shared.settings.key.expose()))
            }
            Err(source) => {
                Err(endpoint::Error::Send { operation: E::NAME, method: E::METHOD, source })
            }
        };
        outcome.map_err(|call| Error::of::<E>(self.provider(), call))
    }
}

impl<T, C> Clone for Client<T, C> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared), correlation: self.correlation.clone() }
    }
}

impl<T, C> fmt::Debug for Client<T, C> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Client")
            .field("settings", &self.shared.settings)
            .finish_non_exhaustive()
    }
}
