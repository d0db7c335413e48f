//! Whether the statements of a step are accepted: by id, version and hash, in time.

use std::time::Duration;

use crate::domain::{
    owner::AcceptedStatement,
    product::{Statement, Step},
    refusal::Fault,
    timestamp::{Timestamp, days},
};

/// Tolerance for a frontend's clock.
const CLOCK_SKEW: Duration = Duration::from_secs(300);
/// Nobody accepts what is asked at a step longer before it than an order stays open (flows 3.8).
const OLDEST_DAYS: u32 = 365;

/// A statement as a frontend says it was accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatementGiven {
    pub id: String,
    pub version: u32,
    pub accepted_at: Timestamp,
}

/// Checks what was given against the statements of `step`; all faults at once, with pointers
/// below `/statements`.
///
/// # Errors
/// `statement-missing` for a required one that is absent or of another version,
/// `statement-unknown` for one that is not shown at this step, `statement-time-invalid` for an
/// acceptance in the future or more than 365 days ago.
pub fn accept(
    shown: &[Statement],
    step: Step,
    given: &[StatementGiven],
    now: Timestamp,
) -> Result<Vec<AcceptedStatement>, Vec<Fault>> {
    let shown: Vec<&Statement> = shown.iter().filter(|shown| shown.step == step).collect();
    let possible = now.minus(days(OLDEST_DAYS))..=now.plus(CLOCK_SKEW);
    let mut faults = Vec::new();
    let mut accepted: Vec<AcceptedStatement> = Vec::new();
    for (at, given) in given.iter().enumerate() {
        let matching = shown
            .iter()
            .find(|s| s.id == given.id && s.version == given.version);
        let repeated = accepted.iter().any(|earlier| earlier.id == given.id);
        match matching {
            Some(_) if !possible.contains(&given.accepted_at) => {
                faults.push(fault(
                    format!("/statements/{at}/accepted_at"),
                    "statement-time-invalid",
                ));
            }
            Some(statement) if !repeated => accepted.push(AcceptedStatement {
                id: statement.id.clone(),
                version: statement.version,
                sha256: statement.sha256,
                accepted_at: given.accepted_at.min(now),
            }),
            _ => faults.push(fault(format!("/statements/{at}"), "statement-unknown")),
        }
    }
    let missing = |s: &&&Statement| s.required && !accepted.iter().any(|a| a.id == s.id);
    let missing = shown.iter().filter(missing).map(|_| {
        // The pointer names the list: the missing element has no place in it.
        fault("/statements".to_owned(), "statement-missing")
    });
    faults.extend(missing);
    if faults.is_empty() {
        Ok(accepted)
    } else {
        Err(faults)
    }
}

const fn fault(pointer: String, code: &'static str) -> Fault {
    Fault { pointer, code }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::product::Localized;

    fn shown() -> Vec<Statement> {
        let text = Localized {
            en: "I agree.".into(),
            pl: "Zgadzam się.".into(),
        };
        let one = |id: &str, step, required| Statement {
            id: id.into(),
            version: 2,
            step,
            text: text.clone(),
            required,
            sha256: [1; 32],
        };
        vec![
            one("terms", Step::Activation, true),
            one("news", Step::Activation, false),
            one("correct", Step::Data, true),
        ]
    }

    fn given(id: &str, version: u32) -> StatementGiven {
        StatementGiven {
            id: id.into(),
            version,
            accepted_at: Timestamp::EPOCH,
        }
    }

    fn codes(given: &[StatementGiven]) -> Vec<&'static str> {
        let result = accept(&shown(), Step::Activation, given, Timestamp::EPOCH);
        result.map_or_else(
            |faults| faults.iter().map(|f| f.code).collect(),
            |_| Vec::new(),
        )
    }

    #[test]
    fn acceptance_is_neither_to_come_nor_long_ago() {
        let now = Timestamp::EPOCH.plus(days(1000));
        let judged = |accepted_at| {
            let given = StatementGiven {
                accepted_at,
                ..given("terms", 2)
            };
            let result = accept(&shown(), Step::Activation, &[given], now);
            result.map_err(|faults| faults.first().map(|fault| fault.code))
        };
        let refused = Err(Some("statement-time-invalid"));
        let moment = Duration::from_millis(1);
        let oldest = now.minus(days(365));
        assert_eq!(judged(oldest.minus(moment)).map(drop), refused);
        assert_eq!(judged(oldest).unwrap()[0].accepted_at, oldest);
        let newest = now.plus(CLOCK_SKEW);
        assert_eq!(judged(newest.plus(moment)).map(drop), refused);
        // A frontend whose clock is ahead: nothing is accepted later than now.
        assert_eq!(judged(newest).unwrap()[0].accepted_at, now);
    }

    #[test]
    fn required_statements_of_the_step_in_their_version() {
        assert!(codes(&[given("terms", 2)]).is_empty());
        assert!(codes(&[given("news", 2), given("terms", 2)]).is_empty());
        assert_eq!(codes(&[]), ["statement-missing"]);
        assert_eq!(
            codes(&[given("terms", 1)]),
            ["statement-unknown", "statement-missing"]
        );
        assert_eq!(
            codes(&[given("terms", 2), given("correct", 2)]),
            ["statement-unknown"]
        );
        assert_eq!(
            codes(&[given("terms", 2), given("terms", 2)]),
            ["statement-unknown"]
        );
    }
}
