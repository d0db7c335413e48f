"""The CA's people at their command line: `chancery`, with the person's own certificate and key."""

import json
import os
import pathlib
import subprocess

from client import Failed, say

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("CHANCERY_DEMO_BIN", ROOT / "target/release"))


class Colleague:
    """A specialist or an officer."""

    def __init__(self, env, name, out):
        self.name, self.out = name.lower(), out
        self.options = ["--url", env["RA_URL"], "--ca", env["SERVER_CA"],
                        "--cert", env[f"{name}_CERT"], "--key", env[f"{name}_KEY"], "--json"]

    def case(self, verb, *arguments, expect=0):
        """`chancery case VERB …`; what it prints. `expect` is the exit status."""
        command = [str(BIN / "chancery"), "case", *verb.split(), *arguments]
        run = subprocess.run([*command, *self.options], capture_output=True, text=True)
        words = (*verb.split(), *arguments)
        short = " ".join(pathlib.Path(word).name if word.startswith("/") else word for word in words)
        print(f"    {self.name}: chancery case {shortened(short)}", flush=True)
        if run.returncode != expect:
            say(run.stdout + run.stderr)
            raise Failed(f"chancery case {verb} ended with {run.returncode}")
        self.out.keep_text(f"{self.name}-case-{verb.replace(' ', '-')}", run.stdout or run.stderr)
        return json.loads(run.stdout) if run.stdout else run.stderr.strip()


def shortened(text):
    return text if len(text) <= 130 else text[:129] + "…"
