//! 照合: whose an application is.

use domain::{AddresseeNo, RegisterDate, ResidentStatus, Sex, fold_kana, fold_name};
use register::{Fault, View, ViewExt};

use crate::records::{Applicant, Application, Certificate, MatchedBy, Resident, Signature};

/// The most candidates that are kept of one application.
const CANDIDATES_MAX: usize = 20;

/// What matching came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Matching {
    /// It is this person's.
    Found(AddresseeNo, MatchedBy),
    /// A clerk has to say whose: who it may be, and what is so.
    Open(Vec<AddresseeNo>, String),
}

/// Finds the applicant: by the serial number of the certificate, and without one by the four base items, when all of them fit one
/// resident and the signature under them is valid. Whatever is less is for a clerk to decide.
///
/// Source: 共通機能標準仕様書 029 (serial number → 住民票コード → 宛名番号); the four items are ours, as a certificate for signing states them
/// as the register does.
///
/// # Errors
/// When storage fails.
pub fn find(view: &dyn View, application: &Application) -> Result<Matching, Fault> {
    let applicant = &application.applicant;
    let signed = application.signature == Signature::Valid;
    let serial = application.certificate_serial.as_str();
    if signed && !serial.is_empty() {
        let holders = holders(view, serial)?;
        match holders.as_slice() {
            [] => {}
            [one] => return of_certificate(view, *one, applicant),
            several => {
                let text = "電子証明書のシリアル番号が、二人以上の人のものになっています。カード発行状況を確かめ、宛名番号を入力してください。";
                return Ok(Matching::Open(several.to_vec(), text.to_owned()));
            }
        }
    }
    let found = candidates(view, applicant)?;
    let whole: Vec<&Resident> = found.iter().filter(|one| has_all_four(one, applicant)).collect();
    if let [one] = whole.as_slice()
        && signed
    {
        return Ok(Matching::Found(one.addressee_no, MatchedBy::FourItems));
    }
    let text = match found.len() {
        0 => "申請者にあたる住民が見つかりません。宛名を調べて宛名番号を入力するか、差し戻してください。"
            .to_owned(),
        count => format!(
            "申請者にあたるかもしれない人が{count}人います。候補を確かめ、宛名番号を入力してください。"
        ),
    };
    Ok(Matching::Open(found.into_iter().map(|one| one.addressee_no).collect(), text))
}

/// Who has a certificate of this serial number, of either kind.
fn holders(view: &dyn View, serial: &str) -> Result<Vec<AddresseeNo>, Fault> {
    let mut all = Vec::new();
    for column in ["sig_cert_serial", "auth_cert_serial"] {
        all.extend(
            view.load_by::<Certificate>(column, serial)?.into_iter().map(|held| held.record.addressee_no),
        );
    }
    all.sort_unstable();
    all.dedup();
    Ok(all)
}

/// The holder, unless what the applicant states is somebody else's: a card that was changed while its old serial number stood here.
fn of_certificate(view: &dyn View, number: AddresseeNo, applicant: &Applicant) -> Result<Matching, Fault> {
    let open = |text: &str| Ok(Matching::Open(vec![number], text.to_owned()));
    let Some(held) = view.load::<Resident>(number.as_str())? else {
        return open(
            "電子証明書の持ち主の宛名が、まだ届いていません。宛名を確かめて宛名番号を入力してください。",
        );
    };
    if differs(&held.record, applicant) {
        return open(
            "電子証明書の持ち主と、申請者の生年月日または性別が違います。どの人の申請か確かめて宛名番号を入力してください。",
        );
    }
    Ok(Matching::Found(number, MatchedBy::Certificate))
}

/// Whether a birth date or sex that both know is not the same.
pub fn differs(held: &Resident, applicant: &Applicant) -> bool {
    let day = |date: Option<RegisterDate>| date.and_then(|date| date.known());
    let sex = |sex: Option<Sex>| sex.filter(|sex| *sex != Sex::Unknown);
    let other = |a: Option<domain::Date>, b: Option<domain::Date>| a.is_some() && b.is_some() && a != b;
    other(day(held.birth_date), day(applicant.birth_date))
        || (sex(held.sex).is_some() && sex(applicant.sex).is_some() && sex(held.sex) != sex(applicant.sex))
}

/// Residents of the birth date whose name or its reading is the applicant's, and whose sex does not contradict it.
fn candidates(view: &dyn View, applicant: &Applicant) -> Result<Vec<Resident>, Fault> {
    let Some(birth) = applicant.birth_date else { return Ok(Vec::new()) };
    let of_day = view.load_by::<Resident>("birth_date", &birth.to_string())?;
    let fits = |one: &Resident| {
        one.status == Some(ResidentStatus::Resident) && is_called(one, applicant) && !differs(one, applicant)
    };
    let mut found: Vec<Resident> = of_day.into_iter().map(|held| held.record).filter(fits).collect();
    found.sort_by_key(|one| one.addressee_no);
    found.truncate(CANDIDATES_MAX);
    Ok(found)
}

fn is_called(held: &Resident, applicant: &Applicant) -> bool {
    let same = |a: String, b: String| !a.is_empty() && a == b;
    same(fold_name(&held.name), fold_name(&applicant.name))
        || same(fold_kana(&held.name_kana), fold_kana(&applicant.name_kana))
}

/// A protected person's address is not here to be compared, so that nobody finds it out by applying.
fn has_all_four(held: &Resident, applicant: &Applicant) -> bool {
    let (here, there) = (fold_name(&held.address), fold_name(&applicant.address));
    let sex = held.sex.filter(|sex| *sex != Sex::Unknown);
    fold_name(&held.name) == fold_name(&applicant.name)
        && sex.is_some()
        && sex == applicant.sex
        && !held.protected
        && !here.is_empty()
        && here == there
}
