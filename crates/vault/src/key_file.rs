//! The file of master keys: one per line in base64, the current one first, for its owner only.

use std::{
    fs::{self, File, Metadata, OpenOptions},
    io::{self, Read, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, fchown},
    path::{Path, PathBuf},
};

use aws_lc_rs::rand;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use secrecy::zeroize::Zeroizing;

use crate::{KeyError, KeyId, data_key::KEY_BYTES, master_key::MasterKey};

/// What the file begins with; lines with `#` are comments.
const HEAD: &str = "\
# Master keys of highwire, the current one first. Who has this file and the database can read every
# stored credential; without this file nobody can. Back it up, apart from the database.
";

/// What is read of a key file: thousands of keys.
const SIZE_LIMIT: u64 = 256 * 1024;

/// The permission bits of everybody but the owner.
const OTHERS: u32 = 0o077;

/// A file of master keys, which need not be there yet.
#[derive(Clone, Debug)]
pub struct KeyFile {
    path: PathBuf,
}

impl KeyFile {
    /// The file at this path.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Whether it is there.
    ///
    /// # Errors
    /// Where the file system does not tell.
    pub fn exists(&self) -> Result<bool, KeyError> {
        self.path.try_exists().map_err(|source| self.refused("look for", source))
    }

    /// Makes the file with one new key, readable by its owner only. It is there as a whole and on
    /// the disk, or not at all.
    ///
    /// # Errors
    /// [`KeyError::Present`] where there is one, also when another process makes it at this moment;
    /// otherwise where the disk refuses.
    pub fn create(&self) -> Result<KeyId, KeyError> {
        let (line, id) = new_line()?;
        let text = Zeroizing::new([HEAD, &line].concat());
        let draft = self.write_draft(&text, None)?;
        // A link is refused where the name is taken; a rename would replace a key that is in use.
        let linked = fs::hard_link(&draft, &self.path);
        let removed = fs::remove_file(&draft);
        match linked {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                Err(KeyError::Present { path: self.path.clone() })
            }
            linked => {
                linked.and(removed).map_err(|source| self.refused("make", source))?;
                self.sync(&self.open_folder()?)?;
                Ok(id)
            }
        }
    }

    /// Puts a new key before those of the file, so that it becomes the current one. The file keeps
    /// its owner: an administrator who rotates must not lock the hub's user out. Of several
    /// processes that do this at once, each adds its own key.
    ///
    /// # Errors
    /// Where the file cannot be read as [`crate::Keyring`] reads it, or the disk refuses; the file
    /// is as it was then.
    pub fn add_key(&self) -> Result<KeyId, KeyError> {
        // The folder is locked, since a lock on the file would go with the file that is replaced.
        let folder = self.open_folder()?;
        folder.lock().map_err(|source| self.refused("lock the folder of", source))?;
        let text = self.text()?;
        self.parse(&text)?;
        let (line, id) = new_line()?;
        let owner = fs::metadata(&self.path).map_err(|source| self.refused("look at", source))?;
        let old = text.strip_prefix(HEAD).unwrap_or(&text);
        let text = Zeroizing::new([HEAD, &line, old].concat());
        let draft = self.write_draft(&text, Some(&owner))?;
        // Where a link leads to the file, the file is replaced and the link stays.
        let target = fs::canonicalize(&self.path).map_err(|source| self.refused("find", source))?;
        fs::rename(&draft, target).map_err(|source| self.refused("replace", source))?;
        self.sync(&folder)?;
        Ok(id)
    }

    /// The keys, the current one first; at least one.
    pub(crate) fn keys(&self) -> Result<Vec<MasterKey>, KeyError> {
        self.parse(&self.text()?)
    }

    fn text(&self) -> Result<Zeroizing<String>, KeyError> {
        let refused = |source| self.refused("read", source);
        let mut file = match File::open(&self.path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(KeyError::Absent { path: self.path.clone() });
            }
            opened => opened.map_err(refused)?,
        };
        // Of the open file: the name may lead elsewhere in the next moment.
        let metadata = file.metadata().map_err(refused)?;
        let mode = metadata.permissions().mode() & 0o7777;
        if mode & OTHERS != 0 {
            return Err(KeyError::Open { path: self.path.clone(), mode });
        }
        if !metadata.is_file() || metadata.len() > SIZE_LIMIT {
            return Err(self.content(1));
        }
        let mut text = Zeroizing::new(String::with_capacity(metadata.len() as usize + 1));
        (&mut file).take(SIZE_LIMIT).read_to_string(&mut text).map_err(refused)?;
        Ok(text)
    }

    fn parse(&self, text: &str) -> Result<Vec<MasterKey>, KeyError> {
        let mut keys = Vec::new();
        for (at, line) in text.lines().enumerate() {
            let line = line.trim();
            if !line.is_empty() && !line.starts_with('#') {
                keys.push(MasterKey::parse(line).ok_or_else(|| self.content(at + 1))?);
            }
        }
        match keys.is_empty() {
            true => Err(self.content(1)),
            false => Ok(keys),
        }
    }

    /// Writes a file beside this one and brings it to the disk.
    fn write_draft(&self, text: &str, owner: Option<&Metadata>) -> Result<PathBuf, KeyError> {
        let refused = |source| self.refused("write beside", source);
        let mut suffix = [0; 8];
        rand::fill(&mut suffix).map_err(|_| KeyError::Random)?;
        let mut name = self.path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{:016x}", u64::from_be_bytes(suffix)));
        let draft = self.folder()?.join(name);
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&draft)
            .map_err(refused)?;
        let given = match owner {
            Some(owner) => fchown(&file, Some(owner.uid()), Some(owner.gid())),
            None => Ok(()),
        };
        let written =
            given.and_then(|()| file.write_all(text.as_bytes())).and_then(|()| file.sync_all());
        if let Err(source) = written {
            // Half a key is of no use; that it stays behind is not worth another error.
            let _ = fs::remove_file(&draft);
            return Err(refused(source));
        }
        Ok(draft)
    }

    fn open_folder(&self) -> Result<File, KeyError> {
        let folder = self.folder()?;
        File::open(folder).map_err(|source| self.refused("open the folder of", source))
    }

    fn sync(&self, folder: &File) -> Result<(), KeyError> {
        folder.sync_all().map_err(|source| self.refused("bring to the disk", source))
    }

    /// The folder in which the file itself is, behind a link too.
    fn folder(&self) -> Result<PathBuf, KeyError> {
        let path = match fs::canonicalize(&self.path) {
            Ok(path) => path,
            Err(_) => self.path.clone(),
        };
        match path.parent() {
            Some(parent) if parent.as_os_str().is_empty() => Ok(PathBuf::from(".")),
            Some(parent) => Ok(parent.to_owned()),
            None => Err(self.content(1)),
        }
    }

    fn content(&self, line: usize) -> KeyError {
        KeyError::Content { path: self.path.clone(), line }
    }

    fn refused(&self, attempted: &'static str, source: io::Error) -> KeyError {
        KeyError::File { attempted, path: self.path.clone(), source }
    }
}

/// A new key as a line of the file.
fn new_line() -> Result<(Zeroizing<String>, KeyId), KeyError> {
    let mut key = Zeroizing::new([0; KEY_BYTES]);
    rand::fill(&mut *key).map_err(|_| KeyError::Random)?;
    let mut line = Zeroizing::new(String::with_capacity(KEY_BYTES * 2));
    STANDARD.encode_string(key.as_slice(), &mut line);
    let id = MasterKey::parse(&line).ok_or(KeyError::Random)?.id();
    line.push('\n');
    Ok((line, id))
}

#[cfg(test)]
mod tests;
