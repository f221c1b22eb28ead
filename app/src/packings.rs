//! Passwords and keys of packed files (`[packing]`).

use std::collections::BTreeMap;
use std::path::PathBuf;

use office::Packings;
use packing::{Keys, Recipients, Secret};
use serde::Deserialize;

use crate::config::Config;

/// `[packing.NAME]`: what a link that names it packs or opens files with.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PackingSetting {
    /// File with the password of ZIP files.
    pub password_file: Option<PathBuf>,
    /// Variable of the environment with it.
    pub password_env: Option<String>,
    /// Public keys of age (`age1…`) of those who may open what is sent.
    pub recipients: Vec<String>,
    /// File with our secret keys of age, a line each.
    pub identity_file: Option<PathBuf>,
    /// Variable of the environment with them.
    pub identity_env: Option<String>,
}

/// All keys of a town; one that cannot be used is told in Japanese, and only its links stop.
pub fn all(config: &Config) -> Packings {
    let read = |(name, setting): (&String, &PackingSetting)| (name.clone(), keys(config, setting));
    config.packing.iter().map(read).collect::<BTreeMap<_, _>>()
}

fn keys(config: &Config, setting: &PackingSetting) -> Result<Keys, String> {
    let secret = |file: &Option<PathBuf>, variable: &Option<String>, what: &str| match (file, variable) {
        (Some(_), Some(_)) => Err(format!("{what}_file と {what}_env は、どちらか一方だけ書いてください")),
        (Some(file), None) => Ok(Some(Secret::at(config.at(file)))),
        (None, variable) => Ok(variable.clone().map(Secret::Variable)),
    };
    Ok(Keys {
        password: secret(&setting.password_file, &setting.password_env, "password")?,
        recipients: Recipients::parse(&setting.recipients).map_err(|error| error.to_string())?,
        identities: secret(&setting.identity_file, &setting.identity_env, "identity")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::DEFAULT_FILE;

    /// What a configuration with these lines behind the others says of the keys `suite`.
    fn read(lines: &str) -> Result<Result<Keys, String>, toml::de::Error> {
        let config: Config = toml::from_str(&format!("{DEFAULT_FILE}\n[packing.suite]\n{lines}\n"))?;
        Ok(all(&config).remove("suite").unwrap())
    }

    #[test]
    fn keys_are_files_or_variables_and_recipients_are_read_at_once() {
        let file = read("password_file = \"suite.password\"").unwrap().unwrap();
        assert_eq!(file.password, Some(Secret::at("suite.password")));
        let variables = read("password_env = \"ZIP\"\nidentity_env = \"AGE\"").unwrap().unwrap();
        assert_eq!(variables.password, Some(Secret::Variable("ZIP".into())));
        assert_eq!(variables.identities, Some(Secret::Variable("AGE".into())));
        for (lines, words) in [
            (
                "password_file = \"a\"\npassword_env = \"B\"",
                "password_file と password_env は、どちらか一方だけ",
            ),
            (
                "identity_file = \"a\"\nidentity_env = \"B\"",
                "identity_file と identity_env は、どちらか一方だけ",
            ),
            ("recipients = [\"age1x\"]", "recipients の1番目は age の公開鍵（age1…）ではありません"),
        ] {
            let told = read(lines).unwrap().unwrap_err();
            assert!(told.contains(words), "{told}");
        }
        assert!(read("password = \"secret\"").is_err(), "a password stands in no configuration");
    }

    #[test]
    fn the_lines_of_the_default_file_are_as_they_are_read() {
        let begin = DEFAULT_FILE.find("# [packing.fukushi]").unwrap();
        let lines = DEFAULT_FILE[begin..].lines().take_while(|line| line.starts_with("# "));
        let text: String = lines.map(|line| line[2..].to_owned() + "\n").collect();
        let text = text.replace("age1…", "age1");
        let config: Config = toml::from_str(&format!("{DEFAULT_FILE}\n{text}")).unwrap();
        let found = all(&config);
        assert_eq!(found["fukushi"].as_ref().unwrap().password, Some(Secret::at("fukushi.zip.password")));
        assert!(found["nenkin"].as_ref().unwrap_err().contains("recipients の1番目"), "read, if no key");
    }
}
