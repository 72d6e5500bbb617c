//! Linking against a CRM and a counterpart in memory.
