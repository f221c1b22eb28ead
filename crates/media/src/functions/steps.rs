//! What is entered of a medium: one function for each action, all of one shape.

use register::{Fault, View};
use system::{Context, Effect, Field, FieldKind, Form, Function, Input, Mode, Outcome, Section, choices};

use super::decide::decide;
use crate::records::MediaKind;
use crate::rules::Action;

type Decide = fn(&dyn View, &Input, &Context<'_>) -> Result<Outcome, Fault>;

const NO: Field = Field::new("medium_no", "媒体番号", FieldKind::Text(20))
    .required()
    .help("媒体に貼った番号。英数字とハイフンで、20文字まで。");
const LINK: Field = Field::new("link_id", "連携", FieldKind::Text(100))
    .required()
    .help("連携のID。連携監視で連携を開くと、上に出ています。");
const DELIVERIES: Field =
    Field::new("deliveries", "配信番号", FieldKind::Text(200)).help("例 12、12-15、3,5,8-10");
const SEAL: Field = Field::new("seal_no", "封印番号", FieldKind::Text(40));
const ORGANISATION: Field = Field::new("organisation", "団体", FieldKind::Text(60)).required();
const TAKEN_BY: Field = Field::new("taken_by", "受け取った人", FieldKind::Text(60)).required();
const HOW: Field = Field::new("how", "方法", FieldKind::Text(60)).required();
const DUE: Field =
    Field::new("due_back_on", "返却予定日", FieldKind::Date).help("返ってこない約束のときは空にします。");
const DONE_ON: Field = Field::new("done_on", "日付", FieldKind::Date).help("空のときは今日です。");
const DONE_BY: Field =
    Field::new("done_by", "行った人", FieldKind::Text(60)).help("空のときは操作している人です。");
const NOTE: Field = Field::new("note", "備考", FieldKind::Lines(400));

/// All of them, in the order of a medium's life.
pub(super) fn functions() -> Vec<Function> {
    let kinds: Vec<(&str, &str)> = MediaKind::ALL.iter().map(|kind| (kind.code(), kind.label())).collect();
    let kind = || Field::new("media", "種類", FieldKind::Choice(choices(&kinds))).required();
    vec![
        step(
            "media-register/write",
            "媒体への書込",
            vec![NO, kind(), LINK, DELIVERIES.required(), DONE_ON, DONE_BY, NOTE],
            |view, input, context| decide(Action::Write, view, input, context),
        ),
        step(
            "media-register/accept",
            "媒体の受入",
            vec![NO, kind(), LINK, DELIVERIES, ORGANISATION, SEAL, DUE, DONE_ON, DONE_BY, NOTE],
            |view, input, context| decide(Action::Accept, view, input, context),
        ),
        step(
            "media-register/seal",
            "媒体の封印",
            vec![NO, SEAL.required(), DONE_ON, DONE_BY, NOTE],
            |view, input, context| decide(Action::Seal, view, input, context),
        ),
        step(
            "media-register/hand-over",
            "媒体の引渡し",
            vec![
                NO,
                ORGANISATION,
                TAKEN_BY.help("便で送るときは、便の名前と送り状の番号。"),
                HOW.help("手渡し、書留、便の名前など。"),
                DUE,
                DONE_ON,
                DONE_BY,
                NOTE,
            ],
            |view, input, context| decide(Action::HandOver, view, input, context),
        ),
        step(
            "media-register/confirm",
            "媒体の受領の確認",
            vec![
                NO,
                Field::new("done_by", "受け取ったと言った人", FieldKind::Text(60)).required(),
                HOW.help("受領書、電話など、確かめた方法。"),
                DONE_ON,
                NOTE,
            ],
            |view, input, context| decide(Action::Confirm, view, input, context),
        ),
        step(
            "media-register/return",
            "媒体の返却",
            vec![NO, DONE_ON, DONE_BY, NOTE],
            |view, input, context| decide(Action::Return, view, input, context),
        ),
        step(
            "media-register/send-back",
            "媒体の返送",
            vec![NO, TAKEN_BY, HOW, DONE_ON, DONE_BY, NOTE],
            |view, input, context| decide(Action::SendBack, view, input, context),
        ),
        step(
            "media-register/erase",
            "媒体の消去",
            vec![NO, HOW.help("上書き、消磁など。"), DONE_ON, DONE_BY, NOTE],
            |view, input, context| decide(Action::Erase, view, input, context),
        ),
        step(
            "media-register/destroy",
            "媒体の廃棄",
            vec![NO, HOW.help("裁断、破砕など。証明書があれば番号を備考に。"), DONE_ON, DONE_BY, NOTE],
            |view, input, context| decide(Action::Destroy, view, input, context),
        ),
        step(
            "media-register/lose",
            "媒体の紛失",
            vec![NO, NOTE.required().help("いつ、どこで、どう気づいたか。"), DONE_ON, DONE_BY],
            |view, input, context| decide(Action::Lose, view, input, context),
        ),
        step(
            "media-register/find",
            "媒体の発見",
            vec![NO, NOTE.required().help("どこにあったか。封印が無事か。"), DONE_ON, DONE_BY],
            |view, input, context| decide(Action::Find, view, input, context),
        ),
        step(
            "media-register/settle",
            "紛失処理の終了",
            vec![NO, NOTE.required().help("届け出、本人への通知など、したこと。"), DONE_ON, DONE_BY],
            |view, input, context| decide(Action::Settle, view, input, context),
        ),
    ]
}

fn step(id: &'static str, title: &'static str, fields: Vec<Field>, decide: Decide) -> Function {
    Function {
        id,
        title,
        place: None,
        mode: Mode::Online,
        effect: Effect::Writes,
        form: Form::of(vec![Section::once("媒体", fields)]),
        in_menu: true,
        decide,
    }
}
