//! Trials of tokens: days of calls from two processes, and kills between HighLevel's answer and the store.
//!
//! The processes are real ones with the hub's own broker over one data folder. Only their clock is
//! the trial's: it moves them and the simulated HighLevel together, while nothing is under way.

mod day;
mod house;
mod kills;
mod process;
mod relay;
mod seal;

pub use self::{
    day::{Day, DayReport, run_day},
    house::{House, TrialTime, open_broker},
    kills::{KillReport, Kills, run_kills},
    process::{TokenProcess, Told, serve},
    relay::{Kill, Relay, When},
};
