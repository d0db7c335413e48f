//! The crash proof's own proof: a program as small as can be that signs what clients ask for and
//! keeps it in SQLite, in the right order or, when told so, in a wrong one. `hsm-test/crash` kills
//! it as it kills the daemon and judges it by the same rules; it must find every wrong order out.
//!
//! Nothing here is a certificate authority: a "certificate" is a random serial, the order and the
//! digest of the request, followed by their signature.

use std::{
    fs,
    net::SocketAddr,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::{Context, Result, anyhow};
use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, State},
    http::StatusCode,
    routing::{get, post},
};
use clap::{Parser, ValueEnum};
use cryptoki::{
    context::{CInitializeArgs, CInitializeFlags, Pkcs11},
    mechanism::Mechanism,
    object::{Attribute, ObjectClass, ObjectHandle},
    session::{Session, UserType},
    types::AuthPin,
};
use hyper::server::conn::http1;
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use sqlx::{
    ConnectOptions, Connection, Executor, Row, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};

const SCHEMA: &str = "
    CREATE TABLE IF NOT EXISTS intent (serial TEXT PRIMARY KEY, order_id TEXT NOT NULL, tbs BLOB NOT NULL,
        tbs_sha256 BLOB NOT NULL, state TEXT NOT NULL) STRICT;
    CREATE TABLE IF NOT EXISTS certificate (order_id TEXT PRIMARY KEY, serial TEXT NOT NULL, der BLOB NOT NULL)
        STRICT;
    UPDATE intent SET state = 'abandoned' WHERE state = 'recorded';";

#[derive(Parser)]
struct Arguments {
    #[arg(long)]
    order: First,
    #[arg(long)]
    listen: SocketAddr,
    #[arg(long)]
    database: PathBuf,
    #[arg(long)]
    module: PathBuf,
    #[arg(long)]
    token: String,
    #[arg(long)]
    key: String,
    #[arg(long)]
    pin_file: PathBuf,
}

/// What comes first.
#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum First {
    /// Intent, signature, result, answer: as it must be.
    #[value(name = "intent-first")]
    Intent,
    /// The signature is made before anything is recorded.
    #[value(name = "sign-first")]
    Signature,
    /// The answer is given before the result is recorded.
    #[value(name = "answer-first")]
    Answer,
}

struct Program {
    order: First,
    token: Mutex<(Session, ObjectHandle)>,
    database: tokio::sync::Mutex<SqliteConnection>,
}

/// What is signed and what became of it.
struct Item {
    order_id: String,
    serial: String,
    tbs: Vec<u8>,
    der: Vec<u8>,
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let token = log_in(&arguments)?;
    let options = SqliteConnectOptions::new()
        .filename(&arguments.database)
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full);
    let mut database = options.connect().await.context("database")?;
    database.execute(SCHEMA).await?;
    let program = Arc::new(Program {
        order: arguments.order,
        token: Mutex::new(token),
        database: tokio::sync::Mutex::new(database),
    });
    let routes = Router::new()
        .route("/readyz", get(|| async {}))
        .route("/v1/orders/{order}/activation", post(activate))
        .with_state(program);
    let listener = tokio::net::TcpListener::bind(arguments.listen).await?;
    loop {
        let (stream, _) = listener.accept().await?;
        let service = TowerToHyperService::new(routes.clone());
        tokio::spawn(async move {
            let serving = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
            // A client that has gone is no trouble here.
            let _ = serving.await;
        });
    }
}

fn log_in(arguments: &Arguments) -> Result<(Session, ObjectHandle)> {
    let pkcs11 = Pkcs11::new(&arguments.module).context("PKCS#11 module")?;
    pkcs11.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK))?;
    let named = |slot: &_| {
        let info = pkcs11.get_token_info(*slot);
        info.is_ok_and(|info| info.label() == arguments.token)
    };
    let slot = pkcs11.get_slots_with_token()?.into_iter().find(named);
    let session = pkcs11.open_ro_session(slot.context("no such token")?)?;
    let pin = fs::read_to_string(&arguments.pin_file).context("PIN file")?;
    session.login(
        UserType::User,
        Some(&AuthPin::new(pin.trim().to_owned().into())),
    )?;
    let wanted = [
        Attribute::Class(ObjectClass::PRIVATE_KEY),
        Attribute::Label(arguments.key.clone().into_bytes()),
    ];
    let key = session.find_objects(&wanted)?.first().copied();
    Ok((session, key.context("no such key")?))
}

async fn activate(
    State(program): State<Arc<Program>>,
    Path(order_id): Path<String>,
    body: Bytes,
) -> (StatusCode, Json<Value>) {
    // A client that hangs up does not stop what has begun, as in the daemon.
    let act = tokio::spawn(program.act(order_id, body));
    match act.await.map_err(Into::into).flatten() {
        Ok(answer) => (StatusCode::CREATED, Json(answer)),
        Err(error) => {
            let text = format!("{error:#}");
            (StatusCode::SERVICE_UNAVAILABLE, Json(json!({"code": text})))
        }
    }
}

impl Program {
    async fn act(self: Arc<Self>, order_id: String, body: Bytes) -> Result<Value> {
        if let Some(answer) = self.stored(&order_id).await? {
            return Ok(answer);
        }
        let mut item = draw(order_id, &body)?;
        if self.order != First::Signature {
            self.record_intent(&item, "recorded").await?;
        }
        item.der = item.tbs.clone();
        item.der.extend(self.sign(&item.tbs)?);
        let answer = answer(&item.serial, &item.der);
        match self.order {
            First::Intent => self.record_result(&item).await?,
            First::Signature => {
                self.record_intent(&item, "issued").await?;
                self.record_result(&item).await?;
            }
            First::Answer => {
                tokio::spawn(async move { self.record_result(&item).await });
            }
        }
        Ok(answer)
    }

    fn sign(&self, tbs: &[u8]) -> Result<Vec<u8>> {
        let guard = self.token.lock().unwrap_or_else(PoisonError::into_inner);
        let (session, key) = &*guard;
        Ok(session.sign(&Mechanism::Ecdsa, *key, &Sha256::digest(tbs))?)
    }

    async fn stored(&self, order_id: &str) -> Result<Option<Value>> {
        let mut database = self.database.lock().await;
        let found = sqlx::query("SELECT serial, der FROM certificate WHERE order_id = $1")
            .bind(order_id)
            .fetch_optional(&mut *database)
            .await?;
        let value = |row| -> Result<Value, sqlx::Error> {
            let row: sqlx::sqlite::SqliteRow = row;
            Ok(answer(row.try_get("serial")?, row.try_get("der")?))
        };
        Ok(found.map(value).transpose()?)
    }

    async fn record_intent(&self, item: &Item, state: &str) -> Result<()> {
        let mut database = self.database.lock().await;
        sqlx::query("INSERT INTO intent VALUES ($1, $2, $3, $4, $5)")
            .bind(&item.serial)
            .bind(&item.order_id)
            .bind(&item.tbs)
            .bind(Sha256::digest(&item.tbs).to_vec())
            .bind(state)
            .execute(&mut *database)
            .await?;
        Ok(())
    }

    async fn record_result(&self, item: &Item) -> Result<()> {
        let mut database = self.database.lock().await;
        let mut result = database.begin().await?;
        sqlx::query("INSERT INTO certificate VALUES ($1, $2, $3)")
            .bind(&item.order_id)
            .bind(&item.serial)
            .bind(&item.der)
            .execute(&mut *result)
            .await?;
        sqlx::query("UPDATE intent SET state = 'issued' WHERE serial = $1")
            .bind(&item.serial)
            .execute(&mut *result)
            .await?;
        result.commit().await?;
        Ok(())
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a program of its own, not the product"
)]
fn draw(order_id: String, body: &[u8]) -> Result<Item> {
    let mut serial = [0; 16];
    getrandom::fill(&mut serial).map_err(|error| anyhow!("{error}"))?;
    let serial = hex::encode(serial);
    let tbs = format!("{serial} {order_id} {}", hex::encode(Sha256::digest(body)));
    Ok(Item {
        order_id,
        serial,
        tbs: tbs.into_bytes(),
        der: Vec::new(),
    })
}

fn answer(serial: &str, der: &[u8]) -> Value {
    json!({ "serial": serial, "sha256": hex::encode(Sha256::digest(der)) })
}
