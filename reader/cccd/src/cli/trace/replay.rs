//! `cccd trace replay`: the same result as the read that was recorded, but for the verdict: nobody proves anything now.

use crate::cli::failure::{Exit, Failure};
use crate::cli::output;
use crate::cli::read::{errors, exit_of};
use crate::messages;
use crate::report;
use crate::terminal::{Style, view};
use crate::trace::Trace;
use crate::trace::rerun::rerun;

pub(super) fn run(trace: &Trace, json: bool) -> Result<Exit, Failure> {
    let rerun =
        rerun(trace).map_err(|error| Failure::new("bad_file", error).in_words(messages::of_file("not_a_trace")))?;
    if let Some(divergence) = &rerun.divergence {
        return Err(Failure::new("trace_differs", divergence.to_string()));
    }
    let (statistics, total) = (&rerun.statistics, rerun.statistics.elapsed());
    let reading = rerun.outcome.as_ref().map_err(|error| {
        let timing = report::timing(statistics, total);
        errors::failure_of(error).with_timing(timing)
    })?;
    let assessment = rerun.assessment().ok_or_else(|| Failure::new("internal", "a reading without an assessment"))?;
    if json {
        output::json(&report::of_read(&rerun.settings.reader, reading, &assessment, statistics, total));
    } else {
        output::text(&view::of_read(reading, &assessment, statistics, total, &Style::of_stdout()));
    }
    Ok(exit_of(assessment.verdict))
}
