//! The names of the dispatcher's actions in JavaScript.
#![allow(missing_docs, reason = "wasm-bindgen adds a function to the enum")]

use wasm_bindgen::prelude::*;

/// The next step for JavaScript, by the names of the core's actions.
#[wasm_bindgen]
#[derive(Debug, Clone, Copy)]
pub enum ActionName {
    /// Send the attempt of `Dispatcher.outgoing…`.
    Send = "send",
    /// Yield the outcome of `Dispatcher.outcome…`.
    Outcome = "outcome",
    /// Read and push up to `Dispatcher.calls` calls.
    Calls = "calls",
    /// Get a fresh token.
    Token = "token",
    /// Report the halt of `Dispatcher.halt`.
    Halted = "halted",
    /// Wait until `Dispatcher.waitUntil`.
    Wait = "wait",
    /// End the job: all outcomes are out.
    Done = "done",
}
