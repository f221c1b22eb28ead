//! Whom a letter of an office goes to (書類の送達).

/// A name with an address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Addressed<'a> {
    /// 氏名・名称, without 様.
    pub name: &'a str,
    /// 郵便番号.
    pub postcode: &'a str,
    /// 住所, on one line.
    pub address: &'a str,
}

/// What the register of addressees says of somebody (宛名).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Registered<'a> {
    /// The name and the last address here.
    pub own: Addressed<'a>,
    /// 転出先; of somebody who still lives here the planned one.
    pub moved_out_to: &'a str,
    /// Whether the person is no resident any more.
    pub has_left: bool,
    /// Whether the address must be neither shown nor printed (支援措置).
    pub protected: bool,
}

/// Why a letter goes where it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// To who acts for the person (納税管理人・相続人代表者).
    Agent,
    /// To the mailing address the person asked for (送付先).
    Mailing,
    /// To where the person has moved (転出先).
    MovedOut,
    /// To the register's address.
    Register,
    /// The address is blank, because it must not be printed (支援措置): who may see it sends the letter.
    Withheld,
}

/// Whom a letter goes to: an agent who acts on the day, else the mailing address in force, else the register's address, of
/// somebody who has left the new one. An address that is protected is left blank; one that the person asked letters to be sent
/// to is kept.
///
/// The agent and the mailing address are the first in force, of the one tax before those of all taxes.
///
/// Source: 地方税法 20条 (書類の送達), 9条の2 (相続人の代表者), 300条・355条 (納税管理人); 住民基本台帳事務処理要領 第5-10 (支援措置).
pub fn delivery<'a>(
    person: Registered<'a>,
    agent: Option<Addressed<'a>>,
    mailing: Option<Addressed<'a>>,
) -> (Basis, Addressed<'a>) {
    if let Some(agent) = agent {
        return (Basis::Agent, agent);
    }
    if let Some(mailing) = mailing {
        let name = if mailing.name.is_empty() { person.own.name } else { mailing.name };
        return (Basis::Mailing, Addressed { name, ..mailing });
    }
    let named = |address| Addressed { name: person.own.name, postcode: "", address };
    match person {
        Registered { protected: true, .. } => (Basis::Withheld, named("")),
        // The postcode of the old address would lead astray.
        Registered { has_left: true, moved_out_to, .. } if !moved_out_to.is_empty() => {
            (Basis::MovedOut, named(moved_out_to))
        }
        Registered { own, .. } => (Basis::Register, own),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_goes_to_the_first_that_there_is() {
        let at = |name, postcode, address| Addressed { name, postcode, address };
        let own = at("架空　一郎", "6892301", "架空町1番地");
        let here = Registered { own, ..Registered::default() };
        let planned = Registered { moved_out_to: "よその町2番地", ..here };
        let left = Registered { has_left: true, ..planned };
        let agent = at("代理　花子", "1000001", "都心1丁目");
        let (elsewhere, office) =
            (at("", "6892302", "架空町の病院"), at("架空商店", "6892303", "架空町の店"));
        for (what, person, agent, mailing, basis, wanted) in [
            ("住所", here, None, None, Basis::Register, own),
            ("転出予定の人はまだ住んでいる", planned, None, None, Basis::Register, own),
            ("転出した人", left, None, None, Basis::MovedOut, at("架空　一郎", "", "よその町2番地")),
            (
                "転出先を言わずに転出した人",
                Registered { moved_out_to: "", ..left },
                None,
                None,
                Basis::Register,
                own,
            ),
            (
                "送付先は本人の名で",
                left,
                None,
                Some(elsewhere),
                Basis::Mailing,
                at("架空　一郎", "6892302", "架空町の病院"),
            ),
            ("送付先の名で", here, None, Some(office), Basis::Mailing, office),
            ("納税管理人が先", here, Some(agent), Some(office), Basis::Agent, agent),
            (
                "支援措置",
                Registered { protected: true, ..here },
                None,
                None,
                Basis::Withheld,
                at("架空　一郎", "", ""),
            ),
            (
                "支援措置で転出した人",
                Registered { protected: true, ..left },
                None,
                None,
                Basis::Withheld,
                at("架空　一郎", "", ""),
            ),
            (
                "支援措置でも本人の言う送付先",
                Registered { protected: true, ..here },
                None,
                Some(office),
                Basis::Mailing,
                office,
            ),
        ] {
            assert_eq!(delivery(person, agent, mailing), (basis, wanted), "{what}");
        }
    }
}
