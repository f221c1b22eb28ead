//! `daicho link`: what a command says that is refused, and how it ends.

use super::program::daicho;

/// Each case: the command, its exit code, and what it says among other things.
#[test]
fn a_refused_command_says_why_and_its_exit_code_tells_it_from_a_failure() {
    let dir = tempfile::tempdir().unwrap();
    daicho::demo::init(dir.path(), false).unwrap();
    let layout = "layouts/resident-utf16.toml";
    let text = std::fs::read_to_string(dir.path().join(layout)).unwrap();
    std::fs::write(dir.path().join("broken.toml"), text.replace("UTF-16LE", "UTF-17")).unwrap();
    let full = "resident-full-to-welfare";
    for (arguments, code, told) in [
        (["try", "nowhere", "--layout", layout].as_slice(), 2, "連携「nowhere」はありません"),
        (&["show", "nowhere"], 2, "連携「nowhere」はありません"),
        (&["try", full], 2, "--link"),
        (&["try", full, "--link", "links/resident-full-to-tax.toml"], 1, "resident-full-to-tax.toml"),
        (&["try", full, "--layout", "broken.toml"], 1, "UTF17"),
        (&["try", "resident-to-addressee", "--layout", layout], 1, "外へ送る動いている連携ではありません"),
        (&["try", full, "--layout", layout], 0, "0件の配信は、変更後も1バイトも変わりません"),
        (&["resend", "nowhere", "--since", "1"], 2, "連携「nowhere」はありません"),
        (&["resend", full, "--since", "9"], 1, "全件の連携です"),
        (&["resend", "resident-changes-to-welfare", "--since", "9"], 1, "配信9番はありません"),
        (&["reconcile", "nowhere", layout], 2, "連携「nowhere」はありません"),
        (&["reconcile", full, "none.csv"], 1, "none.csv が読めません"),
        (&["skip", full, "--to", "9", "--reason", "試験"], 2, "外から届く連携"),
        (&["ask", full, "1", "--purpose", "試験"], 1, "照会"),
    ] {
        let run = daicho(dir.path(), &[&["link"], arguments].concat(), b"");
        assert!(run.told.contains(told), "{arguments:?}: {}", run.told);
        assert_eq!(run.code, Some(code), "{arguments:?}: {}", run.told);
    }
}

/// A report names people and what is recorded of them.
#[cfg(unix)]
#[test]
fn a_report_is_for_its_maker_alone_and_there_only_when_it_is_whole() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    daicho::demo::init(dir.path(), false).unwrap();
    let report = dir.path().join("report.tsv");
    let tried = |id: &str| {
        let layout = "layouts/resident-utf16.toml";
        daicho(dir.path(), &["link", "try", id, "--layout", layout, "--report", "report.tsv"], b"").code
    };
    assert_eq!(tried("resident-to-addressee"), Some(1));
    assert!(!report.exists(), "nothing of a trial that was refused");
    assert_eq!(tried("resident-full-to-welfare"), Some(0));
    assert_eq!(std::fs::metadata(&report).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(std::fs::read_to_string(&report).unwrap(), "番号\t対象\t項目\tいま\t変更後\n");
}
