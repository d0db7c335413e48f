"""The order of an activation's steps, read off the system calls: intent synced before C_Sign is
called, C_Sign before anything of the result is written, result synced before the answer's first
byte is sent. SIGKILL spares what the system has not yet written to the disk, so no number of kills
could show this."""

import collections
import contextlib
import hashlib
import pathlib
import re
import threading
import time

import judge
from api import Failed
from judge import must

CALLS = "fsync,fdatasync,pwrite64,write,writev,sendto,sendmsg"
WHOLE = re.compile(r"^(\d+) +([\d.]+) (\w+)\((.*)$")
RESUMED = re.compile(r"^(\d+) +[\d.]+ <\.\.\. \w+ resumed>(.*)$")
ON = re.compile(r"^\d+<((?:->|[^<>])*)>")
PEER = re.compile(r"->127\.0\.0\.1:(\d+)\]$")

# One system call: when it began, the lines of its entry and its exit, its file, all its text.
Call = collections.namedtuple("Call", "at name entry exit on text")


def prefix(log):
    return ["strace", "-D", "-f", "-qq", "-yy", "-ttt", "-xx", "-s", "5000", "-o", str(log),
            "-e", "signal=none", "-e", f"trace={CALLS}"]


def read(log):
    """All calls that have returned, in the order of their entries."""
    open_calls, calls = {}, []
    for number, line in enumerate(log.read_text("ascii", "replace").splitlines()):
        if found := WHOLE.match(line):
            thread, at, name, rest = found.groups()
            on = ON.match(rest)
            call = [float(at), name, number, number, plain(on.group(1)) if on else "", rest]
            if rest.endswith("<unfinished ...>"):
                open_calls[thread] = call
            else:
                calls.append(call)
        elif found := RESUMED.match(line):
            thread, rest = found.groups()
            if call := open_calls.pop(thread, None):
                call[3] = number
                call[5] += rest
                calls.append(call)
    return sorted((Call(*call) for call in calls), key=lambda call: call.entry)


class Act:
    """What an activation has left: its signed digest, its certificate, its client's port."""

    def __init__(self, digest, der, port):
        self.digest, self.port = digest, port
        # Pieces of what a row holds: a page's end cuts one of them at most.
        self.of_intent = [digest[:12], digest[-12:]]
        self.of_result = []
        if der:
            sha256 = hashlib.sha256(der).digest()
            self.of_result = [sha256[:12], sha256[-12:], der[-12:], der[-24:-12]]


class Trace:
    def __init__(self, log, began):
        calls = read(log)
        wal = [call for call in calls if call.on.endswith("-wal")]
        self.writes = [call for call in wal if call.name == "pwrite64"]
        self.syncs = [call for call in wal
                      if call.name in ("fsync", "fdatasync") and call.text.endswith("= 0")]
        self.notes = [call for call in calls if call.on.endswith("shim.log")]
        self.sent = [call for call in calls if call.at > began
                     and call.name in ("write", "writev", "sendto", "sendmsg") and PEER.search(call.on)]

    def violations(self, acts):
        """What is not in its order, as text."""
        return [f"{act.digest.hex()}: {wrong}" for act in acts if (wrong := self.wrong(act))]

    def wrong(self, act):
        asked, signed = self.note("sign", act), self.note("signed", act)
        sent = next((call for call in self.sent
                     if PEER.search(call.on).group(1) == str(act.port)), None)
        must(asked and signed and sent, f"{act.digest.hex()}: not traced")
        intent = self.synced(act.of_intent)
        if intent is None or intent.exit > asked.entry:
            return "C_Sign was called before the intent was synced"
        result = self.written(act.of_result)
        if result is not None and result.entry < signed.exit:
            return "the result was written before C_Sign had returned"
        result = self.synced(act.of_result)
        if result is None or result.exit > sent.entry:
            return "the answer was sent before the result was synced"
        return None

    def note(self, event, act):
        wanted = escaped(f" {event} {act.digest.hex()}\n".encode())
        return next((call for call in self.notes if wanted in call.text), None)

    def written(self, pieces):
        pieces = [escaped(piece) for piece in pieces]
        return next((c for c in self.writes if any(piece in c.text for piece in pieces)), None)

    def synced(self, pieces):
        """The sync of the transaction that has first written one of them."""
        write = self.written(pieces)
        return write and next((call for call in self.syncs if call.entry > write.exit), None)


def plain(text):
    """A name that strace has written in hex."""
    return re.sub(r"\\x(..)", lambda byte: chr(int(byte.group(1), 16)), text)


def escaped(data):
    """As strace writes bytes under -xx."""
    return "".join(f"\\x{byte:02x}" for byte in data)


def of_daemon(daemon, env, make_api, wishes):
    """How many activations, all sent at once, were in order; raises at the first that was not."""
    digest = judge.digest_of(daemon.directory)
    def warm(api, one):
        api.call("GET", f"/orders/{one.order}").expect(200)
    trace, ports = at_once(daemon, make_api, wishes, warm)
    with contextlib.closing(judge.open_database(env)) as database:
        rows = database.execute(
            """SELECT certificate.order_id, intent.tbs, certificate.der FROM certificate
               JOIN intent USING (issuer, serial)""").fetchall()
    acts = [Act(digest(tbs).digest(), der, ports[order]) for order, tbs, der in rows
            if order in ports]
    must(len(acts) == len(wishes), "a certificate is not stored")
    for violation in trace.violations(acts):
        raise Failed(violation)
    return len(acts)


def at_once(program, make_api, wishes, warm):
    """Starts the program under strace and sends all wishes at once, each on a connection that has
    served a request before. Gives its trace and the port of each order."""
    log = program.directory / f"{program.name}.trace"
    log.unlink(missing_ok=True)
    program.before = prefix(log)
    program.start()
    program.wait_until_ready()
    program.before = []
    apis = [make_api() for _ in wishes]
    for api, one in zip(apis, wishes):
        warm(api, one)
    began = time.time()
    threads = [threading.Thread(target=send, args=pair) for pair in zip(apis, wishes)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    must(all(one.answer for one in wishes), "an activation has failed under strace")
    ports = {one.order: api.connection.sock.getsockname()[1] for api, one in zip(apis, wishes)}
    tracer = re.search(r"TracerPid:\s+(\d+)", status(program.process.pid)).group(1)
    program.finish()
    while status(tracer):  # its last lines
        threading.Event().wait(0.01)
    return Trace(log, began), ports


def status(process):
    try:
        return pathlib.Path(f"/proc/{process}/status").read_text()
    except OSError:
        return ""


def send(api, one):
    one.answer = api.send("POST", one.path, one.body, one.headers).expect(201)
