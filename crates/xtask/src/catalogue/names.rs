//! Ids from names: `getAgentById` in the file `agent-studio` becomes `agent-studio.get-agent-by-id`.
//!
//! The rule: the product is the file's name without `-v3`, for files that were renamed the older
//! name; the name is the `operationId` of the oldest generation that has the operation, in lower
//! case, with a dash where a capital letter begins a word and for everything that is no letter or
//! digit. No id stands twice: where two would, the overlay gives one of them another.

/// The words of a name, in lower case.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let letters: Vec<char> = name.chars().collect();
    for (at, letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).map(|before| letters[before]);
        let after = letters.get(at + 1).copied();
        let begins = letter.is_uppercase()
            && (before.is_some_and(|it| it.is_lowercase() || it.is_ascii_digit())
                || (before.is_some_and(char::is_uppercase)
                    && after.is_some_and(char::is_lowercase)));
        if begins || !letter.is_ascii_alphanumeric() {
            words.push(String::new());
        }
        if letter.is_ascii_alphanumeric() {
            words.last_mut().expect("there is always a word").push(letter.to_ascii_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// The words with dashes between them.
pub(super) fn kebab(name: &str) -> String {
    words(name).join("-")
}

#[cfg(test)]
mod tests {
    use super::kebab;

    #[test]
    fn names_of_every_manner_become_one_manner() {
        for (name, expected) in [
            ("get-contact", "get-contact"),
            ("getAgents-deprecated", "get-agents-deprecated"),
            ("get-association-by-ID", "get-association-by-id"),
            ("DELETE-an-email-sms-template", "delete-an-email-sms-template"),
            ("create-integration provider", "create-integration-provider"),
            ("text2pay-invoice", "text2pay-invoice"),
            ("upload-file-customFields", "upload-file-custom-fields"),
            ("parseHTMLBody", "parse-html-body"),
        ] {
            assert_eq!(kebab(name), expected);
        }
    }
}
