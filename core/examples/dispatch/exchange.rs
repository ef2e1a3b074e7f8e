//! One exchange over reqwest: one attempt, whole or not at all.

use std::time::Duration;

use http::{HeaderMap, Request, StatusCode};
use koodrive::TransportError;
use reqwest::redirect;

/// The response, or the error for a missing one.
pub(crate) type Answer = Result<(StatusCode, HeaderMap, Vec<u8>), TransportError>;

pub(crate) fn client() -> Result<reqwest::Client, reqwest::Error> {
    // With its default features reqwest has a provider of its own, and this line is not needed.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .redirect(redirect::Policy::none())
        // The service may have acted on an unanswered request: no layer below may send one twice.
        .retry(reqwest::retry::never())
        .connect_timeout(Duration::from_secs(5))
        .timeout(Duration::from_secs(30))
        .build()
}

/// Reads no more of a body than the limit and what arrives with its last byte.
pub(crate) async fn exchange(
    http: &reqwest::Client,
    request: Request<Vec<u8>>,
    limit: usize,
) -> Answer {
    let request = reqwest::Request::try_from(request).map_err(TransportError::not_sent)?;
    let mut response = http.execute(request).await.map_err(|error| {
        // Refused, DNS, TLS, connect time-out: reqwest calls all of them "connect".
        if error.is_connect() {
            TransportError::not_sent(&error)
        } else {
            TransportError::outcome_unknown(&error)
        }
    })?;
    let (status, headers) = (response.status(), response.headers().clone());
    let mut body = Vec::new();
    while let Some(chunk) = response
        .chunk()
        .await
        .map_err(TransportError::outcome_unknown)?
    {
        body.extend_from_slice(&chunk);
        if body.len() > limit {
            break;
        }
    }
    Ok((status, headers, body))
}
