"""Clients that take orders the whole way, from nothing to a certificate, while the daemon dies
again and again: at each death orders stand at every step, and each is taken on from there."""

import json
import threading

from api import LOST, Failed


class Travellers:
    def __init__(self, number, workshop, clients):
        self.workshop, self.clients, self.daemon = workshop, clients, clients.daemon
        self.numbers = iter(range(1_000_000, 2_000_000))
        self.lock, self.over = threading.Lock(), threading.Event()
        self.arrived, self.failure = [], None
        self.threads = [threading.Thread(target=self.work, daemon=True) for _ in range(number)]

    def start(self):
        for thread in self.threads:
            thread.start()

    def finish(self, seconds):
        """Lets nobody set out any more and waits for those who are under way."""
        self.over.set()
        for thread in self.threads:
            thread.join(seconds)
        if self.failure:
            raise self.failure
        if any(thread.is_alive() for thread in self.threads):
            raise Failed(f"an order has not come to its certificate within {seconds} s")
        return self.arrived

    def work(self):
        try:
            while not self.over.is_set():
                with self.lock:
                    number = next(self.numbers)
                one = self.travel(number)
                with self.lock:
                    self.arrived.append(one)
        except Exception as failure:  # `finish` raises it
            self.failure = failure

    def travel(self, number):
        shop = self.workshop
        mailbox = shop.mailbox(number)
        key = {"Idempotency-Key": f"crash-{shop.run}-{number}"}
        order = self.insist("POST", "/orders", shop.wish(), key).expect(201).json["id"]
        self.put(f"/orders/{order}", "subject-data", {"subject_data_id": shop.data})
        self.put(f"/orders/{order}", "email", {"email": mailbox})
        self.confirm(order, mailbox)
        one = shop.ready(mailbox, order, shop.chosen)
        self.clients.insist(shop.api(), one)
        return one

    def insist(self, method, path, body=None, headers=()):
        """The same request again until a whole answer comes that is final."""
        pause = threading.Event()
        content = None if body is None else json.dumps(body).encode()
        while True:
            if not self.daemon.up.wait(300):
                raise Failed("the daemon has been away for five minutes")
            try:
                answer = self.workshop.api().send(method, path, content, headers)
                if answer.status not in (429, 503) and answer.code != "idempotency-in-progress":
                    return answer
            except LOST:
                pass
            pause.wait(0.05)

    def put(self, order, step, body):
        """A step with the order's version as it is now; a lost answer may have had its effect."""
        while True:
            version = self.insist("GET", order).expect(200).headers["etag"]
            answer = self.insist("PUT", f"{order}/{step}", body, {"If-Match": version})
            if answer.status != 412:
                answer.expect(200, 201, 202)
                return

    def confirm(self, order, mailbox):
        """With the value that the mail brings. One that was lost may have been the right one."""
        pause, path = threading.Event(), f"/orders/{order}/email"
        while True:
            while mailbox not in (values := self.workshop.post.values()):
                pause.wait(0.1)
            answer = self.insist("POST", f"{path}/confirm", {"code": values[mailbox]})
            if answer.status == 200:
                return
            if self.insist("GET", path).expect(200).json["state"] == "verified":
                return
            pause.wait(0.2)
