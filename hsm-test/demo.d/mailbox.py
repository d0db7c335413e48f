"""The mailbox holder: reads the mail, looks at the page, types the value."""

import email
import email.policy
import pathlib
import re
import subprocess

from client import Failed, say, step, wait_for

VALUE = re.compile(r"^[0-9A-HJKMNP-TV-Z]{5}(?:-[0-9A-HJKMNP-TV-Z]{5}){3}-[0-9A-HJKMNP-TV-Z]{6}$", re.M)
PAGE = re.compile(r"(https?://[^\s/]+)(/v/[A-Za-z0-9_-]+)")


def mails(env, address):
    """Every mail to `address` in MAIL_DIR, oldest first."""
    found = []
    for path in sorted(pathlib.Path(env["MAIL_DIR"]).glob("*.eml"), key=lambda p: p.stat().st_mtime):
        mail = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        if address in (mail["To"] or ""):
            found.append(mail)
    return found


def judge(env, address):
    """Has a foreign program verify each mail to `address`, the one with the certificate too."""
    root = env.values.get("MAIL_ROOT_PEM")
    if not root:
        return
    step("The CA's own mails: DKIM header, S/MIME signature")
    judges = pathlib.Path(__file__).resolve().parents[1] / "judges"

    def all_of_them():
        paths = pathlib.Path(env["MAIL_DIR"]).glob("*.eml")
        found = [path for path in paths if f"To: {address}\n" in path.read_text().replace("\r\n", "\n")]
        brought = any("certificate.pem" in path.read_text() for path in found)
        return found if brought else None

    for path in wait_for(f"the certificate by mail to {address}", all_of_them):
        if path.read_text().count("DKIM-Signature: ") != 2:
            raise Failed(f"{path} has not two DKIM signatures")
        judged = subprocess.run([judges / "mail", path, root], capture_output=True, text=True)
        if judged.returncode:
            raise Failed(f"{path}: {judged.stderr}")
        say(judged.stdout.strip())


def files(mail):
    """What is attached, by name; the signature too."""
    parts = [part for part in mail.walk() if part.get_filename()]
    return {part.get_filename(): part.get_payload(decode=True) for part in parts}


def plain(mail):
    part = mail.get_body(preferencelist=("plain",))
    return part.get_content().replace("\r\n", "\n")


def wait_for_mail(env, address):
    def look():
        for mail in mails(env, address):
            value, page = VALUE.search(plain(mail)), PAGE.search(plain(mail))
            if value and page:
                return {"mail": mail, "value": value.group(), "path": page.group(2)}
        return None

    found = wait_for(f"the mail to {address}", look)
    say(f"mail to {address}: {found['mail']['Subject']!r}, Auto-Submitted: {found['mail']['Auto-Submitted']}")
    return found


def confirm(env, out, ra, order, mail):
    url = env["PUBLIC_URL"] + mail["path"]
    step("A mail scanner opens the link first: nothing changes")
    for method in ("HEAD", "GET"):
        answer = out.curl("scanner", method, url, [])
        if answer.status != 200:
            raise Failed(f"the page answered {answer.status}")
    state = email_state(ra, order)
    if state == "done":
        raise Failed("reading the page confirmed the mailbox")
    say(f"the order's e-mail step is still: {state}")
    step("The mailbox holder types the value of the mail on the page")
    answer = out.curl("holder", "POST", url, ["--data-urlencode", f"code={mail['value']}"])
    if answer.status not in (200, 303):
        raise Failed(f"the page answered {answer.status}: {answer.body.decode('utf-8', 'replace')}")
    say(f"the order's e-mail step is now: {email_state(ra, order)}")


def email_state(ra, order):
    return ra.get(f"/orders/{order['id']}").json["steps"]["email"]["state"]
