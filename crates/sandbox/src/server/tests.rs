//! The server on a real socket: answers, resets, half answers, stops.

use axum::{extract::ConnectInfo, routing::get};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::Notify,
};

use super::*;

fn router() -> Router {
    Router::new()
        .route("/", get(|| async { "hello" }))
        .route(
            "/cut",
            get(|ConnectInfo(line): ConnectInfo<Line>| async move {
                line.cut();
                "never seen"
            }),
        )
        .route(
            "/half",
            get(|ConnectInfo(line): ConnectInfo<Line>| async move {
                line.truncate();
                "first|second"
            }),
        )
}

async fn start() -> Server {
    start_at(SocketAddr::from(([127, 0, 0, 1], 0))).await
}

async fn start_at(address: SocketAddr) -> Server {
    Server::start(address, router()).await.unwrap()
}

/// Everything that comes back until the connection ends.
async fn exchange(address: SocketAddr, path: &str) -> (String, io::Result<usize>) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut bytes = Vec::new();
    let ended = stream.read_to_end(&mut bytes).await;
    (String::from_utf8(bytes).unwrap(), ended)
}

#[tokio::test]
async fn a_cut_line_is_reset_without_a_byte() {
    let server = start().await;
    let (answer, ended) = exchange(server.address(), "/cut").await;
    assert_eq!(answer, "");
    assert_eq!(ended.unwrap_err().kind(), io::ErrorKind::ConnectionReset);
}

#[tokio::test]
async fn a_truncated_answer_promises_more_than_it_sends() {
    let server = start().await;
    let (answer, _) = exchange(server.address(), "/half").await;
    assert!(answer.contains("content-length: 12"), "{answer}");
    assert!(answer.ends_with("\r\n\r\nfirst|"), "{answer}");
}

#[tokio::test]
async fn an_idle_connection_ends_when_the_server_stops_or_is_dropped() {
    for drop_it in [false, true] {
        let server = start().await;
        let mut stream = TcpStream::connect(server.address()).await.unwrap();
        let request = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n";
        stream.write_all(request).await.unwrap();
        let mut head = [0; 15];
        stream.read_exact(&mut head).await.unwrap();
        assert_eq!(&head, b"HTTP/1.1 200 OK");
        if drop_it {
            drop(server);
        } else {
            server.stop().await;
        }
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).await.unwrap();
        assert!(rest.ends_with(b"hello"));
    }
}

#[tokio::test]
async fn a_stopped_server_cuts_a_request_that_hangs_and_frees_its_port() {
    let arrived = Arc::new(Notify::new());
    let arriving = arrived.clone();
    let hang = async move || {
        arriving.notify_one();
        std::future::pending::<&'static str>().await
    };
    let router = Router::new().route("/", get(hang));
    let server = Server::start(SocketAddr::from(([127, 0, 0, 1], 0)), router).await.unwrap();
    let address = server.address();
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    arrived.notified().await;
    server.stop().await;
    assert_eq!(start_at(address).await.address(), address);
}

#[tokio::test]
async fn a_taken_port_is_named_in_the_error() {
    let server = start().await;
    let error = Server::start(server.address(), router()).await.unwrap_err();
    assert!(error.to_string().contains(&server.address().to_string()));
}
