//! `daicho moji tables`: what conversion works with, and putting packs into a town's folder.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::Subcommand;
use moji::data::TABLES;
use moji::{Charset, Decoder, Ebcdic, Field, Ivs, Options, Packs, Tables};
use serde_json::json;
use transport::{Access, make_folders, write_durably};

use super::mapping;
use crate::output;
use crate::progress::say;
use crate::tables;
use crate::told::{misused, refused};

#[derive(Subcommand)]
pub(super) enum Task {
    /// Reads the packs of a folder whole and says what is wrong, by file and line.
    Check {
        /// The folder; otherwise --tables, DAICHO_TABLES or the configuration's.
        dir: Option<PathBuf>,
    },
    /// Built-in tables and packs with their versions.
    List {
        /// For machines.
        #[arg(long)]
        json: bool,
    },
    /// Puts packs into the folder: TSV files of a pack, or a mapping table in JSON of the jef4j project.
    Install {
        /// Files, or a folder of pack files.
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Name of the charset of a JSON table, where neither its keys nor its name say it.
        #[arg(long, value_name = "NAME")]
        code: Option<String>,
        /// Take the place of another version.
        #[arg(long)]
        replace: bool,
    },
}

pub(super) fn run(task: Task, folder: Option<PathBuf>) -> anyhow::Result<ExitCode> {
    match task {
        Task::Check { dir } => check(&dir.or(folder).ok_or_else(no_folder)?),
        Task::List { json } => list(folder.as_deref(), json),
        Task::Install { files, code, replace } => {
            install(&files, code.as_deref(), replace, &folder.ok_or_else(no_folder)?)
        }
    }
}

fn no_folder() -> anyhow::Error {
    misused(format!(
        "変換表のフォルダが決まっていません。--tables DIR か環境変数 {} で指定してください",
        tables::VARIABLE
    ))
}

fn check(dir: &Path) -> anyhow::Result<ExitCode> {
    let found = tables::parse(&tables::read(dir)?);
    for error in &found.errors {
        say(&error.to_string());
    }
    for name in &found.others {
        say(&format!("{name}: 変換表ではないので読みません"));
    }
    let mut text = String::new();
    for pack in &found.packs {
        let _ = writeln!(
            text,
            "{}\t{}コード\t{}\t{}",
            pack.name(),
            pack.codes(),
            pack.files().join(" "),
            pack.version()
        );
    }
    output::print(&text)?;
    let well = found.errors.is_empty();
    if found.packs.is_empty() && well {
        say(&format!("{} に変換表はありません", dir.display()));
    }
    let loaded = Tables::with_packs(found.packs);
    if loaded.has_jef_pack() {
        for line in against_standard(&loaded)? {
            say(&line);
        }
    }
    Ok(if well { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// Where a JEF pack reads the standard area otherwise than its rule: nobody's table is free of slips.
fn against_standard(tables: &Tables) -> anyhow::Result<Vec<String>> {
    let charset = Charset::Jef(Ebcdic::Kana);
    let options = Options { ivs: Ivs::Mj, ..Options::default() };
    let rule = Tables::built_in().decoder(&charset, &options)?;
    let pack = tables.decoder(&charset, &options)?;
    let read = |decoder: &Decoder, code: u16| {
        let mut text = String::new();
        let done = decoder.decode(Field::Double, &code.to_be_bytes(), &mut text, &mut Vec::new());
        done.ok().map(|()| text)
    };
    let mut found = Vec::new();
    for code in 0xA1A1..=0xF3FE_u16 {
        let Some(rule) = read(&rule, code) else { continue };
        let pack = read(&pack, code).unwrap_or_default();
        let same_base = rule.chars().next() == pack.chars().next();
        let is_compatibility = pack.starts_with(|c| ('\u{F900}'..='\u{FAFF}').contains(&c));
        if !same_base && !is_compatibility {
            let pack = if pack.is_empty() { "（なし）" } else { pack.as_str() };
            found.push(format!("JEF {code:04X}: 標準域の規則では「{rule}」ですが、変換表では「{pack}」です"));
        }
    }
    Ok(found)
}

/// What is said where there is no JEF pack.
const WITHOUT_JEF: &str = "JEF: 標準域だけです（組み込み）。拡張漢字（41A1〜7FFE）と、字形まで区別する異体字セレクタは変換できません。\
    `daicho moji tables install` でJEFの変換表を入れると使えます";

fn list(folder: Option<&Path>, as_json: bool) -> anyhow::Result<ExitCode> {
    let found = match folder {
        Some(dir) => tables::parse(&tables::read(dir)?),
        None => Packs::default(),
    };
    for error in &found.errors {
        say(&error.to_string());
    }
    let has_jef = found.packs.iter().any(|pack| pack.name() == "JEF");
    if as_json {
        let built_in: Vec<_> =
            TABLES.iter().map(|table| json!({ "name": table.name(), "version": table.version() })).collect();
        let packs: Vec<_> = found
            .packs
            .iter()
            .map(|pack| {
                json!({ "name": pack.name(), "version": pack.version(), "codes": pack.codes(), "files": pack.files() })
            })
            .collect();
        let errors: Vec<String> = found.errors.iter().map(ToString::to_string).collect();
        let listed = json!({
            "built_in": built_in, "folder": folder, "packs": packs, "jef_pack": has_jef,
            "errors": errors, "others": found.others,
        });
        output::print(&format!("{}\n", serde_json::to_string_pretty(&listed)?))?;
    } else {
        let mut text = "組み込みの表\n".to_owned();
        for table in TABLES {
            let _ = writeln!(text, "  {}", table.version());
        }
        match folder {
            Some(dir) => {
                let _ = writeln!(text, "変換表のフォルダ {}", dir.display());
            }
            None => {
                let _ =
                    writeln!(text, "変換表のフォルダは指定されていません（--tables、{}）", tables::VARIABLE);
            }
        }
        for pack in &found.packs {
            let files = pack.files().join(" ");
            let _ = writeln!(text, "  {}  {}コード  {files}  {}", pack.name(), pack.codes(), pack.version());
        }
        if has_jef {
            text.push_str("JEF: 拡張漢字の変換表があります\n");
        } else {
            let _ = writeln!(text, "{WITHOUT_JEF}");
        }
        output::print(&text)?;
    }
    Ok(if found.errors.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn install(files: &[PathBuf], code: Option<&str>, replace: bool, dir: &Path) -> anyhow::Result<ExitCode> {
    let coming = gather(files, code)?;
    let mut all: BTreeMap<String, String> = BTreeMap::new();
    if dir.is_dir() {
        all.extend(tables::read(dir)?);
    }
    let mut changed = Vec::new();
    for (name, text) in &coming {
        match all.insert(name.clone(), text.clone()) {
            Some(held) if held == *text => {}
            held => changed.push((name, text, held.is_some())),
        }
    }
    let whole: Vec<(String, String)> = all.into_iter().collect();
    let found = tables::parse(&whole);
    let is_coming = |name: &String| coming.contains_key(name);
    let errors: Vec<String> =
        found.errors.iter().filter(|error| is_coming(&error.file)).map(ToString::to_string).collect();
    if !errors.is_empty() {
        return Err(refused(errors.join("\n")));
    }
    if let Some(name) = found.others.iter().find(|name| is_coming(name)) {
        return Err(refused(format!(
            "{name}: どの変換表の一部でもありません。JEFの表は jef.tsv、jef-encode.tsv、jef-area.tsv という名前に、\
             ほかの文字コードの表は1行目を「#: code 名前」にしてください"
        )));
    }
    let taken: Vec<&str> =
        changed.iter().filter(|(_, _, held)| *held).map(|(name, ..)| name.as_str()).collect();
    if !taken.is_empty() && !replace {
        return Err(refused(format!(
            "{} には別の版の {} があります。入れ替えるときは --replace を付けてください",
            dir.display(),
            taken.join("、")
        )));
    }
    make_folders(dir, Access::Shared).with_context(|| format!("フォルダ {} が作れません", dir.display()))?;
    for (name, text, _) in &changed {
        let path = dir.join(name);
        write_durably(&path, |file| file.write_all(text.as_bytes()))
            .with_context(|| format!("{} に書けません", path.display()))?;
    }
    let mut text = String::new();
    for pack in found.packs.iter().filter(|pack| pack.files().iter().any(is_coming)) {
        let files = pack.files().join(" ");
        let _ = writeln!(text, "{}\t{}コード\t{files}\t{}", pack.name(), pack.codes(), pack.version());
    }
    output::print(&text)?;
    say(&if changed.is_empty() {
        format!("{} には同じ版がすでにあります", dir.display())
    } else {
        format!("{} に入れました", dir.display())
    });
    Ok(ExitCode::SUCCESS)
}

/// The pack files that the arguments are or become: name and text.
fn gather(paths: &[PathBuf], code: Option<&str>) -> anyhow::Result<BTreeMap<String, String>> {
    let mut coming = BTreeMap::new();
    for path in paths {
        if path.is_dir() {
            let files = tables::read(path)?;
            let found = tables::parse(&files);
            coming.extend(files.into_iter().filter(|(name, _)| !found.others.contains(name)));
            continue;
        }
        let bytes = fs::read(path).with_context(|| format!("{} が読めません", path.display()))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let Ok(text) = String::from_utf8(bytes) else {
            return Err(refused(format!("{name}: UTF-8のファイルではありません")));
        };
        if !mapping::is_json(&text) {
            coming.insert(name, text);
            continue;
        }
        let rows = mapping::rows(&name, &text).map_err(refused)?;
        let imported = moji::import(&name, &rows, code).map_err(|errors| {
            let lines: Vec<String> = errors.iter().map(ToString::to_string).collect();
            refused(lines.join("\n"))
        })?;
        for remark in &imported.remarks {
            say(&format!("{name} {remark}"));
        }
        coming.extend(imported.files);
    }
    Ok(coming)
}
