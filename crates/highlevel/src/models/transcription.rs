//! What was said in a call, sentence by sentence.

use serde::Deserialize;

use super::Sentence;

/// What was said in a call. The specification shows one sentence, HighLevel gives an array of them
/// (`facts/highlevel.md` 6.2); reading takes either.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(from = "TranscriptionShape")]
pub struct Transcription {
    /// The sentences, in HighLevel's order.
    pub sentences: Vec<Sentence>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum TranscriptionShape {
    Many(Vec<Sentence>),
    One(Sentence),
}

impl From<TranscriptionShape> for Transcription {
    fn from(shape: TranscriptionShape) -> Self {
        let sentences = match shape {
            TranscriptionShape::Many(sentences) => sentences,
            TranscriptionShape::One(sentence) => vec![sentence],
        };
        Self { sentences }
    }
}
