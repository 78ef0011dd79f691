//! The description of the bridge: whatever comes over the wire is held to it.

use std::sync::LazyLock;

use serde_json::{Value, json};

const TEXT: &str = include_str!("../../../bridge/openapi.yaml");

static DESCRIPTION: LazyLock<Value> = LazyLock::new(|| serde_yaml::from_str(TEXT).expect("YAML"));

/// Fails where something is not of this schema.
#[track_caller]
pub fn expect(schema: &str, value: &Value) {
    let reference = format!("#/components/schemas/{schema}");
    let whole = json!({ "$ref": reference, "components": DESCRIPTION["components"] });
    let validator = jsonschema::validator_for(&whole).expect("a schema");
    let wrong: Vec<String> = validator.iter_errors(value).map(|error| error.to_string()).collect();
    assert!(wrong.is_empty(), "{schema}: {wrong:?}: {value:#}");
}

/// The schema of a message of the desk.
#[track_caller]
pub fn expect_message(message: &Value) {
    let schema = match message["type"].as_str() {
        Some("ready") => "Ready",
        Some("reader") => "Reader",
        Some("progress") => "Progress",
        Some("done") => "Done",
        Some("failed") => "FailedMessage",
        other => panic!("a message that is not described: {other:?}"),
    };
    expect(schema, message);
}
