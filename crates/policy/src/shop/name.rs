//! Splits the one text in which a shop keeps the name of a contact.

/// Words that begin a last name of several words.
const PARTICLES: [&str; 17] = [
    "al", "bin", "da", "de", "del", "della", "der", "di", "dos", "du", "ibn", "la", "le", "ter",
    "van", "von", "zu",
];

/// Words that follow a last name and belong to it.
const SUFFIXES: [&str; 8] = ["esq", "ii", "iii", "iv", "jr", "md", "phd", "sr"];

/// First name and last name of a whole name. `Last, First` is read as well as `First Last`; a name of
/// one word is a first name, as people who are known by one are called by it.
pub(super) fn split(whole: &str) -> (Option<String>, Option<String>) {
    let whole = whole.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((last, first)) = whole.split_once(',')
        && !is_suffix(first)
    {
        return (given(first), given(last));
    }
    let words: Vec<&str> = whole.split(' ').filter(|word| !word.is_empty()).collect();
    let suffixes = words.iter().rev().take_while(|word| is_suffix(word)).count();
    let own = words.len() - suffixes;
    if own < 2 {
        return (given(&whole), None);
    }
    let mut last = own - 1;
    while last > 1 && PARTICLES.contains(&words[last - 1].to_lowercase().as_str()) {
        last -= 1;
    }
    (given(&words[..last].join(" ")), given(&words[last..].join(" ")))
}

fn is_suffix(word: &str) -> bool {
    let letters: String = word.chars().filter(|letter| letter.is_alphabetic()).collect();
    SUFFIXES.contains(&letters.to_lowercase().as_str())
}

fn given(text: &str) -> Option<String> {
    let text = text.trim().trim_end_matches(',').trim();
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn a_name_is_split_where_its_last_name_begins() {
        for (whole, first, last) in [
            ("Ada Lovelace", Some("Ada"), Some("Lovelace")),
            ("  Mary  Ann   Evans ", Some("Mary Ann"), Some("Evans")),
            ("Ludwig van Beethoven", Some("Ludwig"), Some("van Beethoven")),
            ("Juan de la Cruz", Some("Juan"), Some("de la Cruz")),
            ("Van Morrison", Some("Van"), Some("Morrison")),
            ("Lovelace, Ada", Some("Ada"), Some("Lovelace")),
            ("Sammy Davis Jr.", Some("Sammy"), Some("Davis Jr.")),
            ("Sammy Davis, Jr.", Some("Sammy"), Some("Davis, Jr.")),
            ("Cher", Some("Cher"), None),
            ("Jr.", Some("Jr."), None),
            ("", None, None),
            (" , ", None, None),
        ] {
            let expected = (first.map(str::to_owned), last.map(str::to_owned));
            assert_eq!(split(whole), expected, "{whole:?}");
        }
    }
}
