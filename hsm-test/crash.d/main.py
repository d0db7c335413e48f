"""Kills the daemon under load and counts what became of everything: see `hsm-test/crash --help`."""

import argparse
import collections
import contextlib
import json
import os
import pathlib
import secrets
import sys
import time

sys.dont_write_bytecode = True
import fates
import judge
import trace_order
import wrong_order
from api import Failed, Record, environment
from clients import Clients, api_maker
from daemon import Daemon
from kills import AT_ONCE, LOAD, ORDERS_A_KILL, Kills
from orders import Workshop
from travellers import Travellers

INSTANCE = pathlib.Path(os.environ["CHANCERY_DEMO_DIR"])
# The oracle, the CRL and what clients hold are asked after so many kills each.
EVERY = 10
# Clients beside the others that take whole orders from nothing to a certificate.
TRAVELLERS = 4


def main():
    arguments = argparse.ArgumentParser(prog="hsm-test/crash")
    arguments.add_argument("--kills", type=int, default=100)
    arguments.add_argument("--seed", type=int, default=secrets.randbelow(1 << 32))
    arguments.add_argument("--clients", type=int, default=24)
    given = arguments.parse_args()
    try:
        run(given)
        wrong_order.must_be_found(INSTANCE, given)
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
    daemon.start()
    daemon.wait_until_ready()
    wanted = 1 + 2 * given.clients + ORDERS_A_KILL * given.kills
    workshop = Workshop(env, summary, record, INSTANCE / "clients.pem")
    ready = workshop.make(wanted)
    daemon.stop()
    print(f"{len(ready)} orders are ready for activation ({time.monotonic() - began:.0f} s)", flush=True)
    make_api = api_maker(env, record, summary["customer"])
    for traced in (ready[:1], ready[1:1 + given.clients]):
        number = trace_order.of_daemon(daemon, env, make_api, traced)
        print(f"{number} at once, traced: intent synced < C_Sign < result synced < answer", flush=True)
    waiting = ready[1 + given.clients:]
    clients = Clients(given.clients, waiting, daemon, make_api)
    check = Check(env, record, daemon, ready)
    kills = Kills(given.kills, given.seed, daemon, clients, EVERY, check.all)
    travellers = Travellers(TRAVELLERS, workshop, clients)
    clients.start()
    travellers.start()
    dying = time.monotonic()
    kills.all()
    dying = time.monotonic() - dying
    arrived = travellers.finish(300)
    clients.join(300)
    ready += arrived
    print(f"{len(kills.done)} kills in {dying:.0f} s, all {len(ready)} clients have a certificate "
          f"({time.monotonic() - began:.0f} s)", flush=True)
    counts, intents = judge.everything(env, record, daemon, ready, make_api, INSTANCE)
    with contextlib.closing(judge.open_database(env)) as database:
        settled = fates.settled_intents(database)
    met = fates.of_each(kills.done, daemon, INSTANCE, intents, ready, settled)
    fates.write_down(INSTANCE / "kills", kills.done, met)
    daemon.stop()
    counts["orders taken the whole way meanwhile"] = len(arrived)
    counts["the oracle, the CRL and the clients were asked, times"] = check.times + 1
    report(given, kills, met, counts, clients, daemon, began)


class Check:
    """What is asked between kills."""

    def __init__(self, env, record, daemon, ready):
        self.env, self.record, self.daemon, self.ready = env, record, daemon, ready
        self.issuer = judge.issuer_of(env)
        self.times = 0

    def all(self):
        """First of what the death has left, then of what the restart has made of it."""
        judge.verify(self.daemon, self.env)
        self.daemon.start()
        self.daemon.wait("not ready", self.daemon.is_ready)
        judge.between_kills(self.env, self.record, self.daemon, self.ready, self.issuer)
        judge.verify(self.daemon, self.env)
        self.daemon.kill()
        self.times += 1


def report(given, kills, met, counts, clients, daemon, began):
    states = (fates.RECORDED, fates.SIGNED, fates.RESULT)
    print(f"\n{'died at':46}{'kills':>7}{'(1)':>7}{'(2)':>7}{'(3)':>7}")
    total = collections.Counter()
    for place, row in sorted(fates.table(kills.done, met).items()):
        print(f"{place:46}{row['kills']:7}" + "".join(f"{row[state]:7}" for state in states))
        total.update(row)
    print(f"{'all':46}{total['kills']:7}" + "".join(f"{total[state]:7}" for state in states))
    for number, state in enumerate(states, 1):
        print(f"({number}) with at least one activation at: {state}")
    loaded = [kill.lost for kill in kills.done if kill.ready]
    lines = {
        "kills": len(kills.done),
        "  between a C_Sign and its result's commit": total[fates.SIGNED],
        f"  with {AT_ONCE} or more requests unanswered": sum(lost >= AT_ONCE for lost in loaded),
        "violations": 0,  # the first would have ended the run
        **counts,
        "activations under way at a kill, at least": min(kill.in_flight for kill in kills.done),
        "answers to the clients": ", ".join(f"{n} × {s}" for s, n in clients.answers.items()),
        "start to ready, seconds": f"{sorted(daemon.starts)[len(daemon.starts) // 2]:.2f} (median), "
                                   f"{max(daemon.starts):.2f} (longest)",
        "seconds in all": f"{time.monotonic() - began:.0f}",
    }
    print()
    for name, value in lines.items():
        print(f"{name:56} {value}")
    needed = given.kills // 10
    if total[fates.SIGNED] < needed:
        raise Failed(f"{total[fates.SIGNED]} kills between C_Sign and commit, {needed} are needed")
    if kills.missed > given.kills // 10:
        raise Failed(f"{kills.missed} steps were not reached; they were kills of the kind {LOAD}")


if __name__ == "__main__":
    main()
