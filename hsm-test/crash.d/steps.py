"""Faults of single system calls, made by strace around the unchanged program."""

import re
import threading
import time

from api import Failed

# The calls that make a commit durable, take something back, or answer a client. SoftHSM2 writes
# its token with `write`, which is not among them: half a token is nothing a daemon could help.
DURABLE = "fsync,fdatasync,pwrite64,ftruncate"
SYNC = "fsync,fdatasync"
ANSWER = "writev,sendto"

ENTERED = re.compile(r"^(\d+) +(\w+)\((?:\d+<((?:->|[^<>])*)>)?")


def traced(log, calls, injection, path=None):
    """The command that makes strace inject into `calls`, on one file only if `path` is
    given. It counts by thread; one thread of the daemon writes the database."""
    only = ["-P", str(path)] if path else []
    return ["strace", "-f", "-qq", "-y", "-s", "0", "-o", str(log), *only,
            "-e", "signal=none", "-e", f"trace={calls}", "-e", f"inject={calls}:{injection}"]


def killed_at(calls, number, log, path=None):
    """Prefix: SIGKILL when a thread enters one of the calls for the `number`th time. The program
    stays our child: strace watches as a grandchild (-D)."""
    return [*traced(log, calls, f"signal=KILL:when={number}", path), "-D"]


def where(log, seconds=5):
    """The step that the process died at: the call and what it was made on. strace may need a
    moment longer than the process to end."""
    pause, end = threading.Event(), time.monotonic() + seconds
    while time.monotonic() < end:
        lines = log.read_text("utf-8", "replace").splitlines()
        died = [line.split()[0] for line in lines if line.endswith("= ?")]
        for line in reversed(lines):
            entered = ENTERED.match(line)
            if died and entered and entered.group(1) == died[0]:
                return f"{entered.group(2)}, {kind_of(entered.group(3) or '')}"
        pause.wait(0.01)
    raise Failed(f"{log}: no call that did not return")


def kind_of(path):
    if path.endswith("-wal"):
        return "write-ahead log"
    if path.endswith(".db"):
        return "database"
    if path.startswith(("socket:", "TCP")):
        return "socket"
    return "another file"
