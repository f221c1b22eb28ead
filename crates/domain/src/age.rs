//! Ages (年齢) by the law on counting them.
//!
//! The law counts the day of birth in full, so an age is attained at the end (24:00) of the day before the
//! birthday. Three functions, three questions:
//!
//! - *how old is the person, as anyone would say on that day?* [`age_on`]; changes on the birthday. For
//!   statistics, screens, and rules worded 「…歳の誕生日から」 (後期高齢者医療).
//! - *on which day is an age attained?* [`attains_on`]; the day before the birthday. For rules worded
//!   「…歳に達した日」「…歳に達する日」 (選挙権, 国民年金, 介護保険, 児童手当).
//! - *which age has been attained by the end of a day?* [`age_at_end_of`]; the same rule, asked of a base date.
//!
//! A birth date with unknown parts has no age until the caller says which end it takes:
//! [`RegisterDate::earliest`](crate::date::RegisterDate::earliest) or `latest`.
//!
//! Source: 年齢計算ニ関する法律; 民法 art. 143.

use jiff::civil::Date;

use crate::money::FiscalYear;

/// The age on a day (満年齢), changing on the birthday; negative before birth.
///
/// Someone born on 29 February has the birthday of a common year on 1 March.
///
/// Source: 年齢計算ニ関する法律; 民法 art. 143(2).
pub fn age_on(birth: Date, on: Date) -> i16 {
    let years = on.year().saturating_sub(birth.year());
    let before_birthday = (on.month(), on.day()) < (birth.month(), birth.day());
    if before_birthday { years.saturating_sub(1) } else { years }
}

/// The day at whose end an age is attained (…歳に達する日): the day before the birthday.
///
/// 28 February for someone born on 29 February, in every year. The calendar's last day when out of it.
///
/// Source: 年齢計算ニ関する法律; 民法 art. 143(2).
pub fn attains_on(birth: Date, years: i16) -> Date {
    let year = birth.year().saturating_add(years);
    let birthday = Date::new(year, birth.month(), birth.day()).or_else(|_| Date::new(year, 3, 1));
    match birthday {
        Ok(birthday) => birthday.yesterday().unwrap_or(Date::MIN),
        Err(_) if year < 0 => Date::MIN,
        Err(_) => Date::MAX,
    }
}

/// The age attained by the end of a day: a year more than [`age_on`] on the day before the birthday.
///
/// Source: 年齢計算ニ関する法律.
pub fn age_at_end_of(birth: Date, on: Date) -> i16 {
    match on.tomorrow() {
        Ok(next) => age_on(birth, next),
        Err(_) => age_on(birth, on),
    }
}

/// The first 31 March on or after the day an age is attained (…歳に達する日以後の最初の3月31日).
///
/// Someone born on 1 April attains on 31 March, and so belongs to the school year before.
///
/// Source: 児童手当法 art. 3(1); 学校教育法 art. 17(1).
pub fn fiscal_year_end_after_attaining(birth: Date, years: i16) -> Date {
    FiscalYear::of(attains_on(birth, years)).last_day()
}
