//! Every address of the program, with the method, the right it needs and what the audit log calls its use.

use crate::pages::{
    acceptance, applications, ask, assets, audit, calendar, compare, delivery, done, euc, export, form,
    groups, help, history, household, keys, ledger, link, lists, login, map, menu, monitor, password,
    problems, provisional, pyramid, resend, residents, sso, user_form, users,
};
use crate::partner::{self, common, inquiry, pull, push, soap, token};
use crate::problem::Problem;
use crate::reply::Reply;
use crate::visit::Visit;
use crate::{api, openapi};

/// How an address is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Looks, or looks up.
    Get,
    /// Does.
    Post,
}

/// What somebody must hold to use an address (権限).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    /// Nothing, not even a login.
    Open,
    /// A login.
    Staff,
    /// The right of this id: a function, or a named thing of the office.
    Of(&'static str),
    /// The right of the function that the address names.
    OfFunctionInPath,
    /// A token of a partner's system (連携先); which links that opens is its configuration's to say.
    Partner,
}

/// What somebody is told a problem in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Speech {
    /// A page for people.
    Pages,
    /// A problem report (RFC 9457).
    Json,
    /// A fault of SOAP 1.1.
    Soap,
}

/// One address with one method (経路).
pub struct Route {
    /// The method.
    pub verb: Verb,
    /// The path, with `{names}` for its parts.
    pub path: &'static str,
    /// What it needs.
    pub right: Right,
    /// What the header of the screen says is running, in Japanese.
    pub title: &'static str,
    /// The function whose use stands in the audit log; empty when a look here shows nobody's data.
    pub audit: &'static str,
    pub(crate) answer: fn(&Visit) -> Result<Reply, Problem>,
}

impl Route {
    /// Whether it answers programs.
    pub(crate) fn is_api(&self) -> bool {
        ["/api/", partner::PREFIX, partner::COMMON].iter().any(|start| self.path.starts_with(start))
    }

    /// Whether its form carries a file.
    pub(crate) fn takes_a_file(&self) -> bool {
        self.path == "/links/{id}/bring"
    }

    /// What it answers in when something is wrong.
    pub(crate) fn speech(&self) -> Speech {
        match self.is_api() {
            true if partner::takes_a_message(self) => Speech::Soap,
            true => Speech::Json,
            false => Speech::Pages,
        }
    }
}

macro_rules! routes {
    ($($verb:ident $path:literal $right:expr, $title:literal, $audit:literal => $answer:path;)*) => {
        /// All addresses. One that is not here does not exist.
        pub static ROUTES: &[Route] = &[$(Route {
            verb: Verb::$verb, path: $path, right: $right, title: $title, audit: $audit, answer: $answer,
        }),*];
    };
}

use Right::{Of, OfFunctionInPath, Open, Partner, Staff};

routes! {
    Get "/healthz" Open, "稼働確認", "" => assets::healthz;
    Get "/assets/{hash}/{file}" Open, "画面の部品", "" => assets::file;
    Get "/problems" Open, "エラーの説明", "" => problems::list;
    Get "/problems/{code}" Open, "エラーの説明", "" => problems::one;
    Get "/help" Open, "手引き", "" => help::list;
    Get "/help/{part}" Open, "手引き", "" => help::show;
    Get "/login" Open, "ログイン", "" => login::show;
    Post "/login" Open, "ログイン", "office/login" => login::enter;
    Get "/login/code" Open, "ログイン", "" => login::ask_code;
    Post "/login/code" Open, "ログイン", "office/login" => login::enter_code;
    Post "/login/key" Open, "ログイン", "office/login" => keys::enter;
    Get "/login/sso" Open, "ログイン（認証基盤）", "" => sso::begin;
    Get "/login/sso/back" Open, "ログイン（認証基盤）", "office/login" => sso::back;
    Post "/logout" Staff, "ログアウト", "office/login" => login::leave;
    Get "/password" Staff, "パスワード", "" => password::show;
    Post "/password" Staff, "パスワードの変更", "office/password" => password::change;
    Get "/second-factor" Staff, "二要素認証", "" => password::factor;
    Post "/second-factor" Staff, "二要素認証の設定", "office/password" => password::begin_factor;
    Post "/second-factor/confirm" Staff, "二要素認証の設定", "office/password" => password::confirm_factor;
    Post "/second-factor/keys" Staff, "セキュリティキーの登録", "office/password" => keys::add;
    Post "/second-factor/keys/remove" Staff, "セキュリティキーを外す", "office/password" => keys::remove;
    Get "/" Staff, "メニュー", "" => menu::show;
    Get "/go" Staff, "番号で開く", "" => menu::go;
    Get "/f/{system}/{function}" OfFunctionInPath, "", "" => form::show;
    Post "/f/{system}/{function}" OfFunctionInPath, "", "{system}/{function}" => form::run;
    Get "/f/{system}/{function}/csv" OfFunctionInPath, "表のCSV", "{system}/{function}" => export::csv;
    Get "/done/{id}" Staff, "処理結果", "" => done::show;
    Get "/done/{id}/{no}" Staff, "帳票", "" => done::document;
    Get "/residents" Of("resident-register/search"), "住民検索", "resident-register/search" => residents::search;
    Get "/residents/compare" Of("resident-register/person"), "並べて比べる", "resident-register/person" => compare::show;
    Get "/residents/{no}" Of("resident-register/person"), "個人照会", "resident-register/person" => residents::person;
    Get "/residents/{no}/history" Of("resident-register/history"), "履歴照会", "resident-register/history" => history::show;
    Get "/residents/{no}/deliveries" Of("office/links"), "個人の配信記録", "office/links" => delivery::of_person;
    Get "/households/{no}" Of("resident-register/household"), "世帯照会", "resident-register/household" => household::show;
    Get "/provisional" Of("resident-register/provisional-list"), "仮登録審査", "resident-register/provisional-list" => provisional::list;
    Get "/provisional/{no}" Of("resident-register/provisional-list"), "仮登録審査", "resident-register/provisional-list" => provisional::one;
    Post "/provisional/{no}/finalize" Of("resident-register/finalize"), "本登録", "resident-register/finalize" => provisional::finalize;
    Post "/provisional/{no}/discard" Of("resident-register/discard"), "仮登録取消", "resident-register/discard" => provisional::discard;
    Get "/applications" Of("resident-register/application-list"), "受付データ一覧", "resident-register/application-list" => applications::list;
    Get "/statistics/pyramid" Of("resident-register/population-by-age"), "人口ピラミッド", "resident-register/population-by-age" => pyramid::show;
    Get "/euc" Of("office/euc"), "データ抽出（EUC）", "" => euc::list;
    Post "/euc/forget" Of("office/euc"), "条件の削除（EUC）", "office/euc" => euc::forget;
    Get "/euc/{system}/{dataset}" Of("office/euc"), "データ抽出（EUC）", "office/euc" => euc::show;
    Post "/euc/{system}/{dataset}" Of("office/euc"), "データ抽出（EUC）", "office/euc" => euc::act;
    Get "/links" Of("office/links"), "連携監視", "" => monitor::show;
    Get "/links/lists" Of("office/links"), "連携一覧", "" => lists::show;
    Get "/links/map" Of("office/links"), "連携の地図", "" => map::show;
    Get "/links/calendar" Of("office/links"), "連携の予定", "" => calendar::day;
    Get "/links/calendar/year" Of("office/links"), "連携の予定（年）", "" => calendar::year;
    Get "/links/ledger" Of("office/links"), "連携日計", "" => ledger::show;
    Get "/links/{id}" Of("office/links"), "連携の状況", "" => link::show;
    Get "/links/{id}/acceptance" Of("office/links"), "連携の検収", "office/links" => acceptance::show;
    Get "/links/{id}/acceptance.zip" Of("office/links"), "連携の検収一式", "office/links" => acceptance::pack;
    Post "/links/{id}/probe" Of("office/links"), "接続の試験", "office/links" => link::probe;
    Post "/links/{id}/rehearse" Of("office/links"), "障害の予行", "office/links" => link::rehearse;
    Post "/links/{id}/bring" Of("office/links"), "受け取ったファイルを届ける", "office/links" => link::bring;
    Post "/links/{id}/run" Of("office/links"), "連携の即時実行", "office/links" => link::run;
    Post "/links/{id}/hold" Of("office/links"), "連携の保留", "office/links" => link::hold;
    Post "/links/{id}/release" Of("office/links"), "連携の再開", "office/links" => link::release;
    Post "/links/{id}/resend" Of("office/links"), "再送（いまの内容）", "office/links" => resend::now;
    Post "/links/{id}/{no}/resend" Of("office/links"), "再送（送ったときのまま）", "office/links" => resend::as_sent;
    Get "/links/{id}/{no}" Of("office/links"), "配信の内容", "office/links" => delivery::show;
    Get "/inquiries" Of("office/inquiry"), "連携による照会", "" => ask::list;
    Get "/inquiries/{id}" Of("office/inquiry"), "連携による照会", "" => ask::show;
    Post "/inquiries/{id}" Of("office/inquiry"), "連携による照会", "office/inquiry" => ask::ask;
    Get "/users" Of("office/users"), "利用者", "" => users::list;
    Get "/users/new" Of("office/users"), "利用者の登録", "" => user_form::new;
    Post "/users/new" Of("office/users"), "利用者の登録", "office/users" => user_form::create;
    Get "/users/{id}" Of("office/users"), "利用者", "" => users::show;
    Get "/users/{id}/change" Of("office/users"), "利用者の変更", "" => user_form::change;
    Post "/users/{id}/change" Of("office/users"), "利用者の変更", "office/users" => user_form::update;
    Post "/users/{id}/state" Of("office/users"), "利用者のロック・停止", "office/users" => users::act;
    Post "/users/{id}/certificates" Of("office/users"), "証明書の登録", "office/users" => users::bind;
    Post "/users/{id}/password" Of("office/users"), "初期パスワードの発行", "office/users" => users::reissue;
    Get "/users/{id}/schedule" Of("office/users"), "変更の予約", "" => user_form::schedule;
    Post "/users/{id}/schedule" Of("office/users"), "変更の予約", "office/users" => user_form::plan;
    Post "/users/{id}/schedule/cancel" Of("office/users"), "予約の取消", "office/users" => users::cancel;
    Get "/groups" Of("office/users"), "所属・職務", "" => groups::list;
    Get "/groups/new" Of("office/users"), "所属・職務の登録", "" => groups::new;
    Post "/groups/new" Of("office/users"), "所属・職務の登録", "office/users" => groups::create;
    Get "/groups/{id}" Of("office/users"), "所属・職務", "" => groups::show;
    Post "/groups/{id}" Of("office/users"), "所属・職務の変更", "office/users" => groups::update;
    Post "/groups/{id}/remove" Of("office/users"), "所属・職務の廃止", "office/users" => groups::remove;
    Get "/audit" Of("office/audit"), "操作ログ", "office/audit" => audit::show;
    Get "/audit/csv" Of("office/audit-export"), "操作ログの取出し", "office/audit-export" => audit::csv;
    Get "/audit/reports/{report}" Of("office/audit"), "操作ログの報告", "office/audit" => audit::report;
    Get "/audit/disclosure" Of("office/audit"), "本人開示用の一覧", "office/audit" => audit::disclosure;
    Get "/api/v1/functions" Staff, "機能の一覧（API）", "" => api::functions;
    Get "/api/v1/openapi.json" Staff, "APIの仕様（OpenAPI）", "" => openapi::show;
    Post "/api/v1/functions/{system}/{function}" OfFunctionInPath, "機能の実行（API）", "{system}/{function}" => api::run;
    Get "/api/v1/users" Of("office/users"), "利用者（API）", "" => api::staff::users;
    Post "/api/v1/users" Of("office/users"), "利用者の登録（API）", "office/users" => api::staff::create;
    Get "/api/v1/users/{id}" Of("office/users"), "利用者（API）", "" => api::staff::user;
    Post "/api/v1/users/{id}" Of("office/users"), "利用者の変更（API）", "office/users" => api::staff::change;
    Post "/api/v1/users/{id}/state" Of("office/users"), "利用者のロック・停止（API）", "office/users" => api::staff::act;
    Post "/api/v1/users/{id}/password" Of("office/users"), "初期パスワードの発行（API）", "office/users" => api::staff::password;
    Post "/api/v1/users/{id}/certificates" Of("office/users"), "証明書の登録（API）", "office/users" => api::staff::certificates;
    Post "/api/v1/users/{id}/schedule/cancel" Of("office/users"), "予約の取消（API）", "office/users" => api::staff::cancel;
    Get "/api/v1/groups" Of("office/users"), "所属・職務（API）", "" => api::staff::groups;
    Post "/api/v1/groups" Of("office/users"), "所属・職務の登録（API）", "office/users" => api::staff::create_group;
    Get "/api/v1/groups/{id}" Of("office/users"), "所属・職務（API）", "" => api::staff::group;
    Post "/api/v1/groups/{id}" Of("office/users"), "所属・職務の変更（API）", "office/users" => api::staff::change_group;
    Post "/api/v1/groups/{id}/remove" Of("office/users"), "所属・職務の廃止（API）", "office/users" => api::staff::remove_group;
    Get "/api/v1/extracts" Of("office/euc"), "データ抽出（API）", "" => api::extracts::list;
    Get "/api/v1/extracts/{system}/{dataset}" Of("office/euc"), "データ抽出（API）", "" => api::extracts::show;
    Post "/api/v1/extracts/{system}/{dataset}" Of("office/euc"), "データ抽出（API）", "office/euc" => api::extracts::take;
    Post "/api/v1/extracts/{system}/{dataset}/count" Of("office/euc"), "データ抽出の件数（API）", "office/euc" => api::extracts::count;
    Post "/app_submit/v10/{api}" Partner, "共通機能のAPI（連携先）", "office/partner" => common::run;
    Post "/partner/v1/token" Open, "アクセストークン（連携先）", "" => token::give;
    Get "/partner/v1/deliveries" Partner, "送った配信の確認（連携先）", "" => push::list;
    Post "/partner/v1/deliveries/{link}/{no}" Partner, "配信の受付（連携先）", "office/partner" => push::take;
    Get "/partner/v1/deliveries/{link}/{no}/receipt" Partner, "受領書（連携先）", "" => push::receipt;
    Post "/partner/v1/deliveries/{link}/{no}/receipt/retire" Partner, "受領書の取り下げ（連携先）", "office/partner" => push::retire;
    Get "/partner/v1/files" Partner, "答えを待つ配信（連携先）", "" => pull::files;
    Get "/partner/v1/links/{link}/deliveries" Partner, "配信の一覧（連携先）", "" => pull::list;
    Get "/partner/v1/links/{link}/deliveries/{no}" Partner, "配信の受け渡し（連携先）", "office/partner" => pull::fetch;
    Post "/partner/v1/links/{link}/inquiries" Partner, "照会への回答（連携先）", "office/inquiry" => inquiry::answer;
    Post "/partner/v1/links/{link}/deliveries/{no}/receipt" Partner, "受領書の受付（連携先）", "office/partner" => pull::answer;
    Post "/partner/v1/links/{link}/deliveries/{no}/receipt/retire" Partner, "受領書の取り下げ（連携先）", "office/partner" => pull::retire;
    Get "/partner/v1/soap" Open, "SOAPの説明（WSDL）", "" => soap::wsdl;
    Post "/partner/v1/soap" Partner, "SOAPの呼び出し（連携先）", "office/partner" => soap::answer;
}
