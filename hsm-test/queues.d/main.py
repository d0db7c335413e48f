"""What pages and claims cost the daemon with few rows and with many."""

import os
import pathlib
import secrets
import shutil
import signal
import statistics
import subprocess
import sys
import threading
import time
import urllib.request

from api import Api, Failed, Record, environment
from rows import BEHIND, fill

MOST = 1.3
SIZES = {"few": (1_000, 1_000), "many": (100_000, 1_000_000)}
# Each size is measured so often, in turn: what else the machine does befalls both.
ROUNDS = 3
WARM, CALLS = 20, 300


class Daemon:
    """The release daemon on one of the databases."""

    def __init__(self, instance, binaries, env, size):
        shutil.copy(instance / f"{size}.db", instance / "chancery.db")
        for rest in ("-wal", "-shm"):
            (instance / f"chancery.db{rest}").unlink(missing_ok=True)
        command = [binaries / "chanceryd", "serve", "--config", env["CONFIG"]]
        with open(instance / "daemon.log", "ab") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        pause = threading.Event()
        for _ in range(1200):
            if self.process.poll() is not None:
                break
            try:
                urllib.request.urlopen(f"{env['METRICS_URL']}/readyz", timeout=5)
                return
            except OSError:
                pause.wait(0.1)
        raise Failed(f"the daemon did not become ready: {instance}/daemon.log")

    def spent(self):
        """CPU seconds, of all threads that run."""
        tasks = pathlib.Path(f"/proc/{self.process.pid}/task").glob("*/schedstat")
        return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=90)


def main(instance, binaries):
    env = environment(instance / "env")
    record = Record(os.devnull)
    waiting = a_case_that_waits(env, record)
    subprocess.run([pathlib.Path(__file__).parents[1] / "demo.d/down"], check=True,
                   stdout=subprocess.DEVNULL)
    for size, (cases, events) in SIZES.items():
        shutil.copy(instance / "chancery.db", instance / f"{size}.db")
        fill(instance / f"{size}.db", waiting, cases, events)
        print(f"{size}: {cases} cases that wait, as many decided, {events} events", flush=True)
    figures = {size: {} for size in SIZES}
    for _ in range(ROUNDS):
        for size in SIZES:
            daemon = Daemon(instance, binaries, env, size)
            try:
                measure(daemon, env, record, size, figures[size])
            finally:
                daemon.stop()
    return judged(figures)


class Customer:
    """A frontend that hands data over."""

    def __init__(self, env, record):
        self.api = Api(env, "CUSTOMER", record, "demo-customer")
        products = self.api.call("GET", "/products").expect(200).json["items"]
        self.statements = [
            {"id": one["id"], "version": one["version"], "accepted_at": "2026-01-01T00:00:00Z"}
            for one in products[0]["statements"] if one["step"] == "data"]

    def draft(self):
        return self.post("/subject-data", {
            "organization": "Przykład Sp. z o.o.", "country": "PL",
            "state_or_province": "mazowieckie", "locality": "Warszawa",
            "verification": {"method": "registration_number", "registration_type": "KRS",
                             "registration_number": "12345678"},
        })["id"]

    def submit(self, data):
        """Makes a case of a draft."""
        return self.post(f"/subject-data/{data}/submit", {"statements": self.statements})

    def post(self, path, body):
        key = {"Idempotency-Key": secrets.token_hex(16)}
        return self.api.call("POST", path, body, key).expect(200, 201).json


def a_case_that_waits(env, record):
    customer = Customer(env, record)
    return customer.submit(customer.draft())["case"]["id"]


def measure(daemon, env, record, size, figures):
    """Adds what a call of each kind costs: milliseconds of CPU and of waiting."""
    specialist, auditor = Api(env, "SPECIALIST", record), Api(env, "AUDITOR", record)
    customer = Customer(env, record)
    middle = f"{BEHIND + SIZES[size][1] // 2:016}"
    first = specialist.call("GET", "/cases?queue=new&limit=200").expect(200).json
    later = specialist.call("GET", f"/cases?queue=new&limit=200&cursor={first['next']}").expect(200).json
    ids = iter([case["id"] for case in first["items"] + later["items"]])
    drafts = iter([customer.draft() for _ in range(WARM + CALLS)])

    def get(api, path):
        return lambda: api.call("GET", path).expect(200)

    kinds = {
        "queue, first page": get(specialist, "/cases?queue=new&limit=50"),
        "queue, a later page": get(specialist, f"/cases?queue=new&limit=50&cursor={first['next']}"),
        "queue of a state": get(specialist, "/cases?state=queued&limit=50"),
        "queue of a country": get(specialist, "/cases?country=PL&limit=50"),
        "queue of overdue ones": get(specialist, "/cases?queue=overdue&limit=50"),
        "claim": lambda: specialist.call("POST", f"/cases/{next(ids)}/claim").expect(200),
        "submission": lambda: customer.submit(next(drafts)),
        "feed of an owner": get(customer.api, f"/events?after={middle}&limit=50"),
        "feed of all": get(auditor, f"/events?after={middle}&limit=50"),
    }
    for kind, call in kinds.items():
        # The daemon ends connections that are idle for long.
        for api in (specialist, customer.api, auditor):
            api.close()
        for _ in range(WARM):
            call()
        before, times = daemon.spent(), []
        for _ in range(CALLS):
            began = time.monotonic()
            call()
            times.append(time.monotonic() - began)
        cost = (daemon.spent() - before) / CALLS * 1000
        figures.setdefault(kind, []).append((cost, statistics.median(times) * 1000))
    costs = ", ".join(f"{kind} {all_of_it[-1][0]:.3f}" for kind, all_of_it in figures.items())
    print(f"{size}, CPU ms a call: {costs}", flush=True)


def judged(figures):
    """Prints the least of the rounds for each kind; 1 when a ratio is too high."""
    print(f"{'':24}{'CPU ms a call':>22}{'':8}{'median ms':>20}")
    print(f"{'':24}{'few':>8}{'many':>8}{'ratio':>8}{'few':>12}{'many':>8}{'ratio':>8}")
    worst = 0.0
    for kind in figures["few"]:
        cells = []
        for column in (0, 1):
            few, many = (min(one[column] for one in figures[size][kind]) for size in SIZES)
            cells.append((few, many, many / few))
        (cpu_few, cpu_many, cpu), (few, many, ratio) = cells
        worst = max(worst, cpu)
        print(f"{kind:24}{cpu_few:8.3f}{cpu_many:8.3f}{cpu:8.2f}{few:12.3f}{many:8.3f}{ratio:8.2f}")
    print(f"worst ratio of CPU: {worst:.2f} (at most {MOST})")
    return int(worst > MOST)


if __name__ == "__main__":
    try:
        sys.exit(main(pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])))
    except Failed as failure:
        sys.exit(f"queues: {failure}")
