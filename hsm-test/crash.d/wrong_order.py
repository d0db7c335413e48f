"""The same kills and the same judgement over a program that can sign before it has recorded, or
answer before it has committed: what finds nothing there would prove nothing of the daemon."""

import contextlib
import hashlib
import os
import sqlite3
import uuid

import judge
import trace_order
from api import Api, Failed
from clients import Clients
from daemon import Daemon
from kills import Kills

ORDERS = ["intent-first", "sign-first", "answer-first"]
KILLS = 12
WISHES_A_KILL = 200
PORT = 17443


class Program(Daemon):
    """`wrong_order.rs` as the daemon is: started, asked whether it is ready, killed."""

    def __init__(self, directory, order):
        env = {
            "METRICS_URL": f"http://127.0.0.1:{PORT}",
            "RA_URL": f"http://127.0.0.1:{PORT}",
            "DATABASE_URL": f"sqlite://{directory / order}.db",
        }
        super().__init__(directory, os.environ["WRONG_ORDER"], env)
        self.order = self.name = order
        self.shim.log = directory / f"{order}.shim.log"
        self.environment["SHIM_LOG"] = str(self.shim.log)

    def command(self):
        instance = self.directory
        return [
            self.binaries, "--order", self.order, "--listen", f"127.0.0.1:{PORT}",
            "--database", str(self.database), "--module", os.environ["CHANCERY_DEMO_MODULE"],
            "--token", "ISSUING-G1", "--key", "issuing-g1",
            "--pin-file", str(instance / "secrets/ISSUING-G1.pin"),
        ]

    def finish(self):
        self.kill()


class Wish:
    """An order as the clients know it: here any name will do."""

    def __init__(self):
        self.order, self.body, self.headers = str(uuid.uuid4()), b"{}", {}
        self.path = f"/orders/{self.order}/activation"
        self.answer = self.answered = None
        self.tries = 0


def must_be_found(instance, given):
    for order in ORDERS:
        swept, traced = sweep(instance, order, given), trace(instance, order, given)
        print(f"{order}: {len(swept)} violations by {KILLS} kills, "
              f"{len(traced)} in a trace of {given.clients} activations", flush=True)
        for how, found in (("sweep", swept), ("trace", traced)):
            if order == "intent-first" and found:
                raise Failed(f"the {how} finds violations in the right order: {found}")
            if order != "intent-first" and not found:
                raise Failed(f"the {how} does not find out {order}")


def sweep(instance, order, given):
    """Every violation that the kills have brought about, as text."""
    program = Program(instance, order)
    wishes = [Wish() for _ in range(WISHES_A_KILL * KILLS)]
    clients = Clients(given.clients, wishes, program, lambda: api_of(program))
    kills = Kills(KILLS, given.seed, program, clients)
    clients.start()
    kills.all()
    clients.no_more()
    clients.join(300)
    program.kill()
    intents, stored = read(program)
    states = {serial: state for serial, state, _ in intents}
    of_intent = {hashlib.sha256(tbs).hexdigest(): state for _, state, tbs in intents}
    return (judge.wrong_signatures(program.shim.lines(), of_intent, set(), None)
            + judge.wrong_holders(judge.held_by(wishes), stored, states))


def trace(instance, order, given):
    """Every violation that the order of the system calls shows, as text."""
    program = Program(instance, order)
    wishes = [Wish() for _ in range(given.clients)]

    def warm(api, _):
        # Any answer will do: the connection is open.
        api.send("GET", "/nothing")

    log, ports = trace_order.at_once(program, lambda: api_of(program), wishes, warm)
    intents, stored = read(program)
    tbs_of = {serial: tbs for serial, _, tbs in intents}
    acts = []
    for one in wishes:
        tbs = tbs_of[one.answer.json["serial"]]
        # It may have been answered and never stored.
        _, der = stored.get(one.order, (None, None))
        acts.append(trace_order.Act(hashlib.sha256(tbs).digest(), der, ports[one.order]))
    return log.violations(acts)


def api_of(program):
    return Api(program.env, "", Nothing())


def read(program):
    """Its intents (serial, state, TBS), and by order what is stored (serial, DER)."""
    with contextlib.closing(sqlite3.connect(program.database)) as database:
        intents = database.execute("SELECT serial, state, tbs FROM intent").fetchall()
        rows = database.execute("SELECT order_id, serial, der FROM certificate").fetchall()
    return intents, {order: (serial, der) for order, serial, der in rows}


class Nothing:
    """Keeps no record: there are no secrets here."""

    def add(self, *_):
        pass
