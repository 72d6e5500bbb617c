//! The words of `highwire call`: the operation, the flags of every call, and those of the operation.
//!
//! Nothing here knows the operation: a flag that is none of the call's own takes the next word as
//! its value, unless that begins with two dashes.

use std::path::PathBuf;

use endpoint::catalogue::Generation;

use super::flags::nearest;

/// A flag of every call.
pub(crate) struct Own {
    /// Its name, without dashes.
    pub(crate) name: &'static str,
    /// What stands for its value; none where it takes none.
    pub(crate) value: Option<&'static str>,
    /// What it does.
    pub(crate) about: &'static str,
}

const fn own(name: &'static str, value: Option<&'static str>, about: &'static str) -> Own {
    Own { name, value, about }
}

/// The flags of every call.
pub(crate) const OWN: [Own; 15] = [
    own(
        "set",
        Some("NAME=VALUE"),
        "set one field of the body; NAME may be a path: customFields.0.id",
    ),
    own("body", Some("JSON|@FILE|-"), "the whole body: JSON, a file, or stdin"),
    own("file", Some("FIELD=@FILE"), "send a file in one field of a form"),
    own("param", Some("NAME=VALUE"), "a parameter whose name is a flag of every call"),
    own("version", Some("v2|v3"), "the generation of the API [default: the oldest that has it]"),
    own("paginate", None, "go through all pages and print one row a line"),
    own("rows", Some("COUNT"), "stop after so many rows, with --paginate"),
    own(
        "select",
        Some("PATH"),
        "print only this part, or of each row: contact.email, contacts[].id",
    ),
    own("output", Some("FILE"), "write the reply to a file"),
    own("dry-run", None, "print the request as JSON instead of sending it"),
    own("json", None, "print compact JSON on a terminal too"),
    own(
        "connection",
        Some("ID|NAME"),
        "call through this stored connection, not with the token of the settings",
    ),
    own("config", Some("FILE"), "the settings file"),
    own("data-dir", Some("FOLDER"), "the folder of the hub's files"),
    own("help", None, "explain the operation and its flags"),
];

/// What the words say, before they are held against the operation.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Arguments {
    pub(super) operation: Option<String>,
    pub(super) generation: Option<Generation>,
    /// The operation's own flags in order, each with its value.
    pub(super) flags: Vec<(String, Option<String>)>,
    /// Parameters by their wire name.
    pub(super) parameters: Vec<(String, String)>,
    pub(super) body: Option<String>,
    pub(super) sets: Vec<(String, String)>,
    pub(super) files: Vec<(String, String)>,
    pub(super) select: Option<String>,
    pub(super) output: Option<PathBuf>,
    pub(super) rows: Option<usize>,
    /// The id or name of a stored connection.
    pub(super) connection: Option<String>,
    pub(super) config: Option<PathBuf>,
    pub(super) data_dir: Option<PathBuf>,
    pub(super) paginate: bool,
    pub(super) dry_run: bool,
    pub(super) json: bool,
    pub(super) help: bool,
    /// What is wrong with the words, one sentence each.
    pub(super) problems: Vec<String>,
}

impl Arguments {
    /// Reads the words after `call`.
    pub(crate) fn parse(words: &[String]) -> Self {
        let mut read = Self::default();
        let mut words = words.iter().peekable();
        while let Some(word) = words.next() {
            let Some(flag) = word.strip_prefix("--").filter(|flag| !flag.is_empty()) else {
                read.positional(word);
                continue;
            };
            let (name, mut value) = match flag.split_once('=') {
                Some((name, value)) => (name, Some(value.to_owned())),
                None => (flag, None),
            };
            let own = OWN.iter().find(|own| own.name == name);
            if own.is_none_or(|own| own.value.is_some()) && value.is_none() {
                value = words.next_if(|next| !next.starts_with("--")).cloned();
            }
            match own {
                Some(own) => read.own(own, value),
                None => read.flags.push((name.to_owned(), value)),
            }
        }
        read
    }

    /// The operation's id, as it was typed.
    pub(crate) fn operation(&self) -> Option<&str> {
        self.operation.as_deref()
    }

    /// The generation that was asked for.
    pub(crate) fn generation(&self) -> Option<Generation> {
        self.generation
    }

    fn positional(&mut self, word: &str) {
        match word {
            "-h" => self.help = true,
            _ if word.starts_with('-') => {
                self.problems.push(format!("`{word}` is no flag: flags begin with two dashes"));
            }
            _ if self.operation.is_none() => self.operation = Some(word.to_owned()),
            _ => self
                .problems
                .push(format!("`{word}` belongs to no flag: give it as --<parameter> {word}")),
        }
    }

    fn own(&mut self, own: &Own, value: Option<String>) {
        let value = match (own.value, value) {
            (None, None) => String::new(),
            (Some(_), Some(value)) => value,
            (None, Some(_)) => {
                self.problems.push(format!("--{} takes no value: leave it out", own.name));
                return;
            }
            (Some(kind), None) => {
                self.problems.push(format!("--{} needs a value: {kind}", own.name));
                return;
            }
        };
        match own.name {
            "paginate" => self.paginate = true,
            "dry-run" => self.dry_run = true,
            "json" => self.json = true,
            "help" => self.help = true,
            "body" => self.body = Some(value),
            "select" => self.select = Some(value),
            "output" => self.output = Some(value.into()),
            "connection" => self.connection = Some(value),
            "config" => self.config = Some(value.into()),
            "data-dir" => self.data_dir = Some(value.into()),
            "rows" => match value.parse() {
                Ok(count) => self.rows = Some(count),
                Err(_) => self.problems.push(format!("--rows cannot be `{value}`: give a number")),
            },
            "version" => match value.parse() {
                Ok(generation) => self.generation = Some(generation),
                Err(_) => {
                    let near = nearest(&value, ["v2", "v3"].into_iter()).unwrap_or("v2");
                    let what = format!("--version cannot be `{value}`: did you mean `{near}`?");
                    self.problems.push(what);
                }
            },
            pair => self.pair(pair, &value),
        }
    }

    fn pair(&mut self, flag: &str, text: &str) {
        let Some((name, value)) = text.split_once('=').filter(|(name, _)| !name.is_empty()) else {
            self.problems.push(format!("--{flag} cannot be `{text}`: give NAME=VALUE"));
            return;
        };
        let (name, value) = (name.to_owned(), value.to_owned());
        match (flag, value.strip_prefix('@')) {
            ("param", _) => self.parameters.push((name, value)),
            ("file", Some(path)) => self.files.push((name, path.to_owned())),
            ("file", None) => {
                self.problems.push(format!("--file {name}={value} lacks its @: give {name}=@FILE"));
            }
            _ => self.sets.push((name, value)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Arguments {
        Arguments::parse(&line.split(' ').map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn flags_take_the_next_word_or_what_follows_the_sign() {
        let read = parse("a.b --contact-id c1 --ids=x=y --archived --offset -5 --dry-run --rows 7");
        assert_eq!(read.operation.as_deref(), Some("a.b"));
        let flag = |name: &str, value: Option<&str>| (name.to_owned(), value.map(str::to_owned));
        assert_eq!(
            read.flags,
            [
                flag("contact-id", Some("c1")),
                flag("ids", Some("x=y")),
                flag("archived", None),
                flag("offset", Some("-5")),
            ]
        );
        assert!(read.dry_run && read.rows == Some(7) && read.problems.is_empty());
    }

    #[test]
    fn everything_that_is_wrong_is_told_at_once() {
        let read = parse("a.b c -x --paginate=1 --select --version v4 --set name --file a=b");
        assert_eq!(read.problems.len(), 7, "{:?}", read.problems);
        assert!(read.problems[3].contains("--select needs a value"), "{:?}", read.problems);
    }

    #[test]
    fn the_calls_own_flags_may_stand_in_front() {
        let read = parse("--dry-run --set a=b=c contacts.create-note --param version=1");
        assert_eq!(read.operation.as_deref(), Some("contacts.create-note"));
        assert_eq!(read.sets, [("a".to_owned(), "b=c".to_owned())]);
        assert_eq!(read.parameters, [("version".to_owned(), "1".to_owned())]);
    }
}
