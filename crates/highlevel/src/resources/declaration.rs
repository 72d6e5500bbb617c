//! Declares an operation: where it is, what it takes and what it needs, in one place.

/// Implements [`endpoint::Endpoint`] and [`crate::HighLevelEndpoint`] for a type, and
/// [`crate::Paged`] where rows are counted.
///
/// ```text
/// operation! {
///     ListForms = "forms.get-forms",
///     Get "/forms/" => FormsReply,
///     V2021_07_28 Read Some("forms.readonly"),
///     query(locationId: location_id, limit: limit, skip: skip),
///     optional(type: kind),
///     rows(skip forms: Form),
/// }
/// ```
///
/// is the two implementations with these constants; a `query` of three parameters that are always
/// sent and one that is sent where there is a value; and pages of `forms`, each of which begins
/// `limit` rows after the one before it. Further parts:
///
/// - `(calendarId: calendar_id)` after the path names what its segments take.
/// - `fixed(altType: "location")` is a parameter that never varies.
/// - `startAt: filter.start_at` takes a parameter from a part that several operations share.
/// - `body json` sends the type itself.
/// - Rows that count by a field `page` begin one page later, not `limit` rows.
/// - `const REPEATABLE = true` overrides a constant.
macro_rules! operation {
    (
        $operation:ident = $name:literal,
        $method:ident $path:literal $(($($segment:ident: $part:ident),+))? => $response:ty,
        $version:ident $effect:ident $scope:expr
        $(, query($($key:ident: $($field:ident).+),+))?
        $(, fixed($($fixed:ident: $value:literal),+))?
        $(, optional($($optional_key:ident: $($optional:ident).+),+))?
        $(, body $body:ident)?
        $(, rows($counter:ident $rows:ident: $row:ty))?
        $(, const $constant:ident = $setting:literal)*
        $(,)?
    ) => {
        impl ::endpoint::Endpoint for $operation {
            const NAME: &'static str = $name;
            const METHOD: ::endpoint::Method = ::endpoint::Method::$method;
            const PATH: &'static str = $path;
            type Response = $response;

            $(fn path_parameters(&self) -> Vec<(&'static str, &str)> {
                vec![$((stringify!($segment), self.$part.as_str())),+]
            })?

            fn query(&self) -> Vec<(&'static str, String)> {
                let fixed: &[(&'static str, &str)] = &[$($((stringify!($fixed), $value)),+)?];
                let mut query = vec![$($((stringify!($key), self.$($field).+.to_string())),+)?];
                query.extend(fixed.iter().map(|(name, value)| (*name, (*value).to_owned())));
                $($(crate::operation::add(
                    &mut query,
                    stringify!($optional_key),
                    self.$($optional).+.as_ref(),
                );)+)?
                query
            }

            $(fn body(&self) -> Result<Option<Vec<u8>>, serde_json::Error> {
                crate::operation::$body(self)
            })?
        }

        impl crate::HighLevelEndpoint for $operation {
            const VERSION: crate::Version = crate::Version::$version;
            const EFFECT: crate::Effect = crate::Effect::$effect;
            const SCOPE: Option<&'static str> = $scope;
            $(const $constant: bool = $setting;)*
        }

        $(impl crate::Paged for $operation {
            type Item = $row;

            fn turn(&self, reply: $response) -> crate::Turn<Self> {
                let step = if stringify!($counter) == "page" { 1 } else { self.limit };
                let $counter = self.$counter.saturating_add(step);
                crate::Turn::numbered(
                    reply.$rows,
                    self.limit,
                    |row: &$row| row.id.as_str(),
                    || Self { $counter, ..self.clone() },
                )
            }
        })?
    };
}

pub(super) use operation;
