"""Data verification, as the frontends see it: by a register's number, or by a document."""

from client import Failed, Person, say, step


class Customer:
    """Orders from the CA itself; a register can be asked for its number."""

    frontend = "CUSTOMER"
    reference = "demo-customer"
    organization = "Przykład Sp. z o.o."
    place = ("PL", "mazowieckie", "Warszawa")
    verification = {"method": "registration_number", "registration_type": "KRS",
                    "registration_number": "12345678"}
    identifier = ("KRS", "0012345678")


class PartnerClient:
    """One of a partner's clients; its register has no interface, it sends an extract."""

    frontend = "PARTNER"
    reference = "demo-client"
    organization = "Beispiel Maschinenbau GmbH"
    place = ("DE", "Bayern", "München")
    verification = {"method": "document"}
    identifier = ("NTR", "DED2601V.HRB123456")


# A page without anything on it.
PDF = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj
trailer<</Root 1 0 R>>
%%EOF
"""


def provide(ra, order, customer, statements):
    """Gives the data and binds them to the order. The id of the document, where one was sent."""
    step("Data verification: the customer gives the organization's data and accepts the statements")
    country, state, locality = customer.place
    types = ra.get(f"/registration-types?country={country}").json["items"]
    say(f"registers for {country}: " + (", ".join(t["type"] for t in types) or "none"))
    data = ra.post("/subject-data", {
        "organization": customer.organization,
        "country": country,
        "state_or_province": state,
        "locality": locality,
        "verification": customer.verification,
    }).json
    document = None
    if customer.verification["method"] == "document":
        document = send_document(ra, data)
    else:
        kept = data["verification"]["registration_number"]
        say(f"number {customer.verification['registration_number']} is kept as {kept}")
    submitted = ra.post(f"/subject-data/{data['id']}/submit", {"statements": statements}).json
    say(f"submitted for verification: {submitted['state']}")
    current = ra.get(f"/orders/{order['id']}")
    bound = ra.put(f"/orders/{order['id']}/subject-data", {"subject_data_id": data["id"]},
                   match=current.etag)
    say(f"bound to the order: {bound.json['status_code']}")
    order["subject_data_id"] = data["id"]
    return document


def send_document(ra, data):
    file = ra.out.directory / "extract.pdf"
    file.write_bytes(PDF)
    sent = ra.upload(f"/subject-data/{data['id']}/documents", file, "application/pdf",
                     kind="organization", description="extract of the commercial register").json
    say(f"document {sent['document_id']} ({sent['media_type']}, {sent['size']} bytes) is kept encrypted")
    return sent["document_id"]


def nobody_else_sees(env, out, order, certificate):
    step("Another client of the same partner, and the CA's own customer, look for it")
    for frontend, reference in (("PARTNER", "another-client"), ("CUSTOMER", Customer.reference)):
        other = Person(env, frontend, out, acting_for=reference)
        for path in (f"/orders/{order['id']}", f"/subject-data/{order['subject_data_id']}",
                     f"/certificates/{certificate['id']}"):
            other.get(path, expect=(404,))
        seen = [event["object"]["id"] for event in other.get("/events?limit=200").json["items"]]
        if order["id"] in seen:
            raise Failed(f"{reference} reads of an order that is not its own")
    say("not there, by id and in the feed")
