//! The query of a call: read into pairs, each of which the operation has to know.

use domain::ProxyRefusal;
use endpoint::catalogue::{Edition, Place};
use percent_encoding::percent_decode_str;

use super::decision::malformed;

/// The longest query, in bytes.
const LONGEST: usize = 8 * 1024;

/// The names and values of a query, decoded once.
///
/// # Errors
/// Where it is too long, is no text, or has a name that the operation does not take: what nobody
/// documents could change what is called.
pub(super) fn pairs(
    query: Option<&str>,
    edition: Edition<'static>,
) -> Result<Vec<(String, String)>, ProxyRefusal> {
    let pairs = split(query)?;
    if pairs.iter().all(|(name, _)| knows(edition, name)) {
        return Ok(pairs);
    }
    let names = names(edition);
    let hint = match names.is_empty() {
        true => "leave the query out".to_owned(),
        false => format!("it takes {}", names.join(", ")),
    };
    Err(malformed("the query has a name that the operation does not take", hint))
}

/// The names and values of a query, decoded once.
///
/// # Errors
/// Where it is too long or no text.
pub(super) fn split(query: Option<&str>) -> Result<Vec<(String, String)>, ProxyRefusal> {
    let query = query.unwrap_or_default();
    if query.len() > LONGEST {
        let error = format!("the query is longer than {LONGEST} bytes");
        return Err(malformed(error, "put less into it"));
    }
    let pairs = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let error = "the query is no text once it is decoded";
        decoded(name).zip(decoded(value)).ok_or_else(|| malformed(error, "encode it as UTF-8"))
    });
    pairs.collect()
}

/// Whether the operation takes the name, or it is how some clients write one of a list's items.
fn knows(edition: Edition<'static>, name: &str) -> bool {
    let takes = |name: &str| edition.parameter(name).is_some_and(|it| it.place() == Place::Query);
    takes(name) || item_of(name).is_some_and(takes)
}

/// The list that `name[]` and `name[0]` are items of.
pub(super) fn item_of(name: &str) -> Option<&str> {
    let (list, index) = name.strip_suffix(']')?.split_once('[')?;
    index.bytes().all(|digit| digit.is_ascii_digit()).then_some(list)
}

fn names(edition: Edition<'static>) -> Vec<&'static str> {
    let in_query = edition.parameters().filter(|it| it.place() == Place::Query);
    in_query.map(|it| it.name()).collect()
}

fn decoded(text: &str) -> Option<String> {
    let text = text.replace('+', " ");
    let text = percent_decode_str(&text).decode_utf8().ok()?;
    (!text.contains('\0')).then(|| text.into_owned())
}

#[cfg(test)]
mod tests {
    use domain::ProxyFault;
    use endpoint::catalogue::Generation;
    use highlevel::catalogue;

    use super::*;

    fn read(query: &str) -> Result<Vec<(String, String)>, ProxyRefusal> {
        let operation = catalogue::operation("contacts.get-contacts").unwrap();
        pairs(Some(query), operation.edition(Generation::V2).unwrap())
    }

    #[test]
    fn what_the_operation_takes_is_read_and_decoded_once() {
        let pairs = read("locationId=l%201&&query=a+b%252f&limit").unwrap();
        let expected = [("locationId", "l 1"), ("query", "a b%2f"), ("limit", "")];
        assert_eq!(pairs, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
        assert!(read("locationId[]=a&locationId[1]=b").is_ok());
    }

    #[test]
    fn what_it_does_not_take_is_refused() {
        for query in [
            "_method=DELETE",
            "LocationId=x",
            "locationId%00=x",
            "locationId=%00",
            "locationId[$ne]=x",
            "locationId[a]=x",
            "query=%ff",
            "__proto__[a]=x",
        ] {
            let refusal = read(query).unwrap_err();
            assert_eq!(refusal.fault, ProxyFault::Malformed, "{query}");
        }
        assert!(read("_method=DELETE").unwrap_err().hint.contains("locationId"));
        assert!(read(&format!("query={}", "x".repeat(LONGEST))).is_err());
    }
}
