"""The disk is full, or fails a sync: nothing is answered that is not stored, and what was refused
for a while gets its certificate."""

import contextlib
import pathlib
import re
import shutil
import subprocess

import steps
from api import LOST
from judge import must

MIB = 1 << 20


def is_full_for_a_while(scene):
    """ENOSPC at every write of the log beyond the first few, in the midst of 16 activations: 503
    or 202 meanwhile, and no restart is needed."""
    for few in (0, 30, 120):
        batch = [scene.order() for _ in range(16)]
        with faulty(scene, "pwrite64", f"error=ENOSPC:when={few + 1}+"):
            asked_once(scene, batch)
            before = held(scene)
            asked_once(scene, batch)
            must(few or held(scene) == before, "a certificate on a full disk")
        issued_at_once(scene, batch)


def fails_some_syncs(scene):
    """EIO at every so manieth sync, be it that of an intent, of a result or of something else: the
    daemon brings the log home anew, and says what is there."""
    for number in (2, 3, 5):
        batch = [scene.order() for _ in range(16)]
        with faulty(scene, steps.SYNC, f"error=EIO:when={number}+{number}"):
            asked_once(scene, batch)
            asked_once(scene, batch)
        issued_at_once(scene, batch)


def fails_every_sync(scene):
    """No certificate leaves the daemon; the next start gives each order its one."""
    batch = [scene.order() for _ in range(16)]
    with faulty(scene, steps.SYNC, "error=EIO"):
        asked_once(scene, batch)
        must(not any(one.answer for one in batch), "a certificate that was not synced")
        scene.until("ready without a disk", lambda: not scene.daemon.is_ready())
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
    print(f"    {small}: {shutil.disk_usage(small).free} bytes free, {len(refused)} acts refused")
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


@contextlib.contextmanager
def faulty(scene, calls, injection):
    """As long as this lasts, these calls on the log fail so. The daemon has met it at the end."""
    log = scene.daemon.database.with_name(scene.daemon.database.name + "-wal")
    trace = scene.instance / "disk.log"
    trace.unlink(missing_ok=True)
    command = steps.traced(trace, calls, injection, log)
    strace = subprocess.Popen([*command, "-p", str(scene.daemon.process.pid)])
    try:
        scene.until("not traced", lambda: tracers(scene) == {strace.pid})
        yield
        must("INJECTED" in trace.read_text("utf-8", "replace"), "no call has failed")
    finally:
        strace.terminate()
        strace.wait()


def tracers(scene):
    """Who traces the daemon's threads, 0 for nobody."""
    tasks = pathlib.Path(f"/proc/{scene.daemon.process.pid}/task").glob("*/status")
    return {int(re.search(r"TracerPid:\s+(\d+)", task.read_text()).group(1)) for task in tasks}


def restart(scene):
    scene.api.close()
    scene.daemon.start()
    scene.daemon.wait_until_ready()


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
