//! Groups (所属・職務): made, changed and removed by an administrator.

use domain::Date;
use system::Finding;

use super::{Change, asked, checked_name, checked_rights, finding, refused, refused_or, shown_id};
use crate::repeat::Once;
use crate::rights::Group;
use crate::users::{User, usable_id};
use crate::{Caller, Office, RunError};

impl Office {
    /// Makes a group or changes one.
    ///
    /// # Errors
    /// [`RunError::Refused`].
    pub fn save_group(&self, caller: &Caller, group: &Group, new: bool) -> Result<(), RunError> {
        self.save_group_once(caller, group, new, None).map(drop)
    }

    /// Makes a group under a key of the caller; tells whether the same call made it before.
    ///
    /// # Errors
    /// [`RunError::Refused`]; [`RunError::Taken`] when the key was used for something else.
    pub fn create_group_once(
        &self,
        caller: &Caller,
        group: &Group,
        key: Option<&str>,
    ) -> Result<bool, RunError> {
        self.save_group_once(caller, group, true, key)
    }

    fn save_group_once(
        &self,
        caller: &Caller,
        group: &Group,
        new: bool,
        key: Option<&str>,
    ) -> Result<bool, RunError> {
        let once = key.map(|key| Once::of_named(caller, key, &asked("group", group)));
        let what = if new { "登録" } else { "変更" };
        self.administer_once(
            caller,
            &format!("所属・職務の{what}（{}）", shown_id(&group.id)),
            once.as_ref(),
            |staffing| {
                let mut found = Vec::new();
                let exists = staffing.groups.contains_key(&group.id);
                if !usable_id(&group.id) {
                    let what = "IDは、英小文字、数字、ハイフンで1文字から32文字です。";
                    found.push(finding("U001", "id", "ID", what, "直してください。"));
                } else if new && exists {
                    let what = format!("所属・職務「{}」はすでにあります。", group.id);
                    found.push(finding("U002", "id", "ID", &what, "別のIDにしてください。"));
                } else if !new && !exists {
                    found.push(unknown_group(&group.id));
                }
                found.extend(checked_name("name", "名称", &group.name));
                if !group.note.trim().is_empty() {
                    found.extend(checked_name("note", "備考", &group.note));
                }
                found.extend(checked_rights(&group.rights));
                let before = staffing.groups.get(&group.id).map(|held| &held.rights);
                found.extend(self.unknown_rights(&group.rights, before));
                refused_or(found, Change::Group(group.clone()))
            },
        )
    }

    /// Removes a group that nobody has.
    ///
    /// # Errors
    /// [`RunError::Refused`].
    pub fn remove_group(&self, caller: &Caller, id: &str) -> Result<(), RunError> {
        let today = self.today();
        self.administer(caller, &format!("所属・職務の廃止（{}）", shown_id(id)), |staffing| {
            if !staffing.groups.contains_key(id) {
                return Err(refused(vec![unknown_group(id)]));
            }
            let members = staffing.users.values().filter(|user| has_group(user, id, today)).count();
            if 0 < members {
                let what = format!("この所属・職務の利用者が{members}人います（予約を含みます）。");
                let remedy = "先に、その利用者の所属・職務を変えてください。";
                return Err(refused(vec![finding("U009", "", "所属・職務", &what, remedy)]));
            }
            Ok(Change::NoGroup(id.to_owned()))
        })
    }
}

/// Whether a user has a group today or is going to.
pub(crate) fn has_group(user: &User, id: &str, today: Date) -> bool {
    let now = user.placed(today).groups;
    let later = user.scheduled.iter().filter(|change| today < change.on).flat_map(|change| &change.groups);
    now.iter().chain(later).any(|group| group == id)
}

fn unknown_group(id: &str) -> Finding {
    let what = format!("所属・職務「{}」はありません。", shown_id(id));
    finding("U003", "id", "ID", &what, "一覧で確かめてください。")
}
