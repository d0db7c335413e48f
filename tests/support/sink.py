"""A mail server for tests: TLS and a login are demanded, accepted mails become files.

sink.py DIRECTORY CERTIFICATE KEY (starttls|implicit|plain)

Prints its port on stdout and serves until stdin is closed. Recipients decide what happens:
`never@` is refused for good, `later@` is put off twice.
"""
import asyncio
import pathlib
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

directory, certificate, key, mode = sys.argv[1:]


class Sink:
    def __init__(self):
        self.taken = 0
        self.put_off = 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("never@"):
            return "550 5.1.1 no such mailbox"
        if address.startswith("later@") and self.put_off < 2:
            self.put_off += 1
            return "451 4.7.1 greylisted"
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server, session, envelope):
        self.taken += 1
        name = pathlib.Path(directory) / f"{self.taken:03}.eml"
        unfinished = name.with_suffix(".tmp")
        # As a server does that delivers (RFC 5321 4.4).
        returns = f"Return-Path: <{envelope.mail_from}>\r\n".encode()
        unfinished.write_bytes(returns + envelope.content)
        unfinished.rename(name)
        return f"250 2.0.0 taken as {self.taken}"


def login(server, session, envelope, mechanism, data):
    right = isinstance(data, LoginPassword) and (data.login, data.password) == (b"ca", b"postman")
    return AuthResult(success=right, handled=False)


async def serve():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    demands = {"auth_required": True, "authenticator": login}
    if mode == "starttls":
        demands |= {"tls_context": context, "require_starttls": True}
    elif mode == "implicit":
        demands |= {"auth_require_tls": False}
    else:
        demands = {}
    loop, sink = asyncio.get_running_loop(), Sink()
    server = await loop.create_server(
        lambda: SMTP(sink, hostname="sink.example.com", loop=loop, **demands),
        "127.0.0.1",
        0,
        ssl=context if mode == "implicit" else None,
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


asyncio.run(serve())
