//! The text of HTML that strangers wrote: what a reader would see, and nothing that is run or loaded.

use super::links::Links;

/// Elements of which nothing is read.
const UNREAD: [&str; 10] =
    ["script", "style", "head", "title", "template", "noscript", "iframe", "object", "svg", "math"];

/// Elements that have no end, so that nothing is inside of them.
const EMPTY: [&str; 9] = ["br", "hr", "img", "input", "meta", "link", "area", "wbr", "source"];

/// Elements that begin a line.
const LINES: [&str; 19] = [
    "address",
    "article",
    "blockquote",
    "br",
    "div",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "li",
    "p",
    "section",
    "table",
    "tr",
];

/// Styles with which a text is there and is not seen, without spaces.
const UNSEEN: [&str; 6] = [
    "display:none",
    "visibility:hidden",
    "font-size:0",
    "opacity:0",
    "max-height:0",
    "color:transparent",
];

/// Whether a text holds elements of HTML.
pub(super) fn is_html(text: &str) -> bool {
    text.match_indices('<').any(|(start, _)| tag(&text[start..]).is_some())
}

/// What a reader would see of it. Links stand behind their texts.
pub(super) fn text(html: &str, links: &mut Links) -> String {
    let mut reader = Reader { told: String::new(), links, unread: None, link: None };
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        reader.characters(&rest[..start]);
        rest = &rest[start..];
        if let Some(comment) = rest.strip_prefix("<!--") {
            rest = comment.split_once("-->").map_or("", |(_, after)| after);
        } else if let Some(tag) = tag(rest) {
            rest = &rest[tag.length..];
            reader.tag(&tag);
        } else {
            reader.characters("<");
            rest = &rest[1..];
        }
    }
    reader.characters(rest);
    reader.end()
}

/// A start or an end of an element, or a declaration.
struct Tag<'a> {
    name: String,
    is_end: bool,
    attributes: &'a str,
    length: usize,
}

/// The tag with which a text begins.
fn tag(text: &str) -> Option<Tag<'_>> {
    let inside = text.strip_prefix('<')?;
    let (is_end, inside) =
        inside.strip_prefix('/').map_or((false, inside), |inside| (true, inside));
    let first = inside.chars().next()?;
    if !(first.is_ascii_alphabetic() || matches!(first, '!' | '?')) {
        return None;
    }
    let mut quote = None;
    let end = inside.char_indices().find_map(|(at, character)| match (quote, character) {
        (None, '>') => Some(at),
        (None, '"' | '\'') => {
            quote = Some(character);
            None
        }
        (Some(open), close) if open == close => {
            quote = None;
            None
        }
        _ => None,
    });
    // What is never closed is read as far as its first bracket, or as nothing at all.
    let end = end.or_else(|| inside.find('>'))?;
    let name = inside[..end].split(|c: char| c.is_whitespace() || c == '/').next()?;
    Some(Tag {
        name: name.to_ascii_lowercase(),
        is_end,
        attributes: &inside[name.len()..end],
        length: end + 2 + usize::from(is_end),
    })
}

struct Reader<'a> {
    told: String,
    links: &'a mut Links,
    /// The element of which nothing is read, and how deep it is inside of itself.
    unread: Option<(String, usize)>,
    /// Where the link leads that is open.
    link: Option<String>,
}

impl Reader<'_> {
    fn characters(&mut self, text: &str) {
        if self.unread.is_some() {
            return;
        }
        for word in decoded(text).split_inclusive(char::is_whitespace) {
            let is_apart = word.ends_with(char::is_whitespace);
            let word = word.trim_end();
            self.told.push_str(word);
            if is_apart && !self.told.is_empty() && !self.told.ends_with([' ', '\n']) {
                self.told.push(' ');
            }
        }
    }

    fn tag(&mut self, tag: &Tag<'_>) {
        if let Some((name, depth)) = &mut self.unread {
            if *name == tag.name {
                *depth = if tag.is_end { *depth - 1 } else { *depth + 1 };
                if *depth == 0 {
                    self.unread = None;
                }
            }
            return;
        }
        let is_unread = UNREAD.contains(&tag.name.as_str()) || is_unseen(tag.attributes);
        if is_unread && !tag.is_end && !EMPTY.contains(&tag.name.as_str()) {
            self.unread = Some((tag.name.clone(), 1));
            return;
        }
        if LINES.contains(&tag.name.as_str()) {
            self.line();
        }
        if tag.name == "a" {
            self.close_link();
            if !tag.is_end {
                self.link = attribute(tag.attributes, "href");
            }
        }
    }

    fn line(&mut self) {
        let told = self.told.trim_end_matches(' ').len();
        self.told.truncate(told);
        if !self.told.is_empty() && !self.told.ends_with('\n') {
            self.told.push('\n');
        }
    }

    fn close_link(&mut self) {
        let Some(link) = self.link.take() else { return };
        let is_web = ["http://", "https://", "mailto:", "tel:"]
            .iter()
            .any(|scheme| link.trim_start().to_ascii_lowercase().starts_with(scheme));
        if is_web {
            let place = self.links.place_of(&link);
            if !self.told.is_empty() && !self.told.ends_with([' ', '\n']) {
                self.told.push(' ');
            }
            self.told.push_str(&place);
        }
    }

    fn end(mut self) -> String {
        self.close_link();
        self.told.trim().to_owned()
    }
}

/// Whether an element is there and not seen.
fn is_unseen(attributes: &str) -> bool {
    let style = attribute(attributes, "style").unwrap_or_default().to_ascii_lowercase();
    let style: String = style.chars().filter(|character| !character.is_whitespace()).collect();
    // A size of 0.8 is small, and is seen.
    let hides = |hidden: &&str| {
        style.match_indices(*hidden).any(|(at, _)| {
            !style[at + hidden.len()..]
                .starts_with(|next: char| next == '.' || next.is_ascii_digit())
        })
    };
    attribute(attributes, "hidden").is_some() || UNSEEN.iter().any(hides)
}

/// The value of an attribute; empty where it has none.
fn attribute(attributes: &str, name: &str) -> Option<String> {
    let mut rest = attributes;
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '/');
        let end = rest.find(|c: char| c.is_whitespace() || c == '=' || c == '/');
        let (found, after) = rest.split_at(end.unwrap_or(rest.len()));
        if found.is_empty() && !after.starts_with('=') {
            return None;
        }
        let after = after.trim_start();
        let (value, after) = match after.strip_prefix('=') {
            None => ("", after),
            Some(value) => quoted(value.trim_start()),
        };
        if found.eq_ignore_ascii_case(name) {
            return Some(decoded(value));
        }
        rest = after;
    }
}

fn quoted(text: &str) -> (&str, &str) {
    for quote in ['"', '\''] {
        if let Some(inside) = text.strip_prefix(quote) {
            return inside.split_once(quote).unwrap_or((inside, ""));
        }
    }
    text.split_at(text.find(char::is_whitespace).unwrap_or(text.len()))
}

/// A text with its character references read.
fn decoded(text: &str) -> String {
    let mut told = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('&') {
        told.push_str(&rest[..start]);
        rest = &rest[start..];
        let reference = rest[1..].split_once(';').filter(|(name, _)| name.len() <= 10);
        match reference.and_then(|(name, after)| Some((character(name)?, after))) {
            Some((character, after)) => {
                told.push(character);
                rest = after;
            }
            None => {
                told.push('&');
                rest = &rest[1..];
            }
        }
    }
    told.push_str(rest);
    told
}

fn character(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let hexadecimal = number.strip_prefix(['x', 'X']);
        let number = match hexadecimal {
            Some(digits) => u32::from_str_radix(digits, 16),
            None => number.parse(),
        };
        return char::from_u32(number.ok()?);
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        "ndash" => '–',
        "mdash" => '—',
        "hellip" => '…',
        "lsquo" => '‘',
        "rsquo" => '’',
        "ldquo" => '“',
        "rdquo" => '”',
        "bull" => '•',
        "middot" => '·',
        "copy" => '©',
        "reg" => '®',
        "trade" => '™',
        "euro" => '€',
        "pound" => '£',
        _ => return None,
    })
}
