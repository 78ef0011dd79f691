//! The worker as a real child process: this program is both.

use std::process::Command;
use std::time::Duration;

use cccd_typeset::worker::{self, Worker, WorkerError};
use cccd_typeset::{Request, TypesetError};

/// Long enough for a slow machine: no test waits for it.
const PATIENCE: Duration = Duration::from_secs(120);

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.first().map(String::as_str) {
        Some("serve") => worker::serve(std::io::stdin().lock(), std::io::stdout().lock()).expect("a desk to serve"),
        Some("babble") => println!("this is no frame, and a long one at that"),
        // What `cargo test -- --list` and filters for other tests ask.
        Some("--list") => {}
        _ => test(),
    }
}

fn test() {
    let tests: [(&str, fn()); 5] = [
        ("a_worker_answers_one_request_after_another", a_worker_answers_one_request_after_another),
        (
            "a_template_that_loops_is_stopped_and_the_next_is_served",
            a_template_that_loops_is_stopped_and_the_next_is_served,
        ),
        ("a_template_that_eats_memory_ends_its_process_only", a_template_that_eats_memory_ends_its_process_only),
        ("a_wiped_worker_is_another_process", a_wiped_worker_is_another_process),
        ("what_is_no_worker_is_told_of", what_is_no_worker_is_told_of),
    ];
    for (name, test) in tests {
        test();
        println!("test {name} ... ok");
    }
}

fn child(role: &str) -> Worker {
    let mut command = Command::new(std::env::current_exe().expect("this program's path"));
    command.arg(role);
    Worker::start(command)
}

fn request(template: &str) -> Request {
    let day = jiff::civil::date(2026, 11, 22);
    Request::new(template, serde_json::json!({"name": "Nguyễn Thị An"}), "Thử", day)
}

/// The answer, of a PDF its length only.
fn ask(worker: &mut Worker, request: &Request, limit: Duration) -> Result<usize, WorkerError> {
    worker.typeset(request, limit).map(|pdf| pdf.len())
}

fn is_pdf(answer: Result<Vec<u8>, WorkerError>) -> bool {
    answer.expect("a PDF").starts_with(b"%PDF-")
}

fn a_worker_answers_one_request_after_another() {
    let mut worker = child("serve");
    let greet = request("#json(\"/data.json\").name");
    assert!(is_pdf(worker.typeset(&greet, PATIENCE)));
    let process = worker.id();
    match ask(&mut worker, &request("= Title\n\n#wrong"), PATIENCE) {
        Err(WorkerError::Typeset(TypesetError::Template(found))) => {
            assert_eq!((found[0].file.as_str(), found[0].line, found[0].column), ("/form.typ", 3, 2));
            assert!(found[0].message.contains("wrong"), "{}", found[0]);
        }
        other => panic!("{other:?}"),
    }
    assert!(is_pdf(worker.typeset(&greet, PATIENCE)));
    assert_eq!(worker.id(), process, "a wrong template ends nothing");
}

fn a_template_that_loops_is_stopped_and_the_next_is_served() {
    let mut worker = child("serve");
    assert!(is_pdf(worker.typeset(&request("warm"), PATIENCE)));
    let forever = request("#for a in range(9999) { for b in range(9999) { for c in range(9999) { } } }");
    let answer = ask(&mut worker, &forever, Duration::from_millis(300));
    assert!(matches!(answer, Err(WorkerError::TimedOut(_))), "{answer:?}");
    assert_eq!(worker.id(), None, "the process is gone");
    assert!(is_pdf(worker.typeset(&request("again"), PATIENCE)));
}

fn a_template_that_eats_memory_ends_its_process_only() {
    let mut worker = child("serve");
    let hungry = request("#(\"0123456789\" * 1000000000).len()");
    let answer = ask(&mut worker, &hungry, PATIENCE);
    assert!(matches!(answer, Err(WorkerError::Died)), "{answer:?}");
    assert!(is_pdf(worker.typeset(&request("again"), PATIENCE)));
}

fn a_wiped_worker_is_another_process() {
    let mut worker = child("serve");
    assert!(is_pdf(worker.typeset(&request("one"), PATIENCE)));
    let first = worker.id();
    worker.wipe();
    worker.warm_up();
    assert!(is_pdf(worker.typeset(&request("two"), PATIENCE)));
    assert!(first.is_some() && worker.id().is_some() && worker.id() != first);
}

fn what_is_no_worker_is_told_of() {
    for mut worker in [child("babble"), Worker::start(Command::new("/bin/true"))] {
        let answer = ask(&mut worker, &request("x"), PATIENCE);
        assert!(matches!(answer, Err(WorkerError::Died)), "{answer:?}");
    }
    let answer = ask(&mut Worker::start(Command::new("/no/such/program")), &request("x"), PATIENCE);
    assert!(matches!(answer, Err(WorkerError::Start(_))), "{answer:?}");
    let huge = request("x").with_file("/big", vec![0; 17 * 1024 * 1024]);
    let answer = ask(&mut child("serve"), &huge, PATIENCE);
    assert!(matches!(answer, Err(WorkerError::TooLarge)), "{answer:?}");
}
