//! Lists of codes and characters, written short: `F040-F07E F080-F0FC`.

/// What a program refuses.
pub(super) const REFUSED: &str = "!";
/// What a program leaves out without a word.
pub(super) const NOTHING: &str = "-";
/// What a program writes for a character without its selector.
pub(super) const BASE: &str = "=base";
/// Every registered sequence whose base the program writes.
pub(super) const SEQUENCES: &str = "IVD";

/// A list that grows by one item at a time; neighbours in number become a range, and the same again is counted.
#[derive(Default)]
pub(super) struct List(Vec<Part>);

struct Part {
    first: String,
    last: String,
    times: usize,
}

impl List {
    /// How many parts it has.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    pub(super) fn push(&mut self, name: &str) {
        match self.0.last_mut() {
            Some(part) if part.first == part.last && part.last == name => part.times += 1,
            Some(part) if part.times == 1 && next(&part.last).as_deref() == Some(name) => {
                name.clone_into(&mut part.last);
            }
            _ => self.0.push(Part { first: name.to_owned(), last: name.to_owned(), times: 1 }),
        }
    }

    /// The list as it stands in a table. A word such as [`REFUSED`] is said once for all.
    pub(super) fn render(&self) -> String {
        let parts = self.0.iter().map(|Part { first, last, times }| match (first == last, times) {
            (true, times) if 1 < *times && word(first).is_none() => format!("{first}*{times}"),
            (true, _) => first.clone(),
            (false, _) => format!("{first}-{last}"),
        });
        parts.collect::<Vec<String>>().join(" ")
    }
}

/// The word, if it is one that stands for every item of a list.
pub(super) fn word(name: &str) -> Option<&'static str> {
    [REFUSED, NOTHING, BASE, SEQUENCES].into_iter().find(|word| *word == name)
}

/// The items of a list, of which it has `count`.
#[cfg(test)]
pub(super) fn expand(list: &str, count: usize) -> Option<Vec<String>> {
    if word(list).is_some() {
        return Some(vec![list.to_owned(); count]);
    }
    let mut items = Vec::with_capacity(count);
    for part in list.split(' ') {
        if let Some((name, times)) = part.split_once('*') {
            items.extend(std::iter::repeat_n(name.to_owned(), times.parse().ok()?));
            continue;
        }
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let mut name = first.to_owned();
        while name != last && items.len() < count {
            let following = next(&name)?;
            items.push(std::mem::replace(&mut name, following));
        }
        items.push(name);
    }
    (items.len() == count).then_some(items)
}

/// The next code or code point: one more in number, of no fewer digits.
fn next(name: &str) -> Option<String> {
    let number = u32::from_str_radix(name, 16).ok()?;
    Some(format!("{:0width$X}", number.checked_add(1)?, width = name.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_become_ranges_and_come_back() {
        for (items, want) in [
            (vec!["F040", "F041", "F043"], "F040-F041 F043"),
            (vec!["FFFF", "10000", "20000"], "FFFF-10000 20000"),
            (vec!["8FF5A1", "8FF5A2"], "8FF5A1-8FF5A2"),
            (vec!["304B+309A", "304D+309A"], "304B+309A 304D+309A"),
            (vec!["!", "!", "!"], "!"),
            (vec!["7F", "7F", "80", "7F"], "7F*2 80 7F"),
        ] {
            let mut list = List::default();
            items.iter().for_each(|item| list.push(item));
            assert_eq!(list.render(), want);
            assert_eq!(expand(want, items.len()).unwrap(), items);
        }
        assert_eq!(expand("F040-F041", 3), None, "the count is checked");
        assert_eq!(expand("F041-F040", 3), None, "a range that never ends is no range");
    }
}
