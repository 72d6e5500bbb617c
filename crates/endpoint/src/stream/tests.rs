//! Pieces of any cut: what comes out of them is what comes out of the whole.

use std::task::{Context, Poll, Waker};

use proptest::{
    collection::vec,
    prelude::{prop_assert, prop_assert_eq, proptest},
};

use super::*;
use crate::{Response, Secret};

struct Scripted(std::vec::IntoIter<Result<Bytes, BodyError>>);

impl Stream for Scripted {
    type Item = Result<Bytes, BodyError>;

    fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        Poll::Ready(self.0.next())
    }
}

fn pieces<'a>(texts: impl IntoIterator<Item = &'a [u8]>) -> Pieces {
    let pieces: Vec<_> = texts.into_iter().map(|it| Ok(Bytes::copy_from_slice(it))).collect();
    Box::pin(Scripted(pieces.into_iter()))
}

/// Everything up to the end or the error. Nothing here waits.
fn drained(mut pieces: Pieces) -> (Vec<Bytes>, Option<String>) {
    let (mut context, mut all) = (Context::from_waker(Waker::noop()), Vec::new());
    loop {
        match pieces.as_mut().poll_next(&mut context) {
            Poll::Ready(Some(Ok(piece))) => all.push(piece),
            Poll::Ready(Some(Err(error))) => return (all, Some(error.to_string())),
            Poll::Ready(None) => return (all, None),
            Poll::Pending => unreachable!("scripted pieces are there"),
        }
    }
}

fn text(pieces: Pieces) -> Vec<u8> {
    drained(pieces).0.concat()
}

#[test]
fn a_credential_that_two_pieces_share_is_blotted_out() {
    let body = |cut: &[&str]| {
        let cut = pieces(cut.iter().map(|it| it.as_bytes()));
        String::from_utf8(text(blot(cut, Secret::new("pit-12345")))).unwrap()
    };
    assert_eq!(body(&["a pit-1", "23", "45 b pit-", "pit-12345"]), "a [secret] b pit-[secret]");
    assert_eq!(body(&["pit-1234"]), "pit-1234", "what is held back comes at the end");
    assert_eq!(body(&["", "", "x"]), "x");
    let short = pieces([&b"token"[..]]);
    assert_eq!(text(blot(short, Secret::new("token"))), b"token", "too short to be one");
}

#[test]
fn what_is_not_held_back_leaves_at_once() {
    let mut blotted = blot(pieces([&b"long enough to go pit-"[..]]), Secret::new("pit-12345"));
    let mut context = Context::from_waker(Waker::noop());
    let Poll::Ready(Some(Ok(first))) = blotted.as_mut().poll_next(&mut context) else { panic!() };
    assert_eq!(first, "long enough to go ");
}

#[test]
fn a_body_above_its_limit_breaks_off_before_it() {
    let of = |limit| drained(cap(pieces([&b"12"[..], b"34", b"56"]), limit));
    assert_eq!(of(6), (vec!["12".into(), "34".into(), "56".into()], None));
    let (given, error) = of(5);
    assert_eq!(given, ["12", "34"]);
    assert!(error.unwrap().starts_with("the body is larger than 5 bytes"));
    assert_eq!(of(0).0.len(), 0);
}

#[test]
fn after_an_error_nothing_follows() {
    let broken = || -> Pieces {
        let pieces: Vec<Result<Bytes, BodyError>> =
            vec![Ok("pit-1".into()), Err("reset".into()), Ok("2345".into())];
        Box::pin(Scripted(pieces.into_iter()))
    };
    for pieces in [blot(broken(), Secret::new("pit-12345")), cap(broken(), 99)] {
        let (given, error) = drained(pieces);
        assert_eq!(error.as_deref(), Some("reset"));
        assert!(given.concat().len() <= 5);
    }
}

#[tokio::test]
async fn a_body_is_gathered_up_to_a_limit_and_goes_on_from_there() {
    let body = || pieces([&b"12"[..], b"34", b"56"]);
    assert!(matches!(gather(body(), 6).await.unwrap(), Gathered::Whole(all) if all == "123456"));
    let part = gather(body(), 3).await.unwrap();
    assert!(matches!(&part, Gathered::Part(first, _) if first == "1234"));
    assert_eq!(text(part.into_pieces()), b"123456");
    assert_eq!(text(whole("".into())), b"");
}

proptest! {
    #[test]
    fn however_a_body_is_cut_it_is_blotted_as_a_whole_is(
        body in "[ab]{0,60}",
        credential in "[ab]{8,10}",
        cuts in vec(0_usize..7, 0..30),
    ) {
        let (mut rest, mut cut) = (body.as_bytes(), Vec::new());
        for length in cuts {
            let (piece, after) = rest.split_at(length.min(rest.len()));
            cut.push(piece);
            rest = after;
        }
        cut.push(rest);
        let whole = Response { body: body.clone().into(), ..Response::default() };
        let (given, error) = drained(blot(pieces(cut), Secret::new(&credential)));
        prop_assert_eq!(given.concat(), whole.without(&credential).body.to_vec());
        prop_assert!(error.is_none() && given.iter().all(|piece| !piece.is_empty()));
    }
}
