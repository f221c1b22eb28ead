//! The municipality, its districts and addresses.

use domain::Address;

use crate::data::{Data, Place, Share};
use crate::rng::Rng;
use crate::table::{Weighted, rows};

/// A municipality (市区町村) and its districts.
#[derive(Clone, Debug)]
pub struct Municipality {
    /// 団体コード, six digits.
    pub code: String,
    /// 都道府県.
    pub prefecture: String,
    /// 市区郡町村名.
    pub name: String,
    /// 町字; without any, addresses end at the municipality.
    pub areas: Vec<Area>,
}

/// A district of a municipality (町字).
#[derive(Clone, Debug)]
pub struct Area {
    /// 町字コード, seven digits.
    pub code: String,
    /// 町字.
    pub name: String,
    /// 町字のフリガナ.
    pub kana: String,
    /// 郵便番号, seven digits.
    pub postcode: String,
    /// How many households live there, against the others.
    pub weight: u32,
    /// Whether lots are numbered by block and house (住居表示), not by land parcel (番地).
    pub by_block: bool,
    /// The highest block or parcel.
    pub numbers: i32,
    /// Households per 1,000 that live in a building with a name (方書).
    pub apartments: u32,
}

impl Default for Municipality {
    /// The invented town 架空県みなと郡台帳町 with its thirteen districts. Its code 477991 has a right check digit and
    /// belongs to no municipality.
    fn default() -> Municipality {
        let row = rows(include_str!("../../../standards/town/municipality.tsv")).next();
        let cell = |column| row.as_ref().map_or("", |row| row.text(column)).to_owned();
        let areas = rows(include_str!("../../../standards/town/areas.tsv"))
            .map(|row| Area {
                code: row.text(0).to_owned(),
                name: row.text(1).to_owned(),
                kana: row.text(2).to_owned(),
                postcode: row.text(3).to_owned(),
                weight: row.number(4),
                by_block: row.text(5) == "block",
                numbers: row.number(6),
                apartments: row.number(7),
            })
            .collect();
        Municipality { code: cell(0), prefecture: cell(1), name: cell(2), areas }
    }
}

/// Makes addresses of one municipality.
#[derive(Clone, Debug)]
pub(crate) struct Addresses {
    municipality: Municipality,
    areas: Weighted<usize>,
}

impl Addresses {
    pub(crate) fn new(municipality: Municipality) -> Addresses {
        let areas = municipality.areas.iter().enumerate().map(|(at, area)| (area.weight, at)).collect();
        Addresses { municipality, areas }
    }

    fn area(&self, rng: &mut Rng) -> Option<&Area> {
        self.municipality.areas.get(*self.areas.pick(rng)?)
    }

    /// A home in the town; one in a building with a name more often when the household is `small`.
    pub(crate) fn home(&self, rng: &mut Rng, data: &Data, small: bool) -> Address {
        let Some(area) = self.area(rng) else { return self.in_town(None, String::new()) };
        let lot = lot(rng, area.by_block, area.numbers);
        let share = if small { area.apartments.saturating_mul(3) / 2 } else { area.apartments / 2 };
        let building = rng.per_mille(share).then(|| building(rng, data));
        Address { building, ..self.in_town(Some(area), lot) }
    }

    /// A registered domicile (本籍): a lot without a house number.
    pub(crate) fn domicile(&self, rng: &mut Rng, data: &Data) -> Address {
        if data.chance(rng, Share::DomicileInTown)
            && let Some(area) = self.area(rng)
        {
            let number = wide(rng.between(1, area.numbers));
            let lot = format!("{number}{}", if area.by_block { "番" } else { "番地" });
            return Address { postcode: None, ..self.in_town(Some(area), lot) };
        }
        let Some(place) = data.domiciles.pick(rng) else { return Address::default() };
        let lot = format!("{}番地", wide(rng.between(1, 2900)));
        Address { postcode: None, ..elsewhere(place, lot) }
    }

    fn in_town(&self, area: Option<&Area>, lot: String) -> Address {
        Address {
            municipality_code: Some(self.municipality.code.clone()),
            town_code: area.map(|area| area.code.clone()),
            prefecture: self.municipality.prefecture.clone(),
            municipality: self.municipality.name.clone(),
            town: area.map(|area| area.name.clone()).unwrap_or_default(),
            lot,
            building: None,
            postcode: area.map(|area| area.postcode.clone()),
            country: None,
            overseas: None,
        }
    }
}

/// Where somebody came from (転入前住所).
pub(crate) fn came_from(rng: &mut Rng, data: &Data) -> Option<Address> {
    let place = data.came_from.pick(rng)?;
    let by_block = rng.per_mille(500);
    let lot = lot(rng, by_block, if by_block { 40 } else { 2600 });
    let building = rng.per_mille(320).then(|| building(rng, data));
    Some(Address { building, ..elsewhere(place, lot) })
}

/// An address abroad of which only the country is known.
pub(crate) fn abroad(country: &str) -> Address {
    Address { country: Some(country.to_owned()), ..Address::default() }
}

fn elsewhere(place: &Place, lot: String) -> Address {
    if let Some(country) = place.country {
        return Address { overseas: Some(place.overseas.to_owned()), ..abroad(country) };
    }
    Address {
        municipality_code: Some(place.code.to_owned()),
        prefecture: place.prefecture.to_owned(),
        municipality: place.municipality.to_owned(),
        town: place.town.to_owned(),
        lot,
        postcode: Some(place.postcode.to_owned()),
        ..Address::default()
    }
}

fn lot(rng: &mut Rng, by_block: bool, numbers: i32) -> String {
    let number = wide(rng.between(1, numbers));
    if by_block {
        return format!("{number}番{}号", wide(rng.between(1, 32)));
    }
    match rng.below(10) {
        0..5 => format!("{number}番地"),
        5..9 => format!("{number}番地{}", wide(rng.between(1, 18))),
        _ => format!("{number}番地の{}", wide(rng.between(1, 6))),
    }
}

fn building(rng: &mut Rng, data: &Data) -> String {
    let Some(building) = data.buildings.pick(rng) else { return String::new() };
    let name = if building.name.contains("{family}") {
        building.name.replace("{family}", data.family(rng).text)
    } else {
        building.name.to_owned()
    };
    if building.floors == 0 {
        return name;
    }
    let room = rng.between(1, building.floors) * 100 + rng.between(1, building.rooms);
    format!("{name}\u{3000}{}号", wide(room))
}

/// A number in full-width digits, as registers write lots.
fn wide(number: i32) -> String {
    let full_width = |c: char| match c.to_digit(10) {
        Some(digit) => char::from_u32(0xFF10 + digit).unwrap_or(c),
        None => c,
    };
    number.to_string().chars().map(full_width).collect()
}
