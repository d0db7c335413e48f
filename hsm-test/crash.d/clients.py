"""Clients that repeat one request until it has its certificate, whatever happens to the daemon."""

import contextlib
import queue
import threading
import time

from api import LOST, Api, Failed

# Not final: the same request again says how it stands.
AGAIN = {202: None, 409: "idempotency-in-progress", 429: None, 503: None}


class Clients:
    """`number` threads that work off a pool of ready orders."""

    def __init__(self, number, ready, daemon, make_api):
        self.pool = queue.SimpleQueue()
        for one in ready:
            self.pool.put(one)
        self.daemon, self.make_api = daemon, make_api
        self.changed = threading.Condition()
        self.in_flight, self.certificates = 0, 0
        self.answers, self.failure = {}, None
        # Clients whose request went out and was not answered, since somebody asked last.
        self.lost = set()
        self.threads = [threading.Thread(target=self.work, daemon=True) for _ in range(number)]

    def start(self):
        for thread in self.threads:
            thread.start()

    def join(self, seconds):
        for thread in self.threads:
            thread.join(seconds)
        if self.failure:
            raise self.failure
        if any(thread.is_alive() for thread in self.threads):
            raise Failed(f"{self.in_flight} clients have no certificate after {seconds} s")

    def no_more(self):
        """What nobody has begun yet is left undone."""
        with contextlib.suppress(queue.Empty):
            while True:
                self.pool.get_nowait()

    def left(self):
        return self.pool.qsize()

    def wait_for(self, certificates, seconds, over=lambda: False):
        """Until that many certificates are there in all, or it or the time is over."""
        end = time.monotonic() + seconds
        with self.changed:
            while not (self.failure or self.certificates >= certificates or not self.in_flight
                       or over() or time.monotonic() > end):
                self.changed.wait(0.02)
        if self.failure:
            raise self.failure

    def lost_since(self):
        """How many clients have lost a request since this was asked last."""
        with self.changed:
            number = len(self.lost)
            self.lost.clear()
        return number

    def work(self):
        api = self.make_api()
        try:
            while True:
                ready = self.pool.get_nowait()
                with self.changed:
                    self.in_flight += 1
                self.insist(api, ready)
                with self.changed:
                    self.in_flight -= 1
                    self.certificates += 1
                    self.changed.notify_all()
        except queue.Empty:
            pass
        except Exception as failure:  # the conductor raises it
            with self.changed:
                self.failure = failure
                self.changed.notify_all()

    def insist(self, api, ready):
        pause = threading.Event()
        while True:
            if not self.daemon.up.wait(300):
                raise Failed("the daemon has been away for five minutes")
            ready.tries += 1
            try:
                answer = api.send("POST", ready.path, ready.body, ready.headers)
            except LOST:
                self.count("lost")
                if api.sent:
                    with self.changed:
                        self.lost.add(threading.get_ident())
                pause.wait(0.02)
                continue
            self.count(answer.status)
            if answer.status == 201:
                ready.answer, ready.answered = answer, time.time()
                return
            if answer.status not in AGAIN or AGAIN[answer.status] not in (None, answer.code):
                raise Failed(f"{ready.path}: {answer.status} {answer.body.decode()}")
            pause.wait(0.1)

    def count(self, status):
        with self.changed:
            self.answers[status] = self.answers.get(status, 0) + 1


def api_maker(env, record, customer):
    return lambda: Api(env, "CUSTOMER", record, customer)
