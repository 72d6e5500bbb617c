//! `cargo xtask catalogue FOLDER`: writes HighLevel's catalogue from its public specifications.
//!
//! Takes names, types, shapes and codes, and no sentence: what a specification says in prose stays
//! there. Titles are made by rule ([`titles`]), ids from names ([`names`]), and what the
//! specifications have wrong is corrected by the overlay ([`overlay`]), each correction with its
//! reason and source. Whatever cannot be represented is an error: nothing is lost in silence.

mod corrections;
mod draft;
mod envelope;
mod keywords;
mod kinds;
mod listing;
mod merge;
mod names;
mod overlay;
mod paging;
mod places;
mod schemas;
mod specification;
mod tables;
mod titles;

use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use endpoint::catalogue::{Catalogue, Generation};

use self::draft::Draft;
use self::overlay::Overlay;
use self::specification::Specifications;

/// Where the catalogue is kept, from the root of the repository.
const HOME: &str = "crates/highlevel/catalogue";

/// The stored catalogue and its readable twin.
struct Output {
    bytes: Vec<u8>,
    listing: String,
    summary: String,
}

/// Writes the catalogue from the specifications in the folder that the argument names.
pub(crate) fn run(arguments: &[String], out: &mut dyn io::Write) -> Result<ExitCode> {
    let [folder] = arguments else {
        bail!("name the folder with the specifications: `cargo xtask catalogue FOLDER`");
    };
    let home = root().join(HOME);
    let output = generate(Path::new(folder), &home)?;
    write(&home.join("catalogue.bin"), &output.bytes)?;
    write(&home.join("operations.txt"), output.listing.as_bytes())?;
    write!(out, "{}", output.summary)?;
    Ok(ExitCode::SUCCESS)
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn write(path: &Path, bytes: &[u8]) -> Result<()> {
    std::fs::write(path, bytes)
        .with_context(|| format!("could not write {}: check its rights", path.display()))
}

fn read(path: &Path) -> Result<String> {
    std::fs::read_to_string(path)
        .with_context(|| format!("could not read {}: check the folder", path.display()))
}

/// Everything but the writing of files.
fn generate(folder: &Path, home: &Path) -> Result<Output> {
    let specifications = Specifications::read(folder)?;
    let overlay = Overlay::parse(&read(&home.join("overlay.toml"))?)?;
    let mut draft = Draft::of(&specifications, &overlay)?;
    corrections::apply(&mut draft, &overlay)?;
    draft.finish()?;
    let table = tables::table(&draft, &overlay)?;
    let bytes = table.to_bytes();
    let catalogue = Catalogue::open(&bytes)?;
    let listing = listing::listing(&catalogue);
    let summary = summary(&specifications, &overlay, &catalogue, bytes.len());
    check_counts(&specifications, &catalogue)?;
    Ok(Output { bytes, listing, summary })
}

/// Every operation of every specification has to be in the catalogue.
fn check_counts(specifications: &Specifications, catalogue: &Catalogue) -> Result<()> {
    for generation in Generation::ALL {
        let expected = specifications.count(generation);
        let found = count(catalogue, generation);
        if expected != found {
            bail!("{generation} has {expected} operations, the catalogue {found}: find the lost");
        }
    }
    Ok(())
}

fn count(catalogue: &Catalogue, generation: Generation) -> usize {
    catalogue.operations().filter(|operation| operation.edition(generation).is_some()).count()
}

fn summary(
    specifications: &Specifications,
    overlay: &Overlay,
    catalogue: &Catalogue,
    bytes: usize,
) -> String {
    let mut text = String::new();
    for generation in Generation::ALL {
        let found = count(catalogue, generation);
        text +=
            &format!("{generation}: {found} of {} operations\n", specifications.count(generation));
    }
    let all = catalogue.operations().len();
    let added = catalogue.operations().filter(|operation| operation.is_added()).count();
    let removed = catalogue.operations().filter(|operation| operation.is_removed()).count();
    let both = all - added - removed;
    text += &format!("{all} entries: {both} in both, {removed} only v2, {added} only v3\n");
    let schemas = catalogue.schema_count();
    let corrections = overlay.corrections.len();
    text + &format!("{schemas} schemas, {corrections} corrections, {bytes} bytes\n")
}

#[cfg(test)]
mod tests;
