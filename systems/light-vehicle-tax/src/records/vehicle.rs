//! Vehicles (軽自動車等) and who holds them.

use std::fmt;

use domain::{AddresseeNo, Date};
use register::{Column, Kind, Record};
use serde::{Deserialize, Serialize};

use crate::rules::{self, Fuel, Month, Use};

/// Vehicles (車両) by 車両番号. Plate and chassis are unique among those in use.
pub static VEHICLE: Kind = Kind::new("light-vehicle-tax/vehicle", "車両").columns(&[
    Column::unique("active_plate", "使用中の標識番号"),
    Column::unique("active_chassis", "使用中の車台番号"),
    Column::plain("taxpayer_no", "納税義務者の宛名番号"),
]);

/// The last number given (採番), by what is numbered.
pub static SERIAL: Kind = Kind::new("light-vehicle-tax/serial", "採番");

/// A plate (標識番号, 車両番号標).
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Plate {
    /// 地域名, such as the town's name or 鳥取.
    pub area: String,
    /// 分類番号, such as 580; plates of a town often have none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub class: String,
    /// かな.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub kana: String,
    /// 一連指定番号.
    pub number: String,
}

impl Plate {
    /// The spelling plates are compared by.
    pub fn key(&self) -> String {
        spelled(&format!("{}{}{}{}", self.area, self.class, self.kana, self.number))
    }
}

impl fmt::Display for Plate {
    /// 鳥取 580 あ 1234.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = [&self.area, &self.class, &self.kana, &self.number];
        let filled: Vec<&str> =
            parts.into_iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
        f.write_str(&filled.join(" "))
    }
}

/// One spelling for plates and chassis: half-width, capitals, without spaces.
pub(crate) fn spelled(text: &str) -> String {
    let narrow = |c: char| match c {
        '！'..='～' => char::from_u32(u32::from(c).saturating_sub(0xFEE0)).unwrap_or(c),
        'ー' | '‐' | '−' | '―' => '-',
        other => other,
    };
    text.chars().map(narrow).filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_uppercase()).collect()
}

/// Who holds a vehicle from a day on (所有者・使用者).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holding {
    /// From this day.
    pub from: Date,
    /// 所有者.
    pub owner_no: AddresseeNo,
    /// 使用者.
    pub user_no: AddresseeNo,
    /// 所有権留保: sold, and kept by the seller until it is paid.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reserved: bool,
    /// Why (事由), a code of `registrations.tsv` or `changes.tsv`.
    pub reason: String,
}

impl Holding {
    /// The taxpayer (納税義務者): the owner; under a reservation of ownership the buyer, who uses it.
    ///
    /// Source: 地方税法 463条の2第1項（みなす課税）, 443条.
    pub fn taxpayer_no(&self) -> AddresseeNo {
        if self.reserved { self.user_no } else { self.owner_no }
    }
}

/// Where the facts of a vehicle came from (登録元).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Source {
    /// 窓口.
    #[default]
    Counter,
    /// 軽自動車協会のデータ.
    Association,
    /// 紙の申告書.
    Paper,
}

impl Source {
    /// The Japanese word.
    pub fn label(self) -> &'static str {
        match self {
            Source::Counter => "窓口",
            Source::Association => "軽自動車協会",
            Source::Paper => "紙の申告書",
        }
    }
}

/// What the tax of a vehicle depended on until a day (変更前の諸元).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Former {
    /// The last day.
    pub until: Date,
    /// 車種.
    pub kind: String,
    /// 用途.
    pub r#use: Use,
    /// 燃料.
    pub fuel: Fuel,
    /// 初度検査年月.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_inspected: Option<Month>,
    /// Class of the グリーン化特例.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub green: Option<u8>,
    /// 非課税・課税免除.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub exempt: String,
}

/// A vehicle (軽自動車等).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vehicle {
    /// 車両番号 of this register: ten digits.
    pub vehicle_no: String,
    /// The plate's key while it is in use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active_plate: Option<String>,
    /// The chassis while the vehicle is in use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active_chassis: Option<String>,
    /// 納税義務者 of the newest holding.
    pub taxpayer_no: AddresseeNo,
    /// 標識番号.
    pub plate: Plate,
    /// 車台番号.
    pub chassis: String,
    /// 車種, a code of the rates.
    pub kind: String,
    /// 用途.
    pub r#use: Use,
    /// 燃料.
    pub fuel: Fuel,
    /// 初度検査年月.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_inspected: Option<Month>,
    /// Class of the グリーン化特例 it reaches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub green: Option<u8>,
    /// 総排気量, cc.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub displacement_cc: Option<u32>,
    /// 定格出力, watts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output_w: Option<u32>,
    /// 車名・型式.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub model: String,
    /// 定置場.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub place_kept: String,
    /// What its tax depended on before a conversion, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub formers: Vec<Former>,
    /// Who held it since when, oldest first; never empty.
    pub holdings: Vec<Holding>,
    /// 登録年月日.
    pub registered_on: Date,
    /// 登録事由.
    pub registered_reason: String,
    /// 最終変更年月日.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub changed_on: Option<Date>,
    /// 変更事由.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub changed_reason: String,
    /// 廃車年月日.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scrapped_on: Option<Date>,
    /// 廃車事由.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub scrapped_reason: String,
    /// 標識交付証明書の番号.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub plate_proof_no: String,
    /// 廃車申告受付書の番号.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub scrap_proof_no: String,
    /// 非課税・課税免除, a code of `exemptions.tsv`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub exempt: String,
    /// The reduction that was granted last (減免), its number.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reduction_no: String,
    /// 登録元.
    pub source: Source,
    /// 送付に関する記事.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub mailing_note: String,
    /// 記事.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

impl Vehicle {
    /// Whether it is registered now.
    pub fn is_active(&self) -> bool {
        self.scrapped_on.is_none()
    }

    /// Who holds it on a day: the newest of those that begin no later.
    pub fn holding_on(&self, day: Date) -> Option<&Holding> {
        self.holdings.iter().rev().find(|holding| holding.from <= day)
    }

    /// The same vehicle with everything that follows from the rest: keys while in use, the taxpayer now.
    #[must_use]
    pub(crate) fn settled(mut self) -> Self {
        self.chassis = spelled(&self.chassis);
        let active = self.is_active();
        self.active_plate = active.then(|| self.plate.key());
        self.active_chassis = (active && !self.chassis.is_empty()).then(|| self.chassis.clone());
        if let Some(holding) = self.holdings.last() {
            self.taxpayer_no = holding.taxpayer_no();
        }
        self
    }

    /// What its tax depends on, as it is until `until`.
    pub(crate) fn former(&self, until: Date) -> Former {
        Former {
            until,
            kind: self.kind.clone(),
            r#use: self.r#use,
            fuel: self.fuel,
            first_inspected: self.first_inspected,
            green: self.green,
            exempt: self.exempt.clone(),
        }
    }

    /// What its tax depended on on a day, and the code of an exemption.
    pub fn taxed_on(&self, day: Date) -> (rules::Vehicle, String) {
        let then = self.formers.iter().find(|former| day <= former.until).cloned();
        let then = then.unwrap_or_else(|| self.former(day));
        let taxed = rules::Vehicle {
            kind: then.kind,
            r#use: then.r#use,
            first_inspected: then.first_inspected,
            fuel: then.fuel,
            green: then.green,
        };
        (taxed, then.exempt)
    }
}

/// The last number given of something (採番).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Serial {
    /// What is numbered.
    pub name: String,
    /// The last number.
    pub last: u64,
}

impl Record for Vehicle {
    const KIND: &'static Kind = &VEHICLE;

    fn key(&self) -> String {
        self.vehicle_no.clone()
    }
}

impl Record for Serial {
    const KIND: &'static Kind = &SERIAL;

    fn key(&self) -> String {
        self.name.clone()
    }
}
