//! Converts calls and replies between records, by the layouts of this interface, and the JSON
//! objects of the core. The core decides which fields a call needs and which values they may have.

use koodrive::InvalidInput;
use koodrive::host::{self, AnyCall};
use serde::Serialize;
use serde_json::Value;

use crate::input::{Input, malformed, required_utf8};
use crate::layout::calls::{CALLS, CallShape, NotifyPackageExpire};
use crate::layout::{Field, Kind, Layout};
use crate::record::{Malformed, Record, Writer};

/// A call with the layouts of the call and its reply.
#[derive(Debug, Clone)]
pub(crate) struct ShapedCall {
    pub(crate) call: AnyCall,
    pub(crate) shape: &'static CallShape,
}

impl ShapedCall {
    /// Returns the call of the operation `name` with these `fields`.
    pub(crate) fn new(name: &str, fields: Record<'_>) -> Result<Self, InvalidInput> {
        let Some(shape) = CALLS.iter().find(|shape| shape.name == name) else {
            // The core has the message.
            let refused = AnyCall::from_json(name, "{}");
            return Err(refused
                .err()
                .unwrap_or_else(|| host::refused("operation", "unknown")));
        };
        let call = match plain_notification(shape, fields)? {
            Some(call) => call,
            None => AnyCall::from_json(name, &object(shape.call, fields, "")?)?,
        };
        Ok(Self { call, shape })
    }

    /// Writes the reply `json`, which is the text that [`AnyCall`] returns.
    pub(crate) fn write_reply(&self, json: &str, writer: &mut Writer) {
        // The core wrote it, so the fallback cannot occur.
        let reply = serde_json::from_str(json).unwrap_or_default();
        write_fields(self.shape.reply, &reply, writer);
    }
}

/// Returns a notification without optional fields, or none for any other call. Jobs send it by the
/// million, and the way through JSON would cost as much as a bearer request.
fn plain_notification(
    shape: &CallShape,
    fields: Record<'_>,
) -> Result<Option<AnyCall>, InvalidInput> {
    use NotifyPackageExpire::{CarrierUserId, PackageId, Type, UndocumentedType};
    let input = Input::new(fields);
    if shape.name != "notifyPackageExpire"
        || input.bytes(Type).is_some()
        || input.bytes(UndocumentedType).is_some()
    {
        return Ok(None);
    }
    let (user, package) = (input.text(CarrierUserId)?, input.text(PackageId)?);
    let (Some(user), Some(package)) = (user, package) else {
        return Ok(None);
    };
    let call = koodrive::NotifyPackageExpire::new(user, package)?;
    Ok(Some(AnyCall::new(call)))
}

/// Returns the JSON object of `record`. `at` is the path to the record in messages, such as
/// `operationList[0].`.
fn object(layout: &Layout, record: Record<'_>, at: &str) -> Result<String, InvalidInput> {
    let mut json = String::from("{");
    for (field, bytes) in layout.fields.iter().zip(record.fields()) {
        let Some(bytes) = bytes else { continue };
        if json.len() > 1 {
            json.push(',');
        }
        push_string(&mut json, field.name);
        json.push(':');
        push_value(&mut json, field, bytes, &[at, field.name].concat())?;
    }
    json.push('}');
    Ok(json)
}

fn push_value(
    json: &mut String,
    field: &Field,
    bytes: &[u8],
    way: &str,
) -> Result<(), InvalidInput> {
    let record = || Record::parse(bytes).map_err(|Malformed| malformed(way));
    let plain = || required_utf8(bytes, way);
    match field.kind {
        Kind::Integer => match plain()?.parse::<i64>() {
            Ok(number) => json.push_str(&number.to_string()),
            // The core's message says what the value must be.
            Err(_) => push_string(json, plain()?),
        },
        Kind::Pairs => {
            let mut texts = Vec::new();
            for text_bytes in record()?.fields() {
                let text = text_bytes.map(|bytes| required_utf8(bytes, way));
                texts.push(text.transpose()?);
            }
            // A name without a value becomes a list of one, which the core refuses.
            let pairs: Vec<_> = texts.chunks(2).collect();
            json.push_str(&serialized(&pairs));
        }
        Kind::Records(layout) => {
            json.push('[');
            for (index, item) in record()?.fields().enumerate() {
                if index > 0 {
                    json.push(',');
                }
                let way = format!("{way}[{index}]");
                let item = Record::parse(item.unwrap_or_default());
                let item = item.map_err(|Malformed| malformed(&way))?;
                json.push_str(&object(layout, item, &format!("{way}."))?);
            }
            json.push(']');
        }
        Kind::Record(layout) => json.push_str(&object(layout, record()?, &format!("{way}."))?),
        Kind::Text | Kind::Bytes | Kind::Decimal | Kind::Flag | Kind::Texts | Kind::OfCall => {
            push_string(json, plain()?);
        }
    }
    Ok(())
}

fn push_string(json: &mut String, text: &str) {
    json.push_str(&serialized(text));
}

/// Returns `value` as JSON. Texts and lists of texts always serialize, so the fallback cannot
/// occur.
fn serialized(value: &(impl Serialize + ?Sized)) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// Writes `value`, which serializes as an object with the layout's names.
pub(crate) fn write(layout: &Layout, value: &impl Serialize, writer: &mut Writer) {
    write_fields(layout, &json(value), writer);
}

/// Writes `value` as [`write`] does, with a `flag` of the name `added`.
pub(crate) fn write_with(
    layout: &Layout,
    value: &impl Serialize,
    added: &str,
    flag: bool,
    writer: &mut Writer,
) {
    let mut value = json(value);
    value[added] = flag.into();
    write_fields(layout, &value, writer);
}

/// Returns `value` as JSON. Texts, numbers and flags always serialize, so the fallback cannot
/// occur.
fn json(value: &impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}

fn write_fields(layout: &Layout, object: &Value, writer: &mut Writer) {
    for field in layout.fields {
        match &object[field.name] {
            Value::Null => writer.none(),
            Value::Bool(flag) => writer.flag(*flag),
            Value::String(text) => writer.bytes(text.as_bytes()),
            Value::Number(number) => match (number.is_f64(), number.as_f64()) {
                // Rust's own format has neither the `.0` nor the exponents of JSON.
                (true, Some(number)) => writer.display(number),
                _ => writer.display(number),
            },
            Value::Array(items) => writer.nested(|writer| {
                for item in items {
                    writer.nested(|writer| match field.kind {
                        Kind::Records(layout) => write_fields(layout, item, writer),
                        _ => unreachable_kind(field),
                    });
                }
            }),
            value @ Value::Object(_) => writer.nested(|writer| match field.kind {
                Kind::Record(layout) => write_fields(layout, value, writer),
                _ => unreachable_kind(field),
            }),
        }
    }
}

/// Fails a debug build if a layout does not match its value. The test `layouts` compares them all.
fn unreachable_kind(field: &Field) {
    debug_assert!(false, "{} is not of the kind in its layout", field.name);
}
