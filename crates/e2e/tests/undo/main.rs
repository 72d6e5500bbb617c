//! Undo of change sets against the simulated HighLevel: what people typed since stays, all else comes back.

mod bulk;
mod crash;
mod house;
mod mixed;
