//! Joins the two halves of a request in the type that reqwest, ureq and hyper share.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Uri};

use crate::request::VaryingParts;
use crate::{Client, Operation, header};
#[cfg(feature = "dispatch")]
use crate::{operation::Facts, request::FixedParts};

impl Client {
    /// The request of which these are the varying parts.
    pub(crate) fn join<O: Operation>(&self, parts: VaryingParts) -> Request<Vec<u8>> {
        let VaryingParts {
            x_date,
            authorization,
            body,
            trace_id,
        } = parts;
        let mut headers = HeaderMap::with_capacity(5);
        if body.is_some() {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(header::JSON));
        }
        headers.insert(header::AUTHORIZATION, authorization.into_header_value());
        headers.insert(header::X_DATE, ascii_value(x_date.as_str()));
        headers.insert(header::X_USER_ID, self.user_id_value());
        if let Some(trace_id) = trace_id {
            headers.insert(header::X_TRACEID, ascii_value(trace_id.as_str()));
        }
        let mut request = Request::new(body.map(String::into_bytes).unwrap_or_default());
        *request.method_mut() = O::METHOD;
        *request.uri_mut() = self.uri::<O>();
        *request.headers_mut() = headers;
        request
    }

    /// What never changes for calls of an operation that has a body.
    #[cfg(feature = "dispatch")]
    pub(crate) fn fixed_parts_with_body<O: Operation>(&self) -> FixedParts {
        self.fixed(&Facts::of::<O>(), true)
    }

    fn user_id_value(&self) -> HeaderValue {
        let value = || ascii_value(&self.identity.user_id);
        self.identity.user_id_value.get_or_init(value).clone()
    }

    fn uri<O: Operation>(&self) -> Uri {
        self.identity.uris[O::INDEX]
            .get_or_init(|| {
                // Made of checked parts, so the fallback cannot occur.
                Uri::from_maybe_shared(Bytes::from(self.identity.endpoint.url(O::PATH)))
                    .unwrap_or_default()
            })
            .clone()
    }
}

fn ascii_value(text: &str) -> HeaderValue {
    // Digits and checked ids only, so the fallback cannot occur.
    HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static(""))
}
