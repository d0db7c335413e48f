//! Files over the connection of a [`Client`], piece by piece: neither direction holds a whole one
//! in memory.

use std::{
    fs::File,
    io::{self, Read},
    time::Duration,
};

use futures_util::stream;
use http_body_util::{BodyExt, Empty, StreamBody};
use hyper::{
    Method,
    body::{Bytes, Frame},
    header,
};

use super::{Client, Extra, LONGEST, Reply, judge};
use crate::cli::fault::Fault;

/// From the name look-up to the last byte; as long as the daemon takes an upload.
const DEADLINE: Duration = Duration::from_secs(600);
/// What is read of a file at once, in bytes.
const PIECE: usize = 64 * 1024;

/// Hears how many bytes of a file went out.
pub type Sent = Box<dyn Fn(u64) + Send>;

/// A file between the parts of a form, as it goes out.
pub struct Form {
    /// With its boundary.
    pub media_type: String,
    pub before: Vec<u8>,
    pub file: File,
    /// Of the file, in bytes; no more of it is sent, and with less the call fails.
    pub size: u64,
    pub after: Vec<u8>,
}

impl Client {
    /// POST of a form to a path below `/v1`; `sent` hears of each piece of the file.
    ///
    /// # Errors
    /// The daemon's refusal, that it cannot be reached, or that the file cannot be read.
    pub fn upload(
        &self,
        path: &str,
        form: Form,
        extra: &Extra<'_>,
        sent: Sent,
    ) -> Result<Reply, Fault> {
        let around = long(&form.before).saturating_add(long(&form.after));
        let length = form.size.saturating_add(around);
        let request = self.head(Method::POST, path, Some(&form.media_type), extra);
        let request = request.header(header::CONTENT_LENGTH, length);
        let pieces = Pieces {
            file: form.file.take(form.size),
            sent,
        };
        let around = |bytes| Ok(Bytes::from(bytes));
        let body = std::iter::once(around(form.before))
            .chain(pieces)
            .chain(std::iter::once(around(form.after)));
        let body = StreamBody::new(stream::iter(body.map(|piece| piece.map(Frame::data))));
        let request = request
            .body(body)
            .map_err(|error| Fault::unreadable("the request", error))?;
        let call = async { judge(self.whole(self.call(request).await?).await?) };
        self.within(DEADLINE, call)
    }

    /// GET of a path below `/v1`, each piece given to `take` as it comes.
    ///
    /// # Errors
    /// The daemon's refusal, that it cannot be reached, or what `take` says.
    pub fn download(
        &self,
        path: &str,
        mut take: impl FnMut(&[u8]) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let request = self
            .head(Method::GET, path, None, &Extra::default())
            .body(Empty::<Bytes>::new())
            .map_err(|error| Fault::unreadable("the request", error))?;
        self.within(DEADLINE, async {
            let mut answer = self.call(request).await?;
            if answer.parts.status.as_u16() >= 400 {
                return judge(self.whole(answer).await?).map(|_| ());
            }
            let mut room = LONGEST;
            while let Some(frame) = answer.body.frame().await {
                let frame = frame.map_err(|error| self.failed(&error))?;
                let piece = frame.into_data().unwrap_or_default();
                room = room.checked_sub(piece.len()).ok_or_else(|| {
                    Fault::unreadable(&self.connection.url, "the answer is too long")
                })?;
                take(&piece)?;
            }
            Ok(())
        })
    }
}

/// The file's pieces.
struct Pieces {
    file: io::Take<File>,
    sent: Sent,
}

impl Iterator for Pieces {
    type Item = io::Result<Bytes>;

    fn next(&mut self) -> Option<io::Result<Bytes>> {
        let mut piece = vec![0; PIECE];
        match self.file.read(&mut piece) {
            Ok(0) => None,
            Ok(read) => {
                piece.truncate(read);
                (self.sent)(long(&piece));
                Some(Ok(piece.into()))
            }
            Err(error) => Some(Err(error)),
        }
    }
}

fn long(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}
