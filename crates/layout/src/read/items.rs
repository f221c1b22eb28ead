//! A record as the dataset's items, whatever fields show them.

use std::borrow::Cow;

use super::Good;
use crate::model::{DateFormat, FieldSpec, Role, Value};

impl<'r> Good<'r> {
    /// What it says of the dataset's items (detail) or of the delivery (header and trailer): name and value in the order of
    /// the fields, each name once. Literals and fillers say nothing.
    ///
    /// Two fields may show one item: a day, and the pattern of its unknown parts. They become one value of register notation.
    /// The names are the same for every record of a kind.
    pub fn items(&self) -> impl Iterator<Item = (&'r str, Cow<'r, str>)> + use<'r> {
        let good = *self;
        let detail = good.role() == Role::Detail;
        good.iter().enumerate().filter_map(move |(at, (field, value))| {
            let name = match &field.value {
                Value::From(item) if detail => item.as_str(),
                Value::Fact(_) => field.name.as_str(),
                Value::From(_) | Value::Literal(_) | Value::Filler => return None,
            };
            let shows = |other: &FieldSpec| detail && is_of(other, name);
            if is_pattern(field)
                && detail
                && good.spec.fields.iter().any(|other| shows(other) && !is_pattern(other))
            {
                return None;
            }
            // The first field that shows an item tells it.
            let before = good.spec.fields.iter().take(at);
            if before.into_iter().any(|other| shows(other) && is_pattern(other) == is_pattern(field)) {
                return None;
            }
            let pattern = good.pattern(name).filter(|_| field.format.is_some() && !is_pattern(field));
            Some((
                name,
                match pattern {
                    Some(pattern) if !value.is_empty() => Cow::Owned(format!("{pattern}:{value}")),
                    Some(pattern) => Cow::Borrowed(pattern),
                    None => Cow::Borrowed(value),
                },
            ))
        })
    }

    /// The pattern of unknown parts of an item, if a field shows one.
    fn pattern(&self, item: &str) -> Option<&'r str> {
        let found = self.iter().find(|(field, _)| is_pattern(field) && is_of(field, item));
        found.map(|(_, value)| value).filter(|value| !value.is_empty())
    }
}

fn is_pattern(field: &FieldSpec) -> bool {
    field.format == Some(DateFormat::UnknownCode)
}

fn is_of(field: &FieldSpec, item: &str) -> bool {
    matches!(&field.value, Value::From(from) if from == item)
}
