//! Large bodies, tokens that are repeated, and replies that break off.

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use anyhow::{Context, Result, ensure};

use super::{
    house::{House, answer},
    vendor::{LARGE, MEGABYTE, Vendor},
};

const TOKEN: &str = "pit-canary81-4f7e-of-the-proxy";
const LOCATION: &str = "ajsQIFJLgWv9VxXPLEUh";

/// More than a hub may grow by while it passes on what is many times as large.
const ROOM: usize = 24 * MEGABYTE;

fn open(more: &[(&'static str, &str)]) -> Result<(Vendor, House, String)> {
    let vendor = Vendor::start()?;
    let allow = [("HIGHWIRE_PROXY_ALLOW", "read,write")];
    let more = [&allow, more].concat();
    let house = House::open(vendor.url(), (TOKEN, LOCATION), &more)?;
    let key = house.key("application", "proxy:read,proxy:write", &[])?;
    Ok((vendor, house, key))
}

/// The most memory that the hub has held, in bytes.
fn memory(house: &House) -> Result<usize> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", house.hub.process_id()))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).context("a line")?;
    let kilobytes: usize = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kilobytes * 1024)
}

#[test]
fn a_large_reply_passes_without_being_held() -> Result<()> {
    let (_vendor, house, key) = open(&[])?;
    assert_eq!(house.call(&key, "GET /highlevel/contacts/c1")?.status, 200);
    let before = memory(&house)?;
    let mut stream = TcpStream::connect(house.address())?;
    write!(
        stream,
        "GET /proxy/highlevel/highlevel/contacts/large HTTP/1.1\r\nhost: hub\r\n\
         authorization: Bearer {key}\r\nconnection: close\r\n\r\n"
    )?;
    let (mut read, mut filled, mut space) = (0, 0, vec![0; 64 * 1024]);
    loop {
        let length = stream.read(&mut space)?;
        if length == 0 {
            break;
        }
        read += length;
        filled += space[..length].iter().filter(|byte| **byte == b'p').count();
    }
    ensure!(read >= LARGE * MEGABYTE && filled >= LARGE * MEGABYTE, "{read} bytes");
    let grown = memory(&house)?.saturating_sub(before);
    ensure!(grown < ROOM, "the hub grew by {grown} bytes");
    Ok(())
}

/// Uploads so many megabytes, with their length announced or in chunks.
fn upload(house: &House, key: &str, megabytes: usize, announced: bool) -> Result<(u16, String)> {
    let mut stream = TcpStream::connect(house.address())?;
    let length = match announced {
        true => format!("content-length: {}", megabytes * MEGABYTE),
        false => "transfer-encoding: chunked".to_owned(),
    };
    write!(
        stream,
        "POST /proxy/highlevel/highlevel/medias/upload-file HTTP/1.1\r\nhost: hub\r\n\
         authorization: Bearer {key}\r\nconnection: close\r\n\
         content-type: multipart/form-data; boundary=x\r\n{length}\r\n\r\n"
    )?;
    let megabyte = vec![b'x'; MEGABYTE];
    let mut send = || -> std::io::Result<()> {
        for _ in 0..megabytes {
            if !announced {
                write!(stream, "{MEGABYTE:x}\r\n")?;
            }
            stream.write_all(&megabyte)?;
            if !announced {
                stream.write_all(b"\r\n")?;
            }
        }
        if !announced {
            stream.write_all(b"0\r\n\r\n")?;
        }
        Ok(())
    };
    // Who refuses what is large answers before all of it is written.
    let _ = send();
    let answer = answer(stream)?;
    Ok((answer.status, answer.text()))
}

#[test]
fn a_large_upload_passes_without_being_held() -> Result<()> {
    let (vendor, house, key) = open(&[])?;
    assert_eq!(house.call(&key, "GET /highlevel/contacts/c1")?.status, 200);
    let before = memory(&house)?;
    let (status, text) = upload(&house, &key, 80, true)?;
    let bytes = 80 * MEGABYTE;
    ensure!(status == 201 && text.contains(&format!("\"bytes\":{bytes},")), "{text}");
    ensure!(text.contains(&format!("Some({bytes})")), "its length was not told: {text}");
    let grown = memory(&house)?.saturating_sub(before);
    ensure!(grown < ROOM, "the hub grew by {grown} bytes");
    let head = vendor.heads().pop().context("a head")?;
    for told in [
        "POST /medias/upload-file HTTP/1.1",
        "content-type: multipart/form-data; boundary=x",
        "version: 2021-07-28",
        &format!("authorization: Bearer {TOKEN}"),
        "user-agent: highwire/",
    ] {
        ensure!(head.contains(told), "{told}: {head}");
    }
    ensure!(!head.contains("hwk_"), "the caller's key left: {head}");
    Ok(())
}

#[test]
fn an_upload_above_its_limit_is_told_so() -> Result<()> {
    let (vendor, house, key) = open(&[("HIGHWIRE_PROXY_UPLOAD_MEGABYTES", "2")])?;
    let (status, text) = upload(&house, &key, 3, true)?;
    ensure!(status == 413, "{text}");
    ensure!(vendor.heads().is_empty(), "it began nevertheless");
    let (status, text) = upload(&house, &key, 3, false)?;
    ensure!(status == 413, "{text}");
    Ok(())
}

#[test]
fn a_reply_above_its_limit_breaks_off() -> Result<()> {
    let (_vendor, house, key) = open(&[("HIGHWIRE_PROXY_REPLY_MEGABYTES", "2")])?;
    let broken = house.call(&key, "GET /highlevel/contacts/large").unwrap_err();
    assert_eq!(broken.to_string(), "the answer broke off");
    let cut = house.call(&key, "GET /highlevel/contacts/cut").unwrap_err();
    assert_eq!(cut.to_string(), "the answer broke off");
    Ok(())
}

#[test]
fn a_token_that_is_repeated_leaves_neither_in_replies_nor_in_the_log() -> Result<()> {
    let (vendor, house, key) = open(&[])?;
    let call = |name: &str| house.call(&key, &format!("GET /highlevel/contacts/{name}"));
    let echo = call("echo")?;
    assert_eq!(echo.status, 200, "{}", echo.text());
    let body = String::from_utf8(echo.body.clone())?;
    assert_eq!(body, "<p>[secret] [secret][secret]</p>");
    for header in ["set-cookie", "authorization", "www-authenticate", "x-echo"] {
        ensure!(!echo.head.contains(&format!("\r\n{header}:")), "{}", echo.head);
    }
    ensure!(echo.head.contains("x-request-id: [secret]"), "{}", echo.head);

    let refusal = call("refusal")?;
    assert_eq!((refusal.status, &refusal.json()?["message"]), (403, &"no [secret]".into()));
    // It is about the hub's token, not about the caller's key.
    assert_eq!(call("unauthorized")?.status, 502);
    assert_eq!(call("compressed")?.status, 502);
    let elsewhere = call("elsewhere")?;
    assert!(elsewhere.status == 302 && !elsewhere.text().contains("169.254"), "{elsewhere:?}");

    let told: String =
        [echo, refusal, call("unauthorized")?, elsewhere].map(|it| it.text()).concat();
    ensure!(!told.contains("canary81"), "{told}");
    let metrics = house.metrics()?;
    ensure!(
        metrics.contains("highwire_proxy_calls_total{operation=\"contacts.get-contact\""),
        "{metrics}"
    );
    let log = house.log()?;
    ensure!(!log.is_empty() && !log.contains("canary81"), "the token stands in the log");
    ensure!(!metrics.contains("canary81"));
    ensure!(vendor.heads().len() >= 6 && vendor.heads()[0].contains("canary81"));
    Ok(())
}
