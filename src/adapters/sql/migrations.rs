//! Which migrations a database has had, against those that this program knows. Knows no driver:
//! who reads the rows of `schema_version` and runs DDL is the driver's own.

use sha2::{Digest, Sha256};

/// The database is of another version than this program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SchemaFault {
    #[error(
        "schema version {found} of the database is not {expected}, which this program knows: run `chanceryd migrate`, or the program that fits"
    )]
    Version { found: i64, expected: i64 },
    #[error("a migration that was applied differs from this program's: version {0}")]
    Altered(i64),
}

/// Each migration, in order; version n is the nth.
#[derive(Clone, Copy, Debug)]
pub struct Migrations(pub &'static [&'static str]);

/// A migration to be applied.
#[derive(Clone, Copy, Debug)]
pub struct Missing {
    pub version: i64,
    pub sql: &'static str,
}

impl Missing {
    /// What `schema_version` keeps of it.
    #[must_use]
    pub fn digest(&self) -> String {
        digest(self.sql)
    }
}

impl Migrations {
    /// The version this program knows.
    #[must_use]
    pub fn newest(self) -> i64 {
        i64::try_from(self.0.len()).unwrap_or(i64::MAX)
    }

    /// What is still to be applied, by the rows (version, digest) in their order.
    ///
    /// # Errors
    /// When a row is not the migration this program has at its place.
    pub fn missing(
        self,
        applied: &[(i64, String)],
    ) -> Result<impl Iterator<Item = Missing> + use<>, SchemaFault> {
        for ((version, sha256), expected) in applied.iter().zip(1..) {
            let known = usize::try_from(version - 1);
            let known = known.ok().and_then(|place| self.0.get(place));
            match known {
                None => return Err(self.version(*version)),
                Some(sql) if *version != expected || digest(sql) != *sha256 => {
                    return Err(SchemaFault::Altered(*version));
                }
                Some(_) => {}
            }
        }
        let all = (1..).zip(self.0);
        let rest = all.skip(applied.len());
        Ok(rest.map(|(version, sql)| Missing { version, sql }))
    }

    /// Refuses a database that lacks a migration, or has another.
    ///
    /// # Errors
    /// [`SchemaFault`].
    pub fn require_all(self, applied: &[(i64, String)]) -> Result<(), SchemaFault> {
        match self.missing(applied)?.next() {
            None => Ok(()),
            Some(next) => Err(self.version(next.version - 1)),
        }
    }

    fn version(self, found: i64) -> SchemaFault {
        SchemaFault::Version {
            found,
            expected: self.newest(),
        }
    }
}

fn digest(sql: &str) -> String {
    hex::encode(Sha256::digest(sql))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: Migrations = Migrations(&["first", "second"]);

    fn rows(sql: &[&str]) -> Vec<(i64, String)> {
        let digests = sql.iter().map(|sql| digest(sql));
        (1..).zip(digests).collect()
    }

    #[test]
    fn what_is_missing_is_applied_and_nothing_else() {
        let versions = |applied: &[&str]| -> Vec<i64> {
            let applied = rows(applied);
            let missing = TWO.missing(&applied).unwrap();
            missing.map(|missing| missing.version).collect()
        };
        assert_eq!(versions(&[]), [1, 2]);
        assert_eq!(versions(&["first"]), [2]);
        assert!(versions(&["first", "second"]).is_empty());
    }

    #[test]
    fn another_version_and_another_text_are_refused() {
        let version = |found| SchemaFault::Version { found, expected: 2 };
        let check = |applied: &[(i64, String)]| TWO.require_all(applied);
        assert_eq!(check(&rows(&["first", "second"])), Ok(()));
        assert_eq!(check(&[]), Err(version(0)));
        assert_eq!(check(&rows(&["first"])), Err(version(1)));
        let newer = rows(&["first", "second", "third"]);
        assert_eq!(check(&newer), Err(version(3)));
        let changed = rows(&["first", "other"]);
        assert_eq!(check(&changed), Err(SchemaFault::Altered(2)));
        let swapped = [(2, digest("second")), (1, digest("first"))];
        assert_eq!(check(&swapped), Err(SchemaFault::Altered(2)));
        assert_eq!(check(&[(0, digest("first"))]), Err(version(0)));
    }
}
