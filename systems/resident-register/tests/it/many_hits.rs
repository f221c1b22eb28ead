//! A search of many says of each what an inquiry of one says, however the suppressions were read.

use domain::{RegisterDate, Sex};
use serde_json::{Value, json};

use crate::cases::usual;
use crate::town::{Described, Town};

fn done(town: &mut Town, function: &str, words: Value) {
    let mut input = usual(function, town.today);
    for (name, value) in words.as_object().unwrap() {
        input[name] = value.clone();
    }
    let ran = town.run(function, "clerk", &input, true);
    assert!(ran.committed, "{function}: {:?}", ran.findings);
}

#[test]
fn a_row_among_many_is_the_row_alone() {
    let mut town = Town::new();
    let names: Vec<String> = (1..=40).map(|at| format!("住民{at:02}")).collect();
    for (at, pair) in names.chunks(2).enumerate() {
        let member = |name, relation, birth: &str| Described {
            name,
            relation,
            sex: Sex::Female,
            birth: RegisterDate::parse_input(birth).unwrap(),
        };
        town.household(
            &format!("{}番地", at + 1),
            &[member(&pair[0], "世帯主", "1980-01-01"), member(&pair[1], "子", "2010-01-01")],
        );
    }
    let no = |town: &Town, name: &str| town.person(name).addressee_no;
    // Of a person, of a household, released for a while, ended, of a process that hides nothing, yet to begin.
    let inquiry = |words: Value| {
        let mut input = json!({ "certificate": "none", "inquiry": "error" });
        input.as_object_mut().unwrap().extend(words.as_object().unwrap().clone());
        input
    };
    let of = |town: &Town, name: &str| inquiry(json!({ "addressee_no": no(town, name) }));
    let input = of(&town, "住民03");
    done(&mut town, "suppression-set", input);
    let household = town.person("住民09").household_no;
    done(&mut town, "suppression-set", inquiry(json!({ "household_no": household })));
    let input = of(&town, "住民15");
    done(&mut town, "suppression-set", input);
    done(&mut town, "suppression-release", json!({ "suppression_no": "00000003" }));
    let input = of(&town, "住民21");
    done(&mut town, "suppression-set", input);
    done(&mut town, "suppression-end", json!({ "suppression_no": "00000004" }));
    let alert = json!({ "addressee_no": no(&town, "住民27"), "certificate": "alert" });
    done(&mut town, "suppression-set", alert);
    let applicant = json!({ "applicant": no(&town, "住民33") });
    done(&mut town, "support-apply", applicant);
    let mut rows = |words: Value| -> Vec<Value> {
        let ran = town.run("search", "clerk", &words, true);
        ran.outcome.answer.unwrap().data["rows"].as_array().unwrap().clone()
    };
    let many = rows(json!({ "name": "住民" }));
    assert_eq!(many.len(), 40);
    let mut hidden = 0;
    for row in many {
        assert_eq!(rows(json!({ "addressee_no": row["addressee_no"] })), std::slice::from_ref(&row));
        hidden += usize::from(row["concealed"] == json!(true));
    }
    // The households of 03, 09 and 33.
    assert_eq!(hidden, 6);
}
