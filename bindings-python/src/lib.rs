//! Python binding of `koodrive`: conversions only, no rule about the API.
