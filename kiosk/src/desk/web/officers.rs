//! The pages of the accounts: the login, what an officer sets up at the first one, and the list that administrators keep.
//! They work without script.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Form, State};
use axum::http::{StatusCode, header};
use axum::response::{AppendHeaders, Html, IntoResponse, Redirect, Response};
use cccd::messages::Words;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::access::{COOKIE, Officer, home};
use super::guard::Way;
use super::regions::drawn;
use super::visitor::Visitor;
use super::{Web, assets};
use crate::desk::audit::acts::AccountChange;
use crate::desk::audit::{Act, EndedBy};
use crate::desk::lang::Lang;
use crate::desk::notice::Notice;
use crate::desk::officers::LoginResult;
use crate::desk::officers::accounts::{Account, Accounts, AccountsError};
use crate::desk::officers::logins::{Token, Who};
use crate::desk::officers::password::{self, Hashed};
use crate::desk::officers::role::{Role, Roles};
use crate::desk::officers::totp::Secret;
use crate::desk::officers::tries;

/// What every page of this kind has.
pub struct Frame {
    /// The language.
    pub lang: Lang,
    /// The version of the assets.
    pub version: &'static str,
    /// Who is logged in.
    pub officer: Officer,
    /// There is no account.
    pub is_new: bool,
}

impl Frame {
    /// The frame of a page for this visitor.
    pub fn of(web: &Web, visitor: Visitor, officer: Officer) -> Self {
        Self { lang: visitor.lang, version: assets::VERSION.as_str(), officer, is_new: web.officers.is_new() }
    }

    /// Whether there is something to see for an officer of any role.
    pub fn is_in(&self) -> bool {
        self.officer.who.as_ref().is_some_and(|who| !who.unfinished)
    }

    /// Whether the page is shown at the desk's own machine.
    pub fn is_here(&self) -> bool {
        self.officer.way == Way::Here
    }

    /// What roles are called.
    pub fn roles(&self, roles: &Roles) -> String {
        roles.names(self.lang)
    }

    /// Whether links to what this role does are shown.
    pub fn has(&self, role: Role) -> bool {
        self.is_new || self.officer.who.as_ref().is_some_and(|who| !who.unfinished && who.roles.has(role))
    }
}

/// What went wrong, in both languages.
type Problem = Option<(String, String)>;

fn problem(error: &AccountsError) -> (String, String) {
    let (vi, en) = match error {
        AccountsError::Taken => ("Đã có tài khoản tên này.", "There is an account of that name already."),
        AccountsError::Name => (
            "Tên tài khoản gồm 2–32 chữ thường không dấu, số, dấu chấm, gạch nối.",
            "A name has 2 to 32 small letters a-z, digits, dots and dashes.",
        ),
        AccountsError::LastAdministrator => (
            "Đây là người quản trị cuối cùng: tạo người quản trị khác trước.",
            "This is the last administrator: make another one first.",
        ),
        AccountsError::Unknown => ("Không có tài khoản này.", "There is no such account."),
        AccountsError::Full => (
            "Có quá nhiều người đang đăng nhập: đăng xuất ở nơi khác rồi thử lại.",
            "Too many are logged in: log out elsewhere, then try again.",
        ),
        AccountsError::NotRecorded(notice) => {
            let Notice { what, todo, .. } = &**notice;
            return (format!("{} {}", what.vi, todo.vi), format!("{} {}", what.en, todo.en));
        }
        AccountsError::NotFirst => ("Đã có tài khoản rồi: hãy đăng nhập.", "There is an account already: log in."),
        _ => {
            let vi = format!("Không ghi được tài khoản; kiểm tra ổ đĩa. ({error})");
            return (vi, format!("The accounts could not be written; see whether the disk is full. ({error})"));
        }
    };
    (vi.to_owned(), en.to_owned())
}

// The login.

#[derive(Template)]
#[template(path = "login.html")]
struct LoginPage {
    frame: Frame,
    problem: Problem,
    name: String,
}

/// The page to log in.
pub async fn login_page(State(web): State<Web>, visitor: Visitor, officer: Officer) -> Response {
    if let Some(who) = &officer.who {
        return Redirect::to(home(who)).into_response();
    }
    if !web.officers.is_demanded() {
        return Redirect::to("/").into_response();
    }
    let frame = Frame::of(&web, visitor, officer);
    Html(drawn(&LoginPage { frame, problem: None, name: String::new() })).into_response()
}

#[derive(Deserialize)]
pub struct LoginForm {
    name: String,
    password: Zeroizing<String>,
    #[serde(default)]
    code: Zeroizing<String>,
}

/// Logs somebody in.
pub async fn login(
    State(web): State<Web>,
    visitor: Visitor,
    officer: Officer,
    Form(form): Form<LoginForm>,
) -> Response {
    let officers = Arc::clone(&web.officers);
    let name = form.name.chars().take(64).collect::<String>();
    let Some(busy) = officers.may_compute() else { return too_many(visitor) };
    let log_in = move || {
        let _busy = busy;
        officers.login(&form.name, &form.password, &form.code)
    };
    let result = tokio::task::spawn_blocking(log_in).await;
    let failed = |account, why| web.desk.audit.note_by(None, &Act::LoginFailed { account, why });
    let problem = match result {
        Ok(Ok(LoginResult::In(token, who, by_recovery_code))) => {
            web.desk
                .audit
                .note_by(Some(&who.name), &Act::Login { by_recovery_code, over_link: officer.way == Way::Link });
            return entered(&web, &token, &who);
        }
        Ok(Ok(LoginResult::Wrong(account))) => {
            failed(account, "wrong");
            ("Tên, mật khẩu hoặc mã không đúng.".into(), "The name, the password or the code is wrong.".into())
        }
        Ok(Ok(LoginResult::Locked { seconds, account, first })) => {
            if first {
                failed(account, "locked");
            }
            (
                format!("Sai nhiều lần: thử lại sau {seconds} giây. Người quản trị có thể đặt lại tài khoản."),
                format!("Wrong too often: try again in {seconds} seconds. An administrator can reset the account."),
            )
        }
        Ok(Err(error)) => problem(&error),
        Err(_) => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    };
    let frame = Frame::of(&web, visitor, officer);
    Html(drawn(&LoginPage { frame, problem: Some(problem), name })).into_response()
}

/// Passwords take a while to compute, and nobody may keep the whole machine busy with them.
fn too_many(visitor: Visitor) -> Response {
    let notice = Notice::wrong(
        Words::new("Đang có nhiều người đăng nhập cùng lúc.", "Many are logging in at this moment."),
        Words::new("Chờ vài giây, quay lại và thử lại.", "Wait a few seconds, go back, and try again."),
    );
    super::documents::failed(visitor.lang, StatusCode::TOO_MANY_REQUESTS, &notice)
}

/// Somebody is in: an operator takes the desk over.
fn entered(web: &Web, token: &Token, who: &Arc<Who>) -> Response {
    let older = web.officers.logins().end_others_of(&who.name, &Token::hash_of(token.text()));
    older.iter().for_each(|other| {
        web.desk.audit.note_by(Some(&other.name), &Act::Logout { by: EndedBy::AnotherLogin });
    });
    if who.roles.has(Role::Operator) {
        let others = web.officers.logins().end_other_operators(&Token::hash_of(token.text()));
        // Nobody works on in another officer's session.
        web.desk.end(EndedBy::AnotherLogin);
        others.iter().for_each(|other| {
            web.desk.audit.note_by(Some(&other.name), &Act::Logout { by: EndedBy::AnotherLogin });
        });
        web.desk.audit.set_at_desk(Some(Arc::clone(&who.name)));
    }
    web.desk.dismiss();
    let cookie = format!("{COOKIE}={}; Path=/; HttpOnly; SameSite=Strict", token.text());
    (AppendHeaders([(header::SET_COOKIE, cookie)]), Redirect::to(home(who))).into_response()
}

/// Somebody is out: with an operator, the citizen's session ends.
pub fn left(web: &Web, who: &Who, by: EndedBy) {
    if web.desk.audit.at_desk().is_some_and(|name| name == who.name) {
        web.desk.end(by);
        web.desk.audit.set_at_desk(None);
    }
    web.desk.audit.note_by(Some(&who.name), &Act::Logout { by });
    // Pages that are still open learn of it.
    web.desk.dismiss();
}

/// Logs out.
pub async fn logout(State(web): State<Web>, officer: Officer) -> impl IntoResponse {
    let ended = officer.token.and_then(|token| web.officers.logins().end(&token));
    if let Some(who) = ended {
        left(&web, &who, EndedBy::Logout);
    }
    let cookie = format!("{COOKIE}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0");
    (AppendHeaders([(header::SET_COOKIE, cookie)]), Redirect::to("/login"))
}

// What an officer sets up.

#[derive(Template)]
#[template(path = "setup.html")]
struct SetupPage {
    frame: Frame,
    problem: Problem,
    step: SetupStep,
}

impl SetupPage {
    /// Where the officer goes on.
    fn home(&self) -> &'static str {
        // What was missing has just been set up.
        let who = self.frame.officer.who.as_ref().map(|who| Who { unfinished: false, ..Who::clone(who) });
        who.map_or("/", |who| home(&who))
    }
}

enum SetupStep {
    Password,
    SecondFactor { picture: String, letters: String },
    Codes(Vec<Zeroizing<String>>),
    Done,
}

fn setup(web: &Web, frame: Frame, problem: Problem) -> Response {
    let step = match setup_step(web, &frame.officer) {
        Ok(step) => step,
        Err(_) => return Redirect::to("/login").into_response(),
    };
    Html(drawn(&SetupPage { frame, problem, step })).into_response()
}

fn setup_step(web: &Web, officer: &Officer) -> Result<SetupStep, AccountsError> {
    let account = own_account(web, officer)?;
    if account.password_was_given {
        return Ok(SetupStep::Password);
    }
    if account.secret.is_some() {
        return Ok(SetupStep::Done);
    }
    let secret = officer.token.and_then(|token| web.officers.logins().secret(&token)).ok_or(AccountsError::Unknown)?;
    Ok(SetupStep::SecondFactor { picture: secret.picture(&account.name), letters: secret.letters() })
}

fn own_account(web: &Web, officer: &Officer) -> Result<Account, AccountsError> {
    let name = officer.name().ok_or(AccountsError::Unknown)?;
    let account = web.officers.accounts().account(name)?.ok_or(AccountsError::Unknown)?;
    // A login that began before the account was changed goes no further.
    let is_current = officer.who.as_ref().is_some_and(|who| who.generation == account.generation);
    if is_current { Ok(account) } else { Err(AccountsError::Unknown) }
}

/// What is to be set up next.
pub async fn setup_page(State(web): State<Web>, visitor: Visitor, officer: Officer) -> Response {
    let frame = Frame::of(&web, visitor, officer);
    setup(&web, frame, None)
}

#[derive(Deserialize)]
pub struct PasswordForm {
    password: Zeroizing<String>,
    again: Zeroizing<String>,
    /// The present one: asked for where nothing else has just proven who this is.
    #[serde(default)]
    present: Zeroizing<String>,
}

/// The officer chooses a password.
pub async fn own_password(
    State(web): State<Web>,
    visitor: Visitor,
    officer: Officer,
    Form(form): Form<PasswordForm>,
) -> Response {
    let worker = web.clone();
    let asks = officer.clone();
    let Some(busy) = web.officers.may_compute() else { return too_many(visitor) };
    let change = move || {
        let _busy = busy;
        change_password(&worker, &asks, &form)
    };
    let changed = tokio::task::spawn_blocking(change).await;
    let (officer, problem) = match changed {
        Ok(Ok(officer)) => (officer, None),
        Ok(Err(problem)) => (officer, Some(problem)),
        Err(_) => return StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    };
    let frame = Frame::of(&web, visitor, officer);
    setup(&web, frame, problem)
}

fn change_password(web: &Web, officer: &Officer, form: &PasswordForm) -> Result<Officer, (String, String)> {
    let said = |(vi, en): (&str, &str)| (vi.to_owned(), en.to_owned());
    let account = own_account(web, officer).map_err(|error| problem(&error))?;
    // The login has just proven it where the password was given by somebody else.
    if !account.password_was_given && !password::fits(Some(&account.password), &form.present) {
        return Err(said(("Mật khẩu hiện tại không đúng.", "The present password is wrong.")));
    }
    if form.password != form.again {
        return Err(said(("Hai lần nhập mật khẩu khác nhau.", "The two passwords differ.")));
    }
    if let Some(weak) = password::is_weak(&form.password, &account.name) {
        return Err(said(weak));
    }
    if account.password_was_given && password::fits(Some(&account.password), &form.password) {
        return Err(said(("Chọn một mật khẩu mới.", "Choose a new password.")));
    }
    let hashed = password::hashed(&form.password).map_err(|error| problem(&error))?;
    let accounts = web.officers.accounts();
    let changed = accounts.all_or_nothing(|accounts| {
        accounts.set_password(&account.name, &hashed, false, Some(account.generation))?;
        record(web, officer, AccountChange::Password, &account)
    });
    let finished = changed.and_then(|()| finished_step(web, &accounts, officer, &account.name));
    finished.map_err(|error| problem(&error))
}

/// Something of the account was set up: this login goes on, and every other one of the account ends. The accounts are held
/// since the change: nobody takes this login for an old one meanwhile.
fn finished_step(web: &Web, accounts: &Accounts, officer: &Officer, name: &str) -> Result<Officer, AccountsError> {
    let token = officer.token.ok_or(AccountsError::Unknown)?;
    let account = accounts.account(name)?.ok_or(AccountsError::Unknown)?;
    let who = web.officers.logins().finish(&token, &account);
    let ended = web.officers.logins().end_others_of(name, &token);
    ended.iter().for_each(|other| {
        web.desk.audit.note_by(Some(&other.name), &Act::Logout { by: EndedBy::AccountChanged });
    });
    Ok(Officer { who, token: Some(token), way: officer.way })
}

#[derive(Deserialize)]
pub struct CodeForm {
    code: String,
}

/// The officer proves that the app shows the right codes.
pub async fn own_code(
    State(web): State<Web>,
    visitor: Visitor,
    officer: Officer,
    Form(form): Form<CodeForm>,
) -> Response {
    let frame = Frame::of(&web, visitor, officer.clone());
    let account = own_account(&web, &officer).ok();
    let unset = account.filter(|account| account.secret.is_none() && !account.password_was_given);
    let secret = officer.token.filter(|_| unset.is_some()).and_then(|token| web.officers.logins().secret(&token));
    let (Some(secret), Some(account)) = (secret, unset) else { return setup(&web, frame, None) };
    let Some(step) = secret.step_of(&form.code, jiff::Timestamp::now().as_second()) else {
        let vi = "Mã không đúng. Xem ngày giờ của máy này và của điện thoại, rồi nhập mã đang hiện.";
        let en = "The code is wrong. See whether this machine and the telephone show the right time, then type the present code.";
        return setup(&web, frame, Some((vi.into(), en.into())));
    };
    match keep_second_factor(&web, &officer, &account, &secret, step) {
        Ok(codes) => Html(drawn(&SetupPage { frame, problem: None, step: SetupStep::Codes(codes) })).into_response(),
        Err(error) => setup(&web, frame, Some(problem(&error))),
    }
}

fn keep_second_factor(
    web: &Web,
    officer: &Officer,
    account: &Account,
    secret: &Secret,
    step: i64,
) -> Result<Vec<Zeroizing<String>>, AccountsError> {
    let accounts = web.officers.accounts();
    let codes = accounts.all_or_nothing(|accounts| {
        let codes = accounts.set_secret(&account.name, secret, step, Some(account.generation))?;
        record(web, officer, AccountChange::SecondFactor, account)?;
        Ok(codes)
    })?;
    finished_step(web, &accounts, officer, &account.name)?;
    Ok(codes)
}

// The list of accounts.

#[derive(Template)]
#[template(path = "officers.html")]
struct OfficersPage {
    frame: Frame,
    problem: Problem,
    accounts: Vec<Account>,
    /// Whose password was made, and which: said once.
    given: Option<(String, Zeroizing<String>)>,
    /// What was typed for the first account and is not to be typed again: the account's name and the officer's.
    typed: (String, String),
}

impl OfficersPage {
    /// The roles that one officer may have.
    fn choices(&self) -> [Roles; 4] {
        [
            Roles::of(&[Role::Operator]),
            Roles::of(&[Role::Auditor]),
            Roles::of(&[Role::Administrator]),
            Roles::of(&[Role::Operator, Role::Administrator]),
        ]
    }
}

fn list(web: &Web, frame: Frame, problem: Problem, given: Option<(String, Zeroizing<String>)>) -> Response {
    let accounts = web.officers.accounts().all().unwrap_or_default();
    Html(drawn(&OfficersPage { frame, problem, accounts, given, typed: Default::default() })).into_response()
}

/// The accounts; where there is none, the page that makes the first.
pub async fn officers(State(web): State<Web>, visitor: Visitor, officer: Officer) -> Response {
    let frame = Frame::of(&web, visitor, officer);
    list(&web, frame, None, None)
}

#[derive(Deserialize)]
pub struct FirstForm {
    name: String,
    full_name: String,
    roles: String,
    password: Zeroizing<String>,
    again: Zeroizing<String>,
}

/// Makes the first account; its officer is in, and sets the second factor up.
pub async fn make_first(
    State(web): State<Web>,
    visitor: Visitor,
    officer: Officer,
    Form(form): Form<FirstForm>,
) -> Response {
    let frame = Frame::of(&web, visitor, officer);
    let wrong = if form.password == form.again {
        password::is_weak(&form.password, &form.name)
    } else {
        Some(("Hai lần nhập mật khẩu khác nhau.", "The two passwords differ."))
    };
    if let (Some((vi, en)), true) = (wrong, web.officers.is_new()) {
        let problem = Some((vi.to_owned(), en.to_owned()));
        let typed = (form.name, form.full_name);
        return Html(drawn(&OfficersPage { frame, problem, accounts: Vec::new(), given: None, typed })).into_response();
    }
    let roles = Roles::parse(&form.roles).unwrap_or_default();
    let worker = web.clone();
    let Some(busy) = web.officers.may_compute() else { return too_many(visitor) };
    let make = move || {
        let _busy = busy;
        let made = |account: &Account| record(&worker, &Officer::default(), AccountChange::Made, account);
        worker.officers.make_first(&form.name, &clipped(&form.full_name), roles, &form.password, made)
    };
    match tokio::task::spawn_blocking(make).await {
        Ok(Ok((token, who))) => {
            web.desk.audit.note_by(Some(&who.name), &Act::Login { by_recovery_code: false, over_link: false });
            entered(&web, &token, &who)
        }
        Ok(Err(error)) => list(&web, frame, Some(problem(&error)), None),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

#[derive(Deserialize)]
pub struct AccountForm {
    name: String,
    #[serde(default)]
    full_name: String,
    #[serde(default)]
    roles: String,
}

/// What an administrator does to an account: with a new password, where one is made.
type Change = fn(&Accounts, &AccountForm, Option<&Hashed>) -> Result<(), AccountsError>;

async fn change(
    web: Web,
    visitor: Visitor,
    officer: Officer,
    form: AccountForm,
    what: AccountChange,
    act: Change,
) -> Response {
    let frame = Frame::of(&web, visitor, officer.clone());
    let worker = web.clone();
    let Some(busy) = web.officers.may_compute() else { return too_many(visitor) };
    let work = move || {
        let _busy = busy;
        changed(&worker, &officer, &form, what, act)
    };
    match tokio::task::spawn_blocking(work).await {
        Ok(Ok((name, given))) => {
            // Who was logged in with what the account was is not any more.
            let ended = web.officers.logins().end_all_of(&name);
            ended.iter().for_each(|who| left(&web, who, EndedBy::AccountChanged));
            list(&web, frame, None, given.map(|given| (name, given)))
        }
        Ok(Err(error)) => list(&web, frame, Some(problem(&error)), None),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// Does it, if that can be recorded: the account, and the password that was made.
fn changed(
    web: &Web,
    officer: &Officer,
    form: &AccountForm,
    what: AccountChange,
    act: Change,
) -> Result<(String, Option<Zeroizing<String>>), AccountsError> {
    let gives = matches!(what, AccountChange::Made | AccountChange::Reset);
    let given = gives.then(password::made).transpose()?;
    let hashed = given.as_ref().map(|given| password::hashed(given)).transpose()?;
    let name = web.officers.accounts().all_or_nothing(|accounts| {
        // Whose it was: after it is gone nobody knows the roles.
        let before = accounts.account(&form.name)?;
        act(accounts, form, hashed.as_ref())?;
        let account = accounts.account(&form.name)?.or(before).ok_or(AccountsError::Unknown)?;
        record(web, officer, what, &account)?;
        Ok(account.name)
    })?;
    Ok((name, given))
}

/// Makes an account.
pub async fn make(
    State(web): State<Web>,
    visitor: Visitor,
    officer: Officer,
    Form(form): Form<AccountForm>,
) -> Response {
    change(web, visitor, officer, form, AccountChange::Made, |accounts, form, given| {
        let roles = Roles::parse(&form.roles).ok_or(AccountsError::Unknown)?;
        accounts.add(&form.name, &clipped(&form.full_name), roles, given.ok_or(AccountsError::Random)?, true)
    })
    .await
}

/// Gives an account other roles.
pub async fn set_roles(
    State(web): State<Web>,
    visitor: Visitor,
    officer: Officer,
    Form(form): Form<AccountForm>,
) -> Response {
    change(web, visitor, officer, form, AccountChange::Roles, |accounts, form, _| {
        let roles = Roles::parse(&form.roles).ok_or(AccountsError::Unknown)?;
        accounts.set_roles(&form.name, roles)
    })
    .await
}

/// Takes password and second factor back.
pub async fn reset(
    State(web): State<Web>,
    visitor: Visitor,
    officer: Officer,
    Form(form): Form<AccountForm>,
) -> Response {
    change(web, visitor, officer, form, AccountChange::Reset, |accounts, form, given| {
        accounts.reset(&form.name, given.ok_or(AccountsError::Random)?)?;
        tries::forgotten(accounts, &form.name)
    })
    .await
}

/// Takes an account away.
pub async fn remove(
    State(web): State<Web>,
    visitor: Visitor,
    officer: Officer,
    Form(form): Form<AccountForm>,
) -> Response {
    change(web, visitor, officer, form, AccountChange::Removed, |accounts, form, _| accounts.remove(&form.name)).await
}

/// What cannot be recorded is not done.
fn record(web: &Web, officer: &Officer, change: AccountChange, account: &Account) -> Result<(), AccountsError> {
    let act = Act::Account { change, account: account.name.clone(), roles: account.roles.codes() };
    let recorded = web.desk.audit.record_by(officer.name(), &act);
    recorded.map_err(|notice| AccountsError::NotRecorded(Box::new(notice)))
}

fn clipped(text: &str) -> String {
    text.trim().chars().take(100).collect()
}
