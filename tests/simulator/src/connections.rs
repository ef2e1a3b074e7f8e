//! Connections between a client and a service of ten nodes behind a balancer.

use std::collections::VecDeque;

use fastrand::Rng;

/// Nodes behind the balancer.
pub(crate) const NODES: u64 = 10;
/// The one that is sick, where one is.
pub(crate) const SICK: u64 = 0;

/// A pool's choice among its idle connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pool {
    Youngest,
    Oldest,
    Any,
}

/// A balancer's choice of a node for a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Balancer {
    /// Each request anew.
    ByRequest,
    /// A connection is pinned to the node that took its first request.
    Pinned {
        pool: Pool,
        /// Whether the transport closes a connection when the core asks for it.
        closes: bool,
    },
}

/// The idle connections, each with its node; the youngest last.
#[derive(Debug)]
pub(crate) struct Connections {
    balancer: Balancer,
    idle: VecDeque<u64>,
}

impl Connections {
    pub(crate) const fn new(balancer: Balancer) -> Self {
        Self {
            balancer,
            idle: VecDeque::new(),
        }
    }

    /// The node that takes the next request.
    pub(crate) fn take(&mut self, rng: &mut Rng) -> u64 {
        let idle = match self.balancer {
            Balancer::ByRequest => None,
            Balancer::Pinned { pool, .. } => match pool {
                Pool::Youngest => self.idle.pop_back(),
                Pool::Oldest => self.idle.pop_front(),
                Pool::Any if self.idle.is_empty() => None,
                Pool::Any => self.idle.swap_remove_back(rng.usize(..self.idle.len())),
            },
        };
        idle.unwrap_or_else(|| rng.u64(..NODES))
    }

    /// A request on a connection to `node` has ended. `must_close` is what the core says of its
    /// answer.
    pub(crate) fn give_back(&mut self, node: u64, must_close: bool) {
        if let Balancer::Pinned { closes, .. } = self.balancer
            && !(closes && must_close)
        {
            self.idle.push_back(node);
        }
    }
}
