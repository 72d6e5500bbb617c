//! The socket that a service manager hands to the hub, as systemd does (`LISTEN_FDS`).

use std::os::fd::OwnedFd;

use crate::{failure::Failure, settings::Environment};

/// The first descriptor that is handed over; the protocol fixes it.
const FIRST: i32 = 3;

/// The socket that is meant for this process, where there is one.
pub(crate) fn socket(environment: &Environment) -> Result<Option<OwnedFd>, Failure> {
    let number = |name: &str| environment.get(name).and_then(|text| text.parse::<u32>().ok());
    if number("LISTEN_PID") != Some(std::process::id()) {
        // Handed to a parent, which passed its environment on.
        return Ok(None);
    }
    match number("LISTEN_FDS") {
        None | Some(0) => Ok(None),
        Some(1) => {
            let hint = "give the unit's socket one ListenStream=, and start the hub by it";
            let attempted = "take the socket of the service manager";
            let socket =
                own(FIRST).map_err(|source| Failure::user(attempted, hint).because(source))?;
            match rustix::net::sockopt::socket_acceptconn(&socket) {
                Ok(true) => Ok(Some(socket)),
                Ok(false) | Err(_) => Err(Failure::user(attempted, hint)),
            }
        }
        Some(count) => Err(Failure::user(
            format!("take {count} sockets of the service manager"),
            "the hub listens on one: leave one ListenStream= in the unit's socket",
        )),
    }
}

/// Another handle of a descriptor that this process was started with. The kernel is asked for it as a
/// stranger would: it checks the number, which the language's own way believes without a look.
#[cfg(target_os = "linux")]
fn own(descriptor: i32) -> std::io::Result<OwnedFd> {
    use rustix::process::{PidfdFlags, PidfdGetfdFlags, getpid, pidfd_getfd, pidfd_open};
    let process = pidfd_open(getpid(), PidfdFlags::empty())?;
    Ok(pidfd_getfd(process, descriptor, PidfdGetfdFlags::empty())?)
}

#[cfg(not(target_os = "linux"))]
fn own(_: i32) -> std::io::Result<OwnedFd> {
    Err(std::io::ErrorKind::Unsupported.into())
}
