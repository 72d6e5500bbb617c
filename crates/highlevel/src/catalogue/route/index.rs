//! The index: every path template of the catalogue, by method and number of words.

use std::{collections::HashMap, sync::OnceLock};

use endpoint::{
    Method,
    catalogue::{Edition, Operation},
};

use super::path::{MOST_WORDS, Path};

/// The methods that operations have.
pub(super) const METHODS: [Method; 5] =
    [Method::Get, Method::Post, Method::Put, Method::Patch, Method::Delete];

/// One template of one generation.
pub(super) struct Template {
    pub(super) operation: Operation<'static>,
    pub(super) edition: Edition<'static>,
    pub(super) words: Vec<Word>,
    /// Whether a slash stands at its end.
    slash: bool,
}

/// What stands between two slashes of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Word {
    Literal(&'static str),
    Parameter(&'static str),
}

/// The templates of a method with so many words, those of the older generation first.
pub(super) fn templates(method: Method, words: usize) -> &'static [Template] {
    index().get(&(method, words)).map_or(&[], Vec::as_slice)
}

/// Every template.
pub(super) fn all() -> impl Iterator<Item = &'static Template> {
    let lengths = |method| (0..=MOST_WORDS).flat_map(move |words| templates(method, words));
    METHODS.into_iter().flat_map(lengths)
}

fn index() -> &'static HashMap<(Method, usize), Vec<Template>> {
    static INDEX: OnceLock<HashMap<(Method, usize), Vec<Template>>> = OnceLock::new();
    INDEX.get_or_init(|| {
        let mut index: HashMap<_, Vec<_>> = HashMap::new();
        for operation in crate::catalogue::operations() {
            for edition in operation.editions() {
                let template = Template::of(operation, edition);
                let key = (operation.method(), template.words.len());
                index.entry(key).or_default().push(template);
            }
        }
        index
    })
}

impl Template {
    fn of(operation: Operation<'static>, edition: Edition<'static>) -> Self {
        let path = edition.path().strip_prefix('/').unwrap_or(edition.path());
        let (path, slash) = match path.strip_suffix('/') {
            Some(path) => (path, true),
            None => (path, false),
        };
        let words = path.split('/').map(Word::of).collect();
        Self { operation, edition, words, slash }
    }

    /// Whether the path is this template's.
    pub(super) fn is(&self, path: &Path) -> bool {
        self.slash == path.slash && self.takes(path, str::eq)
    }

    /// Whether a server that is careless about case and the last slash could think so.
    pub(super) fn is_like(&self, path: &Path) -> bool {
        self.takes(path, str::eq_ignore_ascii_case)
    }

    /// How many of its words are literal.
    pub(super) fn literals(&self) -> usize {
        self.words.iter().filter(|word| word.parameter().is_none()).count()
    }

    /// Whether it has a literal wherever the other has one.
    pub(super) fn is_as_exact_as(&self, other: &Self) -> bool {
        let mut pairs = self.words.iter().zip(&other.words);
        pairs.all(|(own, its)| own.parameter().is_none() || its.parameter().is_some())
    }

    fn takes(&self, path: &Path, equal: fn(&str, &str) -> bool) -> bool {
        let mut pairs = self.words.iter().zip(&path.words);
        self.words.len() == path.words.len()
            && pairs.all(|(word, value)| match word {
                Word::Literal(literal) => equal(literal, value),
                Word::Parameter(_) => true,
            })
    }
}

impl Word {
    fn of(word: &'static str) -> Self {
        match word.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            Some(name) => Self::Parameter(name),
            None => Self::Literal(word),
        }
    }

    /// The parameter's name, where it is one.
    pub(super) fn parameter(self) -> Option<&'static str> {
        match self {
            Self::Literal(_) => None,
            Self::Parameter(name) => Some(name),
        }
    }
}
