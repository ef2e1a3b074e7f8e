//! The table of this interface: every record with its fields in order. The code reads and writes
//! fields by these names. `ABI.md`, the C header and the constants of other hosts are generated
//! from the table.

pub mod calls;
pub mod operations;
pub mod records;

/// One kind of record.
#[derive(Debug)]
pub struct Layout {
    /// Name, such as `Request`.
    pub name: &'static str,
    /// Purpose of the record, in Markdown.
    #[cfg(feature = "described")]
    pub about: &'static str,
    /// Fields, in order.
    pub fields: &'static [Field],
}

/// One field of a record.
#[derive(Debug)]
pub struct Field {
    /// Name: the service's for a field of a call or a reply, snake case for any other.
    pub name: &'static str,
    /// Form of the field's bytes.
    pub kind: Kind,
    /// Meaning of the field, in Markdown.
    #[cfg(feature = "described")]
    pub about: &'static str,
}

/// The form of a field's bytes.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// UTF-8.
    Text,
    /// Any bytes.
    Bytes,
    /// Decimal digits, with `-` in front of a negative number.
    Integer,
    /// An integer that may have a fraction after a point.
    Decimal,
    /// `1` for yes, `0` for no. An absent field is no.
    Flag,
    /// A record whose fields are texts.
    Texts,
    /// A record of names and values in alternation.
    Pairs,
    /// A record.
    Record(&'static Layout),
    /// A record whose fields are records.
    Records(&'static Layout),
    /// A record whose layout depends on the operation that another field names.
    OfCall,
}

/// Declares a record: its layout, and an enumeration of its fields. The numbers of the variants are
/// the places of the fields.
macro_rules! record {
    ($(#[doc = $about:expr])+ $record:ident {}) => {
        $(#[doc = $about])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum $record {}

        impl $record {
            /// Name and meaning.
            pub const LAYOUT: $crate::layout::Layout = $crate::layout::Layout {
                name: stringify!($record),
                #[cfg(feature = "described")]
                about: concat!($($about),+),
                fields: &[],
            };
        }
    };
    (
        $(#[doc = $about:expr])+
        $record:ident {
            $($(#[doc = $field_about:expr])+ $variant:ident $name:literal $kind:expr,)*
        }
    ) => {
        $(#[doc = $about])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[repr(usize)]
        pub enum $record {
            $($(#[doc = $field_about])+ $variant,)*
        }

        impl $record {
            /// Name, meaning and fields.
            pub const LAYOUT: $crate::layout::Layout = $crate::layout::Layout {
                name: stringify!($record),
                #[cfg(feature = "described")]
                about: concat!($($about),+),
                fields: &[$($crate::layout::Field {
                    name: $name,
                    kind: $kind,
                    #[cfg(feature = "described")]
                    about: concat!($($field_about),+),
                },)*],
            };
        }

        impl $crate::layout::Place for $record {
            const LAYOUT: &'static $crate::layout::Layout = &Self::LAYOUT;

            fn index(self) -> usize {
                self as usize
            }
        }
    };
}

pub(crate) use record;

/// The place of a field in its record.
pub trait Place: Copy {
    /// The record.
    const LAYOUT: &'static Layout;

    /// Returns the place of the field, from 0.
    fn index(self) -> usize;

    /// Returns the name of the field.
    fn name(self) -> &'static str {
        Self::LAYOUT
            .fields
            .get(self.index())
            .map_or("", |field| field.name)
    }
}
