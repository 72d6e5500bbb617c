//! A form as a browser sends it: `application/x-www-form-urlencoded`, names once, values unencoded.

use std::collections::BTreeMap;

use aws_lc_rs::constant_time;
use percent_encoding::percent_decode_str;

/// The field that proves that a page of the same session made the form.
pub(super) const TOKEN: &str = "form_token";

/// The fields of a form. It has no `Debug`: credentials are among them.
pub(super) struct Form(BTreeMap<String, String>);

impl Form {
    /// Reads a body. What is not text is left out, and of a name that stands twice the last counts.
    pub(super) fn read(body: &[u8]) -> Self {
        let text = String::from_utf8_lossy(body);
        let pairs = text.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            (decoded(name), decoded(value))
        });
        Self(pairs.collect())
    }

    /// A field without the white space around it; empty where it is missing.
    pub(super) fn text(&self, name: &str) -> &str {
        self.0.get(name).map(String::as_str).unwrap_or_default().trim()
    }

    /// Whether the form carries this token.
    pub(super) fn carries(&self, token: &str) -> bool {
        let (own, wanted) = (self.text(TOKEN).as_bytes(), token.as_bytes());
        !wanted.is_empty() && constant_time::verify_slices_are_equal(own, wanted).is_ok()
    }
}

fn decoded(text: &str) -> String {
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced).decode_utf8_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_read_as_browsers_write_them() {
        let form = Form::read(b"name=a+b%26c&empty=&%66lag&name=last%20one&form_token=00ff");
        assert_eq!(
            (form.text("name"), form.text("empty"), form.text("flag")),
            ("last one", "", "")
        );
        assert_eq!(form.text("missing"), "");
        assert!(form.carries("00ff") && !form.carries("00fe") && !form.carries(""));
        assert!(!Form::read(b"").carries("") && !Form::read(b"form_token=").carries(""));
    }
}
