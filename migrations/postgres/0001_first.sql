-- The tables of ../sqlite/0001_first.sql, column for column: a test compares them. Identifiers, states
-- and JSON are TEXT, instants BIGINT milliseconds UTC, serials lower-case hex. The database is made
-- with the locale C, so that texts order by their octets.

-- The name that SQLite has for strpos: a query's text serves both, and an index stands on it.
CREATE FUNCTION instr(text, text) RETURNS integer
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN strpos($1, $2);

CREATE TABLE schema_version (
    version BIGINT PRIMARY KEY,
    sha256 TEXT NOT NULL
);

CREATE TABLE identity (
    name TEXT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    role TEXT NOT NULL,
    credential_kind TEXT NOT NULL,
    credential TEXT NOT NULL,
    spki BYTEA,
    qualified_until BIGINT,
    granted_from BIGINT,
    granted_until BIGINT,
    disabled_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (credential_kind, credential)
);

CREATE TABLE orders (
    id TEXT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
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
    subject_data TEXT,
    mailbox TEXT,
    activation TEXT,
    certificate TEXT,
    renews TEXT,
    renewed_by TEXT,
    window_ends BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX orders_owner ON orders (ra, customer, created_at, id);
CREATE INDEX orders_created ON orders (created_at, id);
CREATE INDEX orders_data ON orders (subject_data, created_at, id);

CREATE TABLE subject_data (
    id TEXT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    ra TEXT NOT NULL,
    customer TEXT,
    revision BIGINT NOT NULL,
    previous TEXT,
    organization TEXT NOT NULL,
    abbreviation TEXT,
    country TEXT NOT NULL,
    state_or_province TEXT NOT NULL,
    locality TEXT NOT NULL,
    register TEXT,
    register_number TEXT,
    state TEXT NOT NULL,
    statements TEXT NOT NULL,
    submitted_at BIGINT,
    case_id TEXT,
    verified TEXT,
    needed TEXT NOT NULL,
    message TEXT,
    answer_until BIGINT,
    doubt TEXT,
    doubted_at BIGINT,
    proposed TEXT,
    acting_for TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX subject_data_owner ON subject_data (ra, customer, created_at, id);
CREATE INDEX subject_data_created ON subject_data (created_at, id);
-- What is in doubt, or was when it ended.
CREATE INDEX subject_data_doubted ON subject_data (doubted_at, id) WHERE doubted_at IS NOT NULL;

CREATE TABLE document (
    id TEXT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    subject_data TEXT NOT NULL,
    ra TEXT NOT NULL,
    customer TEXT,
    kind TEXT NOT NULL,
    description TEXT,
    file_name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size BIGINT NOT NULL,
    sha256 BYTEA NOT NULL,
    case_id TEXT,
    brought_by TEXT,
    scan TEXT NOT NULL,
    finding TEXT,
    scanned_at BIGINT,
    erased_at BIGINT,
    received_at BIGINT NOT NULL
);
CREATE INDEX document_data ON document (subject_data, received_at, id);
-- What an applicant has given is no source of the CA's own, whoever brings it once more.
CREATE INDEX document_given ON document (sha256) WHERE case_id IS NULL;

CREATE TABLE validation_case (
    id TEXT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    subject_data TEXT NOT NULL,
    ra TEXT NOT NULL,
    customer TEXT,
    country TEXT NOT NULL,
    state TEXT NOT NULL,
    lookup TEXT NOT NULL,
    claimed_by TEXT,
    claimed_until BIGINT,
    checks TEXT NOT NULL,
    facts TEXT,
    evidence TEXT NOT NULL,
    editors TEXT NOT NULL,
    proposal TEXT,
    decision TEXT,
    asked TEXT,
    asked_at BIGINT,
    answer_until BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
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
    case_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    source TEXT NOT NULL,
    description TEXT,
    document TEXT,
    register TEXT,
    reached_at TEXT,
    person TEXT,
    found_in TEXT,
    issued_on BIGINT,
    content BYTEA NOT NULL,
    sha256 BYTEA NOT NULL,
    obtained_at BIGINT NOT NULL,
    recorded_by TEXT NOT NULL,
    recorded_at BIGINT NOT NULL
);
CREATE INDEX evidence_case ON evidence (case_id, recorded_at, id);

-- What registers said of data after two people had decided on them.
CREATE TABLE data_lookup (
    id TEXT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    subject_data TEXT NOT NULL,
    register TEXT NOT NULL,
    result TEXT NOT NULL,
    against TEXT NOT NULL,
    content BYTEA NOT NULL,
    sha256 BYTEA NOT NULL,
    obtained_at BIGINT NOT NULL,
    recorded_by TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX data_lookup_data ON data_lookup (subject_data, created_at, id);

CREATE TABLE mailbox (
    id TEXT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    order_id TEXT NOT NULL,
    ra TEXT NOT NULL,
    customer TEXT,
    address TEXT NOT NULL,
    language TEXT NOT NULL,
    state TEXT NOT NULL,
    method TEXT NOT NULL,
    domain_control TEXT,
    code_nonce BYTEA NOT NULL,
    code_mac BYTEA NOT NULL,
    code_created_at BIGINT NOT NULL,
    code_expires_at BIGINT NOT NULL,
    code_tries BIGINT NOT NULL,
    initiated_at BIGINT NOT NULL,
    valid_until BIGINT NOT NULL,
    sent_at BIGINT,
    confirmed_at BIGINT,
    confirmed_by TEXT,
    reused_from TEXT,
    doubt TEXT,
    proposal TEXT,
    decision TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
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
    version BIGINT NOT NULL,
    sent TEXT NOT NULL
);

CREATE TABLE mail (
    id TEXT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    kind TEXT NOT NULL,
    ra TEXT NOT NULL,
    customer TEXT,
    order_id TEXT,
    object TEXT NOT NULL,
    recipient TEXT NOT NULL,
    language TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    reply TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX mail_created ON mail (created_at, id);
CREATE INDEX mail_state ON mail (state, created_at, id);
-- Codes of an hour, by owner and by mail domain: their allowances.
CREATE INDEX mail_code_owner ON mail (ra, customer, created_at) WHERE kind = 'verify-address';
CREATE INDEX mail_code_frontend ON mail (ra, created_at) WHERE kind = 'verify-address';
CREATE INDEX mail_code_domain ON mail (lower(substr(recipient, instr(recipient, '@') + 1)), created_at)
    WHERE kind = 'verify-address';

-- What the reader of an address's mail wishes about a group of reminders.
CREATE TABLE unsubscription (
    id TEXT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    address TEXT NOT NULL,
    reminders TEXT NOT NULL,
    wish TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (address, reminders)
);

CREATE TABLE notification (
    id TEXT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    ra TEXT NOT NULL,
    customer TEXT,
    tab TEXT NOT NULL,
    code TEXT NOT NULL,
    order_id TEXT,
    object TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    read_at BIGINT
);
CREATE INDEX notification_owner ON notification (ra, customer, tab, created_at, id);
CREATE INDEX notification_tab ON notification (tab, created_at, id);

-- What owners' programs are told of, at the position of the audit entry that says the same.
CREATE TABLE feed (
    ra TEXT NOT NULL,
    pos BIGINT NOT NULL,
    customer TEXT,
    type TEXT NOT NULL,
    object TEXT NOT NULL,
    order_id TEXT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (ra, pos)
);
CREATE INDEX feed_customer ON feed (ra, customer, pos);
-- An auditor reads the feed of everybody.
CREATE UNIQUE INDEX feed_pos ON feed (pos);

-- Endpoints that the feed is pushed to. From booked_round on: how far that has come, which no
-- transition changes.
CREATE TABLE webhook (
    id TEXT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    ra TEXT NOT NULL,
    customer TEXT,
    place BIGINT NOT NULL,
    url TEXT NOT NULL,
    types TEXT NOT NULL,
    state TEXT NOT NULL,
    round BIGINT NOT NULL,
    begins_after BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    booked_round BIGINT NOT NULL,
    delivered BIGINT NOT NULL,
    failures BIGINT NOT NULL,
    failing_since BIGINT,
    last_at BIGINT,
    last_outcome TEXT,
    last_status BIGINT
);
-- An owner has so many as there are places.
CREATE UNIQUE INDEX webhook_place ON webhook (ra, coalesce(customer, ''), place) WHERE state <> 'deleted';
CREATE INDEX webhook_owner ON webhook (ra, customer, created_at, id) WHERE state <> 'deleted';
CREATE INDEX webhook_frontend ON webhook (ra, created_at, id) WHERE state <> 'deleted';
CREATE INDEX webhook_created ON webhook (created_at, id) WHERE state <> 'deleted';

-- An owner's proof of control over a mail domain, by a value that stands in the DNS.
CREATE TABLE domain_control (
    id TEXT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    ra TEXT NOT NULL,
    customer TEXT,
    method TEXT NOT NULL,
    domain TEXT NOT NULL,
    record TEXT NOT NULL,
    value TEXT NOT NULL,
    state TEXT NOT NULL,
    value_until BIGINT NOT NULL,
    valid_until BIGINT NOT NULL,
    looks BIGINT NOT NULL,
    looked_at BIGINT,
    verdict TEXT,
    quorum TEXT,
    seen TEXT,
    proven_at BIGINT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX domain_control_owner ON domain_control (ra, customer, created_at, id);
CREATE INDEX domain_control_frontend ON domain_control (ra, created_at, id);
CREATE INDEX domain_control_created ON domain_control (created_at, id);
CREATE INDEX domain_control_pending ON domain_control (ra, customer, value_until) WHERE state = 'pending';

-- What the DNS said about the CAs of a mailbox's domain, and what came of it.
CREATE TABLE caa_check (
    id TEXT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    domain TEXT NOT NULL,
    verdict TEXT NOT NULL,
    reason TEXT NOT NULL,
    issuers TEXT NOT NULL,
    lookups TEXT NOT NULL,
    quorum TEXT,
    seen TEXT,
    checked_at BIGINT NOT NULL,
    usable_until BIGINT NOT NULL
);

CREATE TABLE activation (
    id TEXT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    order_id TEXT NOT NULL,
    ra TEXT NOT NULL,
    customer TEXT,
    state TEXT NOT NULL,
    subject_data TEXT NOT NULL,
    mailbox TEXT NOT NULL,
    replaces TEXT,
    common_name TEXT NOT NULL,
    fields TEXT NOT NULL,
    spki BYTEA NOT NULL,
    spki_sha256 BYTEA NOT NULL,
    statements TEXT NOT NULL,
    acting_for TEXT NOT NULL,
    refusal TEXT,
    certificate TEXT,
    submitted_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX activation_order ON activation (order_id);

-- At most one activation of an order runs.
CREATE TABLE live_activation (
    order_id TEXT NOT NULL PRIMARY KEY,
    activation_id TEXT NOT NULL UNIQUE
);

CREATE TABLE intent (
    issuer TEXT NOT NULL,
    serial TEXT NOT NULL,
    version BIGINT NOT NULL,
    activation_id TEXT NOT NULL,
    crl_partition BIGINT NOT NULL,
    tbs BYTEA NOT NULL,
    tbs_sha256 BYTEA NOT NULL,
    profile TEXT NOT NULL,
    profile_sha256 BYTEA NOT NULL,
    lint_rules TEXT NOT NULL,
    lint_findings TEXT NOT NULL,
    not_after BIGINT NOT NULL,
    boot TEXT NOT NULL,
    state TEXT NOT NULL,
    recorded_at BIGINT NOT NULL,
    settled_at BIGINT,
    PRIMARY KEY (issuer, serial)
);
CREATE INDEX intent_recorded ON intent (boot, recorded_at) WHERE state = 'recorded';
CREATE INDEX intent_activation ON intent (activation_id);

-- Which decisions rested on a version of an object.
CREATE TABLE rests_on (
    issuer TEXT NOT NULL,
    serial TEXT NOT NULL,
    aggregate TEXT NOT NULL,
    id TEXT NOT NULL,
    row_version BIGINT NOT NULL,
    PRIMARY KEY (issuer, serial, aggregate, id)
);
CREATE INDEX rests_on_object ON rests_on (aggregate, id);

CREATE TABLE certificate (
    id TEXT NOT NULL PRIMARY KEY,
    issuer TEXT NOT NULL,
    serial TEXT NOT NULL,
    crl_partition BIGINT NOT NULL,
    ra TEXT NOT NULL,
    customer TEXT,
    order_id TEXT NOT NULL,
    activation_id TEXT NOT NULL,
    replaces TEXT,
    replaced_until BIGINT,
    product TEXT NOT NULL,
    der BYTEA NOT NULL,
    sha256 BYTEA NOT NULL,
    spki_sha256 BYTEA NOT NULL,
    key_fingerprint BYTEA NOT NULL,
    subject TEXT NOT NULL,
    mailbox TEXT NOT NULL,
    not_before BIGINT NOT NULL,
    not_after BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (issuer, serial)
);
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
    crl_partition BIGINT NOT NULL,
    revoked_at BIGINT NOT NULL,
    reason TEXT NOT NULL,
    not_after BIGINT NOT NULL,
    PRIMARY KEY (issuer, serial)
);
CREATE INDEX revoked_scope ON revoked (issuer, crl_partition, not_after);

-- Who had a certificate revoked, why, and which CRL said it first.
CREATE TABLE revocation (
    id TEXT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    certificate_id TEXT NOT NULL UNIQUE,
    issuer TEXT NOT NULL,
    serial TEXT NOT NULL,
    crl_partition BIGINT NOT NULL,
    ra TEXT NOT NULL,
    customer TEXT,
    order_id TEXT NOT NULL,
    reason TEXT NOT NULL,
    compromised_at BIGINT,
    note TEXT,
    requested_by TEXT NOT NULL,
    acting_for TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    publish_by BIGINT NOT NULL,
    crl_number BIGINT,
    published_at BIGINT
);

CREATE INDEX revocation_recorded ON revocation (created_at, id) WHERE state = 'recorded';

CREATE TABLE revocation_list (
    issuer TEXT NOT NULL,
    crl_partition BIGINT NOT NULL,
    number BIGINT NOT NULL,
    version BIGINT NOT NULL,
    state TEXT NOT NULL,
    tbs BYTEA NOT NULL,
    tbs_sha256 BYTEA NOT NULL,
    der BYTEA NOT NULL,
    this_update BIGINT NOT NULL,
    next_update BIGINT NOT NULL,
    entries BIGINT NOT NULL,
    boot TEXT NOT NULL,
    lint_rules TEXT NOT NULL,
    lint_findings TEXT NOT NULL,
    PRIMARY KEY (issuer, crl_partition, number)
);

CREATE INDEX revocation_list_recorded ON revocation_list (boot, number) WHERE state = 'recorded';

-- One list of a scope is signed at a time, whoever signs it (I12).
CREATE UNIQUE INDEX revocation_list_open ON revocation_list (issuer, crl_partition) WHERE state = 'recorded';

-- Delegated OCSP signing certificates; no serial is here that an intent has.
CREATE TABLE responder (
    issuer TEXT NOT NULL,
    serial TEXT NOT NULL,
    version BIGINT NOT NULL,
    key_name TEXT NOT NULL,
    tbs BYTEA NOT NULL,
    tbs_sha256 BYTEA NOT NULL,
    der BYTEA NOT NULL,
    not_before BIGINT NOT NULL,
    not_after BIGINT NOT NULL,
    lint_rules TEXT NOT NULL,
    lint_findings TEXT NOT NULL,
    boot TEXT NOT NULL,
    state TEXT NOT NULL,
    recorded_at BIGINT NOT NULL,
    settled_at BIGINT,
    PRIMARY KEY (issuer, serial)
);
CREATE INDEX responder_issued ON responder (issuer, recorded_at) WHERE state = 'issued';
CREATE INDEX responder_recorded ON responder (boot, recorded_at) WHERE state = 'recorded';

-- Certificate profiles as the log last told of them.
CREATE TABLE profile (
    name TEXT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    sha256 BYTEA NOT NULL,
    retired_at BIGINT,
    updated_at BIGINT NOT NULL
);

-- Texts that hashes and versions elsewhere stand for, whole.
CREATE TABLE text (
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    content BYTEA NOT NULL,
    kept_at BIGINT NOT NULL,
    PRIMARY KEY (kind, name, sha256)
);

-- Reports of problems with certificates, from whoever made them.
CREATE TABLE problem_report (
    id TEXT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    problem TEXT NOT NULL,
    evidence TEXT,
    key_fingerprint TEXT,
    certificate_id TEXT,
    named TEXT,
    description TEXT,
    contact TEXT,
    language TEXT NOT NULL,
    digest TEXT NOT NULL,
    state TEXT NOT NULL,
    preliminary_due BIGINT NOT NULL,
    decide_due BIGINT NOT NULL,
    preliminary TEXT,
    preliminary_by TEXT,
    preliminary_at BIGINT,
    outcome TEXT,
    decision TEXT,
    decided_by TEXT,
    decided_at BIGINT,
    created_at BIGINT NOT NULL
);
CREATE INDEX problem_report_created ON problem_report (created_at, id);
CREATE INDEX problem_report_digest ON problem_report (digest);
CREATE INDEX problem_report_open ON problem_report (decide_due, id) WHERE state <> 'decided';
CREATE INDEX problem_report_unknown ON problem_report (created_at) WHERE certificate_id IS NULL;

-- Keys that are never certified again; id is the fingerprint in hex.
CREATE TABLE blocked_key (
    id TEXT NOT NULL PRIMARY KEY,
    algorithm TEXT NOT NULL,
    bits BIGINT NOT NULL,
    evidence TEXT NOT NULL,
    blocked_by TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX blocked_key_created ON blocked_key (created_at, id);

-- To whom a key belongs, by the fingerprint in hex: to a subscriber's owner, or to an identity.
CREATE TABLE key_holder (
    fingerprint TEXT NOT NULL PRIMARY KEY,
    ra TEXT,
    customer TEXT,
    identity TEXT,
    CHECK ((ra IS NULL) <> (identity IS NULL))
);

CREATE TABLE job (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    object TEXT NOT NULL,
    slot TEXT NOT NULL,
    due BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    token BYTEA NOT NULL,
    queued_at BIGINT NOT NULL,
    ended_at BIGINT,
    -- Tries that failed in a row, and what the last one met; nothing of it when none did.
    failures BIGINT NOT NULL,
    fault_code TEXT NOT NULL,
    fault_text TEXT NOT NULL,
    failing_since BIGINT,
    failed_at BIGINT,
    UNIQUE (kind, object, slot)
);
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
    request_sha256 BYTEA NOT NULL,
    act TEXT NOT NULL,
    claimed_at BIGINT NOT NULL,
    status BIGINT,
    location TEXT,
    etag TEXT,
    body BYTEA,
    PRIMARY KEY (identity, ra, customer, key)
);
CREATE INDEX idempotency_act ON idempotency (act);
CREATE INDEX idempotency_claimed ON idempotency (claimed_at);
-- Refusals are pruned sooner than what was done; accepted acts pay nothing for this index.
CREATE INDEX idempotency_refused ON idempotency (claimed_at) WHERE status >= 400;

-- Starts of the daemon.
CREATE TABLE instance (
    boot TEXT NOT NULL PRIMARY KEY,
    started_at BIGINT NOT NULL,
    lease_until BIGINT NOT NULL
);

CREATE TABLE audit_head (
    log TEXT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL,
    pos BIGINT NOT NULL UNIQUE,
    size BIGINT NOT NULL,
    frontier BYTEA NOT NULL,
    root BYTEA NOT NULL,
    last_time BIGINT NOT NULL
);

CREATE TABLE audit_entry (
    log TEXT NOT NULL,
    seq BIGINT NOT NULL,
    pos BIGINT NOT NULL UNIQUE,
    leaf BYTEA NOT NULL,
    PRIMARY KEY (log, seq)
);

-- Roots of complete subtrees.
CREATE TABLE audit_hash (
    log TEXT NOT NULL,
    level BIGINT NOT NULL,
    n BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    PRIMARY KEY (log, level, n)
);

-- Personal data of entries: erased after retention, never changed.
CREATE TABLE audit_detail (
    log TEXT NOT NULL,
    seq BIGINT NOT NULL,
    salt BYTEA NOT NULL,
    json TEXT NOT NULL,
    PRIMARY KEY (log, seq)
);

-- A unit of work writes objects that name each other, so every reference is looked at by the COMMIT.
ALTER TABLE orders ADD FOREIGN KEY (subject_data) REFERENCES subject_data (id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE orders ADD FOREIGN KEY (mailbox) REFERENCES mailbox (id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE orders ADD FOREIGN KEY (activation) REFERENCES activation (id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE orders ADD FOREIGN KEY (certificate) REFERENCES certificate (id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE orders ADD FOREIGN KEY (renews) REFERENCES certificate (id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE orders ADD FOREIGN KEY (renewed_by) REFERENCES orders (id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE subject_data ADD FOREIGN KEY (previous) REFERENCES subject_data (id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE subject_data ADD FOREIGN KEY (case_id) REFERENCES validation_case (id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE document ADD FOREIGN KEY (subject_data) REFERENCES subject_data (id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE document ADD FOREIGN KEY (case_id) REFERENCES validation_case (id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE validation_case ADD FOREIGN KEY (subject_data) REFERENCES subject_data (id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE mailbox ADD FOREIGN KEY (domain_control) REFERENCES domain_control (id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE evidence ADD FOREIGN KEY (case_id) REFERENCES validation_case (id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE evidence ADD FOREIGN KEY (document) REFERENCES document (id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE evidence ADD FOREIGN KEY (found_in) REFERENCES evidence (id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE data_lookup ADD FOREIGN KEY (subject_data) REFERENCES subject_data (id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE mailbox ADD FOREIGN KEY (order_id) REFERENCES orders (id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE mailbox ADD FOREIGN KEY (reused_from) REFERENCES mailbox (id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE mail ADD FOREIGN KEY (order_id) REFERENCES orders (id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE notification ADD FOREIGN KEY (order_id) REFERENCES orders (id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE activation ADD FOREIGN KEY (order_id) REFERENCES orders (id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE activation ADD FOREIGN KEY (subject_data) REFERENCES subject_data (id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE activation ADD FOREIGN KEY (mailbox) REFERENCES mailbox (id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE activation ADD FOREIGN KEY (replaces) REFERENCES certificate (id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE activation ADD FOREIGN KEY (certificate) REFERENCES certificate (id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE live_activation ADD FOREIGN KEY (order_id) REFERENCES orders (id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE live_activation ADD FOREIGN KEY (activation_id) REFERENCES activation (id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE intent ADD FOREIGN KEY (activation_id) REFERENCES activation (id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE rests_on ADD FOREIGN KEY (issuer, serial) REFERENCES intent (issuer, serial) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE certificate ADD FOREIGN KEY (order_id) REFERENCES orders (id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE certificate ADD FOREIGN KEY (activation_id) REFERENCES activation (id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE certificate ADD FOREIGN KEY (replaces) REFERENCES certificate (id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE certificate ADD FOREIGN KEY (issuer, serial) REFERENCES intent (issuer, serial) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE problem_report ADD FOREIGN KEY (certificate_id) REFERENCES certificate (id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE revocation ADD FOREIGN KEY (certificate_id) REFERENCES certificate (id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE audit_entry ADD FOREIGN KEY (log) REFERENCES audit_head (log) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE audit_detail ADD FOREIGN KEY (log, seq) REFERENCES audit_entry (log, seq) DEFERRABLE INITIALLY DEFERRED;

-- What must not happen to a row, said with the trigger's argument.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%', TG_ARGV[0] USING ERRCODE = 'restrict_violation';
END
$$;

CREATE TRIGGER audit_entry_fixed BEFORE UPDATE ON audit_entry
    FOR EACH ROW EXECUTE FUNCTION refuse_change('audit_entry is append-only');
CREATE TRIGGER audit_entry_kept BEFORE DELETE ON audit_entry
    FOR EACH ROW EXECUTE FUNCTION refuse_change('audit_entry is append-only');
CREATE TRIGGER audit_hash_fixed BEFORE UPDATE ON audit_hash
    FOR EACH ROW EXECUTE FUNCTION refuse_change('audit_hash is append-only');
CREATE TRIGGER audit_hash_kept BEFORE DELETE ON audit_hash
    FOR EACH ROW EXECUTE FUNCTION refuse_change('audit_hash is append-only');
CREATE TRIGGER audit_detail_fixed BEFORE UPDATE ON audit_detail
    FOR EACH ROW EXECUTE FUNCTION refuse_change('audit_detail can be erased, not changed');
CREATE TRIGGER audit_head_kept BEFORE DELETE ON audit_head
    FOR EACH ROW EXECUTE FUNCTION refuse_change('audit_head is never removed');
CREATE TRIGGER certificate_fixed BEFORE UPDATE ON certificate
    FOR EACH ROW EXECUTE FUNCTION refuse_change('certificate is immutable');
CREATE TRIGGER certificate_kept BEFORE DELETE ON certificate
    FOR EACH ROW EXECUTE FUNCTION refuse_change('certificate is immutable');
CREATE TRIGGER text_fixed BEFORE UPDATE ON text
    FOR EACH ROW EXECUTE FUNCTION refuse_change('a text is kept as it is');
CREATE TRIGGER text_kept BEFORE DELETE ON text
    FOR EACH ROW EXECUTE FUNCTION refuse_change('a text is kept for ever');
CREATE TRIGGER blocked_key_fixed BEFORE UPDATE ON blocked_key
    FOR EACH ROW EXECUTE FUNCTION refuse_change('a blocked key stays blocked');
CREATE TRIGGER blocked_key_kept BEFORE DELETE ON blocked_key
    FOR EACH ROW EXECUTE FUNCTION refuse_change('a blocked key stays blocked');
CREATE TRIGGER key_holder_fixed BEFORE UPDATE ON key_holder
    FOR EACH ROW EXECUTE FUNCTION refuse_change('a key keeps its owner');
CREATE TRIGGER key_holder_kept BEFORE DELETE ON key_holder
    FOR EACH ROW EXECUTE FUNCTION refuse_change('a key keeps its owner');
CREATE TRIGGER evidence_fixed BEFORE UPDATE ON evidence
    FOR EACH ROW EXECUTE FUNCTION refuse_change('evidence is immutable');
CREATE TRIGGER evidence_kept BEFORE DELETE ON evidence
    FOR EACH ROW EXECUTE FUNCTION refuse_change('evidence is immutable');
-- What a document is never changes; what is known of it does.
CREATE TRIGGER document_fixed BEFORE UPDATE OF id, subject_data, kind, description, file_name, media_type,
    size, sha256, case_id, brought_by, received_at ON document
    FOR EACH ROW EXECUTE FUNCTION refuse_change('document is immutable');
CREATE TRIGGER document_kept BEFORE DELETE ON document
    FOR EACH ROW EXECUTE FUNCTION refuse_change('document is immutable');
CREATE TRIGGER revoked_fixed BEFORE UPDATE ON revoked
    FOR EACH ROW EXECUTE FUNCTION refuse_change('revoked is append-only');
CREATE TRIGGER revoked_kept BEFORE DELETE ON revoked
    FOR EACH ROW EXECUTE FUNCTION refuse_change('revoked is append-only');
CREATE TRIGGER caa_check_fixed BEFORE UPDATE ON caa_check
    FOR EACH ROW EXECUTE FUNCTION refuse_change('caa_check is immutable');
CREATE TRIGGER caa_check_kept BEFORE DELETE ON caa_check
    FOR EACH ROW EXECUTE FUNCTION refuse_change('caa_check is immutable');
CREATE TRIGGER rests_on_fixed BEFORE UPDATE ON rests_on
    FOR EACH ROW EXECUTE FUNCTION refuse_change('rests_on is append-only');
CREATE TRIGGER rests_on_kept BEFORE DELETE ON rests_on
    FOR EACH ROW EXECUTE FUNCTION refuse_change('rests_on is append-only');
CREATE TRIGGER intent_kept BEFORE DELETE ON intent
    FOR EACH ROW EXECUTE FUNCTION refuse_change('a serial is never forgotten');
CREATE TRIGGER responder_kept BEFORE DELETE ON responder
    FOR EACH ROW EXECUTE FUNCTION refuse_change('a serial is never forgotten');
-- TRUNCATE asks no row.
CREATE TRIGGER audit_entry_whole BEFORE TRUNCATE ON audit_entry
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('audit_entry is append-only');
CREATE TRIGGER audit_hash_whole BEFORE TRUNCATE ON audit_hash
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('audit_hash is append-only');
CREATE TRIGGER audit_head_whole BEFORE TRUNCATE ON audit_head
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('audit_head is never removed');
CREATE TRIGGER certificate_whole BEFORE TRUNCATE ON certificate
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('certificate is immutable');
CREATE TRIGGER text_whole BEFORE TRUNCATE ON text
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('a text is kept for ever');
CREATE TRIGGER blocked_key_whole BEFORE TRUNCATE ON blocked_key
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('a blocked key stays blocked');
CREATE TRIGGER key_holder_whole BEFORE TRUNCATE ON key_holder
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('a key keeps its owner');
CREATE TRIGGER evidence_whole BEFORE TRUNCATE ON evidence
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('evidence is immutable');
CREATE TRIGGER document_whole BEFORE TRUNCATE ON document
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('document is immutable');
CREATE TRIGGER revoked_whole BEFORE TRUNCATE ON revoked
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('revoked is append-only');
CREATE TRIGGER caa_check_whole BEFORE TRUNCATE ON caa_check
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('caa_check is immutable');
CREATE TRIGGER rests_on_whole BEFORE TRUNCATE ON rests_on
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('rests_on is append-only');
CREATE TRIGGER intent_whole BEFORE TRUNCATE ON intent
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('a serial is never forgotten');
CREATE TRIGGER responder_whole BEFORE TRUNCATE ON responder
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('a serial is never forgotten');
CREATE TRIGGER audit_detail_whole BEFORE TRUNCATE ON audit_detail
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('audit_detail is erased row by row');
