//! Looks for finder patterns along rows, and across them where one is met.

use super::{
    finder::{Finder, middle_of, module_of},
    threshold::Thresholds,
};
use crate::{Picture, Point};

/// More patterns are not kept: where so many are, most are none.
const MOST_FINDERS: usize = 160;

/// A picture with its thresholds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layer<'a> {
    pub(crate) picture: Picture<'a>,
    pub(crate) thresholds: &'a Thresholds,
}

impl Layer<'_> {
    /// All that look like finder patterns in every `step`th row, dark on light and light on dark.
    pub(crate) fn finders(&self, step: usize, found: &mut Vec<Finder>) {
        for y in (step / 2..self.picture.height()).step_by(step.max(1)) {
            self.scan(y, found);
            if found.len() >= MOST_FINDERS {
                return;
            }
        }
    }

    fn scan(&self, y: usize, found: &mut Vec<Finder>) {
        let row = self.picture.row(y);
        let mut edges = [0.0_f32; 6];
        let mut count = 0_usize;
        let mut dark = false;
        let mut before = 0_i32;
        for (index, (block, threshold)) in row.chunks(8).zip(self.thresholds.row(y)).enumerate() {
            let start = count_of(block, *threshold);
            // A block all on the side of the pixel before has no edge.
            if (start == 0 && !dark) || (start == block.len() && dark) {
                before = i32::from(block[block.len() - 1]) - i32::from(*threshold);
                continue;
            }
            let left = (index * 8) as f32;
            for (offset, value) in block.iter().enumerate() {
                let above = i32::from(*value) - i32::from(*threshold);
                if (above < 0) != dark {
                    edges.copy_within(1.., 0);
                    edges[5] = left + offset as f32 - 0.5 + crossing(before, above);
                    count += 1;
                    if count >= 6 {
                        self.check(&edges, y, !dark, found);
                    }
                    dark = !dark;
                }
                before = above;
            }
        }
    }

    /// Looks across a row at what six of its edges enclose.
    fn check(&self, edges: &[f32; 6], y: usize, inverted: bool, found: &mut Vec<Finder>) {
        let Some(across) = module_of(edges) else { return };
        let (x, row) = (middle_of(edges), y as f32 + 0.5);
        let met = Finder { at: Point { x, y: row }, across, down: across, seen: 1, inverted };
        if let Some(known) = found.iter_mut().rev().find(|known| known.is(&met)) {
            known.seen += 1;
            return;
        }
        let longest = 8.0 * across + 4.0;
        let Some(vertical) = self.cross(x as usize, y, false, inverted, longest) else { return };
        let Some(down) = module_of(&vertical) else { return };
        if !(0.36..2.8).contains(&(down / across)) {
            return;
        }
        let centre = middle_of(&vertical);
        let Some(horizontal) = self.cross(x as usize, centre as usize, true, inverted, longest) else { return };
        let Some(across) = module_of(&horizontal) else { return };
        let finder = Finder { at: Point { x: middle_of(&horizontal), y: centre }, across, down, seen: 1, inverted };
        match found.iter_mut().find(|known| known.is(&finder)) {
            Some(known) => known.seen += 1,
            None => found.push(finder),
        }
    }

    /// The six edges around a pixel along its row or its column; none where a run is longer than `longest` pixels.
    fn cross(&self, x: usize, y: usize, along: bool, inverted: bool, longest: f32) -> Option<[f32; 6]> {
        let start = if along { x } else { y };
        let end = if along { self.picture.width() } else { self.picture.height() };
        let value = |place: usize| {
            let (x, y) = if along { (place, y) } else { (x, place) };
            let pixel = self.picture.row(y).get(x).copied().unwrap_or(0);
            let above = i32::from(pixel) - i32::from(self.thresholds.at(x, y));
            if inverted { -1 - above } else { above }
        };
        if start >= end || value(start) >= 0 {
            return None;
        }
        let longest = longest as usize;
        let mut edges = [0.0; 6];
        let (mut place, mut before) = (start, value(start));
        for (turn, edge) in edges[3..].iter_mut().enumerate() {
            let limit = place + longest;
            loop {
                place += 1;
                if place >= end {
                    // The border of the picture may cut the outermost run's edge off.
                    if turn < 2 {
                        return None;
                    }
                    *edge = end as f32;
                    break;
                }
                let now = value(place);
                if (now < 0) != (turn % 2 == 0) {
                    *edge = place as f32 - 0.5 + crossing(before, now);
                    before = now;
                    break;
                }
                if place > limit {
                    return None;
                }
                before = now;
            }
        }
        (place, before) = (start, value(start));
        for (turn, edge) in edges[..3].iter_mut().rev().enumerate() {
            let limit = place.saturating_sub(longest);
            loop {
                if place == 0 {
                    if turn < 2 {
                        return None;
                    }
                    *edge = 0.0;
                    break;
                }
                place -= 1;
                let now = value(place);
                if (now < 0) != (turn % 2 == 0) {
                    *edge = place as f32 + 1.5 - crossing(before, now);
                    before = now;
                    break;
                }
                if place < limit {
                    return None;
                }
                before = now;
            }
        }
        Some(edges)
    }
}

/// How many pixels of a block are dark.
fn count_of(block: &[u8], threshold: u8) -> usize {
    block.iter().filter(|value| **value < threshold).count()
}

/// Where between two pixels, 0 to 1, the values pass zero.
fn crossing(before: i32, now: i32) -> f32 {
    let rise = (now - before) as f32;
    if rise == 0.0 { 0.5 } else { (-before as f32 / rise).clamp(0.0, 1.0) }
}
