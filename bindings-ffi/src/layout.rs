//! The one table of this interface: every record with its fields in their order. The code reads and writes fields by the names that
//! stand here; `ABI.md`, the C header and the constants of other hosts are generated from it.

pub mod calls;
pub mod operations;
pub mod records;

/// One kind of record.
#[derive(Debug)]
pub struct Layout {
    /// Its name, such as `Request`.
    pub name: &'static str,
    /// The purpose of the record, in Markdown.
    #[cfg(feature = "described")]
    pub about: &'static str,
    /// Its fields, in their order.
    pub fields: &'static [Field],
}

/// One field of a record.
#[derive(Debug)]
pub struct Field {
    /// The wire's name of what stands in a body; snake case for anything else.
    pub name: &'static str,
    /// The form of the field's bytes.
    pub kind: Kind,
    /// The meaning of the field, in Markdown.
    #[cfg(feature = "described")]
    pub about: &'static str,
}

/// What the bytes of a field are.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// UTF-8.
    Text,
    /// Any bytes.
    Bytes,
    /// Decimal digits, with `-` in front where it is negative.
    Integer,
    /// An integer that may have a fraction after a point.
    Decimal,
    /// `1` is yes, `0` is no, and so is a field that is not there.
    Flag,
    /// A record whose fields are texts.
    Texts,
    /// A record in which names and values take turns.
    Pairs,
    /// A record.
    Record(&'static Layout),
    /// A record whose fields are records.
    Records(&'static Layout),
    /// A record whose kind depends on the operation that another field names.
    OfCall,
}

/// Declares a record: its layout, and an enumeration of its fields whose numbers are their places.
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

    /// Returns the number of the field, from 0.
    fn index(self) -> usize;

    /// Returns the name of the field.
    fn name(self) -> &'static str {
        Self::LAYOUT
            .fields
            .get(self.index())
            .map_or("", |field| field.name)
    }
}
