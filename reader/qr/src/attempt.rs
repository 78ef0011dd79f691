//! From three finder patterns to a code: the ways of reading a symbol, the cheap ones first.

use crate::{
    Code,
    fit::{
        alignment, equalise, refine,
        sample::{self, Care},
        timing::{self, Fit},
        warp::Warp,
    },
    grid::{Content, Depth, Grid},
    locate::{plane::View, triple::Triple},
    symbol::layout::Layout,
};

/// Timing patterns that show less purely are none.
const LEAST_TIMING: f32 = 0.6;
/// The least mean correlation of the finders and purity of timing, added.
const LEAST_TOGETHER: f32 = 1.25;

/// The least correlation of a finder, and of three together.
const LEAST_FINDER: f32 = 0.35;
const LEAST_FINDERS: f32 = 1.6;

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
    if least < LEAST_FINDER || sum < LEAST_FINDERS {
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

/// Reads with everything there is.
pub(crate) fn thorough(view: &View<'_>, hypothesis: &Hypothesis) -> Option<Code> {
    let Fit { warp, version, .. } = hypothesis.fit;
    let layout = Layout::of(version);
    let pinned = alignment::pinned(view, &warp, version);
    for start in [pinned, Some(warp)].into_iter().flatten() {
        let (refined, _) = refine::refined(view, &start, layout);
        if let Some(code) = decode(view, &refined, Depth::Thorough, Care::Much, hypothesis.inverted) {
            return Some(code);
        }
        let greys = sample::greys(view, &refined, Care::Much);
        let soft = sample::soft(&greys, layout.side);
        for reach in [1, 2] {
            let code = equalise::equalised(&soft, layout, reach)
                .and_then(|values| Grid::new(layout.side, values))
                .and_then(|grid| grid.decode_to(Depth::Thorough))
                .map(|content| code(content, &refined, hypothesis.inverted));
            if code.is_some() {
                return code;
            }
        }
    }
    None
}

fn decode(view: &View<'_>, warp: &Warp, depth: Depth, care: Care, inverted: bool) -> Option<Code> {
    let greys = sample::greys(view, warp, care);
    let content = Grid::new(warp.side(), sample::soft(&greys, warp.side()))?.decode_to(depth)?;
    Some(code(content, warp, inverted))
}

fn code(content: Content, warp: &Warp, inverted: bool) -> Code {
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
