use std::fs;
use std::path::{Path, PathBuf};

use typst::foundations::Bytes;
use typst::layout::Abs;
use typst::text::{Font, FontInstance, FontVariant, FontVariations};

use crate::PressError;

/// The Debian package that holds the font (IPAmj明朝).
pub const FONT_PACKAGE: &str = "fonts-ipamj-mincho";

/// The environment variable that names further font folders, separated as `PATH` is.
pub const FONT_DIRS_VARIABLE: &str = "DAICHO_FONTS";

/// The family every template uses: the font of the MJ characters (文字情報基盤), which standardized systems show.
const FAMILY: &str = "IPAmjMincho";

/// Folders inside a font folder that are searched. Deeper trees, and links in a circle, are left alone.
const DEPTH_MAX: usize = 5;

/// Where fonts usually lie, [`FONT_DIRS_VARIABLE`] first. Folders that do not exist are listed too, so that the
/// message of a missing font shows every place that was tried.
pub fn font_dirs() -> Vec<PathBuf> {
    let mut dirs = Vec::new();
    if let Some(value) = std::env::var_os(FONT_DIRS_VARIABLE) {
        dirs.extend(std::env::split_paths(&value));
    }
    dirs.extend(["/usr/share/fonts", "/usr/local/share/fonts"].map(PathBuf::from));
    if let Some(home) = std::env::var_os("HOME").map(PathBuf::from) {
        dirs.push(home.join(".local/share/fonts"));
        dirs.push(home.join(".fonts"));
        dirs.push(home.join("Library/Fonts"));
    }
    dirs.push(PathBuf::from("/Library/Fonts"));
    if let Some(root) = std::env::var_os("SystemRoot").map(PathBuf::from) {
        dirs.push(root.join("Fonts"));
    }
    dirs
}

/// The font, ready to typeset and to be asked what it covers.
pub(crate) struct Loaded {
    pub(crate) font: Font,
    pub(crate) instance: FontInstance,
}

/// Finds and loads the font (46 MB, some 40 ms).
pub(crate) fn load(dirs: &[PathBuf]) -> Result<Loaded, PressError> {
    for dir in dirs {
        let mut files = Vec::new();
        collect(dir, DEPTH_MAX, &mut files);
        files.sort();
        for path in files {
            let bytes = fs::read(&path)
                .map_err(|source| PressError::FontUnreadable { path: path.clone(), source })?;
            if let Some(font) = Font::iter(Bytes::new(bytes)).find(|font| font.info().family == FAMILY) {
                // The size matters to fonts with an optical axis only; this one has none.
                let instance = font.clone().instantiate(
                    FontVariant::default(),
                    Abs::pt(10.0),
                    &FontVariations::default(),
                );
                return Ok(Loaded { font, instance });
            }
        }
    }
    Err(PressError::FontMissing { searched: dirs.to_vec() })
}

/// Files that by their name can be the font. Only these are opened: a machine may hold gigabytes of others.
fn collect(dir: &Path, depth: usize, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(dir) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            if 0 < depth {
                collect(&path, depth - 1, files);
            }
        } else if has_font_name(&path) {
            files.push(path);
        }
    }
}

fn has_font_name(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_ascii_lowercase();
    name.starts_with("ipamjm") && (name.ends_with(".ttf") || name.ends_with(".otf") || name.ends_with(".ttc"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_files_named_like_the_font_are_opened() {
        for (name, is) in [
            ("ipamjm.ttf", true),
            ("IPAMJM.TTF", true),
            ("ipamjm00601.ttf", true),
            ("ipam.ttf", false),
            ("ipamjm.zip", false),
            ("", false),
        ] {
            assert_eq!(has_font_name(Path::new(name)), is, "{name}");
        }
    }

    #[test]
    fn a_missing_font_says_what_to_install_and_where_it_looked() {
        let Err(error) = load(&[PathBuf::from("/nowhere/fonts")]) else {
            panic!("there is no font in /nowhere")
        };
        assert!(matches!(error, PressError::FontMissing { .. }));
        let message = error.to_string();
        for part in ["IPAmj明朝", FONT_PACKAGE, FONT_DIRS_VARIABLE, "/nowhere/fonts"] {
            assert!(message.contains(part), "{message}");
        }
    }
}
