//! Keys that cannot be used stop at the start, in words, and stand in no message.

use std::fs;

use packing::{KeyError, Keys, Packer, Recipients, Secret, Unpacker};

use crate::bench::{Bench, private};

#[test]
fn passwords_are_one_line_that_every_program_takes() {
    let bench = Bench::new();
    let path = bench.path("password");
    let long = "x".repeat(99);
    for (text, fits) in [
        ("a", true),
        ("a b!~\n", true),
        ("first\r\nsecond", true),
        (long.as_str(), true),
        (&format!("{long}x"), false),
        ("", false),
        ("\nsecond", false),
        ("台帳の鍵", false),
        ("tab\tin", false),
        ("ｈａｎｋａｋｕ", false),
    ] {
        private(&path, text);
        for made in [Packer::zip_aes(&bench.keys).map(|_| ()), Unpacker::zip_aes(&bench.keys).map(|_| ())] {
            assert_eq!(made.is_ok(), fits, "{text:?}");
            if let Err(error) = made {
                assert!(matches!(error, KeyError::Password { .. }), "{error}");
                assert!(text.trim().is_empty() || !error.to_string().contains(text.trim()), "{error}");
            }
        }
    }
}

#[test]
fn a_password_file_others_can_read_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let bench = Bench::new();
    let path = bench.path("password");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let error = Packer::zip_aes(&bench.keys).unwrap_err();
    assert!(error.to_string().contains("ほかの利用者にも読めます"), "{error}");
}

#[test]
fn a_variable_that_is_not_set_is_told_by_its_name() {
    let keys = Keys { password: Some(Secret::Variable("DAICHO_NO_SUCH_KEY".into())), ..Keys::default() };
    let error = Packer::zip_aes(&keys).unwrap_err();
    assert_eq!(error.to_string(), "環境変数 DAICHO_NO_SUCH_KEY がありません");
}

#[test]
fn a_password_may_stand_in_a_variable() {
    let bench = Bench::new();
    // Cargo sets it for every test, to this crate's name.
    let keys = Keys { password: Some(Secret::Variable("CARGO_PKG_NAME".into())), ..Keys::default() };
    bench.pack(&Packer::zip_aes(&keys).unwrap(), "1.csv", b"rows", "a.zip");
    assert!(bench.run("7zz", &["t", "-ppacking", "a.zip"]).contains("Everything is Ok"));
}

#[test]
fn what_a_way_needs_is_asked_for() {
    let none = Keys::default();
    for (error, missing) in [
        (Packer::zip_aes(&none).unwrap_err(), "password_file"),
        (Unpacker::zip_aes(&none).unwrap_err(), "password_file"),
        (Packer::age(&none).unwrap_err(), "recipients"),
        (Unpacker::age(&none).unwrap_err(), "identity_file"),
    ] {
        assert_eq!(error.to_string(), format!("{missing} がありません"));
    }
}

#[test]
fn keys_of_age_are_told_by_their_line() {
    let bench = Bench::new();
    let good = fs::read_to_string(bench.path("key.txt")).unwrap();
    assert!(Unpacker::age(&bench.keys).is_ok());
    for (text, wrong) in [
        (String::new(), 1),
        ("# nothing\n".to_owned(), 2),
        (format!("{good}age1notasecret\n"), good.lines().count() + 1),
        ("AGE-SECRET-KEY-1QQ\n".to_owned(), 1),
    ] {
        private(&bench.path("key.txt"), &text);
        let error = Unpacker::age(&bench.keys).unwrap_err();
        assert!(matches!(error, KeyError::Identity { line, .. } if line == wrong), "{error}");
        assert!(!error.to_string().contains("AGE-SECRET-KEY-1QQ"), "{error}");
    }
    let secret = good.lines().last().unwrap();
    private(&bench.path("key.txt"), &good);
    let of = |bench: &Bench| bench.run("age-keygen", &["-y", "key.txt"]);
    for wrong in ["age1", "ssh-ed25519 AAAA", secret] {
        let error = Recipients::parse(&[of(&bench), wrong.to_owned()]).unwrap_err();
        assert_eq!(error.to_string(), "recipients の2番目は age の公開鍵（age1…）ではありません");
    }
}
