//! A link from its legs, with the datasets and layouts it needs.

use std::collections::{BTreeMap, BTreeSet};

use super::datasets::DerivedDataset;
use super::defaults::{Defaults, Rhythm};
use super::layouts::DerivedLayout;
use super::legs::{Leg, method_id, method_label};
use super::names::{file_stem, slug, unique};
use super::schemas::{Offer, Schemas};
use super::timing::schedule;
use super::volume::rows_per_run;
use super::write::one_line;
use super::{DerivedLink, Schema};
use crate::fold::folded;
use crate::{
    Assurance, Delivery, Extent, Known, Link, ListKind, Method, RowRef, STAND_IN, SystemRef, Term, Timing,
    Unmappable, ViaSide,
};

/// What links are made of, and what was made for them so far.
pub(crate) struct Parts<'a> {
    known: &'a Known,
    schemas: &'a Schemas,
    defaults: &'a Defaults,
    datasets: BTreeMap<String, DerivedDataset>,
    layouts: BTreeMap<String, DerivedLayout>,
    /// Registers of receivers that differences go to already.
    lanes: BTreeSet<Register>,
    /// Registers of receivers by what they hold, and the place for each.
    flows: BTreeMap<Register, String>,
}

/// A register of a receiver: target, dataset, place; or instead of the place, the place it would have alone and what the
/// list calls its data.
pub(crate) type Register = (String, String, String);

/// Where a leg begins and ends: within the town's own systems or outside.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Within,
    Out,
    In,
}

impl<'a> Parts<'a> {
    pub(crate) fn new(
        known: &'a Known,
        schemas: &'a Schemas,
        defaults: &'a Defaults,
        links: &[Link],
    ) -> Self {
        let lanes = links.iter().filter_map(lane).collect();
        // What given links feed is theirs, whatever the list calls it.
        let fed = |link: &Link| {
            Some(((link.target.clone(), link.dataset.clone(), link.place()?.to_owned()), String::new()))
        };
        let flows = links.iter().filter_map(fed).collect();
        Self { known, schemas, defaults, datasets: BTreeMap::new(), layouts: BTreeMap::new(), lanes, flows }
    }

    /// The datasets and layouts, by identifier.
    pub(crate) fn made(self) -> (Vec<DerivedDataset>, Vec<DerivedLayout>) {
        (self.datasets.into_values().collect(), self.layouts.into_values().collect())
    }

    /// The dataset an installed system offers of this schema.
    fn offer(&self, source: &SystemRef, schema: &Schema) -> Option<&'a Offer> {
        let owned = |offer: &&Offer| {
            offer.schema == schema.id
                && offer.dataset.split('/').next() == Some(source.id.as_str())
                && self.known.datasets.contains(&offer.dataset)
        };
        self.schemas.offers.iter().find(owned)
    }

    /// The dataset of a leg: the installed system's own, or the stand-in's.
    fn dataset(&mut self, leg: &Leg<'_>, way: Way) -> (String, Option<&'a Offer>, String) {
        let (source, schema) = (leg.source, leg.schema);
        if way != Way::In
            && let Some(offer) = self.offer(source, schema)
        {
            let said = format!("データは{}の提供データ「{}」とみなしました。", source.name, schema.title);
            return (offer.dataset.clone(), Some(offer), said);
        }
        let dataset = DerivedDataset::of(&source.id, &source.name, schema);
        let said = format!("データは「{}」とみなし、項目は仮に並べました（{}）。", schema.title, dataset.id);
        let id = dataset.id.clone();
        self.datasets.entry(id.clone()).or_insert(dataset);
        (id, None, said)
    }

    /// The intake of the target that takes the dataset, or the stand-in's. Where no system here has the data, the offers of
    /// the schema that have no dataset say who takes it from outside.
    fn intake(&self, target: &SystemRef, offer: Option<&Offer>, schema: &Schema) -> String {
        let intakes = offer.into_iter().flat_map(|offer| &offer.intakes);
        let found = intakes.chain(self.taken_from_outside(schema)).find(|intake| {
            intake.split('/').next() == Some(target.id.as_str()) && self.known.intakes.contains(*intake)
        });
        found.cloned().unwrap_or_else(|| format!("{STAND_IN}/rows"))
    }

    fn taken_from_outside(&self, schema: &Schema) -> impl Iterator<Item = &'a String> {
        let offers = self.schemas.offers.iter();
        let fitting: Vec<&'a Offer> =
            offers.filter(|offer| offer.dataset.is_empty() && offer.schema == schema.id).collect();
        fitting.into_iter().flat_map(|offer| &offer.intakes)
    }

    /// Whether a system of the town that is not installed here leaves files for one that is and takes them.
    fn comes_by_file(&self, leg: &Leg<'_>) -> bool {
        // A leg up to the platform ends there, between two others.
        let reaches = leg.row.via.is_empty() || leg.row.via_side == Some(ViaSide::Source);
        reaches
            && leg.method == Method::FileOrMedia
            && !self.known.installed.contains(&leg.source.id)
            && self.known.installed.contains(&leg.target.id)
            && !self.intake(leg.target, None, leg.schema).starts_with(STAND_IN)
    }

    /// The charset of a leg's file and what was assumed.
    fn charset(&self, leg: &Leg<'_>) -> (String, Option<String>) {
        let default = &self.defaults.charset.default;
        let printed = &leg.row.charset;
        if printed.is_empty() {
            let asked = if leg.row.conversion == Some(true) {
                "文字変換があるのに文字コードは"
            } else {
                "文字コードは"
            };
            return (default.clone(), Some(format!("{asked}書かれていないので、{default} としました。")));
        }
        match self.known.charsets.get(printed).filter(|word| word.convertible) {
            Some(word) => (word.charset.clone(), None),
            None => {
                let said = format!(
                    "文字コード「{printed}」の変換表がないので、表ができるまで {default} としました。"
                );
                (default.clone(), Some(said))
            }
        }
    }

    /// The layout for a dataset and charset: one that was made for it, or a new one.
    fn layout(&mut self, dataset: &str, offer: Option<&Offer>, schema: &Schema, charset: &str) -> String {
        let fitting =
            |layout: &&String| self.known.layouts.get(*layout).is_some_and(|known| known == charset);
        if let Some(layout) = offer.into_iter().flat_map(|offer| &offer.layouts).find(fitting) {
            return layout.clone();
        }
        let stem = dataset.strip_prefix(&format!("{STAND_IN}/")).unwrap_or(dataset);
        let id = format!("{}-{charset}", stem.replace('/', "-"));
        let title = self.datasets.get(dataset).map_or(schema.title.as_str(), |made| made.title.as_str());
        if let Some(form) = self.defaults.charsets.get(charset) {
            let layout = DerivedLayout::of(&id, dataset, title, schema, charset, form);
            self.layouts.entry(id.clone()).or_insert(layout);
        }
        id
    }

    /// The place for a leg. Links for one register of the receiver share it, but differences never: of two such links one
    /// would pass over what the other carried.
    fn own_place(
        &mut self,
        leg: &Leg<'_>,
        id: &str,
        dataset: &str,
        usual: String,
    ) -> (String, Option<String>) {
        let mut called = if leg.row.kind == ListKind::Unit { String::new() } else { folded(&leg.row.data) };
        for word in &self.defaults.same_register.words_aside {
            called = called.replace(word.as_str(), "");
        }
        let register = |place: &str| (leg.target.id.clone(), dataset.to_owned(), place.to_owned());
        let own = if leg.row.kind == ListKind::Unit { leg.rhythm.id() } else { id };
        let named = format!("{usual}-{own}");
        let of_flow = register(&format!("{usual}\n{called}"));
        let shared = match self.flows.get(&of_flow) {
            Some(place) => place.clone(),
            None if self.flows.contains_key(&register(&usual)) => named.clone(),
            None => usual.clone(),
        };
        let numbered = (2_u32..).map(|number| format!("{named}-{number}"));
        let mut choices = [shared, named.clone()].into_iter().chain(numbered);
        let free = |place: &String| leg.extent == Extent::Full || self.lanes.insert(register(place));
        let place = choices.find(free).unwrap_or(named);
        self.flows.entry(register(&place)).or_default();
        self.flows.entry(of_flow).or_insert_with(|| place.clone());
        let said = format!(
            "同じ相手への同じ型のデータがほかにもあり、受け側の台帳が別かもしれないので、「{usual}」とは場所を分けました。"
        );
        let apart = place != usual;
        (place, apart.then_some(said))
    }

    fn says_who(&self, system: &SystemRef, role: &str, does: &str) -> Option<String> {
        let absent = !self.known.installed.contains(&system.id);
        absent.then(|| format!("{role}「{}」はこの団体に入っていないので、代役が{does}ます。", system.name))
    }
}

/// The link of legs that differ in nothing but their function; none for no legs.
pub(crate) fn link(
    legs: &[Leg<'_>],
    taken: &mut BTreeSet<String>,
    parts: &mut Parts<'_>,
) -> Option<DerivedLink> {
    let leg = legs.first()?;
    let row = leg.row;
    let mut assumptions = Vec::new();
    for said in legs.iter().flat_map(|leg| &leg.assumptions) {
        if !assumptions.contains(said) {
            assumptions.push(said.clone());
        }
    }
    let way = match (leg.source.is_counterpart(), leg.target.is_counterpart()) {
        (true, false) => Way::In,
        (_, true) => Way::Out,
        (false, false) if parts.comes_by_file(leg) => Way::In,
        (false, false) => Way::Within,
    };
    let id = unique(identifier(leg), taken);
    let defaults = parts.defaults;
    let systems = [leg.source.id.as_str(), leg.target.id.as_str()];
    let (timing, said) =
        schedule(leg.rhythm, leg.word, leg.starter, &id, (&row.data, systems), &leg.run, defaults);
    assumptions.extend(said);
    let mut also_at = Vec::new();
    for run in &leg.also {
        let (also, said) =
            schedule(leg.rhythm, leg.word, leg.starter, &id, (&row.data, systems), run, defaults);
        also_at.push(also);
        assumptions.extend(said);
    }
    if way == Way::Out || way == Way::Within {
        assumptions.extend(parts.says_who(leg.source, "送り元", "送り"));
    }
    let (dataset, offer, said) = parts.dataset(leg, way);
    assumptions.push(said);
    let assurance = row.delivery_assurance.unwrap_or_else(|| {
        let chosen =
            if row.kind == ListKind::Unit { None } else { defaults.assurance.get(&leg.method).copied() };
        if chosen == Some(Assurance::SenderAssures) {
            assumptions.push("到達は送信側が保障することにしました。".to_owned());
        }
        chosen.unwrap_or(Assurance::None)
    });
    let (delivery, unmappable) =
        delivery(leg, way, &id, timing, assurance, (&dataset, offer), parts, &mut assumptions);
    let usual = match leg.extent {
        Extent::Difference => defaults.rows_per_delivery_max.difference,
        Extent::Full => defaults.rows_per_delivery_max.full,
    };
    let stated = rows_per_run(legs.iter().map(|leg| leg.row), timing, leg.extent);
    let rows_per_delivery_max = stated.map_or(usual, |stated| usual.max(stated));
    let asked = match &delivery {
        Delivery::Inquiry { subjects_max, .. } => Some(*subjects_max),
        _ => None,
    };
    let rows_per_delivery_max = asked.unwrap_or(rows_per_delivery_max);
    let limit = match stated.filter(|stated| usual < *stated) {
        Some(stated) => format!("1回の上限は、一覧の件数から{stated}件としました。"),
        None => format!("1回の上限は{usual}件としました。"),
    };
    if asked.is_none() {
        assumptions.push(limit);
    }
    let mut rows: Vec<RowRef> = Vec::new();
    for reference in legs.iter().map(|leg| leg.row.reference()) {
        if !rows.contains(&reference) {
            rows.push(reference);
        }
    }
    let link = Link {
        id,
        title: title(leg),
        rows,
        basis: String::new(),
        source: leg.source.id.clone(),
        target: leg.target.id.clone(),
        dataset,
        method: leg.method,
        timing,
        also_at,
        started_by: leg.starter,
        after: Vec::new(),
        extent: leg.extent,
        delivery,
        unmappable,
        rows_per_delivery_max,
        per: Vec::new(),
        exclusive_lock: row.exclusive_lock.unwrap_or(false),
        assurance,
        keep_days: None,
        term: Term::default(),
        succeeds: None,
        fill: BTreeMap::new(),
        through: Vec::new(),
    };
    Some(DerivedLink { link, assumptions })
}

/// Where a leg is handed over, and what becomes of characters there.
#[expect(
    clippy::too_many_arguments,
    reason = "the parts of one decision; a struct of them would be used once"
)]
fn delivery(
    leg: &Leg<'_>,
    way: Way,
    id: &str,
    timing: Timing,
    assurance: Assurance,
    (dataset, offer): (&str, Option<&Offer>),
    parts: &mut Parts<'_>,
    assumptions: &mut Vec<String>,
) -> (Delivery, Unmappable) {
    let up_to_platform =
        !leg.row.via.is_empty() && leg.row.via_side != Some(ViaSide::Source) && way != Way::In;
    if leg.rhythm == Rhythm::OnRequest {
        let subjects_max = parts.defaults.inquiry.subjects_max;
        assumptions.push(format!(
            "「{}」が必要なときに尋ねる照会としました。一度に{subjects_max}件まで尋ねられます。",
            leg.target.name
        ));
        return (Delivery::Inquiry { place: None, subjects_max }, Unmappable::Reject);
    }
    if way == Way::Within && leg.method == Method::Immediate && !up_to_platform {
        assumptions.extend(parts.says_who(leg.target, "受け側", "受け取り"));
        return (
            Delivery::InProcess { intake: parts.intake(leg.target, offer, leg.schema) },
            Unmappable::Reject,
        );
    }
    let (charset, said) = parts.charset(leg);
    assumptions.extend(said);
    let layout = parts.layout(dataset, offer, leg.schema, &charset);
    let form = parts.defaults.charsets.get(&charset);
    let unmappable = form.map_or(Unmappable::Reject, |form| form.unmappable);
    let ending = form.map_or("dat", |form| form.ending.as_str());
    let end = if way == Way::In { leg.source } else { leg.target };
    let mut place = end.id.clone();
    if up_to_platform {
        let platform = parts.known.systems.resolve(&leg.row.via);
        place =
            platform.map_or_else(|| parts.defaults.platform.place.clone(), |platform| platform.id.clone());
        assumptions.push(format!("「{}」までの区間なので、そこへの受け渡し場所に置きます。", leg.row.via));
    }
    if leg.method == Method::RelayDatabase {
        place.push_str(&parts.defaults.places.relay_suffix);
    }
    if way != Way::In {
        let (own, said) = parts.own_place(leg, id, dataset, place);
        place = own;
        assumptions.extend(said);
    }
    assumptions.push(format!(
        "受け渡し場所は「{place}」、レイアウトは「{layout}」としました。場所は設定の [places] に書いてください。"
    ));
    let stem = file_stem(id);
    if way == Way::In {
        assumptions.extend(parts.says_who(leg.target, "受け側", "受け取り"));
        let minutes = timing.has_hour().then_some(parts.defaults.minutes.arrival);
        assumptions.extend(minutes.map(|minutes| format!("予定の時刻から{minutes}分待つことにしました。")));
        let delivery = Delivery::Inward {
            place,
            layout,
            file_prefix: format!("{stem}_"),
            intake: parts.intake(leg.target, offer, leg.schema),
            arrives_within_minutes: minutes,
            packing: None,
        };
        return (delivery, unmappable);
    }
    let minutes = (assurance == Assurance::SenderAssures).then_some(parts.defaults.minutes.receipt);
    assumptions.extend(minutes.map(|minutes| format!("受領を{minutes}分待つことにしました。")));
    let delivery = Delivery::Outward {
        place,
        layout,
        file_name: format!("{stem}_{{date}}_{{no}}.{ending}"),
        receipt_within_minutes: minutes,
        packing: None,
    };
    (delivery, unmappable)
}

/// The register of a receiver that a link's differences feed: target, dataset, place.
pub(crate) fn lane(link: &Link) -> Option<Register> {
    match &link.delivery {
        Delivery::Outward { place, .. } if link.extent == Extent::Difference => {
            Some((link.target.clone(), link.dataset.clone(), place.clone()))
        }
        _ => None,
    }
}

/// An identifier that the row alone decides: its list and number, or what rows of a unit list have in common.
fn identifier(leg: &Leg<'_>) -> String {
    let row = leg.row;
    if row.kind != ListKind::Unit {
        return format!("{}-{}{}", slug(&row.list.0), slug(&row.no), leg.suffix);
    }
    let extent = match leg.extent {
        Extent::Difference => "difference",
        Extent::Full => "full",
    };
    format!(
        "unit-{}-to-{}-{}-{}-{}-{extent}",
        leg.source.id,
        leg.target.id,
        leg.schema.id,
        method_id(leg.method),
        leg.rhythm.id()
    )
}

fn title(leg: &Leg<'_>) -> String {
    let row = leg.row;
    if row.kind == ListKind::Unit {
        let (method, rhythm, extent) = (method_label(leg.method), leg.rhythm.label(), leg.extent.word());
        let (source, target) = (&leg.source.name, &leg.target.name);
        return format!("{}（{source} → {target}、{method}・{rhythm}・{extent}）", leg.schema.title);
    }
    let turned = leg.suffix.starts_with("-in");
    let (source, target) = if turned { (&row.target, &row.source) } else { (&row.source, &row.target) };
    let data = if row.data.is_empty() { &leg.schema.title } else { &row.data };
    let timing = if 1 < row.timing.len() { format!("、{}", leg.rhythm.label()) } else { String::new() };
    one_line(&format!("{data}（{source} → {target}{timing}）"))
}
