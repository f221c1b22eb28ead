//! The journal is witnessed from outside the database, and a witness that is gone is missed.

use std::fs;

use archive::{CheckpointLog, PublicKey};
use daicho::audit::{checkpoint, make_key};
use office::SystemClock;

use super::backup::Town;
use super::program::daicho;

#[test]
fn programs_that_sign_into_one_file_do_so_one_after_the_other() {
    const PROGRAMS: usize = 8;
    let town = Town::new();
    let (key, log) = (town.path("key"), town.path("far/checkpoints.jsonl"));
    let public = PublicKey::parse(&make_key(&key).unwrap()).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..PROGRAMS {
            scope.spawn(|| checkpoint(&town.config, Some(&log), Some(&key), &SystemClock).unwrap());
        }
    });
    let log = CheckpointLog::parse(&fs::read_to_string(log).unwrap()).unwrap();
    assert_eq!(log.all().len(), PROGRAMS);
    log.check_signatures(&public).unwrap();
}

#[test]
fn a_configured_witness_that_is_gone_is_a_problem() {
    let town = Town::new();
    let (root, folder) = (town.path(""), town.config.folder.clone());
    make_key(&root.join("key")).unwrap();
    checkpoint(&town.config, Some(&root.join("log")), Some(&root.join("key")), &SystemClock).unwrap();
    fs::write(root.join("empty"), "").unwrap();
    let whole = fs::read_to_string(root.join("log")).unwrap();
    fs::write(root.join("cut"), format!("{whole}{}", &whole[..40])).unwrap();
    fs::write(root.join("forged"), whole.replace("\"position\":", "\"position\":1")).unwrap();
    drop(town.house);
    let text = fs::read_to_string(folder.join("daicho.toml")).unwrap();
    let (front, _) = text.split_once("[audit]").unwrap();
    let (_, back) = text.split_once("[standards]").unwrap();
    let compared = "と一致しました";
    let not_compared = "検査点と比べていません";
    let cases = [
        ("", "", 0, vec![not_compared]),
        ("log", "key.pub", 0, vec![compared]),
        ("log", "", 0, vec!["public_key がない", not_compared]),
        ("gone", "key.pub", 1, vec!["gone がありません"]),
        ("gone", "", 1, vec!["gone がありません"]),
        ("empty", "key.pub", 1, vec!["検査点が1つもありません"]),
        ("cut", "key.pub", 1, vec!["書きかけ"]),
        ("forged", "key.pub", 1, vec!["forged: 検査点の1行目"]),
    ];
    for (log, key, code, wanted) in cases {
        let line = |name: &str, file: &str| match file {
            "" => String::new(),
            file => format!("{name} = \"{}\"\n", root.join(file).display()),
        };
        let audit = line("checkpoints", log) + &line("public_key", key);
        fs::write(folder.join("other.toml"), format!("{front}[audit]\n{audit}[standards]{back}")).unwrap();
        let run = daicho(&folder, &["audit", "verify", "--config", "other.toml"], b"");
        assert_eq!(run.code, Some(code), "{log} {key}: {}", run.told);
        for word in [compared, not_compared, "public_key", "ありません"] {
            let told = wanted.iter().any(|wanted| wanted.contains(word));
            assert_eq!(run.told.contains(word), told, "{log} {key} {word}: {}", run.told);
        }
        assert!(wanted.iter().all(|wanted| run.told.contains(wanted)), "{log} {key}: {}", run.told);
    }
}

#[test]
fn a_line_cut_by_a_full_disk_is_taken_back_by_the_next() {
    let town = Town::new();
    let (key, log) = (town.path("key"), town.path("log"));
    let public = PublicKey::parse(&make_key(&key).unwrap()).unwrap();
    checkpoint(&town.config, Some(&log), Some(&key), &SystemClock).unwrap();
    let whole = fs::read_to_string(&log).unwrap();
    fs::write(&log, format!("{whole}{{\"position\":9")).unwrap();
    let line = checkpoint(&town.config, Some(&log), Some(&key), &SystemClock).unwrap();
    assert_eq!(fs::read_to_string(&log).unwrap(), whole + &line);
    let log = CheckpointLog::parse(&fs::read_to_string(&log).unwrap()).unwrap();
    assert_eq!(log.all().len(), 2);
    log.check_signatures(&public).unwrap();
}
