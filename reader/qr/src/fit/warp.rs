//! Where the modules of a symbol lie in the picture: a perspective view of a flat square, bent a little.

use crate::Point;

/// Maps module coordinates (0 to `side`, from the outer corner of the symbol) to pixels.
///
/// Four points carry the perspective: the places of the three finder centres and of the point that completes their square.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Warp {
    /// The points at (3½, 3½), (side − 3½, 3½), (3½, side − 3½), (side − 3½, side − 3½).
    pub(crate) points: [Point; 4],
    /// How far the middle of the sides is off, in pixels, along the first and the second coordinate; and how far the last corner
    /// is, more than a flat symbol in perspective would have it.
    pub(crate) bend: [Point; 3],
    side: f32,
    scale: f32,
    matrix: [f32; 8],
}

/// Half a finder: its centre's distance from the border.
const INSET: f32 = 3.5;

impl Warp {
    /// `None` where the points are no convex quadrangle.
    pub(crate) fn new(side: usize, points: [Point; 4], bend: [Point; 3]) -> Option<Self> {
        let matrix = square_to_quadrangle(points)?;
        let side = side as f32;
        Some(Self { points, bend, side, scale: 1.0 / (side - 2.0 * INSET), matrix })
    }

    /// With a finder at three corners and this foreshortening along both sides: 0 is none, above 0 the far end is smaller.
    pub(crate) fn from_finders(
        side: usize,
        corner: Point,
        right: Point,
        below: Point,
        shortening: [f32; 2],
    ) -> Option<Self> {
        let [across, down] = shortening;
        let weight = 1.0 + across + down;
        if weight < 0.2 {
            return None;
        }
        let last =
            |corner: f32, right: f32, below: f32| (right * (1.0 + across) + below * (1.0 + down) - corner) / weight;
        let far = Point { x: last(corner.x, right.x, below.x), y: last(corner.y, right.y, below.y) };
        Self::new(side, [corner, right, below, far], [Point::default(); 3])
    }

    pub(crate) fn side(&self) -> usize {
        self.side as usize
    }

    /// The pixel coordinates of a place in modules.
    pub(crate) fn at(&self, x: f32, y: f32) -> Point {
        let (u, v) = ((x - INSET) * self.scale, (y - INSET) * self.scale);
        let m = &self.matrix;
        let weight = 1.0 / (m[6] * u + m[7] * v + 1.0).max(1e-3);
        let arches = [4.0 * u * (1.0 - u), 4.0 * v * (1.0 - v), u * v];
        let bent = |along: fn(&Point) -> f32| -> f32 {
            self.bend.iter().zip(arches).map(|(bend, arch)| along(bend) * arch).sum()
        };
        Point {
            x: (m[0] * u + m[1] * v + m[2]) * weight + bent(|bend| bend.x),
            y: (m[3] * u + m[4] * v + m[5]) * weight + bent(|bend| bend.y),
        }
    }

    /// One module to the right and one down, in pixels, at a place.
    pub(crate) fn steps(&self, x: f32, y: f32) -> [Point; 2] {
        let (left, right) = (self.at(x - 0.5, y), self.at(x + 0.5, y));
        let (above, below) = (self.at(x, y - 0.5), self.at(x, y + 0.5));
        [Point { x: right.x - left.x, y: right.y - left.y }, Point { x: below.x - above.x, y: below.y - above.y }]
    }

    /// Pixels a module in the middle of the symbol.
    pub(crate) fn module(&self) -> f32 {
        let [right, down] = self.steps(self.side / 2.0, self.side / 2.0);
        (right.x * down.y - right.y * down.x).abs().sqrt()
    }

    /// Moved so that this place in modules, near the last corner, comes to lie on this pixel.
    pub(crate) fn pinned(&self, x: f32, y: f32, pixel: Point) -> Option<Self> {
        let mut warp = *self;
        for _ in 0..6 {
            let now = warp.at(x, y);
            let mut points = warp.points;
            points[3].x += pixel.x - now.x;
            points[3].y += pixel.y - now.y;
            warp = Self::new(warp.side(), points, warp.bend)?;
        }
        Some(warp)
    }

    /// Whether both lead to the same places, within a fifth of a module.
    pub(crate) fn is_near(&self, other: &Self) -> bool {
        let most = 0.2 * self.module();
        let pairs = self.corners().into_iter().zip(other.corners());
        self.side == other.side && pairs.into_iter().all(|(a, b)| (a.x - b.x).abs() < most && (a.y - b.y).abs() < most)
    }

    /// The outer corners.
    pub(crate) fn corners(&self) -> [Point; 4] {
        let side = self.side;
        [self.at(0.0, 0.0), self.at(side, 0.0), self.at(side, side), self.at(0.0, side)]
    }
}

/// The projective map of the unit square to a convex quadrangle given as (0,0), (1,0), (0,1), (1,1).
fn square_to_quadrangle([a, b, d, c]: [Point; 4]) -> Option<[f32; 8]> {
    let (sum_x, sum_y) = (a.x - b.x + c.x - d.x, a.y - b.y + c.y - d.y);
    let (b_x, b_y, d_x, d_y) = (b.x - c.x, b.y - c.y, d.x - c.x, d.y - c.y);
    let area = b_x * d_y - b_y * d_x;
    if !area.is_finite() || area.abs() < 1e-3 {
        return None;
    }
    let (g, h) = ((sum_x * d_y - sum_y * d_x) / area, (b_x * sum_y - b_y * sum_x) / area);
    // Every corner must lie on the visible side of the horizon.
    if !(g > -0.95 && h > -0.95 && g + h > -0.95) {
        return None;
    }
    Some([b.x - a.x + g * b.x, d.x - a.x + h * d.x, a.x, b.y - a.y + g * b.y, d.y - a.y + h * d.y, a.y, g, h])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: Point, b: Point) {
        assert!((a.x - b.x).abs() < 0.01 && (a.y - b.y).abs() < 0.01, "{a:?} {b:?}");
    }

    #[test]
    fn the_four_points_are_met() {
        let points = [
            Point { x: 10.0, y: 12.0 },
            Point { x: 90.0, y: 20.0 },
            Point { x: 15.0, y: 70.0 },
            Point { x: 80.0, y: 95.0 },
        ];
        let warp =
            Warp::new(25, points, [Point { x: 1.0, y: 2.0 }, Point { x: 0.5, y: -1.0 }, Point::default()]).unwrap();
        for (point, (x, y)) in points.into_iter().zip([(3.5, 3.5), (21.5, 3.5), (3.5, 21.5), (21.5, 21.5)]) {
            close(warp.at(x, y), point);
        }
        let pinned = warp.pinned(18.5, 18.5, Point { x: 70.0, y: 80.0 }).unwrap();
        close(pinned.at(18.5, 18.5), Point { x: 70.0, y: 80.0 });
        close(pinned.at(3.5, 3.5), points[0]);
    }

    #[test]
    fn foreshortening_makes_the_far_modules_smaller() {
        let at = |x, y| Point { x, y };
        let warp = Warp::from_finders(21, at(0.0, 0.0), at(100.0, 0.0), at(0.0, 100.0), [0.3, 0.0]).unwrap();
        assert!(warp.steps(4.0, 4.0)[0].x > warp.steps(17.0, 4.0)[0].x);
        assert!(Warp::new(21, [at(0.0, 0.0); 4], [at(0.0, 0.0); 3]).is_none());
        assert!(Warp::new(21, [at(f32::NAN, 0.0); 4], [at(0.0, 0.0); 3]).is_none());
    }
}
