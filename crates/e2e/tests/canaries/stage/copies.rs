//! Who takes the data over: a backup beside the hub, a folder that it is restored to, and the next hub.

use std::net::SocketAddr;

use anyhow::{Result, ensure};
use e2e::canary::Holds;

use super::{Running, Stage};

const BACKUP: &str = "copy-of-the-canaries";
const RESTORED: &str = "restored";

impl Stage {
    /// Copies the data of the running hub, puts the copy into a new folder, and looks at both.
    pub(super) fn copy(&mut self) -> Result<()> {
        self.said(&["backup", BACKUP], "")?;
        let restored = ["--data-dir", RESTORED];
        self.said(&[&["restore", BACKUP], &restored[..]].concat(), "")?;
        for words in [
            ["backup", BACKUP, "--json", "--data-dir", RESTORED],
            ["restore", BACKUP, "--json", "--data-dir", RESTORED],
            ["restore", "nowhere", "--json", "--data-dir", "nowhere"],
        ] {
            let output = self.run_words(Holds::Data, &words, "", &[])?;
            ensure!(!output.status.success(), "`{}` succeeded", words.join(" "));
        }
        for words in [["events", "list"], ["api-keys", "list"], ["connections", "list"]] {
            self.said(&[&words[..], &restored].concat(), "")?;
        }
        for folder in [BACKUP, RESTORED] {
            let folder = self.folder.path().join(folder);
            self.canaries.see_files(Holds::Data, &folder, "master.key")?;
        }
        Ok(())
    }

    /// Starts the next hub, which takes over from the one that runs, and sends it everything.
    pub(super) async fn take_over(&mut self, address: SocketAddr) -> Result<Running> {
        let words = ["up", "--json", "--take-over"];
        let (successor, own) = self.start_as("that took over", &words, &[])?;
        ensure!(own == address, "it listens on {own}, not on {address}");
        self.send_all(own).await?;
        Ok(successor)
    }
}
