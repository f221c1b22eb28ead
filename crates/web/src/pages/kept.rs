//! What was typed when the session had ended (書きかけの入力): carried through the login and put into the form again, never
//! run by itself.

use system::{FieldKind, Form, Section};

use crate::session::Kept;
use crate::visit::{Pairs, Visit};

/// The login page carries each value under its name with this before it.
const PREFIX: &str = "kept:";

/// The values of a form that may wait in a login page: what its fields hold, without numbers that identify a person
/// everywhere (個人番号, 住民票コード), which are typed again.
pub(crate) fn keepable(form: &Form, pairs: &Pairs) -> Pairs {
    let may = |name: &str| name == "_household" || form.sections.iter().any(|section| holds(section, name));
    pairs.iter().filter(|(name, value)| !value.is_empty() && may(name)).cloned().collect()
}

fn holds(section: &Section, name: &str) -> bool {
    let own = match section.repeat_max {
        None => Some(name),
        Some(_) => name
            .strip_prefix(section.name)
            .and_then(|rest| rest.strip_prefix('.'))
            .and_then(|rest| rest.split_once('.'))
            .map(|(_, own)| own),
    };
    let secret =
        |kind: &FieldKind| matches!(kind, FieldKind::IndividualNumber | FieldKind::ResidentRecordCode);
    section.fields.iter().any(|field| Some(field.name) == own && !secret(&field.kind))
}

/// What a form held that was sent without a session, as hidden fields of the login page.
pub(crate) fn hidden(visit: &Visit) -> Pairs {
    let Ok((_, function)) = visit.function() else { return Pairs::new() };
    keepable(&function.form, &visit.form).into_iter().map(named).collect()
}

fn named((name, value): (String, String)) -> (String, String) {
    (format!("{PREFIX}{name}"), value)
}

/// The hidden fields of a login page that was sent, to be shown once more after a wrong password.
pub(crate) fn again(visit: &Visit) -> Pairs {
    visit.form.iter().filter(|(name, _)| name.starts_with(PREFIX)).cloned().collect()
}

/// What a login page carried, for the form that the login goes on to.
pub(crate) fn carried(visit: &Visit, next: &str) -> Option<Kept> {
    let id = next.strip_prefix("/f/")?.split('?').next()?;
    let (_, function) = visit.office().function(id)?;
    let values: Pairs = visit
        .form
        .iter()
        .filter_map(|(name, value)| Some((name.strip_prefix(PREFIX)?.to_owned(), value.clone())))
        .collect();
    let values = keepable(&function.form, &values);
    (!values.is_empty()).then(|| Kept { function: function.id.to_owned(), values })
}

#[cfg(test)]
mod tests {
    use system::Field;

    use super::*;

    #[test]
    fn numbers_that_identify_a_person_everywhere_are_not_kept() {
        let form = Form::of(vec![
            Section::once("届出", vec![Field::new("event_date", "異動日", FieldKind::Date)]),
            Section::repeated(
                "members",
                "異動者",
                3,
                vec![
                    Field::new("name", "氏名", FieldKind::Text(10)),
                    Field::new("individual_number", "個人番号", FieldKind::IndividualNumber),
                    Field::new("resident_record_code", "住民票コード", FieldKind::ResidentRecordCode),
                ],
            ),
        ]);
        let sent = [
            "_csrf",
            "_confirm",
            "_household",
            "event_date",
            "other",
            "members.0.name",
            "members.0.individual_number",
            "members.1.resident_record_code",
        ];
        let pairs = sent.iter().map(|name| ((*name).to_owned(), "1".to_owned())).collect();
        let kept: Vec<String> = keepable(&form, &pairs).into_iter().map(|(name, _)| name).collect();
        assert_eq!(kept, ["_household", "event_date", "members.0.name"]);
    }
}
