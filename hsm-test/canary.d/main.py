"""Searches what a run left behind for its secrets: see `hsm-test/canary --help`."""

import json
import os
import pathlib
import secrets
import sqlite3
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

import needles
from api import Api, Failed, Record, environment, fetch
from orders import PRODUCT, Workshop

INSTANCE = pathlib.Path(os.environ["CHANCERY_DEMO_DIR"])
CONTROL = os.environ["CANARY_CONTROL"]
# What the walk's specialist writes down as evidence, and the source that stands beside it.
WRITTEN, BESIDE = "A member of the board confirms the order.", "telephone number of the register"


def main():
    try:
        run()
    except Failed as failure:
        print(f"\ncanary: {failure}\n      everything is in {INSTANCE}", file=sys.stderr)
        sys.exit(1)


def run():
    env = environment(INSTANCE / "env")
    record = Record(INSTANCE / "answers.bin")
    leaked = INSTANCE / "leaked.pem"
    refused = exercise(env, record, leaked)
    found = needles.gather(INSTANCE, [leaked])
    kinds = ", ".join(f"{number} {kind}" for kind, number in found.kinds.items())
    print(f"looked for: {kinds}; {len(found.text)} spellings as text, {len(found.raw)} as bytes")
    prove_search(found)
    hits = []
    with tempfile.TemporaryDirectory() as scratch:
        for name, control, files in places(env, record, pathlib.Path(scratch), refused):
            if not any(control.encode() in path.read_bytes() for path in files):
                raise Failed(f"{name}: the control value is not there: this search proves nothing")
            here = [(name, what, path) for path in files for what in search(found, path)]
            hits += here
            size = sum(path.stat().st_size for path in files) / 1e6
            print(f"{name:38} {size:8.1f} MB   control value found, {len(here)} secrets")
    hits += unsealed(env)
    for name, what, path in hits:
        print(f"FOUND in {name}: {what} ({path})", file=sys.stderr)
    if hits:
        raise Failed(f"{len(hits)} secrets where none may be")
    print("no secret is anywhere it must not be")


def exercise(env, record, leaked):
    """What may go wrong with secrets, with the log at trace: values passed on by an RA, a wrong
    value, a private key sent instead of a request. And the control value. Gives the id of a
    refused request, which the log must hold."""
    walks = (INSTANCE / "walks").glob("*/summary.json")
    summary = json.loads(max(walks, key=lambda path: int(path.parent.name)).read_text())
    ready = Workshop(env, summary, record, INSTANCE / "clients.pem").make(8, threads=4)
    api = Api(env, "CUSTOMER", record, summary["customer"])
    for one in ready[1:]:
        api.send("POST", one.path, one.body, one.headers).expect(201)
    wrong = "-".join(["22222"] * 4 + ["222222"])
    api.call("POST", f"/orders/{ready[0].order}/email/confirm", {"code": wrong})
    api.call("POST", "/orders", {
        "product_code": PRODUCT, "customer_ref": summary["customer"], "language": "pl",
        "alias": CONTROL, "contacts": {"technical": "it@example.com", "revocation": "it@example.com"},
    }, {"Idempotency-Key": CONTROL}).expect(201)
    api.call("GET", "/openapi.json").expect(200)
    send_private_key(api, ready[0], leaked)
    return api.call("GET", f"/orders/{CONTROL}").json["request_id"]


def send_private_key(api, one, leaked):
    key = ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                            serialization.NoEncryption())
    with open(leaked, "ab") as file:
        file.write(pem)
    request = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    csr = request.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    text = (pem + csr).decode()
    check = api.call("POST", "/csr-checks", {"product_code": PRODUCT, "csr": text})
    if b"csr-contains-private-key" not in check.body:
        raise Failed(f"a private key beside the request was not refused: {check.body!r}")
    body = json.dumps({**json.loads(one.body), "csr": text}).encode()
    refused = api.send("POST", one.path, body, one.headers).expect(422)
    if b"csr-contains-private-key" not in refused.body:
        raise Failed(f"a private key was refused for another reason: {refused.body!r}")


def places(env, record, scratch, refused):
    """(name, what must be found there, files)."""
    database = pathlib.Path(env["DATABASE_URL"].removeprefix("sqlite://"))
    audit = scratch / "audit"
    if b'"level":"TRACE"' not in (INSTANCE / "daemon.log").read_bytes():
        raise Failed("the daemon's log is not at trace")
    connection = sqlite3.connect(f"file:{database}?mode=ro", uri=True)
    rows = connection.execute("SELECT leaf FROM audit_entry UNION ALL SELECT json FROM audit_detail")
    audit.write_bytes(b"\n".join(row if isinstance(row, bytes) else row.encode() for row, in rows))
    order, = connection.execute("SELECT id FROM orders WHERE alias = ?", (CONTROL,)).fetchone()
    process = pathlib.Path("/proc") / (INSTANCE / "daemon.pid").read_text().strip()
    for name in ("cmdline", "environ"):
        (scratch / name).write_bytes((process / name).read_bytes())
    (scratch / "metrics").write_bytes(fetch(f"{env['METRICS_URL']}/metrics", record).expect(200).body
                                      + fetch(f"{env['METRICS_URL']}/readyz", record).body)
    # What the customer made is the customer's.
    own = ("user.key", "user.csr")
    answers = [path for path in (INSTANCE / "walks").glob("*/*")
               if path.is_file() and path.name not in own]
    # The officers' keys lie beside the rooms' folders.
    room = INSTANCE / "ceremony"
    ceremonies = [path for path in room.rglob("*") if path.is_file() and path.parent != room]
    yield "logs (trace)", refused, [INSTANCE / "daemon.log"]
    yield "audit entries", order, [audit]
    yield "database and write-ahead log", CONTROL, sorted(database.parent.glob(f"{database.name}*"))
    yield "answers of API and public pages", CONTROL, [INSTANCE / "answers.bin", *answers]
    yield "arguments of the running process", "chancery.toml", [scratch / "cmdline"]
    yield "environment of the running process", CONTROL, [scratch / "environ"]
    yield "metrics and readiness", "chancery_build_info", [scratch / "metrics"]
    yield "ceremony transcripts and reports", "issuing-g1", ceremonies
    connection.close()


def unsealed(env):
    """Evidence that lies in the database in the clear; that it was written, and that this search
    finds what is there, is shown first."""
    database = pathlib.Path(env["DATABASE_URL"].removeprefix("sqlite://"))
    files = sorted(database.parent.glob(f"{database.name}*"))
    notes = [path.read_text() for path in (INSTANCE / "walks").glob("*/*-note.txt")]
    if not any(WRITTEN in note for note in notes):
        raise Failed("no evidence was written down: this search proves nothing")
    if not any(BESIDE.encode() in path.read_bytes() for path in files):
        raise Failed("the source of the evidence is not in the database: this search proves nothing")
    return [("database", "the content of evidence", path) for path in files
            if WRITTEN.encode() in path.read_bytes()]


def search(found, path):
    """Names of the secrets in a file."""
    with tempfile.NamedTemporaryFile("w") as patterns:
        patterns.write("\n".join(found.text) + "\n")
        patterns.flush()
        run = subprocess.run(["grep", "--text", "--only-matching", "--fixed-strings",
                              f"--file={patterns.name}", "--", str(path)],
                             capture_output=True, env={"LC_ALL": "C", "PATH": os.environ["PATH"]})
    if run.returncode > 1:
        raise Failed(f"grep: {run.stderr.decode()}")
    names = {found.text[line] for line in run.stdout.decode("latin-1").splitlines()}
    content = path.read_bytes()
    return names | {name for secret, name in found.raw.items() if secret in content}


def prove_search(found):
    """A copy of every secret, planted among noise, is found by the same search: as text alone, and
    as bytes alone."""
    with tempfile.TemporaryDirectory() as scratch:
        for spellings in (found.text, found.raw):
            planted = pathlib.Path(scratch) / "planted"
            with open(planted, "wb") as file:
                for spelling in spellings:
                    secret = spelling.encode() if isinstance(spelling, str) else spelling
                    file.write(secrets.token_bytes(20) + b'"' + secret + b'"' + secrets.token_bytes(20))
            missed = set(spellings.values()) - search(found, planted)
            if missed:
                raise Failed(f"planted and not found: {sorted(missed)[:5]}")
    print(f"{'a planted copy of each':38} all found")


if __name__ == "__main__":
    main()
