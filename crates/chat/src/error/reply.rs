//! The body of a refused call, in the three shapes that providers write it.

use serde_json::Value;

/// The longest text that is believed to be a provider's word.
const LONGEST_CODE: usize = 64;

/// What a provider says about a call that it refused or failed (`facts/conversation-ai.md` 6).
#[derive(Debug, Default)]
pub(super) struct ErrorReply {
    /// A word; never a text, which could quote something.
    pub(super) code: Option<String>,
    pub(super) message: Option<String>,
}

impl ErrorReply {
    /// `{"error": {"message", "type", "code"}}`, `{"error": "…"}` or `{"message": "…"}`.
    pub(super) fn parse(body: &[u8]) -> Self {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let error = &body["error"];
        let code = error["code"].as_str().or_else(|| error["type"].as_str());
        let message = error["message"].as_str().or_else(|| error.as_str());
        let message = message.or_else(|| body["message"].as_str());
        Self {
            code: code.filter(|code| is_word(code)).map(str::to_owned),
            message: message.map(str::to_owned),
        }
    }

    /// Whether what was not found is a model and not the address: providers have one word for both,
    /// and repeat an address that may have the word in it.
    pub(super) fn names_a_model(&self) -> bool {
        let message = self.message.as_deref().unwrap_or_default().to_lowercase();
        message.contains("model") && !message.contains("url")
    }
}

fn is_word(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    (1..=LONGEST_CODE).contains(&text.len()) && text.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_a_word_and_never_a_text() {
        let code = |body: &str| ErrorReply::parse(body.as_bytes()).code;
        assert_eq!(
            code(r#"{"error":{"type":"invalid_request_error","code":"model_not_found"}}"#),
            Some("model_not_found".to_owned())
        );
        let none: [&str; 5] = [
            r#"{"error":{"code":"what ada@example.com said"}}"#,
            r#"{"error":{"code":""}}"#,
            r#"{"error":{"code":404}}"#,
            r#"{"error":"model not found"}"#,
            "<html>",
        ];
        for body in none {
            assert_eq!(code(body), None, "{body}");
        }
    }
}
