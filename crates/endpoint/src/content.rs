//! The body of a request with its media type: JSON, a form, or parts with files.

use bytes::Bytes;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Everything but the unreserved characters of RFC 3986, section 2.3.
pub(crate) const ENCODED: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A body as it stands on the wire. It has no `Debug`: forms carry credentials.
#[derive(Clone)]
pub struct Content {
    /// Its media type, with parameters.
    pub media_type: String,
    /// Its bytes.
    pub bytes: Bytes,
}

/// One part of a multipart body.
#[derive(Clone)]
pub struct Part {
    /// The name of the field.
    pub name: String,
    /// The file's name and media type, where the part is a file.
    pub file: Option<(String, String)>,
    /// The value, or the file's bytes.
    pub bytes: Bytes,
}

impl Content {
    /// A JSON body, already in bytes.
    #[must_use]
    pub fn json(bytes: impl Into<Bytes>) -> Self {
        Self { media_type: "application/json".to_owned(), bytes: bytes.into() }
    }

    /// A form in one line: `application/x-www-form-urlencoded`. A name may stand more than once.
    pub fn form<'a>(fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut text = String::new();
        for (name, value) in fields {
            if !text.is_empty() {
                text.push('&');
            }
            text.extend(utf8_percent_encode(name, ENCODED));
            text.push('=');
            text.extend(utf8_percent_encode(value, ENCODED));
        }
        Self { media_type: "application/x-www-form-urlencoded".to_owned(), bytes: text.into() }
    }

    /// A form in parts, of which some may be files: `multipart/form-data` (RFC 7578).
    ///
    /// The boundary is a word that stands in none of the parts, so the same parts make the same
    /// bytes.
    #[must_use]
    pub fn multipart(parts: &[Part]) -> Self {
        let boundary = boundary(parts);
        let mut bytes = Vec::new();
        for part in parts {
            let name = quoted(&part.name);
            let mut head =
                format!("--{boundary}\r\ncontent-disposition: form-data; name=\"{name}\"");
            if let Some((file_name, media_type)) = &part.file {
                let (file_name, media_type) = (quoted(file_name), one_line(media_type));
                head += &format!("; filename=\"{file_name}\"\r\ncontent-type: {media_type}");
            }
            bytes.extend_from_slice(head.as_bytes());
            bytes.extend_from_slice(b"\r\n\r\n");
            bytes.extend_from_slice(&part.bytes);
            bytes.extend_from_slice(b"\r\n");
        }
        bytes.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
        Self {
            media_type: format!("multipart/form-data; boundary={boundary}"),
            bytes: bytes.into(),
        }
    }
}

/// The first numbered word that no part contains.
fn boundary(parts: &[Part]) -> String {
    let stands_in = |word: &str| {
        let holds = |bytes: &Bytes| bytes.windows(word.len()).any(|it| it == word.as_bytes());
        parts.iter().any(|part| holds(&part.bytes))
    };
    let mut words = (0_u32..).map(|number| format!("part-boundary-{number}"));
    words.find(|word| !stands_in(word)).expect("bodies are shorter than all boundaries together")
}

/// A name within quotes: what would end it or its line is escaped as browsers do (RFC 7578, 2).
fn quoted(text: &str) -> String {
    text.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

fn one_line(text: &str) -> String {
    text.replace(['\r', '\n'], "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_is_encoded_and_keeps_its_order() {
        let form = Content::form([("b", "a b&c=d"), ("a", "é"), ("a", "")]);
        assert_eq!(form.bytes, "b=a%20b%26c%3Dd&a=%C3%A9&a=");
        assert_eq!(form.media_type, "application/x-www-form-urlencoded");
    }

    #[test]
    fn parts_are_framed_by_a_word_that_none_of_them_contains() {
        let file = Some(("a\"b\r\n.csv".to_owned(), "text/csv".to_owned()));
        let parts = [
            Part { name: "name".to_owned(), file: None, bytes: "part-boundary-0".into() },
            Part { name: "file".to_owned(), file, bytes: "1,2".into() },
        ];
        let content = Content::multipart(&parts);
        assert_eq!(content.media_type, "multipart/form-data; boundary=part-boundary-1");
        let expected = [
            "--part-boundary-1",
            "content-disposition: form-data; name=\"name\"",
            "",
            "part-boundary-0",
            "--part-boundary-1",
            "content-disposition: form-data; name=\"file\"; filename=\"a%22b%0D%0A.csv\"",
            "content-type: text/csv",
            "",
            "1,2",
            "--part-boundary-1--",
            "",
        ];
        assert_eq!(content.bytes, expected.join("\r\n"));
    }
}
