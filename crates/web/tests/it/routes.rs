//! The table of routes, walked from outside.

use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use office::{AUDIT, AuditEntry, AuditResult};
use register::AsOf;
use std::ops::ControlFlow;
use web::{ROUTES, Right, Route, Verb};

use super::client::{Answer, Client};
use super::house::House;

/// A path of a route with something in each of its parts.
fn path(route: &Route) -> String {
    route
        .path
        .replace("{system}/{function}", "resident-register/search")
        .replace("{system}/{dataset}", "resident-register/resident")
        .replace("{no}", "1")
        .replace("{link}", "resident-to-addressee")
        .replace("{id}", "resident-to-addressee")
        .replace("{report}", "outside")
        .replace("{code}", "denied")
        .replace("{hash}", "x")
        .replace("{file}", "x")
}

async fn ask(client: &Client, route: &Route) -> Answer {
    match route.verb {
        Verb::Get => client.get(&path(route)).await,
        Verb::Post => client.post(&path(route), &[]).await,
    }
}

fn is_api(route: &Route) -> bool {
    route.path.starts_with("/api/") || route.path.starts_with("/partner/")
}

#[tokio::test]
async fn without_login_only_open_routes_answer() {
    let house = House::new().unwrap();
    let client = Client::new(&web::router(house.desk()));
    for route in ROUTES.iter().filter(|route| route.right != Right::Open) {
        let answer = ask(&client, route).await;
        let name = format!("{:?} {}", route.verb, route.path);
        if route.verb == Verb::Get && !is_api(route) {
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{name}");
            assert!(answer.location().starts_with("/login"), "{name}: {}", answer.location());
        } else {
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{name}");
        }
        assert!(!answer.has("葛"), "{name}");
    }
}

#[tokio::test]
async fn with_too_little_right_a_route_refuses_and_the_refusal_is_in_the_audit_log() {
    let house = House::new().unwrap();
    let router = web::router(house.desk());
    let client = Client::of(&router, "reader").await;
    let program = Client::new(&router);
    for route in ROUTES {
        let (Right::Of(_) | Right::OfFunctionInPath) = route.right else { continue };
        let answer = match is_api(route) {
            true if route.verb == Verb::Get => program.ask_with_password("reader", &path(route)).await,
            true => program.call("reader", &path(route), "{}").await,
            false => ask(&client, route).await,
        };
        let name = format!("{:?} {}", route.verb, route.path);
        assert!(answer.has(if is_api(route) { "/problems/denied" } else { "権限がありません" }), "{name}");
        assert_eq!(answer.status, StatusCode::FORBIDDEN, "{name}");
    }
    let mut denied: Vec<String> = Vec::new();
    let view = house.office.journal().view(AsOf::default()).unwrap();
    view.scan(&AUDIT, None, &mut |stored| {
        let entry = stored.typed::<AuditEntry>()?.record;
        if entry.result == AuditResult::Denied {
            assert_eq!((entry.user.as_str(), entry.terminal.as_str()), ("reader", "192.0.2.7"));
            denied.push(entry.function);
        }
        Ok(ControlFlow::Continue(()))
    })
    .unwrap();
    for route in ROUTES {
        if let Right::Of(right) = route.right {
            assert!(denied.iter().any(|function| function == right), "{} is not audited", route.path);
        }
    }
}

#[tokio::test]
async fn a_wrong_method_is_refused_and_says_so() {
    let house = House::new().unwrap();
    let client = Client::new(&web::router(house.desk()));
    for route in ROUTES {
        let request = Request::builder().method(Method::DELETE).uri(path(route)).body(Body::empty()).unwrap();
        let answer = client.send(request).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{}", route.path);
        assert!(answer.has("この操作はできません"), "{}", route.path);
    }
}

#[tokio::test]
async fn every_answer_has_the_headers_that_protect_it() {
    let house = House::new().unwrap();
    let client = Client::of(&web::router(house.desk()), "tanaka").await;
    for route in ROUTES.iter().filter(|route| route.verb == Verb::Get) {
        let answer = ask(&client, route).await;
        let name = route.path;
        assert_ne!(answer.status, StatusCode::INTERNAL_SERVER_ERROR, "{name}");
        // One page here asks for a security key, by a file of ours.
        let (scripts, most) = if name == "/second-factor" { ("'self'", 1) } else { ("'none'", 0) };
        let policy = format!("script-src {scripts};");
        assert!(answer.header("content-security-policy").contains(&policy), "{name}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{name}");
        assert_eq!(answer.header("cache-control"), "no-store", "{name}");
        assert_eq!(answer.text.matches("<script").count(), most, "{name}");
        assert_eq!(answer.text.matches("<script src=\"/assets/").count(), most, "{name}");
        assert!(!answer.has(" style="), "{name}");
    }
}

#[test]
fn every_route_names_a_right_of_a_function_that_exists() {
    let house = House::new().unwrap();
    for route in ROUTES {
        if let Right::Of(right) = route.right
            && !office::NAMED_RIGHTS.iter().any(|(named, _)| *named == right)
        {
            assert!(house.office.function(right).is_some(), "{}: {right}", route.path);
        }
        assert!(route.right == Right::OfFunctionInPath || !route.title.is_empty(), "{}", route.path);
    }
}
