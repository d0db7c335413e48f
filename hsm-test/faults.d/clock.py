"""The clock is wrong: it was an hour ahead, and is right again."""

from cryptography import x509

from api import LOST
from judge import must

LIBRARY = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1"
AHEAD = 3600


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
