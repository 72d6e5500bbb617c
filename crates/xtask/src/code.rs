//! Rust text with its comments and literals blanked, so that a search finds code and nothing else.
//!
//! Every byte keeps its place: line and column of a hit are those of the original. This is a
//! scanner of tokens, not a parser; it knows the shapes that can hide text and no others.

/// Replaces comments, strings and character literals with spaces. Line ends stay.
pub(crate) fn blank(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut in_word = false;
    while let Some(first) = rest.chars().next() {
        let hidden = hidden_length(rest, in_word);
        if hidden == 0 {
            out.push(first);
            in_word = is_word(first);
            rest = &rest[first.len_utf8()..];
        } else {
            out.extend(rest[..hidden].bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
            in_word = false;
            rest = &rest[hidden..];
        }
    }
    out
}

/// Whether `character` can be part of an identifier.
pub(crate) fn is_word(character: char) -> bool {
    character == '_' || character.is_alphanumeric()
}

/// Byte offsets in `line` where `needle` begins and no identifier runs into it from the left.
pub(crate) fn word_starts<'line>(
    line: &'line str,
    needle: &'line str,
) -> impl Iterator<Item = usize> + 'line {
    line.match_indices(needle)
        .map(|(at, _)| at)
        .filter(|&at| !line[..at].chars().next_back().is_some_and(is_word))
}

/// Bytes of the comment or literal that `rest` opens with; 0 if it opens with code.
fn hidden_length(rest: &str, in_word: bool) -> usize {
    if rest.starts_with("//") {
        return rest.find('\n').unwrap_or(rest.len());
    }
    if rest.starts_with("/*") {
        return block_comment_length(rest);
    }
    if rest.starts_with('"') {
        return string_length(rest);
    }
    if rest.starts_with('\'') {
        return character_length(rest);
    }
    if in_word { 0 } else { raw_string_length(rest) }
}

/// Block comments nest.
fn block_comment_length(rest: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < rest.len() {
        let tail = &rest.as_bytes()[at..];
        if tail.starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if tail.starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    rest.len()
}

fn string_length(rest: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in rest.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

/// Tells `'x'` and `'\n'` from a lifetime, which is code.
fn character_length(rest: &str) -> usize {
    let inside = &rest[1..];
    let Some(first) = inside.chars().next() else {
        return 0;
    };
    if first == '\\' {
        // The escaped character itself may be a quote: look for the closing one after it.
        let after = inside.chars().take(2).map(char::len_utf8).sum::<usize>();
        return inside[after..].find('\'').map_or(0, |end| 1 + after + end + 1);
    }
    if inside[first.len_utf8()..].starts_with('\'') { first.len_utf8() + 2 } else { 0 }
}

/// `r"…"`, `r#"…"#`, and the byte and C forms; `r#name` is code.
fn raw_string_length(rest: &str) -> usize {
    let Some(after) = ["r", "br", "cr"].iter().find_map(|prefix| rest.strip_prefix(prefix)) else {
        return 0;
    };
    let hashes = after.len() - after.trim_start_matches('#').len();
    let Some(inside) = after[hashes..].strip_prefix('"') else {
        return 0;
    };
    let close = format!("\"{}", "#".repeat(hashes));
    let opening = rest.len() - inside.len();
    inside.find(&close).map_or(rest.len(), |end| opening + end + close.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn visible(text: &str) -> String {
        let blanked = blank(text);
        assert_eq!(blanked.lines().count(), text.lines().count(), "lines stay where they are");
        blanked.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn comments_disappear_to_the_end_of_their_line() {
        assert_eq!(visible("a // b\nc /// d\n//! e\nf"), "a c f");
    }

    #[test]
    fn block_comments_nest() {
        assert_eq!(visible("a /* b /* c */ d\n */ e"), "a e");
    }

    #[test]
    fn strings_hide_what_looks_like_code() {
        assert_eq!(visible(r#"f("mod x; // no \" end", b"y") g"#), "f( , b ) g");
        assert_eq!(visible("s(\"one\ntwo\") t"), "s( ) t");
    }

    #[test]
    fn raw_strings_end_at_their_own_hashes() {
        assert_eq!(visible(r###"a(r#"x " y"#, br"z\", r"w") b"###), "a( , , ) b");
    }

    #[test]
    fn raw_identifiers_and_words_that_end_in_r_are_code() {
        assert_eq!(visible("r#type = var; for"), "r#type = var; for");
    }

    #[test]
    fn characters_are_told_from_lifetimes() {
        assert_eq!(visible(r#"'"' a '\'' b '\u{7f}' "x" c"#), "a b c");
        assert_eq!(visible("fn f<'a>(x: &'a str)"), "fn f<'a>(x: &'a str)");
        assert_eq!(visible("'é' a"), "a");
    }

    #[test]
    fn bytes_keep_their_place() {
        let text = "a \"é\" b";
        assert_eq!(blank(text).find('b'), text.find('b'));
    }

    #[test]
    fn an_unfinished_literal_reaches_to_the_end() {
        assert_eq!(visible("a \"b"), "a");
        assert_eq!(visible("a r#\"b"), "a");
        assert_eq!(visible("a /* b"), "a");
    }

    #[test]
    fn words_start_at_a_boundary() {
        let line = "asleep(x) sleep(y) time::sleep(z)";
        assert_eq!(word_starts(line, "sleep(").collect::<Vec<_>>(), [10, 25]);
    }
}
