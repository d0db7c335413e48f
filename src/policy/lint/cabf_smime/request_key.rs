//! The key of a CA's request is one of the permitted kinds, RSA with at least 4096 bits.

use crate::policy::lint::{RequestRule, Source, Verdict, day, ensure, key::Form, request::Request};

pub const RULE: RequestRule = RequestRule {
    name: "e_request_key",
    citation: "S/MIME BR 6.1.5",
    source: Source::CabfSmime,
    effective: day(2026, 9, 15),
    ineffective: None,
    check,
};

fn check(request: &Request<'_>) -> Verdict {
    let good = match request.key.form {
        Form::Rsa { .. } => request
            .key
            .rsa_bits()
            .is_some_and(|bits| bits >= 4096 && bits.is_multiple_of(8)),
        Form::Malformed | Form::Unknown | Form::MlKem => false,
        Form::Ec { .. } | Form::Ed25519 | Form::Ed448 | Form::MlDsa => true,
    };
    ensure(good, || "the key is not one a CA may have".to_owned())
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::policy::lint::specimen::{RequestSpecimen, alone, keys};

    pub(crate) fn specimens() -> Vec<RequestSpecimen> {
        vec![
            RequestSpecimen::new().but(|s| s.spki = keys::rsa_of(384)),
            RequestSpecimen::new()
                .but(|s| s.spki = keys::raw("301006072a8648ce3d020106052b8104000a", &[4; 65])),
        ]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
