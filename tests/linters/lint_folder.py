"""Lints a folder of certificates with pkilint's S/MIME rules, all in one process.

Arguments: FOLDER REPORT. The folder holds `list.json`, an object from file name to certificate
type (such as `ORGANIZATION-MULTIPURPOSE` or `SPONSORED-STRICT`), and the DER files. The report is an
object from file name to the findings of warning or worse, each `[severity, code, message]`.
"""

import json
import logging
import pathlib
import sys

from pkilint import loader
from pkilint.cabf import smime
from pkilint.cabf.smime.smime_constants import Generation, ValidationLevel
from pkilint.pkix import certificate
from pkilint.validation import ValidationFindingSeverity

# Validators that fail say so in their findings.
logging.disable(logging.CRITICAL)


def validator(kind):
    level, generation = kind.split("-")
    return certificate.create_pkix_certificate_validator_container(
        smime.create_decoding_validators(),
        smime.create_subscriber_validators(
            ValidationLevel[level], Generation[generation]
        ),
    )


def findings(rules, der):
    try:
        document = loader.RFC5280CertificateDocumentLoader().load_der_document(der)
    except ValueError as error:
        return [["FATAL", "not loaded", str(error)]]
    return [
        [found.finding.severity.name, found.finding.code, found.message or ""]
        for result in rules.validate(document.root)
        for found in result.finding_descriptions
        if found.finding.severity <= ValidationFindingSeverity.WARNING
    ]


def main():
    folder, report = map(pathlib.Path, sys.argv[1:])
    kinds = json.loads((folder / "list.json").read_text())
    rules = {kind: validator(kind) for kind in sorted(set(kinds.values()))}
    found = {
        name: findings(rules[kind], (folder / name).read_bytes())
        for name, kind in sorted(kinds.items())
    }
    report.write_text(json.dumps(found))


main()
