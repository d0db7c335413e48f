//! A request is of version 1.

use crate::policy::lint::{RequestRule, Source, Verdict, day, ensure, request::Request};

pub const RULE: RequestRule = RequestRule {
    name: "e_request_version_1",
    citation: "RFC 2986 4.1",
    source: Source::Rfc5280,
    effective: day(2008, 5, 1),
    ineffective: None,
    check,
};

fn check(request: &Request<'_>) -> Verdict {
    let version = request.version;
    ensure(version == 0, || format!("version is encoded as {version}"))
}

#[cfg(test)]
pub(super) mod tests {
    use super::RULE;
    use crate::policy::lint::specimen::{RequestSpecimen, alone};

    pub(crate) fn specimens() -> Vec<RequestSpecimen> {
        vec![RequestSpecimen::new().but(|s| s.version = 1)]
    }

    #[test]
    fn it_alone_refuses() {
        alone(RULE.name, specimens());
    }
}
