//! A dispatcher and a modelled service in virtual time: nights pass in seconds, and repeat exactly
//! from their seed.
//!
//! Every request is really built, and every answer really read. Only the service (see [`scenario`]
//! and [`trouble`]) and the network are modelled.

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
