"""What clients get when the HSM, the disk, the clock or they themselves are wrong: see `hsm-test/faults --help`."""

import json
import os
import pathlib
import sys
import time

sys.dont_write_bytecode = True
import clock
import disk
import hsm
import judge
import reload
import requests
from api import Failed, Record, environment
from clients import api_maker
from daemon import Daemon
from orders import Workshop
from scene import Scene

INSTANCE = pathlib.Path(os.environ["CHANCERY_DEMO_DIR"])
ORDERS = 400
# In this order: the last two leave a clock that is ahead.
SCENES = [
    hsm.flips_one_bit,
    hsm.flips_every_signature,
    hsm.does_not_answer,
    hsm.is_gone,
    hsm.signs_with_another_key,
    requests.come_sixty_four_times,
    requests.come_under_sixty_four_keys,
    requests.are_not_waited_for,
    reload.between_intent_and_signature,
    reload.storms,
    disk.is_full_for_a_while,
    disk.fails_some_syncs,
    disk.fails_every_sync,
    disk.is_really_full,
    clock.goes_back,
    clock.steps_under_load,
]


def main():
    env = environment(INSTANCE / "env")
    record = Record(INSTANCE / "answers.bin")
    summary = json.loads((INSTANCE / "walks/1/summary.json").read_text())
    daemon = Daemon(INSTANCE, os.environ["CHANCERY_DEMO_BIN"], env)
    try:
        daemon.start()
        daemon.wait_until_ready()
        ready = Workshop(env, summary, record, INSTANCE / "clients.pem").make(ORDERS)
        make_api = api_maker(env, record, summary["customer"])
        scene = Scene(INSTANCE, env, record, daemon, make_api, ready)
        for play in SCENES:
            began = time.monotonic()
            play(scene)
            # The oracle is asked after each, whatever goes on in the daemon.
            judge.verify(daemon, env)
            print(f"{play.__module__} {play.__name__.replace('_', ' ')}: "
                  f"as it must be ({time.monotonic() - began:.1f} s)", flush=True)
        scene.rest()
        counts, _ = judge.everything(env, record, daemon, ready, make_api, INSTANCE)
        daemon.stop()
    except Failed as failure:
        print(f"\nfaults: {failure}\n      everything is in {INSTANCE}", file=sys.stderr)
        sys.exit(1)
    finally:
        daemon.shim.disarm()
        if daemon.process.poll() is None:
            daemon.process.kill()
    for name, value in counts.items():
        print(f"{name:52} {value}")


if __name__ == "__main__":
    main()
