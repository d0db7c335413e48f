"""What the scenes have in common: a daemon, orders that lack their activation, and questions."""

import concurrent.futures
import contextlib
import http.client
import json
import threading
import time

from api import Failed, fetch
from judge import must, open_database

PATIENCE = 90


class Scene:
    def __init__(self, instance, env, record, daemon, make_api, ready):
        self.instance, self.env, self.record, self.daemon = instance, env, record, daemon
        self.make_api, self.api = make_api, make_api()
        self.all, self.orders = ready, iter(ready)

    def order(self):
        return next(self.orders)

    def at_once(self, batch, what, threads=None):
        """`what(api, one)` for each of the batch, each on a connection of its own. The first
        failure is raised when all have ended."""
        def each(one):
            api = self.make_api()
            try:
                what(api, one)
            finally:
                api.close()
        with concurrent.futures.ThreadPoolExecutor(threads or len(batch)) as pool:
            list(pool.map(each, batch))

    def activate(self, one, wait, api=None):
        """The client's request, the same bytes under the same key each time."""
        headers = {**one.headers, "Prefer": f"wait={wait}"}
        return (api or self.api).send("POST", one.path, one.body, headers)

    def issued(self, one):
        """As `issued_by`, on the scene's own connection."""
        return self.issued_by(self.api, one)

    def issued_by(self, api, one):
        """Repeats the request until it has its certificate; until then it is pending or refused
        for a while, nothing else."""
        end = time.monotonic() + PATIENCE
        while True:
            answer = self.activate(one, 5, api)
            if answer.status == 201:
                one.answer = answer
                return answer.json
            if answer.status != 202:
                self.must_be_unavailable(answer)
            must(time.monotonic() < end, f"{one.path}: no certificate within {PATIENCE} s")
            threading.Event().wait(0.2)

    def pending(self, one, wait=1):
        """The intent is durable and there is no certificate: 202 that says where to ask."""
        answer = self.activate(one, wait).expect(202)
        must(answer.headers.get("location") == f"/v1{one.path}", "a 202 does not say where to ask")
        # Judged afresh at once it may have ended well before this answer was written.
        must("pem" not in answer.json and answer.json["state"] in ("running", "issued"),
             f"{answer.body}")

    def refused(self, one, code):
        """Nothing is stored, and the client is told to come again."""
        before = self.count("intent"), self.count("activation"), self.count("idempotency")
        answer = self.activate(one, 1)
        self.must_be_unavailable(answer)
        must(answer.code == code, f"{answer.code} instead of {code}")
        after = self.count("intent"), self.count("activation"), self.count("idempotency")
        must(before == after, "a refusal has left something in the store")

    def must_be_unavailable(self, answer):
        must(answer.status == 503, f"{answer.status}: {answer.body}")
        must(int(answer.headers.get("retry-after", 0)) >= 1, "503 without Retry-After")
        must(answer.json["retryable"] is True, "503 that is not retryable")

    def until(self, what, look):
        self.daemon.wait(what, look)

    def unready(self):
        """What /readyz names as faulty."""
        connection = http.client.HTTPConnection(*self.daemon.metrics, timeout=10)
        with contextlib.closing(connection):
            connection.request("GET", "/readyz")
            answer = connection.getresponse()
            told = json.loads(answer.read())
        must((answer.status == 200) == told["ready"], f"/readyz: {answer.status} {told}")
        return [check["name"] for check in told["checks"] if not check["ready"]]

    def ask(self, question, *values):
        with contextlib.closing(open_database(self.env)) as database:
            return database.execute(question, values).fetchall()

    def count(self, table):
        return self.ask(f"SELECT count(*) FROM {table}")[0][0]

    def serials(self, one):
        """Serial, state and cause of each intent of an order, in their order."""
        rows = self.ask(
            """SELECT intent.serial, intent.state FROM intent
               JOIN activation ON activation.id = intent.activation_id
               WHERE activation.order_id = ? ORDER BY intent.recorded_at""", one.order)
        causes = {leaf["object"]["id"]: leaf["data"]["cause"]
                  for leaf in self.log("cert.sign_unresolved")}
        return [(serial, state, causes.get(serial)) for serial, state in rows]

    def log(self, kind):
        leaves = (json.loads(leaf) for leaf, in self.ask("SELECT leaf FROM audit_entry"))
        return [leaf for leaf in leaves if leaf["type"] == kind]

    def crl(self):
        return fetch(self.env["PUBLIC_URL"] + "/crl/issuing-g1/0.crl", self.record).expect(200).body

    def rest(self):
        """Orders that no scene has used get their certificates, so that all have one."""
        for one in self.orders:
            self.issued(one)
