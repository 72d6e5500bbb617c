//! A disk that fills up under load: nothing acknowledged is lost, and the hub finds back by itself.
//!
//! The disk is a small one in memory, mounted for the hub alone. Where a user may not mount, the test
//! says loudly that it is skipped.

use std::{
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::Path,
    process::{Child, Command, Stdio},
};

use anyhow::{Context, Result};
use e2e::{Events, Program, Sender};
use serde_json::Value;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// Mounts the disk, and runs the rest in the namespace that sees it.
const SCRIPT: &str = "mount -t tmpfs -o size=24m tmpfs data && exec \"$@\"";

/// How the namespace is made: its owner is root in it and nowhere else.
const NAMESPACE: [&str; 6] = ["--user", "--map-root-user", "--mount", "sh", "-c", SCRIPT];

/// A hub whose data folder is a disk of its own.
struct Cramped {
    process: Child,
    address: SocketAddr,
}

impl Cramped {
    fn start(program: &Program, folder: &Path, key: &str) -> Result<Self> {
        std::fs::create_dir(folder.join("data"))?;
        let hub = program.command(folder);
        let mut process = Command::new("unshare")
            .args(NAMESPACE)
            .arg("sh")
            .arg(hub.get_program())
            .args(["up", "--json"])
            .env_clear()
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .env("HIGHWIRE_LISTEN", "127.0.0.1:0")
            .env("HIGHWIRE_LOG_LEVEL", "off")
            .env("HIGHWIRE_SERVER_DISK_RESERVE", "1 KB")
            .env("HIGHWIRE_WEBHOOK_PUBLIC_KEYS", key)
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut line = String::new();
        BufReader::new(process.stdout.take().context("no stdout")?).read_line(&mut line)?;
        let said: Value = serde_json::from_str(&line)?;
        let url = said["url"].as_str().context("the hub said no address")?;
        Ok(Self { process, address: url.trim_start_matches("http://").parse()? })
    }

    /// A path in its data folder, as seen from outside of its namespace.
    fn path(&self, folder: &Path, name: &str) -> std::path::PathBuf {
        let root = format!("/proc/{}/root{}", self.process.id(), folder.display());
        Path::new(&root).join("data").join(name)
    }
}

impl Drop for Cramped {
    fn drop(&mut self) {
        // It may be gone already, which is what is wanted.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[tokio::test]
async fn a_full_disk_loses_nothing_and_a_freed_one_is_used_again() -> Result<()> {
    if !may_mount() {
        eprintln!(
            "\n*** SKIPPED: this user may not mount a disk of its own (unshare --user --mount)\n"
        );
        return Ok(());
    }
    let program = Program::built()?;
    let folder = tempfile::tempdir()?;
    let events = Events::new(41, 4_000)?;
    let hub = Cramped::start(&program, folder.path(), &events.public_key())?;
    let filler = hub.path(folder.path(), "filler");
    std::fs::write(&filler, vec![b'x'; 12 * 1024 * 1024])?;
    let mut acknowledged = Vec::new();
    let mut number = 0;
    let mut later = 0;
    while later < 20 {
        let answer = send(&hub, &events, number).await?;
        match answer.split(' ').nth(1) {
            Some("200") => acknowledged.push(number),
            Some("429") => later += 1,
            _ => anyhow::bail!("on a full disk the hub said {answer:?}"),
        }
        number += 1;
    }
    assert!(acknowledged.len() > 100, "only {} events went onto the disk", acknowledged.len());
    std::fs::remove_file(&filler)?;
    while !send(&hub, &events, number).await?.starts_with("HTTP/1.1 200 ") {
        tokio::task::yield_now().await;
    }
    for number in acknowledged {
        let answer = send(&hub, &events, number).await?;
        assert!(answer.contains("\"duplicate\":true"), "{number} was acknowledged and is lost");
    }
    Ok(())
}

async fn send(hub: &Cramped, events: &Events, number: u64) -> Result<String> {
    let request = String::from_utf8(Sender::request(&events.signed(number, 1)?))?;
    let request = request.replacen("host: hub", "host: hub\r\nconnection: close", 1);
    let mut stream = TcpStream::connect(hub.address).await?;
    stream.write_all(request.as_bytes()).await?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await?;
    Ok(answer)
}

fn may_mount() -> bool {
    let tried = Command::new("unshare")
        .args(["--user", "--map-root-user", "--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"])
        .stderr(Stdio::null())
        .status();
    tried.is_ok_and(|status| status.success())
}
