//! The byte form of the rows: numbers of variable length, lists with their length before them.
//!
//! The form has no names and no versions inside; one number at the front of the whole says which
//! form it is. Reading never trusts a length that the remaining bytes cannot hold.

use super::OpenError;

/// What can be written as bytes and read back.
pub(super) trait Wire: Sized {
    /// Appends the value.
    fn put(&self, out: &mut Vec<u8>);
    /// Reads the value that comes next.
    fn take(input: &mut Input<'_>) -> Result<Self, OpenError>;
}

/// The bytes that are still unread.
pub(super) struct Input<'a> {
    rest: &'a [u8],
}

impl<'a> Input<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    fn byte(&mut self) -> Result<u8, OpenError> {
        let (first, rest) = self.rest.split_first().ok_or_else(cut)?;
        self.rest = rest;
        Ok(*first)
    }

    fn slice(&mut self, length: usize) -> Result<&'a [u8], OpenError> {
        let (slice, rest) = self.rest.split_at_checked(length).ok_or_else(cut)?;
        self.rest = rest;
        Ok(slice)
    }
}

fn cut() -> OpenError {
    OpenError::new("it ends too early")
}

impl Wire for u32 {
    fn put(&self, out: &mut Vec<u8>) {
        let mut value = *self;
        while value >= 0x80 {
            out.push((value & 0x7f) as u8 | 0x80);
            value >>= 7;
        }
        out.push(value as u8);
    }

    fn take(input: &mut Input<'_>) -> Result<Self, OpenError> {
        let mut value = 0_u64;
        for shift in (0..35).step_by(7) {
            let byte = input.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Self::try_from(value).map_err(|_| OpenError::new("a number is too large"));
            }
        }
        Err(OpenError::new("a number does not end"))
    }
}

impl Wire for u16 {
    fn put(&self, out: &mut Vec<u8>) {
        u32::from(*self).put(out);
    }

    fn take(input: &mut Input<'_>) -> Result<Self, OpenError> {
        Self::try_from(u32::take(input)?).map_err(|_| OpenError::new("a number is too large"))
    }
}

impl Wire for bool {
    fn put(&self, out: &mut Vec<u8>) {
        out.push(u8::from(*self));
    }

    fn take(input: &mut Input<'_>) -> Result<Self, OpenError> {
        match input.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            other => Err(OpenError::new(format!("{other} is neither yes nor no"))),
        }
    }
}

impl Wire for String {
    fn put(&self, out: &mut Vec<u8>) {
        length(self.len()).put(out);
        out.extend_from_slice(self.as_bytes());
    }

    fn take(input: &mut Input<'_>) -> Result<Self, OpenError> {
        let length = u32::take(input)? as usize;
        let bytes = input.slice(length)?;
        Self::from_utf8(bytes.to_vec()).map_err(|_| OpenError::new("a text is not UTF-8"))
    }
}

impl<T: Wire> Wire for Option<T> {
    fn put(&self, out: &mut Vec<u8>) {
        self.is_some().put(out);
        if let Some(value) = self {
            value.put(out);
        }
    }

    fn take(input: &mut Input<'_>) -> Result<Self, OpenError> {
        if bool::take(input)? { T::take(input).map(Some) } else { Ok(None) }
    }
}

impl<T: Wire> Wire for Vec<T> {
    fn put(&self, out: &mut Vec<u8>) {
        length(self.len()).put(out);
        for value in self {
            value.put(out);
        }
    }

    fn take(input: &mut Input<'_>) -> Result<Self, OpenError> {
        let length = u32::take(input)? as usize;
        if length > input.rest.len() {
            return Err(cut());
        }
        (0..length).map(|_| T::take(input)).collect()
    }
}

impl<A: Wire, B: Wire> Wire for (A, B) {
    fn put(&self, out: &mut Vec<u8>) {
        self.0.put(out);
        self.1.put(out);
    }

    fn take(input: &mut Input<'_>) -> Result<Self, OpenError> {
        Ok((A::take(input)?, B::take(input)?))
    }
}

fn length(length: usize) -> u32 {
    u32::try_from(length).expect("a catalogue has fewer than 2^32 of anything")
}

/// Writes and reads the named fields of a struct, in order.
///
/// `wire!(Row { id, title })` expands to an `impl Wire for Row` whose `put` puts `self.id`, then
/// `self.title`, and whose `take` is `Row { id: Wire::take(input)?, title: Wire::take(input)? }`.
macro_rules! wire {
    ($type:ident { $($field:ident),* $(,)? }) => {
        impl $crate::catalogue::wire::Wire for $type {
            fn put(&self, out: &mut Vec<u8>) {
                $($crate::catalogue::wire::Wire::put(&self.$field, out);)*
            }

            fn take(
                input: &mut $crate::catalogue::wire::Input<'_>,
            ) -> Result<Self, $crate::catalogue::OpenError> {
                Ok(Self { $($field: $crate::catalogue::wire::Wire::take(input)?),* })
            }
        }
    };
}

/// Writes and reads an enum without fields as the place of its variant in the list.
///
/// `wire_enum!(Place { Path, Query })` expands to an `impl Wire for Place` that puts 0 for `Path`
/// and 1 for `Query`, and takes them back.
macro_rules! wire_enum {
    ($type:ident { $($variant:ident),* $(,)? }) => {
        impl $crate::catalogue::wire::Wire for $type {
            fn put(&self, out: &mut Vec<u8>) {
                let place = [$($type::$variant),*].iter().position(|variant| variant == self);
                let place = place.expect("the list names every variant");
                $crate::catalogue::wire::Wire::put(&(place as u32), out);
            }

            fn take(
                input: &mut $crate::catalogue::wire::Input<'_>,
            ) -> Result<Self, $crate::catalogue::OpenError> {
                let place = <u32 as $crate::catalogue::wire::Wire>::take(input)? as usize;
                [$($type::$variant),*].get(place).copied().ok_or_else(|| {
                    $crate::catalogue::OpenError::new(format!(
                        "{} has no variant {place}", stringify!($type)
                    ))
                })
            }
        }
    };
}

pub(super) use {wire, wire_enum};
