//! From three finder patterns to a code: the ways of reading a symbol, the cheap ones first.

use crate::{
    Code,
    fit::{
        alignment,
        equalise::{self, Blur},
        refine,
        sample::{self, Care},
        timing::{self, Fit},
        warp::Warp,
    },
    grid::{Content, Depth, Grid},
    locate::{plane::View, triple::Triple},
    symbol::layout::Layout,
    votes::Damaged,
};

/// Timing patterns that show less purely are none.
const LEAST_TIMING: f32 = 0.6;
/// The least mean correlation of the finders and purity of timing, added.
const LEAST_TOGETHER: f32 = 1.25;

/// The least correlation of a finder, and of three together.
const LEAST_FINDER: f32 = 0.35;
const LEAST_FINDERS: f32 = 1.6;

/// Fixed patterns that show less are none.
const LEAST_FIXED: f32 = 0.7;
/// The same before the fit is refined.
const LEAST_UNREFINED: f32 = 0.4;

/// A triple that has timing patterns.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hypothesis {
    pub(crate) fit: Fit,
    pub(crate) inverted: bool,
}

/// The hypotheses about a triple, at most two sizes.
pub(crate) fn hypotheses(view: &View<'_>, triple: &Triple) -> Vec<Hypothesis> {
    let Some(frame) = triple.frame(view) else { return Vec::new() };
    let least = frame.agreement.into_iter().fold(1.0, f32::min);
    let sum: f32 = frame.agreement.iter().sum();
    // Chance finds large symbols more often, and trying their many sizes costs more.
    let large = ((frame.modules - 40.0) / 40.0).clamp(0.0, 1.0);
    if least < LEAST_FINDER || sum < LEAST_FINDERS + 0.7 * large {
        return Vec::new();
    }
    let mut fits = timing::fits(view, &frame);
    fits.retain(|fit| fit.score >= LEAST_TIMING && fit.score + sum / 3.0 >= LEAST_TOGETHER);
    fits.truncate(2);
    fits.into_iter().map(|fit| Hypothesis { fit, inverted: triple.corner.inverted }).collect()
}

/// Reads with the warp as measured.
pub(crate) fn quick(view: &View<'_>, hypothesis: &Hypothesis) -> Option<Code> {
    let Fit { warp, version, .. } = hypothesis.fit;
    let pinned = alignment::pinned(view, &warp, version).unwrap_or(warp);
    decode(view, &pinned, Depth::Quick, Care::Little, hypothesis.inverted)
}

/// Reads with everything there is, until it is `over`. What was found but not read is handed to `damaged`.
pub(crate) fn thorough(
    view: &View<'_>,
    hypothesis: &Hypothesis,
    over: &dyn Fn() -> bool,
    damaged: &mut Vec<Damaged>,
) -> Option<Code> {
    let Fit { warp, version, .. } = hypothesis.fit;
    let layout = Layout::of(version);
    let pinned = alignment::pinned(view, &warp, version);
    let mut tried: Option<Warp> = None;
    for start in [pinned, Some(warp)].into_iter().flatten() {
        let greys = sample::greys(view, &start, Care::Little);
        if over() || sample::agreement(&sample::soft(&greys, layout.side, sample::WIDE), layout) < LEAST_UNREFINED {
            continue;
        }
        let refined = refine::refined(view, &start, layout);
        if over() || tried.is_some_and(|tried| tried.is_near(&refined)) {
            continue;
        }
        tried = Some(refined);
        let greys = sample::greys(view, &refined, Care::Much);
        let wide = sample::soft(&greys, layout.side, sample::WIDE);
        let agreement = sample::agreement(&wide, layout);
        if agreement < LEAST_FIXED {
            continue;
        }
        if let Some(content) = sampled(&greys, &wide, layout, over) {
            return Some(code(content, &refined, hypothesis.inverted));
        }
        let values = equalise::equalised(&wide, layout, Blur { reach: 1, drifts: false }).unwrap_or(wide);
        damaged.push(Damaged { values, version, warp: refined, inverted: hypothesis.inverted, agreement });
    }
    None
}

/// The same modules seen in several ways: what is dark told by many or few around, blur taken away or not.
fn sampled(greys: &[f32], wide: &[f32], layout: &Layout, over: &dyn Fn() -> bool) -> Option<Content> {
    let side = layout.side;
    let decode = |values: Vec<f32>| Grid::new(side, values)?.decode_to(Depth::Thorough);
    let equalised =
        |soft: &[f32], reach, drifts| equalise::equalised(soft, layout, Blur { reach, drifts }).and_then(decode);
    let narrow = || sample::soft(greys, side, sample::NARROW);
    let flat = || sample::flattened(greys, side);
    let ways: [&dyn Fn() -> Option<Content>; 7] = [
        &|| decode(wide.to_vec()),
        &|| equalised(wide, 1, false),
        &|| equalised(&flat(), 1, true),
        &|| decode(narrow()),
        &|| equalised(&narrow(), 1, false),
        &|| equalised(wide, 2, false),
        &|| equalised(&flat(), 2, true),
    ];
    ways.into_iter().take_while(|_| !over()).find_map(|way| way())
}

fn decode(view: &View<'_>, warp: &Warp, depth: Depth, care: Care, inverted: bool) -> Option<Code> {
    let greys = sample::greys(view, warp, care);
    let soft = sample::soft(&greys, warp.side(), sample::WIDE);
    let content = Grid::new(warp.side(), soft)?.decode_to(depth)?;
    Some(code(content, warp, inverted))
}

/// A code read with this warp.
pub(crate) fn code(content: Content, warp: &Warp, inverted: bool) -> Code {
    let mut corners = warp.corners();
    if content.mirrored {
        // Rows and columns exchanged: so are the corners besides the first and third.
        corners.swap(1, 3);
    }
    Code {
        payload: content.payload,
        segments: content.segments,
        corners,
        version: content.version,
        error_correction: content.error_correction,
        mask: content.mask,
        errors_corrected: content.errors_corrected,
        inverted,
        mirrored: content.mirrored,
    }
}
