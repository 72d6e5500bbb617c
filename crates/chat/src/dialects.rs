//! What each provider wants to hear and how it answers: one file each, all with the same three calls.
//!
//! Unknown members and unknown words in replies are let through: providers add some every month.

pub(crate) mod anthropic;
pub(crate) mod ollama;
pub(crate) mod openai;
#[cfg(test)]
mod tests;
