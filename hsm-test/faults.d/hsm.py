"""The HSM is wrong: its signatures, its answers, its presence."""

from judge import must


def flips_one_bit(scene):
    """I3: nothing is released; the serial is given up, and the client that waits gets the
    certificate of another one."""
    one = scene.order()
    scene.daemon.shim.arm("f")
    certificate = scene.activate(one, 20).expect(201).json
    must(scene.issued(one) == certificate, "a retry has another certificate")
    given_up, issued = scene.serials(one)
    must(given_up[1:] == ("abandoned", "signature-invalid"), f"{given_up}")
    must(issued == (certificate["serial"], "issued", None), f"{issued}")
    must(scene.api.call("GET", f"/certificates/{given_up[0]}").status == 404,
         "a certificate with a wrong signature can be fetched")
    must("error" in log_levels(scene, "serial abandoned"), "no error in the daemon's log")
    scene.issued(scene.order())


def flips_every_signature(scene):
    """The key is not asked again before it has proven itself: one serial is lost, not hundreds."""
    one, other = scene.order(), scene.order()
    scene.daemon.shim.arm("F")
    scene.pending(one)
    scene.until("not given up", lambda: given_up(scene, one))
    scene.refused(other, "hsm-unavailable")
    must(scene.unready() == ["key issuing-g1"], f"{scene.unready()}")
    # Each try of the supervisor's is a flipped self-test signature.
    flipped = len(flips(scene))
    scene.until("no self-test", lambda: len(flips(scene)) >= flipped + 2)
    scene.refused(other, "hsm-unavailable")
    must(len(scene.serials(one)) == 1, f"{scene.serials(one)}")
    scene.daemon.shim.disarm()
    scene.until("not ready again", scene.daemon.is_ready)
    scene.issued(other)
    scene.issued(one)
    must([cause for *_, cause in scene.serials(one)] == ["signature-invalid", None],
         f"{scene.serials(one)}")


def signs_with_another_key(scene):
    """A stale handle that names another key of the token: its signature does not verify under the
    issuer's key, and nothing is released, be it once or for as long as it lasts."""
    one, other, last = scene.order(), scene.order(), scene.order()
    scene.daemon.shim.arm("w")
    certificate = scene.activate(one, 20).expect(201).json
    must(scene.issued(one) == certificate, "a retry has another certificate")
    must([entry[1:] for entry in scene.serials(one)]
         == [("abandoned", "signature-invalid"), ("issued", None)], f"{scene.serials(one)}")
    scene.daemon.shim.arm("W")
    scene.pending(other)
    scene.until("not given up", lambda: given_up(scene, other))
    scene.refused(last, "hsm-unavailable")
    must(scene.unready() == ["key issuing-g1"], f"{scene.unready()}")
    scene.daemon.shim.disarm()
    scene.until("not ready again", scene.daemon.is_ready)
    scene.issued(last)
    scene.issued(other)


def does_not_answer(scene):
    """Nobody knows whether there is a signature: the serial is given up, and the signature that
    comes in the end is not used."""
    one, other = scene.order(), scene.order()
    scene.daemon.shim.arm("h")
    scene.pending(one)
    scene.until("not given up", lambda: given_up(scene, one))
    hung = scene.serials(one)
    must([entry[1:] for entry in hung] == [("abandoned", "hsm-answer-unknown")], f"{hung}")
    must(scene.unready() == ["key issuing-g1"], f"{scene.unready()}")
    scene.refused(other, "hsm-unavailable")
    # The client's retry waits for the same act.
    scene.pending(one)
    must(len(scene.serials(one)) == 1, "a retry has drawn a serial")
    scene.daemon.shim.disarm()
    scene.until("not ready again", scene.daemon.is_ready)
    certificate = scene.issued(one)
    must(certificate["serial"] != hung[0][0], "the late signature was used")
    must(len(scene.serials(one)) == 2, f"{scene.serials(one)}")
    scene.issued(other)


def is_gone(scene):
    """The token's files are away. An act that is under way asks again and again; new ones are
    refused before anything is stored; what needs no key goes on."""
    one, other = scene.order(), scene.order()
    tokens = scene.instance / "tokens"
    away = tokens.rename(scene.instance / "away")
    scene.pending(one)
    scene.until("ready without a token", lambda: not scene.daemon.is_ready())
    must(scene.unready() == ["key issuing-g1"], f"{scene.unready()}")
    scene.refused(other, "hsm-unavailable")
    scene.refused(other, "hsm-unavailable")
    scene.crl()
    scene.api.call("GET", other.path.removesuffix("/activation")).expect(200)
    away.rename(tokens)
    scene.until("not ready again", scene.daemon.is_ready)
    scene.issued(one)
    scene.issued(other)


def given_up(scene, one):
    """Whether the order's only serial is abandoned."""
    return [state for _, state, _ in scene.serials(one)] == ["abandoned"]


def flips(scene):
    return [event for _, event, _ in scene.daemon.shim.lines() if event == "flip"]


def log_levels(scene, message):
    """Levels of the daemon's log lines with this message."""
    lines = (scene.instance / "daemon.log").read_text().splitlines()
    return {line.split('"level":"')[1].split('"')[0].lower() for line in lines if message in line}
