//! CPU per request with hyper, 64 connections at once, on one thread: what the library adds to the transport.
//!
//! `end-to-end koodrive ADDRESS` builds, signs and parses; `end-to-end constant ADDRESS` sends the same request again and
//! again and only receives. Both read the whole reply.

use std::error::Error;

use chrono::Utc;
use harness::{Row, case, cpu};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{HOST, HeaderValue};
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use koodrive::{Client, Credentials, Endpoint, NotifyPackageExpire};
use tokio::net::TcpStream;
use tokio::task::{JoinSet, LocalSet};

const CONNECTIONS: usize = 64;
const REQUESTS_PER_CONNECTION: usize = 300;
/// In one process, after one to warm up.
const REPEATS: usize = 5;

type Failed = Box<dyn Error>;

#[derive(Clone)]
enum Path {
    Koodrive(Client, HeaderValue),
    Constant(Request<Full<Bytes>>),
}

fn main() -> Result<(), Failed> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [mode, address] = &*arguments else {
        return Err("usage: end-to-end koodrive|constant ADDRESS".into());
    };
    let host = HeaderValue::from_str(address)?;
    let endpoint = Endpoint::parse(&format!("http://{address}"))?;
    let credentials = Credentials::app(case::APP_ID, case::APP_SECRET)?;
    let client = Client::new(endpoint, case::USER_ID, credentials)?;
    let (peer, path) = match &**mode {
        "koodrive" => ("koodrive", Path::Koodrive(client, host)),
        "constant" => {
            let call = NotifyPackageExpire::new(case::CARRIER_USER_ID, case::PACKAGE_ID)?;
            let request = client.request(&call, Utc::now())?;
            ("constant bytes", Path::Constant(sendable(request, &host)))
        }
        _ => return Err("the first argument is koodrive or constant".into()),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()?;
    let samples = runtime.block_on(LocalSet::new().run_until(repeats(&path, address)))?;
    let row = Row {
        table: "end to end",
        operation: "Rust, hyper",
        peer,
        same_signature: None,
    };
    row.print("ns", &samples);
    Ok(())
}

async fn repeats(path: &Path, address: &str) -> Result<Vec<f64>, Failed> {
    let mut connections = Vec::new();
    for _ in 0..CONNECTIONS {
        connections.push(connect(address).await?);
    }
    let mut samples = Vec::new();
    for repeat in 0..=REPEATS {
        let start = cpu();
        let mut tasks = JoinSet::new();
        for connection in connections.drain(..) {
            tasks.spawn_local(send_many(connection, path.clone()));
        }
        while let Some(done) = tasks.join_next().await {
            connections.push(done??);
        }
        let requests = (CONNECTIONS * REQUESTS_PER_CONNECTION) as f64;
        if repeat > 0 {
            samples.push((cpu() - start) / requests);
        }
    }
    Ok(samples)
}

async fn connect(address: &str) -> Result<SendRequest<Full<Bytes>>, Failed> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (sender, connection) = handshake(TokioIo::new(stream)).await?;
    tokio::task::spawn_local(connection);
    Ok(sender)
}

type Sent = Result<SendRequest<Full<Bytes>>, String>;

async fn send_many(mut connection: SendRequest<Full<Bytes>>, path: Path) -> Sent {
    for number in 0..REQUESTS_PER_CONNECTION {
        let sent = match &path {
            Path::Koodrive(client, host) => notify(&mut connection, client, host, number).await,
            Path::Constant(request) => receive(&mut connection, request.clone())
                .await
                .map(|response| assert_eq!(response.status(), StatusCode::OK)),
        };
        sent.map_err(|error| error.to_string())?;
    }
    Ok(connection)
}

/// What a caller writes: a call for a subscriber, sent, its reply read.
async fn notify(
    connection: &mut SendRequest<Full<Bytes>>,
    client: &Client,
    host: &HeaderValue,
    number: usize,
) -> Result<(), Failed> {
    let call = NotifyPackageExpire::new(format!("189642158555{number:06}"), case::PACKAGE_ID)?;
    let request = sendable(client.request(&call, Utc::now())?, host);
    let response = receive(connection, request).await?;
    client.parse(&call, &response)?;
    Ok(())
}

/// A bare connection wants the host as a header; a client with a pool of them adds it itself.
fn sendable(request: Request<Vec<u8>>, host: &HeaderValue) -> Request<Full<Bytes>> {
    let mut request = request.map(|body| Full::new(Bytes::from(body)));
    request.headers_mut().insert(HOST, host.clone());
    request
}

async fn receive(
    connection: &mut SendRequest<Full<Bytes>>,
    request: Request<Full<Bytes>>,
) -> Result<Response<Bytes>, Failed> {
    connection.ready().await?;
    let response: Response<Incoming> = connection.send_request(request).await?;
    let (parts, body) = response.into_parts();
    Ok(Response::from_parts(
        parts,
        body.collect().await?.to_bytes(),
    ))
}
