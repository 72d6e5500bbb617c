//! The events that the demo sends: the embedded examples, or a folder of JSON files.

use std::path::Path;

use crate::failure::Failure;

/// One event to send.
pub(crate) struct Input {
    /// The name of its file.
    pub(crate) file: String,
    /// Its JSON.
    pub(crate) json: String,
}

/// The events, in an order in which they could have happened: what comes to be, what changes, what
/// goes; and by name within each.
pub(crate) fn load(folder: Option<&Path>) -> Result<Vec<Input>, Failure> {
    let mut inputs = match folder {
        Some(folder) => read(folder)?,
        None => embedded(),
    };
    inputs.sort_by(|one, other| {
        (phase(&one.file), &one.file).cmp(&(phase(&other.file), &other.file))
    });
    Ok(inputs)
}

fn embedded() -> Vec<Input> {
    let examples = sandbox::highlevel::examples().iter();
    let input = |example: &sandbox::highlevel::Example| Input {
        file: example.file.to_owned(),
        json: example.json.to_owned(),
    };
    examples.map(input).collect()
}

fn read(folder: &Path) -> Result<Vec<Input>, Failure> {
    let failed = |source: std::io::Error| {
        let hint = "name a folder of JSON files, one event each, with --events";
        Failure::user(format!("read the events in {}", folder.display()), hint).because(source)
    };
    let mut inputs = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|extension| extension == "json") {
            let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let json = std::fs::read_to_string(&path).map_err(failed)?;
            inputs.push(Input { file, json });
        }
    }
    if inputs.is_empty() {
        return Err(Failure::user(
            format!("read the events in {}: there is no .json file", folder.display()),
            "name a folder of JSON files, one event each, with --events",
        ));
    }
    Ok(inputs)
}

fn phase(file: &str) -> u8 {
    match file {
        gone if gone.contains("Delete") || gone.contains("Uninstall") => 2,
        new if new.contains("Create") || new.contains("Install") => 0,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn things_come_to_be_before_they_change_and_go_last() {
        let files: Vec<_> = load(None).unwrap().into_iter().map(|input| input.file).collect();
        let place = |name: &str| files.iter().position(|file| file.contains(name)).unwrap();
        assert!(place("ContactCreate") < place("ContactUpdate"));
        assert!(place("ContactUpdate") < place("ContactDelete"));
        assert!(place("AppInstall") < place("AppUninstall"));
    }

    #[test]
    fn a_folder_without_events_is_an_error_that_says_what_to_name() {
        let folder = tempfile::tempdir().unwrap();
        let message = load(Some(folder.path())).err().unwrap().to_string();
        assert!(message.contains("--events"), "{message}");
        assert!(load(Some(Path::new("/nowhere"))).is_err());
    }
}
