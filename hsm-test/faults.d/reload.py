"""The configuration is read again and again while certificates are made."""

import signal
import threading

from cryptography import x509
from judge import must

# How far notBefore lies before the issuance, in seconds; never before that of the CA, which is young here.
FULL, NARROW, BETWEEN = "backdate_seconds = 300", "backdate_seconds = 0", 10
# More than the rules allow: it would stop a start.
LONGEST, WIDE = "max_validity_days = 730", "max_validity_days = 9999"
NAME, OTHER = "365 days - issue", "one year - issue"


def between_intent_and_signature(scene):
    """A certificate whose intent is recorded is finished by the profile that the intent pinned."""
    pinned, after = scene.order(), scene.order()
    hung = hangs(scene)
    scene.daemon.shim.arm("h")
    waiting = threading.Thread(target=scene.at_once, args=([pinned], scene.issued_by))
    waiting.start()
    scene.until("no C_Sign hangs", lambda: hangs(scene) > hung)
    reload(scene, NARROW)
    scene.daemon.shim.disarm()
    waiting.join()
    scene.issued(after)
    must(len(scene.serials(pinned)) == 1, f"{scene.serials(pinned)}")
    must(by_full(scene, pinned), "a certificate is not by the profile that its intent pinned")
    must(not by_full(scene, after), "a reload was not taken over")
    reload(scene, FULL)


def storms(scene):
    """64 activations while profile and products change every few milliseconds, and one change in
    three is refused: each certificate is by the profile whose digest stands in its intent."""
    batch = [scene.order() for _ in range(64)]
    over, rounds = threading.Event(), []
    storm = threading.Thread(target=blow, args=(scene, over, rounds))
    before = taken_over(scene)
    storm.start()
    scene.at_once(batch, scene.issued_by, threads=16)
    over.set()
    storm.join()
    taken = taken_over(scene) - before
    reload(scene, FULL)
    usage = {}
    for one in batch:
        serial, *_ = scene.serials(one)[-1]
        (profile,), = scene.ask("SELECT profile_sha256 FROM intent WHERE serial = ?", serial)
        usage.setdefault(profile, []).append(by_full(scene, one))
    print(f"    {len(rounds)} signals, {taken} configurations taken over, certificates by profile: "
          f"{sorted(len(found) for found in usage.values())}")
    must(all(len(set(found)) == 1 for found in usage.values()), "two contents by one profile")
    must(len(usage) == 2 and {True, False} == {found[0] for found in usage.values()},
         "the certificates are not by the two profiles that the rules allow")


def blow(scene, over, rounds):
    pause = threading.Event()
    while not over.is_set():
        write(scene, (FULL, NARROW, WIDE)[len(rounds) % 3])
        scene.daemon.process.send_signal(signal.SIGHUP)
        rounds.append(None)
        pause.wait(0.02)


def reload(scene, usage):
    """One change that must be taken over."""
    write(scene, usage)
    taken = taken_over(scene)
    scene.daemon.process.send_signal(signal.SIGHUP)
    scene.until("not reloaded", lambda: taken_over(scene) > taken)


def write(scene, line):
    """The profile with this line, and products that differ with it."""
    shipped = scene.instance / "shipped"
    profile = (shipped / "profiles/org-multipurpose.toml").read_text()
    products = (shipped / "products.toml").read_text()
    for text, part in ((profile, FULL), (profile, LONGEST), (products, NAME)):
        must(part in text, f"the shipped configuration has no {part}")
    profile = profile.replace(LONGEST, WIDE) if line == WIDE else profile.replace(FULL, line)
    replace(scene, "profiles/org-multipurpose.toml", profile)
    replace(scene, "products.toml", products if line == FULL else products.replace(NAME, OTHER))


def replace(scene, name, text):
    new = scene.instance / "new.toml"
    new.write_text(text)
    new.rename(scene.instance / "config" / name)


def taken_over(scene):
    return (scene.instance / "daemon.log").read_text().count("the configuration was read again")


def hangs(scene):
    return sum(event == "hang" for _, event, _ in scene.daemon.shim.lines())


def by_full(scene, one):
    """Whether the shipped profile has made this certificate."""
    (recorded, not_before), = scene.ask(
        """SELECT intent.recorded_at, certificate.not_before FROM certificate
           JOIN intent USING (issuer, serial) WHERE certificate.order_id = ?""", one.order)
    certificate = x509.load_pem_x509_certificate(one.answer.json["pem"].encode())
    must(certificate.not_valid_before_utc.timestamp() * 1000 == not_before, f"{one.order}: notBefore")
    return recorded - not_before > BETWEEN * 1000
