//! The names of the dispatcher's actions in JavaScript.
#![allow(missing_docs, reason = "wasm-bindgen adds a function to the enum")]

use wasm_bindgen::prelude::*;

/// What JavaScript is to do next, by the names of the core's actions.
#[wasm_bindgen]
#[derive(Debug, Clone, Copy)]
pub enum ActionName {
    /// See `Dispatcher.attempt`.
    Send = "send",
    /// See `Dispatcher.outcome`.
    Outcome = "outcome",
    /// See `Dispatcher.calls`.
    Calls = "calls",
    /// Get a fresh token.
    Token = "token",
    /// See `Dispatcher.halt`.
    Halted = "halted",
    /// See `Dispatcher.waitUntil`.
    Wait = "wait",
    /// No more outcomes will come.
    Done = "done",
}
