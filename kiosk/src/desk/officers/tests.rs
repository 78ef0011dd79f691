use super::*;
use role::Role;

const PASSWORD: &str = "bốn từ không liên quan";

fn officers(folder: &Path) -> Officers {
    Officers::open(folder, false, Duration::from_secs(600)).unwrap()
}

/// The same after a new start.
fn again(folder: &Path) -> Officers {
    officers(folder)
}

/// Officers with an administrator whose second factor is set up, its secret, and the recovery codes.
fn with_administrator(folder: &Path) -> (Officers, Secret, Vec<Zeroizing<String>>) {
    let officers = officers(folder);
    officers.make_first("quantri", "Người Quản Trị", Roles::of(&[Role::Administrator]), PASSWORD, |_| Ok(())).unwrap();
    let secret = Secret::make().unwrap();
    let codes = officers.accounts().set_secret("quantri", &secret, 0, None).unwrap();
    (officers, secret, codes)
}

/// The code of now.
fn code(secret: &Secret) -> String {
    secret.code(Timestamp::now().as_second().div_euclid(30))
}

#[test]
fn a_login_needs_name_password_and_a_code_that_was_not_used() {
    let folder = tempfile::tempdir().unwrap();
    let (officers, secret, _) = with_administrator(folder.path());
    let code = code(&secret);
    assert!(matches!(officers.login("quantri", PASSWORD, ""), Ok(LoginResult::Wrong(Some(_)))));
    assert!(matches!(officers.login("quantri", "sai mật khẩu", &code), Ok(LoginResult::Wrong(Some(_)))));
    assert!(matches!(officers.login("ai-do", PASSWORD, &code), Ok(LoginResult::Wrong(None))));
    assert!(matches!(officers.login(" QuanTri ", PASSWORD, &code), Ok(LoginResult::In(_, _, false))));
    assert!(matches!(officers.login("quantri", PASSWORD, &code), Ok(LoginResult::Wrong(_))), "replayed");
}

#[test]
fn a_recovery_code_is_good_once() {
    let folder = tempfile::tempdir().unwrap();
    let (officers, _, codes) = with_administrator(folder.path());
    let typed = codes[3].to_uppercase().replace('-', " ");
    assert!(matches!(officers.login("quantri", PASSWORD, &typed), Ok(LoginResult::In(_, _, true))));
    assert!(matches!(officers.login("quantri", PASSWORD, &typed), Ok(LoginResult::Wrong(_))));
    assert!(matches!(officers.login("quantri", PASSWORD, &codes[4]), Ok(LoginResult::In(..))));
}

#[test]
fn who_guesses_must_wait_and_the_right_password_does_not_shorten_that() {
    let folder = tempfile::tempdir().unwrap();
    let (officers, secret, _) = with_administrator(folder.path());
    for _ in 0..5 {
        assert!(matches!(officers.login("quantri", "sai mật khẩu", "000000"), Ok(LoginResult::Wrong(_))));
    }
    // As if there had been more: half a minute may pass before the next line.
    let more =
        |name| (0..6).for_each(|_| tries::failed(&officers.accounts(), name, Timestamp::now().as_second()).unwrap());
    more("quantri");
    assert!(matches!(officers.login("quantri", PASSWORD, &code(&secret)), Ok(LoginResult::Locked { .. })));
    // Also for a name that nobody has, and after a new start.
    more("ai-do");
    drop(officers);
    let officers = again(folder.path());
    assert!(matches!(officers.login("ai-do", "x", ""), Ok(LoginResult::Locked { .. })));
    assert!(matches!(officers.login("quantri", PASSWORD, &code(&secret)), Ok(LoginResult::Locked { .. })));
    let given = officers.reset("quantri").unwrap();
    assert!(matches!(officers.login("quantri", &given, ""), Ok(LoginResult::In(_, who, _)) if who.unfinished));
}

#[test]
fn the_last_administrator_stays_one() {
    let folder = tempfile::tempdir().unwrap();
    let (officers, ..) = with_administrator(folder.path());
    officers.make("an.nguyen", "Nguyễn Thị An", Roles::of(&[Role::Operator])).unwrap();
    let accounts = officers.accounts();
    assert!(matches!(accounts.remove("quantri"), Err(AccountsError::LastAdministrator)));
    let operator = Roles::of(&[Role::Operator]);
    assert!(matches!(accounts.set_roles("quantri", operator), Err(AccountsError::LastAdministrator)));
    accounts.set_roles("an.nguyen", Roles::of(&[Role::Operator, Role::Administrator])).unwrap();
    accounts.remove("quantri").unwrap();
    assert!(matches!(accounts.remove("an.nguyen"), Err(AccountsError::LastAdministrator)));
    assert!(matches!(accounts.remove("ai-do"), Err(AccountsError::Unknown)));
}

#[test]
fn names_are_small_letters_and_the_first_account_is_made_once() {
    let folder = tempfile::tempdir().unwrap();
    let (officers, ..) = with_administrator(folder.path());
    let operator = Roles::of(&[Role::Operator]);
    for wrong in ["", "a", "an nguyen", "ân", "an/..", "<b>", &"a".repeat(33)] {
        assert!(matches!(officers.make(wrong, "X", operator), Err(AccountsError::Name)), "{wrong}");
    }
    assert!(matches!(officers.make("QUANTRI", "X", operator), Err(AccountsError::Taken)));
    let again = officers.make_first("khac", "X", Roles::of(&[Role::Administrator]), PASSWORD, |_| Ok(()));
    assert!(matches!(again, Err(AccountsError::NotFirst)));
    let file = folder.path().join(accounts::FILE);
    let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(file).unwrap().permissions());
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_login_ends_when_it_is_idle_and_one_operator_is_at_the_desk() {
    let folder = tempfile::tempdir().unwrap();
    let (officers, ..) = with_administrator(folder.path());
    for name in ["mot", "hai"] {
        officers.make(name, name, Roles::of(&[Role::Operator])).unwrap();
    }
    let now = Instant::now();
    let later = |seconds| now + Duration::from_secs(seconds);
    let account = |name: &str| officers.accounts().account(name).unwrap().unwrap();
    let mut logins = officers.logins();
    let [admin, first, second] = ["quantri", "mot", "hai"].map(|name| {
        let token = logins.begin(&account(name), now).unwrap().0;
        Token::hash_of(token.text())
    });
    assert_eq!(logins.end_other_operators(&second).len(), 1);
    assert!(logins.who(&first, true, now).is_none());
    assert!(logins.who(&second, true, later(599)).is_some() && logins.who(&admin, false, later(599)).is_some());
    assert!(logins.who(&admin, true, later(601)).is_none());
    // With the login that came of making the first account.
    assert_eq!(logins.end_idle(later(601)).len(), 2);
    assert!(logins.who(&second, false, later(1198)).is_some());
    assert_eq!(logins.end_all_of("hai").len(), 1);
    assert!(logins.who(&second, true, now).is_none());
}

#[test]
fn a_login_holds_as_long_as_the_account_is_what_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let (officers, ..) = with_administrator(folder.path());
    let given = officers.make("an", "An", Roles::of(&[Role::Operator])).unwrap();
    let enter = |password: &str| match officers.login("an", password, "").unwrap() {
        LoginResult::In(token, who, _) => (Token::hash_of(token.text()), who),
        _ => panic!("not in"),
    };
    let ((first, _), (second, who)) = (enter(&given), enter(&given));
    assert_eq!(officers.logins().end_others_of("an", &second).len(), 1);
    assert!(officers.who(&first, true).is_none() && officers.who(&second, true).is_some());
    // Another program resets it: the login holds no more, and what it had begun does not come through.
    let given = again(folder.path()).reset("an").unwrap();
    assert!(officers.who(&second, true).is_none());
    let hashed = password::hashed(PASSWORD).unwrap();
    let late = officers.accounts().set_password("an", &hashed, false, Some(who.generation));
    assert!(matches!(late, Err(AccountsError::Unknown)));
    assert_eq!(officers.end_stale().len(), 2, "and the one that came of making the first account");
    let (token, who) = enter(&given);
    officers.accounts().set_password("an", &hashed, false, Some(who.generation)).unwrap();
    let account = officers.accounts().account("an").unwrap().unwrap();
    assert!(officers.who(&token, true).is_none());
    officers.logins().finish(&token, &account);
    assert!(officers.who(&token, true).is_some(), "who changed it goes on");
}

#[test]
fn what_cannot_be_recorded_changes_no_account() {
    let folder = tempfile::tempdir().unwrap();
    let (officers, ..) = with_administrator(folder.path());
    officers.make("an", "An", Roles::of(&[Role::Operator])).unwrap();
    let result = officers.accounts().all_or_nothing(|accounts| {
        accounts.remove("an")?;
        Err::<(), _>(AccountsError::Random)
    });
    assert!(matches!(result, Err(AccountsError::Random)));
    assert!(officers.accounts().account("an").unwrap().is_some());
}
