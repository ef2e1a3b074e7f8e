//! Joins the parts of a request in the type that reqwest, ureq and hyper share.

use http::{HeaderMap, HeaderValue, Request};

use super::target::Target;
use crate::operation::Headers;
use crate::request::VaryingParts;
use crate::{Client, InvalidInput, header};

impl Client {
    /// Returns the request to `target` with the `headers` of its call.
    pub(crate) fn join(
        &self,
        target: &Target,
        headers: Headers,
        parts: VaryingParts,
    ) -> Result<Request<Vec<u8>>, InvalidInput> {
        let VaryingParts {
            x_date,
            authorization,
            body,
            trace_id,
        } = parts;
        let own = headers.into_pairs();
        let mut headers = HeaderMap::with_capacity(5 + own.len());
        if body.is_some() {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(header::JSON));
        }
        headers.insert(header::AUTHORIZATION, authorization.into_header_value()?);
        headers.insert(header::X_DATE, ascii_value(x_date.as_str()));
        headers.insert(header::X_USER_ID, self.user_id_value());
        if let Some(trace_id) = trace_id {
            headers.insert(header::X_TRACEID, ascii_value(trace_id.as_str()));
        }
        headers.extend(own);
        let mut request = Request::new(body.map(String::into_bytes).unwrap_or_default());
        *request.method_mut() = target.method().clone();
        *request.uri_mut() = target.uri();
        *request.headers_mut() = headers;
        Ok(request)
    }

    fn user_id_value(&self) -> HeaderValue {
        let value = || ascii_value(&self.identity.user_id);
        self.identity.user_id_value.get_or_init(value).clone()
    }
}

fn ascii_value(text: &str) -> HeaderValue {
    // Digits and checked ids only, so the fallback cannot occur.
    HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static(""))
}
