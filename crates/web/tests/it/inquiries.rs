//! Questions over links: a clerk on the screen, and another system over HTTP.

use linkage::{DELIVERY, Delivery};
use office::ListFile;
use register::AsOf;
use transport::http::{HttpPlace, SecretMethod};
use transport::{Place, Question};

use super::client::Client;
use super::house::{House, three_people};
use super::partners::{Served, cause, options, serve_house};
use super::soap;

/// The link of this id; partners of the tests are bound to `l` and `m`.
fn link(id: &str) -> ListFile {
    let text = format!(
        "id = \"{id}\"\ntitle = \"住民票情報照会\"\nrows = [\"city:25\"]\nsource = \"resident-register\"\n\
         target = \"seal-registration\"\ndataset = \"resident-register/resident\"\nmethod = \"immediate\"\n\
         timing = \"on-request\"\nextent = \"difference\"\nunmappable = \"reject\"\nrows_per_delivery_max = 100\n\
         exclusive_lock = false\nassurance = \"none\"\n[delivery.inquiry]\nsubjects_max = 2\n"
    );
    ListFile { name: format!("{id}.toml"), text }
}

/// A town that answers questions over `l`, about a family.
pub(crate) fn house() -> House {
    let house = House::with(|sources| sources.links.extend(["l", "n"].map(link))).unwrap();
    house.finalized("resident-register/move-in", &three_people()).unwrap();
    house
}

fn people(house: &House) -> Vec<String> {
    house.numbers("カツラギ").unwrap()
}

fn question(subjects: &[&str], purpose: &str) -> Question {
    Question { subjects: subjects.iter().map(|one| (*one).to_owned()).collect(), purpose: purpose.into() }
}

#[test]
fn another_system_asks_over_http() {
    another_system_asks(|served| HttpPlace::at(options(&served.base, 0, SecretMethod::Jwt)).unwrap());
}

#[test]
fn another_system_asks_over_soap() {
    another_system_asks(|served| soap::place(served, 0));
}

fn another_system_asks(at: fn(&Served) -> HttpPlace) {
    let served = serve_house(house(), 1);
    let people = people(&served.house);
    let place = at(&served);
    let answer = place.ask("l", &question(&[&people[0], "9"], "印鑑登録の受付")).unwrap();
    let at = answer.items.iter().position(|item| item == "addressee_no").unwrap();
    assert_eq!((answer.no, &answer.rows[0][at], &*answer.missing), (1, &people[0], &["9".to_owned()][..]));

    // Each case: link, subjects, purpose, and a part of what is told.
    for (link, subjects, purpose, told) in [
        ("n", &["1"][..], "受付", "この連携先に、連携「n」は開かれていません"),
        ("m", &["1"], "受付", "ありません"),
        ("l", &["1", "2", "3"], "受付", "一度に2件までです"),
        ("l", &[], "受付", "照会する対象がありません"),
        ("l", &["1"], "", "目的がありません"),
    ] {
        let error = place.ask(link, &question(subjects, purpose)).unwrap_err();
        let said = cause(&error);
        assert!(said.contains(told), "{link} {subjects:?}: {said}");
    }
    let view = served.house.office.journal().view(AsOf::default()).unwrap();
    let stored = view.get(&DELIVERY, &Delivery::key_of("l", 1)).unwrap().unwrap();
    assert_eq!(stored.typed::<Delivery>().unwrap().record.asked, [people[0].as_str(), "9"]);
    assert!(view.get(&DELIVERY, &Delivery::key_of("l", 2)).unwrap().is_none(), "refusals take no number");
}

#[test]
fn a_partner_asks_nobody_in_the_towns_name() {
    let asks = |sources: &mut office::LinkSources| {
        let mut outside = link("l");
        outside.text = outside.text.replace("source = \"resident-register\"", "source = \"tax-suite\"");
        outside.text.push_str("place = \"welfare-suite\"\n");
        sources.links.push(outside);
    };
    let served = serve_house(House::with(asks).unwrap(), 1);
    let running = served.house.office.links().get("l").unwrap();
    assert!(matches!(running.ready, Ok(office::Ready::Asks { .. })), "{:?}", running.ready.as_ref().err());
    let place = HttpPlace::at(options(&served.base, 0, SecretMethod::Jwt)).unwrap();
    let said = cause(&place.ask("l", &question(&["1"], "受付")).unwrap_err());
    assert!(said.contains("台帳が答える照会の連携ではありません"), "{said}");
}

#[tokio::test]
async fn a_clerk_asks_on_the_screen() {
    let house = house();
    let people = people(&house);
    let router = web::router(house.desk());
    let clerk = Client::of(&router, "tanaka").await;
    let list = clerk.get("/inquiries").await;
    assert!(list.has("href=\"/inquiries/l\"") && list.has("印鑑登録"), "{}", list.text);
    let form = clerk.get("/inquiries/l").await;
    assert!(form.has("name=\"purpose\""), "{}", form.text);
    let subjects = format!("{}\u{3000}9", people[0]);
    let answer = clerk.post("/inquiries/l", &[("subjects", &subjects), ("purpose", "転出の受付")]).await;
    assert!(
        answer.has("1件") && answer.has("該当なし 1件") && answer.has("葛\u{e0102}城"),
        "{}",
        answer.text
    );
    let refused = clerk.post("/inquiries/l", &[("subjects", &subjects), ("purpose", "")]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.has("目的がありません") && refused.has(&subjects), "{}", refused.text);
    let reader = Client::of(&router, "reader").await.get("/inquiries").await;
    assert_eq!(reader.status, 403, "without the right");
}
