//! The warnings this CA lives with, each with its written reason. Errors cannot be allowed.

/// A warning that does not stop a signature.
#[derive(Clone, Copy, Debug)]
pub struct Allowed {
    /// A rule named `w_…`.
    pub rule: &'static str,
    pub reason: &'static str,
}

/// The whole list. An entry is a decision of the policy authority and changes the rule set's
/// version.
pub const ALLOWED: &[Allowed] = &[
    Allowed {
        rule: "w_gmail_key",
        reason: "S/MIME BR 6.1.5 permits P-521 and every RSA size from 2048 bits, and customers \
                 bring such keys; Gmail does not show their signatures as verified, which the \
                 documentation says",
    },
    Allowed {
        rule: "w_mozilla_root_life",
        reason: "Mozilla removes trust 18 years after the key was made whatever notAfter says; \
                 the root is replaced before, and its end must lie after that of every leaf",
    },
];

/// Why this rule's warning does not stop a signature, if it does not.
pub(super) fn reason(rule: &str) -> Option<&'static str> {
    let found = ALLOWED.iter().find(|allowed| allowed.rule == rule);
    found.map(|allowed| allowed.reason)
}
