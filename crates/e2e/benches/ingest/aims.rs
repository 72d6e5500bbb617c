//! What the hub is meant to reach, and whether it did.

/// A figure with its bound.
pub(crate) struct Aim {
    what: &'static str,
    unit: &'static str,
    bound: Bound,
    figure: f64,
}

#[derive(Clone, Copy)]
enum Bound {
    AtLeast(f64),
    AtMost(f64),
}

impl Aim {
    /// A figure that should be this large or larger.
    pub(crate) fn at_least(
        bound: f64,
        what: &'static str,
        unit: &'static str,
        figure: f64,
    ) -> Self {
        Self { what, unit, bound: Bound::AtLeast(bound), figure }
    }

    /// A figure that should be this small or smaller.
    pub(crate) fn at_most(bound: f64, what: &'static str, unit: &'static str, figure: f64) -> Self {
        Self { what, unit, bound: Bound::AtMost(bound), figure }
    }

    /// Whether it was reached.
    pub(crate) fn is_reached(&self) -> bool {
        match self.bound {
            Bound::AtLeast(bound) => self.figure >= bound,
            Bound::AtMost(bound) => self.figure <= bound,
        }
    }

    /// One line that says so.
    pub(crate) fn line(&self) -> String {
        let verdict = if self.is_reached() { "reached" } else { "MISSED " };
        let (word, bound) = match self.bound {
            Bound::AtLeast(bound) => ("at least", bound),
            Bound::AtMost(bound) => ("at most", bound),
        };
        let Self { what, unit, figure, .. } = self;
        format!("{verdict}  {what}: {figure:.2} {unit}, {word} {bound} {unit}")
    }
}
