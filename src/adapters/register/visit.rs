//! One lookup at one register: what is asked in it is evidence, and its end is one outcome.

use crate::{
    adapters::register::egress::{Line, Question, Reply},
    domain::{
        register::{
            LookupEvidence, LookupOutcome, RegisterId, RegisterNumber, RegisterRecord, Stamp,
        },
        timestamp::Timestamp,
    },
};

/// Bytes of all answers of one lookup at most: the case keeps them.
const LARGEST: usize = 2 * 1024 * 1024;

/// What a register said.
#[derive(Debug)]
pub enum Said {
    Found(Box<RegisterRecord>),
    NotFound,
    Ambiguous(Vec<RegisterRecord>),
}

impl Said {
    pub fn found(record: RegisterRecord) -> Self {
        Self::Found(Box::new(record))
    }
}

/// Why there is nothing that it said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    Unavailable {
        retry_at: Timestamp,
        remark: Option<String>,
    },
    /// Where the answer departs from what is known.
    Drift(String),
}

impl Trouble {
    pub fn drift(what: impl Into<String>) -> Self {
        Self::Drift(what.into())
    }
}

/// A lookup under way.
pub struct Visit<'a> {
    line: &'a Line,
    evidence: LookupEvidence,
    room: usize,
}

impl<'a> Visit<'a> {
    pub const fn new(
        line: &'a Line,
        register: RegisterId,
        reader: u32,
        number: RegisterNumber,
    ) -> Self {
        let evidence = LookupEvidence {
            register,
            reader,
            number,
            exchanges: Vec::new(),
            stamps: Vec::new(),
            remark: None,
        };
        Self {
            line,
            evidence,
            room: LARGEST,
        }
    }

    /// Asks once.
    ///
    /// # Errors
    /// [`Trouble::Unavailable`].
    pub async fn ask(&mut self, question: Question) -> Result<Reply, Trouble> {
        let (exchange, reply) = self.line.ask(question, self.room).await;
        self.room = self.room.saturating_sub(exchange.body.len());
        let remark = exchange.silence.map(|silence| {
            let status = exchange.status.map(|status| format!(" ({status})"));
            format!("{}{}", silence.name(), status.unwrap_or_default())
        });
        self.evidence.exchanges.push(exchange);
        reply.map_err(|silent| Trouble::Unavailable {
            retry_at: silent.retry_at,
            remark,
        })
    }

    /// Trouble of the register's own that an answer tells.
    pub fn out_of_service(&self, remark: impl Into<String>) -> Trouble {
        Trouble::Unavailable {
            retry_at: self.line.now().plus(std::time::Duration::from_secs(60)),
            remark: Some(remark.into()),
        }
    }

    /// Keeps the register's marks of its answer.
    pub fn stamp(&mut self, stamps: impl IntoIterator<Item = Stamp>) {
        self.evidence.stamps.extend(stamps);
    }

    /// The outcome.
    pub fn end(mut self, said: Result<Said, Trouble>) -> LookupOutcome {
        let evidence = &mut self.evidence;
        match said {
            Ok(Said::Found(record)) => LookupOutcome::Found(record, self.evidence),
            Ok(Said::NotFound) => LookupOutcome::NotFound(self.evidence),
            Ok(Said::Ambiguous(records)) => LookupOutcome::Ambiguous(records, self.evidence),
            Err(Trouble::Unavailable { retry_at, remark }) => {
                evidence.remark = remark;
                LookupOutcome::Unavailable {
                    retry_at,
                    evidence: self.evidence,
                }
            }
            Err(Trouble::Drift(what)) => {
                evidence.remark = Some(what);
                LookupOutcome::SchemaChanged(self.evidence)
            }
        }
    }
}
