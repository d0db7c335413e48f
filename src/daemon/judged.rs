//! The oracle on the database that the configuration names. It reads SQLite: a database on a server
//! is copied first, as it stood at one instant.

use std::{
    error::Error,
    io::{self, IsTerminal},
    path::{Path, PathBuf},
    sync::Arc,
};

use futures_util::StreamExt;
use tempfile::TempDir;

use super::{material, store};
use crate::{
    adapters::{
        document_directory::{DocumentDirectory, content::SealedContent, keys::DocumentKeys},
        postgres::snapshot::Snapshot,
        sqlite::{
            copy::Copy,
            verify::{self as oracle, Progress, Report},
        },
        system::OsEntropy,
    },
    config::{Config, database::Place},
};

/// Rows between two words of the progress.
const ALOUD: u64 = 1000;

type Failed = Box<dyn Error>;

/// Judges the database and its documents.
///
/// # Errors
/// When configuration, database or a document cannot be read.
pub fn judge(path: &Path) -> Result<Report, Failed> {
    let config = Config::load(path)?;
    let issuers = material::issuing_certificates(&config)?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let aloud = io::stderr().is_terminal();
    let progress = |table: &str, rows: u64| {
        if aloud {
            eprint!("\r\x1b[K{table} {rows}");
        }
    };
    let Documents {
        files,
        contents,
        keyed,
    } = documents(&config);
    let judged = runtime.block_on(async {
        let (database, _copy) = readable(&config, &progress).await?;
        let report = oracle::verify_aloud(&database, &issuers, &progress).await?;
        let report =
            oracle::contents::check(&database, &contents, keyed, report, &progress).await?;
        let judged = oracle::files::check(&database, &files, keyed, report, &progress).await;
        judged.map_err(Failed::from)
    });
    if aloud {
        eprint!("\r\x1b[K");
    }
    judged
}

/// The file to read, and the directory of a copy, which goes when it is dropped.
async fn readable(
    config: &Config,
    progress: Progress<'_>,
) -> Result<(PathBuf, Option<TempDir>), Failed> {
    let remote = match config.database()? {
        Place::Sqlite(path) => return Ok((path, None)),
        Place::Postgres(remote) => remote,
    };
    // Only its owner may look into it.
    let directory = tempfile::Builder::new()
        .prefix("chancery-verify-")
        .tempdir()?;
    let path = directory.path().join("copy.db");
    let mut snapshot = Snapshot::open(&store::target(config, remote)?).await?;
    copy(&mut snapshot, &path, progress).await?;
    Ok((path, Some(directory)))
}

async fn copy(snapshot: &mut Snapshot, path: &Path, progress: Progress<'_>) -> Result<(), Failed> {
    let mut copy = Copy::create(path).await?;
    for shape in copy.shapes().await? {
        let mut rows = std::pin::pin!(snapshot.rows(&shape));
        let mut copied: u64 = 0;
        while let Some(row) = rows.next().await {
            copy.put(&shape, row?).await?;
            copied = copied.saturating_add(1);
            if copied.is_multiple_of(ALOUD) {
                progress(&shape.table, copied);
            }
        }
    }
    Ok(copy.finish().await?)
}

/// What lies under the keys of documents.
struct Documents {
    files: DocumentDirectory,
    contents: SealedContent,
    keyed: bool,
}

/// Without their keys nobody can look into documents and evidence, and the report says so.
fn documents(config: &Config) -> Documents {
    let keys = material::document_keys(config);
    if let Err(fault) = &keys {
        eprintln!("chanceryd: documents and evidence are not looked into: {fault}");
    }
    let keyed = keys.is_ok();
    let keys = Arc::new(keys.unwrap_or_else(|_| DocumentKeys::none()));
    let directory = config.settings.files.documents.get_ref().as_path();
    let contents = SealedContent::new(Arc::clone(&keys), Arc::new(OsEntropy));
    let files = DocumentDirectory::new(directory.to_owned(), keys, Arc::new(OsEntropy));
    Documents {
        files,
        contents,
        keyed,
    }
}
