//! The sandbox behind a TCP port: sockets, a clock and flags around `koodrive::sandbox`, which
//! decides everything else.

mod flags;
mod wire;

use std::io::{self, Write as _};
use std::process::ExitCode;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{ConnectInfo, DefaultBodyLimit, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use chrono::{TimeDelta, Utc};
use clap::Parser as _;
use koodrive::sandbox::{Answer, Sandbox};
use tokio::net::TcpListener;
use tokio::time::sleep;

use flags::Flags;
use wire::{Order, Orders, Wires};

/// Longest body that is read, in bytes; a longer one is answered with 413.
const LONGEST_BODY: usize = 1024 * 1024;

struct Service {
    sandbox: Mutex<Sandbox>,
    clock_offset: TimeDelta,
}

impl Service {
    fn sandbox(&self) -> MutexGuard<'_, Sandbox> {
        self.sandbox.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(&Flags::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("koodrive-sandbox: {why}");
            ExitCode::FAILURE
        }
    }
}

async fn run(flags: &Flags) -> Result<(), String> {
    let sandbox = Sandbox::new(flags.sandbox_config()?).map_err(|error| error.to_string())?;
    let service = Arc::new(Service {
        sandbox: Mutex::new(sandbox),
        clock_offset: TimeDelta::seconds(flags.clock_offset.into()),
    });
    let mut router = Router::new()
        .route("/sandbox/accepted", get(accepted))
        .fallback(answer)
        .layer(DefaultBodyLimit::max(LONGEST_BODY))
        .with_state(service);
    if flags.cors {
        router = router.layer(middleware::from_fn(allow_any_origin));
    }
    serve(router, flags.port)
        .await
        .map_err(|error| error.to_string())
}

async fn serve(router: Router, port: u16) -> io::Result<()> {
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    let address = listener.local_addr()?.to_string();
    // The signal handler is set before the line is printed: the reader of that line may end this
    // process at once.
    let end = end()?;
    let line = serde_json::json!({"address": address, "url": format!("http://{address}")});
    let mut stdout = io::stdout();
    writeln!(stdout, "{line}")?;
    stdout.flush()?;
    let app = router.into_make_service_with_connect_info::<Orders>();
    tokio::select! {
        result = axum::serve(Wires(listener), app) => result,
        // Open connections end with the process: one that drips might never end.
        () = end => Ok(()),
    }
}

/// Ends on SIGTERM and SIGINT.
#[cfg(unix)]
fn end() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// Ends on Ctrl-C.
#[cfg(not(unix))]
fn end() -> io::Result<impl Future<Output = ()>> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}

async fn answer(
    State(service): State<Arc<Service>>,
    ConnectInfo(orders): ConnectInfo<Orders>,
    parts: Parts,
    body: Bytes,
) -> Response {
    let now = Utc::now() + service.clock_offset;
    let answer = service
        .sandbox()
        .handle(&Request::from_parts(parts, body), now);
    match &answer {
        Answer::Respond(_) => {}
        Answer::Delay { by, .. } => sleep(*by).await,
        Answer::Cut { at, .. } => orders.give(Order::Cut(*at)),
        Answer::Drip { interval, .. } => orders.give(Order::Drip(*interval)),
    }
    answer.into_response().map(Body::from)
}

/// Returns the calls that the sandbox acted on, so that tests in any language can compare. The real
/// service has no such path.
async fn accepted(State(service): State<Arc<Service>>) -> Response {
    let accepted = serde_json::to_string(service.sandbox().accepted());
    let json = [(header::CONTENT_TYPE, "application/json")];
    // Names and valid JSON only, so the fallback cannot occur.
    (json, accepted.unwrap_or_default()).into_response()
}

async fn allow_any_origin(request: axum::extract::Request, next: Next) -> Response {
    let mut response = if request.method() == Method::OPTIONS {
        StatusCode::NO_CONTENT.into_response()
    } else {
        next.run(request).await
    };
    add_cors(response.headers_mut());
    response
}

fn add_cors(headers: &mut HeaderMap) {
    const CORS: [(HeaderName, &str); 4] = [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST"),
        // The wildcard would not cover authorization.
        (
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            "authorization, content-type, x-date, x-traceid, x-user-id",
        ),
        (
            header::ACCESS_CONTROL_EXPOSE_HEADERS,
            "date, retry-after, x-sandbox-reason, x-traceid",
        ),
    ];
    for (name, value) in CORS {
        headers.insert(name, HeaderValue::from_static(value));
    }
}
