//! The operation that was probably meant by a path that is none's.

use endpoint::Method;

use super::{
    index::{self, Template, Word},
    path::Path,
};

/// What a parameter costs that takes any value: less than two words that differ in most letters.
const ANY_VALUE: f64 = 0.3;

/// What a word costs that one of the two lacks.
const MISSING: f64 = 1.0;

/// What another method costs.
const OTHER_METHOD: f64 = 0.4;

/// What is farther away is no suggestion, per word.
const FARTHEST: f64 = 0.5;

/// The id of the operation whose method and path are most like these; none where none is much alike.
pub(super) fn of(method: Method, path: &Path) -> Option<&'static str> {
    let distance = |template: &Template| {
        let length = template.words.len().max(path.words.len());
        let own = distance(method, path, template);
        #[expect(clippy::cast_precision_loss, reason = "a path has few words")]
        let limit = FARTHEST * length as f64;
        (own, own <= limit)
    };
    index::all()
        .map(|template| (distance(template), template.operation.id()))
        .filter(|((_, is_near), _)| *is_near)
        .min_by(|((left, _), one), ((right, _), other)| left.total_cmp(right).then(one.cmp(other)))
        .map(|(_, id)| id)
}

fn distance(method: Method, path: &Path, template: &Template) -> f64 {
    let pairs = template.words.iter().zip(&path.words).map(|(word, value)| match word {
        Word::Parameter(_) => ANY_VALUE,
        Word::Literal(literal) => {
            1.0 - strsim::normalized_levenshtein(literal, &value.to_ascii_lowercase())
        }
    });
    #[expect(clippy::cast_precision_loss, reason = "a path has few words")]
    let missing = template.words.len().abs_diff(path.words.len()) as f64 * MISSING;
    let method = if template.operation.method() == method { 0.0 } else { OTHER_METHOD };
    pairs.sum::<f64>() + missing + method
}
