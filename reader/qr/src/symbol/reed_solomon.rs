//! Restores a block of codewords (ISO/IEC 18004:2015, 7.5.2 and Annex B): errors at unknown places and erasures at known ones.
//!
//! Berlekamp–Massey started from the erasure locator, roots by trial, magnitudes by Forney. `t` errors and `e` erasures are
//! restored while `2t + e` is at most the number of check codewords; how likely chance gives as good a fit is for the caller to
//! judge, by [`assurance`].

use super::galois::{divide, evaluate, multiply, power};

/// The most check codewords in a block of any version (ISO/IEC 18004:2015, table 9).
pub(crate) const MOST_CHECKS: usize = 30;

/// The most codewords of a block over this field.
const LONGEST_BLOCK: usize = 255;

type Polynomial = [u8; MOST_CHECKS + 2];

/// The syndromes of a received block.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Syndromes {
    values: [u8; MOST_CHECKS],
    count: usize,
}

impl Syndromes {
    /// Of a block that ends with `checks` check codewords; `None` where no such block exists.
    pub(crate) fn of(block: &[u8], checks: usize) -> Option<Self> {
        if checks == 0 || checks > MOST_CHECKS || block.len() <= checks || block.len() > LONGEST_BLOCK {
            return None;
        }
        let mut values = [0; MOST_CHECKS];
        for (exponent, value) in values[..checks].iter_mut().enumerate() {
            let root = power(exponent);
            *value = block.iter().fold(0, |sum, codeword| multiply(sum, root) ^ codeword);
        }
        Some(Self { values, count: checks })
    }

    /// Check codewords of the block.
    pub(crate) fn count(&self) -> usize {
        self.count
    }

    /// The block is a codeword of the code as it stands.
    pub(crate) fn are_zero(&self) -> bool {
        self.values[..self.count].iter().all(|value| *value == 0)
    }
}

/// Restores `block` in place. `erasures` are distinct indexes into it.
///
/// Gives how many codewords outside the erasures were wrong; `None`, and the block untouched, where no codeword is near enough.
pub(crate) fn restore(block: &mut [u8], syndromes: &Syndromes, erasures: &[usize]) -> Option<usize> {
    let checks = syndromes.count;
    if erasures.len() > checks || erasures.iter().any(|index| *index >= block.len()) {
        return None;
    }
    let (locator, degree) = locator(block.len(), syndromes, erasures)?;
    let mut roots = [0_usize; MOST_CHECKS];
    let mut found = 0;
    for index in 0..block.len() {
        let inverse = power(255 - (block.len() - 1 - index) % 255);
        if evaluate(&locator[..=degree], inverse) == 0 {
            *roots.get_mut(found)? = index;
            found += 1;
        }
    }
    if found != degree {
        return None;
    }
    let repaired = corrected(block, syndromes, &locator[..=degree], &roots[..found])?;
    if !Syndromes::of(&repaired[..block.len()], checks)?.are_zero() {
        return None;
    }
    block.copy_from_slice(&repaired[..block.len()]);
    Some(roots[..found].iter().filter(|index| !erasures.contains(index)).count())
}

/// The locator polynomial of errors and erasures, and its degree.
fn locator(length: usize, syndromes: &Syndromes, erasures: &[usize]) -> Option<(Polynomial, usize)> {
    let checks = syndromes.count;
    let mut current: Polynomial = [0; MOST_CHECKS + 2];
    current[0] = 1;
    for (degree, index) in erasures.iter().enumerate() {
        let root = power(length - 1 - index);
        for place in (0..=degree).rev() {
            current[place + 1] ^= multiply(current[place], root);
        }
    }
    let mut previous = current;
    let mut degree = erasures.len();
    for step in erasures.len()..checks {
        let discrepancy =
            (0..=degree.min(step)).fold(0, |sum, place| sum ^ multiply(current[place], syndromes.values[step - place]));
        // The polynomial of the last change of length, times x.
        previous.copy_within(0..MOST_CHECKS + 1, 1);
        previous[0] = 0;
        if discrepancy == 0 {
            continue;
        }
        let before = current;
        for (value, earlier) in current.iter_mut().zip(&previous) {
            *value ^= multiply(discrepancy, *earlier);
        }
        if 2 * degree <= step + erasures.len() {
            degree = step + 1 + erasures.len() - degree;
            for (value, earlier) in previous.iter_mut().zip(&before) {
                *value = divide(*earlier, discrepancy);
            }
        }
    }
    let real = current.iter().rposition(|value| *value != 0)?;
    // 2t + e must not exceed the checks.
    (real == degree && 2 * degree <= checks + erasures.len()).then_some((current, degree))
}

/// The block with the error values by Forney's formula subtracted.
fn corrected(block: &[u8], syndromes: &Syndromes, locator: &[u8], roots: &[usize]) -> Option<[u8; LONGEST_BLOCK]> {
    let checks = syndromes.count;
    let mut evaluator = [0; MOST_CHECKS];
    for (place, value) in evaluator[..checks].iter_mut().enumerate() {
        *value = (0..=place.min(locator.len() - 1))
            .fold(0, |sum, low| sum ^ multiply(locator[low], syndromes.values[place - low]));
    }
    let mut repaired = [0; LONGEST_BLOCK];
    repaired[..block.len()].copy_from_slice(block);
    for index in roots {
        let exponent = (block.len() - 1 - index) % 255;
        let inverse = power(255 - exponent);
        // The formal derivative keeps the odd powers, each one lower.
        let square = multiply(inverse, inverse);
        let derivative = locator.iter().skip(1).step_by(2).rev().fold(0, |value, odd| multiply(value, square) ^ odd);
        if derivative == 0 {
            return None;
        }
        let numerator = multiply(power(exponent), evaluate(&evaluator[..checks], inverse));
        repaired[*index] ^= divide(numerator, derivative);
    }
    Some(repaired)
}

/// How many bits speak against chance: the logarithm of how rarely a random word lies within `errors` unknown and `erasures`
/// known places of some codeword.
pub(crate) fn assurance(length: usize, checks: usize, errors: usize, erasures: usize) -> f32 {
    let open = length.saturating_sub(erasures);
    let ways: f32 = (0..errors).map(|i| (open.saturating_sub(i).max(1) as f32 / (i + 1) as f32).log2()).sum();
    8.0 * (checks as f32 - erasures as f32 - errors as f32) - ways
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Appends the check codewords by long division.
    fn encoded(data: &[u8], checks: usize) -> Vec<u8> {
        let mut generator = vec![1_u8];
        for exponent in 0..checks {
            let mut next = vec![0; generator.len() + 1];
            for (place, value) in generator.iter().enumerate() {
                next[place] ^= value;
                next[place + 1] ^= multiply(*value, power(exponent));
            }
            generator = next;
        }
        let mut rest = data.to_vec();
        rest.resize(data.len() + checks, 0);
        for place in 0..data.len() {
            let factor = rest[place];
            for (offset, value) in generator.iter().enumerate() {
                rest[place + offset] ^= multiply(*value, factor);
            }
        }
        [data, &rest[data.len()..]].concat()
    }

    #[test]
    fn the_example_of_the_standard_is_a_codeword() {
        // ISO/IEC 18004:2015, Annex I.2: 01234567 in version 1-M.
        let block = [
            0x10, 0x20, 0x0c, 0x56, 0x61, 0x80, 0xec, 0x11, 0xec, 0x11, 0xec, 0x11, 0xec, 0x11, 0xec, 0x11, 0xa5, 0x24,
            0xd4, 0xc1, 0xed, 0x36, 0xc7, 0x87, 0x2c, 0x55,
        ];
        assert!(Syndromes::of(&block, 10).unwrap().are_zero());
    }

    fn damaged() -> impl Strategy<Value = (Vec<u8>, usize, Vec<(usize, u8)>, usize)> {
        (proptest::collection::vec(any::<u8>(), 5..120), 2..=MOST_CHECKS).prop_flat_map(|(data, checks)| {
            let length = data.len() + checks;
            let places =
                proptest::sample::subsequence((0..length).collect::<Vec<_>>(), 0..=checks.min(length)).prop_shuffle();
            (Just(data), Just(checks), places, 0..=checks).prop_flat_map(|(data, checks, places, split)| {
                let values = proptest::collection::vec(1..=255_u8, places.len());
                (Just(data), Just(checks), Just(places), values, Just(split)).prop_map(
                    |(data, checks, places, values, split)| {
                        let damage: Vec<_> = places.into_iter().zip(values).collect();
                        let split = split.min(damage.len());
                        (data, checks, damage, split)
                    },
                )
            })
        })
    }

    proptest! {
        /// The first `split` damaged places are told, the others are to be found.
        #[test]
        fn errors_and_erasures_within_the_capacity_are_restored_and_none_beyond_is_passed_off(
            (data, checks, damage, split) in damaged()
        ) {
            let sound = encoded(&data, checks);
            let mut block = sound.clone();
            damage.iter().for_each(|(place, value)| block[*place] ^= value);
            let erasures: Vec<usize> = damage[..split].iter().map(|(place, _)| *place).collect();
            let errors = damage.len() - split;
            let received = block.clone();
            let syndromes = Syndromes::of(&block, checks).unwrap();
            let restored = restore(&mut block, &syndromes, &erasures);
            if 2 * errors + split <= checks {
                prop_assert_eq!(restored, Some(errors));
                prop_assert_eq!(block, sound);
            } else if let Some(count) = restored {
                // Beyond the capacity only another codeword may be given, and only one as near as promised.
                prop_assert!(2 * count + split <= checks);
                prop_assert!(Syndromes::of(&block, checks).unwrap().are_zero());
            } else {
                prop_assert_eq!(block, received);
            }
        }
    }

    #[test]
    fn chance_is_all_that_speaks_for_a_block_of_erasures() {
        assert!(assurance(26, 10, 0, 10) <= 0.0);
        assert!(assurance(26, 10, 4, 0) > 30.0);
    }
}
