//! Which files to read, in which order: what is wanted and small first, what the proofs need next, the portrait last.

use std::collections::BTreeSet;

use icao9303::lds::file::DataGroup;

/// Data groups that only a terminal with a certificate of its own may read: not part of a plan, and asked for only after
/// Terminal Authentication.
pub const NEED_TERMINAL_AUTHENTICATION: [DataGroup; 2] = [DataGroup::DG3, DataGroup::new(4).unwrap()];

/// What comes first: who it is, in a few hundred bytes. Then DG14 and DG15, the keys of the chip's proofs, so that the
/// bulk comes over the channel that Chip Authentication opens. Then what is not listed here, by number; then this: the
/// portraits, which are long.
const FIRST: [u8; 6] = [1, 13, 11, 12, 14, 15];
const LAST: [u8; 2] = [5, 2];

/// What a caller wants of a card.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Goal {
    /// These data groups; `None`: all that the card has. DG14 and DG15 are always read: they hold the keys of the chip's
    /// proofs.
    pub groups: Option<BTreeSet<DataGroup>>,
    /// EF.COM too. It is not signed and decides nothing.
    pub com: bool,
}

impl Goal {
    /// The data groups to read, in order.
    ///
    /// EF.SOD says which there are. Where it does not (it is missing, or cannot be read), those that the card is known to
    /// have are tried. Groups asked for by name are tried in any case.
    #[must_use]
    pub fn plan(&self, listed: Option<&BTreeSet<DataGroup>>) -> Vec<DataGroup> {
        let usual = || [1, 2, 13, 14, 15].into_iter().filter_map(DataGroup::new).collect::<BTreeSet<_>>();
        let there = listed.cloned().unwrap_or_else(usual);
        let wanted: BTreeSet<DataGroup> = match &self.groups {
            None => there,
            Some(groups) => {
                let proofs = there.into_iter().filter(|group| matches!(*group, DataGroup::DG14 | DataGroup::DG15));
                groups.iter().copied().chain(proofs).collect()
            }
        };
        let mut plan: Vec<_> =
            wanted.into_iter().filter(|group| !NEED_TERMINAL_AUTHENTICATION.contains(group)).collect();
        plan.sort_by_key(|group| place(*group));
        plan
    }

    /// The numbers that were asked for by name.
    #[must_use]
    pub fn numbers(&self) -> Option<Vec<u8>> {
        self.groups.as_ref().map(|groups| groups.iter().map(|group| group.number()).collect())
    }
}

fn place(group: DataGroup) -> usize {
    let number = group.number();
    let first = FIRST.iter().position(|&known| known == number);
    let last = LAST.iter().position(|&known| known == number).map(|place| 200 + place);
    first.or(last).unwrap_or(100 + usize::from(number))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn groups(numbers: &[u8]) -> BTreeSet<DataGroup> {
        numbers.iter().filter_map(|&number| DataGroup::new(number)).collect()
    }

    fn plan(wanted: Option<&[u8]>, listed: Option<&[u8]>) -> Vec<u8> {
        let goal = Goal { groups: wanted.map(groups), com: false };
        goal.plan(listed.map(groups).as_ref()).into_iter().map(DataGroup::number).collect()
    }

    #[test]
    fn who_it_is_comes_first_and_the_portrait_last() {
        assert_eq!(plan(None, Some(&[1, 2, 3, 13, 14, 15])), [1, 13, 14, 15, 2]);
        assert_eq!(plan(None, Some(&[1, 2, 5, 7, 11, 12, 16])), [1, 11, 12, 7, 16, 5, 2]);
    }

    #[test]
    fn fingers_and_irises_are_never_asked_for() {
        assert_eq!(plan(Some(&[1, 3, 4]), Some(&[1, 3, 4])), [1]);
    }

    #[test]
    fn asking_for_less_drops_no_key_of_the_chips_proofs() {
        assert_eq!(plan(Some(&[13]), Some(&[1, 2, 13, 14, 15])), [13, 14, 15]);
        assert_eq!(plan(Some(&[1]), Some(&[1, 2])), [1]);
    }

    #[test]
    fn without_a_list_the_groups_that_cards_have_are_tried() {
        assert_eq!(plan(None, None), [1, 13, 14, 15, 2]);
    }

    #[test]
    fn a_group_asked_for_by_name_is_tried_though_nothing_lists_it() {
        assert_eq!(plan(Some(&[1, 11]), Some(&[1, 2])), [1, 11]);
    }
}
