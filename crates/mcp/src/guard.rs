//! What is done, asked for or refused, by its kind and the caller's mode (`facts/mcp.md` 4.2).

use endpoint::catalogue::Kind;

use crate::{Caller, Mode, ToolError, plan::Plan};

/// What becomes of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is done.
    Run,
    /// A person is asked first; `types` says whether they have to type the plan's word.
    Ask {
        /// Whether the person has to type [`Plan::must_type`].
        types: bool,
    },
}

/// Whether a tool of this kind is there at all for a caller.
#[must_use]
pub fn is_listed(caller: &Caller, kind: Kind) -> bool {
    kind == Kind::Read || (caller.mode != Mode::ReadOnly && caller.kinds.contains(&kind))
}

/// Whether somebody is asked before a tool of this kind changes one record.
#[must_use]
pub fn asks(caller: &Caller, kind: Kind) -> bool {
    match caller.mode {
        Mode::ReadOnly | Mode::Trusted => false,
        Mode::Strict => kind != Kind::Read,
        Mode::Default => !matches!(kind, Kind::Read | Kind::Write),
    }
}

/// What becomes of a plan.
///
/// # Errors
/// Where the caller may not do such a thing, whatever is confirmed.
pub fn verdict(caller: &Caller, plan: &Plan) -> Result<Verdict, ToolError> {
    if caller.mode == Mode::ReadOnly {
        return Err(ToolError::new(
            "read_only",
            "this connection only reads",
            "tell the person; nothing but a change of its settings allows writes",
        ));
    }
    if !caller.kinds.contains(&plan.kind) {
        return Err(ToolError::new(
            "not_permitted",
            format!("this connection may not {}", plan.kind.as_str()),
            "tell the person which right is missing",
        ));
    }
    let is_grave = plan.kind != Kind::Write || plan.is_bulk();
    Ok(match caller.mode {
        Mode::ReadOnly | Mode::Trusted => Verdict::Run,
        Mode::Strict => Verdict::Ask { types: matches!(plan.kind, Kind::Delete | Kind::Money) },
        Mode::Default if is_grave => Verdict::Ask { types: false },
        Mode::Default => Verdict::Run,
    })
}
