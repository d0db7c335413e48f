"""Calls of an RA frontend on a kept connection; every answer's bytes go to one file."""

import http.client
import json
import pathlib
import ssl
import threading
import urllib.parse

TIMEOUT = 90
LOST = (OSError, http.client.HTTPException, ssl.SSLError)


class Failed(Exception):
    """Something is not as it must be; the text says what."""


def environment(path):
    """The instance's `env` file."""
    values = {}
    for line in pathlib.Path(path).read_text().splitlines():
        if line and not line.startswith("#"):
            name, _, value = line.partition("=")
            values[name] = value.strip("'")
    return values


class Record:
    """All answers, for those who look through them afterwards."""

    def __init__(self, path):
        self.file = open(path, "ab")
        self.lock = threading.Lock()

    def add(self, method, path, status, headers, body):
        head = f"\n\n{method} {path} -> {status}\n".encode()
        head += "".join(f"{name}: {value}\n" for name, value in headers.items()).encode()
        with self.lock:
            self.file.write(head + b"\n" + body)
            self.file.flush()


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def code(self):
        return self.json.get("code") if "json" in self.headers.get("content-type", "") else None

    def expect(self, *wanted):
        if self.status not in wanted:
            raise Failed(f"{self.status}: {self.body.decode('utf-8', 'replace')}")
        return self


class Api:
    """One identity on one connection. Not for several threads."""

    def __init__(self, env, name, record, acting_for=None):
        self.place = urllib.parse.urlsplit(env["RA_URL"])
        self.tls = None
        if self.place.scheme == "https":
            self.tls = ssl.create_default_context(cafile=env["SERVER_CA"])
            self.tls.load_cert_chain(env[f"{name}_CERT"], env[f"{name}_KEY"])
        self.acting_for, self.record = acting_for, record
        self.connection = None
        # Whether the last request went out whole.
        self.sent = False

    def close(self):
        if self.connection:
            self.connection.close()
        self.connection = None

    def new_connection(self):
        host, port = self.place.hostname, self.place.port
        if self.tls is None:
            return http.client.HTTPConnection(host, port, timeout=TIMEOUT)
        return http.client.HTTPSConnection(host, port, timeout=TIMEOUT, context=self.tls)

    def send(self, method, path, body=None, headers=()):
        """One request; raises one of LOST when no whole answer comes."""
        self.sent = False
        if self.connection is None:
            self.connection = self.new_connection()
        headers = dict(headers)
        if self.acting_for:
            headers["Acting-For"] = self.acting_for
        if body is not None:
            headers["Content-Type"] = "application/json"
        try:
            self.connection.request(method, f"/v1{path}", body=body, headers=headers)
            self.sent = True
            response = self.connection.getresponse()
            content = response.read()
        except LOST:
            self.close()
            raise
        given = {name.lower(): value for name, value in response.getheaders()}
        self.record.add(method, path, response.status, given, content)
        return Answer(response.status, given, content)

    def call(self, method, path, body=None, headers=()):
        """A request that is allowed to come again when the daemon is busy."""
        content = None if body is None else json.dumps(body).encode()
        pause = threading.Event()
        while True:
            answer = self.send(method, path, content, headers)
            if answer.status != 429:
                return answer
            pause.wait(float(answer.headers.get("retry-after", "1")))


def fetch(url, record, timeout=TIMEOUT):
    """A plain GET."""
    place = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(place.hostname, place.port, timeout=timeout)
    try:
        connection.request("GET", place.path)
        response = connection.getresponse()
        content = response.read()
    finally:
        connection.close()
    given = {name.lower(): value for name, value in response.getheaders()}
    record.add("GET", url, response.status, given, content)
    return Answer(response.status, given, content)
