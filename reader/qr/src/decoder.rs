//! Reads pictures, one after another.

use std::time::{Duration, Instant};

use crate::{
    Code, Picture, Point, attempt,
    locate::{
        finder::Finder,
        pair,
        plane::{Plane, View},
        scan::Layer,
        threshold::Thresholds,
        triple::{self, Triple},
    },
    votes::{Damaged, Votes},
};

/// How much a decoder may try.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// The time for one picture. Attempts are ordered by what they are likely to gain; when it is over, what was read is
    /// the answer. `None`: every attempt is made.
    pub budget: Option<Duration>,
    /// How many codes to look for.
    pub most_codes: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { budget: None, most_codes: 8 }
    }
}

/// Reads the pictures of one camera, or single ones.
#[derive(Debug, Default)]
pub struct Decoder {
    settings: Settings,
    thresholds: Thresholds,
    planes: [Plane; 3],
    votes: Option<Votes>,
    last: Option<Last>,
}

/// Where and how the last code was found.
#[derive(Clone, Copy, Debug)]
struct Last {
    search: Search,
    corners: [Point; 4],
}

/// A way of looking for finder patterns.
#[derive(Clone, Copy, Debug)]
enum Search {
    /// As the picture is.
    Plain,
    /// As the picture is, faint contrasts too.
    Faint,
    /// Halved so many times.
    Halved(usize),
    /// Sharpened.
    Sharpened,
    /// Smoothed.
    Smoothed,
    /// Smoothed and with even light.
    Flattened,
}

/// Pictures with more pixels are searched halved first: their codes have modules of many pixels.
const LARGE: usize = 1_600_000;

/// The searches for a picture of so many pixels, in the order of what they are likely to gain for their cost.
fn schedule(pixels: usize) -> Vec<Search> {
    let halvings = (1..6).take_while(|times| pixels >> (2 * (times - 1)) > LARGE).count();
    let mut searches: Vec<Search> = (1..=halvings).rev().map(Search::Halved).collect();
    searches.push(Search::Plain);
    searches.extend((halvings == 0).then_some(Search::Halved(1)));
    searches.extend([Search::Smoothed, Search::Flattened, Search::Sharpened, Search::Faint]);
    searches.extend((halvings.max(1) + 1..=halvings + 2).map(Search::Halved));
    searches
}

/// More finders than this are texture.
const MOST_FINDERS_FOR_PAIRS: usize = 60;

/// Symbols read with everything there is, in one picture.
const MOST_THOROUGH: usize = 6;

impl Decoder {
    /// A decoder that has seen nothing yet.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self { settings, ..Self::default() }
    }

    /// The codes of one picture.
    ///
    /// Where one code is wanted, it is looked for first where the last one was. Where none can be read, but one was found, its
    /// modules are added up with those of the pictures before, if they show the same code.
    pub fn read(&mut self, picture: &Picture<'_>) -> Vec<Code> {
        let mut run = Run::new(*picture, self.settings);
        self.look_again(&mut run);
        for search in schedule(picture.width() * picture.height()) {
            if run.over() || !run.codes.is_empty() {
                break;
            }
            let found = self.finders(picture, search);
            run.try_all(&found);
            if run.codes.is_empty() && matches!(search, Search::Smoothed) {
                run.try_pairs();
            }
            self.last = run.codes.first().map(|code| Last { search, corners: code.corners });
        }
        self.combine(&mut run);
        run.codes
    }

    /// Looks around the last code, where one code is all that is wanted.
    fn look_again(&mut self, run: &mut Run<'_>) {
        let (Some(last), 1) = (self.last, self.settings.most_codes) else { return };
        let [low, high] = bounds(&last.corners);
        let margin = 0.6 * (high.x - low.x).max(high.y - low.y) + 16.0;
        // Floats below 0 become 0.
        let (left, top) = ((low.x - margin) as usize, (low.y - margin) as usize);
        let (right, bottom) = ((high.x + margin) as usize, (high.y + margin) as usize);
        let Some(part) = run.picture.part(left, top, right, bottom) else { return };
        let mut found = self.finders(&part, last.search);
        for finder in &mut found {
            finder.at.x += left as f32;
            finder.at.y += top as f32;
        }
        run.try_all(&found);
        if let Some(code) = run.codes.first() {
            self.last = Some(Last { corners: code.corners, ..last });
        }
    }

    fn combine(&mut self, run: &mut Run<'_>) {
        if !run.codes.is_empty() {
            self.votes = None;
            return;
        }
        let best = run.damaged.iter().max_by(|a, b| a.agreement.total_cmp(&b.agreement));
        let (votes, content) = Votes::after(self.votes.take(), best);
        self.votes = votes;
        run.codes.extend(content.zip(best).map(|(content, best)| attempt::code(content, &best.warp, best.inverted)));
    }

    fn finders(&mut self, picture: &Picture<'_>, search: Search) -> Vec<Finder> {
        let [half, quarter, other] = &mut self.planes;
        let (layered, step, least, scale) = match search {
            Search::Plain => (*picture, 3, 24, 1.0),
            Search::Faint => (*picture, 2, 6, 1.0),
            Search::Halved(times) => {
                half.halve(picture);
                for _ in 1..times {
                    quarter.halve(&half.picture());
                    std::mem::swap(half, quarter);
                }
                (half.picture(), 1, 8, (1 << times) as f32)
            }
            Search::Smoothed => {
                other.smooth(picture);
                (other.picture(), 1, 8, 1.0)
            }
            Search::Flattened => {
                other.flatten(picture);
                (other.picture(), 2, 12, 1.0)
            }
            Search::Sharpened => {
                other.sharpen(picture);
                (other.picture(), 2, 16, 1.0)
            }
        };
        self.thresholds.measure(&layered, least);
        let mut found = Vec::new();
        Layer { picture: layered, thresholds: &self.thresholds }.finders(step, &mut found);
        found.into_iter().map(|finder| finder.scaled(scale)).collect()
    }
}

/// The reading of one picture.
struct Run<'a> {
    picture: Picture<'a>,
    end: Option<Instant>,
    most: usize,
    codes: Vec<Code>,
    finders: Vec<Finder>,
    /// Triples that were tried, by their centres.
    tried: Vec<[Point; 3]>,
    thorough: usize,
    damaged: Vec<Damaged>,
}

impl<'a> Run<'a> {
    fn new(picture: Picture<'a>, settings: Settings) -> Self {
        Self {
            picture,
            end: settings.budget.map(|budget| Instant::now() + budget),
            most: settings.most_codes,
            codes: Vec::new(),
            finders: Vec::new(),
            tried: Vec::new(),
            thorough: 0,
            damaged: Vec::new(),
        }
    }

    fn over(&self) -> bool {
        self.codes.len() >= self.most || self.end.is_some_and(|end| Instant::now() >= end)
    }

    fn try_all(&mut self, found: &[Finder]) {
        for finder in found {
            match self.finders.iter_mut().find(|known| known.is(finder)) {
                Some(known) => known.join(finder),
                None => self.finders.push(*finder),
            }
        }
        self.try_triples(triple::triples(&self.finders));
    }

    /// Tries pairs of finders, the third being looked for: not where so much looks like a finder that any two do.
    fn try_pairs(&mut self) {
        if self.finders.len() > MOST_FINDERS_FOR_PAIRS {
            return;
        }
        let picture = self.picture;
        self.try_triples(pair::completed(&self.finders, |inverted| View::new(picture, inverted)));
    }

    fn try_triples(&mut self, triples: Vec<Triple>) {
        let mut promising = Vec::new();
        for triple in triples {
            if self.over() {
                return;
            }
            if self.was_tried(&triple) || self.within_a_code(&triple) {
                continue;
            }
            self.tried.push([triple.corner.at, triple.right.at, triple.below.at]);
            let view = View::new(self.picture, triple.corner.inverted);
            for hypothesis in attempt::hypotheses(&view, &triple) {
                if let Some(code) = attempt::quick(&view, &hypothesis) {
                    self.codes.push(code);
                    break;
                }
                promising.push((triple, hypothesis));
            }
        }
        promising.sort_by(|a, b| b.1.fit.score.total_cmp(&a.1.fit.score));
        for (triple, hypothesis) in promising {
            if self.over() || self.thorough >= MOST_THOROUGH {
                return;
            }
            if self.within_a_code(&triple) {
                continue;
            }
            self.thorough += 1;
            let view = View::new(self.picture, triple.corner.inverted);
            let end = self.end;
            let over = || end.is_some_and(|end| Instant::now() >= end);
            self.codes.extend(attempt::thorough(&view, &hypothesis, &over, &mut self.damaged));
        }
    }

    fn was_tried(&self, triple: &Triple) -> bool {
        let reach = 0.5 * triple.corner.module();
        let now = [triple.corner.at, triple.right.at, triple.below.at];
        self.tried
            .iter()
            .any(|tried| tried.iter().zip(&now).all(|(a, b)| (a.x - b.x).abs() < reach && (a.y - b.y).abs() < reach))
    }

    /// One of its finders belongs to a code that was read.
    fn within_a_code(&self, triple: &Triple) -> bool {
        let finders = [triple.corner.at, triple.right.at, triple.below.at];
        self.codes.iter().any(|code| finders.iter().any(|point| holds(&code.corners, *point)))
    }
}

/// The upper left and lower right corner of the box around a quadrangle.
fn bounds(corners: &[Point; 4]) -> [Point; 2] {
    corners.iter().fold([corners[0]; 2], |[low, high], corner| {
        let least = Point { x: low.x.min(corner.x), y: low.y.min(corner.y) };
        [least, Point { x: high.x.max(corner.x), y: high.y.max(corner.y) }]
    })
}

/// Whether a convex quadrangle holds a point.
fn holds(corners: &[Point; 4], point: Point) -> bool {
    let turn = |i: usize| {
        let (a, b) = (corners[i], corners[(i + 1) % 4]);
        (b.x - a.x) * (point.y - a.y) - (b.y - a.y) * (point.x - a.x)
    };
    (0..4).all(|i| turn(i) >= 0.0) || (0..4).all(|i| turn(i) <= 0.0)
}
