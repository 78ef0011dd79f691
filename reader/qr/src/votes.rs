//! Damaged codes of consecutive pictures combined: every picture votes for every module, with how sure it is.
//!
//! Modules are compared, not pixels, so the code may move between the pictures. What is not the same code must never be mixed:
//! a picture's votes are added only where the format is the same and the check codewords of *every* block agree, which differ in
//! about half of their bits as soon as any data codeword of the block does. Otherwise they replace those before.

use crate::{
    fit::warp::Warp,
    grid::{Content, Depth, Grid},
    symbol::{
        codewords,
        format::{self, Format},
        layout::Layout,
        version::Version,
    },
};

/// A symbol that was found, but too damaged to be read.
#[derive(Clone, Debug)]
pub(crate) struct Damaged {
    /// A value for every module: dark above 0.
    pub(crate) values: Vec<f32>,
    pub(crate) version: Version,
    pub(crate) warp: Warp,
    pub(crate) inverted: bool,
    /// How well its fixed patterns show.
    pub(crate) agreement: f32,
}

/// The votes so far.
#[derive(Debug)]
pub(crate) struct Votes {
    version: Version,
    inverted: bool,
    sums: Vec<f32>,
    pictures: u32,
    /// Pictures since a vote came in.
    idle: u32,
}

/// Votes are forgotten after so many pictures that added none.
const MOST_IDLE: u32 = 15;
/// The correlation of the check codewords of a block below which two symbols are different ones. Of one symbol with every tenth
/// module wrong in both pictures it is 0.64; of different ones it is about 0, spread by one through the root of the bits compared:
/// so many times that, too.
const LEAST_CORRELATION: f32 = 0.4;
const LEAST_SPREADS: f32 = 4.5;
/// Formats less clear than this vote for nothing.
const LEAST_FORMAT: f32 = 0.5;

impl Votes {
    /// The votes after a picture in which at best this was found, and what they give together.
    pub(crate) fn after(before: Option<Self>, damaged: Option<&Damaged>) -> (Option<Self>, Option<Content>) {
        let Some(damaged) = damaged else {
            let kept = before.map(|votes| Self { idle: votes.idle + 1, ..votes });
            return (kept.filter(|votes| votes.idle <= MOST_IDLE), None);
        };
        if let Some(mut votes) = before {
            if votes.is_of(damaged) {
                votes.add(damaged);
                let content = votes.decode();
                return (content.is_none().then_some(votes), content);
            }
        }
        (Self::first(damaged), None)
    }

    fn first(damaged: &Damaged) -> Option<Self> {
        clear_format(&damaged.values, damaged.version)?;
        Some(Self {
            version: damaged.version,
            inverted: damaged.inverted,
            sums: damaged.values.clone(),
            pictures: 1,
            idle: 0,
        })
    }

    fn is_of(&self, damaged: &Damaged) -> bool {
        if (self.version, self.inverted) != (damaged.version, damaged.inverted) {
            return false;
        }
        let (Some(ours), Some(theirs)) =
            (clear_format(&self.sums, self.version), clear_format(&damaged.values, self.version))
        else {
            return false;
        };
        let ((format, mirrored), side) = (ours, self.version.side());
        let layout = Layout::of(self.version);
        let place = |module: u16| {
            let module = usize::from(module);
            if mirrored { module % side * side + module / side } else { module }
        };
        ours == theirs
            && codewords::check_places(self.version, format).all(|block| {
                let modules = block.filter_map(|codeword| layout.order.get(8 * codeword..8 * codeword + 8)).flatten();
                let pairs = modules.map(|module| (self.sums[place(*module)], damaged.values[place(*module)]));
                let (correlation, count) = correlation(pairs);
                correlation >= LEAST_CORRELATION.max(LEAST_SPREADS / (count as f32).sqrt())
            })
    }

    fn add(&mut self, damaged: &Damaged) {
        self.sums.iter_mut().zip(&damaged.values).for_each(|(sum, value)| *sum += value);
        self.pictures += 1;
        self.idle = 0;
    }

    fn decode(&self) -> Option<Content> {
        let share = 1.0 / self.pictures as f32;
        let means = self.sums.iter().map(|sum| sum * share).collect();
        Grid::new(self.version.side(), means)?.decode_to(Depth::Thorough)
    }
}

/// The likeliest format and whether rows and columns are exchanged, where it is clear.
fn clear_format(values: &[f32], version: Version) -> Option<(Format, bool)> {
    let side = version.side();
    let upright = format::candidates(side, |x, y| values[y * side + x])[0];
    let swapped = format::candidates(side, |x, y| values[x * side + y])[0];
    let mirrored = swapped.agreement > upright.agreement;
    let best = if mirrored { swapped } else { upright };
    (best.agreement >= LEAST_FORMAT).then_some((best.format, mirrored))
}

/// The correlation of pairs, and how many they are.
fn correlation(pairs: impl Iterator<Item = (f32, f32)>) -> (f32, usize) {
    let (mut product, mut first, mut second, mut count) = (0.0, 1e-6, 1e-6, 0);
    for (a, b) in pairs {
        let (a, b) = (a.clamp(-1.0, 1.0), b.clamp(-1.0, 1.0));
        product += a * b;
        first += a * a;
        second += b * b;
        count += 1;
    }
    (product / f32::sqrt(first * second), count)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use qrcode::{EcLevel, QrCode};

    use super::*;
    use crate::Point;

    const VERSION: i16 = 7;

    /// A code of which a picture got every so many modules wrong.
    fn damaged(text: &str, wrong: &[bool]) -> Damaged {
        let code = QrCode::with_version(text, qrcode::Version::Normal(VERSION), EcLevel::M).unwrap();
        let layout = Layout::of(Version::new(7).unwrap());
        let mut values: Vec<f32> =
            code.to_colors().iter().map(|color| if *color == qrcode::Color::Dark { 1.0 } else { -1.0 }).collect();
        for (module, wrong) in layout.order.iter().zip(wrong) {
            if *wrong {
                values[usize::from(*module)] *= -0.5;
            }
        }
        let at = |x, y| Point { x, y };
        let points = [at(0.0, 0.0), at(100.0, 0.0), at(0.0, 100.0), at(100.0, 100.0)];
        let warp = Warp::new(45, points, [Point::default(); 3]).unwrap();
        Damaged { values, version: Version::new(7).unwrap(), warp, inverted: false, agreement: 1.0 }
    }

    fn wrongs() -> impl Strategy<Value = Vec<Vec<bool>>> {
        proptest::collection::vec(proptest::collection::vec(proptest::bool::weighted(0.18), 196 * 8), 12)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]

        #[test]
        fn pictures_too_damaged_alone_are_read_together(wrongs in wrongs()) {
            let mut votes = None;
            let mut read = None;
            for wrong in &wrongs {
                let damaged = damaged("001090000001|An|Hà Nội", wrong);
                prop_assert_eq!(Grid::new(45, damaged.values.clone()).unwrap().decode(), None);
                let (after, content) = Votes::after(votes.take(), Some(&damaged));
                votes = after;
                read = read.or(content);
            }
            prop_assert_eq!(read.unwrap().payload, "001090000001|An|Hà Nội".as_bytes());
        }

        /// Every other picture shows another code that shares much of its text.
        #[test]
        fn different_codes_are_never_mixed(wrongs in wrongs()) {
            let texts = ["001090000001|An|Số 1, Hà Nội, Việt Nam", "001090000002|An|Số 1, Hà Nội, Việt Nam"];
            let mut votes = None;
            for (index, wrong) in wrongs.iter().enumerate() {
                let damaged = damaged(texts[index % 2], wrong);
                let (after, content) = Votes::after(votes.take(), Some(&damaged));
                votes = after;
                prop_assert_eq!(content, None);
                prop_assert!(votes.as_ref().is_none_or(|votes| votes.pictures == 1));
            }
        }
    }

    #[test]
    fn votes_are_forgotten_when_the_code_is_gone() {
        let (mut votes, _) = Votes::after(None, Some(&damaged("gone", &[])));
        for _ in 0..=MOST_IDLE {
            assert!(votes.is_some());
            votes = Votes::after(votes.take(), None).0;
        }
        assert!(votes.is_none());
    }
}
