//! Mails as `.eml` files in a directory, for demos and tests.
//!
//! A reader never sees half a file: it is written under another name and renamed. The name is
//! the mail's id, so a mail that is sent twice is one file. It is not forced to the disk: no mail
//! server promised anything here.

use std::{
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use async_trait::async_trait;

use super::message::{Sender, build, content};
use crate::ports::mailer::{MailError, Mailer, Message, Reply};

/// Writes mails into one directory.
pub struct Directory {
    path: PathBuf,
    sender: Sender,
}

impl Directory {
    #[must_use]
    pub const fn new(path: PathBuf, sender: Sender) -> Self {
        Self { path, sender }
    }
}

#[async_trait]
impl Mailer for Directory {
    fn content(&self, message: &Message) -> Result<Vec<u8>, MailError> {
        Ok(content(message))
    }

    async fn send(&self, message: Message) -> Result<Reply, MailError> {
        let octets = build(&self.sender, &message)?;
        let target = self.path.join(format!("{}.eml", message.id));
        let written = tokio::task::spawn_blocking(move || {
            write(&target, &octets.content).map(|()| format!("written to {}", target.display()))
        });
        match written.await {
            Ok(Ok(reply)) => Ok(Reply(reply)),
            Ok(Err(error)) => Err(MailError::Transient(error.to_string())),
            Err(error) => Err(MailError::Transient(error.to_string())),
        }
    }
}

fn write(target: &Path, octets: &[u8]) -> io::Result<()> {
    let unfinished = target.with_extension("tmp");
    let mut file = File::create(&unfinished)?;
    file.write_all(octets)?;
    fs::rename(&unfinished, target)
}

#[cfg(test)]
mod tests {
    use super::{super::message::tests::message, *};

    #[tokio::test]
    async fn a_mail_is_one_whole_file_however_often_it_is_sent() {
        let directory = tempfile::tempdir().unwrap();
        let sender = Sender::parse("ca@example.com").unwrap();
        let mailer = Directory::new(directory.path().to_owned(), sender);
        for _ in 0..2 {
            mailer.send(message("anna@example.com")).await.unwrap();
        }
        let names: Vec<String> = fs::read_dir(directory.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        assert_eq!(names.len(), 1);
        assert!(names[0].starts_with("mai_") && names[0].ends_with(".eml"));
    }

    #[tokio::test]
    async fn a_missing_directory_is_trouble_that_may_pass() {
        let sender = Sender::parse("ca@example.com").unwrap();
        let mailer = Directory::new(PathBuf::from("/nonexistent/mails"), sender);
        let error = mailer.send(message("anna@example.com")).await.unwrap_err();
        assert!(matches!(error, MailError::Transient(_)));
    }
}
