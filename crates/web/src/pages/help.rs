//! The manual (手引き) as pages: `docs/manual`, carried by the program, and which part of it speaks of a screen.

use std::sync::LazyLock;

use askama::Template;
use pulldown_cmark::{CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd, html};

use super::{Shell, assets};
use crate::problem::Problem;
use crate::reply::Reply;
use crate::visit::{Visit, value_of};

/// The parts: the file's name without its ending, and its text.
const FILES: [(&str, &str); 7] = [
    ("counter", include_str!("../../../../docs/manual/counter.md")),
    ("tax", include_str!("../../../../docs/manual/tax.md")),
    ("applications", include_str!("../../../../docs/manual/applications.md")),
    ("numbers", include_str!("../../../../docs/manual/numbers.md")),
    ("links", include_str!("../../../../docs/manual/links.md")),
    ("administration", include_str!("../../../../docs/manual/administration.md")),
    ("vendors", include_str!("../../../../docs/manual/vendors.md")),
];

/// What speaks of the screens whose addresses begin so; the longest that fits counts.
const SCREENS: &[(&str, &str)] = &[
    ("/", ""),
    ("/residents", "counter"),
    ("/residents/compare", "counter#並べて比べる"),
    ("/households", "counter"),
    ("/provisional", "counter"),
    ("/applications", "counter"),
    ("/statistics", "counter"),
    ("/f/resident-register", "counter"),
    ("/f/addressee", "tax"),
    ("/f/light-vehicle-tax", "tax"),
    ("/f/tax-collection", "tax"),
    ("/f/application-management", "applications"),
    ("/f/integrated-addressee", "numbers"),
    ("/f/media-register", "links#媒体管理簿"),
    ("/euc", "counter#データ抽出euc"),
    ("/inquiries", "links#照会"),
    ("/links", "links"),
    ("/links/map", "links#地図"),
    ("/links/calendar", "links#予定"),
    ("/links/lists", "links#連携一覧"),
    ("/links/ledger", "links#連携日計"),
    ("/users", "administration#利用者"),
    ("/groups", "administration#利用者"),
    ("/password", "administration#利用者"),
    ("/second-factor", "administration#セキュリティキーとパスキー"),
    ("/login/code", "administration#セキュリティキーとパスキー"),
    ("/login/key", "administration#セキュリティキーとパスキー"),
    ("/audit", "administration#監査と検証"),
];

/// A section is found by its words; of longer ones only the beginning is shown.
const EXCERPT_CHARS: usize = 90;
/// Sections a search shows.
const FOUND_MAX: usize = 30;

/// One heading with what stands below it.
struct Section {
    level: u8,
    anchor: String,
    words: String,
    /// The text below, for searching.
    text: String,
}

/// One part of the manual.
struct Part {
    name: &'static str,
    title: String,
    body: String,
    sections: Vec<Section>,
}

static PARTS: LazyLock<Vec<Part>> =
    LazyLock::new(|| FILES.iter().map(|(name, text)| part(name, text)).collect());

/// Where the manual speaks of a screen.
pub(crate) fn of_screen(path: &str) -> String {
    let begins = |start: &str| {
        path == start || path.strip_prefix(start).is_some_and(|rest| start == "/" || rest.starts_with('/'))
    };
    let found = SCREENS.iter().filter(|(start, _)| begins(start)).max_by_key(|(start, _)| start.len());
    match found.map_or("", |(_, place)| *place) {
        "" => "/help".to_owned(),
        place => format!("/help/{place}"),
    }
}

/// One line of a table of contents.
struct Entry {
    href: String,
    words: String,
    level: u8,
}

/// One section a search found.
struct Found {
    href: String,
    words: String,
    excerpt: String,
}

#[derive(Template)]
#[template(path = "help_list.html")]
struct ListPage {
    shell: Shell,
    q: String,
    found: Vec<Found>,
    more: bool,
    parts: Vec<(String, String, Vec<Entry>)>,
}

/// All parts, or what a search finds in them.
pub(crate) fn list(visit: &Visit) -> Result<Reply, Problem> {
    let q = value_of(&visit.query, "q").trim().to_owned();
    let mut found = if q.is_empty() { Vec::new() } else { search(&q) };
    let more = FOUND_MAX < found.len();
    found.truncate(FOUND_MAX);
    let parts = PARTS
        .iter()
        .map(|part| {
            let entries = part.sections.iter().filter(|section| section.level == 2);
            let entry = |section: &Section| Entry {
                href: format!("/help/{}#{}", part.name, section.anchor),
                words: section.words.clone(),
                level: section.level,
            };
            (format!("/help/{}", part.name), part.title.clone(), entries.map(entry).collect())
        })
        .collect();
    Reply::page(&ListPage { shell: Shell::here(visit), q, found, more, parts })
}

/// The sections that hold all words, those that hold them in their heading first.
fn search(q: &str) -> Vec<Found> {
    let words: Vec<&str> = q.split_whitespace().collect();
    let mut hits = Vec::new();
    for part in PARTS.iter() {
        for section in &part.sections {
            let in_heading = words.iter().all(|word| section.words.contains(word));
            let holds = |word: &&str| section.words.contains(*word) || section.text.contains(*word);
            if words.iter().all(holds) {
                hits.push((
                    !in_heading,
                    Found {
                        href: format!("/help/{}#{}", part.name, section.anchor),
                        words: format!("{}　{}", part.title, section.words),
                        excerpt: excerpt(&section.text, words.first().copied().unwrap_or_default()),
                    },
                ));
            }
        }
    }
    hits.sort_by_key(|(late, _)| *late);
    hits.into_iter().map(|(_, found)| found).collect()
}

/// The text around a word.
fn excerpt(text: &str, word: &str) -> String {
    let at = text.find(word).unwrap_or_default();
    let before = text.get(..at).unwrap_or_default().chars().count();
    let start = before.saturating_sub(EXCERPT_CHARS / 3);
    let shown: String = text.chars().skip(start).take(EXCERPT_CHARS).collect();
    format!("{}{shown}…", if start == 0 { "" } else { "…" })
}

#[derive(Template)]
#[template(path = "help.html")]
struct PartPage {
    shell: Shell,
    contents: Vec<Entry>,
    body: &'static str,
}

/// One part.
pub(crate) fn show(visit: &Visit) -> Result<Reply, Problem> {
    let name = visit.param("part");
    let Some(part) = PARTS.iter().find(|part| part.name == name) else {
        return Err(Problem::not_found(format!("手引きに「{name}」という編はありません。")));
    };
    let contents = part.sections.iter().map(|section| Entry {
        href: format!("#{}", section.anchor),
        words: section.words.clone(),
        level: section.level,
    });
    Reply::page(&PartPage {
        shell: Shell::titled(visit, &part.title).above("手引き"),
        contents: contents.collect(),
        body: &part.body,
    })
}

/// Reads one part. Its first heading is the title of the page and is not repeated in it.
fn part(name: &'static str, text: &str) -> Part {
    let mut part = Part { name, title: String::new(), body: String::new(), sections: Vec::<Section>::new() };
    let mut shown: Vec<Event<'_>> = Vec::new();
    let mut heading: Option<(HeadingLevel, String)> = None;
    let mut picture: Option<(String, String)> = None;
    let mut linked: Vec<bool> = Vec::new();
    let mut last: Option<char> = None;
    for (event, next) in with_next(Parser::new_ext(text, Options::ENABLE_TABLES)) {
        match event {
            Event::Start(Tag::Heading { level, .. }) => heading = Some((level, String::new())),
            Event::End(TagEnd::Heading(_)) => {
                let Some((level, words)) = heading.take() else { continue };
                if level == HeadingLevel::H1 {
                    part.title = words;
                    continue;
                }
                let anchor = anchor(&words, &part.sections);
                let tag = level.to_string();
                let opening = format!("<{tag} id=\"{anchor}\" tabindex=\"-1\">");
                shown.push(Event::InlineHtml(opening.into()));
                shown.push(Event::Text(words.clone().into()));
                shown.push(Event::InlineHtml(format!("</{tag}>\n").into()));
                let level = if level == HeadingLevel::H2 { 2 } else { 3 };
                part.sections.push(Section { level, anchor, words, text: String::new() });
            }
            // A picture stands for itself, with its words below.
            Event::Start(Tag::Image { dest_url, .. }) => {
                picture = Some((dest_url.to_string(), String::new()))
            }
            Event::Text(words) if picture.is_some() => {
                if let Some((_, said)) = &mut picture {
                    said.push_str(&words);
                }
            }
            Event::End(TagEnd::Image) => {
                if let Some((file, said)) = picture.take() {
                    shown.push(Event::InlineHtml(figure(&file, &said).into()));
                }
            }
            Event::Text(words) | Event::Code(words) if heading.is_some() => {
                if let Some((_, held)) = &mut heading {
                    held.push_str(&words);
                }
            }
            _ if heading.is_some() => {}
            // A link into the manual stays; one to a file beside it leads nowhere here and is only text.
            Event::Start(Tag::Link { link_type, dest_url, title, id }) => {
                let target = target(&dest_url);
                linked.push(target.is_some());
                if let Some(target) = target {
                    let dest_url = CowStr::from(target);
                    shown.push(Event::Start(Tag::Link { link_type, dest_url, title, id }));
                }
            }
            Event::End(TagEnd::Link) => {
                if linked.pop().unwrap_or_default() {
                    shown.push(Event::End(TagEnd::Link));
                }
            }
            // Between two Japanese letters the end of a line in the file is no space.
            Event::SoftBreak => {
                let is_wide = |c: Option<char>| c.is_some_and(|c| !c.is_ascii());
                if !(is_wide(last) && is_wide(next)) {
                    shown.push(Event::SoftBreak);
                }
            }
            Event::Text(ref words) | Event::Code(ref words) => {
                last = words.chars().last();
                if let Some(section) = part.sections.last_mut() {
                    section.text.push_str(words);
                }
                shown.push(event);
            }
            // Our own files hold none; what looks like it is shown as it stands.
            Event::Html(words) | Event::InlineHtml(words) => shown.push(Event::Text(words)),
            other => {
                if let (Event::End(_), Some(section)) = (&other, part.sections.last_mut()) {
                    section.text.push(' ');
                }
                shown.push(other);
            }
        }
    }
    html::push_html(&mut part.body, shown.into_iter());
    part
}

/// A picture of a screen, fetched when it comes into sight. What is not carried leaves its words.
fn figure(file: &str, said: &str) -> String {
    let words = said.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    let carried = |name: &&str| assets::PICTURES.iter().any(|(known, _)| known == name);
    let image = file.strip_prefix("pictures/").filter(carried).map(assets::address).map(|address| {
        format!("<img src=\"{address}\" alt=\"\" width=\"1024\" height=\"768\" loading=\"lazy\">")
    });
    format!(
        "<span class=\"figure\">{}<span class=\"quiet small\">{words}</span></span>",
        image.unwrap_or_default()
    )
}

/// Each event with the first letter that follows it.
fn with_next<'t>(events: impl Iterator<Item = Event<'t>>) -> impl Iterator<Item = (Event<'t>, Option<char>)> {
    let events: Vec<Event<'t>> = events.collect();
    let first = |event: &Event<'_>| match event {
        Event::Text(words) | Event::Code(words) => words.chars().next(),
        _ => None,
    };
    let nexts: Vec<Option<char>> =
        (0..events.len()).map(|at| events.iter().skip(at + 1).find_map(first)).collect();
    events.into_iter().zip(nexts)
}

/// Where a link of the files leads here.
fn target(link: &str) -> Option<String> {
    if link.starts_with('#') || link.starts_with("https://") || link.starts_with('/') {
        return Some(link.to_owned());
    }
    let (file, anchor) = link.split_once('#').map_or((link, ""), |(file, anchor)| (file, anchor));
    let name = file.strip_suffix(".md")?;
    FILES.iter().find(|(known, _)| *known == name)?;
    let anchor = if anchor.is_empty() { String::new() } else { format!("#{anchor}") };
    Some(format!("/help/{name}{anchor}"))
}

/// The name of a heading in addresses, as the usual renderers make it: letters and digits, spaces as hyphens.
fn anchor(words: &str, before: &[Section]) -> String {
    let plain: String = words
        .to_lowercase()
        .chars()
        .filter_map(|c| match c {
            ' ' => Some('-'),
            '-' | '_' => Some(c),
            c if c.is_alphanumeric() => Some(c),
            _ => None,
        })
        .collect();
    let same = |anchor: &str| before.iter().any(|section| section.anchor == anchor);
    let numbered = (1..).map(|no| format!("{plain}-{no}"));
    std::iter::once(plain.clone()).chain(numbered).find(|anchor| !same(anchor)).unwrap_or(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has(place: &str) -> bool {
        let (name, anchor) = place.split_once('#').unwrap_or((place, ""));
        PARTS.iter().any(|part| {
            part.name == name
                && (anchor.is_empty() || part.sections.iter().any(|section| section.anchor == anchor))
        })
    }

    #[test]
    fn every_screen_is_spoken_of_where_it_says() {
        for (start, place) in SCREENS {
            assert!(place.is_empty() || has(place), "{start}: {place}");
        }
        for (path, expected) in [
            ("/", "/help"),
            ("/links/calendar/year", "/help/links#予定"),
            ("/links/some-link/3", "/help/links"),
            ("/linksome", "/help"),
            ("/f/tax-collection/clear", "/help/tax"),
        ] {
            assert_eq!(of_screen(path), expected, "{path}");
        }
    }

    #[test]
    fn every_link_of_the_manual_leads_somewhere() {
        for part in PARTS.iter() {
            assert!(!part.title.is_empty() && !part.sections.is_empty(), "{}", part.name);
            for found in part.body.split("href=\"").skip(1) {
                let href = found.split('"').next().unwrap_or_default();
                let decoded: String =
                    form_urlencoded::parse(format!("h={}", href.replace('+', "%2B")).as_bytes())
                        .map(|(_, value)| value.into_owned())
                        .collect();
                let place = match decoded.strip_prefix('#') {
                    Some(anchor) => format!("{}#{anchor}", part.name),
                    None => decoded.strip_prefix("/help/").unwrap_or_default().to_owned(),
                };
                assert!(decoded.starts_with("https://") || has(&place), "{}: {decoded}", part.name);
            }
        }
    }

    #[test]
    fn every_picture_of_the_manual_is_carried_and_every_carried_one_is_in_it() {
        let mut shown: Vec<&str> = FILES
            .iter()
            .flat_map(|(_, text)| text.split("](pictures/").skip(1))
            .map(|rest| rest.split(')').next().unwrap_or_default())
            .collect();
        shown.sort_unstable();
        let mut carried: Vec<&str> = assets::PICTURES.iter().map(|(name, _)| *name).collect();
        carried.sort_unstable();
        assert_eq!(shown, carried);
        for (name, bytes) in assets::PICTURES {
            assert!(bytes.starts_with(b"RIFF") && bytes.len() < 150_000, "{name}: {} bytes", bytes.len());
        }
        let links = PARTS.iter().find(|part| part.name == "links").unwrap();
        assert!(links.body.contains("monitor.webp\" alt=\"\""), "{}", links.body);
        assert!(links.body.contains("良くないものが上に来ます</span>"), "{}", links.body);
    }

    #[test]
    fn lines_of_japanese_are_joined_without_a_space() {
        let part =
            part("counter", "# 題\n\n## 節 A\n\n一行目の\n二行目 and\nthree `x`\n終わり<b>\n\n## 節 A\n");
        assert_eq!(part.title, "題");
        assert!(
            part.body.contains("<p>一行目の二行目 and\nthree <code>x</code>\n終わり&lt;b&gt;</p>"),
            "{}",
            part.body
        );
        let anchors: Vec<&str> = part.sections.iter().map(|section| section.anchor.as_str()).collect();
        assert_eq!(anchors, ["節-a", "節-a-1"]);
    }

    #[test]
    fn a_search_finds_headings_first() {
        let found = search("予定");
        assert!(found.len() > 1 && found[0].words.contains("予定"), "{:?}", found[0].words);
        assert!(search("そんな言葉は手引きにありません").is_empty());
    }
}
