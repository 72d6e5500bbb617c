//! Every typed operation is in the list that is held against the catalogue.

use std::{collections::BTreeSet, fs, io, path::Path};

/// All Rust files of a folder, as one text.
fn sources(folder: &Path) -> io::Result<String> {
    let mut text = String::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        match path.is_dir() {
            true => text += &sources(&path)?,
            false => text += &fs::read_to_string(&path)?,
        }
        text.push('\n');
    }
    Ok(text)
}

/// The word that each of `lines` begins with after `before`.
fn words<'a>(lines: impl Iterator<Item = &'a str>, before: &str) -> BTreeSet<String> {
    let rest = lines.filter_map(|line| line.trim_start().strip_prefix(before));
    let word = |rest: &str| rest.chars().take_while(|it| it.is_alphanumeric()).collect();
    rest.map(word).filter(|word: &String| !word.is_empty()).collect()
}

/// The operations that a text declares: by the macro, or by the trait.
fn declared(text: &str) -> BTreeSet<String> {
    let mut found = words(text.lines(), "impl HighLevelEndpoint for ");
    let after_macro = text.split("operation! {\n").skip(1);
    found.extend(words(after_macro.filter_map(|rest| rest.lines().next()), ""));
    found
}

#[test]
fn every_typed_operation_is_held_against_the_catalogue() -> io::Result<()> {
    let text = sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/resources"))?;
    let text: Vec<_> = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let (declared, listed) =
        (declared(&text.join("\n")), words(text.iter().copied(), "check_constants::<"));
    let missing: Vec<_> = declared.difference(&listed).collect();
    assert!(missing.is_empty(), "add to the list in `tests/agreement.rs`: {missing:?}");
    assert!(declared.len() >= 100, "{} operations were found", declared.len());
    Ok(())
}

#[test]
fn both_forms_of_a_declaration_are_found() {
    let text = "impl HighLevelEndpoint for ByTrait {\noperation! {\n    ByMacro = \"a.b\",\n";
    assert_eq!(declared(text).into_iter().collect::<Vec<_>>(), ["ByMacro", "ByTrait"]);
}
