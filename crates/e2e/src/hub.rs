//! The hub as a process of its own: started, watched, killed.

use std::{
    ffi::OsStr,
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::OnceLock,
};

use anyhow::{Context, Result, ensure};

/// The built binary.
#[derive(Clone, Debug)]
pub struct Program {
    path: PathBuf,
}

impl Program {
    /// The binary of the profile that the test was built in; built first where it is out of date.
    ///
    /// # Errors
    /// Where it cannot be built.
    pub fn built() -> Result<Self> {
        static BUILT: OnceLock<Result<PathBuf, String>> = OnceLock::new();
        match BUILT.get_or_init(|| build().map_err(|error| format!("{error:#}"))) {
            Ok(path) => Ok(Self { path: path.clone() }),
            Err(error) => anyhow::bail!("build the binary: {error}"),
        }
    }

    /// A binary that was built before, such as another version's.
    #[must_use]
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// A command that runs the binary with no settings but those given: the caller's environment
    /// and the folder it stands in do not count.
    #[must_use]
    pub fn command(&self, folder: &Path) -> Command {
        let mut command = Command::new(&self.path);
        command.env_clear().current_dir(folder).stdin(Stdio::null());
        command
    }
}

/// `target/<profile>/highwire`, near the running test.
fn build() -> Result<PathBuf> {
    let test = std::env::current_exe()?;
    let folder = test.parent().context("the test is not in a target folder")?;
    // A test or a benchmark stands in `deps`, a binary beside it.
    let profile = if folder.ends_with("deps") { folder.parent() } else { Some(folder) };
    let profile = profile.context("the test is not in a target folder")?;
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--quiet", "--package", "highwire"]);
    if profile.ends_with("release") {
        cargo.arg("--release");
    }
    let target = profile.parent().context("the profile is not in a target folder")?;
    cargo.env("CARGO_TARGET_DIR", target).current_dir(env!("CARGO_MANIFEST_DIR"));
    ensure!(cargo.status()?.success(), "cargo build failed");
    Ok(profile.join("highwire"))
}

/// A running hub. Dropping it kills it.
pub struct Hub {
    process: Guarded,
    address: SocketAddr,
}

impl Hub {
    /// Starts `highwire up` with these variables and waits until it says its address.
    ///
    /// # Errors
    /// Where it does not come up; what it says is on the test's own stderr.
    pub fn start<V: AsRef<OsStr>>(
        program: &Program,
        folder: &Path,
        variables: impl IntoIterator<Item = (&'static str, V)>,
    ) -> Result<Self> {
        Self::start_with(program, folder, &["up", "--json"], variables)
    }

    /// The same, with its log at `log` instead of the test's own stderr.
    ///
    /// # Errors
    /// Where it does not come up.
    pub fn start_logging<V: AsRef<OsStr>>(
        program: &Program,
        folder: &Path,
        variables: impl IntoIterator<Item = (&'static str, V)>,
        log: Stdio,
    ) -> Result<Self> {
        Starting::spawn(
            Starting::command(program, folder, &["up", "--json"], variables).stderr(log),
        )?
        .until_up()
    }

    /// Starts a hub that takes over from the one that runs in the folder, and waits until it says its
    /// address.
    ///
    /// # Errors
    /// Where it does not come up; what it says is on the test's own stderr.
    pub fn succeed<V: AsRef<OsStr>>(
        program: &Program,
        folder: &Path,
        variables: impl IntoIterator<Item = (&'static str, V)>,
    ) -> Result<Self> {
        Self::start_with(program, folder, &["up", "--json", "--take-over"], variables)
    }

    fn start_with<V: AsRef<OsStr>>(
        program: &Program,
        folder: &Path,
        arguments: &[&str],
        variables: impl IntoIterator<Item = (&'static str, V)>,
    ) -> Result<Self> {
        Starting::launch_with(program, folder, arguments, variables)?.until_up()
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its process.
    #[must_use]
    pub fn process_id(&self) -> u32 {
        self.process.0.id()
    }

    /// Sends it a signal, such as `TERM`.
    ///
    /// # Errors
    /// Where it is gone already.
    pub fn signal(&self, name: &str) -> Result<()> {
        let id = self.process_id().to_string();
        let sent = Command::new("kill").args([&format!("-{name}"), &id]).status()?;
        ensure!(sent.success(), "the hub took no {name}");
        Ok(())
    }

    /// Waits until it ends by itself.
    ///
    /// # Errors
    /// Where it cannot be waited for.
    pub fn wait(mut self) -> Result<ExitStatus> {
        Ok(self.process.0.wait()?)
    }

    /// Ends it as `kill -9` does: it can do nothing about it.
    ///
    /// # Errors
    /// Where it is gone already.
    pub fn kill(mut self) -> Result<()> {
        self.process.0.kill()?;
        self.process.0.wait()?;
        Ok(())
    }

    /// Tells it to stop, as a service manager does, and does not wait.
    ///
    /// # Errors
    /// Where it is gone already.
    pub fn ask_to_stop(&self) -> Result<()> {
        let mut kill = Command::new("kill");
        kill.args(["-TERM", &self.process_id().to_string()]).stdin(Stdio::null());
        ensure!(kill.status()?.success(), "the hub is gone already");
        Ok(())
    }
}

/// A hub that was started and has not said that it is up. Dropping it kills it.
pub struct Starting {
    process: Guarded,
}

impl Starting {
    /// Starts `highwire up` with these variables.
    ///
    /// # Errors
    /// Where there is no such program.
    pub fn launch<V: AsRef<OsStr>>(
        program: &Program,
        folder: &Path,
        variables: impl IntoIterator<Item = (&'static str, V)>,
    ) -> Result<Self> {
        Self::launch_with(program, folder, &["up", "--json"], variables)
    }

    fn launch_with<V: AsRef<OsStr>>(
        program: &Program,
        folder: &Path,
        arguments: &[&str],
        variables: impl IntoIterator<Item = (&'static str, V)>,
    ) -> Result<Self> {
        Self::spawn(&mut Self::command(program, folder, arguments, variables))
    }

    fn command<V: AsRef<OsStr>>(
        program: &Program,
        folder: &Path,
        arguments: &[&str],
        variables: impl IntoIterator<Item = (&'static str, V)>,
    ) -> Command {
        let mut command = program.command(folder);
        command
            .args(arguments)
            .env("HIGHWIRE_DATA_DIR", folder.join("data"))
            .env("HIGHWIRE_LISTEN", "127.0.0.1:0")
            .env("HIGHWIRE_LOG_LEVEL", "error")
            .envs(variables)
            .stdout(Stdio::piped());
        command
    }

    fn spawn(command: &mut Command) -> Result<Self> {
        Ok(Self { process: Guarded(command.spawn()?) })
    }

    /// Waits until it says its address.
    ///
    /// # Errors
    /// Where it does not come up; what it says is on the test's own stderr.
    pub fn until_up(mut self) -> Result<Hub> {
        let stdout = self.process.0.stdout.take().context("the hub has no stdout")?;
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        let said: serde_json::Value =
            serde_json::from_str(&line).with_context(|| format!("the hub said {line:?}"))?;
        let url = said["url"].as_str().context("the hub said no address")?;
        let address = url.trim_start_matches("http://").parse()?;
        Ok(Hub { process: self.process, address })
    }

    /// Ends it as `kill -9` does.
    pub fn kill(self) {
        drop(self);
    }
}

/// A process that goes with its handle.
struct Guarded(Child);

impl Drop for Guarded {
    fn drop(&mut self) {
        // It may be gone already, which is what is wanted.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
