//! A dispatcher and a modelled service in virtual time: nights pass in seconds, and repeat exactly from their seed.
//!
//! Every request is really built, and every answer really read. What is modelled is the service ([`scenario`] and [`trouble`]
//! say how) and the network.

mod connections;
pub mod engine;
mod night;
pub mod report;
pub mod scenario;
mod service;
mod trial;
pub mod trouble;
pub mod watch;

pub use night::simulate;
