//! The request of a CA has a common name, an organization and a country.

use crate::policy::lint::{RequestRule, Source, Verdict, day, ensure, oids, request::Request};

pub const RULE: RequestRule = RequestRule {
    name: "e_request_subject",
    citation: "CPS 7.1.4",
    source: Source::Cps,
    effective: day(2026, 11, 1),
    ineffective: None,
    check,
};

fn check(request: &Request<'_>) -> Verdict {
    let missing = [oids::COMMON_NAME, oids::ORGANIZATION, oids::COUNTRY]
        .into_iter()
        .find(|wanted| !request.subject.iter().any(|found| found.oid == *wanted));
    ensure(missing.is_none(), || {
        format!("{:?} is missing", missing.map(oids::dotted))
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::policy::lint::specimen::{RequestSpecimen, alone};

    pub(crate) fn specimens() -> Vec<RequestSpecimen> {
        vec![RequestSpecimen::new().but(|s| s.subject = vec![0x30, 0])]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
