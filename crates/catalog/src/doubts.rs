//! What does not fit together in a list itself, whether or not it runs.

use std::collections::BTreeMap;

use crate::flows;
use crate::{
    Direction, Extent, Known, LinkRow, ListKind, MethodWord, Question, QuestionKind, TimingWord, ViaSide,
};

/// Doubts by the index of the row.
pub(crate) fn doubts(rows: &[LinkRow], known: &Known) -> BTreeMap<usize, Vec<Question>> {
    let mut doubts: BTreeMap<usize, Vec<Question>> = BTreeMap::new();
    let mut near = BTreeMap::new();
    for (index, row) in rows.iter().enumerate() {
        let found = contradictions(row, known, &mut near);
        if !found.is_empty() {
            doubts.entry(index).or_default().extend(found);
        }
    }
    legs(rows, known, &mut doubts);
    identical(rows, &mut doubts);
    flows::doubts(rows, known, &mut doubts);
    doubts
}

/// `near` keeps the names most like one that nobody knows, for it stands in many rows.
fn contradictions<'k>(
    row: &LinkRow,
    known: &'k Known,
    near: &mut BTreeMap<&'k str, String>,
) -> Vec<Question> {
    let mut texts = Vec::new();
    if row.method == Some(MethodWord::Automatic) && row.timing.contains(&TimingWord::ByHand) {
        texts.push("方式が「自動」で時期が「手動」です。方式と時期の列が入れ替わっていませんか。".to_owned());
    }
    // Asking an interface every few minutes is common practice.
    let at_once = |word: &TimingWord| matches!(word, TimingWord::Immediate | TimingWord::EveryMinutes(_));
    if row.method == Some(MethodWord::Immediate) {
        for word in row.timing.iter().filter(|word| !at_once(word)) {
            texts.push(format!("即時連携なのに時期が「{}」です。どちらが正しいですか。", word.word()));
        }
        if row.extent == Some(Extent::Full) {
            texts.push("即時連携なのに全件です。照会のたびに全件を渡すのですか。".to_owned());
        }
    }
    let immediate = row.timing.as_slice() == [TimingWord::Immediate];
    if immediate && row.method != Some(MethodWord::Immediate) && row.extent == Some(Extent::Full) {
        texts.push("時期が「即時」なのに全件です。異動のたびに全件を送るのですか。".to_owned());
    }
    let asked = row.doubts.iter().any(|doubt| doubt.kind == QuestionKind::Direction);
    if row.direction != Some(Direction::Both)
        && !asked
        && ["双方向", "相互"].iter().any(|word| row.note.contains(word))
    {
        texts.push(
            "備考に「双方向」とありますが、片方向の行です。戻りのデータも一覧に加えますか。".to_owned(),
        );
    }
    let ends = (known.systems.resolve(&row.source), known.systems.resolve(&row.target));
    if let (Some(source), Some(target)) = ends
        && source.id == target.id
    {
        texts.push("送り元と受け側が同じシステムです。どちらかが誤りではありませんか。".to_owned());
    }
    let mut questions: Vec<Question> =
        texts.into_iter().map(|text| Question::new(QuestionKind::Contradiction, text)).collect();
    for (role, name, system) in [("送り元", &row.source, ends.0), ("受け側", &row.target, ends.1)] {
        if let Some(system) = system.filter(|system| system.unlisted) {
            let near = near.entry(&system.id).or_insert_with(|| match known.systems.nearest(&system.name) {
                names if names.is_empty() => String::new(),
                names => format!("（近い名前: {}）", names.join("、")),
            });
            let text = format!(
                "{role}「{name}」はシステム一覧にないので、仮のシステムとして扱います。どのシステムの別名ですか{near}。"
            );
            questions.push(Question::new(QuestionKind::SystemUnknown, text));
        }
    }
    questions
}

/// A flow through a platform is listed once per leg; the two rows are one link, not two.
fn legs(rows: &[LinkRow], known: &Known, doubts: &mut BTreeMap<usize, Vec<Question>>) {
    let id = |name: &str| known.systems.resolve(name).map_or_else(|| name.to_owned(), |s| s.id.clone());
    let mut flows: BTreeMap<_, Vec<(usize, &LinkRow)>> = BTreeMap::new();
    for (index, row) in rows.iter().enumerate().filter(|(_, row)| row.via_side.is_some()) {
        let flow = (&row.list, id(&row.via), id(&row.source), id(&row.target), &row.data);
        flows.entry(flow).or_default().push((index, row));
    }
    for flow in flows.values() {
        for (index, row) in flow {
            let others: Vec<&str> = flow
                .iter()
                .filter(|(_, other)| other.via_side != row.via_side)
                .map(|(_, other)| other.no.as_str())
                .collect();
            let question = if others.is_empty() {
                let missing = match row.via_side {
                    Some(ViaSide::Source) => "まで",
                    Some(ViaSide::Target) | None => "から先",
                };
                let text = format!("「{}」{missing}の区間が一覧にありません。どう届きますか。", row.via);
                Question::new(QuestionKind::LegMissing, text)
            } else {
                let text = format!(
                    "{}と同じ流れの、「{}」をはさんだもう一方の区間です。一つの連携として扱ってよいですか。",
                    numbered(others.iter().copied(), others.len()),
                    row.via
                );
                Question::new(QuestionKind::Legs, text)
            };
            doubts.entry(*index).or_default().push(question);
        }
    }
}

fn identical(rows: &[LinkRow], doubts: &mut BTreeMap<usize, Vec<Question>>) {
    let mut same: BTreeMap<_, Vec<(usize, &LinkRow)>> = BTreeMap::new();
    for (index, row) in rows.iter().enumerate() {
        let mut cells: Vec<&str> = row.cells.iter().map(String::as_str).collect();
        // The printed number is the one cell that may differ; unit lists print none, and of a number printed twice or
        // of a line taken apart a mark follows it.
        let number = cells.iter().position(|cell| {
            let cell = cell.trim();
            let marked = || row.no.strip_prefix(cell).is_some_and(|mark| mark.starts_with(['-', '(']));
            !cell.is_empty() && (cell == row.no || marked())
        });
        if let Some(number) = number.filter(|_| row.kind != ListKind::Unit) {
            cells.remove(number);
        }
        // One line may be several rows.
        let ends = if row.kind == ListKind::General { (&*row.source, &*row.target) } else { ("", "") };
        same.entry((&row.list, cells, ends)).or_default().push((index, row));
    }
    for group in same.values().filter(|group| 1 < group.len()) {
        for (index, row) in group {
            let others = group.iter().filter(|(other, _)| other != index).map(|(_, other)| &*other.no);
            let text = format!(
                "{}と「{}」まですべて同じです。一方は消し忘れですか、別のデータですか。",
                numbered(others, group.len().saturating_sub(1)),
                row.data
            );
            doubts.entry(*index).or_default().push(Question::new(QuestionKind::Identical, text));
        }
    }
}

/// A few rows by their numbers, and how many more there are of these `count`.
pub(crate) fn numbered<'n>(numbers: impl Iterator<Item = &'n str>, count: usize) -> String {
    const NAMED_MAX: usize = 5;
    let named: Vec<String> = numbers.take(NAMED_MAX).map(|no| format!("{no}番")).collect();
    let more = match count.saturating_sub(NAMED_MAX) {
        0 => String::new(),
        more => format!("ほか{more}行"),
    };
    format!("{}{more}", named.join("、"))
}
