//! The two languages of the pages: Vietnamese first, English for who asks for it. Both stand side by side where they are
//! used, so that neither is forgotten when the other changes.

use cccd::messages::Words;

/// A language of the pages.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// Vietnamese.
    #[default]
    Vi,
    /// English.
    En,
}

impl Lang {
    /// The language of a two-letter code; Vietnamese for any other.
    pub fn of_code(code: &str) -> Self {
        if code == "en" { Self::En } else { Self::Vi }
    }

    /// The code, as in `lang="…"`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Vi => "vi",
            Self::En => "en",
        }
    }

    /// The one of two texts that is in this language.
    pub const fn say<'a>(self, vi: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::Vi => vi,
            Self::En => en,
        }
    }

    /// The same for words that come from elsewhere; English where there is no Vietnamese.
    pub fn of(self, words: &Words) -> &str {
        match self {
            Self::Vi if !words.vi.is_empty() => &words.vi,
            _ => &words.en,
        }
    }
}
