//! Which addresses a request may reach whose address somebody else chose.
//!
//! Public ones, and those that the settings allow. Whoever lets others name an address lends them the
//! network that it stands in: what answers only inside, such as a cloud's metadata service, must not
//! be named.

mod networks;
mod target;

use std::net::IpAddr;

use self::networks::{Network, is_private, is_public};
pub use self::target::{Host, Target};

/// What may be reached.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    networks: Vec<Network>,
    hosts: Vec<String>,
}

/// Why an address is not reached. It does not repeat the address, which may hold a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It is longer than any that is meant well.
    #[error("the address is longer than 2048 characters; give a shorter one")]
    Long,
    /// It is spelled in a way that programs read in different ways.
    #[error(
        "the address is spelled in a way that can be misread; write it as \
         https://host.example/path with plain letters, digits and dashes in the host, percent \
         signs for everything else in the path, and no fragment"
    )]
    Spelling,
    /// It has no TLS.
    #[error("the address has no TLS; give one that begins with https://")]
    Plain,
    /// It holds a name or a password.
    #[error("the address holds a user name; leave out what stands before the @")]
    UserInfo,
    /// Its port is not one for HTTPS.
    #[error("the port is not one for HTTPS; use 443, or a free one from 1024 on")]
    Port,
    /// It is inside of somebody's network.
    #[error(
        "the address is not a public one; give one that the internet can reach, or let the \
         operator allow it with the setting subscriptions.allow_private_addresses"
    )]
    Private,
    /// Its name leads nowhere.
    #[error("the name in the address leads to no address; check that it is right")]
    Nowhere,
}

/// A text that allows nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{text}` names neither a host nor a network; give a name such as receiver.lan, an address such as \
     127.0.0.1, or a network such as 10.1.0.0/16"
)]
pub struct UnknownAllowance {
    text: String,
}

impl Reach {
    /// Public addresses, and what these texts allow: names of hosts, addresses and networks.
    ///
    /// A name allows private addresses behind it, but no link-local one, where metadata services are.
    ///
    /// # Errors
    /// Where a text is none of them.
    pub fn allowing(texts: &[String]) -> Result<Self, UnknownAllowance> {
        let mut reach = Self::default();
        for text in texts {
            let text = text.trim().to_ascii_lowercase();
            match (text.parse::<Network>(), target::is_name(&text)) {
                (Ok(network), _) => reach.networks.push(network),
                (Err(_), true) => reach.hosts.push(text),
                (Err(_), false) => return Err(UnknownAllowance { text }),
            }
        }
        Ok(reach)
    }

    /// Reads an address and judges what can be judged without a look into the network.
    ///
    /// # Errors
    /// Where it is not to be reached, whatever its name leads to.
    pub fn target(&self, url: &str) -> Result<Target, Refusal> {
        let target = Target::read(url)?;
        let is_known = match &target.host {
            Host::Address(address) => {
                self.judge(None, *address)?;
                address.is_loopback()
            }
            Host::Name(name) => {
                if !self.is_nameable(name) {
                    return Err(Refusal::Private);
                }
                name == "localhost"
            }
        };
        // Outside of this machine anybody in between can read and change what has no TLS.
        match target.is_plain && !is_known {
            true => Err(Refusal::Plain),
            false => Ok(target),
        }
    }

    /// Judges an address that a name leads to, or that stands for itself.
    ///
    /// # Errors
    /// Where it is not to be reached.
    pub fn judge(&self, name: Option<&str>, address: IpAddr) -> Result<(), Refusal> {
        let is_allowed = self.networks.iter().any(|network| network.holds(address));
        let is_named = name.is_some_and(|name| self.hosts.iter().any(|host| host == name));
        match is_allowed || is_public(address) || (is_named && is_private(address)) {
            true => Ok(()),
            false => Err(Refusal::Private),
        }
    }

    /// Whether a name can lead anywhere that may be reached.
    fn is_nameable(&self, name: &str) -> bool {
        let is_this_machine =
            name == "localhost" && self.networks.iter().any(Network::is_of_this_machine);
        is_this_machine
            || self.hosts.iter().any(|host| host == name)
            || target::is_public_name(name)
    }
}

/// The refusal among the causes of an error, where there is one.
#[must_use]
pub fn refusal(error: &(dyn std::error::Error + 'static)) -> Option<Refusal> {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(refusal) = error.downcast_ref::<Refusal>() {
            return Some(*refusal);
        }
        cause = error.source();
    }
    None
}

#[cfg(test)]
mod tests;
