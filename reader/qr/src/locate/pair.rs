//! Two finder patterns of a symbol whose third is hidden in noise or glare: it is looked for where it must be.

use super::{
    finder::Finder,
    look::Look,
    plane::View,
    triple::{Triple, alike},
};
use crate::Point;

/// Finders paired up, those seen most often first.
const MOST_PAIRED: usize = 16;
/// Pairs completed.
const MOST_PAIRS: usize = 4;
/// Finders of a pair look like finders at least so much, and a third one so much.
const LEAST_AGREEMENT: f32 = 0.6;
const LEAST_AT_FIRST: f32 = 0.25;
const LEAST_THIRD: f32 = 0.36;
/// How far from where a flat view has it the third is looked for, as a share of the distance of the two.
const REACH: f32 = 0.25;

/// Two finders, and whether they stand at the ends of a side or across.
struct Pair {
    a: Finder,
    b: Finder,
    diagonal: bool,
    agreement: f32,
}

/// The triples that pairs and what was found near make.
pub(crate) fn completed<'a>(finders: &[Finder], view: impl Fn(bool) -> View<'a>) -> Vec<Triple> {
    let mut order: Vec<&Finder> = finders.iter().collect();
    order.sort_by_key(|finder| std::cmp::Reverse(finder.seen));
    order.truncate(MOST_PAIRED);
    let mut pairs = Vec::new();
    for (i, a) in order.iter().enumerate() {
        for b in order.iter().skip(i + 1).filter(|b| alike(a, b)) {
            let view = view(a.inverted);
            let found = [false, true].into_iter().filter_map(|diagonal| pair(&view, **a, **b, diagonal));
            pairs.extend(found.max_by(|a, b| a.agreement.total_cmp(&b.agreement)));
        }
    }
    pairs.sort_by(|a, b| b.agreement.total_cmp(&a.agreement));
    pairs.truncate(MOST_PAIRS);
    pairs.iter().flat_map(|pair| thirds(&view(pair.a.inverted), pair)).collect()
}

/// The directions of the sides where the line between the two is one, or is a diagonal.
fn sides(a: Point, b: Point, diagonal: bool) -> [Point; 2] {
    let Point { x, y } = a.toward(b);
    if !diagonal {
        return [Point { x, y }, Point { x: -y, y: x }];
    }
    let half = std::f32::consts::FRAC_1_SQRT_2;
    [Point { x: (x + y) * half, y: (y - x) * half }, Point { x: (x - y) * half, y: (x + y) * half }]
}

fn pair(view: &View<'_>, a: Finder, b: Finder, diagonal: bool) -> Option<Pair> {
    let [right, down] = sides(a.at, b.at, diagonal);
    // A first look, before anything is measured.
    if [a, b].iter().any(|finder| Look::roughly(view, finder, right, down).agreement < LEAST_AT_FIRST) {
        return None;
    }
    let looks = [a, b].map(|finder| Look::of(view, finder, right, down));
    let agreement = looks[0].agreement.min(looks[1].agreement);
    let module = (looks[0].across + looks[0].down + looks[1].across + looks[1].down) / 4.0;
    let modules = a.at.distance(b.at) / module;
    ((12.0..220.0).contains(&modules) && agreement >= LEAST_AGREEMENT).then_some(Pair { a, b, diagonal, agreement })
}

/// The third finders seen where they may be, as triples with the two.
fn thirds(view: &View<'_>, pair: &Pair) -> Vec<Triple> {
    let (a, b) = (pair.a, pair.b);
    let (x, y) = (b.at.x - a.at.x, b.at.y - a.at.y);
    let by = |from: Finder, x: f32, y: f32| Point { x: from.at.x + x, y: from.at.y + y };
    let places = if pair.diagonal {
        vec![by(a, (x - y) / 2.0, (x + y) / 2.0), by(a, (x + y) / 2.0, (y - x) / 2.0)]
    } else {
        vec![by(a, -y, x), by(a, y, -x), by(b, -y, x), by(b, y, -x)]
    };
    let [right, down] = sides(a.at, b.at, pair.diagonal);
    let looks = [a, b].map(|finder| Look::of(view, finder, right, down));
    let mean = Look {
        across: (looks[0].across + looks[1].across) / 2.0,
        down: (looks[0].down + looks[1].down) / 2.0,
        ..looks[0]
    };
    let found = places.into_iter().enumerate().filter_map(|(index, place)| {
        let look = nearest(view, Look { at: place, ..mean }, [right, down], REACH * x.hypot(y))?;
        let third = Finder { at: look.at, across: look.across, down: look.down, seen: 1, inverted: a.inverted };
        let (corner, p, q) = match (pair.diagonal, index) {
            (true, _) => (third, a, b),
            (false, 0 | 1) => (a, b, third),
            _ => (b, a, third),
        };
        Some(Triple::new(corner, p, q))
    });
    found.collect()
}

/// What looks most like a finder around a place, if it does at all.
fn nearest(view: &View<'_>, start: Look, [right, down]: [Point; 2], reach: f32) -> Option<Look> {
    let step = 0.8 * start.across.min(start.down).max(1.0);
    // Bounded also where the two are far apart.
    let count = ((reach / step) as i32).min(13);
    let mut best = Look { agreement: 0.0, ..start };
    for row in -count..=count {
        for column in -count..=count {
            let (x, y) = (column as f32 * step, row as f32 * step);
            let at = Point { x: start.at.x + right.x * x + down.x * y, y: start.at.y + right.y * x + down.y * y };
            let mut look = Look { at, ..start };
            look.agreement = look.correlation(view, right, down);
            if look.agreement > best.agreement {
                best = look;
            }
        }
    }
    best.improve(view, right, down);
    (best.agreement >= LEAST_THIRD).then_some(best)
}
