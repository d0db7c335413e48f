//! What the daemon sends to webhooks: requests that a receiver answers (OpenAPI 3.1, `webhooks`).

use serde_json::{Value as Json, json};
use utoipa::{PartialSchema, ToSchema, openapi::Components};

use crate::api::{
    events::{Event, EventObject},
    webhooks::{Echo, Probe},
};

/// The bodies that no route has.
pub(super) fn add_schemas(components: &mut Components) {
    for (name, schema) in [
        (Event::name(), Event::schema()),
        (EventObject::name(), EventObject::schema()),
        (Probe::name(), Probe::schema()),
        (Echo::name(), Echo::schema()),
    ] {
        let name = name.into_owned();
        components.schemas.entry(name).or_insert(schema);
    }
}

/// Each kind of message.
pub(super) fn webhooks() -> Json {
    let event = "A line of the owner's feed. Comes at least once, in order, until it is taken.";
    let challenge = "Asks whether somebody here wants the messages: the word is sent back.";
    let test = "Says nothing: somebody asked for it with POST /v1/webhooks/{id}/test.";
    json!({
        "event": message(event, &Event::name(), None),
        "webhook.challenge": message(challenge, &Probe::name(), Some(&Echo::name())),
        "webhook.test": message(test, &Probe::name(), None),
    })
}

fn message(text: &str, body: &str, answer: Option<&str>) -> Json {
    let schema = |name: &str| {
        let place = format!("#/components/schemas/{name}");
        json!({"application/json": {"schema": {"$ref": place}}})
    };
    let taken = match answer {
        None => json!({"description": "Taken"}),
        Some(answer) => json!({"description": "Taken", "content": schema(answer)}),
    };
    json!({"post": {
        "tags": ["webhooks"],
        "description": text,
        // The receiver's own way in; what proves the sender are the signatures.
        "security": [],
        "parameters": [
            header("webhook-id", "The same at each try."),
            header("webhook-timestamp", "Unix time of this try, in seconds."),
            header(
                "webhook-signature",
                "`v1a,` and the base64 of an Ed25519 signature over `id.timestamp.body`, for each \
                 key of GET /v1/webhook-keys; separated by spaces.",
            ),
        ],
        "requestBody": {"required": true, "content": schema(body)},
        "responses": {"2XX": taken},
    }})
}

fn header(name: &str, text: &str) -> Json {
    json!({
        "in": "header",
        "name": name,
        "required": true,
        "description": text,
        "schema": {"type": "string"},
    })
}
