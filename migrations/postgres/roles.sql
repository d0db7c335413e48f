-- What each role may do. The roles belong to the server and are created by its administrator
-- (docs/operating.md); a role that is not there gets nothing. Whoever runs this owns the tables.
--
--   chancery_daemon   writes, and changes nothing that is kept as it was
--   chancery_auditor  reads everything
--   chancery_status   reads what a responder of certificate status needs
DO $$
DECLARE
    -- Rows that are written once. Their changes are refused by triggers too.
    once CONSTANT text := 'evidence, live_activation, rests_on, certificate, revoked, text, blocked_key, '
        'key_holder, feed, audit_entry, audit_hash, audit_detail';
    -- Rows whose state changes.
    mutable CONSTANT text := 'identity, orders, subject_data, document, validation_case, mailbox, domain_control, problem_report, '
        'data_lookup, address_use, mail, unsubscription, notification, webhook, activation, revocation, profile, job, idempotency, instance, audit_head';
    -- Rows of which a decision is kept as it was taken.
    intent CONSTANT text := 'version, state, settled_at';
    list CONSTANT text := 'version, state, der';
    responder CONSTANT text := 'version, state, der, settled_at';
BEGIN
    REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'chancery_daemon') THEN
        REVOKE ALL ON ALL TABLES IN SCHEMA public FROM chancery_daemon;
        GRANT SELECT ON ALL TABLES IN SCHEMA public TO chancery_daemon;
        EXECUTE format('GRANT INSERT ON %s TO chancery_daemon', once);
        EXECUTE format('GRANT INSERT, UPDATE ON %s TO chancery_daemon', mutable);
        EXECUTE format('GRANT INSERT, UPDATE (%s) ON intent TO chancery_daemon', intent);
        EXECUTE format('GRANT INSERT, UPDATE (%s) ON revocation_list TO chancery_daemon', list);
        EXECUTE format('GRANT INSERT, UPDATE (%s) ON responder TO chancery_daemon', responder);
        -- The right to lock a row is that to change it; a trigger refuses the change.
        GRANT INSERT, UPDATE (version) ON caa_check TO chancery_daemon;
        -- What ends: an activation's claim on its order, old answers and ended jobs.
        GRANT DELETE ON live_activation, job, idempotency TO chancery_daemon;
    END IF;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'chancery_auditor') THEN
        REVOKE ALL ON ALL TABLES IN SCHEMA public FROM chancery_auditor;
        GRANT SELECT ON ALL TABLES IN SCHEMA public TO chancery_auditor;
    END IF;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'chancery_status') THEN
        REVOKE ALL ON ALL TABLES IN SCHEMA public FROM chancery_status;
        GRANT SELECT (issuer, serial, not_before, not_after, created_at) ON certificate TO chancery_status;
        GRANT SELECT ON revoked TO chancery_status;
        GRANT SELECT (issuer, serial, state) ON intent TO chancery_status;
        GRANT SELECT ON responder TO chancery_status;
    END IF;
END
$$;
