//! What a word of the command line can become.

use clap::{Arg, Command};
use endpoint::catalogue::{Body, Edition, Generation};
use highlevel::catalogue::{operation, operations};

use crate::commands::call::{
    arguments::{Arguments, OWN},
    flags::kebab,
};

/// One way to complete a word.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Candidate {
    pub(super) text: String,
    pub(super) about: String,
}

/// Everything that the last of the words can become; empty means that a shell should offer files.
pub(super) fn candidates(root: &Command, words: &[String]) -> Vec<Candidate> {
    let Some((last, before)) = words.split_last() else { return Vec::new() };
    let mut command = root;
    let mut awaited: Option<&Arg> = None;
    for (index, word) in before.iter().enumerate() {
        if awaited.take().is_some() {
            continue;
        }
        match word.strip_prefix("--") {
            Some(flag) => {
                let argument = argument(root, command, flag);
                awaited = argument.filter(|argument| argument.get_action().takes_values());
            }
            None => command = command.find_subcommand(word).unwrap_or(command),
        }
        if command.get_name() == "call" {
            return matching(of_call(&before[index + 1..], last), last);
        }
    }
    let all = match awaited {
        Some(argument) => values(argument),
        None if last.starts_with('-') => flags(root, command),
        None if command.get_name() == "describe" => ids(),
        None if command.has_subcommands() => subcommands(command),
        None => command.get_positionals().flat_map(values).collect(),
    };
    matching(all, last)
}

fn matching(all: Vec<Candidate>, prefix: &str) -> Vec<Candidate> {
    all.into_iter().filter(|candidate| candidate.text.starts_with(prefix)).collect()
}

fn candidate(text: impl Into<String>, about: impl Into<String>) -> Candidate {
    Candidate { text: text.into(), about: about.into() }
}

fn argument<'c>(root: &'c Command, command: &'c Command, flag: &str) -> Option<&'c Arg> {
    let of = |command: &'c Command| {
        command.get_arguments().find(|argument| argument.get_long() == Some(flag))
    };
    of(command).or_else(|| of(root))
}

fn flags(root: &Command, command: &Command) -> Vec<Candidate> {
    let inherited = root.get_arguments().filter(|argument| argument.is_global_set());
    let own = command.get_arguments().filter(|argument| !argument.is_global_set());
    let mut all: Vec<_> = own
        .chain(inherited)
        .filter(|argument| !argument.is_hide_set())
        .filter_map(|argument| {
            let about = argument.get_help().map(ToString::to_string).unwrap_or_default();
            Some(candidate(format!("--{}", argument.get_long()?), about))
        })
        .collect();
    all.push(candidate("--help", "print help"));
    all
}

fn values(argument: &Arg) -> Vec<Candidate> {
    let value = |value: &clap::builder::PossibleValue| {
        let about = value.get_help().map(ToString::to_string).unwrap_or_default();
        candidate(value.get_name(), about)
    };
    argument.get_possible_values().iter().map(value).collect()
}

fn subcommands(command: &Command) -> Vec<Candidate> {
    let visible = command.get_subcommands().filter(|command| !command.is_hide_set());
    visible
        .map(|command| {
            let about = command.get_about().map(ToString::to_string).unwrap_or_default();
            candidate(command.get_name(), about)
        })
        .collect()
}

fn ids() -> Vec<Candidate> {
    operations().map(|operation| candidate(operation.id(), operation.title())).collect()
}

/// The words after `call`: ids first, then flags and their values.
fn of_call(before: &[String], last: &str) -> Vec<Candidate> {
    let arguments = Arguments::parse(before);
    let edition = arguments.operation().and_then(operation).and_then(|operation| {
        let oldest = operation.editions().next()?.generation();
        operation.edition(arguments.generation().unwrap_or(oldest))
    });
    let awaited = before.last().and_then(|word| word.strip_prefix("--"));
    let own = awaited.and_then(|flag| OWN.iter().find(|own| own.name == flag));
    match (own, awaited, edition) {
        (Some(own), ..) if own.value.is_some() => own_values(own.name, edition),
        (None, Some(flag), Some(edition)) if !last.starts_with("--") => {
            parameter_values(edition, flag)
        }
        (.., None) if arguments.operation().is_none() && !last.starts_with('-') => ids(),
        (.., edition) => call_flags(edition, last),
    }
}

fn own_values(flag: &str, edition: Option<Edition<'_>>) -> Vec<Candidate> {
    let schema = edition.and_then(Edition::body).map(Body::schema);
    match flag {
        "version" => Generation::ALL.iter().map(|it| candidate(it.as_str(), "")).collect(),
        "set" => schema
            .into_iter()
            .flat_map(|schema| schema.fields())
            .map(|field| candidate(format!("{}=", field.name()), field.schema().describe()))
            .collect(),
        _ => Vec::new(),
    }
}

fn parameter_values(edition: Edition<'_>, flag: &str) -> Vec<Candidate> {
    let mut parameters = edition.parameters();
    let meant = parameters.find(|it| it.name() == flag || kebab(it.name()) == flag);
    let values = meant.into_iter().flat_map(|parameter| parameter.schema().values());
    values.map(|value| candidate(value, "")).collect()
}

/// Flags in kebab case, and as on the wire for whoever types them so.
fn call_flags(edition: Option<Edition<'_>>, last: &str) -> Vec<Candidate> {
    let parameters = edition.into_iter().flat_map(|edition| edition.parameters());
    let mut all: Vec<_> = parameters
        .map(|parameter| {
            let kebab = format!("--{}", kebab(parameter.name()));
            let wire = format!("--{}", parameter.name());
            let text = if kebab.starts_with(last) { kebab } else { wire };
            let mark = if parameter.is_required() { ", required" } else { "" };
            candidate(text, format!("{}{mark}", parameter.schema().describe()))
        })
        .collect();
    all.extend(OWN.iter().map(|own| candidate(format!("--{}", own.name), own.about)));
    all
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    fn texts(line: &str) -> Vec<String> {
        let words: Vec<_> = line.split(' ').map(str::to_owned).collect();
        let found = candidates(&crate::cli::Cli::command(), &words);
        found.into_iter().map(|candidate| candidate.text).collect()
    }

    #[test]
    fn commands_and_their_flags_are_completed() {
        assert_eq!(texts("ev"), ["events"]);
        assert_eq!(texts("events "), ["list", "show", "dead", "replay", "drop"]);
        assert!(!texts("").contains(&"__complete".to_owned()));
        assert_eq!(texts("sandbox --window "), ["fixed", "sliding"]);
        assert!(texts("events list --").contains(&"--json".to_owned()));
        assert_eq!(texts("completions z"), ["zsh"]);
        assert_eq!(texts("--config "), Vec::<String>::new());
        assert_eq!(texts("--json eve"), ["events"]);
        assert_eq!(texts("operations describe contacts.get-contact")[0], "contacts.get-contact");
    }

    #[test]
    fn operations_flags_and_values_are_completed() {
        assert_eq!(texts("call contacts.create-no"), ["contacts.create-note"]);
        assert_eq!(texts("call contacts.create-note --contact"), ["--contact-id"]);
        assert_eq!(texts("call contacts.create-note --contactI"), ["--contactId"]);
        assert_eq!(texts("call contacts.create-note --set bo"), ["body="]);
        assert_eq!(texts("call contacts.create-note --version "), ["v2", "v3"]);
        assert!(texts("call contacts.create-note --contact-id c1 ").contains(&"--set".to_owned()));
        assert!(texts("call contacts.create-note --body ").is_empty(), "files are the shell's");
        assert_eq!(texts("call --dry-run contacts.create-no"), ["contacts.create-note"]);
        assert_eq!(texts("--json call contacts.create-no"), ["contacts.create-note"]);
    }
}
