//! The links of texts, taken out of them and listed apart.

/// How many are listed; of more, their texts alone are told.
const MOST: usize = 50;

/// The longest link that is listed, in bytes.
const LONGEST: usize = 500;

/// How links begin that are found in the middle of a text.
const BEGINNINGS: [&str; 3] = ["https://", "http://", "www."];

/// The links of one result, in order and each once.
#[derive(Default)]
pub(super) struct Links(Vec<String>);

impl Links {
    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is listed.
    pub(super) fn told(&self) -> &[String] {
        &self.0
    }

    /// What stands for a link in its text.
    pub(super) fn place_of(&mut self, link: &str) -> String {
        let link = super::visible(link.trim());
        if link.is_empty() || link.len() > LONGEST {
            return "[link]".to_owned();
        }
        let known = self.0.iter().position(|known| *known == link);
        let place = known.or_else(|| {
            (self.0.len() < MOST).then(|| {
                self.0.push(link);
                self.0.len() - 1
            })
        });
        place.map_or_else(|| "[link]".to_owned(), |place| format!("[link {}]", place + 1))
    }

    /// A text with the places of its links.
    pub(super) fn taken_out_of(&mut self, text: &str) -> String {
        let mut told = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(start) = beginning(rest) {
            let (before, link) = rest.split_at(start);
            let end = link.find(ends).unwrap_or(link.len());
            let link = link[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '}']);
            told.push_str(before);
            told.push_str(&self.place_of(link));
            rest = &rest[start + link.len()..];
        }
        told.push_str(rest);
        told
    }
}

/// Where the next link begins, which is not in the middle of a word.
fn beginning(text: &str) -> Option<usize> {
    let lower = text.to_ascii_lowercase();
    let found = BEGINNINGS.iter().filter_map(|beginning| {
        lower.match_indices(beginning).map(|(start, _)| start).find(|start| {
            let before = text[..*start].chars().next_back();
            !before.is_some_and(char::is_alphanumeric)
        })
    });
    found.min()
}

fn ends(character: char) -> bool {
    character.is_whitespace() || matches!(character, '<' | '>' | '"' | '`' | '\\' | '^' | '|')
}
