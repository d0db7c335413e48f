"""The clock is wrong: between two starts, and under a daemon that is at work."""

import calendar
import collections
import json
import queue
import threading
import time

from cryptography import x509

import judge
from api import LOST, Failed
from judge import must

LIBRARY = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"
AHEAD = 3600
HOUR = 3600
CLIENTS = 16
# Ahead of what `goes_back` has left in the log.
BASE = 2 * HOUR
# Orders between two steps of the clock: each finds many acts under way.
BATCH = 64


def goes_back(scene):
    """Behind the newest audit entry nothing is issued. A serial that the past has left open is
    settled and reaches relying parties all the same: revoking never stops."""
    one, late, other = scene.order(), scene.order(), scene.order()
    scene.daemon.stop()
    start(scene, AHEAD)
    scene.until("not ready", scene.daemon.is_ready)
    # A list that is dated ahead.
    scene.daemon.shim.arm("f")
    scene.activate(one, 20).expect(201)
    scene.issued(one)
    before = list_with(scene, scene.serials(one)[0][0])
    # A serial that only the next start can settle.
    scene.daemon.shim.arm("k")
    try:
        scene.activate(late, 20)
        must(False, "the shim has not killed the daemon")
    except LOST:
        scene.daemon.killed_by_shim()

    start(scene, 0)
    scene.until("not behind", lambda: answers(scene) and scene.unready() == ["clock"])
    (serial, *_), = scene.serials(late)
    settled = [(serial, "abandoned", "boot-died")]
    scene.until("the open serial is not settled", lambda: scene.serials(late) == settled)
    after = list_with(scene, serial)
    must(number(after) > number(before), "the CRL's number has not grown")
    must(after.last_update_utc >= before.last_update_utc, "thisUpdate has gone back")
    must(after.next_update_utc >= before.next_update_utc, "nextUpdate has gone back")
    scene.refused(other, "issuance-suspended")
    scene.pending(late)
    must(scene.serials(late) == settled, "a serial was drawn by a clock that is behind")

    # The time has come again.
    scene.daemon.stop()
    start(scene, AHEAD + 600)
    scene.until("not ready", scene.daemon.is_ready)
    scene.issued(other)
    scene.issued(late)


def steps_under_load(scene):
    """Sixteen clients are activating when the clock goes three hours on, when it goes one back, and
    when it is where it was; then the time comes again, half a day later. Ahead all goes on; behind
    the newest entry each fresh act is refused, what was intended ends, and revoking works; at last
    everybody has a certificate, by a look at CAA that has not lapsed."""
    scene.daemon.stop()
    clock = Wall(scene)
    clock.to(BASE)
    scene.api.close()
    scene.daemon.environment = clock.environment
    scene.daemon.start()
    scene.until("not ready", scene.daemon.is_ready)
    issuer, refused = judge.issuer_of(scene.env), scene.order()
    revoked = [scene.order() for _ in range(2)]
    for one in revoked:
        scene.issued(one)
    load = Load(scene, CLIENTS)
    load.start()
    try:
        load.begin(BATCH)
        load.has_certificates(CLIENTS)
        clock.to(BASE + 3 * HOUR)
        load.has_certificates(BATCH)
        must(newest(scene) > time.time() + BASE + 2 * HOUR, "no entry is dated by the clock that is ahead")
        sound(scene, issuer)
        looks = caa_looks(scene)

        load.begin(BATCH)
        load.has_certificates(BATCH + CLIENTS)
        for ahead, one in zip((BASE + 2 * HOUR, BASE), revoked):
            clock.to(ahead)
            load.all_refused("issuance-suspended")
            before = acts(scene)
            scene.refused(refused, "issuance-suspended")
            must(scene.unready() == ["clock"], f"{scene.unready()}")
            revoke(scene, one)
            must(acts(scene) == before, "a serial was drawn by a clock that is behind")
            sound(scene, issuer)

        clock.to(BASE + 12 * HOUR)
        load.has_certificates(2 * BATCH)
        scene.until("not ready again", scene.daemon.is_ready)
        must(caa_looks(scene) > looks, "a permission that has lapsed has served again")
        sound(scene, issuer)
    finally:
        load.stop()
    scene.issued(refused)
    print(f"    {load.told()}")


class Wall:
    """The wall clock of a daemon under way, so many seconds ahead of the host's."""

    def __init__(self, scene):
        self.file = scene.instance / "offset"
        self.environment = {
            "LD_PRELOAD": LIBRARY,
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def to(self, ahead):
        """Replaced whole: the daemon never reads half a number."""
        new = self.file.with_suffix(".new")
        new.write_text(f"+{ahead}")
        new.rename(self.file)


class Load:
    """Clients that activate one order after the other, each until it has its certificate."""

    def __init__(self, scene, number):
        self.scene, self.pool = scene, queue.SimpleQueue()
        self.lock, self.failure, self.certificates = threading.Condition(), None, 0
        # By client: when its last request went out, and what it was told.
        self.last, self.answers = {}, collections.Counter()
        self.threads = [threading.Thread(target=self.work, args=(n,), daemon=True) for n in range(number)]

    def start(self):
        for thread in self.threads:
            thread.start()

    def begin(self, number):
        """So many orders more."""
        for _ in range(number):
            self.pool.put(self.scene.order())

    def stop(self):
        for _ in self.threads:
            self.pool.put(None)

    def work(self, number):
        api = self.scene.make_api()
        try:
            while one := self.pool.get():
                self.insist(api, number, one)
        except Exception as failure:  # whoever waits raises it
            with self.lock:
                self.failure = failure
                self.lock.notify_all()
        finally:
            api.close()

    def insist(self, api, number, one):
        """201, 202 or 503 with its code and the time to come again: nothing else is an answer."""
        pause = threading.Event()
        while one.answer is None:
            began = time.monotonic()
            answer = self.scene.activate(one, 1, api)
            if answer.status not in (201, 202):
                self.scene.must_be_unavailable(answer)
            said = answer.code if answer.status == 503 else answer.status
            with self.lock:
                self.last[number] = (began, said)
                self.answers[said] += 1
                if answer.status == 201:
                    one.answer = answer
                    self.certificates += 1
                self.lock.notify_all()
            pause.wait(0 if answer.status == 201 else 0.05)

    def until(self, what, holds):
        end = time.monotonic() + 120
        with self.lock:
            while not holds():
                if self.failure:
                    raise self.failure
                must(time.monotonic() < end,
                     f"{what}: not within 120 s: {self.certificates} certificates, {self.told()}, {self.last}")
                self.lock.wait(1)

    def has_certificates(self, number):
        self.until(f"{number} certificates", lambda: self.certificates >= number)

    def all_refused(self, code):
        """Each client was told so, or that its act is under way, of a request made from now on."""
        since, told = time.monotonic(), (code, 202)
        self.until(f"{code} for all", lambda: all(
            began > since and said in told for began, said in self.last.values()))
        must(code in {said for _, said in self.last.values()}, f"nobody was told {code}")

    def told(self):
        return ", ".join(f"{times} × {said}" for said, times in sorted(self.answers.items(), key=str))


def sound(scene, issuer):
    """The oracle is content, time stands still in the log rather than going back, each abandoned
    serial is on the list, and nobody holds one."""
    judge.verify(scene.daemon, scene.env)
    times = [json.loads(leaf)["time"] for leaf, in scene.ask("SELECT leaf FROM audit_entry ORDER BY pos")]
    must(times == sorted(times), "the log's times go back")
    judge.between_kills(scene.env, scene.record, scene.daemon, scene.all, issuer)


def revoke(scene, one):
    """By its frontend, and on the list that relying parties fetch."""
    certificate = one.answer.json
    path = f"/certificates/{certificate['id']}/revocations"
    key = {"Idempotency-Key": f"{one.idempotency}-revoked"}
    scene.api.call("POST", path, {"reason": "superseded"}, key).expect(202)
    one.revoked = True
    list_with(scene, certificate["serial"])


def newest(scene):
    """The time of the newest entry, in seconds."""
    (leaf,), = scene.ask("SELECT leaf FROM audit_entry ORDER BY pos DESC LIMIT 1")
    return calendar.timegm(time.strptime(json.loads(leaf)["time"][:19], "%Y-%m-%dT%H:%M:%S")) 


def acts(scene):
    return scene.count("intent"), scene.count("activation")


def caa_looks(scene):
    return scene.ask("SELECT count(*) FROM caa_check WHERE domain = 'example.com'")[0][0]


def start(scene, ahead):
    """Starts the daemon with a wall clock that is so many seconds ahead of the host's."""
    scene.daemon.environment = {
        "LD_PRELOAD": LIBRARY,
        "FAKETIME": f"+{ahead}s",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    } if ahead else {}
    scene.api.close()
    scene.daemon.start()


def answers(scene):
    try:
        scene.unready()
    except LOST:
        return False
    return True


def list_with(scene, serial):
    """The CRL as soon as it has this serial."""
    found = []

    def there():
        listed = x509.load_der_x509_crl(scene.crl())
        if listed.get_revoked_certificate_by_serial_number(int(serial, 16)):
            found.append(listed)
        return found

    scene.until(f"{serial} is not on the CRL", there)
    return found[0]


def number(listed):
    return listed.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number
