//! Items of the resident record that other tasks own (住民基本台帳法7条9号から11号の2): taken in over links, shown, printed.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use domain::{AddresseeNo, Date, wareki};
use jiff::Timestamp;
use register::{Fault, View, ViewExt, Write};
use system::{Applied, Batch, BatchExtent, Context, Incoming, Intake, RefusedRow};

use crate::records::{Person, QUALIFICATION, Qualification, Scheme, qualification_key};
use crate::sheet::{Group, Line};

/// 資格情報 of another task: one row per person, the scheme by its 業務ID.
pub(crate) const QUALIFICATIONS: Intake = Intake {
    id: "resident-register/qualifications",
    title: "資格情報（住民票に載る他業務の項目）",
    needs: &["addressee_no", "scheme", "acquired_on", "lost_on"],
    apply,
};

/// Takes each row as what its task says now. A row without both days says that there is no qualification, and is kept only
/// where there was one. At the end of a full extract, what was in no row of it is no more.
fn apply(view: &dyn View, batch: &Batch<'_>, _context: &Context<'_>) -> Result<Applied, Fault> {
    let mut applied = Applied::default();
    let mut schemes = BTreeSet::new();
    for row in batch.rows {
        let told = match read(view, row)? {
            Ok(told) => told,
            Err(refused) => {
                applied.refused.push(refused);
                continue;
            }
        };
        schemes.insert(told.scheme);
        let held = view.load::<Qualification>(&qualification_key(told.addressee_no.as_str(), told.scheme))?;
        let nothing = told.acquired_on.is_none() && told.lost_on.is_none();
        match held {
            None if nothing => {}
            Some(held) if held.record == told => {}
            held => applied.writes.push(Write::put(&told, held.map(|held| held.version))?),
        }
    }
    if let BatchExtent::FullEnd { subjects } = batch.extent {
        view.scan(&QUALIFICATION, None, &mut |stored| {
            let held = stored.typed::<Qualification>()?;
            let none = Qualification::none(held.record.addressee_no, held.record.scheme);
            let told = schemes.contains(&none.scheme) && !subjects.contains(none.addressee_no.as_str());
            if told && held.record != none {
                applied.writes.push(Write::put(&none, Some(held.version))?);
            }
            Ok(ControlFlow::Continue(()))
        })?;
    }
    Ok(applied)
}

fn read(view: &dyn View, row: &Incoming<'_>) -> Result<Result<Qualification, RefusedRow>, Fault> {
    let refuse = |item: &str, message: String| {
        Ok(Err(RefusedRow { subject: row.text("addressee_no").to_owned(), item: item.to_owned(), message }))
    };
    let addressee_no = match AddresseeNo::parse(row.text("addressee_no")) {
        Ok(no) => no,
        Err(error) => return refuse("addressee_no", error.to_string()),
    };
    let Some(scheme) = Scheme::of_task(row.text("scheme")) else {
        let known: Vec<String> =
            Scheme::ALL.iter().map(|scheme| format!("{} {}", scheme.task_id(), scheme.label())).collect();
        return refuse(
            "scheme",
            format!(
                "制度「{}」は住民票に載る制度の業務IDではありません（{}）。",
                row.text("scheme"),
                known.join("、")
            ),
        );
    };
    let mut days = Vec::new();
    for (item, title) in [
        ("acquired_on", "資格取得年月日"),
        ("lost_on", "資格喪失年月日"),
        ("class_changed_on", "種別変更年月日"),
    ] {
        days.push(match row.text(item) {
            "" => None,
            text => match domain::parse_input(text).ok().and_then(|date| date.known()) {
                Some(day) => Some(day),
                None => return refuse(item, format!("{title}「{text}」は日付として読めません。")),
            },
        });
    }
    let (acquired_on, lost_on, class_changed_on) = match days.as_slice() {
        [acquired_on, lost_on, class_changed_on] => (*acquired_on, *lost_on, *class_changed_on),
        _ => (None, None, None),
    };
    if acquired_on.zip(lost_on).is_some_and(|(acquired, lost)| lost < acquired) {
        return refuse("lost_on", "資格喪失年月日が資格取得年月日より前です。".to_owned());
    }
    let number = row.text("basic_pension_no");
    if !number.is_empty() && (number.len() != 10 || !number.bytes().all(|byte| byte.is_ascii_digit())) {
        return refuse("basic_pension_no", "基礎年金番号が10桁の数字ではありません。".to_owned());
    }
    if view.load::<Person>(addressee_no.as_str())?.is_none() {
        return refuse("addressee_no", format!("宛名番号{addressee_no}の人は住民票にも除票にもいません。"));
    }
    let pension = scheme == Scheme::NationalPension;
    let of_pension = |text: &str| if pension { text.to_owned() } else { String::new() };
    Ok(Ok(Qualification {
        addressee_no,
        scheme,
        acquired_on,
        lost_on,
        class: of_pension(row.text("class")),
        class_changed_on: class_changed_on.filter(|_| pension),
        basic_pension_no: of_pension(number),
    }))
}

/// Everything other tasks had told of a person at a moment, in the order of the law.
pub(crate) fn of(view: &dyn View, no: AddresseeNo, at: Timestamp) -> Result<Vec<Qualification>, Fault> {
    let mut all = Vec::new();
    for scheme in Scheme::ALL {
        let versions = view.load_history::<Qualification>(&qualification_key(no.as_str(), scheme))?;
        let told = versions.into_iter().rfind(|version| version.recorded_at <= at);
        all.extend(told.map(|told| told.record));
    }
    all.retain(|told| told.acquired_on.is_some() || told.lost_on.is_some());
    Ok(all)
}

/// A qualification in words, as the record and its certificates show it.
pub(crate) fn words(held: &Qualification) -> String {
    let month = |day: Date| {
        let whole = wareki(day);
        whole.split_once('月').map_or(whole.clone(), |(month, _)| format!("{month}月"))
    };
    let mut parts = Vec::new();
    match held.scheme {
        Scheme::ElectoralRoll => {
            return if held.lost_on.is_none() { "登録あり" } else { "登録なし" }.to_owned();
        }
        Scheme::ChildAllowance => {
            parts.extend(held.acquired_on.map(|day| format!("{}から", month(day))));
            parts.extend(held.lost_on.map(|day| format!("{}まで", month(day))));
        }
        Scheme::NationalHealthInsurance
        | Scheme::LatterElderly
        | Scheme::LongTermCare
        | Scheme::NationalPension => {
            if !held.class.is_empty() {
                parts.push(format!("{}号被保険者", held.class));
            }
            if !held.basic_pension_no.is_empty() {
                parts.push(format!("基礎年金番号 {}", held.basic_pension_no));
            }
            parts.extend(held.acquired_on.map(|day| format!("{}取得", wareki(day))));
            parts.extend(held.class_changed_on.map(|day| format!("{}種別変更", wareki(day))));
            parts.extend(held.lost_on.map(|day| format!("{}喪失", wareki(day))));
        }
    }
    parts.join("、")
}

/// The group of the record's screen.
pub(crate) fn group(view: &dyn View, no: AddresseeNo, now: Timestamp) -> Result<Group, Fault> {
    let line = |held: &Qualification| Line {
        name: held.scheme.code(),
        title: held.scheme.label(),
        value: words(held),
    };
    Ok(Group { title: "資格（他業務から）", lines: of(view, no, now)?.iter().map(line).collect() })
}
