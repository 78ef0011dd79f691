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
const MOST_TRIPLES: usize = 48;
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
fn alike(a: &Finder, b: &Finder) -> bool {
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
    /// How much the three look like finders, 1 at best each.
    pub(crate) agreement: [f32; 3],
}

impl Triple {
    /// Measures the finders along the sides; `None` where these disagree by too much.
    pub(crate) fn frame(&self, view: &View<'_>) -> Option<Frame> {
        let [corner, right, below] = [self.corner, self.right, self.below];
        let side = (right.at.x - corner.at.x, right.at.y - corner.at.y);
        let other = (below.at.x - corner.at.x, below.at.y - corner.at.y);
        let (side_length, other_length) = (side.0.hypot(side.1), other.0.hypot(other.1));
        let (right_hand, down_hand) = (unit(side, side_length), unit(other, other_length));
        let mut looks = [corner, right, below].map(|finder| Look {
            at: finder.at,
            across: measure(view, finder, right_hand),
            down: measure(view, finder, down_hand),
            agreement: 0.0,
        });
        for look in &mut looks {
            look.agreement = look.correlation(view, right_hand, down_hand);
        }
        let sum: f32 = looks.iter().map(|look| look.agreement).sum();
        if sum < LEAST_ROUGHLY {
            return None;
        }
        if sum < ENOUGH {
            looks.iter_mut().for_each(|look| look.improve(view, right_hand, down_hand));
        }
        let [corner, right, below] = looks;
        let wide = length(corner.at, right.at) / ((corner.across + right.across) / 2.0);
        let high = length(corner.at, below.at) / ((corner.down + below.down) / 2.0);
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

fn unit((x, y): (f32, f32), length: f32) -> Point {
    Point { x: x / length, y: y / length }
}

fn length(a: Point, b: Point) -> f32 {
    (a.x - b.x).hypot(a.y - b.y)
}

/// Triples that look like finders no more than this are dropped at once.
const LEAST_ROUGHLY: f32 = 0.8;
/// Those that look like them so much need no improvement.
const ENOUGH: f32 = 2.7;

/// How a finder lies along the sides of its symbol.
#[derive(Clone, Copy, Debug)]
struct Look {
    at: Point,
    across: f32,
    down: f32,
    agreement: f32,
}

impl Look {
    /// Moves and stretches it to where it looks most like a finder.
    fn improve(&mut self, view: &View<'_>, right: Point, down: Point) {
        for step in [0.6, 0.3, 0.15] {
            for _ in 0..2 {
                let before = self.agreement;
                for (along, stretch) in [(right, [0.2, 0.0]), (down, [0.0, 0.2])] {
                    for sign in [step, -step] {
                        let mut moved = *self;
                        let far = sign * (self.across + self.down) / 2.0;
                        moved.at.x += along.x * far;
                        moved.at.y += along.y * far;
                        self.take_if_better(moved, view, right, down);
                        let mut stretched = *self;
                        stretched.across *= 1.0 + sign * stretch[0];
                        stretched.down *= 1.0 + sign * stretch[1];
                        self.take_if_better(stretched, view, right, down);
                    }
                }
                if self.agreement <= before {
                    break;
                }
            }
        }
    }

    fn take_if_better(&mut self, mut other: Self, view: &View<'_>, right: Point, down: Point) {
        other.agreement = other.correlation(view, right, down);
        if other.agreement > self.agreement {
            *self = other;
        }
    }

    /// The correlation of what is around the point with a finder pattern.
    fn correlation(&self, view: &View<'_>, right: Point, down: Point) -> f32 {
        let (mut light, mut sum, mut squares) = (0.0, 0.0, 0.0);
        for row in -3..=3_i32 {
            for column in -3..=3_i32 {
                let (x, y) = (column as f32 * self.across, row as f32 * self.down);
                let value = view.at(self.at.x + right.x * x + down.x * y, self.at.y + right.y * x + down.y * y);
                if row.abs().max(column.abs()) == 2 {
                    light += value;
                }
                sum += value;
                squares += value * value;
            }
        }
        // 16 of 49 modules are light.
        let (mean, share) = (sum / 49.0, 16.0 / 49.0);
        let variance = squares / 49.0 - mean * mean;
        if variance < 1.0 {
            return 0.0;
        }
        (light / 49.0 - share * mean) / (variance * share * (1.0 - share)).sqrt()
    }
}

/// Pixels a module of a finder along a direction, from where the grey value passes the middle on a line through the centre.
fn measure(view: &View<'_>, finder: Finder, direction: Point) -> f32 {
    let Point { x: dx, y: dy } = direction;
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
