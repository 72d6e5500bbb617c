//! Whether the files are whole: what SQLite finds wrong with them, row by row and index by index.

use domain::StorageError;
use rusqlite::Connection;

use super::{Sqlite, worker::Fault};

impl Sqlite {
    /// What is wrong with the two files, one sentence each; nothing where they are whole. Reads all
    /// of both.
    ///
    /// # Errors
    /// Where a file is so damaged that it cannot be read at all.
    pub async fn damage(&self) -> Result<Vec<String>, StorageError> {
        let mut found = self.shared.journal.read("examine the journal", examine).await?;
        found.extend(self.shared.state.read("examine the state", examine).await?);
        Ok(found)
    }
}

fn examine(connection: &Connection) -> Result<Vec<String>, Fault> {
    let mut statement = connection.prepare("PRAGMA integrity_check")?;
    let said = statement.query_map([], |row| row.get::<_, String>(0))?;
    let said: Vec<String> = said.collect::<rusqlite::Result<_>>()?;
    Ok(said.into_iter().filter(|line| line != "ok").collect())
}
