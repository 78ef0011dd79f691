//! Which page is for whom: the one place where that is decided. A route cannot be declared without saying so
//! ([`Routes::route`]), and what is no route is nobody's.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::MethodRouter;

use super::Web;
use super::guard::Way;
use crate::desk::officers::logins::{Token, TokenHash, Who};
use crate::desk::officers::role::Role;

/// The cookie that a login is known by.
pub const COOKIE: &str = "desk-login";

/// Whom a route is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Whoever is at the machine, also the citizen.
    Everyone,
    /// Where nobody has an account yet: whoever is at the machine. Later administrators.
    FirstAccount,
    /// An officer who is logged in, also one who has yet to choose a password or to set the second factor up.
    Setup,
    /// Officers who have one of these roles.
    With(&'static [Role]),
    /// A program that shows the token of the settings, and nobody where there is none: figures for Prometheus. No login opens it,
    /// and the token opens nothing else.
    Scraper,
}

/// Who reads cards and fills forms.
pub const DESK: Access = Access::With(&[Role::Operator]);
/// Who says what the office is called.
pub const OFFICE: Access = Access::With(&[Role::Operator, Role::Administrator]);
/// Every officer who is logged in. Figures are for all of them: sums in which nobody is, and each answers for a part of them.
pub const ANYBODY: Access = Access::With(&Role::ALL);
/// Who makes accounts.
pub const ACCOUNTS: Access = Access::With(&[Role::Administrator]);
/// Who looks at the log.
pub const LOG: Access = Access::With(&[Role::Auditor]);

/// What is done at the desk's own machine alone: what citizens' screens show, who may come over the network at all, and
/// scraping.
const HERE_ALONE: [&str; 10] = [
    "/citizen",
    "/citizen/events",
    "/citizen/notice",
    "/link",
    "/link/show",
    "/link/hide",
    "/link/remove",
    "/metrics",
    "/officers/first",
    "/ticket",
];

/// Why somebody is not let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Nobody is logged in.
    LoggedOut,
    /// Something must be set up first.
    Unfinished,
    /// The officer's roles are others.
    Forbidden,
}

/// What is known when it is decided.
#[derive(Clone, Copy, Debug)]
pub struct Situation<'a> {
    /// Login is demanded.
    pub demanded: bool,
    /// There is no account.
    pub is_new: bool,
    /// Who is logged in.
    pub who: Option<&'a Who>,
}

impl Access {
    /// Whether the route may be used.
    ///
    /// # Errors
    /// It may not, and why.
    pub fn check(self, now: Situation<'_>) -> Result<(), Refusal> {
        let anybodys = !now.demanded && self != Self::Scraper;
        if self == Self::Everyone || anybodys || (self == Self::FirstAccount && now.is_new) {
            return Ok(());
        }
        // Whoever shows the token is let in before anything else is asked.
        let who = now.who.filter(|_| self != Self::Scraper).ok_or(Refusal::LoggedOut)?;
        match self {
            Self::Setup => return Ok(()),
            _ if who.unfinished => return Err(Refusal::Unfinished),
            _ => {}
        }
        let may = match self {
            Self::Everyone | Self::Setup => true,
            Self::Scraper => false,
            Self::FirstAccount => who.roles.has(Role::Administrator),
            Self::With(roles) => who.roles.has_any(roles),
        };
        if may { Ok(()) } else { Err(Refusal::Forbidden) }
    }
}

/// Routes, each with whom it is for.
pub struct Routes {
    router: Router<Web>,
    table: BTreeMap<&'static str, Access>,
}

impl Routes {
    /// None.
    pub fn new() -> Self {
        Self { router: Router::new(), table: BTreeMap::new() }
    }

    /// Adds one.
    pub fn route(mut self, path: &'static str, access: Access, methods: MethodRouter<Web>) -> Self {
        self.table.insert(path, access);
        self.router = self.router.route(path, methods);
        self
    }

    /// Adds others.
    pub fn merge(mut self, other: Self) -> Self {
        self.table.extend(other.table);
        self.router = self.router.merge(other.router);
        self
    }

    /// Changes how they are served.
    pub fn layered(mut self, layer: impl FnOnce(Router<Web>) -> Router<Web>) -> Self {
        self.router = layer(self.router);
        self
    }

    /// Whom each is for.
    #[cfg(test)]
    pub fn table(&self) -> &BTreeMap<&'static str, Access> {
        &self.table
    }

    /// Ready to be served: everything goes through the check.
    pub fn guarded(self, web: Web) -> Router {
        let gate = Gate { web: web.clone(), table: Arc::new(self.table) };
        self.router.layer(middleware::from_fn_with_state(gate, gatekeeper)).with_state(web)
    }
}

#[derive(Clone)]
struct Gate {
    web: Web,
    table: Arc<BTreeMap<&'static str, Access>>,
}

/// Lets a request through, or not.
async fn gatekeeper(State(gate): State<Gate>, mut request: Request, next: Next) -> Response {
    let path = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    let Some(access) = path.and_then(|path| gate.table.get(path)) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let officers = &gate.web.officers;
    let way = request.extensions().get::<Way>().copied().unwrap_or_default();
    if way == Way::Link {
        if path.is_some_and(|path| HERE_ALONE.contains(&path)) {
            return (StatusCode::FORBIDDEN, "Chỉ làm được tại máy đặt ở bàn. / Only at the desk's own machine.")
                .into_response();
        }
        if officers.is_new() {
            return (StatusCode::FORBIDDEN, "Tạo tài khoản ở bàn trước. / Make accounts at the desk first.")
                .into_response();
        }
    }
    if *access == Access::Scraper {
        return match stranger(&gate, &request) {
            Some(answer) => answer,
            None => next.run(request).await,
        };
    }
    let token = token(request.headers());
    // A page that only listens does not keep anybody logged in.
    let acts = !path.is_some_and(|path| path.ends_with("/events"));
    let who = token.and_then(|token| officers.who(&token, acts));
    let demanded = way == Way::Link || officers.is_demanded();
    let situation = Situation { demanded, is_new: officers.is_new(), who: who.as_deref() };
    if let Err(refusal) = access.check(situation) {
        return refused(refusal, who.as_deref(), &request);
    }
    request.extensions_mut().insert(Officer { who, token, way });
    next.run(request).await
}

/// The answer to a program that does not show the token; none where it does.
fn stranger(gate: &Gate, request: &Request) -> Option<Response> {
    let shown = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    match gate.web.scrape_token {
        Some(token) if token.is_shown(shown) => None,
        Some(_) => Some((StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, "Bearer")]).into_response()),
        None => Some(StatusCode::NOT_FOUND.into_response()),
    }
}

fn token(headers: &HeaderMap) -> Option<TokenHash> {
    let cookies = headers.get(header::COOKIE)?.to_str().ok()?;
    let mut pairs = cookies.split(';').filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE).map(|(_, value)| Token::hash_of(value))
}

/// A person is led to where they can go on; a script is told.
fn refused(refusal: Refusal, who: Option<&Who>, request: &Request) -> Response {
    let accepts = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let by_a_person = accepts.contains("text/html");
    match refusal {
        Refusal::LoggedOut if by_a_person => Redirect::to("/login").into_response(),
        Refusal::LoggedOut => StatusCode::UNAUTHORIZED.into_response(),
        Refusal::Unfinished if by_a_person => Redirect::to("/officers/setup").into_response(),
        // Where an officer is at home is another page.
        Refusal::Forbidden if by_a_person && *request.method() == Method::GET && request.uri().path() == "/" => {
            Redirect::to(who.map_or("/login", home)).into_response()
        }
        Refusal::Unfinished | Refusal::Forbidden => {
            (StatusCode::FORBIDDEN, "Tài khoản này không được mở trang này. / This account may not open this page.")
                .into_response()
        }
    }
}

/// The first page of an officer.
pub fn home(who: &Who) -> &'static str {
    match () {
        () if who.unfinished => "/officers/setup",
        () if who.roles.has(Role::Operator) => "/",
        () if who.roles.has(Role::Auditor) => "/log",
        () => "/officers",
    }
}

/// Who asks.
#[derive(Clone, Debug, Default)]
pub struct Officer {
    /// The officer, where somebody is logged in.
    pub who: Option<Arc<Who>>,
    /// The login.
    pub token: Option<TokenHash>,
    /// From where.
    pub way: Way,
}

impl Officer {
    /// The name that records say.
    pub fn name(&self) -> Option<&str> {
        self.who.as_ref().map(|who| &*who.name)
    }
}

impl<S: Sync> FromRequestParts<S> for Officer {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests;
