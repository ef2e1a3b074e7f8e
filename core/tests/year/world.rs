//! A caller's computer with a clock of its own, the way to the service and back, and the service:
//! the sandbox, whose clock is the truth here.

use chrono::{DateTime, Utc};
use http::header::{AGE, DATE};
use http::{HeaderValue, Response};
use koodrive::sandbox::{Reason, Sandbox, SandboxConfig, X_SANDBOX_REASON};
use koodrive::{Client, Credentials, Endpoint, Error, NotifyPackageExpire, header};

/// Microseconds. Instants count from the epoch.
pub(crate) type Micros = i64;

pub(crate) const SECOND: Micros = 1_000_000;
pub(crate) const MINUTE: Micros = 60 * SECOND;
pub(crate) const HOUR: Micros = 60 * MINUTE;
pub(crate) const DAY: Micros = 24 * HOUR;

pub(crate) fn instant(micros: Micros) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(micros).unwrap()
}

/// An HTTP date, written by other code than the one that reads it.
pub(crate) fn http_date(micros: Micros) -> HeaderValue {
    let time = std::time::SystemTime::from(instant(micros));
    httpdate::fmt_http_date(time).parse().unwrap()
}

/// `SplitMix64`: the same numbers for the same seed, everywhere.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Returns a number from `low` to `high`, both included.
    pub(crate) fn between(&mut self, low: i64, high: i64) -> i64 {
        let span = u64::try_from(high - low).unwrap() + 1;
        low + i64::try_from(self.next() % span).unwrap()
    }

    pub(crate) fn one_in(&mut self, n: i64) -> bool {
        self.between(1, n) == 1
    }

    pub(crate) fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[usize::try_from(self.next() % of.len() as u64).unwrap()]
    }
}

/// A clock that runs a little wrong, and is set now and then.
pub(crate) struct Clock {
    ahead: Micros,
    since: Micros,
    ppm: i64,
}

impl Clock {
    pub(crate) const fn new(now: Micros, ahead: Micros, ppm: i64) -> Self {
        Self {
            ahead,
            since: now,
            ppm,
        }
    }

    pub(crate) fn ahead_at(&self, now: Micros) -> Micros {
        self.ahead + (now - self.since) * self.ppm / 1_000_000
    }

    pub(crate) fn reads(&self, now: Micros) -> Micros {
        now + self.ahead_at(now)
    }

    /// The clock jumps: from now on it is so far ahead.
    pub(crate) const fn set(&mut self, now: Micros, ahead: Micros) {
        *self = Self::new(now, ahead, self.ppm);
    }
}

/// The header `Date` as it arrives.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum DateHeader {
    /// The date as the service wrote it.
    Right,
    /// A proxy writes its own; its clock is this far ahead.
    Proxy(Micros),
    /// A cache answers, with an answer of this age.
    Cached(Micros),
    Missing,
    Unreadable,
}

impl DateHeader {
    fn change(self, server_now: Micros, response: &mut Response<Vec<u8>>) {
        let headers = response.headers_mut();
        match self {
            Self::Right => {}
            Self::Proxy(ahead) => {
                headers.insert(DATE, http_date(server_now + ahead));
            }
            Self::Cached(age) => {
                headers.insert(DATE, http_date(server_now - age));
                headers.insert(AGE, (age / SECOND).into());
            }
            Self::Missing => {
                headers.remove(DATE);
            }
            Self::Unreadable => {
                headers.insert(DATE, HeaderValue::from_static("yesterday, at noon"));
            }
        }
    }
}

/// How one exchange goes.
#[derive(Clone, Copy)]
pub(crate) struct Route {
    /// The time to the service; `back` is the time of the return.
    pub(crate) there: Micros,
    pub(crate) back: Micros,
    /// How far the clock of the machine of the service that answers is ahead of the others.
    pub(crate) node: Micros,
    pub(crate) date_header: DateHeader,
    /// The jump of the caller's clock while the answer is on its way.
    pub(crate) jump: Option<Micros>,
}

impl Route {
    pub(crate) const fn right(there: Micros, back: Micros) -> Self {
        Self {
            there,
            back,
            node: 0,
            date_header: DateHeader::Right,
            jump: None,
        }
    }
}

/// The result of one attempt.
pub(crate) struct Attempt {
    pub(crate) accepted: bool,
    pub(crate) reason: Option<Reason>,
    pub(crate) is_clock_refusal: bool,
    /// The duration by the caller's clock.
    pub(crate) took: Micros,
    /// The true time at which the answer arrived.
    pub(crate) end: Micros,
}

/// A caller and the service.
pub(crate) struct World {
    pub(crate) now: Micros,
    pub(crate) clock: Clock,
    pub(crate) client: Client,
    sandbox: Sandbox,
    call: NotifyPackageExpire,
}

impl World {
    pub(crate) fn new(clock: Clock, margin: u32, credentials: Credentials) -> Self {
        let client = Client::new(Endpoint::INTERNATIONAL, "1505084218764547200", credentials);
        Self {
            now: clock.since,
            clock,
            client: client.unwrap().with_clock_margin(margin).unwrap(),
            sandbox: Sandbox::new(SandboxConfig::default()).unwrap(),
            call: NotifyPackageExpire::new("189642158555241211", "14").unwrap(),
        }
    }

    /// Signed, sent, judged, answered, learned from, read: as every transport does it.
    pub(crate) fn attempt(&mut self, route: Route) -> Attempt {
        let sent_at = self.clock.reads(self.now);
        let request = self.client.request(&self.call, instant(sent_at)).unwrap();
        let x_date = request.headers()[header::X_DATE]
            .to_str()
            .unwrap()
            .to_owned();

        self.now += route.there;
        let server_now = self.now + route.node;
        let before = self.sandbox.accepted().len();
        let answer = self.sandbox.handle(&request, instant(server_now));
        let accepted = self.sandbox.accepted().len() > before;
        let mut response = answer.into_response();
        route.date_header.change(server_now, &mut response);

        self.now += route.back;
        if let Some(ahead) = route.jump {
            self.clock.set(self.now, ahead);
        }
        let received_at = self.clock.reads(self.now);
        self.client
            .observe_clock(response.headers(), instant(sent_at), instant(received_at));
        let reply = self.client.parse(&self.call, &response);
        let refused = |error: koodrive::ReplyError| Error::from(error.with_x_date(&x_date));
        let error = reply.map_err(refused).err();
        assert_eq!(error.is_none(), accepted);
        Attempt {
            accepted,
            reason: response.headers().get(X_SANDBOX_REASON).and_then(|reason| {
                let mut known = Reason::ALL.iter().copied();
                known.find(|known| *reason == known.as_str())
            }),
            is_clock_refusal: matches!(error, Some(Error::Reply(error)) if error.is_clock_refusal()),
            took: received_at - sent_at,
            end: self.now,
        }
    }
}
