use std::path::Path;
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use tokio::sync::Semaphore;
use tower::ServiceExt as _;

use super::*;
use crate::desk::bridge::Bridge;
use crate::desk::clock;
use crate::desk::figures::metrics::ScrapeToken;
use crate::desk::officers::Officers;
use crate::desk::officers::role::Roles;
use crate::desk::queue::Queue;
use crate::desk::state::tests::desk_at;
use crate::desk::web::{declared, guard};

fn who(roles: &[Role], unfinished: bool) -> Who {
    Who { name: "an".into(), full_name: "An".into(), roles: Roles::of(roles), unfinished, generation: 0 }
}

/// For whom a path is, told apart from the table so that a slip in one shows in the other.
fn expected(path: &str) -> &'static [Role] {
    const EVERYONE: [&str; 7] = ["/citizen", "/assets", "/language", "/login", "/logout", "/notice", "/ticket"];
    let below =
        |start: &str| path == start || path.starts_with(&format!("{start}/")) || path.starts_with(&format!("{start}."));
    match path {
        _ if EVERYONE.into_iter().any(below) => &[],
        "/officers/setup" | "/officers/setup/password" | "/officers/setup/code" => &[],
        "/office" => &[Role::Operator, Role::Administrator],
        _ if below("/link") => &[Role::Administrator],
        _ if below("/officers") => &[Role::Administrator],
        "/rights" | "/complaint" => &Role::ALL,
        _ if below("/figures") => &Role::ALL,
        "/purpose" => &[Role::Operator],
        _ if below("/bridge/v1") => &[],
        "/software" | "/software/revoke" | "/software/forget" => &[Role::Operator, Role::Administrator],
        _ if below("/software/pair") => &[Role::Administrator],
        _ if below("/log") || below("/rights") => &[Role::Auditor],
        _ => &[Role::Operator],
    }
}

#[test]
fn every_route_is_for_those_it_should_be_for_and_for_nobody_else() {
    for (path, access) in declared().table().iter().filter(|(_, access)| **access != Access::Scraper) {
        let for_whom = expected(path);
        let at = |who: Option<&Who>, demanded, is_new| access.check(Situation { demanded, is_new, who });
        assert_eq!(at(None, false, true), Ok(()), "{path}: without accounts");
        let open = access == &Access::Everyone;
        assert_eq!(at(None, true, false).is_ok(), open, "{path}: nobody is logged in");
        let unfinished = who(&Role::ALL, true);
        let setup = open || access == &Access::Setup;
        assert_eq!(at(Some(&unfinished), true, false).is_ok(), setup, "{path}: not set up yet");
        for role in Role::ALL {
            let may = setup || for_whom.contains(&role);
            assert_eq!(at(Some(&who(&[role], false)), true, false).is_ok(), may, "{path}: {role:?}");
        }
        let first = open || matches!(*path, "/officers" | "/officers/first");
        assert_eq!(at(None, true, true).is_ok(), first, "{path}: login demanded before there is an account");
    }
}

#[test]
fn no_login_opens_the_figures_for_programs_and_they_are_the_only_such_route() {
    let table = declared();
    let scraped = table.table().iter().filter(|(_, access)| **access == Access::Scraper);
    assert_eq!(scraped.map(|(path, _)| *path).collect::<Vec<_>>(), ["/metrics"]);
    let all = who(&Role::ALL, false);
    for (demanded, is_new, who) in [(false, true, None), (true, false, None), (true, false, Some(&all))] {
        assert_eq!(Access::Scraper.check(Situation { demanded, is_new, who }), Err(Refusal::LoggedOut));
    }
}

#[tokio::test]
async fn metrics_are_nowhere_without_a_token_and_for_who_shows_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token");
    std::fs::write(&path, "a token of the office").unwrap();
    let mut web = web(folder.path());
    let ask = async |web: &Web, shown: &'static str| {
        let routes = crate::desk::web::routes(web.clone(), guard::Own::at("127.0.0.1:8630".parse().unwrap()));
        let request = Request::builder().uri("/metrics").header("host", "127.0.0.1:8630");
        let request = request.header("authorization", shown).body(Body::empty()).unwrap();
        routes.oneshot(request).await.unwrap().status()
    };
    assert_eq!(ask(&web, "Bearer a token of the office").await, StatusCode::NOT_FOUND);
    web.scrape_token = Some(ScrapeToken::of_file(&path).unwrap());
    assert_eq!(ask(&web, "Bearer another one, not it").await, StatusCode::UNAUTHORIZED);
    assert_eq!(ask(&web, "Bearer a token of the office").await, StatusCode::OK);
}

fn web(folder: &Path) -> Web {
    let officers = Arc::new(Officers::open(folder, true, Duration::from_secs(60)).unwrap());
    let desk = desk_at(folder);
    let queue = Some(Arc::new(Queue::open(desk.store(), clock::today(), None).unwrap()));
    let (one_picture, bridge) = (Arc::new(Semaphore::new(1)), Arc::new(Bridge::open(folder).unwrap()));
    let (webhook, link, scrape_token) = (None, None, None);
    Web { desk, officers, practice: true, one_picture, bridge, webhook, queue, link, scrape_token }
}

/// Every route of the real router is behind the check, in each method; what is no route is nobody's.
#[tokio::test]
async fn no_route_is_served_beside_the_check() {
    let folder = tempfile::tempdir().unwrap();
    let web = web(folder.path());
    web.officers.make("an", "An", Roles::of(&[Role::Operator])).unwrap();
    let routes = crate::desk::web::routes(web, guard::Own::at("127.0.0.1:8630".parse().unwrap()));
    let table: Vec<(&str, Access)> = declared().table().iter().map(|(path, access)| (*path, *access)).collect();
    for (path, access) in table.into_iter().chain([("/nothing/here", Access::Setup)]) {
        let path = path.replace("{name}", "desk.css").replace("{number}", "1").replace("{card}", "x");
        for method in ["GET", "POST", "PUT", "DELETE", "HEAD"] {
            let request = Request::builder()
                .method(method)
                .uri(&path)
                .header("host", "127.0.0.1:8630")
                .header("origin", "http://127.0.0.1:8630")
                .body(Body::empty())
                .unwrap();
            let status = routes.clone().oneshot(request).await.unwrap().status();
            let stopped = matches!(status, StatusCode::UNAUTHORIZED | StatusCode::NOT_FOUND);
            assert_eq!(!stopped, access == Access::Everyone, "{method} {path}: {status}");
        }
    }
}

/// From the officer's computer nothing is open that a login opens at the desk, and some things are done at the desk alone.
#[tokio::test]
async fn through_the_link_login_comes_before_everything() {
    let folder = tempfile::tempdir().unwrap();
    let web = web(folder.path());
    let status = async |path: &str| {
        let request = Request::builder().uri(path).header("host", "127.0.0.1:8630").body(Body::empty()).unwrap();
        let routes = crate::desk::web::routes(web.clone(), guard::Own::through_the_link());
        routes.oneshot(request).await.unwrap().status()
    };
    for path in declared().table().keys() {
        assert_ne!(status(path).await, StatusCode::OK, "{path}: before there is an account");
    }
    web.officers.make("an", "An", Roles::of(&[Role::Administrator])).unwrap();
    assert_eq!(status("/login").await, StatusCode::OK);
    for path in HERE_ALONE {
        assert!(declared().table().contains_key(path), "{path} is no route");
        assert_eq!(status(path).await, StatusCode::FORBIDDEN, "{path}");
    }
}

/// The description of the bridge names every route and method that there is, and none that there is not.
#[tokio::test]
async fn the_routes_of_the_bridge_are_those_of_its_description() {
    let description: serde_json::Value = serde_yaml::from_str(include_str!("../../../../bridge/openapi.yaml")).unwrap();
    let described = description["paths"].as_object().unwrap();
    let table = declared();
    let routes: Vec<&str> = table.table().keys().copied().filter(|path| path.starts_with("/bridge/")).collect();
    assert_eq!(
        routes,
        described.keys().map(String::as_str).collect::<std::collections::BTreeSet<_>>().into_iter().collect::<Vec<_>>()
    );
    let folder = tempfile::tempdir().unwrap();
    let web = web(folder.path());
    let origin = crate::desk::bridge::origin::Origin::parse("https://motcua.example").unwrap();
    web.bridge.begin_pairing(origin, [cccd_forms::facts::Fact::FullName].into(), i64::MAX, None).unwrap();
    let served = crate::desk::web::routes(web, guard::Own::at("127.0.0.1:8630".parse().unwrap()));
    for path in routes {
        for method in ["GET", "POST", "PUT", "DELETE", "PATCH"] {
            let request = Request::builder().method(method).uri(path).header("host", "127.0.0.1:8630");
            let request = request.header("origin", "https://motcua.example").body(Body::empty()).unwrap();
            let answer = served.clone().oneshot(request).await.unwrap();
            let operation = &described[path][method.to_lowercase()];
            assert_eq!(answer.status() != StatusCode::METHOD_NOT_ALLOWED, operation.is_object(), "{method} {path}");
            let status = answer.status().as_str().to_owned();
            assert!(operation.is_null() || operation["responses"][&status].is_object(), "{method} {path}: {status}");
            assert_eq!(answer.headers()[header::ACCESS_CONTROL_ALLOW_ORIGIN], "https://motcua.example");
        }
    }
}
