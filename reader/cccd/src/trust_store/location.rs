//! Where the installed anchors are.

use std::env;
use std::path::PathBuf;

/// Replaces all folders by one.
pub const VARIABLE: &str = "CCCD_TRUST_STORE";

/// Whose folder it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Level {
    /// What a package brought: `/usr/share/cccd/trust`. Never written.
    Package,
    /// The machine's: `/etc/cccd/trust`.
    System,
    /// The user's: `cccd/trust` in the data folder of the XDG Base Directory Specification.
    User,
    /// One that was named, instead of all others.
    Named,
}

impl Level {
    /// The name used in machine-readable results.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Package => "package",
            Self::System => "system",
            Self::User => "user",
            Self::Named => "named",
        }
    }
}

/// One folder of the trust store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// Whose it is.
    pub level: Level,
    /// The folder. It need not exist.
    pub folder: PathBuf,
}

/// The folders of the trust store in the order in which they are read. `named`, or else the environment variable
/// `CCCD_TRUST_STORE`, replaces all of them.
#[must_use]
pub fn locations(named: Option<PathBuf>) -> Vec<Location> {
    let at = |level, folder| Location { level, folder };
    let named = named.or_else(|| variable(VARIABLE));
    if let Some(folder) = named {
        return vec![at(Level::Named, folder)];
    }
    let mut locations =
        vec![at(Level::Package, "/usr/share/cccd/trust".into()), at(Level::System, "/etc/cccd/trust".into())];
    let data = variable("XDG_DATA_HOME").or_else(|| Some(variable("HOME")?.join(".local/share")));
    locations.extend(data.map(|data| at(Level::User, data.join("cccd/trust"))));
    locations
}

/// An empty variable is as good as none.
fn variable(name: &str) -> Option<PathBuf> {
    env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// The folders alone.
#[must_use]
pub fn folders() -> Vec<PathBuf> {
    locations(None).into_iter().map(|location| location.folder).collect()
}

/// The folders that exist.
#[must_use]
pub fn installed() -> Vec<PathBuf> {
    folders().into_iter().filter(|folder| folder.is_dir()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_named_folder_replaces_all_others() {
        let named = locations(Some("/somewhere".into()));
        assert_eq!(named, [Location { level: Level::Named, folder: "/somewhere".into() }]);
    }
}
