"""What each death met: which activations stood between which two steps, told from the shim's log
and the database when all is over."""

import collections

from judge import digest_of

RECORDED = "intent recorded, C_Sign not returned"
SIGNED = "C_Sign returned, result not committed"
RESULT = "result committed, answer lost"


def of_each(kills, daemon, instance, intents, ready, settled):
    """For each kill the set of those states in which it left at least one activation."""
    digest = digest_of(instance)
    events = daemon.shim.lines()
    states = {digest(tbs).hexdigest(): (serial, state) for serial, (state, tbs) in intents.items()}
    signed = {data for _, event, data in events if event == "signed"}
    unsigned = [settled[serial].recorded for data, (serial, state) in states.items()
                if state == "abandoned" and data not in signed]
    met = []
    for kill in kills:
        first, last = kill.lines
        of_this = {states[data][1] for _, event, data in events[first:last]
                   if event == "signed" and data in states}
        found = {SIGNED} if "abandoned" in of_this else set()
        if any(kill.began <= at <= kill.ended for at in unsigned):
            found.add(RECORDED)
        if any(result_was_lost(kill, one, settled) for one in ready):
            found.add(RESULT)
        met.append(found)
    return met


def result_was_lost(kill, one, settled):
    """The result was durable before the death, and the client learned of it after."""
    at = settled[one.answer.json["serial"]].settled
    return kill.began <= at <= kill.ended < one.answered


class Settled(collections.namedtuple("Settled", "recorded settled")):
    """When an intent was recorded and when it ended, in seconds."""


def settled_intents(database):
    rows = database.execute("SELECT serial, recorded_at, settled_at FROM intent")
    return {serial: Settled(recorded / 1000, ended / 1000) for serial, recorded, ended in rows}


def write_down(path, kills, met):
    """One line a kill, for those who want to see more than sums."""
    with open(path, "w") as file:
        for kill, found in zip(kills, met):
            file.write(f"{kill.kind}; number {kill.number}; {kill.step}; "
                       f"{'ready' if kill.ready else 'not ready'}; "
                       f"{kill.lost} requests lost; {', '.join(sorted(found))}\n")


def table(kills, met):
    """Rows of the report: by step, how many died there and what they met."""
    rows = collections.defaultdict(collections.Counter)
    for kill, found in zip(kills, met):
        place = kill.step or kill.kind
        rows[place]["kills"] += 1
        rows[place].update(found)
    return rows
