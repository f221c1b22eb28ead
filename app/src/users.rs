//! `daicho user`, `daicho group`: what the administrator's screens do, for who may read the key file; and the first
//! administrator of a new town.

use std::fs;
use std::io::{BufRead, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Subcommand;
use domain::Date;
use office::{Caller, Group, Office, Rights, RunError, UserDraft};
use transport::write_durably;

use crate::config::Config;
use crate::output::make_private;
use crate::progress::{result, say};

/// The user a new town begins with.
const FIRST: &str = "kanri";

/// The file that tells the first administrator's initial password, beside the configuration.
pub const FIRST_SECRET: &str = "first-administrator.secret";

/// What is to be done with users.
#[derive(Subcommand)]
pub enum UserTask {
    /// Makes a user; the password is read from standard input, or with `--initial` made and told once.
    Add {
        /// Login name.
        id: String,
        /// Name for screens.
        #[arg(long)]
        name: String,
        /// Department.
        #[arg(long, default_value = "")]
        department: String,
        /// Rights, such as `resident-register/*`.
        #[arg(long = "right")]
        rights: Vec<String>,
        /// Groups.
        #[arg(long = "group")]
        groups: Vec<String>,
        /// The first day.
        #[arg(long)]
        from: Option<Date>,
        /// The last day.
        #[arg(long)]
        until: Option<Date>,
        /// Makes an initial password that the user must change.
        #[arg(long)]
        initial: bool,
        /// A program, which uses the API by its certificate and has no password.
        #[arg(long, conflicts_with = "initial")]
        machine: bool,
    },
    /// All users with their state.
    List,
    /// One user: rights of today, changes to come, history.
    Show {
        /// Login name.
        id: String,
    },
    /// Changes what is named, now or with `--on` from a day to come. Rights and groups that are named replace the present ones.
    Change {
        /// Login name.
        id: String,
        /// Name for screens.
        #[arg(long)]
        name: Option<String>,
        /// Department.
        #[arg(long)]
        department: Option<String>,
        /// Own rights.
        #[arg(long = "right")]
        rights: Option<Vec<String>>,
        /// No own rights.
        #[arg(long, conflicts_with = "rights")]
        no_rights: bool,
        /// Groups.
        #[arg(long = "group")]
        groups: Option<Vec<String>>,
        /// No groups.
        #[arg(long, conflicts_with = "groups")]
        no_groups: bool,
        /// The first day.
        #[arg(long)]
        from: Option<Date>,
        /// The last day.
        #[arg(long)]
        until: Option<Date>,
        /// The day from which it is so.
        #[arg(long, conflicts_with_all = ["name", "from", "until"])]
        on: Option<Date>,
    },
    /// Takes a change to come back.
    Cancel {
        /// Login name.
        id: String,
        /// Its day.
        #[arg(long)]
        on: Date,
    },
    /// Locks a user.
    Lock {
        /// Login name.
        id: String,
    },
    /// Lets a user log in again who was locked.
    Unlock {
        /// Login name.
        id: String,
    },
    /// Stops a user.
    Stop {
        /// Login name.
        id: String,
    },
    /// Takes a stopped user back.
    Resume {
        /// Login name.
        id: String,
    },
    /// Makes a new initial password and tells it once.
    Password {
        /// Login name.
        id: String,
    },
    /// Takes a user's second factor away.
    NoFactor {
        /// Login name.
        id: String,
    },
    /// Binds a certificate (PEM), such as that of an IC card, to a user.
    Bind {
        /// Login name.
        id: String,
        /// Its file.
        #[arg(long)]
        certificate: PathBuf,
    },
    /// Takes a certificate from a user.
    Unbind {
        /// Login name.
        id: String,
        /// Its key, as `daicho user show` tells it.
        #[arg(long)]
        key: String,
    },
}

/// What is to be done with groups.
#[derive(Subcommand)]
pub enum GroupTask {
    /// All groups.
    List,
    /// Makes a group, or changes the one of this id.
    Set {
        /// Its id.
        id: String,
        /// Name for screens.
        #[arg(long)]
        name: String,
        /// What it is for.
        #[arg(long, default_value = "")]
        note: String,
        /// Rights of its members.
        #[arg(long = "right")]
        rights: Vec<String>,
    },
    /// Removes a group that nobody has.
    Remove {
        /// Its id.
        id: String,
    },
}

/// Findings are told and make the exit code 1; whatever else is a failure.
fn told(done: Result<(), RunError>, words: &str) -> anyhow::Result<ExitCode> {
    match done {
        Ok(()) => {
            say(words);
            Ok(ExitCode::SUCCESS)
        }
        Err(RunError::Refused(findings)) => {
            for finding in &findings {
                say(&format!("{} {}: {} {}", finding.code, finding.item, finding.message, finding.remedy));
            }
            Ok(ExitCode::from(1))
        }
        Err(error) => Err(error.into()),
    }
}

/// Tells an initial password on standard output, and nothing else there.
fn issued(made: Result<String, RunError>, id: &str) -> anyhow::Result<ExitCode> {
    match made {
        Ok(password) => {
            say(&format!("利用者 {id} の初期パスワードです。最初のログインで変更します。もう一度は出ません"));
            result(&password);
            Ok(ExitCode::SUCCESS)
        }
        Err(error) => told(Err(error), ""),
    }
}

/// Carries a task on users out.
///
/// # Errors
/// When the town does not answer.
pub fn run(office: &Office, task: UserTask) -> anyhow::Result<ExitCode> {
    let caller = Caller::command_line();
    match task {
        UserTask::Add { id, name, department, rights, groups, from, until, initial, machine } => {
            let draft = UserDraft {
                id: id.clone(),
                name: name.clone(),
                department: department.clone(),
                groups,
                rights: Rights(rights),
                valid_from: from,
                valid_until: until,
                machine,
            };
            if machine {
                let made = office.create_user(&caller, &draft).map(drop);
                let next = format!("証明書は daicho user bind {id} で登録します");
                return told(made, &format!("機械用の利用者 {id} を登録しました。{next}"));
            }
            if initial {
                return issued(office.create_user(&caller, &draft), &id);
            }
            if !draft.groups.is_empty() || from.is_some() || until.is_some() {
                bail!("所属・職務と有効期間は、--initial と一緒に使います");
            }
            let mut password = String::new();
            std::io::stdin().lock().read_line(&mut password).context("パスワードが読めません")?;
            let password = password.trim_end_matches(['\r', '\n']);
            office.add_user(&id, &name, &department, draft.rights, password)?;
            say(&format!("利用者 {id} を登録しました"));
            Ok(ExitCode::SUCCESS)
        }
        UserTask::List => {
            let (staffing, today) = (office.staffing()?, office.today());
            for user in staffing.users.values() {
                let placed = user.placed(today);
                result(
                    &[
                        &user.id,
                        &user.name,
                        &placed.department,
                        &placed.groups.join(","),
                        user.state(today).label(),
                        &user.last_login.map(|at| at.to_string()).unwrap_or_default(),
                    ]
                    .join("\t"),
                );
            }
            Ok(ExitCode::SUCCESS)
        }
        UserTask::Show { id } => show(office, &id),
        UserTask::Change { id, name, department, rights, no_rights, groups, no_groups, from, until, on } => {
            let Some(user) = office.user(&id)? else { bail!("利用者ID「{id}」はありません") };
            let mut draft = UserDraft::of(&user, office.today());
            let given = |list: Option<Vec<String>>, none: bool, now: Vec<String>| match none {
                true => Vec::new(),
                false => list.unwrap_or(now),
            };
            draft.name = name.unwrap_or(draft.name);
            draft.department = department.unwrap_or(draft.department);
            draft.groups = given(groups, no_groups, draft.groups);
            draft.rights = Rights(given(rights, no_rights, draft.rights.0));
            draft.valid_from = from.or(draft.valid_from);
            draft.valid_until = until.or(draft.valid_until);
            match on {
                Some(on) => told(
                    office.schedule_user(&caller, Some(on), &draft),
                    &format!("利用者 {id} の {on} からの変更を予約しました"),
                ),
                None => told(office.update_user(&caller, &draft), &format!("利用者 {id} を変更しました")),
            }
        }
        UserTask::Cancel { id, on } => {
            told(office.cancel_scheduled(&caller, &id, on), &format!("{on} の予約を取り消しました"))
        }
        UserTask::Lock { id } => {
            told(office.lock_user(&caller, &id, true), &format!("利用者 {id} をロックしました"))
        }
        UserTask::Unlock { id } => {
            told(office.lock_user(&caller, &id, false), &format!("利用者 {id} を使えるようにしました"))
        }
        UserTask::Stop { id } => {
            told(office.stop_user(&caller, &id, true), &format!("利用者 {id} を停止しました"))
        }
        UserTask::Resume { id } => {
            told(office.stop_user(&caller, &id, false), &format!("利用者 {id} の停止を取り消しました"))
        }
        UserTask::Password { id } => issued(office.reset_password(&caller, &id), &id),
        UserTask::NoFactor { id } => {
            told(office.reset_factor(&caller, &id), &format!("利用者 {id} の二要素認証を解除しました"))
        }
        UserTask::Bind { id, certificate } => {
            let pem = fs::read_to_string(&certificate)
                .with_context(|| format!("{} が読めません", certificate.display()))?;
            told(office.bind_certificate(&caller, &id, &pem), &format!("利用者 {id} に証明書を登録しました"))
        }
        UserTask::Unbind { id, key } => {
            told(office.unbind_certificate(&caller, &id, &key), &format!("利用者 {id} の証明書を外しました"))
        }
    }
}

fn show(office: &Office, id: &str) -> anyhow::Result<ExitCode> {
    let Some(user) = office.user(id)? else { bail!("利用者ID「{id}」はありません") };
    let today = office.today();
    let placed = user.placed(today);
    result(&format!("{}　{}　{}　{}", user.id, user.name, placed.department, user.state(today).label()));
    result(&format!("所属・職務: {}", placed.groups.join(" ")));
    result(&format!("権限: {}", office.rights_of(&user)?.0.join(" ")));
    for bound in &user.certificates {
        result(&format!("証明書: {} {} {}まで", bound.key, bound.subject, bound.until));
    }
    for change in user.scheduled.iter().filter(|change| today < change.on) {
        let (groups, rights) = (change.groups.join(" "), change.rights.0.join(" "));
        result(&format!("予約: {} {} 所属・職務 {groups} 権限 {rights}", change.on, change.department));
    }
    for version in office.user_history(id)? {
        result(&format!("履歴: {} {} {}", version.at, version.by, version.reason));
    }
    Ok(ExitCode::SUCCESS)
}

/// Carries a task on groups out.
///
/// # Errors
/// When the town does not answer.
pub fn run_group(office: &Office, task: GroupTask) -> anyhow::Result<ExitCode> {
    let caller = Caller::command_line();
    match task {
        GroupTask::List => {
            for group in office.staffing()?.groups.values() {
                result(&[group.id.as_str(), &group.name, &group.rights.0.join(" ")].join("\t"));
            }
            Ok(ExitCode::SUCCESS)
        }
        GroupTask::Set { id, name, note, rights } => {
            let new = !office.staffing()?.groups.contains_key(&id);
            let group = Group { id: id.clone(), name, note, rights: Rights(rights) };
            told(office.save_group(&caller, &group, new), &format!("所属・職務 {id} を登録しました"))
        }
        GroupTask::Remove { id } => {
            told(office.remove_group(&caller, &id), &format!("所属・職務 {id} を廃止しました"))
        }
    }
}

/// Makes the first administrator of a town that has no users: the initial password goes into a file that only its owner may
/// read. Tells the file; none when the town has users.
///
/// # Errors
/// When the file is there already, or cannot be written: a password nobody knows would shut the town.
pub fn first_administrator(config: &Config, office: &Office) -> anyhow::Result<Option<PathBuf>> {
    if !office.staffing()?.users.is_empty() {
        return Ok(None);
    }
    let path = config.folder.join(FIRST_SECRET);
    if fs::symlink_metadata(&path).is_ok() {
        bail!(
            "利用者がいないので最初の管理者を作りますが、{} がすでにあります。前のものなら消してから、起動し直してください",
            path.display()
        );
    }
    let draft = UserDraft {
        id: FIRST.to_owned(),
        name: "最初の管理者".to_owned(),
        rights: Rights(vec!["*".to_owned()]),
        ..UserDraft::default()
    };
    let password = office.create_user(&Caller::command_line(), &draft)?;
    let written = write_durably(&path, |file| {
        make_private(file)?;
        writeln!(file, "利用者ID {FIRST}\n初期パスワード {password}")
    });
    if let Err(error) = written {
        say(&format!("利用者 {FIRST} の初期パスワードは daicho user password {FIRST} で作り直せます"));
        return Err(error).with_context(|| format!("{}に書けません", path.display()));
    }
    Ok(Some(path))
}
