"""Calls of the demo: curl over mutual TLS, each printed in plain words and kept in a file."""

import json
import pathlib
import re
import subprocess
import sys
import threading
import uuid


class Failed(Exception):
    """A step did not go as it must; the text says why."""


def step(text):
    print(f"\n--> {text}", flush=True)


def say(text):
    for line in str(text).splitlines():
        print(f"    {line}", flush=True)


class Env:
    """target/demo/env."""

    def __init__(self, path):
        self.values = {}
        for line in pathlib.Path(path).read_text().splitlines():
            if line and not line.startswith("#"):
                name, _, value = line.partition("=")
                self.values[name] = value.strip("'")

    def __getitem__(self, name):
        return self.values[name]


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def etag(self):
        return self.headers.get("etag")


class Person:
    """One identity: an RA frontend or a member of the CA's staff."""

    def __init__(self, env, name, out, acting_for=None):
        self.name, self.out = name, out
        self.headers = [f"Acting-For: {acting_for}"] if acting_for else []
        self.cert, self.key = env[f"{name}_CERT"], env[f"{name}_KEY"]
        self.base = env["RA_URL"]
        self.tls = ["--cert", self.cert, "--key", self.key, "--cacert", env["SERVER_CA"]]

    def call(self, method, path, body=None, expect=(200, 201), match=None, headers=()):
        """One call under /v1. `match` is the ETag for If-Match; POSTs carry a fresh key."""
        args = list(self.tls)
        for header in [*self.headers, *headers]:
            args += ["-H", header]
        if match:
            args += ["-H", f"If-Match: {match}"]
        if method == "POST":
            args += ["-H", f"Idempotency-Key: {uuid.uuid4()}"]
        if body is not None:
            args += ["-H", "Content-Type: application/json", "--data-binary", "@-"]
        data = json.dumps(body).encode() if body is not None else None
        url = f"{self.base}/v1{path}"
        answer = self.out.curl(self.name.lower(), method, url, args, data)
        if answer.status not in expect:
            say(answer.body.decode("utf-8", "replace"))
            raise Failed(f"{method} /v1{path} answered {answer.status}")
        return answer

    def get(self, path, **options):
        return self.call("GET", path, **options)

    def post(self, path, body, **options):
        return self.call("POST", path, body, **options)

    def put(self, path, body, **options):
        return self.call("PUT", path, body, **options)

    def upload(self, path, file, media_type, **parts):
        """A file with what is said of it, as a form of a browser sends it."""
        args = [*self.tls, "-H", f"Idempotency-Key: {uuid.uuid4()}"]
        for header in self.headers:
            args += ["-H", header]
        for name, text in parts.items():
            args += ["--form-string", f"{name}={text}"]
        args += ["-F", f"file=@{file};type={media_type}"]
        answer = self.out.curl(self.name.lower(), "POST", f"{self.base}/v1{path}", args)
        if answer.status != 201:
            say(answer.body.decode("utf-8", "replace"))
            raise Failed(f"POST /v1{path} answered {answer.status}")
        return answer


class Walk:
    """The directory of one walk: every answer, numbered."""

    def __init__(self, directory):
        self.directory = directory
        self.count = 0

    def curl(self, who, method, url, args, data=None):
        self.count += 1
        command = ["curl", "--silent", "--show-error", "--max-time", "60", "-X", method,
                   "-D", "-", "-o", "-", *args, url]
        if method == "HEAD":
            command = ["curl", "--silent", "--show-error", "--max-time", "60", "-I", *args, url]
        run = subprocess.run(command, input=data, capture_output=True)
        if run.returncode != 0:
            raise Failed(f"curl {url}: {run.stderr.decode().strip()}")
        answer = parse(run.stdout)
        short = re.sub(r"^https?://[^/]+", "", url)
        print(f"    {who}: {method} {short} -> {answer.status}", flush=True)
        self.keep(f"{self.count:02d}-{who}-{method.lower()}{slug(short)}", answer)
        return answer

    def keep_text(self, name, text):
        self.count += 1
        (self.directory / f"{self.count:02d}-{name}.json").write_text(text)

    def note(self, text):
        """A file with what a person wrote down."""
        self.count += 1
        path = self.directory / f"{self.count:02d}-note.txt"
        path.write_text(text + "\n")
        return str(path)

    def keep(self, name, answer):
        kind = answer.headers.get("content-type", "")
        suffix = ".json" if "json" in kind else ".html" if "html" in kind else ".bin"
        (self.directory / f"{name}{suffix}").write_bytes(answer.body)


def slug(path):
    path = re.sub(r"\?.*", "", path.removeprefix("/v1"))
    path = re.sub(r"(ord|sd|cas|doc|eml|act|crt|rev|evt|evd)_[0-9a-f-]+", r"\1", path)
    return re.sub(r"[^A-Za-z0-9]+", "-", path).rstrip("-")


def parse(raw):
    """Headers and body of curl's `-D - -o -`, past interim answers."""
    while True:
        head, _, body = raw.partition(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        status = int(lines[0].split()[1])
        if status >= 200:
            break
        raw = body
    headers = {}
    for line in lines[1:]:
        name, _, value = line.partition(":")
        headers[name.strip().lower()] = value.strip()
    return Answer(status, headers, body)


def wait_for(what, look, seconds=60):
    """Asks `look` until it gives something; the daemon's outbox works beside us."""
    pause = threading.Event()
    for _ in range(seconds * 10):
        found = look()
        if found:
            return found
        pause.wait(0.1)
    raise Failed(f"{what}: not there after {seconds} s")


def openssl(*args, data=None):
    run = subprocess.run(["openssl", *args], input=data, capture_output=True)
    if run.returncode != 0:
        raise Failed(f"openssl {args[0]}: {run.stderr.decode().strip()}")
    return run.stdout


def fail(text):
    print(f"\ndemo: {text}", file=sys.stderr)
    sys.exit(1)
