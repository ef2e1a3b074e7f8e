//! Measures CPU per request with hyper, 64 connections at once, on one thread, to show what the
//! library adds to the transport.
//!
//! "koodrive" builds, signs and parses. "constant bytes" sends the same request again and again,
//! and parses nothing. Both read the whole reply. `KOODRIVE_SERVER` is host and port of the server.

use std::error::Error;
use std::time::Duration;

use chrono::Utc;
use cpu_time::CpuTime;
use criterion::{Criterion, criterion_group, criterion_main};
use http_body_util::{BodyExt as _, Full};
use hyper::body::{Bytes, Incoming};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{HOST, HeaderValue};
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use koodrive::{Client, Credentials, Endpoint, NotifyPackageExpire};
use tokio::net::TcpStream;
use tokio::task::{JoinSet, LocalSet};

const CONNECTIONS: u64 = 64;

type Failed = Box<dyn Error>;

#[derive(Clone)]
enum Path {
    Koodrive(Client, HeaderValue),
    Constant(Request<Full<Bytes>>),
}

fn benches(criterion: &mut Criterion<CpuTime>) {
    let address = std::env::var("KOODRIVE_SERVER").unwrap();
    let host = HeaderValue::from_str(&address).unwrap();
    let endpoint = Endpoint::parse(&format!("http://{address}")).unwrap();
    let credentials = Credentials::app(case::APP_ID, case::APP_SECRET).unwrap();
    let client = Client::new(endpoint, case::USER_ID, credentials).unwrap();
    let call = NotifyPackageExpire::new(case::CARRIER_USER_ID, case::PACKAGE_ID).unwrap();
    let request = client.request(&call, Utc::now()).unwrap();
    let constant = Path::Constant(sendable(request, &host));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build()
        .unwrap();

    let mut group = criterion.benchmark_group("Rust, hyper");
    for (peer, path) in [
        ("constant bytes", constant),
        ("koodrive", Path::Koodrive(client, host)),
    ] {
        group.bench_function(peer, |bencher| {
            bencher.iter_custom(|requests| {
                let local = LocalSet::new();
                let spent = local.run_until(spent(requests, &path, &address));
                runtime.block_on(spent).unwrap()
            });
        });
    }
}

/// Returns the CPU time of `requests` requests over all connections, without the time for
/// connecting.
async fn spent(requests: u64, path: &Path, address: &str) -> Result<Duration, Failed> {
    let each = requests.div_ceil(CONNECTIONS);
    let mut connections = Vec::new();
    for _ in 0..CONNECTIONS {
        connections.push(connect(address).await?);
    }
    let start = cpu_time::now();
    let mut tasks = JoinSet::new();
    for connection in connections {
        tasks.spawn_local(send_many(connection, path.clone(), each));
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    let spent = cpu_time::now() - start;
    #[expect(clippy::cast_precision_loss, reason = "far below 53 bits")]
    Ok(spent.mul_f64(requests as f64 / (each * CONNECTIONS) as f64))
}

async fn connect(address: &str) -> Result<SendRequest<Full<Bytes>>, Failed> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (sender, connection) = handshake(TokioIo::new(stream)).await?;
    tokio::task::spawn_local(connection);
    Ok(sender)
}

async fn send_many(
    mut connection: SendRequest<Full<Bytes>>,
    path: Path,
    requests: u64,
) -> Result<(), String> {
    for number in 0..requests {
        let sent = match &path {
            Path::Koodrive(client, host) => notify(&mut connection, client, host, number).await,
            Path::Constant(request) => receive(&mut connection, request.clone())
                .await
                .map(|response| assert_eq!(response.status(), StatusCode::OK)),
        };
        sent.map_err(|error| error.to_string())?;
    }
    Ok(())
}

/// Makes one call as a caller would: creates it, sends it and reads its reply.
async fn notify(
    connection: &mut SendRequest<Full<Bytes>>,
    client: &Client,
    host: &HeaderValue,
    number: u64,
) -> Result<(), Failed> {
    let call = NotifyPackageExpire::new(format!("189642158555{number:06}"), case::PACKAGE_ID)?;
    let request = sendable(client.request(&call, Utc::now())?, host);
    let response = receive(connection, request).await?;
    client.parse(&call, &response)?;
    Ok(())
}

/// Adds the header `host`, which hyper's bare connection needs. A client with a pool adds it
/// itself.
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

criterion_group! {
    name = hyper_client;
    config = cpu_time::criterion();
    targets = benches
}
criterion_main!(hyper_client);
