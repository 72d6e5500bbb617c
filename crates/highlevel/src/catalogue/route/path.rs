//! The path of a request, decoded once, and refused where another server could read it differently.

/// The longest path, in bytes.
const LONGEST_PATH: usize = 2_048;

/// The longest word, in bytes, once it is decoded. Ids have up to 36.
const LONGEST_WORD: usize = 256;

/// More words than any template has.
pub(super) const MOST_WORDS: usize = 16;

/// What may stand in a word beside letters and digits. No id, key or name in a path of HighLevel has
/// anything else, and each character more is one that some server treats in its own way.
const MARKS: &[u8] = b"-._~:=";

/// Why a path is not taken, whatever operation it means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPath {
    /// It does not begin with a slash.
    #[error("read the path: it does not begin with `/`; give the path of an operation")]
    Relative,
    /// It has more bytes or words than any operation needs.
    #[error("read the path: it is longer than any operation's; give the path of an operation")]
    TooLong,
    /// Nothing stands between two of its slashes.
    #[error("read the path: a part of it is empty; give a value for each parameter")]
    EmptyWord,
    /// A part of it is made of dots.
    #[error("read the path: a part of it is made of dots; write the path that is meant")]
    Dots,
    /// It has a percent sign that begins no encoded byte.
    #[error("read the path: `%` stands without two hexadecimal digits; encode each byte once")]
    Encoding,
    /// It has a character that no id has, encoded or not.
    #[error(
        "read the path: it has a character that stands in no path of HighLevel; use letters, digits \
         and `-._~:=`"
    )]
    Character,
}

/// A path of words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Path {
    /// What stands between the slashes, decoded.
    pub(super) words: Vec<String>,
    /// Whether a slash stands at its end.
    pub(super) slash: bool,
}

impl Path {
    /// Reads a path as it stands in a request, without its query.
    pub(super) fn parse(raw: &str) -> Result<Self, BadPath> {
        let rest = raw.strip_prefix('/').ok_or(BadPath::Relative)?;
        if raw.len() > LONGEST_PATH {
            return Err(BadPath::TooLong);
        }
        let (rest, slash) = match rest.strip_suffix('/') {
            Some(rest) => (rest, true),
            None => (rest, false),
        };
        let words: Vec<_> = rest.split('/').take(MOST_WORDS + 1).collect();
        if words.len() > MOST_WORDS {
            return Err(BadPath::TooLong);
        }
        let words = words.into_iter().map(decoded).collect::<Result<_, _>>()?;
        Ok(Self { words, slash })
    }
}

/// One word, decoded once.
fn decoded(raw: &str) -> Result<String, BadPath> {
    let (mut word, mut rest) = (String::with_capacity(raw.len()), raw.as_bytes());
    while let [first, after @ ..] = rest {
        let (byte, after) = match (first, after) {
            (b'%', [high, low, after @ ..]) => {
                let digits = hexadecimal(*high).zip(hexadecimal(*low));
                let (high, low) = digits.ok_or(BadPath::Encoding)?;
                (high * 16 + low, after)
            }
            (b'%', _) => return Err(BadPath::Encoding),
            (byte, after) => (*byte, after),
        };
        if !byte.is_ascii_alphanumeric() && !MARKS.contains(&byte) {
            return Err(BadPath::Character);
        }
        word.push(char::from(byte));
        rest = after;
    }
    match word.bytes().all(|byte| byte == b'.') {
        true if word.is_empty() => Err(BadPath::EmptyWord),
        true => Err(BadPath::Dots),
        false if word.len() > LONGEST_WORD => Err(BadPath::TooLong),
        false => Ok(word),
    }
}

fn hexadecimal(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}
