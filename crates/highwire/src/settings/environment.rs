//! The environment as a value: the process's variables over those of a `.env` file.

use std::{collections::BTreeMap, path::Path};

use crate::failure::Failure;

/// The file that is read where it is present.
const FILE: &str = ".env";

/// Names and values. Tests make their own; nothing below reads the process's.
#[derive(Clone, Default)]
pub(crate) struct Environment {
    variables: BTreeMap<String, String>,
}

impl Environment {
    /// The process's environment over the `.env` of this folder.
    pub(crate) fn read() -> Result<Self, Failure> {
        let mut variables = BTreeMap::new();
        if Path::new(FILE).exists() {
            let refused = |source: dotenvy::Error| {
                let hint = "write one NAME=value per line, with quotes around values with spaces";
                Failure::user("read the file .env", hint).because(source)
            };
            for pair in dotenvy::from_path_iter(Path::new(FILE)).map_err(refused)? {
                let (name, value) = pair.map_err(refused)?;
                variables.insert(name, value);
            }
        }
        #[expect(clippy::disallowed_methods, reason = "this is where the environment enters")]
        let process = std::env::vars_os();
        for (name, value) in process {
            if let (Ok(name), Ok(value)) = (name.into_string(), value.into_string()) {
                variables.insert(name, value);
            }
        }
        Ok(Self { variables })
    }

    /// The value of a variable that is set and not empty.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str).filter(|value| !value.trim().is_empty())
    }

    /// The names with this prefix.
    pub(crate) fn names(&self, prefix: &str) -> impl Iterator<Item = &str> {
        self.variables.keys().map(String::as_str).filter(move |name| name.starts_with(prefix))
    }
}

impl<'a> FromIterator<(&'a str, &'a str)> for Environment {
    fn from_iter<I: IntoIterator<Item = (&'a str, &'a str)>>(pairs: I) -> Self {
        let owned = pairs.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned()));
        Self { variables: owned.collect() }
    }
}
