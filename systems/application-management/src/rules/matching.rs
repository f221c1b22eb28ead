//! 照合: whose an application is.

use domain::{AddresseeNo, RegisterDate, ResidentStatus, Sex, fold_kana, fold_name};
use register::{Fault, View, ViewExt};

use crate::records::{Applicant, Application, Certificate, MatchedBy, Resident, Signature};

/// The most candidates that are kept of one application.
const CANDIDATES_MAX: usize = 20;

/// What matching came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Matching {
    /// It is this person's.
    Found(AddresseeNo, MatchedBy),
    /// A clerk has to say whose: who it may be, and what is so.
    Open(Vec<AddresseeNo>, String),
}

/// What is known of people: what is held, and what a batch that is being taken says in its place.
pub(crate) struct Known<'a> {
    view: &'a dyn View,
    residents: Vec<Resident>,
    certificates: Vec<Certificate>,
}

impl<'a> Known<'a> {
    /// What is held.
    pub(crate) fn held(view: &'a dyn View) -> Self {
        Self { view, residents: Vec::new(), certificates: Vec::new() }
    }

    /// What is held, with the people of a batch as they are going to be.
    pub(crate) fn with(view: &'a dyn View, residents: Vec<Resident>, certificates: Vec<Certificate>) -> Self {
        Self { view, residents, certificates }
    }

    fn resident(&self, no: AddresseeNo) -> Result<Option<Resident>, Fault> {
        match self.residents.iter().find(|one| one.addressee_no == no) {
            Some(one) => Ok(Some(one.clone())),
            None => Ok(self.view.load::<Resident>(no.as_str())?.map(|held| held.record)),
        }
    }

    fn born_on(&self, birth: RegisterDate) -> Result<Vec<Resident>, Fault> {
        let held = self.view.load_by::<Resident>("birth_date", &birth.to_string())?;
        let is_new = |no: AddresseeNo| self.residents.iter().any(|one| one.addressee_no == no);
        let kept = held.into_iter().map(|held| held.record).filter(|one| !is_new(one.addressee_no));
        Ok(kept.chain(self.residents.iter().filter(|one| one.birth_date == Some(birth)).cloned()).collect())
    }

    /// Who has a certificate of this serial number, of either kind.
    fn holders(&self, serial: &str) -> Result<Vec<AddresseeNo>, Fault> {
        let mut all = Vec::new();
        for column in ["sig_cert_serial", "auth_cert_serial"] {
            all.extend(
                self.view
                    .load_by::<Certificate>(column, serial)?
                    .into_iter()
                    .map(|held| held.record.addressee_no)
                    .filter(|no| !self.certificates.iter().any(|one| one.addressee_no == *no)),
            );
        }
        let has = |one: &&Certificate| one.sig_cert_serial == serial || one.auth_cert_serial == serial;
        all.extend(self.certificates.iter().filter(has).map(|one| one.addressee_no));
        all.sort_unstable();
        all.dedup();
        Ok(all)
    }

    /// Whether what came in the batch may make a difference to an application.
    pub(crate) fn concerns(&self, application: &Application) -> bool {
        let of_serial = |one: &Certificate| {
            let serial = &application.certificate_serial;
            !serial.is_empty() && (one.sig_cert_serial == *serial || one.auth_cert_serial == *serial)
        };
        let born = application.applicant.birth_date;
        let of_person = |one: &Resident| {
            one.birth_date == born && born.is_some() || application.candidates.contains(&one.addressee_no)
        };
        self.residents.iter().any(of_person) || self.certificates.iter().any(of_serial)
    }
}

/// Finds the applicant: by the serial number of the certificate, and without one by the four base items, when all of them fit one
/// resident and the signature under them is valid. Whatever is less is for a clerk to decide.
///
/// Source: 共通機能標準仕様書 029 (serial number → 住民票コード → 宛名番号); the four items are ours, as a certificate for signing states them
/// as the register does.
///
/// # Errors
/// When storage fails.
pub(crate) fn find(known: &Known<'_>, application: &Application) -> Result<Matching, Fault> {
    let applicant = &application.applicant;
    let signed = application.signature == Signature::Valid;
    let serial = application.certificate_serial.as_str();
    if signed && !serial.is_empty() {
        let holders = known.holders(serial)?;
        match holders.as_slice() {
            [] => {}
            [one] => return of_certificate(known, *one, applicant),
            several => {
                let text = "電子証明書のシリアル番号が、二人以上の人のものになっています。カード発行状況を確かめ、宛名番号を入力してください。";
                return Ok(Matching::Open(several.to_vec(), text.to_owned()));
            }
        }
    }
    let found = candidates(known, applicant)?;
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

/// The holder, unless what the applicant states is somebody else's: a card that was changed while its old serial number stood here.
fn of_certificate(known: &Known<'_>, number: AddresseeNo, applicant: &Applicant) -> Result<Matching, Fault> {
    let open = |text: &str| Ok(Matching::Open(vec![number], text.to_owned()));
    let Some(held) = known.resident(number)? else {
        return open(
            "電子証明書の持ち主の宛名が、まだ届いていません。宛名を確かめて宛名番号を入力してください。",
        );
    };
    if differs(&held, applicant) {
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
fn candidates(known: &Known<'_>, applicant: &Applicant) -> Result<Vec<Resident>, Fault> {
    let Some(birth) = applicant.birth_date else { return Ok(Vec::new()) };
    let fits = |one: &Resident| {
        one.status == Some(ResidentStatus::Resident) && is_called(one, applicant) && !differs(one, applicant)
    };
    let mut found: Vec<Resident> = known.born_on(birth)?.into_iter().filter(fits).collect();
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
