"""Kills the daemon under load and counts what became of everything: see `hsm-test/crash --help`."""

import argparse
import collections
import json
import os
import pathlib
import random
import secrets
import sys
import threading
import time

sys.dont_write_bytecode = True
import judge
from api import Failed, Record, environment
from clients import Clients, api_maker
from daemon import Daemon, Shim
from orders import Workshop

INSTANCE = pathlib.Path(os.environ["CHANCERY_DEMO_DIR"])
# Activations that must be under way at each kill.
AT_ONCE = 16
# Orders made for each kill: what is issued between two kills, with room.
ORDERS_A_KILL = 16


def main():
    arguments = argparse.ArgumentParser(prog="hsm-test/crash")
    arguments.add_argument("--kills", type=int, default=100)
    arguments.add_argument("--seed", type=int, default=secrets.randbelow(1 << 32))
    arguments.add_argument("--clients", type=int, default=24)
    given = arguments.parse_args()
    try:
        run(given)
    except Failed as failure:
        print(f"\ncrash: {failure}\n      seed {given.seed}; everything is in {INSTANCE}",
              file=sys.stderr)
        sys.exit(1)


def run(given):
    began = time.monotonic()
    print(f"seed {given.seed}")
    env = environment(INSTANCE / "env")
    record = Record(INSTANCE / "answers.bin")
    summary = json.loads((INSTANCE / "walks/1/summary.json").read_text())
    daemon = Daemon(INSTANCE, os.environ["CHANCERY_DEMO_BIN"], env)
    take_over(daemon)
    wanted = given.clients + ORDERS_A_KILL * given.kills
    ready = Workshop(env, summary, record, INSTANCE / "clients.pem").make(wanted)
    print(f"{len(ready)} orders are ready for activation ({time.monotonic() - began:.0f} s)", flush=True)
    make_api = api_maker(env, record, summary["customer"])
    clients = Clients(given.clients, ready, daemon, make_api)
    kills = Kills(given, daemon, clients)
    clients.start()
    kills.all()
    clients.join(300)
    print(f"{kills.done.total()} kills, all {len(ready)} clients have a certificate "
          f"({time.monotonic() - began:.0f} s)", flush=True)
    counts = judge.everything(env, record, daemon, ready, make_api, INSTANCE)
    daemon.stop()
    report(given, kills, counts, clients, daemon, began)


def take_over(daemon):
    """The instance's daemon was started by the demo's script; from here on it is our child."""
    daemon.start()
    daemon.wait_until_ready()


class Kills:
    """When the daemon dies, by a seeded plan."""

    def __init__(self, given, daemon, clients):
        self.daemon, self.clients = daemon, clients
        self.random = random.Random(given.seed)
        # Some of the signatures the shim dies on are those of CRLs.
        shim, start = -(-given.kills * 2 // 5), given.kills // 8
        plan = ["shim"] * shim + ["start"] * start
        plan += ["load"] * (given.kills - len(plan))
        self.random.shuffle(plan)
        self.plan, self.done = plan, collections.Counter()
        self.fewest = None

    def all(self):
        for number, kind in enumerate(self.plan):
            self.one(kind, len(self.plan) - number)
            self.done[kind] += 1
            self.daemon.start()
        self.daemon.wait_until_ready()

    def one(self, kind, left):
        if kind == "start":
            self.daemon.wait_for_login()
            self.pause(0.2)
            self.daemon.kill()
            return
        if not self.daemon.up.is_set():
            self.daemon.wait_until_ready()
        # So many certificates first that the orders last to the end, with some issued meanwhile.
        some = max(0, min(16, 2 * (self.clients.left() // left - 6)))
        self.clients.wait_for(self.clients.certificates + self.random.randint(0, some), 5)
        if kind == "shim":
            self.count_in_flight()
            self.daemon.shim.arm()
            self.daemon.killed_by_shim()
        else:
            self.pause(0.02)
            self.count_in_flight()
            self.daemon.kill()

    def pause(self, longest):
        threading.Event().wait(self.random.uniform(0, longest))

    def count_in_flight(self):
        now = self.clients.in_flight
        self.fewest = now if self.fewest is None else min(self.fewest, now)
        if now < AT_ONCE:
            raise Failed(f"only {now} activations were under way at a kill")


def report(given, kills, counts, clients, daemon, began):
    between = counts["killed between C_Sign and commit"]
    lines = {
        "kills": kills.done.total(),
        "  at random moments under load": kills.done["load"],
        "  at random moments of the start": kills.done["start"],
        "  by the shim": kills.done["shim"],
        **counts,
        "activations under way at a kill, at least": kills.fewest,
        "answers to the clients": ", ".join(f"{n} × {s}" for s, n in clients.answers.items()),
        "start to ready, seconds": f"{sorted(daemon.starts)[len(daemon.starts) // 2]:.2f} (median), "
                                   f"{max(daemon.starts):.2f} (longest)",
        "seconds in all": f"{time.monotonic() - began:.0f}",
    }
    print()
    for name, value in lines.items():
        print(f"{name:52} {value}")
    needed = given.kills // 5
    if between < needed:
        raise Failed(f"{between} kills between C_Sign and commit, {needed} are needed")


if __name__ == "__main__":
    main()
