"""The CA's people: one establishes the facts and proposes, another decides."""

import datetime

from client import Failed, say, step


def decide(specialist, officer, ra, order):
    case = claim(specialist, order)
    record(specialist, case)
    propose(specialist, case)
    second(officer, case)
    state = ra.get(f"/orders/{order['id']}").json
    say(f"the order is now: {state['status_code']}")


def claim(specialist, order):
    step("A validation specialist takes the case from the queue")
    waiting = specialist.get("/cases?queue=new&limit=200").json["items"]
    case = next((c for c in waiting if c["subject_data_id"] == order["subject_data_id"]), None)
    if case is None:
        raise Failed("the case is not in the queue")
    specialist.post(f"/cases/{case['id']}/claim", {})
    full = specialist.get(f"/cases/{case['id']}").json
    for check in full["checks"]:
        say(f"  {check['check']}: {check['state']}")
    return full


def record(specialist, case):
    step("The specialist records what each required check found, with its evidence")
    today = datetime.date.today().isoformat()
    for check in case["checks"]:
        if check["state"] == "REQUIRED":
            specialist.post(f"/cases/{case['id']}/checks/{check['check']}", {
                "outcome": "VERIFIED",
                "checked_on": today,
                "note": "demo: register extract read by a person",
            })


def propose(specialist, case):
    step("The specialist proposes to approve and signs the proposal with the key of the certificate")
    answer = word(specialist, case, "propose", "proposal")
    say(f"case: {answer['state']}")


def second(officer, case):
    step("A second person, the officer, looks at the same evidence, decides and signs")
    answer = word(officer, case, "decide", "decision")
    say(f"case: {answer['state']}")


def word(person, case, kind, path):
    now = person.get(f"/cases/{case['id']}").json
    digest = now["case_digest"]
    text = f"chancery-decision/v1\n{case['id']}\n{kind}\napprove\n{digest}\n"
    body = {
        "outcome": "approve",
        "case_digest": digest,
        "signature": {"alg": "ES256", "value": person.sign(text)},
    }
    return person.post(f"/cases/{case['id']}/{path}", body).json
