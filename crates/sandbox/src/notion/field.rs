//! A place in a request's body, which can say in Notion's words what should be there instead.

use serde_json::{Map, Value};

use super::{ids::Uuid, refusal::Refusal};

/// How much of a wrong value a message quotes.
const QUOTED: usize = 55;
/// `facts/notion.md` 5: in blocks, rich text, options, relations and people.
pub(crate) const MAX_ITEMS: usize = 100;

/// A value, or the lack of one, at a path such as `body.parent.page_id`.
#[derive(Clone, Debug)]
pub(crate) struct Field<'a> {
    path: String,
    value: Option<&'a Value>,
}

impl<'a> Field<'a> {
    /// The body of a request.
    pub(crate) fn body(value: &'a Value) -> Self {
        Self { path: "body".to_owned(), value: Some(value) }
    }

    pub(crate) fn key(&self, key: &str) -> Self {
        Self {
            path: format!("{}.{key}", self.path),
            value: self.value.and_then(|value| value.get(key)),
        }
    }

    /// The value, if there is one; null is one.
    pub(crate) fn value(&self) -> Option<&'a Value> {
        self.value
    }

    pub(crate) fn is_absent(&self) -> bool {
        self.value.is_none()
    }

    pub(crate) fn is_null(&self) -> bool {
        self.value == Some(&Value::Null)
    }

    /// This field, unless it is absent.
    pub(crate) fn present(self) -> Option<Self> {
        self.value.is_some().then_some(self)
    }

    /// This field, unless it is absent or null.
    pub(crate) fn filled(self) -> Option<Self> {
        self.value.is_some_and(|value| !value.is_null()).then_some(self)
    }

    /// Says what this field should be: `a string`, `defined`, `not present`.
    pub(crate) fn should_be(&self, what: &str) -> Refusal {
        let found = self.value.map_or_else(|| "undefined".to_owned(), Value::to_string);
        let mut quoted: String = found.chars().take(QUOTED).collect();
        if quoted.len() < found.len() {
            quoted.push_str("...");
        }
        refused(&self.path, what, &quoted)
    }

    /// The value of a field that must be there.
    ///
    /// # Errors
    /// When it is not.
    pub(crate) fn defined(&self) -> Result<&'a Value, Refusal> {
        self.value.ok_or_else(|| self.should_be("defined"))
    }

    /// # Errors
    /// When there is no object.
    pub(crate) fn object(&self) -> Result<&'a Map<String, Value>, Refusal> {
        match self.defined()? {
            Value::Object(object) => Ok(object),
            _ => Err(self.should_be("an object")),
        }
    }

    /// The fields of an object, each with its name.
    ///
    /// # Errors
    /// When there is no object.
    pub(crate) fn entries(&self) -> Result<Vec<(&'a str, Self)>, Refusal> {
        let object = self.object()?;
        let keys = object.keys().map(String::as_str);
        Ok(keys.map(|key| (key, self.key(key))).collect())
    }

    /// The fields of an array of any length.
    ///
    /// # Errors
    /// When there is no array.
    pub(crate) fn all_items(&self) -> Result<Vec<Self>, Refusal> {
        let Value::Array(items) = self.defined()? else {
            return Err(self.should_be("an array"));
        };
        let fields = items.iter().enumerate();
        let fields = fields.map(|(index, value)| Self {
            path: format!("{}[{index}]", self.path),
            value: Some(value),
        });
        Ok(fields.collect())
    }

    /// The fields of an array of at most 100.
    ///
    /// # Errors
    /// When there is no array or a longer one.
    pub(crate) fn items(&self) -> Result<Vec<Self>, Refusal> {
        let items = self.all_items()?;
        self.check_length(items.len(), MAX_ITEMS)?;
        Ok(items)
    }

    /// # Errors
    /// When there is no string.
    pub(crate) fn string(&self) -> Result<&'a str, Refusal> {
        match self.defined()? {
            Value::String(string) => Ok(string),
            _ => Err(self.should_be("a string")),
        }
    }

    /// A string of at most `most` UTF-16 code units.
    ///
    /// # Errors
    /// When there is no string or a longer one.
    pub(crate) fn short_string(&self, most: usize) -> Result<&'a str, Refusal> {
        let string = self.string()?;
        self.check_length(string.encode_utf16().count(), most)?;
        Ok(string)
    }

    /// # Errors
    /// When there is no boolean.
    pub(crate) fn boolean(&self) -> Result<bool, Refusal> {
        match self.defined()? {
            Value::Bool(boolean) => Ok(*boolean),
            _ => Err(self.should_be("a boolean")),
        }
    }

    /// # Errors
    /// When there is no number.
    pub(crate) fn number(&self) -> Result<f64, Refusal> {
        let number = self.defined()?.as_f64();
        number.ok_or_else(|| self.should_be("a number"))
    }

    /// # Errors
    /// When there is no UUID.
    pub(crate) fn uuid(&self) -> Result<Uuid, Refusal> {
        let id = Uuid::parse(self.string()?);
        id.ok_or_else(|| self.should_be("a valid uuid"))
    }

    /// One of some words.
    ///
    /// # Errors
    /// When there is another value.
    pub(crate) fn one_of(&self, words: &[&'static str]) -> Result<&'static str, Refusal> {
        let found = self.defined()?.as_str();
        let word = words.iter().find(|word| Some(**word) == found);
        word.copied().ok_or_else(|| {
            let quoted: Vec<String> = words.iter().map(|word| format!("`\"{word}\"`")).collect();
            self.should_be(&quoted.join(" or "))
        })
    }

    /// # Errors
    /// When an object has a key that is not among `known`.
    pub(crate) fn only(&self, known: &[&str]) -> Result<(), Refusal> {
        let object = self.object()?;
        match object.keys().find(|key| !known.contains(&key.as_str())) {
            Some(unknown) => Err(self.key(unknown).should_be("not present")),
            None => Ok(()),
        }
    }

    /// # Errors
    /// When `length` is more than `most`.
    pub(crate) fn check_length(&self, length: usize, most: usize) -> Result<(), Refusal> {
        if length <= most {
            return Ok(());
        }
        let path = format!("{}.length", self.path);
        Err(refused(&path, &format!("≤ `{most}`"), &length.to_string()))
    }
}

fn refused(path: &str, what: &str, found: &str) -> Refusal {
    Refusal::validation(format!(
        "body failed validation: {path} should be {what}, instead was `{found}`."
    ))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn messages_read_as_notions_do() {
        let body = json!({ "children": [{}, { "text": "x".repeat(2031) }], "id": "7", "no": null });
        let body = Field::body(&body);
        let children = body.key("children").items().unwrap();
        let message = |refusal: Refusal| refusal.message;
        assert_eq!(
            message(children[1].key("text").short_string(2000).unwrap_err()),
            "body failed validation: body.children[1].text.length should be ≤ `2000`, instead was `2031`."
        );
        assert_eq!(
            message(body.key("parent").key("page_id").uuid().unwrap_err()),
            "body failed validation: body.parent.page_id should be defined, instead was `undefined`."
        );
        assert_eq!(
            message(body.key("id").uuid().unwrap_err()),
            "body failed validation: body.id should be a valid uuid, instead was `\"7\"`."
        );
        assert_eq!(
            message(body.only(&["children", "id"]).unwrap_err()),
            "body failed validation: body.no should be not present, instead was `null`."
        );
    }

    #[test]
    fn a_long_value_is_quoted_in_part() {
        let body = json!("é".repeat(100));
        let message = Field::body(&body).boolean().unwrap_err().message;
        assert!(message.ends_with(&format!("`\"{}...`.", "é".repeat(54))), "{message}");
    }

    #[test]
    fn length_is_counted_in_utf_16_code_units() {
        let body = json!("😀".repeat(1000));
        assert!(Field::body(&body).short_string(2000).is_ok());
        let body = json!("😀".repeat(1001));
        let message = Field::body(&body).short_string(2000).unwrap_err().message;
        assert!(message.ends_with("instead was `2002`."), "{message}");
    }
}
