//! What is written is what is read, for every aggregate.

use chancery::{
    domain::{
        aggregate::Loaded,
        case::{Check, CheckKind, CheckState, Contact, Evidence, EvidenceKind},
        certificate::Certificate,
        document::{Document, DocumentKind, MediaType, Scan},
        id::{CaseId, DocumentId, EvidenceId, MailId, NotificationId, UnsubscriptionId},
        lint_record::LintRecord,
        mail::{
            Mail, MailKind, MailState, NewMail,
            reminders::{ReminderGroup, Unsubscription, Wish, Wished},
        },
        mailbox::address_use::AddressUse,
        notification::{Notification, Tab, Topic},
        order::Order,
        owner::{IdentityName, Role},
        register::RegisterId,
        revocation_list::{CrlState, RevocationList, RevokedSerial},
        subject_key::{BlockEvidence, BlockedKey, Holder, KeyHolder},
        text::{Language, Text},
        timestamp::{Timestamp, days},
        unit::{Aggregate, CommitError, Unit},
    },
    pkix::tbs_cert_list::CrlReason,
    policy::mailbox_address,
    ports::store::{
        Bookkeeping, Page,
        issuance::CertificateFilter,
        registration::{CaseFilter, OrderFilter},
        subject_keys::KeyFacts,
    },
};

use crate::{
    made::{activation, certificate, intent, issuer, ready},
    world::{WholeStore, World, caller, owner, page},
};

pub async fn orders_and_data<S: WholeStore>(world: World<S>) {
    let (order, set, mailbox) = ready(&world, &owner("ra1", "c1")).await;
    let all = world.everything().await;
    let read = world.store.order(&all, order.id).await.unwrap().unwrap();
    assert_eq!((&*read, read.version()), (&*order, order.version()));
    let read = world
        .store
        .subject_data(&all, set.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!((&*read, read.version()), (&*set, set.version()));
    let read = world.store.mailbox(mailbox.id).await.unwrap().unwrap();
    assert_eq!(*read, *mailbox);
    let bound = world.store.orders_of_subject_data(set.id).await.unwrap();
    assert_eq!(bound.iter().map(|o| o.id).collect::<Vec<_>>(), [order.id]);

    let document = Document {
        id: DocumentId::new(world.now(), world.entropy.bytes()),
        subject_data: set.id,
        owner: set.owner.clone(),
        kind: DocumentKind::Organization,
        description: Some(Text::parse("odpis").unwrap()),
        file_name: Text::parse("krs.pdf").unwrap(),
        media_type: MediaType::Pdf,
        size: 70_000,
        sha256: [3; 32],
        brought_by: None,
        scan: Scan::NotScanned,
        finding: None,
        scanned_at: None,
        erased_at: None,
        received_at: world.now(),
    };
    let unit = Unit::of(caller(), world.now(), document.clone().receive());
    world.commit(unit).await.unwrap();
    let kept = world.store.document(document.id).await.unwrap().unwrap();
    assert_eq!(*kept, document);
    assert_eq!(world.store.documents(set.id).await.unwrap(), [document]);
    let finding = Some(Text::parse("Test").unwrap());
    let scanned = kept.scanned(Scan::Infected, finding, world.now());
    let (id, after) = (scanned.id, Document::clone(&scanned));
    world
        .commit(Unit::of(caller(), world.now(), scanned))
        .await
        .unwrap();
    let kept = world.store.document(id).await.unwrap().unwrap();
    assert_eq!(*kept, after);

    let filter = OrderFilter {
        states: vec![order.state],
        text: Some("aLIAS 100%_".to_owned()),
    };
    let found = world.store.orders(&all, &filter, &page(9)).await.unwrap();
    assert_eq!(found.len(), 1);
    let literal = OrderFilter {
        text: Some("a%s".to_owned()),
        ..OrderFilter::default()
    };
    let found = world.store.orders(&all, &literal, &page(9)).await.unwrap();
    assert!(found.is_empty(), "a per cent sign means itself");
}

/// Somebody who was reached, with all that a piece of evidence can tell.
fn contact<S: WholeStore>(world: &World<S>, case: CaseId, officer: IdentityName) -> Evidence {
    let id = EvidenceId::new(world.now(), world.entropy.bytes());
    Evidence {
        id,
        case,
        kind: EvidenceKind::Contact,
        source: Text::parse("https://register.example").unwrap(),
        description: None,
        document: None,
        register: Some(RegisterId::Krs),
        contact: Some(Contact {
            reached_at: Text::parse("+48 22 555 01 00").unwrap(),
            person: Text::parse("Łucja Żak").unwrap(),
            found_in: id,
        }),
        issued_on: Timestamp::of_date("2026-01-31"),
        content: "KRS 0000123456\nŁódź".to_owned(),
        sha256: [7; 32],
        obtained_at: world.now(),
        recorded_by: officer,
        recorded_at: world.now(),
    }
}

pub async fn cases_and_evidence<S: WholeStore>(world: World<S>) {
    let (_, set, _) = ready(&world, &owner("ra1", "c1")).await;
    let case = world.store.case(set.case.unwrap()).await.unwrap().unwrap();
    let officer = IdentityName::parse("anna").unwrap();
    let claimed = case.claim(&officer, world.now()).unwrap();
    let case = claimed.clone().stored(&world.put(claimed).await);
    let evidence = contact(&world, case.id, officer.clone());
    let added = case.add_evidence(&evidence, world.now()).unwrap();
    let unit = Unit::of(caller(), world.now(), added.clone()).change(evidence.clone());
    let case = added.stored(&world.commit(unit).await.unwrap());
    let check = Check {
        kind: CheckKind::Existence,
        state: CheckState::Verified,
        checked_at: Some(world.now()),
        evidence: vec![evidence.id],
        note: Some(Text::parse("ok").unwrap()),
        recorded_by: Some(officer.clone()),
    };
    let checked = case.record_check(check, &officer, world.now()).unwrap();
    let case = checked.clone().stored(&world.put(checked).await);
    let read = world.store.case(case.id).await.unwrap().unwrap();
    assert_eq!((&*read, read.version()), (&*case, case.version()));
    let found = world.store.evidence(case.id, evidence.id).await.unwrap();
    assert_eq!(found, Some(evidence.clone()));
    let other = CaseId::new(world.now(), world.entropy.bytes());
    assert_eq!(
        world.store.evidence(other, evidence.id).await.unwrap(),
        None
    );
    assert_eq!(world.store.evidence_of(case.id).await.unwrap(), [evidence]);
    let filter = CaseFilter {
        states: vec![case.state],
        claimed_by: Some(officer),
        held_at: Some(world.now()),
        free_at: None,
        lookup: Some(case.lookup),
        country: Some(case.country),
        is_open: true,
        opened_before: Some(world.now().plus(days(1))),
    };
    assert_eq!(world.store.cases(&filter, &page(9)).await.unwrap().len(), 1);
    let until = case.claim.as_ref().unwrap().until;
    for (held_at, free_at, found) in [
        (Some(until), None, 0),
        (None, Some(until), 1),
        (None, Some(world.now()), 0),
    ] {
        let filter = CaseFilter {
            held_at,
            free_at,
            ..filter.clone()
        };
        let cases = world.store.cases(&filter, &page(9)).await.unwrap();
        assert_eq!(cases.len(), found);
    }
}

pub async fn people_mails_and_notifications<S: WholeStore>(world: World<S>) {
    let auditor = world.new_identity("auditor", Role::Auditor, [1; 32]);
    world.put(auditor.clone()).await;
    let found = world
        .store
        .matching(std::slice::from_ref(&auditor.credential))
        .await
        .unwrap();
    assert_eq!(
        found.iter().map(|i| (**i).clone()).collect::<Vec<_>>(),
        [(*auditor).clone()]
    );
    assert_eq!(world.store.matching(&[]).await.unwrap().len(), 0);
    assert_eq!(world.store.identities().await.unwrap().len(), 1);

    let owner = owner("ra1", "c1");
    let order = world.order(&owner).await;
    let mail = Mail::queue(NewMail {
        id: MailId::new(world.now(), world.entropy.bytes()),
        job: chancery::domain::id::JobId::new(world.now(), world.entropy.bytes()),
        kind: MailKind::Issued,
        owner: owner.clone(),
        order: Some(order.id),
        object: order.id.to_string(),
        recipient: "jan@example.org".to_owned(),
        language: Language::English,
        now: world.now(),
    });
    let id = mail.mail().id;
    let unit = mail.begin(caller(), world.now());
    world.commit(unit).await.unwrap();
    let queued = world.store.mail(id).await.unwrap().unwrap();
    world
        .put(queued.deferred("450 later", world.now()).unwrap())
        .await;
    let queued = world.store.mail(id).await.unwrap().unwrap();
    assert_eq!(
        (queued.reply.as_str(), queued.state),
        ("450 later", MailState::Queued)
    );
    let mails = world.store.mails(&[MailState::Sent], &page(9)).await;
    assert_eq!(mails.unwrap().len(), 0);

    let note = Notification::raise(
        NotificationId::new(world.now(), world.entropy.bytes()),
        owner,
        Topic::OrderCreated,
        Some(order.id),
        order.id,
        world.now(),
    );
    world.put(note.clone()).await;
    let scope = world.tenant("ra1", Some("c1")).await;
    let listed = world
        .store
        .notifications(&scope, Tab::Information, &page(9))
        .await
        .unwrap();
    assert_eq!(*listed[0], *note);
    let read = Bookkeeping::ReadNotification {
        id: note.id,
        at: world.now(),
    };
    world.store.bookkeep(read).await.unwrap();
    let read = world
        .store
        .notification(&scope, note.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(read.read_at, Some(world.now()));
}

pub async fn wishes_about_reminders<S: WholeStore>(world: World<S>) {
    let (address, group) = ("jan@example.org", ReminderGroup::Order);
    let wished = Wished {
        mail: MailId::new(world.now(), world.entropy.bytes()),
        user_agent: "curl",
    };
    let stop = || {
        let id = UnsubscriptionId::new(world.now(), world.entropy.bytes());
        Unsubscription::stop(id, address.to_owned(), group, wished, world.now())
    };
    let first = stop();
    world.put(first.clone()).await;
    let twice = world.commit(Unit::of(caller(), world.now(), stop())).await;
    assert_eq!(twice.unwrap_err(), CommitError::Conflict);
    let other = world
        .store
        .unsubscription(address, ReminderGroup::Certificate);
    assert!(other.await.unwrap().is_none());
    let found = async || {
        let found = world.store.unsubscription(address, group).await;
        found.unwrap().unwrap()
    };
    assert_eq!(*found().await, *first);
    let resumed = found().await.change_to(Wish::Resume, wished, world.now());
    world.put(resumed.unwrap().unwrap()).await;
    assert_eq!(found().await.wish, Wish::Resume);
}

pub async fn addresses<S: WholeStore>(world: World<S>) {
    let address = mailbox_address::parse("Jan.K@example.org").unwrap();
    let key = address.abuse_key();
    assert!(world.store.address_use(&key).await.unwrap().is_none());
    let first = AddressUse::first(&address, world.now());
    world
        .commit(world.note().change(first.clone()))
        .await
        .unwrap();
    let read = world.store.address_use(&key).await.unwrap().unwrap();
    assert_eq!(*read, *first);
}

pub async fn issuance<S: WholeStore>(world: World<S>) {
    let (order, set, mailbox) = ready(&world, &owner("ra1", "c1")).await;
    let all = world.everything().await;
    let activation = activation(&world, &order);
    let intent = intent(&world, activation.id, &[0x0a, 0xff]);
    let unit = Unit::of(caller(), world.now(), activation.clone())
        .change(intent.clone())
        .rests_on(Aggregate::Order, order.id, order.version())
        .rests_on(Aggregate::SubjectData, set.id, set.version())
        .rests_on(Aggregate::Mailbox, mailbox.id, mailbox.version());
    let committed = world.commit(unit).await.unwrap();
    assert!(committed.holds_tbs(&[5; 32]) && !committed.holds_tbs(&[6; 32]));
    let facts = world
        .store
        .activation_facts(&all, order.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(*facts.order, *order);
    assert_eq!(*facts.subject_data.unwrap(), *set);
    assert_eq!(*facts.mailbox.unwrap(), *mailbox);
    let live = facts.live.unwrap();
    assert_eq!(*live, *activation);
    let read = world
        .store
        .intent(&issuer(), &[0x0a, 0xff])
        .await
        .unwrap()
        .unwrap();
    assert_eq!(*read, *intent);
}

/// An order with an issued certificate.
async fn issued<S: WholeStore>(world: &World<S>) -> (Loaded<Order>, Certificate) {
    let (order, _, _) = ready(world, &owner("ra1", "c1")).await;
    let activation = activation(world, &order);
    let intent = intent(world, activation.id, &[0x0a, 0xff]);
    let unit = Unit::of(caller(), world.now(), activation.clone()).change(intent.clone());
    let committed = world.commit(unit).await.unwrap();
    let certificate = certificate(world, &activation, &[0x0a, 0xff]);
    let id = certificate.id;
    let (running, recorded) = (activation.stored(&committed), intent.stored(&committed));
    let unit = Unit::of(
        caller(),
        world.now(),
        running.issued(id, world.now()).unwrap(),
    )
    .change(recorded.issued(id, &[8; 32], world.now()).unwrap())
    .change(certificate.clone());
    world.commit(unit).await.unwrap();
    (order, certificate)
}

pub async fn certificates<S: WholeStore>(world: World<S>) {
    let (order, certificate) = issued(&world).await;
    let store = &world.store;
    let all = world.everything().await;
    let facts = store
        .activation_facts(&all, order.id)
        .await
        .unwrap()
        .unwrap();
    assert!(facts.live.is_none());
    let read = store
        .certificate(&all, certificate.id)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (read.certificate, read.revoked),
        (certificate.clone(), None)
    );
    let found = store.certificates_of_key(&[5; 32], 10).await.unwrap();
    assert_eq!(found, [certificate.id]);
    assert_eq!(store.certificates_of_key(&[4; 32], 10).await, Ok(vec![]));
}

pub async fn subject_keys<S: WholeStore>(world: World<S>) {
    let store = &world.store;
    let unknown = store.key_facts(&[1; 32]).await.unwrap();
    assert_eq!(unknown, KeyFacts::default());
    for holder in [owner("ra1", "c1"), owner("ra2", "c1")] {
        let unit = world.note().change(KeyHolder {
            fingerprint: [1; 32],
            holder: Holder::Subscriber(holder),
        });
        // The second one is too late.
        let _ = world.commit(unit).await;
    }
    for by in ["anna", "jan"] {
        let blocked = BlockedKey {
            fingerprint: [3; 32],
            algorithm: "rsa".to_owned(),
            bits: 2048,
            evidence: BlockEvidence::PrivateKey,
            blocked_by: by.to_owned(),
            blocked_at: world.now(),
        };
        world.commit(world.note().change(blocked)).await.unwrap();
    }
    let held = store.key_facts(&[1; 32]).await.unwrap();
    assert_eq!(held.holder, Some(Holder::Subscriber(owner("ra1", "c1"))));
    assert!(!held.blocked);
    assert!(store.key_facts(&[3; 32]).await.unwrap().blocked);
    let entry = store.blocked_key(&[3; 32]).await.unwrap().unwrap();
    assert_eq!((entry.blocked_by.as_str(), entry.bits), ("anna", 2048));
    assert_eq!(store.blocked_key(&[1; 32]).await, Ok(None));
    let page = Page {
        limit: 10,
        after: None,
    };
    assert_eq!(store.blocked_keys(&page).await, Ok(vec![entry]));
    let panel = Holder::Identity(IdentityName::parse("panel").unwrap());
    let unit = world.note().change(KeyHolder {
        fingerprint: [9; 32],
        holder: panel.clone(),
    });
    world.commit(unit).await.unwrap();
    let known = store.key_facts(&[9; 32]).await.unwrap();
    assert_eq!(known.holder, Some(panel));
}

pub async fn revoked_serials<S: WholeStore>(world: World<S>) {
    let (order, certificate) = issued(&world).await;
    let all = world.everything().await;
    let revoked = RevokedSerial {
        issuer: issuer(),
        serial: vec![0x0a, 0xff],
        partition: 1,
        revoked_at: world.now(),
        reason: CrlReason::KeyCompromise,
        not_after: certificate.not_after,
    };
    world
        .commit(world.note().change(revoked.clone()))
        .await
        .unwrap();
    let filter = CertificateFilter {
        order: Some(order.id),
        serial: Some(vec![0x0a, 0xff]),
        mailbox: Some(certificate.mailbox.clone()),
    };
    let listed = world
        .store
        .certificates(&all, &filter, &page(9))
        .await
        .unwrap();
    assert_eq!(listed[0].revoked, Some(revoked.clone()));
    let after = certificate.not_after.plus(days(1));
    let floors = [(world.now(), vec![revoked]), (after, vec![])];
    for (floor, expected) in floors {
        let listed = world.store.revoked_serials(&issuer(), 1, floor).await;
        assert_eq!(listed.unwrap(), expected);
    }
}

pub async fn revocation_lists<S: WholeStore>(world: World<S>) {
    let store = &world.store;
    assert_eq!(store.highest_crl_number(&issuer(), 0).await.unwrap(), None);
    let list = RevocationList::record(RevocationList {
        issuer: issuer(),
        partition: 0,
        number: 41,
        state: CrlState::Recorded,
        tbs: vec![1],
        tbs_sha256: [2; 32],
        der: Vec::new(),
        this_update: world.now(),
        next_update: world.now().plus(days(7)),
        entries: 0,
        boot: world.boot,
        lint: LintRecord::restore("1".to_owned(), "w_gmail_key"),
    });
    let committed = world.put(list.clone()).await;
    assert!(committed.holds_tbs(&[2; 32]));
    assert!(store.newest_crl(&issuer(), 0).await.unwrap().is_none());
    assert_eq!(
        store.highest_crl_number(&issuer(), 0).await.unwrap(),
        Some(41)
    );
    let signed = list.stored(&committed).signed(vec![3], &[4; 32]).unwrap();
    world.put(signed.clone()).await;
    let newest = store.newest_crl(&issuer(), 0).await.unwrap().unwrap();
    assert_eq!(*newest, *signed);
    assert!(store.newest_crl(&issuer(), 1).await.unwrap().is_none());
}
