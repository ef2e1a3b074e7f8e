//! The faults without a script: a random share of requests, and requests beyond a token bucket.
//!
//! ```json
//! {"randomFaults": {"share": 0.04, "of": [503, 500, "cut"], "seed": 7},
//!  "allowance": {"perSecond": 50, "burst": 50, "retryAfter": 1}}
//! ```

use chrono::{DateTime, Utc};
use http::StatusCode;
use serde::Deserialize;

use super::{Fault, StatusFault, fault};
use crate::InvalidInput;

/// Faults at random, for requests that the fault script does not reach.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct RandomFaults {
    /// The share of requests that meet one of these faults: 0 to 1.
    pub share: f64,
    /// One of these, each as likely as the others; default 503, 500, 429 and `"cut"`.
    #[serde(default = "every_kind")]
    pub of: Vec<Fault>,
    /// The seed of the random numbers: the same seed gives the same faults. Default 0.
    #[serde(default)]
    pub seed: u64,
}

fn every_kind() -> Vec<Fault> {
    let status = |status| Fault::Status(StatusFault::new(status));
    vec![
        status(StatusCode::SERVICE_UNAVAILABLE),
        status(StatusCode::INTERNAL_SERVER_ERROR),
        status(StatusCode::TOO_MANY_REQUESTS),
        Fault::Cut(super::CutPoint::BeforeHeaders),
    ]
}

/// A token bucket: requests beyond it are answered and not looked at.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub struct Allowance {
    /// Requests per second: more than 0, at most 1,000,000.
    pub per_second: f64,
    /// Requests that are saved up, at most; default one second's worth, at least 1.
    #[serde(default)]
    pub burst: Option<f64>,
    /// Seconds of the `Retry-After`; default none.
    #[serde(default)]
    pub retry_after: Option<u64>,
    /// The status; default 429.
    #[serde(default = "too_many")]
    pub status: u16,
}

const fn too_many() -> u16 {
    429
}

/// The state of both.
#[derive(Debug)]
pub(super) struct Load {
    faults: Option<RandomFaults>,
    random: u64,
    bucket: Option<Bucket>,
}

#[derive(Debug)]
struct Bucket {
    per_second: f64,
    burst: f64,
    level: f64,
    refilled: Option<DateTime<Utc>>,
    refusal: StatusFault,
}

impl Load {
    pub(super) fn new(
        faults: Option<RandomFaults>,
        allowance: Option<&Allowance>,
    ) -> Result<Self, InvalidInput> {
        if let Some(faults) = &faults {
            if !(0.0..=1.0).contains(&faults.share) {
                return Err(InvalidInput::new(
                    "randomFaults",
                    format!(
                        "share: {} is out of range; pass a number from 0 to 1",
                        faults.share
                    ),
                ));
            }
            if faults.of.is_empty() {
                return Err(InvalidInput::new(
                    "randomFaults",
                    "of: empty, so that nothing could happen; pass at least one fault",
                ));
            }
        }
        Ok(Self {
            random: faults.as_ref().map_or(0, |faults| faults.seed),
            faults,
            bucket: allowance.map(Bucket::new).transpose()?,
        })
    }

    /// Returns the fault of a request that arrives at `now`.
    pub(super) fn fault(&mut self, now: DateTime<Utc>) -> Fault {
        if let Some(bucket) = &mut self.bucket
            && !bucket.allows(now)
        {
            return Fault::Status(bucket.refusal.clone());
        }
        let Some(faults) = &self.faults else {
            return Fault::Pass;
        };
        if !happens(faults.share, next(&mut self.random)) {
            return Fault::Pass;
        }
        let which = u128::from(next(&mut self.random)) * faults.of.len() as u128;
        let which = usize::try_from(which >> 64).unwrap_or_default();
        faults.of.get(which).cloned().unwrap_or(Fault::Pass)
    }
}

impl Bucket {
    fn new(allowance: &Allowance) -> Result<Self, InvalidInput> {
        let refused = |problem: String| Err(InvalidInput::new("allowance", problem));
        let per_second = allowance.per_second;
        if !(per_second > 0.0 && per_second <= 1e6) {
            return refused(format!(
                "perSecond: {per_second} is out of range; pass a number above 0, at most 1000000"
            ));
        }
        let burst = allowance.burst.unwrap_or(per_second).max(1.0);
        if !burst.is_finite() {
            return refused(format!(
                "burst: {burst} is out of range; pass a number of requests"
            ));
        }
        let status = StatusCode::from_u16(allowance.status).ok();
        let Some(status) = status.filter(|status| fault::can_answer(*status)) else {
            return refused(fault::no_answer(allowance.status));
        };
        let mut refusal = StatusFault::new(status);
        refusal.retry_after = allowance.retry_after.map(Into::into);
        Ok(Self {
            per_second,
            burst,
            level: burst,
            refilled: None,
            refusal,
        })
    }

    fn allows(&mut self, now: DateTime<Utc>) -> bool {
        // A clock that goes back refills nothing.
        let passed = now.signed_duration_since(self.refilled.unwrap_or(now));
        let passed = passed.to_std().unwrap_or_default().as_secs_f64();
        self.refilled = Some(self.refilled.unwrap_or(now).max(now));
        self.level = (self.level + passed * self.per_second).min(self.burst);
        if self.level < 1.0 {
            return false;
        }
        self.level -= 1.0;
        true
    }
}

fn happens(share: f64, random: u64) -> bool {
    // The upper 32 bits as a number from 0 to 1, without 1.
    #[expect(clippy::cast_precision_loss, reason = "32 bits fit")]
    let drawn = (random >> 32) as f64 / 4_294_967_296.0;
    drawn < share
}

/// `SplitMix64` (Steele, Lea, Flood, 2014), as the dispatcher has it; the sandbox is built without
/// the dispatcher.
const fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
