"""The release daemon under SIGKILL, and what the shim says about its signatures."""

import http.client
import os
import pathlib
import signal
import subprocess
import threading
import time
import urllib.parse

from api import LOST, Failed

PATIENCE = 120


class Shim:
    """The shim's log and trigger."""

    def __init__(self):
        self.log = pathlib.Path(os.environ["SHIM_LOG"])
        self.trigger = pathlib.Path(os.environ["SHIM_TRIGGER"])

    def lines(self):
        """(process, event, what was signed as hex) of every whole line."""
        if not self.log.exists():
            return []
        found = []
        for line in self.log.read_text().splitlines():
            process, event, *data = line.split(" ")
            found.append((int(process), event, data[0] if data else None))
        return found

    def count(self):
        """How many lines there are."""
        return self.log.read_bytes().count(b"\n") if self.log.exists() else 0

    def arm(self, how="k"):
        """What happens to the next signature, by the letters of shim.c."""
        prepared = self.trigger.with_suffix(".new")
        prepared.write_text(how)
        prepared.rename(self.trigger)

    def disarm(self):
        """Forgets what did not happen yet, and lets a hanging call go."""
        self.trigger.unlink(missing_ok=True)
        self.trigger.with_name(self.trigger.name + ".taken").unlink(missing_ok=True)


class Daemon:
    """The daemon, or a program that is killed and judged as it is."""

    name = "chanceryd"

    def __init__(self, directory, binaries, env):
        self.directory, self.binaries, self.env = pathlib.Path(directory), binaries, env
        self.process = None
        self.shim = Shim()
        self.starts = []
        # What the next start finds in its environment beside ours.
        self.environment = {}
        # What stands before its command: strace, for faults of system calls.
        self.before = []
        # Set while the daemon is ready, for the clients.
        self.up = threading.Event()
        metrics = urllib.parse.urlsplit(env["METRICS_URL"])
        self.metrics = (metrics.hostname, metrics.port)
        self.database = pathlib.Path(env["DATABASE_URL"].removeprefix("sqlite://"))

    def command(self):
        return [f"{self.binaries}/chanceryd", "serve", "--config", self.env["CONFIG"]]

    def start(self):
        log = open(self.directory / "daemon.log", "ab")
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            [*self.before, *self.command()],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            env={**os.environ, **self.environment})
        log.close()
        (self.directory / "daemon.pid").write_text(f"{self.process.pid}\n")

    def wait(self, what, look):
        """Asks `look` in quick succession until it is true or the daemon is gone."""
        pause, end = threading.Event(), time.monotonic() + PATIENCE
        while not look():
            if self.process.poll() is not None:
                raise Failed(f"the daemon ended by itself ({self.process.returncode}): {what}")
            if time.monotonic() > end:
                raise Failed(f"the daemon: {what}: not within {PATIENCE} s")
            pause.wait(0.005)

    def wait_for_login(self):
        """SoftHSM2 writes its token in C_Login: a death before its end may damage the token."""
        self.wait("no login", lambda: (self.process.pid, "login", None) in self.shim.lines())

    def wait_until_ready(self):
        self.wait("not ready", self.is_ready)
        self.starts.append(time.monotonic() - self.began)
        self.up.set()

    def ready_or_dead(self):
        """Waits for either; whether it is ready. The clients are let go in that case."""
        pause, end = threading.Event(), time.monotonic() + PATIENCE
        while not self.is_dead():
            if self.is_ready():
                self.up.set()
                return True
            if time.monotonic() > end:
                raise Failed(f"the daemon is neither ready nor dead within {PATIENCE} s")
            pause.wait(0.005)
        return False

    def is_dead(self):
        return self.process.poll() is not None

    def is_ready(self):
        connection = http.client.HTTPConnection(*self.metrics, timeout=10)
        try:
            connection.request("GET", "/readyz")
            return connection.getresponse().status == 200
        except LOST:
            return False
        finally:
            connection.close()

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.gone(signal.SIGKILL)

    def gone_by_kill(self):
        self.gone(signal.SIGKILL)

    def killed_by_shim(self):
        """Waits until the armed shim has killed the daemon."""
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            raise Failed(f"no C_Sign within {PATIENCE} s") from None
        self.gone(signal.SIGKILL)

    def gone(self, by):
        self.up.clear()
        self.process.wait(PATIENCE)
        if self.process.returncode != -by:
            raise Failed(f"the daemon ended with {self.process.returncode}, not by signal {by}")

    def finish(self):
        """Ends it in its own way."""
        self.stop()

    def stop(self):
        self.up.clear()
        self.process.send_signal(signal.SIGTERM)
        if self.process.wait(PATIENCE) != 0:
            raise Failed(f"the daemon stopped with {self.process.returncode}")
        (self.directory / "daemon.pid").unlink(missing_ok=True)
