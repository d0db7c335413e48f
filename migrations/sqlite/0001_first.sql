-- Identifiers, states and JSON are TEXT, instants INTEGER milliseconds UTC, serials lower-case hex.
-- `version` counts the writes of a mutable row. Foreign keys are deferred: a unit of work writes
-- objects that name each other.

CREATE TABLE schema_version (
    version INTEGER PRIMARY KEY,
    sha256 TEXT NOT NULL
) STRICT;

CREATE TABLE identity (
    name TEXT NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    role TEXT NOT NULL,
    credential_kind TEXT NOT NULL,
    credential TEXT NOT NULL,
    spki BLOB,
    qualified_until INTEGER,
    granted_from INTEGER,
    granted_until INTEGER,
    disabled_at INTEGER,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    UNIQUE (credential_kind, credential)
) STRICT;

CREATE TABLE orders (
    id TEXT NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    number TEXT NOT NULL UNIQUE,
    ra TEXT NOT NULL,
    customer TEXT,
    product TEXT NOT NULL,
    alias TEXT,
    partner_order_ref TEXT,
    language TEXT NOT NULL,
    contacts TEXT NOT NULL,
    acting_for TEXT NOT NULL,
    state TEXT NOT NULL,
    close_note TEXT,
    rejection TEXT,
    subject_data TEXT REFERENCES subject_data (id) DEFERRABLE INITIALLY DEFERRED,
    mailbox TEXT REFERENCES mailbox (id) DEFERRABLE INITIALLY DEFERRED,
    activation TEXT REFERENCES activation (id) DEFERRABLE INITIALLY DEFERRED,
    certificate TEXT REFERENCES certificate (id) DEFERRABLE INITIALLY DEFERRED,
    renews TEXT REFERENCES certificate (id) DEFERRABLE INITIALLY DEFERRED,
    renewed_by TEXT REFERENCES orders (id) DEFERRABLE INITIALLY DEFERRED,
    window_ends INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX orders_owner ON orders (ra, customer, created_at, id);
CREATE INDEX orders_created ON orders (created_at, id);
CREATE INDEX orders_data ON orders (subject_data, created_at, id);

CREATE TABLE subject_data (
    id TEXT NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    ra TEXT NOT NULL,
    customer TEXT,
    revision INTEGER NOT NULL,
    previous TEXT REFERENCES subject_data (id) DEFERRABLE INITIALLY DEFERRED,
    organization TEXT NOT NULL,
    abbreviation TEXT,
    country TEXT NOT NULL,
    state_or_province TEXT NOT NULL,
    locality TEXT NOT NULL,
    register TEXT,
    register_number TEXT,
    state TEXT NOT NULL,
    statements TEXT NOT NULL,
    submitted_at INTEGER,
    case_id TEXT REFERENCES validation_case (id) DEFERRABLE INITIALLY DEFERRED,
    verified TEXT,
    needed TEXT NOT NULL,
    message TEXT,
    answer_until INTEGER,
    doubt TEXT,
    doubted_at INTEGER,
    proposed TEXT,
    acting_for TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX subject_data_owner ON subject_data (ra, customer, created_at, id);
CREATE INDEX subject_data_created ON subject_data (created_at, id);
-- What is in doubt, or was when it ended.
CREATE INDEX subject_data_doubted ON subject_data (doubted_at, id) WHERE doubted_at IS NOT NULL;

CREATE TABLE document (
    id TEXT NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    subject_data TEXT NOT NULL REFERENCES subject_data (id) DEFERRABLE INITIALLY DEFERRED,
    ra TEXT NOT NULL,
    customer TEXT,
    kind TEXT NOT NULL,
    description TEXT,
    file_name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size INTEGER NOT NULL,
    sha256 BLOB NOT NULL,
    case_id TEXT REFERENCES validation_case (id) DEFERRABLE INITIALLY DEFERRED,
    brought_by TEXT,
    scan TEXT NOT NULL,
    finding TEXT,
    scanned_at INTEGER,
    erased_at INTEGER,
    received_at INTEGER NOT NULL
) STRICT;
CREATE INDEX document_data ON document (subject_data, received_at, id);
-- What an applicant has given is no source of the CA's own, whoever brings it once more.
CREATE INDEX document_given ON document (sha256) WHERE case_id IS NULL;

CREATE TABLE validation_case (
    id TEXT NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    subject_data TEXT NOT NULL REFERENCES subject_data (id) DEFERRABLE INITIALLY DEFERRED,
    ra TEXT NOT NULL,
    customer TEXT,
    country TEXT NOT NULL,
    state TEXT NOT NULL,
    lookup TEXT NOT NULL,
    claimed_by TEXT,
    claimed_until INTEGER,
    checks TEXT NOT NULL,
    facts TEXT,
    evidence TEXT NOT NULL,
    editors TEXT NOT NULL,
    proposal TEXT,
    decision TEXT,
    asked TEXT,
    asked_at INTEGER,
    answer_until INTEGER,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX validation_case_created ON validation_case (created_at, id);
CREATE INDEX validation_case_state ON validation_case (state, created_at, id);
CREATE INDEX validation_case_holder ON validation_case (claimed_by, created_at, id)
    WHERE claimed_by IS NOT NULL;
CREATE INDEX validation_case_lookup ON validation_case (lookup, created_at, id);
CREATE INDEX validation_case_country ON validation_case (country, created_at, id);
CREATE INDEX validation_case_open_lookup ON validation_case (lookup, created_at, id)
    WHERE state NOT IN ('decided', 'closed');
CREATE INDEX validation_case_open_country ON validation_case (country, created_at, id)
    WHERE state NOT IN ('decided', 'closed');
CREATE INDEX validation_case_data ON validation_case (subject_data);

CREATE TABLE evidence (
    id TEXT NOT NULL PRIMARY KEY,
    case_id TEXT NOT NULL REFERENCES validation_case (id) DEFERRABLE INITIALLY DEFERRED,
    kind TEXT NOT NULL,
    source TEXT NOT NULL,
    description TEXT,
    document TEXT REFERENCES document (id) DEFERRABLE INITIALLY DEFERRED,
    register TEXT,
    reached_at TEXT,
    person TEXT,
    found_in TEXT REFERENCES evidence (id) DEFERRABLE INITIALLY DEFERRED,
    issued_on INTEGER,
    content BLOB NOT NULL,
    sha256 BLOB NOT NULL,
    obtained_at INTEGER NOT NULL,
    recorded_by TEXT NOT NULL,
    recorded_at INTEGER NOT NULL
) STRICT;
CREATE INDEX evidence_case ON evidence (case_id, recorded_at, id);

-- What registers said of data after two people had decided on them.
CREATE TABLE data_lookup (
    id TEXT NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    subject_data TEXT NOT NULL REFERENCES subject_data (id) DEFERRABLE INITIALLY DEFERRED,
    register TEXT NOT NULL,
    result TEXT NOT NULL,
    against TEXT NOT NULL,
    content BLOB NOT NULL,
    sha256 BLOB NOT NULL,
    obtained_at INTEGER NOT NULL,
    recorded_by TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX data_lookup_data ON data_lookup (subject_data, created_at, id);

CREATE TABLE mailbox (
    id TEXT NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    order_id TEXT NOT NULL REFERENCES orders (id) DEFERRABLE INITIALLY DEFERRED,
    ra TEXT NOT NULL,
    customer TEXT,
    address TEXT NOT NULL,
    language TEXT NOT NULL,
    state TEXT NOT NULL,
    method TEXT NOT NULL,
    domain_control TEXT REFERENCES domain_control (id) DEFERRABLE INITIALLY DEFERRED,
    code_nonce BLOB NOT NULL,
    code_mac BLOB NOT NULL,
    code_created_at INTEGER NOT NULL,
    code_expires_at INTEGER NOT NULL,
    code_tries INTEGER NOT NULL,
    initiated_at INTEGER NOT NULL,
    valid_until INTEGER NOT NULL,
    sent_at INTEGER,
    confirmed_at INTEGER,
    confirmed_by TEXT,
    reused_from TEXT REFERENCES mailbox (id) DEFERRABLE INITIALLY DEFERRED,
    doubt TEXT,
    proposal TEXT,
    decision TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX mailbox_order ON mailbox (order_id);
-- What an owner has shown to control; which orders rest on one check.
CREATE INDEX mailbox_verified ON mailbox (ra, customer, address, valid_until) WHERE state = 'verified';
CREATE INDEX mailbox_disowned ON mailbox (created_at, id) WHERE state = 'disowned';
CREATE INDEX mailbox_ended ON mailbox (updated_at, id) WHERE state IN ('disowned', 'invalidated');
CREATE INDEX mailbox_doubted ON mailbox (created_at, id) WHERE proposal IS NOT NULL AND decision IS NULL;
CREATE INDEX mailbox_decided ON mailbox (created_at, id) WHERE decision IS NOT NULL;
CREATE INDEX mailbox_domain ON mailbox (domain_control) WHERE domain_control IS NOT NULL;
CREATE INDEX mailbox_reused ON mailbox (reused_from) WHERE reused_from IS NOT NULL;

CREATE TABLE address_use (
    abuse_key TEXT NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    sent TEXT NOT NULL
) STRICT;

CREATE TABLE mail (
    id TEXT NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    kind TEXT NOT NULL,
    ra TEXT NOT NULL,
    customer TEXT,
    order_id TEXT REFERENCES orders (id) DEFERRABLE INITIALLY DEFERRED,
    object TEXT NOT NULL,
    recipient TEXT NOT NULL,
    language TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    reply TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX mail_created ON mail (created_at, id);
CREATE INDEX mail_state ON mail (state, created_at, id);
-- Codes of an hour, by owner, by frontend and by mail domain: their allowances.
CREATE INDEX mail_code_owner ON mail (ra, customer, created_at) WHERE kind = 'verify-address';
CREATE INDEX mail_code_frontend ON mail (ra, created_at) WHERE kind = 'verify-address';
CREATE INDEX mail_code_domain ON mail (lower(substr(recipient, instr(recipient, '@') + 1)), created_at)
    WHERE kind = 'verify-address';

-- What the reader of an address's mail wishes about a group of reminders.
CREATE TABLE unsubscription (
    id TEXT NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    address TEXT NOT NULL,
    reminders TEXT NOT NULL,
    wish TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    UNIQUE (address, reminders)
) STRICT, WITHOUT ROWID;

CREATE TABLE notification (
    id TEXT NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    ra TEXT NOT NULL,
    customer TEXT,
    tab TEXT NOT NULL,
    code TEXT NOT NULL,
    order_id TEXT REFERENCES orders (id) DEFERRABLE INITIALLY DEFERRED,
    object TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    read_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX notification_owner ON notification (ra, customer, tab, created_at, id);
CREATE INDEX notification_tab ON notification (tab, created_at, id);

-- What owners' programs are told of, at the position of the audit entry that says the same.
CREATE TABLE feed (
    ra TEXT NOT NULL,
    pos INTEGER NOT NULL,
    customer TEXT,
    type TEXT NOT NULL,
    object TEXT NOT NULL,
    order_id TEXT,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (ra, pos)
) STRICT, WITHOUT ROWID;
CREATE INDEX feed_customer ON feed (ra, customer, pos);
-- An auditor reads the feed of everybody.
CREATE UNIQUE INDEX feed_pos ON feed (pos);

-- Endpoints that the feed is pushed to. From booked_round on: how far that has come, which no
-- transition changes.
CREATE TABLE webhook (
    id TEXT NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    ra TEXT NOT NULL,
    customer TEXT,
    place INTEGER NOT NULL,
    url TEXT NOT NULL,
    types TEXT NOT NULL,
    state TEXT NOT NULL,
    round INTEGER NOT NULL,
    begins_after INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    booked_round INTEGER NOT NULL,
    delivered INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    failing_since INTEGER,
    last_at INTEGER,
    last_outcome TEXT,
    last_status INTEGER
) STRICT;
-- An owner has so many as there are places.
CREATE UNIQUE INDEX webhook_place ON webhook (ra, coalesce(customer, ''), place) WHERE state <> 'deleted';
CREATE INDEX webhook_owner ON webhook (ra, customer, created_at, id) WHERE state <> 'deleted';
CREATE INDEX webhook_frontend ON webhook (ra, created_at, id) WHERE state <> 'deleted';
CREATE INDEX webhook_created ON webhook (created_at, id) WHERE state <> 'deleted';

-- An owner's proof of control over a mail domain, by a value that stands in the DNS.
CREATE TABLE domain_control (
    id TEXT NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    ra TEXT NOT NULL,
    customer TEXT,
    method TEXT NOT NULL,
    domain TEXT NOT NULL,
    record TEXT NOT NULL,
    value TEXT NOT NULL,
    state TEXT NOT NULL,
    value_until INTEGER NOT NULL,
    valid_until INTEGER NOT NULL,
    looks INTEGER NOT NULL,
    looked_at INTEGER,
    verdict TEXT,
    quorum TEXT,
    seen TEXT,
    proven_at INTEGER,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX domain_control_owner ON domain_control (ra, customer, created_at, id);
CREATE INDEX domain_control_frontend ON domain_control (ra, created_at, id);
CREATE INDEX domain_control_created ON domain_control (created_at, id);
CREATE INDEX domain_control_pending ON domain_control (ra, customer, value_until) WHERE state = 'pending';

-- What the DNS said about the CAs of a mailbox's domain, and what came of it.
CREATE TABLE caa_check (
    id TEXT NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    domain TEXT NOT NULL,
    verdict TEXT NOT NULL,
    reason TEXT NOT NULL,
    issuers TEXT NOT NULL,
    lookups TEXT NOT NULL,
    quorum TEXT,
    seen TEXT,
    checked_at INTEGER NOT NULL,
    usable_until INTEGER NOT NULL
) STRICT;

CREATE TABLE activation (
    id TEXT NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    order_id TEXT NOT NULL REFERENCES orders (id) DEFERRABLE INITIALLY DEFERRED,
    ra TEXT NOT NULL,
    customer TEXT,
    state TEXT NOT NULL,
    subject_data TEXT NOT NULL REFERENCES subject_data (id) DEFERRABLE INITIALLY DEFERRED,
    mailbox TEXT NOT NULL REFERENCES mailbox (id) DEFERRABLE INITIALLY DEFERRED,
    replaces TEXT REFERENCES certificate (id) DEFERRABLE INITIALLY DEFERRED,
    common_name TEXT NOT NULL,
    fields TEXT NOT NULL,
    spki BLOB NOT NULL,
    spki_sha256 BLOB NOT NULL,
    statements TEXT NOT NULL,
    acting_for TEXT NOT NULL,
    refusal TEXT,
    certificate TEXT REFERENCES certificate (id) DEFERRABLE INITIALLY DEFERRED,
    submitted_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX activation_order ON activation (order_id);

-- At most one activation of an order runs.
CREATE TABLE live_activation (
    order_id TEXT NOT NULL PRIMARY KEY REFERENCES orders (id) DEFERRABLE INITIALLY DEFERRED,
    activation_id TEXT NOT NULL UNIQUE REFERENCES activation (id) DEFERRABLE INITIALLY DEFERRED
) STRICT, WITHOUT ROWID;

CREATE TABLE intent (
    issuer TEXT NOT NULL,
    serial TEXT NOT NULL,
    version INTEGER NOT NULL,
    activation_id TEXT NOT NULL REFERENCES activation (id) DEFERRABLE INITIALLY DEFERRED,
    crl_partition INTEGER NOT NULL,
    tbs BLOB NOT NULL,
    tbs_sha256 BLOB NOT NULL,
    profile TEXT NOT NULL,
    profile_sha256 BLOB NOT NULL,
    lint_rules TEXT NOT NULL,
    lint_findings TEXT NOT NULL,
    not_after INTEGER NOT NULL,
    boot TEXT NOT NULL,
    state TEXT NOT NULL,
    recorded_at INTEGER NOT NULL,
    settled_at INTEGER,
    PRIMARY KEY (issuer, serial)
) STRICT;
CREATE INDEX intent_recorded ON intent (boot, recorded_at) WHERE state = 'recorded';
CREATE INDEX intent_activation ON intent (activation_id);

-- Which decisions rested on a version of an object.
CREATE TABLE rests_on (
    issuer TEXT NOT NULL,
    serial TEXT NOT NULL,
    aggregate TEXT NOT NULL,
    id TEXT NOT NULL,
    row_version INTEGER NOT NULL,
    PRIMARY KEY (issuer, serial, aggregate, id),
    FOREIGN KEY (issuer, serial) REFERENCES intent (issuer, serial) DEFERRABLE INITIALLY DEFERRED
) STRICT, WITHOUT ROWID;
CREATE INDEX rests_on_object ON rests_on (aggregate, id);

CREATE TABLE certificate (
    id TEXT NOT NULL PRIMARY KEY,
    issuer TEXT NOT NULL,
    serial TEXT NOT NULL,
    crl_partition INTEGER NOT NULL,
    ra TEXT NOT NULL,
    customer TEXT,
    order_id TEXT NOT NULL REFERENCES orders (id) DEFERRABLE INITIALLY DEFERRED,
    activation_id TEXT NOT NULL REFERENCES activation (id) DEFERRABLE INITIALLY DEFERRED,
    replaces TEXT REFERENCES certificate (id) DEFERRABLE INITIALLY DEFERRED,
    replaced_until INTEGER,
    product TEXT NOT NULL,
    der BLOB NOT NULL,
    sha256 BLOB NOT NULL,
    spki_sha256 BLOB NOT NULL,
    key_fingerprint BLOB NOT NULL,
    subject TEXT NOT NULL,
    mailbox TEXT NOT NULL,
    not_before INTEGER NOT NULL,
    not_after INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (issuer, serial),
    FOREIGN KEY (issuer, serial) REFERENCES intent (issuer, serial) DEFERRABLE INITIALLY DEFERRED
) STRICT;
CREATE INDEX certificate_owner ON certificate (ra, customer, created_at, id);
CREATE INDEX certificate_created ON certificate (created_at, id);
-- One certificate takes the place of another.
CREATE UNIQUE INDEX certificate_replaces ON certificate (replaces) WHERE replaces IS NOT NULL;
CREATE INDEX certificate_order ON certificate (order_id);
CREATE INDEX certificate_serial ON certificate (serial);
CREATE INDEX certificate_sha256 ON certificate (sha256);
CREATE INDEX certificate_key ON certificate (key_fingerprint, created_at, id);

-- Serials that CRLs list: revoked certificates and abandoned intents, of leaves and of responders.
CREATE TABLE revoked (
    issuer TEXT NOT NULL,
    serial TEXT NOT NULL,
    crl_partition INTEGER NOT NULL,
    revoked_at INTEGER NOT NULL,
    reason TEXT NOT NULL,
    not_after INTEGER NOT NULL,
    PRIMARY KEY (issuer, serial)
) STRICT;
CREATE INDEX revoked_scope ON revoked (issuer, crl_partition, not_after);

-- Who had a certificate revoked, why, and which CRL said it first.
CREATE TABLE revocation (
    id TEXT NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    certificate_id TEXT NOT NULL UNIQUE REFERENCES certificate (id) DEFERRABLE INITIALLY DEFERRED,
    issuer TEXT NOT NULL,
    serial TEXT NOT NULL,
    crl_partition INTEGER NOT NULL,
    ra TEXT NOT NULL,
    customer TEXT,
    order_id TEXT NOT NULL,
    reason TEXT NOT NULL,
    compromised_at INTEGER,
    note TEXT,
    requested_by TEXT NOT NULL,
    acting_for TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    publish_by INTEGER NOT NULL,
    crl_number INTEGER,
    published_at INTEGER
) STRICT;

CREATE INDEX revocation_recorded ON revocation (created_at, id) WHERE state = 'recorded';

CREATE TABLE revocation_list (
    issuer TEXT NOT NULL,
    crl_partition INTEGER NOT NULL,
    number INTEGER NOT NULL,
    version INTEGER NOT NULL,
    state TEXT NOT NULL,
    tbs BLOB NOT NULL,
    tbs_sha256 BLOB NOT NULL,
    der BLOB NOT NULL,
    this_update INTEGER NOT NULL,
    next_update INTEGER NOT NULL,
    entries INTEGER NOT NULL,
    boot TEXT NOT NULL,
    lint_rules TEXT NOT NULL,
    lint_findings TEXT NOT NULL,
    PRIMARY KEY (issuer, crl_partition, number)
) STRICT;

CREATE INDEX revocation_list_recorded ON revocation_list (boot, number) WHERE state = 'recorded';

-- One list of a scope is signed at a time, whoever signs it (I12).
CREATE UNIQUE INDEX revocation_list_open ON revocation_list (issuer, crl_partition) WHERE state = 'recorded';

-- Delegated OCSP signing certificates; no serial is here that an intent has.
CREATE TABLE responder (
    issuer TEXT NOT NULL,
    serial TEXT NOT NULL,
    version INTEGER NOT NULL,
    key_name TEXT NOT NULL,
    tbs BLOB NOT NULL,
    tbs_sha256 BLOB NOT NULL,
    der BLOB NOT NULL,
    not_before INTEGER NOT NULL,
    not_after INTEGER NOT NULL,
    lint_rules TEXT NOT NULL,
    lint_findings TEXT NOT NULL,
    boot TEXT NOT NULL,
    state TEXT NOT NULL,
    recorded_at INTEGER NOT NULL,
    settled_at INTEGER,
    PRIMARY KEY (issuer, serial)
) STRICT;
CREATE INDEX responder_issued ON responder (issuer, recorded_at) WHERE state = 'issued';
CREATE INDEX responder_recorded ON responder (boot, recorded_at) WHERE state = 'recorded';

-- Certificate profiles as the log last told of them.
CREATE TABLE profile (
    name TEXT NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    sha256 BLOB NOT NULL,
    retired_at INTEGER,
    updated_at INTEGER NOT NULL
) STRICT;

-- Texts that hashes and versions elsewhere stand for, whole.
CREATE TABLE text (
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    content BLOB NOT NULL,
    kept_at INTEGER NOT NULL,
    PRIMARY KEY (kind, name, sha256)
) STRICT, WITHOUT ROWID;

-- Reports of problems with certificates, from whoever made them.
CREATE TABLE problem_report (
    id TEXT NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    problem TEXT NOT NULL,
    evidence TEXT,
    key_fingerprint TEXT,
    certificate_id TEXT REFERENCES certificate (id) DEFERRABLE INITIALLY DEFERRED,
    named TEXT,
    description TEXT,
    contact TEXT,
    language TEXT NOT NULL,
    digest TEXT NOT NULL,
    state TEXT NOT NULL,
    preliminary_due INTEGER NOT NULL,
    decide_due INTEGER NOT NULL,
    preliminary TEXT,
    preliminary_by TEXT,
    preliminary_at INTEGER,
    outcome TEXT,
    decision TEXT,
    decided_by TEXT,
    decided_at INTEGER,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX problem_report_created ON problem_report (created_at, id);
CREATE INDEX problem_report_digest ON problem_report (digest);
CREATE INDEX problem_report_open ON problem_report (decide_due, id) WHERE state <> 'decided';
CREATE INDEX problem_report_unknown ON problem_report (created_at) WHERE certificate_id IS NULL;

-- Keys that are never certified again; id is the fingerprint in hex.
CREATE TABLE blocked_key (
    id TEXT NOT NULL PRIMARY KEY,
    algorithm TEXT NOT NULL,
    bits INTEGER NOT NULL,
    evidence TEXT NOT NULL,
    blocked_by TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX blocked_key_created ON blocked_key (created_at, id);

-- To whom a key belongs, by the fingerprint in hex: to a subscriber's owner, or to an identity.
CREATE TABLE key_holder (
    fingerprint TEXT NOT NULL PRIMARY KEY,
    ra TEXT,
    customer TEXT,
    identity TEXT,
    CHECK ((ra IS NULL) <> (identity IS NULL))
) STRICT, WITHOUT ROWID;

CREATE TABLE job (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    object TEXT NOT NULL,
    slot TEXT NOT NULL,
    due INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    token BLOB NOT NULL,
    queued_at INTEGER NOT NULL,
    ended_at INTEGER,
    -- Tries that failed in a row, and what the last one met; nothing of it when none did.
    failures INTEGER NOT NULL,
    fault_code TEXT NOT NULL,
    fault_text TEXT NOT NULL,
    failing_since INTEGER,
    failed_at INTEGER,
    UNIQUE (kind, object, slot)
) STRICT, WITHOUT ROWID;
CREATE INDEX job_due ON job (kind, due, id) WHERE ended_at IS NULL;
CREATE INDEX job_token ON job (token) WHERE ended_at IS NULL;
CREATE INDEX job_ended ON job (ended_at) WHERE ended_at IS NOT NULL;
CREATE INDEX job_failing ON job (id) WHERE ended_at IS NULL AND failures > 0;

-- No customer is the empty string.
CREATE TABLE idempotency (
    identity TEXT NOT NULL,
    ra TEXT NOT NULL,
    customer TEXT NOT NULL,
    key TEXT NOT NULL,
    request_sha256 BLOB NOT NULL,
    act TEXT NOT NULL,
    claimed_at INTEGER NOT NULL,
    status INTEGER,
    location TEXT,
    etag TEXT,
    body BLOB,
    PRIMARY KEY (identity, ra, customer, key)
) STRICT;
CREATE INDEX idempotency_act ON idempotency (act);
CREATE INDEX idempotency_claimed ON idempotency (claimed_at);
-- Refusals are pruned sooner than what was done; accepted acts pay nothing for this index.
CREATE INDEX idempotency_refused ON idempotency (claimed_at) WHERE status >= 400;

-- Starts of the daemon.
CREATE TABLE instance (
    boot TEXT NOT NULL PRIMARY KEY,
    started_at INTEGER NOT NULL,
    lease_until INTEGER NOT NULL
) STRICT;

CREATE TABLE audit_head (
    log TEXT NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    pos INTEGER NOT NULL UNIQUE,
    size INTEGER NOT NULL,
    frontier BLOB NOT NULL,
    root BLOB NOT NULL,
    last_time INTEGER NOT NULL
) STRICT;

CREATE TABLE audit_entry (
    log TEXT NOT NULL,
    seq INTEGER NOT NULL,
    pos INTEGER NOT NULL UNIQUE,
    leaf BLOB NOT NULL,
    PRIMARY KEY (log, seq),
    FOREIGN KEY (log) REFERENCES audit_head (log) DEFERRABLE INITIALLY DEFERRED
) STRICT, WITHOUT ROWID;

-- Roots of complete subtrees.
CREATE TABLE audit_hash (
    log TEXT NOT NULL,
    level INTEGER NOT NULL,
    n INTEGER NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (log, level, n)
) STRICT, WITHOUT ROWID;

-- Personal data of entries: erased after retention, never changed.
CREATE TABLE audit_detail (
    log TEXT NOT NULL,
    seq INTEGER NOT NULL,
    salt BLOB NOT NULL,
    json TEXT NOT NULL,
    PRIMARY KEY (log, seq),
    FOREIGN KEY (log, seq) REFERENCES audit_entry (log, seq) DEFERRABLE INITIALLY DEFERRED
) STRICT, WITHOUT ROWID;

CREATE TRIGGER audit_entry_fixed BEFORE UPDATE ON audit_entry
BEGIN SELECT RAISE(ABORT, 'audit_entry is append-only'); END;
CREATE TRIGGER audit_entry_kept BEFORE DELETE ON audit_entry
BEGIN SELECT RAISE(ABORT, 'audit_entry is append-only'); END;
CREATE TRIGGER audit_hash_fixed BEFORE UPDATE ON audit_hash
BEGIN SELECT RAISE(ABORT, 'audit_hash is append-only'); END;
CREATE TRIGGER audit_hash_kept BEFORE DELETE ON audit_hash
BEGIN SELECT RAISE(ABORT, 'audit_hash is append-only'); END;
CREATE TRIGGER audit_detail_fixed BEFORE UPDATE ON audit_detail
BEGIN SELECT RAISE(ABORT, 'audit_detail can be erased, not changed'); END;
CREATE TRIGGER audit_head_kept BEFORE DELETE ON audit_head
BEGIN SELECT RAISE(ABORT, 'audit_head is never removed'); END;
CREATE TRIGGER certificate_fixed BEFORE UPDATE ON certificate
BEGIN SELECT RAISE(ABORT, 'certificate is immutable'); END;
CREATE TRIGGER certificate_kept BEFORE DELETE ON certificate
BEGIN SELECT RAISE(ABORT, 'certificate is immutable'); END;
CREATE TRIGGER text_fixed BEFORE UPDATE ON text
BEGIN SELECT RAISE(ABORT, 'a text is kept as it is'); END;
CREATE TRIGGER text_kept BEFORE DELETE ON text
BEGIN SELECT RAISE(ABORT, 'a text is kept for ever'); END;
CREATE TRIGGER blocked_key_fixed BEFORE UPDATE ON blocked_key
BEGIN SELECT RAISE(ABORT, 'a blocked key stays blocked'); END;
CREATE TRIGGER blocked_key_kept BEFORE DELETE ON blocked_key
BEGIN SELECT RAISE(ABORT, 'a blocked key stays blocked'); END;
CREATE TRIGGER key_holder_fixed BEFORE UPDATE ON key_holder
BEGIN SELECT RAISE(ABORT, 'a key keeps its owner'); END;
CREATE TRIGGER key_holder_kept BEFORE DELETE ON key_holder
BEGIN SELECT RAISE(ABORT, 'a key keeps its owner'); END;
CREATE TRIGGER evidence_fixed BEFORE UPDATE ON evidence
BEGIN SELECT RAISE(ABORT, 'evidence is immutable'); END;
CREATE TRIGGER evidence_kept BEFORE DELETE ON evidence
BEGIN SELECT RAISE(ABORT, 'evidence is immutable'); END;
-- What a document is never changes; what is known of it does.
CREATE TRIGGER document_fixed BEFORE UPDATE OF id, subject_data, kind, description, file_name, media_type,
    size, sha256, case_id, brought_by, received_at ON document
BEGIN SELECT RAISE(ABORT, 'document is immutable'); END;
CREATE TRIGGER document_kept BEFORE DELETE ON document
BEGIN SELECT RAISE(ABORT, 'document is immutable'); END;
CREATE TRIGGER revoked_fixed BEFORE UPDATE ON revoked
BEGIN SELECT RAISE(ABORT, 'revoked is append-only'); END;
CREATE TRIGGER revoked_kept BEFORE DELETE ON revoked
BEGIN SELECT RAISE(ABORT, 'revoked is append-only'); END;
CREATE TRIGGER caa_check_fixed BEFORE UPDATE ON caa_check
BEGIN SELECT RAISE(ABORT, 'caa_check is immutable'); END;
CREATE TRIGGER caa_check_kept BEFORE DELETE ON caa_check
BEGIN SELECT RAISE(ABORT, 'caa_check is immutable'); END;
CREATE TRIGGER rests_on_fixed BEFORE UPDATE ON rests_on
BEGIN SELECT RAISE(ABORT, 'rests_on is append-only'); END;
CREATE TRIGGER rests_on_kept BEFORE DELETE ON rests_on
BEGIN SELECT RAISE(ABORT, 'rests_on is append-only'); END;
CREATE TRIGGER intent_kept BEFORE DELETE ON intent
BEGIN SELECT RAISE(ABORT, 'a serial is never forgotten'); END;
CREATE TRIGGER responder_kept BEFORE DELETE ON responder
BEGIN SELECT RAISE(ABORT, 'a serial is never forgotten'); END;
