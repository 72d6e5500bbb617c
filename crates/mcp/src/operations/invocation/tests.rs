//! Which values make which call.
