//! Orders made ready the way a frontend makes them: calls and mails, nothing behind the API.

use std::{collections::BTreeMap, fs, path::Path, process::Command, sync::Arc, time::Duration};

use anyhow::{Context, Result, anyhow, bail, ensure};
use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256, PublicKeyData};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::{
    client::{Connection, Identity},
    load::{Choice, Ready},
    stats::Stopwatch,
};

/// Connections that prepare at once.
const CLIENTS: usize = 16;

/// What all orders of a run share.
pub struct Plan {
    pub product: String,
    pub customer: String,
    /// A verified set of this customer.
    pub subject_data: String,
    pub mail_dir: String,
    /// Tells one run's mailboxes from another's.
    pub run: String,
}

struct Waiting {
    order: String,
    mailbox: String,
}

/// Makes `wanted` orders ready for activation, each with a mailbox and a key of its own.
pub async fn orders(identity: &Identity, plan: &Arc<Plan>, wanted: usize) -> Result<Vec<Ready>> {
    let mut tasks = JoinSet::new();
    for client in 0..CLIENTS {
        let mut connection = identity.connect().await?;
        let plan = Arc::clone(plan);
        tasks.spawn(async move {
            let mut placed = Vec::new();
            for number in (client..wanted).step_by(CLIENTS) {
                placed.push(place(&mut connection, &plan, number).await?);
            }
            anyhow::Ok((connection, placed))
        });
    }
    let mut halves = Vec::new();
    while let Some(half) = tasks.join_next().await {
        halves.push(half??);
    }
    let mailboxes: Vec<String> = halves
        .iter()
        .flat_map(|(_, placed)| placed.iter().map(|order| order.mailbox.clone()))
        .collect();
    let values = Arc::new(values(&plan.mail_dir, &mailboxes).await?);
    let mut tasks = JoinSet::new();
    for (mut connection, placed) in halves {
        let values = Arc::clone(&values);
        tasks.spawn(async move {
            let mut ready = Vec::new();
            for order in placed {
                ready.push(confirm(&mut connection, &values, order).await?);
            }
            anyhow::Ok(ready)
        });
    }
    let mut ready = Vec::new();
    while let Some(part) = tasks.join_next().await {
        ready.extend(part??);
    }
    ensure!(ready.len() == wanted, "{} of {wanted} orders", ready.len());
    Ok(ready)
}

/// Order, data set, mailbox.
async fn place(connection: &mut Connection, plan: &Plan, number: usize) -> Result<Waiting> {
    let mailbox = format!("bench-{}-{number}@example.com", plan.run);
    let key = format!("bench-{}-{number}", plan.run);
    let body = json!({
        "product_code": plan.product,
        "customer_ref": plan.customer,
        "language": "en",
        "contacts": {"technical": "it@example.com", "revocation": "it@example.com"},
    });
    let headers = [("Idempotency-Key", key.as_str())];
    let answer = connection
        .send("POST", "/v1/orders", &headers, Some(&body))
        .await?;
    let order = text(&answer.expect(&[201]).context("placing an order")?, "id")?;
    let mut etag = answer.etag.context("an order has an ETag")?;
    let steps = [
        (
            "subject-data",
            json!({"subject_data_id": plan.subject_data}),
        ),
        ("email", json!({"email": mailbox})),
    ];
    for (step, body) in steps {
        let path = format!("/v1/orders/{order}/{step}");
        let headers = [("If-Match", etag.as_str())];
        let answer = connection.send("PUT", &path, &headers, Some(&body)).await?;
        answer.expect(&[200, 201, 202]).context(path)?;
        if let Some(next) = answer.etag {
            etag = next;
        }
    }
    Ok(Waiting { order, mailbox })
}

async fn confirm(
    connection: &mut Connection,
    values: &BTreeMap<String, String>,
    order: Waiting,
) -> Result<Ready> {
    let value = values
        .get(&order.mailbox)
        .context("a mail to each mailbox")?;
    let path = format!("/v1/orders/{}/email/confirm", order.order);
    let answer = connection
        .send("POST", &path, &[], Some(&json!({"code": value})))
        .await?;
    answer.expect(&[200]).context(path)?;
    let pair = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
    let request = CertificateParams::default().serialize_request(&pair)?;
    Ok(Ready {
        order: order.order,
        mailbox: order.mailbox,
        csr: request.pem()?,
        spki: pair.subject_public_key_info(),
    })
}

/// The value mailed to each of `mailboxes`, as soon as all mails are there.
async fn values(mail_dir: &str, mailboxes: &[String]) -> Result<BTreeMap<String, String>> {
    let watch = Stopwatch::start();
    let mut found = BTreeMap::new();
    let mut seen = BTreeMap::new();
    loop {
        read_mails(Path::new(mail_dir), &mut seen, &mut found)?;
        if mailboxes.iter().all(|mailbox| found.contains_key(mailbox)) {
            return Ok(found);
        }
        if watch.elapsed() > Duration::from_secs(600) {
            bail!("the mails did not come within ten minutes");
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

fn read_mails(
    dir: &Path,
    seen: &mut BTreeMap<std::ffi::OsString, ()>,
    found: &mut BTreeMap<String, String>,
) -> Result<()> {
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        let name = entry.file_name();
        if seen.contains_key(&name) || !name.to_string_lossy().ends_with(".eml") {
            continue;
        }
        let mail = String::from_utf8_lossy(&fs::read(entry.path())?).into_owned();
        let to = mail.lines().find_map(|line| line.strip_prefix("To: "));
        let value = mail.lines().map(str::trim).find(|line| is_value(line));
        if let (Some(to), Some(value)) = (to, value) {
            let mailbox = to.trim().trim_matches(['<', '>']);
            found.insert(mailbox.to_owned(), value.to_owned());
        }
        if mail.contains("\n\n") || mail.contains("\r\n\r\n") {
            seen.insert(name, ());
        }
    }
    Ok(())
}

/// Four groups of five characters and one of six (contract, e-mail code).
fn is_value(line: &str) -> bool {
    let sizes: Vec<usize> = line.split('-').map(str::len).collect();
    let plain = |c: char| c == '-' || c.is_ascii_digit() || c.is_ascii_uppercase();
    sizes == [5, 5, 5, 5, 6] && line.chars().all(plain)
}

/// What the activations say: the organization as common name, the required fields, every
/// statement of the step.
pub async fn choice(identity: &Identity, plan: &Plan, order: &str) -> Result<Choice> {
    let mut connection = identity.connect().await?;
    let path = format!("/v1/orders/{order}/activation/options");
    let options = connection
        .send("GET", &path, &[], None)
        .await?
        .expect(&[200])?;
    let common_name = items(&options, "common_name")?
        .iter()
        .find(|choice| choice.get("source").and_then(Value::as_str) == Some("organization"))
        .context("the organization is offered as common name")?;
    let required = |field: &&Value| field.get("required") == Some(&Value::Bool(true));
    let fields: Vec<&Value> = items(&options, "fields")?
        .iter()
        .filter(required)
        .filter_map(|field| field.get("name"))
        .collect();
    let products = connection
        .send("GET", "/v1/products", &[], None)
        .await?
        .expect(&[200])?;
    let product = items(&products, "items")?
        .iter()
        .find(|product| product.get("code").and_then(Value::as_str) == Some(&plan.product))
        .context("the product is on sale")?;
    let date = Command::new("date").args(["-u", "+%FT%TZ"]).output()?;
    let now = String::from_utf8(date.stdout)?.trim().to_owned();
    let statements: Vec<Value> = items(product, "statements")?
        .iter()
        .filter(|s| s.get("step").and_then(Value::as_str) == Some("activation"))
        .map(|s| json!({"id": s.get("id"), "version": s.get("version"), "accepted_at": now}))
        .collect();
    Ok(Choice {
        common_name: text(common_name, "value")?,
        fields: json!(fields),
        statements: Value::Array(statements),
    })
}

fn items<'a>(value: &'a Value, name: &str) -> Result<&'a Vec<Value>> {
    value
        .get(name)
        .and_then(Value::as_array)
        .ok_or_else(|| anyhow!("no list {name} in {value}"))
}

fn text(value: &Value, name: &str) -> Result<String> {
    value
        .get(name)
        .and_then(Value::as_str)
        .map(str::to_owned)
        .ok_or_else(|| anyhow!("no {name} in {value}"))
}
