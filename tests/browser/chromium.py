"""Drives a real Chromium over the pipe of its remote debugging protocol; the standard library is enough.

chromium.py PROFILE_DIRECTORY HOST ADDRESS:PORT

HOST is the one name that resolves, to ADDRESS:PORT. Commands are lines of JSON on stdin, each is
answered by one line on stdout: what came of it, or in "failed" why nothing did and what the page was.
The browser ends with this program, and this program with its input.

Nothing here waits for a time. The protocol is asynchronous: an answer says that a command was taken, not
that the page has followed. So after each act that changes the page this asks for the state that it
wants: the document that was committed (by its loader's id), its network idle, its window of the size
that was set and painted in it. A click that goes out while a window changes its size misses; a picture
that is asked for then is never painted.
"""
import base64
import fcntl
import json
import os
import select
import subprocess
import sys
import time

# No wait of any run comes near this many seconds: a browser that is silent for so long hangs.
PATIENCE = 120

# The window of a person, and of the robot.
DESK = {"width": 1280, "height": 800, "mobile": False}

# Without a sandbox, as root in a container; nothing of the browser's own goes to the network, and
# plain HTTP is neither upgraded nor warned of.
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    # The width of a page is the window's, whether it scrolls or not.
    "--hide-scrollbars",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-features=HttpsUpgrades,HttpsFirstBalancedMode",
    "--remote-debugging-pipe",
]


class Stuck(Exception):
    """The browser did not do what it was waited for."""


class Refused(Exception):
    """The browser says why it did not."""


class Pipe:
    """The protocol: calls, answers, and events in between."""

    def __init__(self, profile, host, address):
        self.heard, self.number, self.rest = [], 0, b""
        # Above 3 and 4, where the browser expects its ends.
        high = lambda end: fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 20)
        commands, self.out = map(high, os.pipe())
        self.back, answers = map(high, os.pipe())

        def ends():
            os.dup2(commands, 3)
            os.dup2(answers, 4)

        rules = f"MAP {host}:80 {address}, MAP * ~NOTFOUND, EXCLUDE {address.split(':')[0]}"
        self.process = subprocess.Popen(
            ["/usr/bin/chromium", *FLAGS, f"--user-data-dir={profile}", f"--host-resolver-rules={rules}"],
            preexec_fn=ends,
            pass_fds=(3, 4),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(commands)
        os.close(answers)

    def read(self, wanted, until):
        """The next message, on the way to what is wanted; `until` is of the monotonic clock."""
        while b"\0" not in self.rest:
            left = max(0, until - time.monotonic())
            if not select.select([self.back], [], [], left)[0]:
                raise Stuck(f"no {wanted} in {PATIENCE} s")
            chunk = os.read(self.back, 1 << 16)
            if not chunk:
                raise Stuck(f"the browser has ended before: {wanted}")
            self.rest += chunk
        message, self.rest = self.rest.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, session=None, **params):
        self.number += 1
        message = {"id": self.number, "method": method, "params": params}
        if session:
            message["sessionId"] = session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.out, data):]
        number, until = self.number, time.monotonic() + PATIENCE
        while True:
            answer = self.read(f"answer to {method} {str(params)[:400]}", until)
            if answer.get("id") == number:
                break
            self.heard.append(answer)
        if "error" in answer:
            raise Refused(f"{method}: {answer['error']['message']}")
        return answer["result"]


class Tab:
    """One page with everything it asked the network for."""

    def __init__(self, pipe):
        self.pipe = pipe
        self.requests, self.by_id, self.others = [], {}, []
        # The committed document's loader and address; what each document has lived through.
        self.document, self.url, self.lived = None, "about:blank", {}
        self.size = None
        pipe.call("Target.setDiscoverTargets", discover=True)
        self.target = pipe.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = pipe.call("Target.attachToTarget", targetId=self.target, flatten=True)["sessionId"]
        # The browser's own first tab is not the page's doing.
        self.known = {one["targetId"] for one in pipe.call("Target.getTargets")["targetInfos"]}
        frame = pipe.call("Page.getFrameTree", self.session)["frameTree"]["frame"]
        self.frame, self.document = frame["id"], frame["loaderId"]
        for domain in ["Page", "Network", "Runtime"]:
            self.call(f"{domain}.enable")
        self.call("Page.setLifecycleEventsEnabled", enabled=True)
        self.window(**DESK)

    def call(self, method, **params):
        result = self.pipe.call(method, self.session, **params)
        self.take_in()
        return result

    def take_in(self):
        while self.pipe.heard:
            event = self.pipe.heard.pop(0)
            name, about = event.get("method"), event.get("params", {})
            if name == "Target.targetCreated":
                made = about["targetInfo"]
                if made["targetId"] not in self.known:
                    self.others.append(f"{made['type']} {made['url']}")
            elif event.get("sessionId") == self.session:
                self.note(name, about)

    def note(self, name, about):
        if name == "Network.requestWillBeSent":
            sent = about["request"]
            entry = {"method": sent["method"], "url": sent["url"], "body": sent.get("postData", ""), "status": None}
            entry["kind"] = about["type"]
            self.requests.append(entry)
            self.by_id[about["requestId"]] = entry
        elif name == "Network.responseReceived":
            self.by_id[about["requestId"]]["status"] = about["response"]["status"]
        elif name == "Network.loadingFailed" and about["requestId"] in self.by_id:
            entry = self.by_id[about["requestId"]]
            entry["status"] = entry["status"] or about.get("blockedReason") or about["errorText"]
        elif name == "Page.frameNavigated" and about["frame"]["id"] == self.frame:
            self.document, self.url = about["frame"]["loaderId"], about["frame"]["url"]
        elif name == "Page.lifecycleEvent" and about["frameId"] == self.frame:
            self.lived.setdefault(about["loaderId"], []).append(about["name"])

    def told(self):
        """What the page is, as far as the browser has told."""
        lived = " ".join(self.lived.get(self.document, []))
        return f"the page: {self.url}, document {self.document} ({lived}), window {self.size}"

    def until(self, wanted, true):
        until = time.monotonic() + PATIENCE
        while not true():
            self.pipe.heard.append(self.pipe.read(wanted, until))
            self.take_in()

    def until_next(self, earlier):
        """Waits for the document after `earlier`, and until its network is idle."""
        self.until("next document", lambda: self.document != earlier)
        self.until_lived("networkIdle")

    def until_lived(self, name):
        self.until(name, lambda: name in self.lived.get(self.document, []))

    def open(self, url, again=False):
        """Waits until the network is idle; for a page that was there before, until it stands."""
        made = self.call("Page.navigate", url=url)
        if "errorText" in made or "loaderId" not in made:
            raise Refused(f"{url}: {made}")
        self.until(f"document {made['loaderId']}", lambda: self.document == made["loaderId"])
        self.until_lived("load" if again else "networkIdle")

    def script(self, text):
        result = self.call("Runtime.evaluate", expression=text, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in result:
            raise Refused(f"{text}: {result['exceptionDetails']}")
        return result["result"].get("value")

    def window(self, width, height, mobile):
        """Gives the page's window this size, and waits until the page is painted in it."""
        self.size = f"{width}x{height}"
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=mobile)
        self.script(
            f"""new Promise(done => {{
              const fits = matchMedia('(width: {width}px) and (height: {height}px)');
              const look = () => fits.matches ? requestAnimationFrame(() => done()) : requestAnimationFrame(look);
              requestAnimationFrame(look);
            }})"""
        )

    def acting(self, act):
        """Does something that may send a form, and says what came of it."""
        earlier = self.document
        self.script(
            """window.outcome = 'nothing';
            for (const kind of ['submit', 'invalid'])
              document.addEventListener(kind, () => { window.outcome = kind; }, true);"""
        )
        act()
        try:
            # A document without the word is the next one already.
            outcome = self.script("window.outcome") or "submit"
        except Refused:
            # It went while it was asked. If it did not, the wait for the next one says so.
            outcome = "submit"
        if outcome == "submit":
            self.until_next(earlier)
        return outcome

    def click(self, element):
        """With the mouse, where a person sees it; false when there is nothing to see."""
        place = self.script(
            f"""new Promise((done, fail) => {{
              const element = {element};
              if (!element) return fail('not on the page');
              element.scrollIntoView({{block: 'center'}});
              // The frame after it has scrolled.
              requestAnimationFrame(() => requestAnimationFrame(() => {{
                const box = element.getBoundingClientRect();
                if (!box.width || !box.height) return done(null);
                const place = {{x: box.x + box.width / 2, y: box.y + box.height / 2}};
                const there = document.elementFromPoint(place.x, place.y);
                element.contains(there) ? done(place) : fail('covered by ' + (there && there.outerHTML));
              }}));
            }})"""
        )
        if place is None:
            return False
        for kind in ["mousePressed", "mouseReleased"]:
            self.call("Input.dispatchMouseEvent", type=kind, button="left", clickCount=1, **place)
        return True

    def enter(self):
        key = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13}
        self.call("Input.dispatchKeyEvent", type="keyDown", text="\r", **key)
        self.call("Input.dispatchKeyEvent", type="keyUp", **key)


def every(kind):
    return f"[...document.querySelectorAll('{kind}')]"


class Robot:
    """A mail scanner with scripts on: it types nothing and tries everything else."""

    def __init__(self, tab):
        self.tab, self.acts = tab, []

    def scan(self, start):
        waiting, seen = [start], {start}
        while waiting:
            page = waiting.pop(0)
            for act, *how in self.plan(page):
                self.tab.call("Page.setBypassCSP", enabled=act.startswith("fetch past"))
                self.tab.open(page, again=True)
                outcome = getattr(self, how[0])(*how[1:])
                self.acts.append({"page": page, "act": act, "outcome": outcome})
                for link in self.links():
                    if link not in seen:
                        seen.add(link)
                        waiting.append(link)
        self.tab.call("Page.setBypassCSP", enabled=False)
        return self.acts

    def links(self):
        return self.tab.script(f"{every('[href]')}.map(one => one.href)")

    def plan(self, page):
        self.tab.open(page)
        count = lambda kind: range(self.tab.script(f"{every(kind)}.length"))
        yield "prefetch links", "prefetch"
        yield "fetch links", "fetch_links"
        yield "fetch past the policy: links", "fetch_links"
        for at in count("a"):
            yield f"link {at}", "follow", at
        for checked in [True, False]:
            word = "" if checked else " unchecked"
            for at in count("button"):
                yield f"button {at}{word}", "press", at, checked
            for at in count("input"):
                yield f"enter {at}{word}", "enter_in", at, checked
        for at in count("form"):
            yield f"form {at}", "submit", at
            yield f"fetch form {at}", "fetch_form", at
            yield f"fetch past the policy: form {at}", "fetch_form", at

    def prefetch(self):
        return self.tab.script(
            f"""Promise.all({every('a')}.map(one => new Promise(done => {{
              const link = document.createElement('link');
              [link.rel, link.href, link.onload, link.onerror] = ['prefetch', one.href, () => done('taken'), () => done('blocked')];
              document.head.append(link);
            }}))).then(all => all.join(' '))"""
        )

    def fetch_links(self):
        return self.tab.script(
            f"""Promise.all({every('a')}.map(one => fetch(one.href).then(got => String(got.status), () => 'blocked')))
              .then(all => all.join(' '))"""
        )

    def fetch_form(self, at):
        """As each of its buttons would send it, and as none."""
        return self.tab.script(
            f"""(async () => {{
              const form = {every('form')}[{at}], said = [];
              for (const button of [null, ...form.querySelectorAll('button:enabled')]) {{
                const body = new URLSearchParams(new FormData(form, button));
                said.push(await fetch(form.action, {{method: form.method, body}}).then(got => String(got.status), () => 'blocked'));
              }}
              return said.join(' ');
            }})()"""
        )

    def follow(self, at):
        earlier = self.tab.document
        self.tab.click(f"{every('a')}[{at}]")
        self.tab.until_next(earlier)
        return "followed"

    def press(self, at, checked):
        self.check_forms(checked)
        button = f"{every('button')}[{at}]"
        return self.tab.acting(lambda: self.tab.click(button) or self.tab.script(f"{button}.click()"))

    def enter_in(self, at, checked):
        self.check_forms(checked)
        self.tab.click(f"{every('input')}[{at}]")
        return self.tab.acting(self.tab.enter)

    def submit(self, at):
        earlier = self.tab.document
        self.tab.script(f"void {every('form')}[{at}].submit()")
        self.tab.until_next(earlier)
        return "submit"

    def check_forms(self, checked):
        if not checked:
            self.tab.script(f"{every('form')}.forEach(form => {{ form.noValidate = true; }})")


class Person:
    """What the test has a person do."""

    def __init__(self, tab):
        self.tab = tab

    def scan(self, url):
        return Robot(self.tab).scan(url)

    def open(self, url):
        self.tab.open(url)

    def type(self, text):
        """Into the field that a click has put the cursor in."""
        field = "document.querySelector('input')"
        self.tab.click(field)
        focus = self.tab.script(f"document.activeElement === {field} || document.activeElement.outerHTML")
        if focus is not True:
            raise Refused(f"a click on the field has put the cursor into {focus}")
        self.tab.call("Input.insertText", text=text)
        value = self.tab.script(f"{field}.value")
        if value != text:
            raise Refused(f"the field holds {value!r} after {text!r} was typed")

    def press(self, value):
        return self.tab.acting(lambda: self.tab.click(f"""document.querySelector('button[value="{value}"]')"""))

    def enter(self):
        return self.tab.acting(self.tab.enter)

    def text(self):
        return self.tab.script("document.body.innerText")

    def shoot(self, width, file):
        """A picture of the whole page, and how far it is wider than the window."""
        mobile = width < 600
        self.tab.window(width, DESK["height"], mobile)
        wider = self.tab.script("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        # A window as high as the page: a picture beyond the window changes its size behind our back.
        height = self.tab.script("document.documentElement.scrollHeight")
        self.tab.window(width, max(height, DESK["height"]), mobile)
        picture = self.tab.call("Page.captureScreenshot", captureBeyondViewport=False)
        self.tab.window(**DESK)
        with open(file, "wb") as out:
            out.write(base64.b64decode(picture["data"]))
        return wider


def main(profile, host, address):
    pipe = Pipe(profile, host, address)
    tab = None
    for line in sys.stdin:
        command = json.loads(line)
        try:
            tab = tab or Tab(pipe)
            said = getattr(Person(tab), command.pop("do"))(**command)
            tab.take_in()
        except (Stuck, Refused) as why:
            print(json.dumps({"failed": f"{why}; {tab.told() if tab else 'no page yet'}"}), flush=True)
            pipe.process.kill()
            pipe.process.wait()
            return
        print(json.dumps({"said": said, "requests": tab.requests, "others": tab.others}), flush=True)
        tab.requests = []
    pipe.call("Browser.close")
    pipe.process.wait()


main(*sys.argv[1:])
