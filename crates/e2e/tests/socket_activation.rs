//! A service manager holds the socket, as systemd does: while no hub runs, connections wait.

use std::{
    io::{BufRead, BufReader},
    net::TcpListener,
    os::fd::OwnedFd,
    path::Path,
    process::{Child, Command, Stdio},
};

use anyhow::{Context, Result, ensure};
use e2e::{Events, Program, Sender};

/// What a service manager does: the socket becomes descriptor 3, and the variables say for whom.
const SCRIPT: &str = "exec env LISTEN_PID=$$ LISTEN_FDS=1 \"$@\" 3<&0 0</dev/null";

/// A hub that was started on a socket of somebody else.
struct Activated(Child);

impl Activated {
    fn start(program: &Program, folder: &Path, socket: &TcpListener, key: &str) -> Result<Self> {
        let hub = program.command(folder);
        let mut child = Command::new("sh")
            .args(["-c", SCRIPT, "sh"])
            .arg(hub.get_program())
            .args(["up", "--json"])
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("HIGHWIRE_DATA_DIR", folder.join("data"))
            .env("HIGHWIRE_LOG_LEVEL", "error")
            .env("HIGHWIRE_WEBHOOK_PUBLIC_KEYS", key)
            .current_dir(folder)
            .stdin(OwnedFd::from(socket.try_clone()?))
            .stdout(Stdio::piped())
            .spawn()?;
        let mut line = String::new();
        BufReader::new(child.stdout.take().context("no stdout")?).read_line(&mut line)?;
        let address = socket.local_addr()?;
        ensure!(line.contains(&format!("http://{address}\"")), "the hub said {line:?}");
        Ok(Self(child))
    }

    fn stop(mut self) -> Result<()> {
        let stopped = Command::new("kill").arg(self.0.id().to_string()).status()?;
        ensure!(stopped.success() && self.0.wait()?.code() == Some(0), "the hub ends badly");
        Ok(())
    }
}

impl Drop for Activated {
    fn drop(&mut self) {
        // It may be gone already, which is what is wanted.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_wait_from_one_hub_to_the_next() -> Result<()> {
    let program = Program::built()?;
    let folder = tempfile::tempdir()?;
    let events = Events::new(31, 400)?;
    let key = events.public_key();
    let socket = TcpListener::bind("127.0.0.1:0")?;
    let address = socket.local_addr()?;
    for number in 0..4 {
        let request = Sender::request(&events.signed(number, 1)?);
        // Nobody runs yet, or nobody runs any more.
        let mut early = Sender::connect(address).await?;
        let mut waiting = tokio::task::JoinSet::new();
        waiting.spawn(async move { early.send(&request).await });
        let hub = Activated::start(&program, folder.path(), &socket, &key)?;
        let answer = waiting.join_next().await.context("nobody waits")???;
        assert_eq!(answer, 200);
        hub.stop()?;
    }
    Ok(())
}
