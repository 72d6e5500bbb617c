//! Which IP addresses are public: all that no registry sets aside for something else.
//!
//! The lists are IANA's registries of special-purpose addresses for IPv4 and IPv6.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    str::FromStr,
};

/// A network: its first address and how many bits of it count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Network {
    first: IpAddr,
    bits: u8,
}

const fn v4(a: u8, b: u8, c: u8, d: u8, bits: u8) -> Network {
    Network { first: IpAddr::V4(Ipv4Addr::new(a, b, c, d)), bits }
}

const fn v6(a: u16, b: u16, bits: u8) -> Network {
    Network { first: IpAddr::V6(Ipv6Addr::new(a, b, 0, 0, 0, 0, 0, 0)), bits }
}

/// What people use inside of their own networks.
const PRIVATE: [Network; 7] = [
    v4(10, 0, 0, 0, 8),
    v4(100, 64, 0, 0, 10), // carriers share it among their customers
    v4(127, 0, 0, 0, 8),
    v4(172, 16, 0, 0, 12),
    v4(192, 168, 0, 0, 16),
    v6(0xfc00, 0, 7),
    Network { first: IpAddr::V6(Ipv6Addr::LOCALHOST), bits: 128 },
];

/// What else of IPv4 is not public.
const SPECIAL: [Network; 14] = [
    v4(0, 0, 0, 0, 8),        // this network; Linux takes 0.0.0.0 for this machine
    v4(168, 63, 129, 16, 32), // Azure's own services, at an address that looks public
    v4(169, 254, 0, 0, 16),   // link-local, with the metadata services of clouds
    v4(192, 0, 0, 0, 24),     // protocols; Oracle's metadata service
    v4(192, 0, 2, 0, 24),     // documentation
    v4(192, 31, 196, 0, 24),  // AS112
    v4(192, 52, 193, 0, 24),  // multicast tunnels
    v4(192, 88, 99, 0, 24),   // 6to4 relays
    v4(192, 175, 48, 0, 24),  // AS112
    v4(198, 18, 0, 0, 15),    // benchmarks
    v4(198, 51, 100, 0, 24),  // documentation
    v4(203, 0, 113, 0, 24),   // documentation
    v4(224, 0, 0, 0, 4),      // multicast
    v4(240, 0, 0, 0, 4),      // reserved, and broadcast
];

/// The only part of IPv6 that is public at all. Mapped IPv4, NAT64, unique local, link-local and
/// multicast addresses are outside of it.
const GLOBAL_UNICAST: Network = v6(0x2000, 0, 3);

/// What of that is not: protocols with Teredo, documentation, and 6to4, which holds an IPv4 address.
const SPECIAL_UNICAST: [Network; 5] = [
    v6(0x2001, 0, 23),
    v6(0x2001, 0x0db8, 32),
    v6(0x2002, 0, 16),
    v6(0x2620, 0x004f, 32),
    v6(0x3fff, 0, 20),
];

/// Whether everybody can reach it.
pub(super) fn is_public(address: IpAddr) -> bool {
    let within = |networks: &[Network]| networks.iter().any(|network| network.holds(address));
    match address {
        IpAddr::V4(_) => !within(&PRIVATE) && !within(&SPECIAL),
        IpAddr::V6(_) => GLOBAL_UNICAST.holds(address) && !within(&SPECIAL_UNICAST),
    }
}

/// Whether it is one that people use inside of their own networks.
pub(super) fn is_private(address: IpAddr) -> bool {
    PRIVATE.iter().any(|network| network.holds(address))
}

impl Network {
    /// Whether an address is in it. A mapped IPv4 address is in no IPv4 network.
    pub(super) fn holds(&self, address: IpAddr) -> bool {
        match (self.first, address) {
            (IpAddr::V4(first), IpAddr::V4(address)) => {
                shared(first.to_bits().into(), address.to_bits().into(), 32 - self.bits)
            }
            (IpAddr::V6(first), IpAddr::V6(address)) => {
                shared(first.to_bits(), address.to_bits(), 128 - self.bits)
            }
            _ => false,
        }
    }

    /// Whether every address of it is this machine's own.
    pub(super) fn is_of_this_machine(&self) -> bool {
        match self.first {
            IpAddr::V4(first) => first.is_loopback() && self.bits >= 8,
            IpAddr::V6(first) => first.is_loopback() && self.bits == 128,
        }
    }
}

/// Whether two addresses are the same but for their last bits.
fn shared(one: u128, other: u128, last: u8) -> bool {
    let cut = |bits: u128| bits.checked_shr(last.into()).unwrap_or_default();
    cut(one) == cut(other)
}

/// An address, or a network as `first/bits`.
impl FromStr for Network {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (first, bits) = match text.split_once('/') {
            Some((first, bits)) => (first, Some(bits.parse::<u8>().map_err(|_| ())?)),
            None => (text, None),
        };
        let first: IpAddr = first.parse().map_err(|_| ())?;
        let all = if first.is_ipv4() { 32 } else { 128 };
        let bits = bits.unwrap_or(all);
        if bits > all { Err(()) } else { Ok(Self { first, bits }) }
    }
}
