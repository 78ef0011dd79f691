//! The messages between desk and worker.

use std::io::{self, Read, Write};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::diagnostic::TypesetError;
use crate::request::Request;

/// No frame is longer.
pub(super) const MOST_BYTES: usize = 16 * 1024 * 1024;
/// No request names more files.
const MOST_FILES: usize = 100;

/// The JSON of a request; the files follow in this order.
#[derive(Serialize, Deserialize)]
struct Head {
    template: String,
    files: Vec<String>,
    data: serde_json::Value,
    title: String,
    lang: String,
    date: String,
}

/// The JSON of an answer.
#[derive(Serialize, Deserialize)]
enum Answer {
    /// A frame with the PDF follows.
    Pdf,
    Failed(TypesetError),
}

/// A request as frames.
pub(super) struct Outgoing(Vec<Vec<u8>>);

impl Outgoing {
    /// Nothing where a frame would be too long or there are too many.
    pub(super) fn new(request: &Request) -> Option<Outgoing> {
        let head = Head {
            template: request.template.clone(),
            files: request.files.keys().cloned().collect(),
            data: request.data.clone(),
            title: request.title.clone(),
            lang: request.lang.clone(),
            date: request.date.to_string(),
        };
        let mut frames = vec![serde_json::to_vec(&head).ok()?];
        frames.extend(request.files.values().cloned());
        let fits = frames.len() <= MOST_FILES + 1 && frames.iter().all(|frame| frame.len() <= MOST_BYTES);
        fits.then_some(Outgoing(frames))
    }

    pub(super) fn write(&self, output: &mut impl Write) -> io::Result<()> {
        self.0.iter().try_for_each(|frame| write(output, frame))
    }
}

/// The next request; nothing at the end of the input.
pub(super) fn read_request(input: &mut impl Read) -> io::Result<Option<Request>> {
    let Some(head) = read(input)? else { return Ok(None) };
    let head: Head = serde_json::from_slice(&head)?;
    if head.files.len() > MOST_FILES {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let date: Date = head.date.parse().map_err(|_| io::ErrorKind::InvalidData)?;
    let mut request = Request::new(head.template, head.data, head.title, date);
    request.lang = head.lang;
    for path in head.files {
        request.files.insert(path, read(input)?.ok_or(io::ErrorKind::UnexpectedEof)?);
    }
    Ok(Some(request))
}

pub(super) fn write_answer(output: &mut impl Write, answer: Result<Vec<u8>, TypesetError>) -> io::Result<()> {
    match answer {
        Ok(pdf) => {
            write(output, &serde_json::to_vec(&Answer::Pdf)?)?;
            write(output, &pdf)?;
        }
        Err(error) => write(output, &serde_json::to_vec(&Answer::Failed(error))?)?,
    }
    output.flush()
}

pub(super) fn read_answer(input: &mut impl Read) -> io::Result<Result<Vec<u8>, TypesetError>> {
    let mut next = || read(input)?.ok_or_else(|| io::Error::from(io::ErrorKind::UnexpectedEof));
    match serde_json::from_slice(&next()?)? {
        Answer::Pdf => Ok(Ok(next()?)),
        Answer::Failed(error) => Ok(Err(error)),
    }
}

fn write(output: &mut impl Write, frame: &[u8]) -> io::Result<()> {
    let length = u32::try_from(frame.len()).map_err(|_| io::ErrorKind::InvalidData)?;
    output.write_all(&length.to_be_bytes())?;
    output.write_all(frame)
}

/// A frame; nothing where the input ends before one begins. Memory grows with what arrives, not with what is announced.
fn read(input: &mut impl Read) -> io::Result<Option<Vec<u8>>> {
    let mut length = [0; 4];
    let (first, rest) = length.split_at_mut(1);
    if input.read(first)? == 0 {
        return Ok(None);
    }
    input.read_exact(rest)?;
    let length = u32::from_be_bytes(length) as usize;
    if length > MOST_BYTES {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut frame = Vec::new();
    input.take(length as u64).read_to_end(&mut frame)?;
    if frame.len() < length { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(Some(frame)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn request() -> Request {
        let data = serde_json::json!({"name": "Nguyễn Thị An"});
        Request::new("Xin chào", data, "Thử", date(2026, 11, 22)).with_file("/shared/parts.typ", "#let a = 1")
    }

    fn written(request: &Request) -> Vec<u8> {
        let mut bytes = Vec::new();
        Outgoing::new(request).unwrap().write(&mut bytes).unwrap();
        bytes
    }

    #[test]
    fn a_request_comes_through_with_its_files() {
        let bytes = written(&request());
        let input = &mut bytes.as_slice();
        let read = read_request(input).unwrap().unwrap();
        assert_eq!((read.template, read.files, read.data), (request().template, request().files, request().data));
        assert_eq!((read.title, read.lang, read.date), ("Thử".into(), "vi".into(), date(2026, 11, 22)));
        assert!(read_request(input).unwrap().is_none(), "then the input ends");
    }

    #[test]
    fn a_request_cut_short_anywhere_is_refused() {
        let bytes = written(&request());
        for length in 1..bytes.len() {
            assert!(read_request(&mut &bytes[..length]).is_err(), "{length}");
        }
    }

    #[test]
    fn a_frame_that_announces_too_much_is_refused_before_it_is_read() {
        let error = read_request(&mut [0xFF, 0xFF, 0xFF, 0xFF, 0].as_slice()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
        assert!(Outgoing::new(&request().with_file("/big", vec![0; MOST_BYTES + 1])).is_none());
    }

    #[test]
    fn answers_come_through() {
        let failed = Err(TypesetError::Path("../x".into()));
        for answer in [Ok(b"%PDF".to_vec()), failed] {
            let mut bytes = Vec::new();
            write_answer(&mut bytes, answer.clone()).unwrap();
            assert_eq!(read_answer(&mut bytes.as_slice()).unwrap(), answer);
        }
    }
}
