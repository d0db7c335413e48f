"""The same request many times, and answers that nobody hears: one order, one certificate."""

import threading
import uuid

from api import LOST
from judge import must

MANY = 64


def come_sixty_four_times(scene):
    """One request, one key, 64 connections: whoever gets the certificate gets the same bytes, all
    others are told that it is on its way."""
    one = scene.order()
    answers = []

    def ask(api, _):
        answers.append(scene.activate(one, 10, api))

    scene.at_once([one] * MANY, ask)
    given = [answer for answer in answers if answer.status == 201]
    for answer in answers:
        must(answer.status in (201, 202) or answer.code == "idempotency-in-progress",
             f"{answer.status} {answer.body}")
    must(given and len({answer.body for answer in given}) == 1, "no certificate, or several")
    must(scene.issued(one) == given[0].json, "a retry has another certificate")
    must(len(scene.serials(one)) == 1, f"{scene.serials(one)}")
    print(f"    {len(given)} × 201, {MANY - len(given)} told to wait")


def come_under_sixty_four_keys(scene):
    """One order, 64 keys: one of them wins, the others are refused, and nothing is left of them."""
    one = scene.order()
    keys = [f"crash-{uuid.uuid4()}" for _ in range(MANY)]
    answers = {}

    def ask(api, key):
        headers = {"Idempotency-Key": key, "Prefer": "wait=10"}
        answers[key] = api.send("POST", one.path, one.body, headers)

    scene.at_once(keys, ask)
    winners = [key for key, answer in answers.items() if answer.status == 201]
    refused = {answer.code for answer in answers.values() if answer.status != 201}
    must(len(winners) == 1, f"{len(winners)} keys have a certificate")
    must(all(answer.status in (201, 409) for answer in answers.values()), f"{refused}")
    must(len(scene.serials(one)) == 1, f"{scene.serials(one)}")
    must(scene.ask("SELECT count(*) FROM certificate WHERE order_id = ?", one.order) == [(1,)],
         "an order with several certificates")
    one.idempotency, one.answer = winners[0], answers[winners[0]]
    print(f"    1 × 201, {MANY - 1} × 409 {', '.join(sorted(refused))}")


def are_not_waited_for(scene):
    """The client is gone before the answer comes, sooner or later; asking again it gets the one
    certificate."""
    batch = [scene.order() for _ in range(16)]
    patience = {one.order: number * 0.004 for number, one in enumerate(batch)}

    def hang_up(api, one):
        body = {"Content-Type": "application/json", "Acting-For": api.acting_for, **one.headers}
        api.connection = api.new_connection()
        api.connection.request("POST", f"/v1{one.path}", body=one.body, headers=body)
        threading.Event().wait(patience[one.order])
        api.close()

    scene.at_once(batch, hang_up)
    scene.at_once(batch, scene.issued_by)
    for one in batch:
        must(len(scene.serials(one)) == 1, f"{scene.serials(one)}")
