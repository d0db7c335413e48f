"""What came out: downloads, the mail, and the verdicts of foreign tools."""

import pathlib
import subprocess

import mailbox
from client import Failed, say, step, wait_for

JUDGES = pathlib.Path(__file__).resolve().parents[1] / "judges"


def judge(env, out, ra, certificate, key):
    files = download(env, out, ra, certificate)
    mailed(env, files, certificate)
    mailbox.judge(env, address_of(certificate))
    verdicts(env, files, key)
    what_next(env, files)


def download(env, out, ra, certificate):
    step("Download: certificate in PEM and DER, chain in PEM, DER and PKCS#7")
    files = {}
    wanted = {
        "certificate.pem": "content?encoding=pem",
        "certificate.der": "content?encoding=der",
        "chain.pem": "chain?encoding=pem",
        "chain.der": "chain?encoding=der",
        "chain.p7c": "chain?encoding=p7c",
    }
    for name, path in wanted.items():
        answer = ra.get(f"/certificates/{certificate['id']}/{path}")
        files[name] = out.directory / name
        files[name].write_bytes(answer.body)
    pem = subprocess.run(
        ["openssl", "x509", "-in", str(files["certificate.pem"]), "-outform", "DER"],
        check=True, capture_output=True,
    ).stdout
    if pem != files["certificate.der"].read_bytes():
        raise Failed("PEM and DER of the certificate differ")
    point = subprocess.run(
        ["openssl", "x509", "-in", str(files["certificate.pem"]), "-noout", "-ext", "crlDistributionPoints"],
        check=True, capture_output=True, text=True,
    ).stdout
    url = next(line.split("URI:")[1].strip() for line in point.splitlines() if "URI:" in line)
    say(f"the certificate names its CRL: {url}")
    local = env["PUBLIC_URL"] + "/" + url.split("/", 3)[3]
    answer = out.curl("relying party", "GET", local, [])
    if answer.status != 200:
        raise Failed(f"the CRL answered {answer.status}")
    files["crl"] = out.directory / "issuer.crl"
    files["crl"].write_bytes(answer.body)
    return files


def address_of(certificate):
    address = certificate["sans"][0]
    return address if isinstance(address, str) else address["value"]


def mailed(env, files, certificate):
    step("The mail that brings the certificate")
    address = address_of(certificate)

    def look():
        found = mailbox.mails(env, address)
        return next((m for m in found if "certificate.pem" in mailbox.files(m)), None)

    mail = wait_for("the mail with the certificate", look)
    carried = mailbox.files(mail)
    say(f"{mail['Subject']!r} with {', '.join(carried)}")
    der = files["certificate.der"].read_bytes()
    if der not in carried.values():
        raise Failed("the mail does not carry the certificate")


def verdicts(env, files, key):
    step("The foreign judges")
    command = [str(JUDGES / "all"), str(files["certificate.pem"]), str(files["chain.pem"]),
               env["ROOT_PEM"], "--crl", str(files["crl"]),
               "--formats", str(files["chain.der"]), str(files["chain.p7c"])]
    if key:
        command += ["--key", str(key)]
    run = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    say(run.stdout)
    if run.returncode != 0:
        raise Failed("a judge refused the certificate")
    if not key:
        sealed = subprocess.run(
            ["openssl", "cms", "-encrypt", "-aes-256-cbc", str(files["certificate.pem"])],
            input=b"a mail", capture_output=True,
        )
        if sealed.returncode != 0:
            raise Failed(f"openssl cms -encrypt: {sealed.stderr.decode()}")
        say("openssl cms: encrypted to the certificate (your private key stays with you)")


def what_next(env, files):
    step("Done. What to try next")
    say(f"openssl x509 -in {files['certificate.pem']} -noout -text")
    say("hsm-test/demo walk --csr your-request.pem")
    say(". target/demo/env; curl --cert $CUSTOMER_CERT --key $CUSTOMER_KEY --cacert $SERVER_CA $RA_URL/v1/orders")
