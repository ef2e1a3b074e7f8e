//! One call through the dispatcher, for the benchmark and for callgrind.

use std::hint::black_box;
use std::time::Duration;

use chrono::{DateTime, Utc};
use http::Response;
use koodrive::dispatch::{Action, Config, Dispatcher, Now, Verdict};
use koodrive::{Client, NotifyPackageExpire};

/// A dispatcher and the clocks of its host. The clocks move only when the dispatcher asks to wait.
pub struct Dispatched {
    dispatcher: Dispatcher<()>,
    now: Now,
}

impl Dispatched {
    /// Returns a dispatcher whose source never ends.
    ///
    /// # Panics
    ///
    /// The rate is out of range, which cannot occur.
    #[must_use]
    pub fn new(client: &Client, now: DateTime<Utc>) -> Self {
        let config = Config::default().rate(100_000.0).unwrap();
        Self {
            dispatcher: Dispatcher::new(client, config, 42),
            now: Now::new(now, Duration::ZERO),
        }
    }

    /// Sends one call, from push to outcome.
    ///
    /// # Panics
    ///
    /// The call is not delivered.
    pub fn call<B: AsRef<[u8]>>(&mut self, call: &NotifyPackageExpire, response: &Response<B>) {
        self.dispatcher.push((), call).unwrap();
        loop {
            match self.dispatcher.poll(self.now) {
                Action::Calls(_) => {}
                Action::Wait(until) => self.now.monotonic = until.unwrap(),
                Action::Send(outgoing) => {
                    let ticket = outgoing.ticket;
                    black_box(self.dispatcher.request(outgoing).unwrap());
                    let (status, headers) = (response.status(), response.headers());
                    self.dispatcher
                        .handle_response(
                            ticket,
                            status,
                            headers,
                            response.body().as_ref(),
                            self.now,
                        )
                        .unwrap();
                }
                Action::Outcome(outcome) => {
                    assert_eq!(outcome.verdict, Verdict::Delivered);
                    return;
                }
                other => panic!("{other:?}"),
            }
        }
    }
}
