//! The specification files as they are: one JSON document per product and generation.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use endpoint::Method;
use endpoint::catalogue::Generation;
use serde_json::Value;

/// The schemas that all files share.
pub(super) const SHARED: &str = "common-schemas";

/// The members of a path that are operations.
const METHODS: [(&str, Method); 5] = [
    ("get", Method::Get),
    ("post", Method::Post),
    ("put", Method::Put),
    ("patch", Method::Patch),
    ("delete", Method::Delete),
];

/// Every file, by generation and name.
pub(super) struct Specifications {
    pub(super) documents: BTreeMap<String, Document>,
}

/// One file.
pub(super) struct Document {
    pub(super) generation: Option<Generation>,
    /// The name of the file, without folder, `.json` and `-v3`.
    pub(super) product: String,
    pub(super) json: Value,
}

/// One operation as its file has it.
pub(super) struct Written<'a> {
    /// The key of its document.
    pub(super) document: &'a str,
    pub(super) generation: Generation,
    pub(super) product: &'a str,
    pub(super) method: Method,
    pub(super) path: &'a str,
    pub(super) json: &'a Value,
}

impl Specifications {
    /// Reads `v2`, `v3` and `common` below the folder.
    pub(super) fn read(folder: &Path) -> Result<Self> {
        let mut documents = BTreeMap::new();
        let folders =
            [("v2", Some(Generation::V2)), ("v3", Some(Generation::V3)), ("common", None)];
        for (name, generation) in folders {
            let entries = std::fs::read_dir(folder.join(name)).with_context(|| {
                format!("could not list `{name}` in {}: check the folder", folder.display())
            })?;
            for entry in entries {
                let path = entry?.path();
                let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
                let json = serde_json::from_str(&super::read(&path)?)
                    .with_context(|| format!("{} is no JSON: fetch it again", path.display()))?;
                let product = stem.strip_suffix("-v3").unwrap_or(stem).to_owned();
                let key = generation.map_or(stem.to_owned(), |it| format!("{it}/{stem}"));
                documents.insert(key, Document { generation, product, json });
            }
        }
        Ok(Self { documents })
    }

    /// How many operations a generation has.
    pub(super) fn count(&self, generation: Generation) -> usize {
        let of_it = self.documents.values().filter(|it| it.generation == Some(generation));
        let paths = of_it.filter_map(|document| document.json["paths"].as_object());
        let is_method = |key: &&String| METHODS.iter().any(|(name, _)| name == *key);
        paths
            .flat_map(|paths| paths.values())
            .filter_map(Value::as_object)
            .map(|path| path.keys().filter(is_method).count())
            .sum()
    }

    /// Every operation, in order of file and path.
    pub(super) fn operations(&self) -> Result<Vec<Written<'_>>> {
        let mut found = Vec::new();
        for (key, document) in &self.documents {
            let Some(generation) = document.generation else { continue };
            let paths = document.json["paths"].as_object();
            let paths = paths.with_context(|| format!("{key} has no paths: fetch it again"))?;
            for (path, members) in paths {
                let members = members.as_object();
                for (name, json) in
                    members.with_context(|| format!("{key}: {path} is no object"))?
                {
                    let Some((_, method)) = METHODS.iter().find(|(method, _)| method == name)
                    else {
                        bail!("{key}: {path} has `{name}`, which nothing here can represent");
                    };
                    let (product, method) = (document.product.as_str(), *method);
                    found.push(Written { document: key, generation, product, method, path, json });
                }
            }
        }
        Ok(found)
    }

    /// The document and the schema that a reference in `document` means.
    ///
    /// A name that a file does not define is looked up in the shared file: some files forget to
    /// say so.
    pub(super) fn schema(&self, document: &str, reference: &str) -> Result<(&str, &str, &Value)> {
        let (file, name) = match reference.split_once("#/components/schemas/") {
            Some(("", name)) => (document, name),
            Some((file, name)) if file.ends_with(&format!("{SHARED}.json")) => (SHARED, name),
            _ => bail!("{document} refers to `{reference}`, which nothing here can represent"),
        };
        for file in [file, SHARED] {
            let Some((key, document)) = self.documents.get_key_value(file) else { continue };
            let schemas = document.json["components"]["schemas"].as_object();
            if let Some((name, schema)) = schemas.and_then(|it| it.get_key_value(name)) {
                return Ok((key, name, schema));
            }
        }
        bail!("{document} refers to `{reference}`, which no file defines")
    }
}
