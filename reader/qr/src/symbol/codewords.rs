//! Modules to codewords, codewords to blocks, blocks restored (ISO/IEC 18004:2015, 7.6 and 7.7).

use super::{
    format::{self, Format},
    layout::Layout,
    reed_solomon::{self, Syndromes},
    version::{Blocks, Version},
};

/// The data codewords of a symbol, every block restored.
#[derive(Clone, Debug)]
pub(crate) struct Restored {
    pub(crate) data: Vec<u8>,
    /// Codewords restored in all blocks.
    pub(crate) corrected: usize,
    /// How many bits speak against chance in the block for which fewest do.
    pub(crate) assurance: f32,
}

/// Bits that must speak against chance for every block.
const LEAST_ASSURANCE: f32 = 23.0;
/// The same where erasures were chosen among several sets.
const LEAST_ASSURANCE_ERASED: f32 = 28.0;
/// Different sets of erasures tried for a block.
const MOST_TRIALS: usize = 12;

/// Reads and restores the codewords under this format. `soft` holds a value for every module, row by row: positive for dark, the
/// further from 0 the surer.
pub(crate) fn restore(soft: &[f32], version: Version, format: Format) -> Option<Restored> {
    let layout = Layout::of(version);
    let blocks = version.blocks(format.error_correction);
    let (codewords, sureness) = unmasked(soft, layout, version.codewords(), format.mask)?;
    let reserved = version.reserved_checks(format.error_correction);
    let mut restored = Restored { data: Vec::with_capacity(codewords.len()), corrected: 0, assurance: f32::INFINITY };
    let mut block = Vec::new();
    let mut sure = Vec::new();
    for index in 0..blocks.count {
        block.clear();
        sure.clear();
        for place in blocks.places(index) {
            block.push(*codewords.get(place)?);
            sure.push(*sureness.get(place)?);
        }
        let (corrected, assurance) = restore_block(&mut block, &sure, blocks.checks, reserved)?;
        restored.corrected += corrected;
        restored.assurance = restored.assurance.min(assurance);
        restored.data.extend(block.get(..block.len() - blocks.checks)?);
    }
    Some(restored)
}

/// For every block, where its check codewords stand among all codewords.
pub(crate) fn check_places(version: Version, format: Format) -> impl Iterator<Item = impl Iterator<Item = usize>> {
    let blocks = version.blocks(format.error_correction);
    (0..blocks.count).map(move |index| {
        let data = blocks.data + usize::from(index >= blocks.short);
        blocks.places(index).skip(data)
    })
}

impl Blocks {
    /// Where the codewords of a block stand among the interleaved ones (7.6): data codewords in turn, short blocks having run out
    /// before the last round, then the check codewords in turn.
    fn places(self, index: usize) -> impl Iterator<Item = usize> {
        let Self { count, short, data, checks } = self;
        let last = (index >= short).then(|| count * data + index - short);
        let all_data = count * data + count - short;
        (0..data)
            .map(move |i| i * count + index)
            .chain(last)
            .chain((0..checks).map(move |i| all_data + i * count + index))
    }
}

/// The codewords as they stand in the symbol, mask removed, and how sure each is: as sure as its least sure bit.
fn unmasked(soft: &[f32], layout: &Layout, count: usize, mask: u8) -> Option<(Vec<u8>, Vec<f32>)> {
    let mut codewords = Vec::with_capacity(count);
    let mut sureness = Vec::with_capacity(count);
    for places in layout.order.chunks_exact(8).take(count) {
        let mut codeword = 0;
        let mut least = f32::INFINITY;
        for place in places {
            let place = usize::from(*place);
            let value = *soft.get(place)?;
            let dark = (value > 0.0) ^ format::inverts(mask, place % layout.side, place / layout.side);
            codeword = codeword << 1 | u8::from(dark);
            least = least.min(value.abs());
        }
        codewords.push(codeword);
        sureness.push(least);
    }
    Some((codewords, sureness))
}

/// Tries errors alone, then with ever more of the least sure codewords taken for unknown. Gives how many were corrected, and how
/// much speaks against chance.
fn restore_block(block: &mut [u8], sureness: &[f32], checks: usize, reserved: usize) -> Option<(usize, f32)> {
    let syndromes = Syndromes::of(block, checks)?;
    if syndromes.are_zero() {
        return Some((0, reed_solomon::assurance(block.len(), checks, 0, 0)));
    }
    let usable = checks - reserved;
    if let Some(found) = attempt(block, &syndromes, &[], usable, LEAST_ASSURANCE) {
        return Some(found);
    }
    let mut weakest: Vec<usize> = (0..block.len()).collect();
    weakest.sort_by(|a, b| sureness[*a].total_cmp(&sureness[*b]));
    let step = usable.div_ceil(MOST_TRIALS).max(1);
    (step..=usable)
        .step_by(step)
        .find_map(|erased| attempt(block, &syndromes, weakest.get(..erased)?, usable, LEAST_ASSURANCE_ERASED))
}

fn attempt(
    block: &mut [u8],
    syndromes: &Syndromes,
    erasures: &[usize],
    usable: usize,
    least: f32,
) -> Option<(usize, f32)> {
    let mut trial = block.to_vec();
    let errors = reed_solomon::restore(&mut trial, syndromes, erasures)?;
    if 2 * errors + erasures.len() > usable {
        return None;
    }
    let assurance = reed_solomon::assurance(block.len(), syndromes.count(), errors, erasures.len());
    if assurance < least {
        return None;
    }
    let corrected = trial.iter().zip(block.iter()).filter(|(new, old)| new != old).count();
    block.copy_from_slice(&trial);
    Some((corrected, assurance))
}
