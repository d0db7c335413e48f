"""What must hold after all kills. Reads the API, the public CRL, the database (read only) and the
shim's log, and believes none of them alone."""

import collections
import concurrent.futures
import contextlib
import hashlib
import sqlite3
import subprocess
import threading
import time

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from api import Failed, fetch

SELF_TEST = b"chancery/self-test/v1: proves possession of a key, nothing else\n"
DIGESTS = {"ecdsa-p256-sha256": hashlib.sha256, "ecdsa-p384-sha384": hashlib.sha384}


def must(holds, text):
    if not holds:
        raise Failed(text)


def digest_of(instance):
    """What the issuing key signs of a TBS."""
    return DIGESTS[(instance / "ca/algorithm").read_text().strip()]


def everything(env, record, daemon, ready, make_api, instance):
    digest = digest_of(instance)
    issuer = issuer_of(env)
    api = make_api()
    certificates = dict(in_parts(make_api, ready, replays))
    another_body(api, ready[0])
    keys_and_signatures(ready, certificates, issuer)
    with open_database(env) as database:
        wait_for_settled(database)
        intents = read_intents(database)
        stored_certificates(database, api, ready, certificates, intents)
        abandoned = {serial for serial, (state, _) in intents.items() if state == "abandoned"}
        revoked = read_revoked(database)
        revoked_list(env, record, issuer, abandoned | revoked, set(intents) - abandoned - revoked)
        states = {serial: "revoked" if serial in revoked else state
                  for serial, (state, _) in intents.items()}
        list(in_parts(make_api, sorted(states.items()), answers_by_serial))
        lists = [bytes(tbs) for tbs, in database.execute("SELECT tbs FROM revocation_list")]
    counts = signatures(daemon.shim, digest, intents, lists)
    verify(daemon, env)
    return {
        "certificates": len(certificates),
        "serials": len(intents),
        "abandoned serials, all on the CRL": len(abandoned),
        **counts,
    }, intents


def issuer_of(env):
    with open(env["ISSUING_PEM"], "rb") as file:
        return x509.load_pem_x509_certificate(file.read())


def in_parts(make_api, everything, ask, parts=8):
    """What `ask(api, part)` gives for all parts, asked side by side."""
    with concurrent.futures.ThreadPoolExecutor(parts) as pool:
        lists = pool.map(lambda n: list(ask(make_api(), everything[n::parts])), range(parts))
        return [one for part in lists for one in part]


def replays(api, ready):
    """Everybody asks once more: the same bytes. Gives the certificate of each order."""
    for one in ready:
        again = api.send("POST", one.path, one.body, one.headers)
        must(again.status == 201 and again.body == one.answer.body,
             f"{one.path}: the replay is not the answer: {again.status} {again.body!r}")
        must(again.headers.get("location") == one.answer.headers.get("location"),
             f"{one.path}: the replay points elsewhere")
        order = api.call("GET", f"/orders/{one.order}").expect(200).json
        wanted = "revoked" if one.revoked else "issued"
        must(order["status_code"] == wanted, f"order {one.order} is {order['status_code']}")
        yield one.order, again.json


def another_body(api, one):
    other = api.send("POST", one.path, one.body + b" ", one.headers)
    must((other.status, other.code) == (422, "idempotency-key-reused"),
         f"another body under a used key: {other.status} {other.code}")


def keys_and_signatures(ready, certificates, issuer):
    """Each client's certificate is for its key and mailbox, and verifies under the issuer."""
    for one in ready:
        certificate = x509.load_pem_x509_certificate(certificates[one.order]["pem"].encode())
        certificate.verify_directly_issued_by(issuer)
        must(spki(certificate.public_key()) == spki(one.key.public_key()),
             f"the certificate of {one.order} is for another key")
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        must(names.get_values_for_type(x509.RFC822Name) == [one.mailbox],
             f"the certificate of {one.order} names another mailbox")


def spki(key):
    return key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)


def open_database(env):
    path = env["DATABASE_URL"].removeprefix("sqlite://")
    return sqlite3.connect(f"file:{path}?mode=ro", uri=True)


def wait_for_settled(database, seconds=60):
    """Nothing is recorded and without an end once the jobs that were due have run."""
    pause, end = threading.Event(), time.monotonic() + seconds
    question = """SELECT (SELECT count(*) FROM intent WHERE state = 'recorded'),
        (SELECT count(*) FROM live_activation),
        (SELECT count(*) FROM job WHERE ended_at IS NULL AND due <= ?)"""
    # A running job is due at its lease's end, minutes away; timers are due in days.
    near = int((time.time() + 3600) * 1000)
    while any(row := database.execute(question, (near,)).fetchone()):
        must(time.monotonic() < end,
             f"not settled: {row[0]} intents, {row[1]} activations, {row[2]} jobs")
        pause.wait(0.1)


def read_intents(database):
    """Serial -> (state, TBS)."""
    intents = {}
    for serial, state, tbs, stored in database.execute("SELECT serial, state, tbs, tbs_sha256 FROM intent"):
        must(hashlib.sha256(tbs).digest() == stored, f"{serial}: the TBS is not the recorded one")
        must(state in ("issued", "abandoned"), f"{serial} is {state}")
        must(serial not in intents, f"{serial} is there twice")
        intents[serial] = (state, bytes(tbs))
    return intents


def stored_certificates(database, api, ready, certificates, intents):
    rows = database.execute("SELECT order_id, serial, der FROM certificate").fetchall()
    orders = collections.Counter(order for order, _, _ in rows)
    must(max(orders.values()) == 1, "an order has two certificates")
    must(set(certificates) <= set(orders), "a certificate is not stored")
    must({serial for _, serial, _ in rows} == {s for s, (state, _) in intents.items() if state == "issued"},
         "the issued serials are not those of the certificates")
    stored = {order: (serial, bytes(der)) for order, serial, der in rows}
    for one in ready:
        given = certificates[one.order]
        serial, der = stored[one.order]
        must(serial == given["serial"] and hashlib.sha256(der).hexdigest() == given["sha256"],
             f"{one.order}: stored is not what the client has")
        must(x509.load_der_x509_certificate(der).tbs_certificate_bytes == intents[serial][1],
             f"{serial}: the certificate is not its intent's TBS")


def read_revoked(database):
    """Serials of certificates that somebody has had revoked."""
    return {serial for serial, in database.execute("SELECT serial FROM revocation")}


def revoked_list(env, record, issuer, dead, issued, exactly=True, seconds=60):
    """The CRL as relying parties fetch it: every abandoned and revoked serial, no issued one, and
    `exactly` these when nothing goes on meanwhile."""
    pause, end = threading.Event(), time.monotonic() + seconds
    url = env["PUBLIC_URL"] + "/crl/issuing-g1/0.crl"
    while True:
        crl = x509.load_der_x509_crl(fetch(url, record).expect(200).body)
        must(crl.is_signature_valid(issuer.public_key()), "the CRL's signature is wrong")
        listed = {f"{entry.serial_number:x}" for entry in crl}
        # Hex of the serial's octets: an even number of digits.
        missing = {s for s in dead if s.lstrip("0") not in listed}
        if not missing:
            break
        must(time.monotonic() < end, f"{len(missing)} abandoned or revoked serials are not on the CRL")
        pause.wait(0.2)
    must(not any(s.lstrip("0") in listed for s in issued), "an issued serial is on the CRL")
    must(not exactly or len(listed) == len(dead), "the CRL lists a serial nobody knows")


def answers_by_serial(api, states):
    """By serial: an issued one is found and valid or revoked, an abandoned one is no certificate."""
    for serial, state in states:
        answer = api.call("GET", f"/certificates/{serial}")
        if state != "abandoned":
            found = answer.expect(200).json
            wanted = "revoked" if state == "revoked" else "valid"
            must((found["serial"], found["state"]) == (serial, wanted), f"{serial}: {found['state']}")
        else:
            must(answer.status == 404, f"abandoned {serial}: {answer.status}")
        yield serial


def signatures(shim, digest, intents, lists):
    """I1, I2: what the token was asked to sign was durable before, and was signed once."""
    of_list = {digest(tbs).hexdigest() for tbs in lists}
    of_intent = {digest(tbs).hexdigest(): state for tbs, state in
                 ((tbs, state) for state, tbs in intents.values())}
    events = shim.lines()
    for violation in wrong_signatures(events, of_intent, of_list, digest(SELF_TEST).hexdigest()):
        raise Failed(violation)
    made = collections.Counter(data for _, event, data in events if event == "signed")
    lost = [data for data in made if of_intent.get(data) == "abandoned"]
    return {
        "signatures of certificates that no commit followed": len(lost),
        "signatures seen by the shim (certificates, CRLs)":
            f"{sum(d in of_intent for d in made)}, {sum(d in of_list for d in made)}",
    }


def wrong_signatures(events, of_intent, of_list, self_test):
    """Every violation of I1 and I2 that the shim's log shows, as text. What was signed is known by
    its digest; `of_intent` gives the state of the intent that has it."""
    found = []
    events = [(event, data) for _, event, data in events if data and data != self_test]
    unknown = {data for _, data in events} - set(of_intent) - of_list
    found += [f"{data}: asked for or signed, and no stored TBS has this digest" for data in unknown]
    made = collections.Counter(data for event, data in events if event == "signed")
    found += [f"{data}: signed {times} times" for data, times in made.items() if times > 1]
    killed = {data for event, data in events if event == "kill"}
    for data, state in of_intent.items():
        if state == "issued" and not made[data]:
            found.append(f"{data}: issued without a signature")
        if state == "issued" and data in killed:
            found.append(f"{data}: a signature that never came back was released")
    return found


def wrong_holders(held, stored, states):
    """Every certificate in a client's hands that is not the stored one of its order, or whose
    serial is not issued: (order, serial, SHA-256) of each, against order -> (serial, DER)."""
    found = []
    for order, serial, sha256 in held:
        known, der = stored.get(order, (None, b""))
        if states.get(serial) != "issued":
            found.append(f"{order}: its client holds {serial}, which is {states.get(serial)}")
        elif (known, hashlib.sha256(der).hexdigest()) != (serial, sha256):
            found.append(f"{order}: its client holds what is not stored")
    return found


def held_by(ready):
    """What the clients hold now."""
    return [(one.order, one.answer.json["serial"], one.answer.json["sha256"])
            for one in ready if one.answer]


def between_kills(env, record, daemon, ready, issuer):
    """What must hold at any time, asked of a daemon that is up and whose clients wait."""
    with contextlib.closing(open_database(env)) as database:
        states = dict(database.execute("SELECT serial, state FROM intent"))
        rows = database.execute("SELECT order_id, serial, der FROM certificate").fetchall()
        revoked = read_revoked(database)
    stored = {order: (serial, der) for order, serial, der in rows}
    for violation in wrong_holders(held_by(ready), stored, states):
        raise Failed(violation)
    dead = revoked | {serial for serial, state in states.items() if state == "abandoned"}
    issued = {serial for serial, state in states.items() if state == "issued"} - revoked
    revoked_list(env, record, issuer, dead, issued, exactly=False)


def verify(daemon, env):
    """The product's own oracle, beside the live daemon."""
    run = subprocess.run([f"{daemon.binaries}/chanceryd", "verify", "--config", env["CONFIG"]],
                         stdin=subprocess.DEVNULL, capture_output=True, text=True)
    must(run.returncode == 0, f"chanceryd verify: {run.returncode}\n{run.stdout}{run.stderr}")
