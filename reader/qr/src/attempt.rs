//! From three finder patterns to a code: the ways of reading a symbol, the cheap ones first.

use crate::{
    Code,
    fit::{
        alignment, equalise, refine, sample,
        timing::{self, Fit},
        warp::Warp,
    },
    grid::{Content, Depth, Grid},
    locate::{plane::View, triple::Triple},
    symbol::layout::Layout,
};

/// Timing patterns that show less purely are none.
const LEAST_TIMING: f32 = 0.45;

/// A triple that has timing patterns.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hypothesis {
    pub(crate) fit: Fit,
    pub(crate) inverted: bool,
}

/// The hypotheses about a triple, at most two sizes.
pub(crate) fn hypotheses(view: &View<'_>, triple: &Triple) -> Vec<Hypothesis> {
    let Some(frame) = triple.frame(view) else { return Vec::new() };
    let mut fits = timing::fits(view, &frame);
    fits.retain(|fit| fit.score >= LEAST_TIMING);
    fits.truncate(2);
    fits.into_iter().map(|fit| Hypothesis { fit, inverted: triple.corner.inverted }).collect()
}

/// Reads with the warp as measured.
pub(crate) fn quick(view: &View<'_>, hypothesis: &Hypothesis) -> Option<Code> {
    let Fit { warp, version, .. } = hypothesis.fit;
    let pinned = alignment::pinned(view, &warp, version).unwrap_or(warp);
    decode(view, &pinned, Depth::Quick, hypothesis.inverted)
}

/// Reads with everything there is.
pub(crate) fn thorough(view: &View<'_>, hypothesis: &Hypothesis) -> Option<Code> {
    let Fit { warp, version, .. } = hypothesis.fit;
    let layout = Layout::of(version);
    let pinned = alignment::pinned(view, &warp, version);
    for start in [pinned, Some(warp)].into_iter().flatten() {
        let (refined, _) = refine::refined(view, &start, layout);
        if let Some(code) = decode(view, &refined, Depth::Thorough, hypothesis.inverted) {
            return Some(code);
        }
        let greys = sample::greys(view, &refined);
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

fn decode(view: &View<'_>, warp: &Warp, depth: Depth, inverted: bool) -> Option<Code> {
    let greys = sample::greys(view, warp);
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
