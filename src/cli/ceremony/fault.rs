//! How a command of the ceremony tool ends when it does not end well.

use std::fmt;

/// The exit code is part of the contract: 1 refused or finding, 2 usage or unreadable.
#[derive(Debug)]
pub(crate) enum Fault {
    /// A rule says no. The code is stable.
    Refused { code: &'static str, reason: String },
    /// A file or a device cannot be read.
    Unreadable(anyhow::Error),
}

impl Fault {
    pub(crate) fn refused(code: &'static str, reason: impl fmt::Display) -> Self {
        Self::Refused {
            code,
            reason: reason.to_string(),
        }
    }

    pub(crate) const fn exit_code(&self) -> u8 {
        match self {
            Self::Refused { .. } => 1,
            Self::Unreadable(_) => 2,
        }
    }

    pub(crate) const fn code(&self) -> &'static str {
        match self {
            Self::Refused { code, .. } => code,
            Self::Unreadable(_) => "unreadable",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused { reason, .. } => f.write_str(reason),
            Self::Unreadable(error) => write!(f, "{error:#}"),
        }
    }
}

impl From<anyhow::Error> for Fault {
    fn from(error: anyhow::Error) -> Self {
        Self::Unreadable(error)
    }
}
