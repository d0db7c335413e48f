"""The disk is full, or fails a sync: nothing is answered that is not stored, and what was refused
for a while gets its certificate."""

import os
import pathlib
import shutil
import subprocess
import threading

import steps
from api import LOST
from judge import must, open_database

# Calls on the log that come before the first activation; the start makes fewer.
START = 90
MIB = 1 << 20


def is_full_for_a_while(scene):
    """ENOSPC at some writes of the log, in the midst of 16 activations: 503 or 202 meanwhile, and
    no restart is needed."""
    for first, last in ((START, START + 5), (START + 61, START + 61), (START + 150, START + 170)):
        batch = [scene.order() for _ in range(16)]
        begin(scene, f"pwrite64:error=ENOSPC:when={first}..{last}", "pwrite64")
        issued_at_once(scene, batch)
        must(failed(scene), f"no write {first} has failed")
        end(scene)


def fails_one_sync(scene):
    """EIO at one sync, which may have been that of an intent, of a result or of something else:
    the daemon brings the log home anew, and says what is there."""
    for number in range(8, 18, 2):
        batch = [scene.order() for _ in range(8)]
        begin(scene, f"fsync,fdatasync:error=EIO:when={number}", steps.SYNC)
        issued_at_once(scene, batch)
        must(failed(scene), f"no sync {number} has failed")
        end(scene)


def fails_every_sync(scene):
    """EIO at every sync from one on: no certificate leaves the daemon any more; the next start
    gives each order its one."""
    batch = [scene.order() for _ in range(8)]
    begin(scene, "fsync,fdatasync:error=EIO:when=10+", steps.SYNC)
    before = held(scene)
    asked_once(scene, batch)
    must(failed(scene), "no sync has failed")
    given = [one for one in batch if one.answer]
    must({one.order for one in given} <= held(scene) - before, "a certificate that is not stored")
    scene.daemon.kill()
    restart(scene)
    issued_at_once(scene, batch)


def is_really_full(scene):
    """A file system of its own without a free block: new acts are refused and leave nothing,
    reading goes on, and with room again all is well without a restart."""
    small = scene.instance / "small"
    small.mkdir()
    size = scene.daemon.database.stat().st_size + 24 * MIB
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(small)],
                             capture_output=True, text=True)
    if mounted.returncode != 0:
        print(f"SKIPPED: disk is really full: no file system of our own: {mounted.stderr.strip()}",
              flush=True)
        return
    try:
        really_full(scene, small)
    finally:
        if scene.daemon.process.poll() is None:
            scene.daemon.stop()
        home(scene, small)
        subprocess.run(["umount", str(small)], check=True)
    restart(scene)


def really_full(scene, small):
    scene.daemon.stop()
    config = pathlib.Path(scene.env["CONFIG"])
    place = scene.daemon.database
    for name in (place.name, f"{place.name}.lock"):
        shutil.copy2(place.with_name(name), small / name)
    text = config.read_text()
    config.write_text(text.replace(f"sqlite://{place}", f"sqlite://{small / place.name}"))
    move(scene, small / place.name)
    restart(scene)
    batch = [scene.order() for _ in range(8)]
    filler = small / "filler"
    with open(filler, "wb") as file:
        try:
            while True:
                file.write(bytes(64 * 1024))
                file.flush()
        except OSError:
            pass
    # What is there already may be written over: the log is used up first.
    asked_until_refused(scene, batch)
    refused = [one for one in batch if one.answer is None]
    must(refused, "nothing was refused on a full disk")
    before = len(held(scene))
    asked_once(scene, refused)
    must(len(held(scene)) == before, "a certificate on a full disk")
    scene.api.call("GET", refused[0].path.removesuffix("/activation")).expect(200)
    scene.crl()
    filler.unlink()
    issued_at_once(scene, refused)


def home(scene, small):
    """The database goes back to where it was."""
    place = scene.instance / scene.daemon.database.name
    config = pathlib.Path(scene.env["CONFIG"])
    for path in small.glob(f"{place.name}*"):
        shutil.copy2(path, scene.instance / path.name)
    config.write_text(config.read_text().replace(f"sqlite://{small / place.name}", f"sqlite://{place}"))
    move(scene, place)


def move(scene, place):
    scene.daemon.database = place
    scene.env["DATABASE_URL"] = f"sqlite://{place}"


def begin(scene, injection, calls):
    """The daemon starts anew, with this fault in calls on its log."""
    scene.daemon.stop()
    scene.api.close()
    log = scene.daemon.database.with_name(scene.daemon.database.name + "-wal")
    trace = trace_of(scene)
    trace.unlink(missing_ok=True)
    how = injection.split(":", 1)[1]
    scene.daemon.before = steps.traced(trace, calls, how, log)
    restart(scene)
    scene.daemon.before = []


def end(scene):
    scene.daemon.stop()
    restart(scene)


def restart(scene):
    scene.api.close()
    scene.daemon.start()
    scene.daemon.wait_until_ready()


def trace_of(scene):
    return scene.instance / "disk.log"


def failed(scene):
    return "INJECTED" in trace_of(scene).read_text("utf-8", "replace")


def held(scene):
    """Orders with a certificate in the database."""
    return {order for order, in scene.ask("SELECT order_id FROM certificate")}


def issued_at_once(scene, batch):
    """All at once, each repeated until it has its certificate."""
    scene.at_once(batch, scene.issued_by)


def asked_once(scene, batch):
    def ask(api, one):
        try:
            answer = scene.activate(one, 2, api)
        except LOST:
            return
        if answer.status == 201:
            one.answer = answer
        elif answer.status != 202:
            scene.must_be_unavailable(answer)
    scene.at_once(batch, ask)


def asked_until_refused(scene, batch):
    for one in batch:
        asked_once(scene, [one])
        if one.answer is None:
            return
