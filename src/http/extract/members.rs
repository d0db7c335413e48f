//! From members of a body to values of the domain, with every fault named by its pointer.

use crate::{
    api::acting_for,
    domain::{
        owner::ActingFor,
        refusal::{Fault, Refused},
        text::Text,
    },
    http::refusal::Refusal,
    policy::statements::StatementGiven,
};

/// The faults found so far.
#[derive(Debug, Default)]
pub struct Members(Vec<Fault>);

impl Members {
    /// Notes `code` at `pointer` when there is no value.
    pub fn value<T>(&mut self, pointer: &str, code: &'static str, found: Option<T>) -> Option<T> {
        if found.is_none() {
            self.fault(pointer, code);
        }
        found
    }

    #[must_use]
    pub const fn has_faults(&self) -> bool {
        !self.0.is_empty()
    }

    pub fn fault(&mut self, pointer: &str, code: &'static str) {
        self.0.push(Fault {
            pointer: pointer.to_owned(),
            code,
        });
    }

    /// A bounded text.
    pub fn text<const MAX: usize>(&mut self, pointer: &str, text: &str) -> Option<Text<MAX>> {
        self.value(pointer, "text-invalid", Text::parse(text).ok())
    }

    /// A bounded text that may be absent.
    pub fn optional<const MAX: usize>(
        &mut self,
        pointer: &str,
        text: Option<&str>,
    ) -> Option<Text<MAX>> {
        text.and_then(|text| self.text(pointer, text))
    }

    /// The member `acting_for`.
    pub fn acting_for(&mut self, wire: Option<&acting_for::ActingFor>) -> ActingFor {
        let Some(wire) = wire else {
            return ActingFor::default();
        };
        ActingFor {
            user_id: self.optional("/acting_for/user_id", wire.user_id.as_deref()),
            session_id: self.optional("/acting_for/session_id", wire.session_id.as_deref()),
            ip: self.optional("/acting_for/ip", wire.ip.as_deref()),
            language: self.optional("/acting_for/language", wire.language.as_deref()),
        }
    }

    /// The member `statements`.
    pub fn statements(&mut self, wire: &[acting_for::StatementGiven]) -> Vec<StatementGiven> {
        let mut given = Vec::new();
        for (at, statement) in wire.iter().enumerate() {
            let pointer = format!("/statements/{at}/accepted_at");
            let time = statement.accepted_at.parse().ok();
            if let Some(accepted_at) = self.value(&pointer, "statement-time-invalid", time) {
                given.push(StatementGiven {
                    id: statement.id.clone(),
                    version: statement.version,
                    accepted_at,
                });
            }
        }
        given
    }

    /// The whole, when nothing was wrong.
    ///
    /// # Errors
    /// 422 `validation-failed` with every fault.
    pub fn end<T>(self, whole: Option<T>) -> Result<T, Refusal> {
        Refused::unless_clean(self.0)?;
        whole.ok_or_else(|| Refused::unacceptable("validation-failed").into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_faults_come_at_once() {
        let mut members = Members::default();
        let user = acting_for::ActingFor {
            ip: Some("x".repeat(65)),
            ..acting_for::ActingFor::default()
        };
        let alias = members.text::<3>("/alias", "four");
        members.acting_for(Some(&user));
        let refusal = members.end(alias).unwrap_err();
        let found: Vec<_> = refusal
            .refused
            .faults
            .iter()
            .map(|f| f.pointer.as_str())
            .collect();
        assert_eq!(
            (refusal.status, found),
            (422, vec!["/alias", "/acting_for/ip"])
        );
        assert_eq!(Members::default().end(Some(1)).unwrap(), 1);
    }
}
