//! What a query wants to do, and what an operation does: to read, make, change or take away.

use endpoint::{
    Method,
    catalogue::{Kind, Operation},
};

use super::words;

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    Read,
    Make,
    Change,
    TakeAway,
}

/// The words that tell what is done, in any form; the first of a query counts.
const ACTS: &[(Act, &[&str])] = &[
    (
        Act::Read,
        &[
            "browse", "check", "count", "display", "download", "export", "fetch", "find", "get",
            "how", "list", "look", "lookup", "read", "retrieve", "search", "see", "show", "tell",
            "verify", "view", "what", "which", "who", "whose", "is", "does", "did", "are",
        ],
    ),
    (
        Act::Make,
        &[
            "add", "book", "build", "compose", "create", "draft", "import", "insert", "invite",
            "make", "new", "open", "post", "publish", "register", "reserve", "start", "upload",
            "write", "send", "text", "record", "log", "buy", "purchase", "put", "enroll",
        ],
    ),
    (
        Act::Change,
        &[
            "adjust",
            "assign",
            "change",
            "complete",
            "correct",
            "edit",
            "mark",
            "modify",
            "move",
            "pause",
            "rename",
            "replace",
            "reschedule",
            "resume",
            "set",
            "update",
            "upgrade",
            "raise",
            "increase",
            "lower",
            "decrease",
            "reduce",
            "turn",
            "push",
            "approve",
        ],
    ),
    (
        Act::TakeAway,
        &["cancel", "delete", "disconnect", "drop", "erase", "remove", "trash", "uninstall"],
    ),
];

/// How a score counts where query and operation do the same.
const SAME: f32 = 1.2;
/// Where the one reads and the other does not.
const OPPOSITE: f32 = 0.72;
/// Where both change something, in other ways.
const OTHER: f32 = 0.85;
/// Where no word of the query tells: people mostly look for things.
const UNTOLD: f32 = 1.2;

impl Act {
    /// What a query wants to do, where a word tells.
    pub(super) fn of_query(query: &str) -> Option<Self> {
        // What was done to a thing is not what is to be done: `booked`.
        let is_act =
            |word: &String| word.len() < 5 || !word.ends_with("ed") || word.ends_with("eed");
        let words = words::plain(query).into_iter().filter(is_act);
        let mut words = words.map(|word| words::stem(&word));
        words.find_map(|word| {
            let has = |names: &&[&str]| names.iter().any(|name| words::stem(name) == word);
            ACTS.iter().find(|(_, names)| has(names)).map(|(act, _)| *act)
        })
    }

    /// What an operation does.
    pub(super) fn of_operation(operation: Operation<'_>) -> Self {
        match (operation.kind(), operation.method()) {
            (Kind::Read, _) => Self::Read,
            (Kind::Delete, _) => Self::TakeAway,
            (Kind::Write | Kind::Send | Kind::Money, Method::Put | Method::Patch) => Self::Change,
            (Kind::Write | Kind::Send | Kind::Money, _) => Self::Make,
        }
    }

    /// What an operation's score is multiplied by for a query that wants this.
    pub(super) fn factor(wanted: Option<Self>, act: Self) -> f32 {
        match wanted {
            None if act == Self::Read => UNTOLD,
            None => 1.0,
            Some(wanted) if wanted == act => SAME,
            Some(wanted) if wanted == Self::Read || act == Self::Read => OPPOSITE,
            Some(_) => OTHER,
        }
    }
}
