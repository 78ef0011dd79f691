//! How much of what the desk offers has a standardised form: one whose fields about the citizen are filled from the card. The plans
//! ask for half of all forms with citizens' data by 2025 and for seven tenths by 2030 (R37; the share is to be reported).
//!
//! A form counts where its edition of the day may be handed out, a draft does not, and where at least one of its fields is
//! taken from the card. A service counts where one of its forms does.

use cccd_forms::packs::{Pack, Packs, Source};
use cccd_forms::services::{Service, Services};
use jiff::civil::Date;

/// The last of the essential services of the plans: what comes after is the desk's own or an office's.
pub const LAST_ESSENTIAL: u16 = 25;

/// The share that the plans ask for from 2025 to 2030, in percent.
pub const WANTED: u64 = 70;

/// What is standardised.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standard {
    /// The 25 essential services.
    pub essential: Share,
    /// Every service that the desk offers.
    pub services: Share,
    /// Every form that they name.
    pub forms: Share,
}

/// So many of so many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// So many …
    pub part: u64,
    /// … of so many.
    pub whole: u64,
}

impl Share {
    /// In whole percent, rounded down: a target is met when it is met.
    pub fn percent(self) -> u64 {
        (self.part * 100).checked_div(self.whole).unwrap_or(0)
    }

    fn of(all: impl Iterator<Item = bool>) -> Self {
        all.fold(Self::default(), |share, is| Self { part: share.part + u64::from(is), whole: share.whole + 1 })
    }
}

impl Standard {
    /// What is standardised at a desk of this province, on a day.
    pub fn of(services: &Services, packs: &Packs, day: Date, province: &str) -> Self {
        let form = |form: &str| packs.for_day(form, day, province).is_some_and(is_standardised);
        let service = |service: &Service| service.forms.iter().any(|name| form(name));
        let mut forms: Vec<&str> =
            services.all().iter().flat_map(|service| &service.forms).map(String::as_str).collect();
        forms.sort_unstable();
        forms.dedup();
        let essential = services.all().iter().filter(|service| service.number <= LAST_ESSENTIAL);
        Self {
            essential: Share::of(essential.map(service)),
            services: Share::of(services.all().iter().map(service)),
            forms: Share::of(forms.into_iter().map(form)),
        }
    }
}

/// Whether an edition may be handed out and is filled from the card.
fn is_standardised(pack: &Pack) -> bool {
    let from_card = |source| matches!(source, Source::Fact(_) | Source::Rule(_));
    pack.release && pack.fields().filter_map(|field| field.source).any(from_card)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn drafts_and_forms_that_are_not_in_force_are_not_standardised() {
        let (services, packs) = (Services::embedded(), Packs::embedded());
        let today = Standard::of(&services, &packs, date(2026, 11, 22), "");
        assert_eq!(today.essential.whole, 25);
        assert_eq!(today.services.whole, services.all().len() as u64);
        assert!(today.forms.part > 0 && today.forms.part < today.forms.whole, "there are drafts: {today:?}");
        let before = Standard::of(&services, &packs, date(1990, 1, 1), "");
        assert_eq!((before.essential.part, before.forms.part, before.forms.whole), (0, 0, today.forms.whole));
    }

    #[test]
    fn a_share_is_not_rounded_up_to_a_target() {
        assert_eq!(Share { part: 699, whole: 1000 }.percent(), 69);
        assert_eq!(Share::default().percent(), 0);
    }
}
