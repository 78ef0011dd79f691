//! Looks for finder patterns along rows, and across them where one is met.

use super::{
    finder::{Finder, middle_of, module_of},
    plane::View,
    threshold::Thresholds,
};
use crate::{Picture, Point};

/// More patterns are not kept: where so many are, most are none.
const MOST_FINDERS: usize = 120;

/// Directions between rows, columns and diagonals, in modules along both.
const RAYS: [(f32, f32); 12] = [
    (0.924, 0.383),
    (0.707, 0.707),
    (0.383, 0.924),
    (-0.383, 0.924),
    (-0.707, 0.707),
    (-0.924, 0.383),
    (-0.924, -0.383),
    (-0.707, -0.707),
    (-0.383, -0.924),
    (0.383, -0.924),
    (0.707, -0.707),
    (0.924, -0.383),
];
/// In so many of them a finder must show its rings: some may be hidden or blurred.
const LEAST_RINGED: usize = 7;

/// A picture with its thresholds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layer<'a> {
    pub(crate) picture: Picture<'a>,
    pub(crate) thresholds: &'a Thresholds,
}

impl Layer<'_> {
    /// All that look like finder patterns in every `step`th row, dark on light and light on dark.
    pub(crate) fn finders(&self, step: usize, found: &mut Vec<Finder>) {
        let width = self.picture.width();
        let mut rows = Rows { limits: vec![0; width], block_row: usize::MAX, dark: vec![0; width + 8] };
        for y in (step / 2..self.picture.height()).step_by(step.max(1)) {
            self.scan(y, &mut rows, found);
            if found.len() >= MOST_FINDERS {
                return;
            }
        }
    }

    fn scan(&self, y: usize, rows: &mut Rows, found: &mut Vec<Finder>) {
        let row = self.picture.row(y);
        rows.part(row, self.thresholds, y);
        let mut places = [0_i32; 6];
        let mut count = 0_usize;
        for (index, pair) in rows.dark.chunks_exact(8).zip(rows.dark[1..].chunks(8)).enumerate() {
            let (Ok(here), Ok(next)) = (<[u8; 8]>::try_from(pair.0), <[u8; 8]>::try_from(pair.1)) else { continue };
            // A byte that differs from the one after it is an edge.
            let mut edges = u64::from_le_bytes(here) ^ u64::from_le_bytes(next);
            while edges != 0 {
                let offset = edges.trailing_zeros() as usize / 8;
                edges &= edges - 1;
                let [_, second, third, fourth, fifth, sixth] = places;
                places = [second, third, fourth, fifth, sixth, (index * 8 + offset) as i32];
                count += 1;
                if count >= 6 && may_be_a_finder(&places) {
                    // Left of the last edge lies what the outermost run is of.
                    self.check(&places, y, here[offset] == 0, found);
                }
            }
        }
    }

    /// Looks across a row at what six of its edges enclose.
    fn check(&self, places: &[i32; 6], y: usize, inverted: bool, found: &mut Vec<Finder>) {
        let (row, thresholds) = (self.picture.row(y), self.thresholds.row(y));
        let edges = places.map(|place| edge(row, thresholds, place as usize));
        let Some(across) = module_of(&edges) else { return };
        let x = middle_of(&edges);
        let met = Finder { at: Point { x, y: y as f32 + 0.5 }, across, down: across, seen: 1, inverted };
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
            None if self.is_ringed(&finder) => found.push(finder),
            None => {}
        }
    }

    /// Whether dark, light and dark follow each other outward in most directions, at distances as 1½ to 2½ to 3½. Rows and
    /// columns were looked at already.
    fn is_ringed(&self, finder: &Finder) -> bool {
        let threshold = f32::from(self.thresholds.at(finder.at.x as usize, finder.at.y as usize));
        let view = View::new(self.picture, finder.inverted);
        let threshold = if finder.inverted { 256.0 - threshold } else { threshold };
        let mut failed = 0;
        for ray in RAYS {
            failed += usize::from(!is_ringed_along(&view, finder, threshold, ray));
            if failed > RAYS.len() - LEAST_RINGED {
                return false;
            }
        }
        true
    }

    /// The six edges around a pixel along its row or its column; none where a run is longer than `longest` pixels.
    fn cross(&self, x: usize, y: usize, along: bool, inverted: bool, longest: f32) -> Option<[f32; 6]> {
        let start = if along { x } else { y };
        let end = if along { self.picture.width() } else { self.picture.height() };
        let value = |place: usize| {
            let (x, y) = if along { (place, y) } else { (x, place) };
            let above = i32::from(self.picture.pixel(x, y)) - i32::from(self.thresholds.at(x, y));
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

fn is_ringed_along(view: &View<'_>, finder: &Finder, threshold: f32, (x, y): (f32, f32)) -> bool {
    let (x, y) = (x * finder.across, y * finder.down);
    let mut edges = [0.0_f32; 3];
    let mut count = 0;
    let steps = if finder.module() < 2.5 { 4.0 } else { 6.0 };
    let mut before = threshold - 1.0;
    for step in 1..=(5.6 * steps) as usize {
        let distance = step as f32 / steps;
        let value = view.at(finder.at.x + x * distance, finder.at.y + y * distance);
        if (value >= threshold) != (before >= threshold) {
            edges[count] = distance - (value - threshold) / (value - before) / steps;
            count += 1;
            if count == 3 {
                break;
            }
        }
        before = value;
    }
    let (second, third) = (edges[1] / edges[0], edges[2] / edges[0]);
    count >= 2 && (1.15..2.4).contains(&second) && (count < 3 || (1.5..3.6).contains(&third))
}

/// Room to part a row in dark and light.
struct Rows {
    /// The threshold of every pixel, of this row of blocks.
    limits: Vec<u8>,
    block_row: usize,
    /// 1 for dark, 0 for light; one light pixel before the first, and some after the last.
    dark: Vec<u8>,
}

impl Rows {
    fn part(&mut self, row: &[u8], thresholds: &Thresholds, y: usize) {
        if self.block_row != y / 8 {
            self.block_row = y / 8;
            for (limits, threshold) in self.limits.chunks_mut(8).zip(thresholds.row(y)) {
                limits.fill(*threshold);
            }
        }
        let pixels = row.iter().zip(&self.limits);
        self.dark[1..].iter_mut().zip(pixels).for_each(|(dark, (value, limit))| *dark = u8::from(value < limit));
    }
}

/// A first look at six edges in whole pixels, looser than [`module_of`] by a pixel.
fn may_be_a_finder(places: &[i32; 6]) -> bool {
    let run = |from: usize, to: usize| 12 * (places[to] - places[from]);
    let module = run(0, 4) / 12 + run(1, 5) / 12;
    let near = |run: i32, modules: i32, tolerance: i32| (run - modules * module).abs() <= tolerance * module / 4 + 12;
    near(run(2, 3), 3, 5)
        && near(run(0, 2), 2, 3)
        && near(run(3, 5), 2, 3)
        && near(run(1, 3), 4, 5)
        && near(run(2, 4), 4, 5)
        && [0, 1, 3, 4].into_iter().all(|index| near(run(index, index + 1), 1, 3))
}

/// Where along a row the value passes its threshold between the pixel at `place` − 1 and that at `place`.
fn edge(row: &[u8], thresholds: &[u8], place: usize) -> f32 {
    let above =
        |x: usize| i32::from(row.get(x).copied().unwrap_or(0)) - i32::from(thresholds.get(x / 8).copied().unwrap_or(0));
    if place == 0 || place >= row.len() {
        return place as f32;
    }
    place as f32 - 0.5 + crossing(above(place - 1), above(place))
}

/// Where between two pixels, 0 to 1, the values pass zero.
fn crossing(before: i32, now: i32) -> f32 {
    let rise = (now - before) as f32;
    if rise == 0.0 { 0.5 } else { (-before as f32 / rise).clamp(0.0, 1.0) }
}
