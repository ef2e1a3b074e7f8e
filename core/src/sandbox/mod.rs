//! The service's side of the contract.
