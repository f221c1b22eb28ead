//! Certificates of users (証明書・ICカードの登録): an administrator binds and unbinds them, as versions of the user.

use super::{Change, finding, known, must_stand_above, refused, shown_id};
use crate::certificate::{BoundCertificate, Certificate};
use crate::users::User;
use crate::{Caller, Office, RunError};

/// Certificates of one user: a card, the one that follows it, and a spare.
const CERTIFICATES_MAX: usize = 5;

impl Office {
    /// Binds a certificate (PEM) to a user: shown by a connection, it is the user's second factor, or a program's login.
    ///
    /// # Errors
    /// [`RunError::Refused`], also for a user who may do more than the caller: whoever holds the card is half that user.
    pub fn bind_certificate(&self, caller: &Caller, id: &str, pem: &str) -> Result<(), RunError> {
        let (today, now) = (self.today(), self.clock().now());
        self.administer(caller, &format!("証明書の登録（{}）", shown_id(id)), |staffing| {
            let before = known(staffing, id)?;
            must_stand_above(caller, staffing, id, today)?;
            let wrong = |code: &str, what: String, remedy: &str| {
                Err(refused(vec![finding(code, "certificate", "証明書", &what, remedy)]))
            };
            let certificate = match Certificate::from_pem(pem) {
                Ok(certificate) => certificate,
                Err(fault) => {
                    let remedy =
                        "証明書（PEM）の -----BEGIN CERTIFICATE----- から -----END CERTIFICATE----- までを入れてください。";
                    return wrong("U040", format!("{fault}。"), remedy);
                }
            };
            if !certificate.is_good_at(now) {
                let what = "この証明書は、期限が切れているか、まだ使えません。".to_owned();
                return wrong("U041", what, "新しい証明書を入れてください。");
            }
            if let Some(other) = staffing.users.values().find(|user| user.holds(&certificate)) {
                let what = format!("この証明書（の鍵）は、利用者 {} に登録されています。", other.id);
                return wrong("U042", what, "一枚の証明書は一人だけのものです。先にそちらを外してください。");
            }
            if CERTIFICATES_MAX <= before.certificates.len() {
                let what = format!("一人の証明書は{CERTIFICATES_MAX}枚までです。");
                return wrong("U043", what, "使わないものを外してください。");
            }
            let mut user = before.clone();
            user.certificates.push(BoundCertificate::new(certificate, now));
            Ok(Change::User(Box::new(user)))
        })
    }

    /// Takes a certificate from a user (紛失・返却). Sessions begun with it end with their next request.
    ///
    /// # Errors
    /// [`RunError::Refused`].
    pub fn unbind_certificate(&self, caller: &Caller, id: &str, key: &str) -> Result<(), RunError> {
        let today = self.today();
        self.administer(caller, &format!("証明書を外す（{}）", shown_id(id)), |staffing| {
            let before = known(staffing, id)?;
            // Without its card a user may need no second factor: the same as taking that away.
            must_stand_above(caller, staffing, id, today)?;
            let left: Vec<BoundCertificate> =
                before.certificates.iter().filter(|bound| bound.key != key).cloned().collect();
            if left.len() == before.certificates.len() {
                let what = "その証明書は登録されていません。";
                let remedy = "利用者の画面で確かめてください。";
                return Err(refused(vec![finding("U044", "certificate", "証明書", what, remedy)]));
            }
            Ok(Change::User(Box::new(User { certificates: left, ..before.clone() })))
        })
    }
}
