//! Python binding of `koodrive`: conversions only, no rule about the API.
//!
//! This crate has what a job needs for every call. `python/koodrive` has the rest: other
//! conversions and values, transports, and exceptions, which the stable ABI cannot extend.

mod calls;
mod client;
mod convert;
mod dispatch;
mod errors;
mod fields;
mod json;
mod replies;
mod written;

#[pyo3::pymodule]
mod _core {
    use koodrive::{Endpoint, TraceId, header};
    use pyo3::prelude::*;

    #[pymodule_export]
    use crate::calls::{
        Call, GetCarrierRetentionPolicy, GetCurrentRetentionPolicy, GetSpaceUsageByOverview,
        NotifyPackageExpireCall, RawCall, ReverseOrder, SetRetentionPolicy, checked_values,
    };
    #[pymodule_export]
    use crate::client::{Client, Request, SentRequest, UnsignedRequest};
    #[pymodule_export]
    use crate::convert::{check_reply_limit, spell_flags};
    #[pymodule_export]
    use crate::dispatch::{Counts, Dispatcher, Step};
    #[pymodule_export]
    use crate::errors::{
        date_without_zone, failed, lone_surrogate, misused, not_a_margin, not_sent, not_text,
        refused,
    };
    #[pymodule_export]
    use crate::replies::{Acknowledgement, Dataclass, RawReply};
    #[pymodule_export]
    use koodrive_python_sandbox::{Sandbox, SandboxAnswer};

    #[pymodule_export]
    const CLOCK_MARGIN_DEFAULT: u32 = koodrive::CLOCK_MARGIN_DEFAULT;
    #[pymodule_export]
    const VERSION: &str = env!("CARGO_PKG_VERSION");
    #[pymodule_export]
    const REPLY_LIMIT_DEFAULT: usize = koodrive::REPLY_LIMIT_DEFAULT;

    /// Constants of the core that Python code needs.
    #[pyclass(frozen, get_all, module = "koodrive._core")]
    struct Names {
        /// The base URL of AP-Singapore.
        international: String,
        /// The base URL of CN North-Beijing4.
        china: String,
        /// The name of the header with the signing time.
        x_date: String,
        /// The name of the header with the credentials.
        authorization: String,
    }

    #[pyfunction]
    fn names() -> Names {
        Names {
            international: Endpoint::INTERNATIONAL.to_string(),
            china: Endpoint::CHINA.to_string(),
            x_date: header::X_DATE.to_string(),
            authorization: header::AUTHORIZATION.to_string(),
        }
    }

    #[pyfunction]
    fn trace_id_from_random(random: [u8; 29]) -> String {
        TraceId::from_random(random).to_string()
    }
}
