//! Credentials as people give them: from stdin, where nothing keeps them, or as a word of the command line.

use std::io::{self, BufRead, IsTerminal, Read};

use endpoint::Secret;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

use crate::{failure::Failure, printer};

/// What stands for "read it from stdin".
const STDIN: &str = "-";

/// The longest credential, in bytes: access tokens have about two thousand.
const LONGEST: u64 = 16 * 1024;

/// The credential that was given, from stdin where it is a dash. `flag` is what people gave it by.
pub(super) fn read(given: &Secret, flag: &str) -> Result<Secret, Failure> {
    if given.expose() != STDIN {
        printer::talk(format!(
            "hint: a credential on the command line stays in the shell's history and in the list of \
             processes; `{flag} -` reads it from stdin"
        ));
        return Ok(given.clone());
    }
    let refused = || {
        let hint = format!("write it to stdin, such as: highwire connect … {flag} - < FILE");
        Failure::user("read the credential from stdin", hint)
    };
    let stdin = io::stdin();
    let text = match stdin.is_terminal() {
        true => typed(&stdin),
        false => piped(&stdin),
    };
    let secret = Secret::new(&text.map_err(|source| refused().because(source))?);
    match secret.is_empty() {
        true => Err(refused()),
        false => Ok(secret),
    }
}

/// One line of a terminal, which does not show it.
fn typed(stdin: &io::Stdin) -> io::Result<String> {
    printer::talk("Paste it and press Enter; it is not shown:");
    let _silence = Silence::begin(stdin)?;
    let mut text = String::new();
    stdin.lock().take(LONGEST).read_line(&mut text)?;
    Ok(text)
}

fn piped(stdin: &io::Stdin) -> io::Result<String> {
    let mut text = String::new();
    stdin.lock().take(LONGEST).read_to_string(&mut text)?;
    Ok(text)
}

/// A terminal that shows nothing of what is typed, until this is dropped.
struct Silence {
    before: Termios,
}

impl Silence {
    fn begin(stdin: &io::Stdin) -> io::Result<Self> {
        let before = tcgetattr(stdin)?;
        let mut silent = before.clone();
        silent.local_modes.remove(LocalModes::ECHO);
        tcsetattr(stdin, OptionalActions::Flush, &silent)?;
        Ok(Self { before })
    }
}

impl Drop for Silence {
    fn drop(&mut self) {
        // A terminal that is gone has nothing to show.
        let _ = tcsetattr(io::stdin(), OptionalActions::Now, &self.before);
    }
}
