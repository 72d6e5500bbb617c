//! The lists against the simulated HighLevel.
