//! What can go wrong, said without a secret and with what to do next.

use std::{io, path::PathBuf};

use crate::{FormatError, KeyId, Label};

/// A credential that cannot be sealed, read or re-wrapped. It concerns this one only: every other
/// connection goes on.
#[derive(Debug, thiserror::Error)]
#[error(
    "the credential `{kind}` of connection {connection} of organization {organization} cannot be \
     {attempted}; {}",
    problem.next()
)]
pub struct CredentialError {
    /// The id of the organization.
    pub organization: String,
    /// The id of the connection.
    pub connection: String,
    /// What it is.
    pub kind: String,
    /// What was to be done with it: `sealed`, `read` or `re-wrapped`.
    pub attempted: &'static str,
    /// Why it is not.
    #[source]
    pub problem: Problem,
}

impl CredentialError {
    pub(crate) fn new(label: &Label<'_>, attempted: &'static str, problem: Problem) -> Self {
        Self {
            organization: label.organization.to_owned(),
            connection: label.connection.to_owned(),
            kind: label.kind.to_owned(),
            attempted,
            problem,
        }
    }
}

/// Why a credential cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// Its stored form is no sealed credential.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// No master key of the keyring has this id.
    #[error("its master key {0} is not among those that the hub was given")]
    UnknownKey(KeyId),
    /// It was changed, or it was sealed for another place.
    #[error("it was changed, or it belongs to another connection, or its master key is wrong")]
    Altered,
    /// A credential may have up to 4 GiB, and nobody has one of that size.
    #[error("it is too large to be a credential")]
    Large,
    /// The master key cannot be used.
    #[error(transparent)]
    Key(#[from] KeyError),
}

impl Problem {
    fn next(&self) -> String {
        match self {
            Self::Format(_) | Self::Altered => {
                "restore it from a backup, or connect again".to_owned()
            }
            Self::UnknownKey(key) => {
                format!("give the hub the master key {key} again, or connect again")
            }
            Self::Large => "give the credential itself, not a file that contains it".to_owned(),
            Self::Key(_) => "mend the master key, then try again".to_owned(),
        }
    }
}

/// A master key that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// There is no key file.
    #[error("there is no master key in {}; put the file back from where you keep it; if it is lost, give a new key as vault.key and store the credentials again", path.display())]
    Absent {
        /// The file.
        path: PathBuf,
    },
    /// There is a key file already.
    #[error("{} is there already; leave it as it is, it may be in use", path.display())]
    Present {
        /// The file.
        path: PathBuf,
    },
    /// Others than its owner may read or change the file.
    #[error(
        "the master key in {} is open to other users (mode {mode:04o}); run `chmod 600` on it, and \
         replace the key where somebody may have read it",
        path.display()
    )]
    Open {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// The file holds something else.
    #[error(
        "line {line} of {} is no master key, which is 32 bytes in base64; restore the file from a \
         backup",
        path.display()
    )]
    Content {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
    },
    /// The file system refused.
    #[error("{attempted} {}; check its folder, its permissions and the disk", path.display())]
    File {
        /// What was attempted, such as `read`.
        attempted: &'static str,
        /// The file.
        path: PathBuf,
        /// What was said.
        #[source]
        source: io::Error,
    },
    /// The given value is no key.
    #[error(
        "the given master key is not 32 bytes in base64; make one with `openssl rand -base64 32`"
    )]
    Value,
    /// A key command did not do its work.
    #[error("the key command `{program}` {problem}; run it by hand to see why")]
    Command {
        /// The program, without its arguments.
        program: String,
        /// What was wrong with it.
        problem: String,
    },
    /// Nobody said where the master key is.
    #[error("no master key is configured; name a file, a value or a command")]
    None,
    /// The generator of random numbers failed.
    #[error("there are no random numbers; restart the machine")]
    Random,
}
