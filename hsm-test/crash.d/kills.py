"""When and how the program dies: a seeded plan, carried out one kill after the other."""

import collections
import random
import shutil
import threading
import time

import steps
from api import Failed

# Activations that must be under way at each kill.
AT_ONCE = 16
# Orders made for each kill: what is issued between two kills, with room.
ORDERS_A_KILL = 20

SHIM = "C_Sign has returned"
LOG = "write-ahead log: each write and sync in turn"
SYNC = "write-ahead log: syncs only"
HOME = "the log is brought home at the start"
ANSWER = "answer to a client"
LOAD = "random moment under load"
START = "random moment of the start"

# Of a hundred kills. What a kind counts, and how far: the sweep goes through the numbers from 1.
SHARES = {SHIM: 28, LOG: 26, SYNC: 14, HOME: 4, ANSWER: 10, LOAD: 12, START: 6}
FARTHEST = {SHIM: 40, LOG: 900, SYNC: 24, HOME: 40, ANSWER: 40}


def planned(number, chance):
    """`number` pairs of a kind and the number of the call that does not return."""
    kinds = []
    for kind, share in SHARES.items():
        kinds += [kind] * max(1, number * share // 100)
    kinds = (kinds + [LOG] * number)[:number]
    plan = []
    for kind, many in collections.Counter(kinds).items():
        farthest = FARTHEST.get(kind)
        for place in range(many):
            # One number of each of `many` equal parts of the way.
            low = farthest and farthest * place // many + 1
            high = farthest and max(low, farthest * (place + 1) // many)
            plan.append((kind, farthest and chance.randint(low, high)))
    chance.shuffle(plan)
    return plan


class Kill:
    """What is known of one death."""

    def __init__(self, kind, number):
        self.kind, self.number = kind, number
        self.began = self.ended = None
        # What a traced program died at; whether it had become ready.
        self.step, self.ready = None, False
        # Clients that had no certificate; clients whose request was lost.
        self.in_flight, self.lost = 0, 0
        # Lines of the shim's log, first and after last.
        self.lines = (0, 0)


class Kills:
    """Carries the plan out on a program that does not run yet; it runs again when all is done."""

    def __init__(self, number, seed, daemon, clients, every=None, check=None):
        self.daemon, self.clients = daemon, clients
        self.random = random.Random(seed)
        self.plan = planned(number, self.random)
        self.every, self.check = every, check
        self.done, self.missed = [], 0
        self.trace = daemon.directory / "steps.log"
        self.tokens = daemon.directory / "tokens"
        self.kept = daemon.directory / "tokens.kept"
        shutil.rmtree(self.kept, ignore_errors=True)
        shutil.copytree(self.tokens, self.kept)

    def all(self):
        for place, (kind, number) in enumerate(self.plan):
            kill = Kill(kind, number)
            first = self.daemon.shim.count()
            self.arm(kill)
            kill.began = time.time()
            self.daemon.start()
            self.one(kill, len(self.plan) - place)
            kill.ended = time.time()
            kill.lines = (first, self.daemon.shim.count())
            if self.daemon.before and kill.kind != LOAD:
                kill.step = steps.where(self.trace)
            kill.lost = self.clients.lost_since()
            self.done.append(kill)
            if not kill.ready:
                # SoftHSM2 writes its token anew in C_Login; half a token is no HSM's doing.
                shutil.copytree(self.kept, self.tokens, dirs_exist_ok=True)
            if self.every and len(self.done) % self.every == 0:
                self.disarm()
                self.check()
        self.disarm()
        self.daemon.start()
        self.daemon.wait_until_ready()

    def disarm(self):
        self.trace.unlink(missing_ok=True)
        self.daemon.before = []
        self.daemon.environment.pop("SHIM_KILL_AT", None)

    def arm(self, kill):
        self.disarm()
        database, number = self.daemon.database, kill.number
        log = database.with_name(database.name + "-wal")
        if kill.kind == SHIM:
            self.daemon.environment["SHIM_KILL_AT"] = str(number)
        elif kill.kind in (LOG, SYNC):
            calls = steps.DURABLE if kill.kind == LOG else steps.SYNC
            self.daemon.before = steps.killed_at(calls, number, self.trace, log)
        elif kill.kind == HOME:
            self.daemon.before = steps.killed_at(steps.DURABLE, number, self.trace, database)
        elif kill.kind == ANSWER:
            self.daemon.before = steps.killed_at(steps.ANSWER, number, self.trace)

    def one(self, kill, left):
        if kill.kind == START:
            self.daemon.wait_for_login()
            self.pause(0.2)
            self.count_in_flight(kill)
            self.daemon.kill()
            return
        kill.ready = self.daemon.ready_or_dead()
        # So many certificates at most that the orders last to the end.
        enough = max(1, min(3 * ORDERS_A_KILL, 2 * (self.clients.left() // left - 8)))
        if kill.kind == LOAD:
            some = self.random.randint(0, enough // 3)
            self.clients.wait_for(self.clients.certificates + some, 5)
            self.pause(0.02)
        else:
            # It dies by itself; with too few orders left before it gets so far, by us.
            limit = self.clients.certificates + enough
            self.clients.wait_for(limit, 15, self.daemon.is_dead)
        self.count_in_flight(kill)
        if kill.kind != LOAD and self.daemon.is_dead():
            self.daemon.gone_by_kill()
        else:
            self.missed += kill.kind != LOAD
            kill.kind = LOAD
            self.daemon.kill()

    def pause(self, longest):
        threading.Event().wait(self.random.uniform(0, longest))

    def count_in_flight(self, kill):
        kill.in_flight = self.clients.in_flight
        if kill.in_flight < AT_ONCE:
            raise Failed(f"only {kill.in_flight} activations were under way at a kill")
