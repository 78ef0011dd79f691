//! Three finder patterns that may belong to one symbol.

use std::cmp::Reverse;

use super::{finder::Finder, look::Look, plane::View};
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
pub(crate) const NEAREST: f32 = 14.0;
pub(crate) const FARTHEST: f32 = 170.0;
/// Triples kept.
const MOST_TRIPLES: usize = 36;
/// Finders paired up, those seen most often first.
const MOST_PAIRED: usize = 50;

/// The triples that can be made, the likeliest first.
pub(crate) fn triples(finders: &[Finder]) -> Vec<Triple> {
    let mut order: Vec<&Finder> = finders.iter().collect();
    order.sort_by_key(|finder| Reverse(finder.seen));
    order.truncate(MOST_PAIRED);
    let mut found = Vec::new();
    let mut partners = Vec::new();
    for (i, a) in order.iter().copied().enumerate() {
        partners.clear();
        partners.extend(order.iter().copied().skip(i + 1).filter(|b| alike(a, b)));
        for (j, b) in partners.iter().copied().enumerate() {
            for c in partners.iter().copied().skip(j + 1).filter(|c| alike(b, c)) {
                let corners = [(a, b, c), (b, a, c), (c, a, b)];
                found.extend(corners.into_iter().filter_map(|(corner, p, q)| triple(corner, p, q)));
            }
        }
    }
    if found.len() > MOST_TRIPLES {
        found.select_nth_unstable_by(MOST_TRIPLES, |a, b| a.cost.total_cmp(&b.cost));
        found.truncate(MOST_TRIPLES);
    }
    found.sort_by(|a, b| a.cost.total_cmp(&b.cost));
    found
}

/// Whether two finders may belong to one symbol.
pub(crate) fn alike(a: &Finder, b: &Finder) -> bool {
    let (x, y) = (a.at.x - b.at.x, a.at.y - b.at.y);
    let distance = x * x + y * y;
    let (first, second) = (a.across * a.down, b.across * b.down);
    let module = first.max(second);
    a.inverted == b.inverted
        && module < 2.5 * 2.5 * first.min(second)
        // Turned by 45° a module seems larger by half, tilted smaller.
        && distance > 0.2 * NEAREST * NEAREST * module
        && distance < 4.0 * FARTHEST * FARTHEST * module
}

fn triple(corner: &Finder, p: &Finder, q: &Finder) -> Option<Triple> {
    let (px, py) = (p.at.x - corner.at.x, p.at.y - corner.at.y);
    let (qx, qy) = (q.at.x - corner.at.x, q.at.y - corner.at.y);
    let (p_square, q_square) = (px * px + py * py, qx * qx + qy * qy);
    let product = px * qx + py * qy;
    if product * product > 0.64 * p_square * q_square || !(0.14..7.0).contains(&(p_square / q_square)) {
        return None;
    }
    let cosine = product.abs() / (p_square * q_square).sqrt();
    let ratio = p_square.max(q_square) / p_square.min(q_square);
    let sizes = [corner, p, q].map(|finder| finder.across * finder.down);
    let largest = sizes.into_iter().fold(0.0, f32::max);
    let smallest = sizes.into_iter().fold(f32::INFINITY, f32::min);
    let seen = corner.seen.min(p.seen).min(q.seen) as f32;
    let cost = 1.5 * cosine + 0.5 * (ratio - 1.0) + 0.7 * (largest / smallest - 1.0) + 0.5 / seen;
    Some(Triple { cost, ..Triple::new(*corner, *p, *q) })
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
    /// How much the three look like finders, 1 at best each.
    pub(crate) agreement: [f32; 3],
}

impl Triple {
    /// Of a corner and the two others in any order.
    pub(crate) fn new(corner: Finder, p: Finder, q: Finder) -> Self {
        let (px, py) = (p.at.x - corner.at.x, p.at.y - corner.at.y);
        let (qx, qy) = (q.at.x - corner.at.x, q.at.y - corner.at.y);
        // Clockwise on a picture whose y goes down: right, then below.
        let (right, below) = if px * qy - py * qx > 0.0 { (p, q) } else { (q, p) };
        Self { corner, right, below, cost: 0.0 }
    }

    /// Measures the finders along the sides; `None` where these disagree by too much.
    pub(crate) fn frame(&self, view: &View<'_>) -> Option<Frame> {
        let [corner, right, below] = [self.corner, self.right, self.below];
        let (right_hand, down_hand) = (corner.at.toward(right.at), corner.at.toward(below.at));
        // A first look, before anything is measured.
        let seen = [corner, right, below].map(|finder| Look::roughly(view, &finder, right_hand, down_hand));
        if seen.iter().map(|look| look.agreement).sum::<f32>() < LEAST_AT_FIRST {
            return None;
        }
        let mut looks = [corner, right, below].map(|finder| Look::of(view, finder, right_hand, down_hand));
        let sum: f32 = looks.iter().map(|look| look.agreement).sum();
        if sum < LEAST_ROUGHLY {
            return None;
        }
        if sum < ENOUGH {
            looks.iter_mut().for_each(|look| look.improve(view, right_hand, down_hand));
        }
        let [corner, right, below] = looks;
        let wide = corner.at.distance(right.at) / ((corner.across + right.across) / 2.0);
        let high = corner.at.distance(below.at) / ((corner.down + below.down) / 2.0);
        let modules = (wide + high) / 2.0;
        let agree = (wide / high).ln().abs() < 0.45;
        (agree && modules > NEAREST * 0.75 && modules < FARTHEST * 1.3).then(|| Frame {
            corner: corner.at,
            right: right.at,
            below: below.at,
            across: looks.map(|look| look.across),
            down: looks.map(|look| look.down),
            modules,
            agreement: looks.map(|look| look.agreement),
        })
    }
}

/// Triples that look like finders no more than this are not measured.
const LEAST_AT_FIRST: f32 = 0.4;
/// Triples that look like finders no more than this are dropped at once.
const LEAST_ROUGHLY: f32 = 1.0;
/// Those that look like them so much need no improvement.
const ENOUGH: f32 = 2.7;
