//! Returned mail in a Maildir: the operator's mail server delivers there what comes to the return
//! paths.
//!
//! A message is whole when it stands in `new`, and is moved to `cur` once it was seen to; nothing
//! is deleted here. Knows nothing of our mails: which one a report is about is not judged.

use std::{
    collections::BTreeSet,
    ffi::OsString,
    fs::{self, DirEntry, File},
    io::{self, Read},
    path::PathBuf,
};

use async_trait::async_trait;
use tokio::task::spawn_blocking;

use crate::ports::returned_mail::{Returned, ReturnedMail, ReturnedMailError};

mod report;

/// A report with the whole returned mail; what is longer is read so far.
const LONGEST: u64 = 1024 * 1024;
/// Names of messages that cannot be read, in one line of the log.
const NAMED: usize = 8;

/// One Maildir.
#[derive(Clone, Debug)]
pub struct Maildir(PathBuf);

impl Maildir {
    #[must_use]
    pub const fn new(path: PathBuf) -> Self {
        Self(path)
    }

    fn read_some(&self, most: usize, but: &BTreeSet<String>) -> io::Result<Vec<Returned>> {
        let (mut found, mut unreadable) = (Vec::new(), Unreadable::default());
        let mut passed_over = false;
        for entry in fs::read_dir(self.0.join("new"))? {
            if found.len() >= most {
                break;
            }
            let name = entry.as_ref().map(DirEntry::file_name).ok();
            if name
                .as_ref()
                .and_then(|name| name.to_str())
                .is_some_and(|name| but.contains(name))
            {
                passed_over = true;
                continue;
            }
            match entry.and_then(|entry| read_one(&entry)) {
                Ok(returned) => found.extend(returned),
                Err(error) => unreadable.note(name, error),
            }
        }
        let Some(trouble) = unreadable.said() else {
            return Ok(found);
        };
        if found.is_empty() && !passed_over {
            return Err(trouble);
        }
        // Others wait behind it; the operator sees what is wrong with it.
        tracing::warn!(directory = %self.0.display(), error = %trouble, "returned mail is left where it is");
        Ok(found)
    }

    fn move_away(&self, name: &str) -> io::Result<()> {
        let seen = format!("{name}:2,S");
        fs::rename(self.0.join("new").join(name), self.0.join("cur").join(seen))
    }
}

/// Messages that cannot be read: how many, the first names, and why the last one cannot.
#[derive(Debug, Default)]
struct Unreadable {
    count: usize,
    names: Vec<OsString>,
    error: Option<io::Error>,
}

impl Unreadable {
    fn note(&mut self, name: Option<OsString>, error: io::Error) {
        self.count = self.count.saturating_add(1);
        if self.names.len() < NAMED {
            self.names.extend(name);
        }
        self.error = Some(error);
    }

    fn said(self) -> Option<io::Error> {
        let Self {
            count,
            names,
            error,
        } = self;
        error.map(|error| {
            let said = format!("{count} cannot be read, first {names:?}: {error}");
            io::Error::new(error.kind(), said)
        })
    }
}

/// `None` for what no mail server puts there: another name, a directory.
fn read_one(entry: &DirEntry) -> io::Result<Option<Returned>> {
    let (Ok(name), true) = (
        entry.file_name().into_string(),
        entry.file_type()?.is_file(),
    ) else {
        return Ok(None);
    };
    let mut octets = Vec::new();
    File::open(entry.path())?
        .take(LONGEST)
        .read_to_end(&mut octets)?;
    let report = report::read(&octets);
    Ok(Some(Returned { name, report }))
}

#[async_trait]
impl ReturnedMail for Maildir {
    async fn waiting(
        &self,
        most: usize,
        but: &BTreeSet<String>,
    ) -> Result<Vec<Returned>, ReturnedMailError> {
        let (maildir, but) = (self.clone(), but.clone());
        let read = spawn_blocking(move || maildir.read_some(most, &but)).await;
        read.map_err(failed)?.map_err(failed)
    }

    async fn done(&self, name: &str) -> Result<(), ReturnedMailError> {
        let (maildir, name) = (self.clone(), name.to_owned());
        let moved = spawn_blocking(move || maildir.move_away(&name)).await;
        moved.map_err(failed)?.map_err(failed)
    }
}

fn failed(error: impl ToString) -> ReturnedMailError {
    ReturnedMailError(error.to_string())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use super::*;

    fn nothing() -> BTreeSet<String> {
        BTreeSet::new()
    }

    #[tokio::test]
    async fn what_was_seen_to_is_not_shown_again() {
        let directory = tempfile::tempdir().unwrap();
        let maildir = Maildir::new(directory.path().to_owned());
        assert!(maildir.waiting(9, &nothing()).await.is_err());
        for part in ["new", "cur", "new/folder"] {
            fs::create_dir(directory.path().join(part)).unwrap();
        }
        let at = |name: &str| directory.path().join(name);
        fs::write(at("new/1.host"), "Subject: hello\r\n\r\nhello\r\n").unwrap();
        let found = maildir.waiting(9, &nothing()).await.unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].report, None);
        maildir.done(&found[0].name).await.unwrap();
        assert!(maildir.waiting(9, &nothing()).await.unwrap().is_empty());
        assert!(at("cur/1.host:2,S").exists());
        assert!(maildir.done("1.host").await.is_err());
    }

    /// What cannot be read stays and holds up nobody, however much of it there is.
    #[tokio::test]
    async fn one_bad_entry_does_not_stop_the_others() {
        let directory = tempfile::tempdir().unwrap();
        let at = |name: String| directory.path().join("new").join(name);
        fs::create_dir(directory.path().join("new")).unwrap();
        for number in 0..9 {
            fs::create_dir(at(format!("{number}.folder"))).unwrap();
            let nowhere = directory.path().join("nowhere");
            symlink(&nowhere, at(format!("{number}.link"))).unwrap();
        }
        let message = "Subject: hello\r\n\r\nhello\r\n";
        // A path at whose end a short name still fits, and a long one is refused by the system.
        let mut path = directory.path().to_owned();
        while path.as_os_str().len() < 4_000 {
            path.as_mut_os_string().push("/.");
        }
        let long = "x".repeat(200);
        fs::write(at(long.clone()), message).unwrap();
        let maildir = Maildir::new(path);
        let refused = maildir.waiting(1, &nothing()).await.unwrap_err();
        let said = format!("1 cannot be read, first [\"{long}\"]");
        assert!(refused.0.contains(&said), "{refused}");
        fs::write(at("a.host".to_owned()), message).unwrap();
        let found = maildir.waiting(9, &nothing()).await.unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].name, "a.host");
        // What is known and passed over can be read.
        let known = BTreeSet::from(["a.host".to_owned()]);
        assert!(maildir.waiting(9, &known).await.unwrap().is_empty());
    }
}
