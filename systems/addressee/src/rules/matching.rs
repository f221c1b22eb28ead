//! Whether an addressee may be the person asked for, by the four base items (基本4情報による名寄せ候補).

use domain::{RegisterDate, Sex, fold_kana, fold_name};

use crate::records::Addressee;

/// The four base items of somebody who has no number yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sought {
    /// 氏名.
    pub name: String,
    /// 氏名フリガナ.
    pub name_kana: String,
    /// 通称.
    pub alias_name: String,
    /// 生年月日.
    pub birth_date: Option<RegisterDate>,
    /// 性別.
    pub sex: Option<Sex>,
    /// 住所, one line.
    pub address: String,
}

/// Which of the four base items agree (一致した項目).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Agreement {
    /// 氏名, or its reading.
    pub name: bool,
    /// 生年月日.
    pub birth_date: bool,
    /// 性別.
    pub sex: bool,
    /// 住所.
    pub address: bool,
}

impl Agreement {
    /// The items that agree, in words.
    pub fn label(self) -> String {
        let items =
            [(self.name, "氏名"), (self.birth_date, "生年月日"), (self.sex, "性別"), (self.address, "住所")];
        items.into_iter().filter(|(agrees, _)| *agrees).map(|(_, word)| word).collect::<Vec<_>>().join("・")
    }
}

/// Whether somebody may be who is sought, and by what. `address_shown` is false where the address is protected: it is then
/// not compared either, so that nobody finds out an address by asking for it.
///
/// The name must agree, and no known birth date may differ, unless the address agrees; or birth date and address agree under
/// another name (marriage). Without 個人番号 this is less precise than a number, so a person decides.
///
/// Source: 共通機能標準仕様書, 住登外者宛名番号管理機能 (0310005).
pub fn candidate(held: &Addressee, sought: &Sought, address_shown: bool) -> Option<Agreement> {
    let birth = match (held.birth_date, sought.birth_date) {
        (Some(held), Some(sought)) => match (held.known(), sought.known()) {
            (Some(held), Some(sought)) => Some(held == sought),
            _ if held == sought => Some(true),
            _ => None,
        },
        _ => None,
    };
    let agreement = Agreement {
        name: names_agree(held, sought),
        birth_date: birth == Some(true),
        sex: sought.sex.is_some() && held.sex == sought.sex,
        address: address_shown && same_address(held, &sought.address),
    };
    let fits = if agreement.name {
        birth != Some(false) || agreement.address
    } else {
        agreement.birth_date && agreement.address && agreement.sex
    };
    fits.then_some(agreement)
}

fn names_agree(held: &Addressee, sought: &Sought) -> bool {
    let folded = |texts: &[&str]| -> Vec<String> {
        texts.iter().map(|text| fold_name(text)).filter(|text| !text.is_empty()).collect()
    };
    let theirs = folded(&[&held.name, &held.name_roman, &held.alias_name]);
    let ours = folded(&[&sought.name, &sought.alias_name]);
    let kana = fold_kana(&sought.name_kana);
    theirs.iter().any(|name| ours.contains(name)) || (!kana.is_empty() && kana == fold_kana(&held.name_kana))
}

fn same_address(held: &Addressee, sought: &str) -> bool {
    let sought = fold_name(sought);
    let lines = [held.address.one_line(), held.moved_out_to.clone()];
    !sought.is_empty() && lines.iter().map(|line| fold_name(line)).any(|line| line == sought)
}
