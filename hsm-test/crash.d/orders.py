"""Orders made ready for activation as a frontend makes them: by calls and mails."""

import concurrent.futures
import json
import os
import pathlib
import re
import secrets
import threading
import time
import uuid

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from api import Api, Failed

PRODUCT = "smime-org-multipurpose-365-issue"
# Clients' keys that are written down for hsm-test/canary, which looks for each of them everywhere.
KEPT = 40
VALUE = re.compile(r"^[0-9A-HJKMNP-TV-Z]{5}(?:-[0-9A-HJKMNP-TV-Z]{5}){3}-[0-9A-HJKMNP-TV-Z]{6}$", re.M)
TO = re.compile(r"^To: <?([^\s<>]+)>?", re.M)


class Ready:
    """An order that lacks its activation only, with the request that will be made for it."""

    def __init__(self, order, mailbox, key, body):
        self.order, self.mailbox, self.key, self.body = order, mailbox, key, body
        self.idempotency = f"crash-{uuid.uuid4()}"
        self.answer = self.answered = None
        self.revoked = False
        self.tries = 0

    @property
    def path(self):
        return f"/orders/{self.order}/activation"

    @property
    def headers(self):
        return {"Idempotency-Key": self.idempotency, "Prefer": "wait=30"}


class Post:
    """The values that mails have brought, each file read once."""

    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.found, self.seen, self.lock = {}, set(), threading.Lock()

    def values(self):
        """The newest value by mailbox."""
        with self.lock:
            for name in set(os.listdir(self.directory)) - self.seen:
                if not name.endswith(".eml"):
                    continue
                text = (self.directory / name).read_text("utf-8", "replace")
                to, value = TO.search(text), VALUE.search(text.replace("\r\n", "\n"))
                if to and value:
                    self.found[to.group(1)] = value.group()
                if to and text.endswith("\n"):
                    self.seen.add(name)
            return dict(self.found)


class Workshop:
    """Makes orders of one customer over one verified data set."""

    def __init__(self, env, summary, record, keys):
        self.env, self.record, self.keys = env, record, keys
        self.customer, self.data = summary["customer"], summary["subject_data"]
        self.run = secrets.token_hex(4)
        self.local = threading.local()
        self.post = Post(env["MAIL_DIR"])

    def api(self):
        if not hasattr(self.local, "api"):
            self.local.api = Api(self.env, "CUSTOMER", self.record, self.customer)
        return self.local.api

    def make(self, number, threads=16):
        """`number` orders, each with a mailbox and a key of its own."""
        with concurrent.futures.ThreadPoolExecutor(threads) as pool:
            placed = dict(pool.map(self.place, range(number)))
            values = self.mailed(set(placed))
            list(pool.map(lambda mailbox: self.confirm(placed[mailbox], values[mailbox]), placed))
            self.chosen = choice = self.choice(next(iter(placed.values())))
            ready = list(pool.map(lambda item: self.ready(*item, choice), placed.items()))
        with open(self.keys, "ab") as file:
            for one in ready[:KEPT]:
                file.write(one.key.private_bytes(
                    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                    serialization.NoEncryption()))
        return ready

    def mailbox(self, number):
        return f"crash-{self.run}-{number}@example.com"

    def wish(self):
        """The body of a new order."""
        return {
            "product_code": PRODUCT,
            "customer_ref": self.customer,
            "language": "en",
            "contacts": {"technical": "it@example.com", "revocation": "it@example.com"},
        }

    def place(self, number):
        api = self.api()
        mailbox = self.mailbox(number)
        key = {"Idempotency-Key": f"crash-{self.run}-{number}"}
        answer = api.call("POST", "/orders", self.wish(), key).expect(201)
        order = answer.json["id"]
        for step, body in (("subject-data", {"subject_data_id": self.data}),
                           ("email", {"email": mailbox})):
            match = {"If-Match": answer.headers.get("etag")}
            answer = api.call("PUT", f"/orders/{order}/{step}", body, match).expect(200, 201, 202)
        return mailbox, order

    def mailed(self, mailboxes, seconds=600):
        """The value mailed to each mailbox, as soon as all mails are there."""
        pause, end = threading.Event(), time.monotonic() + seconds
        while not mailboxes <= set(values := self.post.values()):
            if time.monotonic() > end:
                raise Failed(f"{len(mailboxes - set(values))} mails did not come")
            pause.wait(0.1)
        return values

    def confirm(self, order, value):
        path = f"/orders/{order}/email/confirm"
        self.api().call("POST", path, {"code": value}).expect(200)

    def choice(self, order):
        """What all activations say: organization as common name, required fields, statements."""
        api = self.api()
        options = api.call("GET", f"/orders/{order}/activation/options").expect(200).json
        name = next(c for c in options["common_name"] if c["source"] == "organization")
        products = api.call("GET", "/products").expect(200).json["items"]
        product = next(p for p in products if p["code"] == PRODUCT)
        now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        return {
            "common_name": name["value"],
            "fields": [f["name"] for f in options["fields"] if f["required"]],
            "key_method": "csr",
            "statements": [
                {"id": s["id"], "version": s["version"], "accepted_at": now}
                for s in product["statements"] if s["step"] == "activation"
            ],
        }

    def ready(self, mailbox, order, choice):
        key = ec.generate_private_key(ec.SECP256R1())
        request = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
        csr = request.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
        body = json.dumps({**choice, "csr": csr.decode()}).encode()
        return Ready(order, mailbox, key, body)
