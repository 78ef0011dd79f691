//! Three finder patterns that may belong to one symbol.

use std::cmp::Reverse;

use super::{finder::Finder, plane::View};
use crate::Point;

/// Three finders: that in the corner, and those along the upper and the left side (or, seen in a mirror, the other way round).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Triple {
    pub(crate) corner: Finder,
    pub(crate) right: Finder,
    pub(crate) below: Finder,
    /// How far from a square the three stand: 0 is best.
    pub(crate) cost: f32,
}

/// Finder centres stand this many modules apart in the smallest and the largest symbol.
const NEAREST: f32 = 14.0;
const FARTHEST: f32 = 170.0;
/// Triples kept.
const MOST_TRIPLES: usize = 60;
/// Finders paired up, those seen most often first.
const MOST_PAIRED: usize = 60;

/// The triples that can be made, the likeliest first.
pub(crate) fn triples(finders: &[Finder]) -> Vec<Triple> {
    let mut order: Vec<&Finder> = finders.iter().collect();
    order.sort_by_key(|finder| Reverse(finder.seen));
    order.truncate(MOST_PAIRED);
    let mut found = Vec::new();
    for (i, a) in order.iter().enumerate() {
        for (j, b) in order.iter().enumerate().skip(i + 1) {
            if !alike(a, b) {
                continue;
            }
            for c in order.iter().skip(j + 1) {
                if alike(a, c) && alike(b, c) {
                    found.extend(
                        [(a, b, c), (b, a, c), (c, a, b)].into_iter().filter_map(|(corner, p, q)| triple(corner, p, q)),
                    );
                }
            }
        }
    }
    found.sort_by(|a, b| a.cost.total_cmp(&b.cost));
    found.truncate(MOST_TRIPLES);
    found
}

/// Whether two finders may belong to one symbol.
fn alike(a: &Finder, b: &Finder) -> bool {
    let distance = (a.at.x - b.at.x).hypot(a.at.y - b.at.y);
    let module = a.module().max(b.module());
    a.inverted == b.inverted
        && (0.4..2.5).contains(&(a.module() / b.module()))
        // Turned by 45° a module seems larger by half, tilted smaller.
        && distance > 0.45 * NEAREST * module
        && distance < 2.0 * FARTHEST * module
}

fn triple(corner: &Finder, p: &Finder, q: &Finder) -> Option<Triple> {
    let (px, py) = (p.at.x - corner.at.x, p.at.y - corner.at.y);
    let (qx, qy) = (q.at.x - corner.at.x, q.at.y - corner.at.y);
    let (p_length, q_length) = (px.hypot(py), qx.hypot(qy));
    let cosine = (px * qx + py * qy) / (p_length * q_length);
    let ratio = (p_length / q_length).ln().abs();
    if !(cosine.abs() < 0.8 && ratio < 1.0) {
        return None;
    }
    let sizes = [corner.module(), p.module(), q.module()];
    let largest = sizes.into_iter().fold(0.0, f32::max);
    let smallest = sizes.into_iter().fold(f32::INFINITY, f32::min);
    let seen = corner.seen.min(p.seen).min(q.seen) as f32;
    let cost = 1.5 * cosine.abs() + ratio + 1.5 * (largest / smallest).ln() + 0.5 / seen;
    // Clockwise on a picture whose y goes down: right, then below.
    let (right, below) = if px * qy - py * qx > 0.0 { (p, q) } else { (q, p) };
    Some(Triple { corner: *corner, right: *right, below: *below, cost })
}

/// What the finders of a triple say about its symbol.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    /// The centres.
    pub(crate) corner: Point,
    pub(crate) right: Point,
    pub(crate) below: Point,
    /// Pixels a module in the direction of the upper side, at corner, right and below.
    pub(crate) across: [f32; 3],
    /// Pixels a module in the direction of the left side, likewise.
    pub(crate) down: [f32; 3],
    /// Modules between the centres, as measured.
    pub(crate) modules: f32,
}

impl Triple {
    /// Measures the finders along the sides; `None` where these disagree by too much.
    pub(crate) fn frame(&self, view: &View<'_>) -> Option<Frame> {
        let [corner, right, below] = [self.corner, self.right, self.below];
        let side = (right.at.x - corner.at.x, right.at.y - corner.at.y);
        let other = (below.at.x - corner.at.x, below.at.y - corner.at.y);
        let (side_length, other_length) = (side.0.hypot(side.1), other.0.hypot(other.1));
        let along = |finder: Finder, (x, y): (f32, f32), length: f32| measure(view, finder, (x / length, y / length));
        let across = [corner, right, below].map(|finder| along(finder, side, side_length));
        let down = [corner, right, below].map(|finder| along(finder, other, other_length));
        let (wide, high) = (side_length / ((across[0] + across[1]) / 2.0), other_length / ((down[0] + down[2]) / 2.0));
        let modules = (wide + high) / 2.0;
        let agree = (wide / high).ln().abs() < 0.45;
        let frame = Frame { corner: corner.at, right: right.at, below: below.at, across, down, modules };
        (agree && modules > NEAREST * 0.75 && modules < FARTHEST * 1.3).then_some(frame)
    }
}

/// Pixels a module of a finder along a direction, from where the grey value passes the middle on a line through the centre.
fn measure(view: &View<'_>, finder: Finder, (dx, dy): (f32, f32)) -> f32 {
    // Across a turned code the rows cut its modules aslant: along its side they are shorter, at most by the root of 2.
    let rough = finder.module();
    const STEPS: usize = 40;
    let step = 6.0 * rough / STEPS as f32;
    let mut values = [0.0; 2 * STEPS + 1];
    for (index, value) in values.iter_mut().enumerate() {
        let distance = (index as f32 - STEPS as f32) * step;
        *value = view.at(finder.at.x + dx * distance, finder.at.y + dy * distance);
    }
    let near = &values[STEPS - 27..=STEPS + 27];
    let low = near.iter().copied().fold(f32::INFINITY, f32::min);
    let high = near.iter().copied().fold(0.0, f32::max);
    let middle = (low + high) / 2.0;
    let edges = |sign: i32| {
        let mut edges = [0.0; 3];
        let mut count = 0;
        let at = |i: usize| values[(STEPS as i32 + sign * i as i32) as usize];
        for i in 1..=STEPS {
            let (before, now) = (at(i - 1), at(i));
            if (now >= middle) != (before >= middle) {
                if let Some(edge) = edges.get_mut(count) {
                    *edge = (i as f32 - 1.0 + (middle - before) / (now - before)) * step;
                }
                count += 1;
            }
        }
        (edges, count)
    };
    let ((ahead, found_ahead), (behind, found_behind)) = (edges(1), edges(-1));
    let module = if found_ahead >= 3 && found_behind >= 3 {
        (ahead[2] + ahead[1] + behind[2] + behind[1]) / 12.0
    } else if found_ahead >= 2 && found_behind >= 2 {
        (ahead[0] + ahead[1] + behind[0] + behind[1]) / 8.0
    } else {
        return rough;
    };
    if (0.4..1.7).contains(&(module / rough)) { module } else { rough }
}
