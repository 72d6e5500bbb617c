//! The official clients of OpenAI, Anthropic and Ollama accept the simulated language models, so that
//! the hub's client and the simulation cannot share one wrong belief.
//!
//! Needs Node.js and npm, as `./test` does.

use anyhow::{Result, ensure};
use e2e::OfficialClient;
use sandbox::models::{ModelsSandbox, ModelsSettings};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_official_clients_accept_the_simulated_models() -> Result<()> {
    let clients = OfficialClient::install("models-client", "openai").await?;
    let models = ModelsSandbox::start(ModelsSettings::default(), e2e::clock()).await?;
    clients
        .conform([
            ("MODELS_URL", models.url()),
            ("MODELS_OPENAI_URL", models.openai_url()),
            ("MODELS_ANTHROPIC_URL", models.anthropic_url()),
            ("MODELS_OLLAMA_URL", models.ollama_url()),
            ("MODELS_KEY", models.key().to_owned()),
        ])
        .await?;
    ensure!(models.prompts().len() > 10, "the script asked other models");
    models.stop().await;
    Ok(())
}
