//! Where requests may go: the spellings by which people have reached what they must not.

use super::*;

fn public() -> Reach {
    Reach::default()
}

fn allowing(texts: &[&str]) -> Reach {
    let texts: Vec<_> = texts.iter().map(ToString::to_string).collect();
    Reach::allowing(&texts).unwrap()
}

/// Every way of writing IPv4 addresses that some library reads.
fn spellings(address: [u8; 4]) -> Vec<String> {
    let [a, b, c, d] = address;
    let whole = u32::from_be_bytes(address);
    let (low3, low2) = (whole & 0x00ff_ffff, whole & 0xffff);
    let mut all = vec![
        format!("{a}.{b}.{c}.{d}"),
        format!("{a}.{b}.{c}.{d}."),
        format!("{whole}"),
        format!("0x{whole:x}"),
        format!("0X{whole:X}"),
        format!("0{whole:o}"),
        format!("{a}.{low3}"),
        format!("{a}.{b}.{low2}"),
        format!("0x{a:x}.0x{b:x}.0x{c:x}.0x{d:x}"),
        format!("0{a:o}.0{b:o}.0{c:o}.0{d:o}"),
        format!("0{a:o}.{b}.{c}.{d}"),
        format!("{a}.{b}.{c}.0x{d:x}"),
        format!("{a:03}.{b:03}.{c:03}.{d:03}"),
        format!("{a}%2e{b}%2e{c}%2e{d}"),
        format!("{a}。{b}。{c}。{d}"),
        format!("[::ffff:{a}.{b}.{c}.{d}]"),
        format!("[::ffff:{:x}:{:x}]", whole >> 16, low2),
        format!("[0:0:0:0:0:ffff:{a}.{b}.{c}.{d}]"),
        format!("[::{a}.{b}.{c}.{d}]"),
        format!("[64:ff9b::{a}.{b}.{c}.{d}]"),
        format!("[64:ff9b:1::{a}.{b}.{c}.{d}]"),
        format!("[2002:{:x}:{:x}::1]", whole >> 16, low2),
        format!("[2001:0:4136:e378:8000:63bf:{:x}:{:x}]", !whole >> 16, !whole & 0xffff),
        format!("[::ffff:0:{a}.{b}.{c}.{d}]"),
    ];
    let wide = |digit: char| char::from_u32(digit as u32 - '0' as u32 + 0xff10).unwrap();
    let plain = format!("{a}.{b}.{c}.{d}");
    all.push(plain.chars().map(|one| if one.is_ascii_digit() { wide(one) } else { one }).collect());
    all
}

#[test]
fn no_spelling_of_an_inner_address_is_reached() {
    let inner = [
        [0, 0, 0, 0],
        [10, 0, 0, 1],
        [10, 255, 255, 255],
        [100, 64, 0, 1],
        [100, 100, 100, 200],
        [100, 127, 255, 255],
        [127, 0, 0, 1],
        [127, 255, 255, 254],
        [168, 63, 129, 16],
        [169, 254, 169, 254],
        [169, 254, 170, 2],
        [172, 16, 0, 1],
        [172, 31, 255, 255],
        [192, 0, 0, 192],
        [192, 0, 2, 1],
        [192, 88, 99, 1],
        [192, 168, 0, 1],
        [198, 18, 0, 1],
        [198, 19, 255, 255],
        [198, 51, 100, 7],
        [203, 0, 113, 9],
        [224, 0, 0, 1],
        [239, 255, 255, 255],
        [240, 0, 0, 1],
        [255, 255, 255, 255],
    ];
    let mut tried = 0;
    for address in inner {
        for host in spellings(address) {
            for url in [
                format!("https://{host}/hook"),
                format!("https://{host}:8443/hook"),
                format!("HTTPS://{host}"),
                format!("https://{host}?x=y"),
            ] {
                assert!(public().target(&url).is_err(), "{url} is reached");
                tried += 1;
            }
        }
    }
    assert!(tried > 2_000, "{tried}");
}

#[test]
fn no_inner_ipv6_address_is_reached() {
    for address in [
        "::",
        "::1",
        "fe80::1",
        "fe80::1%25eth0",
        "febf::1",
        "fec0::1",
        "fc00::1",
        "fd00:ec2::254",
        "fdff::1",
        "ff02::1",
        "ff0e::1",
        "2001:db8::1",
        "3fff::1",
        "3fff:fff::1",
        "2001::1",
        "2001:10::1",
        "2001:20::1",
        "100::1",
        "5f00::1",
        "64:ff9b::808:808",
        "2002:808:808::1",
        "::ffff:8.8.8.8",
        "::8.8.8.8",
        "4000::1",
        "1fff::1",
        "2620:4f:8000::1",
    ] {
        assert!(public().target(&format!("https://[{address}]/")).is_err(), "{address} is reached");
    }
}

/// Addresses that are no plain public address, and what is odd about each.
const ODD: &[(&str, Refusal)] = &[
    ("", Refusal::Spelling),
    ("hooks.example.com/path", Refusal::Spelling),
    ("//hooks.example.com", Refusal::Spelling),
    ("https:hooks.example.com", Refusal::Spelling),
    ("https:/hooks.example.com", Refusal::Spelling),
    ("http://hooks.example.com", Refusal::Plain),
    ("ftp://hooks.example.com", Refusal::Plain),
    ("file:///etc/passwd", Refusal::Plain),
    ("gopher://127.0.0.1:6379/_FLUSHALL", Refusal::Plain),
    ("javascript://hooks.example.com", Refusal::Plain),
    (" https://hooks.example.com", Refusal::Plain),
    ("https://user@hooks.example.com", Refusal::UserInfo),
    ("https://user:pass@hooks.example.com", Refusal::UserInfo),
    ("https://hooks.example.com@127.0.0.1", Refusal::UserInfo),
    ("https://127.0.0.1:80@hooks.example.com", Refusal::UserInfo),
    ("https://@hooks.example.com", Refusal::UserInfo),
    ("https://hooks.example.com\\@127.0.0.1", Refusal::UserInfo),
    ("https://hooks.example.com\\.evil.example", Refusal::Spelling),
    ("https://hooks.example.com/a b", Refusal::Spelling),
    ("https://hooks.example.com/\r\nhost: x", Refusal::Spelling),
    ("https://hooks.example.com/\t", Refusal::Spelling),
    ("https://hooks\t.example.com/", Refusal::Spelling),
    ("https://hooks.example.com/#part", Refusal::Spelling),
    ("https://hooks.example.com#@127.0.0.1/", Refusal::UserInfo),
    ("https://hooks.example.com\0/", Refusal::Spelling),
    ("https://h%6foks.example.com/", Refusal::Spelling),
    ("https://hooks.exa\u{ad}mple.com/", Refusal::Spelling),
    ("https://höoks.example.com/", Refusal::Spelling),
    ("https://ⓔxample.com/", Refusal::Spelling),
    ("https://example。com/", Refusal::Spelling),
    ("https://hooks_1.example.com/", Refusal::Spelling),
    ("https://-hooks.example.com/", Refusal::Spelling),
    ("https://hooks..example.com/", Refusal::Spelling),
    ("https://hooks.example.com./", Refusal::Spelling),
    ("https://.example.com/", Refusal::Spelling),
    ("https:///path", Refusal::Spelling),
    ("https://:443/", Refusal::Spelling),
    ("https://[::1", Refusal::Spelling),
    ("https://[::1]x/", Refusal::Spelling),
    ("https://[hooks.example.com]/", Refusal::Spelling),
    ("https://[fe80::1%25eth0]/", Refusal::Spelling),
    ("https://hooks.example.com:/", Refusal::Spelling),
    ("https://hooks.example.com:0443/", Refusal::Spelling),
    ("https://hooks.example.com:+443/", Refusal::Spelling),
    ("https://hooks.example.com:443:80/", Refusal::Spelling),
    ("https://1.2.3.4.5/", Refusal::Spelling),
    ("https://example.0x7f/", Refusal::Spelling),
    ("https://example.1/", Refusal::Spelling),
    ("https://hooks.example.com:22/", Refusal::Port),
    ("https://hooks.example.com:80/", Refusal::Port),
    ("https://hooks.example.com:25/", Refusal::Port),
    ("https://hooks.example.com:6000/", Refusal::Port),
    ("https://hooks.example.com:65536/", Refusal::Port),
    ("https://hooks.example.com:99999999999/", Refusal::Port),
    ("https://localhost/", Refusal::Private),
    ("https://LOCALHOST:8443/", Refusal::Private),
    ("https://app.localhost/", Refusal::Private),
    ("https://intranet/", Refusal::Private),
    ("https://printer.local/", Refusal::Private),
    ("https://metadata.google.internal/", Refusal::Private),
    ("https://router.home.arpa/", Refusal::Private),
    ("https://hidden.onion/", Refusal::Private),
];

#[test]
fn odd_addresses_are_refused_for_what_is_odd_about_them() {
    let refused = |url: &str| public().target(url).expect_err(url);
    for (url, refusal) in ODD {
        assert_eq!(refused(url), *refusal, "{url:?}");
    }
    assert_eq!(refused(&format!("https://hooks.example.com/{}", "x".repeat(2_048))), Refusal::Long);
}

#[test]
fn public_addresses_are_reached() {
    for (url, host, port) in [
        ("https://hooks.example.com", "hooks.example.com", 443),
        ("https://Hooks.Example.COM/Path?token=%41&x=1", "hooks.example.com", 443),
        ("https://hooks.example.com:8443/a/b", "hooks.example.com", 8443),
        ("https://hooks.example.com:3000/", "hooks.example.com", 3000),
        ("https://xn--hks-sna.example.com/", "xn--hks-sna.example.com", 443),
        ("https://0x7f.example.com/", "0x7f.example.com", 443),
    ] {
        let target = public().target(url).expect(url);
        assert_eq!((target.host, target.port), (Host::Name(host.to_owned()), port), "{url}");
    }
    for address in ["8.8.8.8", "1.1.1.1", "172.32.0.1", "100.128.0.1", "223.255.255.255"] {
        assert!(public().target(&format!("https://{address}/")).is_ok(), "{address}");
    }
    for address in ["2606:4700::1111", "2a00:1450:4001::200e", "2001:4860:4860::8888"] {
        assert!(public().target(&format!("https://[{address}]/")).is_ok(), "{address}");
    }
}

#[test]
fn what_the_settings_allow_is_reached_and_nothing_beside_it() {
    let reach = allowing(&["127.0.0.0/8", "10.1.0.0/16", "Receiver.lan", "::1"]);
    for url in [
        "http://127.0.0.1:5000/",
        "http://localhost:5000/",
        "https://10.1.2.3:8443/",
        "https://receiver.lan/",
        "http://[::1]:5000/",
    ] {
        assert!(reach.target(url).is_ok(), "{url}");
    }
    for (url, refusal) in [
        ("http://10.1.2.3:8080/", Refusal::Plain),
        ("http://receiver.lan/", Refusal::Plain),
        ("http://8.8.8.8/", Refusal::Plain),
        ("https://10.2.0.1/", Refusal::Private),
        ("https://other.lan/", Refusal::Private),
        ("https://[::ffff:127.0.0.1]/", Refusal::Private),
    ] {
        assert_eq!(reach.target(url), Err(refusal), "{url}");
    }
    assert_eq!(public().target("http://localhost:5000/"), Err(Refusal::Private));
    let judged = |address: &str| reach.judge(Some("receiver.lan"), address.parse().unwrap());
    assert_eq!((judged("192.168.1.9"), judged("fd00::1")), (Ok(()), Ok(())));
    for inner in ["169.254.169.254", "0.0.0.0", "224.0.0.1", "fe80::1", "::ffff:10.0.0.1"] {
        assert_eq!(judged(inner), Err(Refusal::Private), "{inner}");
    }
    let of_others = reach.judge(Some("evil.example"), "192.168.1.9".parse().unwrap());
    assert_eq!(of_others, Err(Refusal::Private));
}

#[test]
fn what_allows_nothing_is_told() {
    for text in
        ["", "10.0.0.0/33", "10.0.0.0/", "::1/129", "a b", "http://receiver.lan", "*", "1.2.3"]
    {
        let refused = Reach::allowing(&[text.to_owned()]).expect_err(text).to_string();
        assert!(refused.contains("10.1.0.0/16"), "{refused}");
    }
    assert!(Reach::allowing(&["0.0.0.0/0".to_owned()]).is_ok());
    let all = allowing(&["0.0.0.0/0"]);
    assert!(all.target("https://169.254.169.254/").is_ok(), "who allows all gets all");
    assert!(all.target("https://[fe80::1]/").is_err());
}

/// Whatever is accepted, the library that makes the call reads the same host and port in it.
#[cfg(feature = "http")]
#[test]
fn what_is_judged_is_what_is_called() {
    let reach = allowing(&["0.0.0.0/0", "::/0"]);
    let mut hosts: Vec<String> =
        ["hooks.example.com", "A.b", "xn--bcher-kva.example", "0x7f.example.com"]
            .map(str::to_owned)
            .into();
    for address in [[127, 0, 0, 1], [8, 8, 8, 8], [0, 0, 0, 0], [255, 1, 10, 99]] {
        hosts.extend(spellings(address));
    }
    let mut accepted = 0;
    for host in hosts {
        for rest in ["", "/", ":8443/x", "?y", "/a/../b", "/%2e%2e/", "//x"] {
            let url = format!("https://{host}{rest}");
            let Ok(target) = reach.target(&url) else { continue };
            let read = reqwest::Url::parse(&url).expect(&url);
            let judged = match target.host {
                Host::Name(name) => name,
                Host::Address(IpAddr::V4(address)) => address.to_string(),
                Host::Address(IpAddr::V6(address)) => format!("[{address}]"),
            };
            let called = read.host_str().expect(&url);
            let same = called == judged
                || called.trim_matches(['[', ']']).parse::<IpAddr>().ok()
                    == judged.trim_matches(['[', ']']).parse().ok();
            assert!(same, "{url}: judged {judged}, called {called}");
            assert_eq!(read.port_or_known_default(), Some(target.port), "{url}");
            accepted += 1;
        }
    }
    assert!(accepted > 50, "{accepted}");
}
