//! What somebody may do. Who reads cards does not look at the log, and who looks at the log neither reads cards nor makes
//! accounts: so nobody watches themselves.

use crate::desk::lang::Lang;

/// What somebody may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Reads cards and fills forms.
    Operator,
    /// Looks at the log, verifies and exports it, and answers citizens about what is stored of them.
    Auditor,
    /// Makes accounts and changes settings.
    Administrator,
}

/// The roles of one officer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Roles(u8);

impl Role {
    /// All.
    pub const ALL: [Self; 3] = [Self::Operator, Self::Auditor, Self::Administrator];

    /// Its stable name.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Operator => "operator",
            Self::Auditor => "auditor",
            Self::Administrator => "administrator",
        }
    }

    /// What it is called.
    pub const fn name(self, lang: Lang) -> &'static str {
        match self {
            Self::Operator => lang.say("Cán bộ tiếp nhận", "Operator"),
            Self::Auditor => lang.say("Người kiểm tra", "Auditor"),
            Self::Administrator => lang.say("Người quản trị", "Administrator"),
        }
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

impl Roles {
    /// These.
    pub fn of(roles: &[Role]) -> Self {
        Self(roles.iter().fold(0, |bits, role| bits | role.bit()))
    }

    /// The roles of these stable names, where they may be one officer's: at least one, and the auditor has no other.
    pub fn parse(codes: &str) -> Option<Self> {
        let mut roles = Self::default();
        for code in codes.split(',').map(str::trim).filter(|code| !code.is_empty()) {
            roles.0 |= Role::ALL.into_iter().find(|role| role.code() == code)?.bit();
        }
        let alone = !roles.has(Role::Auditor) || roles == Self::of(&[Role::Auditor]);
        (roles != Self::default() && alone).then_some(roles)
    }

    /// Whether this is one of them.
    pub const fn has(self, role: Role) -> bool {
        self.0 & role.bit() != 0
    }

    /// Whether one of these is.
    pub fn has_any(self, roles: &[Role]) -> bool {
        roles.iter().any(|role| self.has(*role))
    }

    /// Their stable names.
    pub fn codes(self) -> Vec<&'static str> {
        Role::ALL.into_iter().filter(|role| self.has(*role)).map(Role::code).collect()
    }

    /// What they are called.
    pub fn names(self, lang: Lang) -> String {
        let names: Vec<&str> =
            Role::ALL.into_iter().filter(|role| self.has(*role)).map(|role| role.name(lang)).collect();
        names.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_auditor_and_anything_else() {
        for wrong in ["", "x", "auditor,operator", "auditor,administrator", "operator,auditor,administrator"] {
            assert_eq!(Roles::parse(wrong), None, "{wrong}");
        }
        for right in ["operator", "auditor", "administrator", "operator,administrator"] {
            assert_eq!(Roles::parse(right).map(|roles| roles.codes().join(",")).as_deref(), Some(right));
        }
    }
}
