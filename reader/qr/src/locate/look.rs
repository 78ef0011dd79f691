//! How a finder pattern lies between the sides of its symbol, and how much it looks like one.

use super::{finder::Finder, plane::View};
use crate::Point;

/// How a finder lies along the sides of its symbol.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Look {
    pub(crate) at: Point,
    pub(crate) across: f32,
    pub(crate) down: f32,
    /// The correlation with a finder pattern.
    pub(crate) agreement: f32,
}

impl Look {
    /// As rows and columns have it, which cut its sides aslant.
    pub(crate) fn roughly(view: &View<'_>, finder: &Finder, right: Point, down: Point) -> Self {
        let along = |Point { x, y }: Point| (finder.across * x.abs()).max(finder.down * y.abs());
        let mut look = Self { at: finder.at, across: along(right), down: along(down), agreement: 0.0 };
        look.agreement = look.correlation(view, right, down);
        look
    }

    /// Measures a finder whose sides lead in these directions.
    pub(crate) fn of(view: &View<'_>, finder: Finder, right: Point, down: Point) -> Self {
        let (across, height) = (measure(view, finder, right, down), measure(view, finder, down, right));
        let mut look = Self { at: finder.at, across, down: height, agreement: 0.0 };
        look.agreement = look.correlation(view, right, down);
        look
    }

    /// Moves and stretches it to where it looks most like a finder.
    pub(crate) fn improve(&mut self, view: &View<'_>, right: Point, down: Point) {
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
    pub(crate) fn correlation(&self, view: &View<'_>, right: Point, down: Point) -> f32 {
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

/// Pixels a module of a finder along a direction, from where the grey value passes the middle on a line through the centre:
/// the mean of five lines, which all cut through the middle of the pattern, so that noise does not count.
fn measure(view: &View<'_>, finder: Finder, along: Point, aside: Point) -> f32 {
    // Across a turned code the rows cut its modules aslant: along its side they are shorter, at most by the root of 2.
    let rough = finder.module();
    const STEPS: usize = 30;
    let step = 6.0 * rough / STEPS as f32;
    let mut values = [0.0; 2 * STEPS + 1];
    for (index, value) in values.iter_mut().enumerate() {
        let distance = (index as f32 - STEPS as f32) * step;
        let (x, y) = (finder.at.x + along.x * distance, finder.at.y + along.y * distance);
        for line in [-0.8, -0.4, 0.0, 0.4, 0.8] {
            *value += view.at(x + aside.x * line * rough, y + aside.y * line * rough);
        }
    }
    let near = &values[STEPS - 20..=STEPS + 20];
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
