//! 宛名検索: finds addressees by any fragment of name, reading, address or number; residents, non-residents and
//! corporations alike.

use register::{Fault, View, ViewExt};
use serde::Deserialize;
use serde_json::json;
use system::{
    Answer, Context, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Section, TextQuery,
};

use crate::linked;
use crate::records::{ADDRESSEE, Addressee};
use crate::rules::may_refer;
use crate::texts;

/// The most addressees one answer shows; more than a screen is a reason to ask more narrowly.
pub const HITS_MAX: usize = 200;

#[derive(Deserialize)]
struct Asked {
    q: String,
    #[serde(default)]
    include_former: bool,
    #[serde(default)]
    task_id: String,
}

/// 宛名検索. Several words, parted by spaces, must all be found.
pub fn function() -> Function {
    Function {
        id: "addressee/search",
        title: "宛名検索",
        place: None,
        mode: Mode::Online,
        effect: Effect::Reads,
        form: Form::of(vec![Section::once(
            "検索条件",
            vec![
                Field::new("q", "氏名・フリガナ・住所・宛名番号・法人番号", FieldKind::Text(100))
                    .required()
                    .help("一部分だけでも探せます。空白で区切ると、すべてを含むものを探します。"),
                Field::new("include_former", "転出者・死亡者・閉鎖した宛名等を含む", FieldKind::Flag),
                super::task_field(),
            ],
        )]),
        in_menu: true,
        decide,
    }
}

fn decide(view: &dyn View, input: &Input, context: &Context<'_>) -> Result<Outcome, Fault> {
    let asked: Asked = input.read()?;
    let mut terms: Vec<_> = asked.q.split_whitespace().map(texts::term).collect();
    if !asked.include_former {
        // Asked of the index and not of its answer, so that former residents do not use up the limit.
        terms.push(("status", texts::status_word(true).to_owned()));
    }
    let (hits, more) = context.search.find(&TextQuery {
        kind: ADDRESSEE.id,
        terms: terms.clone(),
        limit: HITS_MAX,
        ..TextQuery::default()
    });
    let any_protected = linked::any_protected(view)?;
    let mut subjects = Vec::new();
    let mut rows = Vec::new();
    for hit in hits {
        // The index may be a moment ahead of the view, or behind.
        let Some(held) = view.load::<Addressee>(&hit.key)? else { continue };
        let held = held.record;
        // Not told of at all: who finds somebody by a name knows that there is one.
        if !may_refer(&held, &asked.task_id) {
            continue;
        }
        let hidden = any_protected && linked::is_hidden(view, &held)?;
        // Whoever finds a protected person by an address has found out the address.
        if hidden && !texts::found_without_address(&held, &terms)? {
            continue;
        }
        rows.push(super::shown(&held, hidden));
        subjects.push(hit.key);
    }
    let message = match (rows.len(), more) {
        (0, _) => "該当する宛名はありません。".to_owned(),
        (count, false) => format!("{count}件あります。"),
        (count, true) => format!("{count}件を表示しています。ほかにもあるので、条件を加えてください。"),
    };
    let answer = Answer { data: json!({ "rows": rows, "more": more }), subjects };
    Ok(Outcome { message, answer: Some(answer), ..Outcome::default() })
}
