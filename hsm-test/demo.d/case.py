"""The CA's people: one establishes the facts and proposes, another decides. Both work with the
command line, each with a key of their own."""

import datetime

from client import Failed, say, step, wait_for

def decide(specialist, officer, ra, order, identifier, source):
    """`identifier` is the organization's (scheme, number); `source` the document that shows it,
    or None where a register was asked."""
    case = claim(specialist, order)
    establish(specialist, case, identifier, source)
    step("The specialist proposes to approve, signed with the key of the personal certificate")
    proposed = specialist.case("propose", case["id"], "--outcome", "approve")
    say(f"the case is now: {proposed['state']}")
    step("A specialist may not decide")
    refused = specialist.case("decide", case["id"], "--outcome", "approve", expect=1)
    say(f"refused: {refused['code']}: {refused['message']['en']}")
    step("A second person, the officer, sees the same evidence, decides and signs")
    decided = officer.case("decide", case["id"], "--outcome", "approve")
    say(f"the case is now: {decided['state']}")
    state = ra.get(f"/orders/{order['id']}").json
    say(f"the order is now: {state['status_code']}")


def claim(specialist, order):
    step("A validation specialist takes the case from the queue")

    def mine():
        queue = specialist.case("list", "--queue", "new", "--limit", "200")["items"]
        found = next((c for c in queue if c["subject_data_id"] == order["subject_data_id"]), None)
        if found is None:
            raise Failed("the case is not in the queue")
        case = specialist.case("show", found["id"])
        return None if case["lookup"]["state"] == "auto_checking" else case

    case = wait_for("the registers' answers", mine)
    say(f"registers: {case['lookup']['message']['en']}")
    specialist.case("claim", case["id"])
    for check in case["checks"]:
        note = f" ({check['note']})" if check.get("note") else ""
        say(f"  {check['check']}: {check['state']}{note}")
    return case


def establish(specialist, case, identifier, source):
    """Facts, and an outcome with its evidence for every check that no register has answered."""
    step("The specialist establishes what is still open, each outcome with its evidence")
    data = case["data"]
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    read = f"{data['organization']}, {' '.join(identifier)}, {data['locality']}: active."
    asked = found(case) or evidence(
        specialist, case, "register", "extract of the register, read by a person",
        ["--register", "manual", "--content", specialist.out.note(read)], now)
    kept = {"register": asked}
    reached = ["--reached-at", "+49 89 555 01 00", "--person", "Erika Example", "--found-in", asked]
    says = {
        "representative_authority": ("contact", "telephone number of the register",
                                     "A member of the board confirms the order.", reached),
        "deny_list": ("note", "deny list of the CA", "Neither the name nor the number is on it.",
                      []),
    }
    for check in case["checks"]:
        if check["state"] != "REQUIRED":
            continue
        kind, where, words, more = says.get(check["check"], ("register", "", "", []))
        if source and kind == "register" and check["check"] != "identifier":
            kind, where = "document", "extract that the applicant sent"
            words, more = "", ["--document", source, "--issued-on", now[:10]]
        if kind not in kept:
            what = ["--content", specialist.out.note(words)] if words else []
            kept[kind] = evidence(specialist, case, kind, where, [*what, *more], now)
        specialist.case("check", case["id"], check["check"], "--state", "VERIFIED",
                        "--checked-at", now, "--evidence", kept[kind])
    scheme, number = identifier
    facts = specialist.case("facts", case["id"], "--organization", data["organization"],
                            "--country", data["country"], "--state-or-province",
                            data["state_or_province"], "--locality", data["locality"],
                            "--scheme", scheme, "--number", number)
    say(f"organizationIdentifier: {facts['facts']['organization_identifier']}")


def found(case):
    """The evidence of a register that answered the daemon."""
    return next((e["id"] for e in case["evidence"] if e.get("outcome") == "found"), None)


def evidence(specialist, case, kind, source, what, obtained):
    added = specialist.case("evidence add", case["id"], "--kind", kind, "--source", source,
                            *what, "--obtained-at", obtained)["evidence"]
    say(f"evidence {added['id']} ({kind}), SHA-256 {added['sha256'][:16]}…")
    return added["id"]
