# Words of the codes in problem documents. One line a code; the code never changes.

# Request
malformed-json = The body is not valid JSON, holds a member twice or is nested too deeply.
unknown-member = The body holds a member that is not known here.
unknown-parameter = The query holds a parameter that is not known here.
parameter-invalid = A parameter of the query is not acceptable.
cursor-invalid = The cursor was not given out by this list.
header-invalid = A header of the request is not acceptable.
validation-failed = Some of the data is not acceptable.
member-missing = This member is required.
member-invalid = This member has the wrong type or form.
unsupported-media-type = The content type is not accepted here.
payload-too-large = The body is too long.
body-timeout = The body did not arrive in time.
body-incomplete = The body ended early.
precondition-required = The If-Match header with the object's ETag is required.
precondition-failed = The object has changed since it was read.
idempotency-key-missing = The Idempotency-Key header is required.
idempotency-key-invalid = The Idempotency-Key must have 1 to 128 visible ASCII characters.
idempotency-key-reused = The Idempotency-Key was used before with another request.
idempotency-in-progress = A request with this Idempotency-Key is still running.
rate-limited = Too many requests; try again later.
not-found = There is no such thing here.
method-not-allowed = This method is not allowed here.
request-refused = The request cannot be served in this form.
internal-error = The daemon failed to answer; the fault is in its log.

# Identity
client-certificate-required = A client certificate is required.
ra-unknown = The client certificate is not registered.
identity-inactive = The identity is disabled or its qualification has ended.
role-forbidden = The role of this identity may not do this.
acting-for-missing = A partner frontend must name the customer in the Acting-For header.
acting-for-invalid = Acting-For must have 1 to 128 characters and no control characters.

# State and trouble
step-blocked = This step is not open yet.
email-not-verified = Control of the e-mail address has not been verified.
store-unavailable = The database cannot answer now.
store-busy = The object is being changed by others; try again.
entropy-unavailable = The random number generator failed; nothing was done.
shutting-down = The daemon is shutting down.

# Registry of identities
identity-exists = An identity with this name is registered already.
credential-exists = This key or URI belongs to another identity.
identity-name-invalid = A name has 1 to 64 of a-z, 0-9, dot and hyphen, and begins with a letter or digit.
role-unknown = There is no such role.
credential-required = Exactly one of certificate and URI is required.
certificate-required = A person is registered by certificate.
certificate-malformed = This is not one PEM certificate.
certificate-key-unsupported = The key of the certificate is of an unsupported kind.
uri-invalid = This is not an acceptable URI.
qualification-required = A person needs the end date of the qualification.
qualification-not-allowed = A frontend has no qualification date.
qualification-ended = The qualification must end in the future.
grant-ended = The grant must end in the future.
period-empty = The end must lie after the beginning.
identity-disabled = The identity is disabled already.
own-identity = Nobody disables their own identity.

# Validation cases
case-claimed = Another person is working on the case.
case-not-claimed = The case must be claimed first.
case-waiting = The case waits for the applicant; claim it to go on.
case-proposed = There is a proposal already.
case-decided = The case is decided and takes no changes.
case-closed = The data was withdrawn or replaced; the case takes no changes.
proposal-missing = There is no proposal to decide on.
same-officer = Who proposed or recorded anything cannot decide.
officer-signature-invalid = The signature does not verify under the person's registered key.
evidence-missing = An outcome, a date, evidence or the facts are missing.
evidence-expired = The evidence is too old to be used.
evidence-full = The case cannot take more evidence.
evidence-unknown = This is no evidence of the case.
document-unknown = This is no document of the case's data.
content-and-document = Evidence is either text or a document.
check-failed = A check has failed; the case cannot be approved.
check-required = This check cannot be left out.
outcome-missing = The check has no outcome.
date-missing = The check has no date.
date-in-future = The date lies in the future.
facts-missing = The facts for the certificate are missing.
too-many = There are too many of these.
too-long = The text is too long.
characters-not-allowed = The text holds characters that are not allowed.
country-differs = The country is not the one the applicant gave.
identifier-twice = Give either the whole identifier or scheme and number.
identifier-differs = The identifier is not that of the registration number the applicant gave.
identifier-country-differs = The country of the identifier is not that of the organization.
identifier-scheme-unsupported = The scheme is none of NTR, VAT, PSD, LEI, GOV, INT.
identifier-country-invalid = The country part of the identifier does not have its scheme's form.
identifier-reference-invalid = The number does not have the register's form.
identifier-check-digit = A check digit of the number is wrong.
data-not-saved = The organisation's data must be saved first.
email-not-set = No e-mail address has been set for this order.
email-invalid = This is not an e-mail address that can be certified.
email-not-supported = Addresses with non-ASCII characters before the @ are not supported.
email-locked = Too many wrong codes. Request a new code.
email-already-confirmed = The e-mail address is already confirmed.
code-invalid = The code is not the one that was mailed.
code-expired = The code is no longer valid. Request a new code.
resend-too-soon = A code was mailed to this address a short while ago, or too many today. Please wait.
mail-not-failed = Only a mail that was given up can be tried again.
mail-not-queued = The mail is no longer waiting to be sent.

# Orders, data and documents
text-invalid = This text is empty, too long, holds control characters or begins or ends with a space.
member-not-allowed = This member does not belong here.
language-unsupported = The language is neither en nor pl.
product-unknown = There is no such product.
product-not-orderable = A renewal is ordered at the certificate it renews.
customer-mismatch = The customer is not the one that the Acting-For header names.
order-state-conflict = The state of the order does not allow this.
revoke-first = An issued certificate must be revoked instead.
order-closed = The order is closed.
country-unsupported = This is not an assigned ISO 3166-1 country code.
registration-type-unsupported = This register is not offered for the country.
registration-number-invalid = The number does not have the register's form, or a check digit is wrong.
data-set-state-conflict = The state of the data does not allow this.
data-set-in-use = An order still uses the data.
data-set-not-submitted = The data has not been submitted for verification.
data-set-not-verified = The organization's data has not been verified.
data-set-expired = The verification of the organization's data is too old.
data-set-rejected = The data was rejected.
data-set-withdrawn = The data was withdrawn.
data-set-suspended = The data is suspended.
data-set-replaced = A newer version of the data was submitted.
email-verification-lapsed = The verification of the e-mail address is too old.
document-missing = This way of verification needs a document.
document-limit = The data cannot take more documents.
document-type-rejected = The content is neither PDF nor PNG nor JPEG.
file-name-invalid = A file name has 3 to 255 characters, none of \ / : * ? " < > |, and no dot in front.
multipart-malformed = The form is not well-formed, or holds a part twice.
statement-missing = A required statement has not been accepted in its present version.
statement-unknown = This statement and version is not shown at this step, or is given twice.
organization-too-long = The name has more than 64 characters: the certificate can only show a documented abbreviation of it.
statement-time-invalid = The time of acceptance is not an RFC 3339 time, lies in the future, or is more than 365 days ago.

# Activation and issuance
activation-ended = The activation has ended.
field-not-selectable = This is not one of the values on offer.
field-required = A required field cannot be left out.
key-method-unsupported = The product takes a key by certification request (csr) only.
product-withdrawn = The product is not offered any more.
caa-forbids = The domain of the e-mail address names other certification authorities in its CAA records (issuemail). Ask whoever runs its DNS to add this one, then try again.
caa-lookup-failed = The CAA records of the e-mail address's domain cannot be read with certainty: its name servers fail or its DNSSEC signatures are wrong. Ask whoever runs its DNS to repair them, then try again.
caa-unavailable = The CAA records of the e-mail address's domain cannot be looked up now. Try again later.
profile-not-in-force = The CA does not issue by this certificate profile now.
lint-failed = The certificate would break a rule for certificates and was not issued.
issuance-busy = All signing slots are taken; try again.
key-check-failed = The key cannot be checked now.
key-malformed = The text holds no key, certificate or certification request that can be read.
key-ambiguous = The text holds different keys: hand in one at a time.
key-algorithm-unsupported = The kind of key is not supported.
key-curve-unsupported = The curve is not a named one of P-256, P-384 and P-521.
challenge-invalid = The agreed text has 16 to 64 characters without line ends.
key-proof-invalid = The proof does not belong to the key and the agreed text.
issuance-suspended = Issuance is suspended for now.
hsm-unavailable = The signing device cannot answer now.
intent-settled = What became of the serial number is settled already.
crl-settled = What became of the revocation list is settled already.
crl-unavailable = The revocation list cannot be signed now.
encoding-unknown = The encoding is none of those on offer.

# Certification requests
csr-not-pem = The text holds no certification request in PEM form.
csr-malformed = The certification request is damaged, or there is more than one.
csr-is-certificate = This is a certificate, not a certification request.
csr-contains-private-key = The text holds a private key. It was not stored, and its key is never certified: make a new one.
csr-signature-invalid = The signature of the certification request does not verify.
csr-algorithm-unsupported = The kind of key or signature is not supported.
csr-key-too-small = The key is too short: RSA keys have at least 2048 bits.
csr-key-too-large = The key is too long: RSA keys have at most 8192 bits.
csr-curve-unsupported = The curve is not supported: take P-256, P-384 or P-521.
csr-exponent-invalid = The public exponent of the RSA key is not acceptable.
csr-key-weak = The key is weak: others can compute its private half. Make a new key with an up-to-date program.
csr-key-compromised = The key is known to be compromised and is never certified again. Make a new key.
csr-key-reused = The key belongs to somebody else already, or to the CA itself. Make a new key.
csr-subject-ignored = The subject of the request is not used: the certificate takes verified data only.
csr-extensions-ignored = The extensions of the request are not used.

# Titles of the rules that a preflight shows.
rule-form = Members of the request
rule-product = The product is sold
rule-order = The order takes an activation
rule-subject-data = Verified data of the organization
rule-mailbox = Control of the mailbox
rule-csr = The certificate request
rule-statements = Accepted statements
rule-fields = Fields of the certificate
rule-common-name = The common name
rule-key = What is known of the key
rule-caa = Permission of the domain (CAA)
rule-issuer = The issuing CA can sign
rule-certificate = The certificate by profile and lint
