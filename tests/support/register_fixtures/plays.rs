//! Which answer a request gets.

use serde_json::{Value, json};

use super::{
    Play, Request, envelopes,
    firms::{self, COMPANY, KRS, LEI, NIP},
};

const JSON: &str = "application/json";

pub fn play(request: &Request) -> Play {
    match request.mood.as_str() {
        "204" => bare(204),
        "404" => page(404),
        "429" => Play {
            headers: vec![("retry-after", "180")],
            ..page(429)
        },
        "500" => page(500),
        "503" => page(503),
        "302" => Play {
            headers: vec![("location", "https://elsewhere.example/")],
            ..page(302)
        },
        "401" => page(401),
        "418" => page(418),
        "html" => page(200),
        "large" => Play {
            body: format!("\"{}\"", "x".repeat(3 * 1024 * 1024)),
            ..good(&json!(null))
        },
        "truncated" => {
            let whole = register(request);
            Play {
                cut: Some(whole.body.len() / 2),
                ..whole
            }
        }
        // A proxy that cut the answer and mended its length.
        "shortened" => {
            let whole = register(request);
            let half: String = whole.body.chars().take(whole.body.len() / 2).collect();
            Play {
                body: half,
                ..whole
            }
        }
        "schema" => changed(register(request)),
        _ => register(request),
    }
}

/// As the register itself answers.
fn register(request: &Request) -> Play {
    let asks = |number: &str| request.rest.contains(number);
    let mood = request.mood.as_str();
    match request.register.as_str() {
        "krs" => krs(request),
        "white-list" => good(&firms::white_list(mood, asks(NIP))),
        "ceidg" if !request.head.contains("Bearer fixture-key") => page(401),
        "ceidg" if asks(NIP) => good(&firms::ceidg(mood)),
        "ceidg" => bare(204),
        "regon" => Play {
            content_type: "multipart/related; type=\"application/xop+xml\"; boundary=\"uuid:1\"; \
                start-info=\"application/soap+xml\"",
            body: envelopes::answer(request),
            ..good(&json!(null))
        },
        "vies" => good(&firms::vies(mood, request)),
        "gleif" if asks(LEI) => Play {
            content_type: "application/vnd.api+json",
            ..good(&firms::gleif(mood))
        },
        "gleif" => Play {
            status: 404,
            content_type: "application/vnd.api+json",
            ..good(&json!({"errors": [{"status": "404", "title": "Resource not found"}]}))
        },
        // "fixture-key:" in Base64.
        "companies-house" if !request.head.contains("Basic Zml4dHVyZS1rZXk6") => page(401),
        "companies-house" if asks(COMPANY) => good(&firms::company(mood)),
        "companies-house" => Play {
            status: 404,
            ..good(&json!({"errors": [{"error": "company-profile-not-found",
                "type": "ch:service"}]}))
        },
        _ => page(404),
    }
}

fn krs(request: &Request) -> Play {
    let found = request.rest.contains(KRS) && request.rest.contains("rejestr=P");
    let present = request.rest.contains("/OdpisAktualny/");
    match (found, present, request.mood.as_str()) {
        (true, true, "struck" | "applicant-struck") => bare(204),
        (true, true, mood) => good(&firms::krs(mood)),
        (true, false, mood @ ("struck" | "applicant-struck")) => good(&firms::krs_full(mood)),
        (_, _, "none-404") => Play {
            status: 404,
            body: String::new(),
            ..bare(204)
        },
        _ => bare(204),
    }
}

/// Every member's name becomes another.
fn changed(play: Play) -> Play {
    let body = match serde_json::from_str::<Value>(&play.body) {
        Ok(value) => renamed(&value).to_string(),
        Err(_) => play.body,
    };
    Play { body, ..play }
}

fn renamed(value: &Value) -> Value {
    match value {
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (format!("new_{name}"), renamed(value)))
            .collect(),
        Value::Array(items) => items.iter().map(renamed).collect(),
        other => other.clone(),
    }
}

fn good(body: &Value) -> Play {
    Play {
        status: 200,
        content_type: JSON,
        headers: Vec::new(),
        body: body.to_string(),
        cut: None,
    }
}

fn bare(status: u16) -> Play {
    Play {
        status,
        body: String::new(),
        ..good(&Value::Null)
    }
}

/// What a proxy or a front server says.
fn page(status: u16) -> Play {
    Play {
        status,
        content_type: "text/html; charset=utf-8",
        body: "<html><body>Not what you asked for</body></html>".to_owned(),
        ..good(&Value::Null)
    }
}
