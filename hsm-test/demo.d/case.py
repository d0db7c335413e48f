"""The CA's people: one establishes the facts and proposes, another decides."""

import datetime

from client import Failed, say, step

IDENTIFIER = {"scheme": "KRS", "number": "0012345678"}


def decide(specialist, officer, ra, order):
    case = claim(specialist, order)
    record(specialist, case)
    step("The specialist proposes to approve, signed with the key of the personal certificate")
    proposed = word(specialist, case["id"], "propose", "proposal")
    say(f"the case is now: {proposed['state']}")
    step("The same person may not decide")
    refused = word(specialist, case["id"], "decide", "decision", expect=(403,))
    say(f"refused: {refused['code']}")
    step("A second person, the officer, sees the same evidence, decides and signs")
    decided = word(officer, case["id"], "decide", "decision")
    say(f"the case is now: {decided['state']}")
    state = ra.get(f"/orders/{order['id']}").json
    say(f"the order is now: {state['status_code']}")


def claim(specialist, order):
    step("A validation specialist takes the case from the queue")
    queue = specialist.get("/cases?state=queued&limit=200").json["items"]
    case = next((c for c in queue if c["subject_data_id"] == order["subject_data_id"]), None)
    if case is None:
        raise Failed("the case is not in the queue")
    specialist.post(f"/cases/{case['id']}/claim", None)
    full = specialist.get(f"/cases/{case['id']}").json
    for check in full["checks"]:
        say(f"  {check['check']}: {check['state']}")
    return full


def record(specialist, case):
    step("The specialist records what the register says, as evidence, facts and outcomes")
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    path = f"/cases/{case['id']}"
    evidence = specialist.post(f"{path}/evidence", {
        "kind": "register",
        "source": "Krajowy Rejestr Sądowy (KRS)",
        "description": "Extract read by a person; this is a demonstration",
        "content": f"{case['data']['organization']}, KRS 0012345678, Warszawa, mazowieckie: active.",
        "obtained_at": now,
    }).json["evidence"]
    say(f"evidence {evidence['id']} with SHA-256 {evidence['sha256'][:16]}…")
    current = specialist.get(path)
    facts = {
        "organization": case["data"]["organization"],
        "country": "PL",
        "state_or_province": case["data"]["state_or_province"],
        "locality": case["data"]["locality"],
        **IDENTIFIER,
    }
    current = specialist.put(f"{path}/facts", facts, match=current.etag)
    say(f"organizationIdentifier: {current.json['facts']['organization_identifier']}")
    for check in case["checks"]:
        if check["state"] != "REQUIRED":
            continue
        current = specialist.put(f"{path}/checks/{check['check']}", {
            "state": "VERIFIED",
            "checked_at": now,
            "evidence": [evidence["id"]],
            "note": "as in the extract",
        }, match=current.etag)


def word(person, case, kind, path, expect=(200,)):
    """A signed proposal or decision over the digest the person sees."""
    digest = person.get(f"/cases/{case}").json["case_digest"]
    text = f"chancery-decision/v1\n{case}\n{kind}\napprove\n{digest}\n"
    body = {
        "outcome": "approve",
        "case_digest": digest,
        "signature": {"alg": "ES256", "value": person.sign(text)},
    }
    return person.post(f"/cases/{case}/{path}", body, expect=expect).json
