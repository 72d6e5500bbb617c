//! Finds operations by the words that people use for what they want.
//!
//! Every operation is a document with fields of different worth (BM25F): its title, its name, our
//! words for it, its product, its path, and the names of what it takes. A word of a query stands for
//! the words that mean the same, too. The index is made at the first search, of static texts.

use std::{collections::BTreeMap, sync::OnceLock};

use endpoint::catalogue::{Edition, Kind, Operation};
use highlevel::catalogue;

use super::{
    aliases::Aliases,
    intent::Act,
    words::{self, Synonyms},
};

/// What a word is worth by where it stands.
const TITLE: f32 = 3.0;
const NAME: f32 = 1.5;
const ALIAS: f32 = 2.2;
const PRODUCT: f32 = 1.5;
const PATH: f32 = 0.8;
const FIELD: f32 = 0.15;

/// How soon a word that stands often is worth no more.
const SATURATION: f32 = 1.6;
/// How much longer texts are worth less.
const LENGTH: f32 = 0.35;
/// What a word that means the same is worth, and one that begins alike or differs in a letter.
const SYNONYM: f32 = 0.6;
const ALMOST: f32 = 0.55;
/// What a list is worth to who asks for several.
const LIST: f32 = 1.1;
/// What an operation is worth that the vendor advises against.
const DEPRECATED: f32 = 0.55;

/// What is looked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted<'a> {
    /// In words.
    pub(crate) query: &'a str,
    /// Of this product only.
    pub(crate) product: Option<&'a str>,
    /// Of this kind only.
    pub(crate) kind: Option<Kind>,
    /// At most so many.
    pub(crate) limit: usize,
}

struct Index {
    documents: Vec<Document>,
    words: BTreeMap<Box<str>, Box<[Standing]>>,
}

struct Document {
    operation: Operation<'static>,
    act: Act,
    is_list: bool,
    prior: f32,
}

/// That a word stands in a document, and what it is worth there, from 0 to 1.
struct Standing {
    document: u16,
    worth: f32,
}

/// The operations that fit best, the best first.
pub(crate) fn search(wanted: Wanted<'_>) -> Vec<Operation<'static>> {
    static INDEX: OnceLock<Index> = OnceLock::new();
    INDEX.get_or_init(Index::build).search(wanted)
}

/// What an operation is called: in our words where the catalogue's mislead.
pub(crate) fn title(operation: Operation<'static>) -> &'static str {
    let ours = Aliases::committed().operation(operation.id()).and_then(|alias| alias.title);
    ours.unwrap_or_else(|| operation.title())
}

impl Index {
    fn build() -> Self {
        let operations: Vec<_> = catalogue::operations().collect();
        let texts: Vec<Vec<(String, f32)>> = operations.iter().map(|it| weighed(*it)).collect();
        let average = texts.iter().map(|it| length(it)).sum::<f32>() / texts.len() as f32;
        let mut words: BTreeMap<Box<str>, Vec<Standing>> = BTreeMap::new();
        for (document, text) in (0..).zip(texts) {
            let shorter = 1.0 / (1.0 - LENGTH + LENGTH * length(&text) / average);
            let mut worths: BTreeMap<String, f32> = BTreeMap::new();
            for (word, worth) in text {
                *worths.entry(word).or_default() += worth;
            }
            for (word, worth) in worths {
                let worth = worth * shorter;
                let worth = worth / (worth + SATURATION);
                let standings = words.entry(word.into_boxed_str()).or_default();
                standings.push(Standing { document, worth });
            }
        }
        let words = words.into_iter().map(|(word, standings)| (word, standings.into()));
        Self {
            documents: operations.into_iter().map(Document::of).collect(),
            words: words.collect(),
        }
    }

    fn search(&self, wanted: Wanted<'_>) -> Vec<Operation<'static>> {
        let mut scores = vec![0.0_f32; self.documents.len()];
        for word in words::of_query(wanted.query) {
            let mut best: BTreeMap<u16, f32> = BTreeMap::new();
            for (variant, weight) in self.variants(&word) {
                let Some(standings) = self.words.get(variant) else { continue };
                let weight = weight * self.rarity(&word, standings.len());
                for standing in standings {
                    let score = best.entry(standing.document).or_default();
                    *score = score.max(weight * standing.worth);
                }
            }
            for (document, score) in best {
                scores[usize::from(document)] += score;
            }
        }
        let act = Act::of_query(wanted.query);
        let wants_several =
            act.is_none_or(|act| act == Act::Read) && words::is_plural(wanted.query);
        let fits = |document: &Document| {
            wanted.product.is_none_or(|product| document.operation.product() == product)
                && wanted.kind.is_none_or(|kind| document.operation.kind() == kind)
        };
        let mut found: Vec<(f32, Operation<'static>)> = self
            .documents
            .iter()
            .zip(scores)
            .filter(|(document, score)| *score > 0.0 && fits(document))
            .map(|(it, score)| (score * it.worth(act, wants_several), it.operation))
            .collect();
        found.sort_by(|(left, one), (right, other)| {
            right.total_cmp(left).then_with(|| one.id().cmp(other.id()))
        });
        found.into_iter().take(wanted.limit).map(|(_, operation)| operation).collect()
    }

    /// The words by which a word is looked for, each with its worth.
    fn variants<'a>(&'a self, word: &'a str) -> Vec<(&'a str, f32)> {
        let mut variants = vec![(word, 1.0)];
        variants.extend(Synonyms::committed().of(word).map(|other| (other, SYNONYM)));
        if variants.iter().any(|(variant, _)| self.words.contains_key(*variant)) {
            return variants;
        }
        let almost = self.words.keys().filter(|known| is_almost(known, word));
        almost.map(|known| (known.as_ref(), ALMOST)).collect()
    }

    /// How much a word tells (the BM25 weight): a word that stands everywhere tells nothing. A rare
    /// synonym tells no more than the word itself.
    fn rarity(&self, word: &str, count: usize) -> f32 {
        let own = self.words.get(word).map_or(0, |standings| standings.len());
        let (count, all) = (own.max(count) as f32, self.documents.len() as f32);
        ((all - count + 0.5) / (count + 0.5)).ln_1p()
    }
}

impl Document {
    fn of(operation: Operation<'static>) -> Self {
        let product = Aliases::committed().product(operation.product());
        let is_old = operation.is_deprecated()
            || operation.id().ends_with("-deprecated")
            || operation.title().ends_with("(older)");
        let prior = product.map_or(1.0, |product| product.prior);
        let prior = if is_old { prior * DEPRECATED } else { prior };
        let act = Act::of_operation(operation);
        let is_list = act == Act::Read && !operation.path().ends_with('}');
        Self { operation, act, is_list, prior }
    }

    /// What its score is multiplied by.
    fn worth(&self, act: Option<Act>, wants_several: bool) -> f32 {
        let list = if self.is_list && wants_several { LIST } else { 1.0 };
        self.prior * Act::factor(act, self.act) * list
    }
}

/// The words of an operation with their worth.
fn weighed(operation: Operation<'static>) -> Vec<(String, f32)> {
    let aliases = Aliases::committed();
    let (product, name) = operation.id().split_once('.').unwrap_or(("", operation.id()));
    let phrases = aliases.operation(operation.id()).map_or("", |alias| alias.phrases);
    let of_product = aliases.product(product).map_or("", |product| product.phrases);
    let path = operation.path().split('/').filter(|step| !step.starts_with('{'));
    let mut words = Vec::new();
    let mut add = |text: &str, worth: f32| {
        words.extend(words::of_text(text).into_iter().map(|word| (word, worth)));
    };
    add(title(operation), TITLE);
    add(name, NAME);
    phrases.split(',').for_each(|phrase| add(phrase, ALIAS));
    add(product, PRODUCT);
    add(of_product, PRODUCT);
    path.for_each(|step| add(step, PATH));
    if let Some(edition) = operation.editions().next() {
        names(edition).into_iter().for_each(|name| add(name, FIELD));
    }
    words
}

/// How many words tell what an operation does: the names of fields make none longer.
fn length(text: &[(String, f32)]) -> f32 {
    text.iter().filter(|(_, worth)| *worth > FIELD).count() as f32
}

/// The names of what a call takes.
fn names(edition: Edition<'static>) -> Vec<&'static str> {
    let body = edition.body().map(|body| body.schema());
    let fields = body.into_iter().flat_map(|schema| schema.fields()).map(|field| field.name());
    edition.parameters().map(|parameter| parameter.name()).chain(fields).collect()
}

/// Whether a word that nobody wrote is another one, but for its ending or one letter.
fn is_almost(known: &str, word: &str) -> bool {
    const SHORTEST: usize = 4;
    if known.len() < SHORTEST || word.len() < SHORTEST {
        return false;
    }
    known.starts_with(word) || word.starts_with(known) || differs_in_one(known, word)
}

/// Whether one letter put in, left out, exchanged or swapped makes one of the other.
fn differs_in_one(one: &str, other: &str) -> bool {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let same = one.iter().zip(&other).take_while(|(left, right)| left == right).count();
    let (one, other) = (&one[same..], &other[same..]);
    match (one, other) {
        ([_, left @ ..], [_, right @ ..]) if left == right => true,
        ([a, b, left @ ..], [c, d, right @ ..]) if a == d && b == c && left == right => true,
        ([_, left @ ..], right) if left == right => true,
        (left, [_, right @ ..]) if left == right => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests;
