//! A pinhole camera before a card that is flat, or bent around an axis.

type Vector = [f64; 3];
type Matrix = [Vector; 3];

/// How the card stands before the camera. Lengths are mm, angles radians.
#[derive(Clone, Copy, Debug)]
pub struct Pose {
    /// Between the line of sight and the normal of the card at the code.
    pub tilt: f64,
    /// The axis of the tilt in the picture.
    pub tilt_axis: f64,
    /// Of the code in the picture.
    pub rotation: f64,
    /// From the camera to the code.
    pub distance: f64,
    /// Where the code's centre is seen, in pixels.
    pub seen_at: (f64, f64),
    /// Of the bend: positive where the code bulges towards the camera, none where the card is flat.
    pub radius: Option<f64>,
    /// The axis of the bend on the card.
    pub bend_axis: f64,
}

/// A camera, and the card before it.
#[derive(Clone, Copy, Debug)]
pub struct Camera {
    focal: f64,
    centre: (f64, f64),
    /// From the card to the camera.
    turn: Matrix,
    place: Vector,
    /// The camera in the card's frame.
    eye: Vector,
    radius: Option<f64>,
    bend: (f64, f64),
}

impl Camera {
    /// A camera of this focal length, in pixels, that sees a card of this pose.
    #[must_use]
    pub fn new(width: usize, height: usize, focal: f64, pose: &Pose) -> Self {
        let turn = product(about(pose.tilt_axis, pose.tilt), about_sight(pose.rotation));
        let centre = (width as f64 / 2.0, height as f64 / 2.0);
        let sight = [(pose.seen_at.0 - centre.0) / focal, (pose.seen_at.1 - centre.1) / focal, 1.0];
        let place = sight.map(|part| part * pose.distance);
        let eye = back(&turn, place.map(|part| -part));
        Self { focal, centre, turn, place, eye, radius: pose.radius, bend: pose.bend_axis.sin_cos() }
    }

    /// The place on the card, in mm from the code's centre along its surface, that is seen at a place of the picture; none
    /// where the line of sight misses it.
    #[must_use]
    pub fn seen(&self, x: f64, y: f64) -> Option<(f64, f64)> {
        self.met(&self.sight(x, y))
    }

    /// [`Camera::seen`] at `count` places of a row, `step` pixels apart.
    pub fn row(&self, x: f64, y: f64, step: f64, count: usize) -> impl Iterator<Item = Option<(f64, f64)>> {
        let (from, to) = (self.sight(x, y), self.sight(x + step, y));
        let steps = [0, 1, 2].map(|part| to[part] - from[part]);
        (0..count).map(move |index| {
            let index = index as f64;
            self.met(&[from[0] + index * steps[0], from[1] + index * steps[1], from[2] + index * steps[2]])
        })
    }

    /// The line of sight through a place of the picture, in the card's frame.
    fn sight(&self, x: f64, y: f64) -> Vector {
        back(&self.turn, [(x - self.centre.0) / self.focal, (y - self.centre.1) / self.focal, 1.0])
    }

    /// Where a line of sight meets the card.
    fn met(&self, sight: &Vector) -> Option<(f64, f64)> {
        let Some(radius) = self.radius else {
            let steps = -self.eye[2] / sight[2];
            return (steps > 0.0).then(|| (self.eye[0] + steps * sight[0], self.eye[1] + steps * sight[1]));
        };
        let (sin, cos) = self.bend;
        let across = |v: &Vector| v[0] * cos + v[1] * sin;
        let along = |v: &Vector| v[1] * cos - v[0] * sin;
        // The circle of the bend in the plane across its axis: its centre lies behind the card, or before it.
        let (x0, z0, dx, dz) = (across(&self.eye), self.eye[2] - radius, across(sight), sight[2]);
        let (a, b, c) = (dx * dx + dz * dz, x0 * dx + z0 * dz, x0 * x0 + z0 * z0 - radius * radius);
        let root = (b * b - a * c).max(-1.0).sqrt();
        let steps = if radius > 0.0 { (-b - root) / a } else { (-b + root) / a };
        if !steps.is_finite() || steps <= 0.0 {
            return None;
        }
        let (px, pz) = (x0 + steps * dx, z0 + steps * dz);
        let arc = radius * (px / radius).atan2(-pz / radius);
        let length = along(&self.eye) + steps * along(sight);
        Some((arc * cos - length * sin, arc * sin + length * cos))
    }

    /// Where a place on the card is seen, in pixels.
    #[must_use]
    pub fn sees(&self, x: f64, y: f64) -> (f64, f64) {
        let point = match self.radius {
            None => [x, y, 0.0],
            Some(radius) => {
                let (sin, cos) = self.bend;
                let (arc, length) = (x * cos + y * sin, y * cos - x * sin);
                let across = radius * (arc / radius).sin();
                [across * cos - length * sin, across * sin + length * cos, radius * (1.0 - (arc / radius).cos())]
            }
        };
        let mut seen = self.place;
        for (part, row) in seen.iter_mut().zip(&self.turn) {
            *part += dot(row, &point);
        }
        (self.centre.0 + self.focal * seen[0] / seen[2], self.centre.1 + self.focal * seen[1] / seen[2])
    }
}

fn dot(a: &Vector, b: &Vector) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

fn product(a: Matrix, b: Matrix) -> Matrix {
    a.map(|row| [0, 1, 2].map(|column| dot(&row, &[b[0][column], b[1][column], b[2][column]])))
}

/// By the transposed matrix, which turns back.
fn back(turn: &Matrix, v: Vector) -> Vector {
    [0, 1, 2].map(|column| dot(&[turn[0][column], turn[1][column], turn[2][column]], &v))
}

fn about_sight(angle: f64) -> Matrix {
    let (sin, cos) = angle.sin_cos();
    [[cos, -sin, 0.0], [sin, cos, 0.0], [0.0, 0.0, 1.0]]
}

/// About an axis in the plane of the picture (Rodrigues).
fn about(axis: f64, angle: f64) -> Matrix {
    let (v, u) = axis.sin_cos();
    let (sin, cos) = angle.sin_cos();
    let rest = 1.0 - cos;
    [
        [cos + u * u * rest, u * v * rest, v * sin],
        [u * v * rest, cos + v * v * rest, -u * sin],
        [-v * sin, u * sin, cos],
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_camera_sees_at_a_pixel_is_seen_at_that_pixel() {
        for (tilt, radius) in [(0.0, None), (0.7, None), (0.4, Some(60.0)), (0.3, Some(-90.0))] {
            let pose = Pose {
                tilt,
                tilt_axis: 1.1,
                rotation: 0.5,
                distance: 70.0,
                seen_at: (300.0, 260.0),
                radius,
                bend_axis: 0.8,
            };
            let camera = Camera::new(640, 480, 650.0, &pose);
            for (x, y) in [(0.0, 0.0), (8.0, -3.0), (-7.5, 7.5)] {
                let (column, row) = camera.sees(x, y);
                let (u, v) = camera.seen(column, row).unwrap();
                assert!((u - x).hypot(v - y) < 1e-6, "{tilt} {radius:?}: {x} {y} is {u} {v}");
            }
            let (column, row) = camera.sees(0.0, 0.0);
            assert!((column - 300.0).hypot(row - 260.0) < 1e-9);
        }
    }
}
