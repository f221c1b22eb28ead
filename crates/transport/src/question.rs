//! Questions and answers about single persons or things (照会), as they travel between machines.

use serde::{Deserialize, Serialize};

/// What is asked (照会).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// Whom or what it is about, such as 宛名番号; each once.
    pub subjects: Vec<String>,
    /// What for (目的), in the words of the person who asks.
    pub purpose: String,
}

/// What is answered (回答).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// The number under which the answering side has recorded it, counted for each link without gaps.
    pub no: u64,
    /// The names of the items, in the order of each row's values.
    pub items: Vec<String>,
    /// One row for each subject that was found.
    pub rows: Vec<Vec<String>>,
    /// Subjects of which the answering side has nothing.
    pub missing: Vec<String>,
}

impl Answer {
    /// What is wrong with an answer of another side, in Japanese; none when it can be shown.
    #[must_use]
    pub fn fault(&self, question: &Question) -> Option<String> {
        if let Some(row) = self.rows.iter().find(|row| row.len() != self.items.len()) {
            return Some(format!(
                "回答の行に値が{}個ありますが、項目は{}個です",
                row.len(),
                self.items.len()
            ));
        }
        if question.subjects.len() < self.rows.len().saturating_add(self.missing.len()) {
            return Some(format!(
                "{}件の照会に、{}件の回答が返りました",
                question.subjects.len(),
                self.rows.len().saturating_add(self.missing.len())
            ));
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_must_fit_its_question() {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let question = Question { subjects: texts(&["1", "2"]), purpose: "転出".to_owned() };
        let answer = |rows: &[&[&str]], missing: &[&str]| Answer {
            no: 1,
            items: texts(&["addressee_no", "seal"]),
            rows: rows.iter().map(|row| texts(row)).collect(),
            missing: texts(missing),
        };
        for (answer, fault) in [
            (answer(&[&["1", "有"], &["2", ""]], &[]), None),
            (answer(&[&["1", "有"]], &["2"]), None),
            (answer(&[], &["1", "2"]), None),
            (answer(&[&["1"]], &[]), Some("回答の行に値が1個ありますが、項目は2個です")),
            (answer(&[&["1", ""], &["2", ""]], &["3"]), Some("2件の照会に、3件の回答が返りました")),
        ] {
            assert_eq!(answer.fault(&question).as_deref(), fault, "{answer:?}");
        }
    }
}
