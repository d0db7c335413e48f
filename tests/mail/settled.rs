//! What a mail would say is judged when it leaves: its cause may be settled by then.

use std::sync::atomic::Ordering;

use chancery::{
    domain::{
        activation::{Activation, ActivationState, CommonNameSource},
        certificate::Certificate,
        id::{ActivationId, JobId, MailId, RevocationId},
        mail::{Mail, MailKind, MailState, NewMail, QueuedMail},
        mailbox::MailboxStatus,
        owner::{ActingFor, Caller, IdentityName},
        revocation::{NewRevocation, Revocation},
        subject_data::doubt::Finding,
        text::Language,
        unit::Unit,
    },
    pkix::tbs_cert_list::CrlReason,
    ports::store::{issuance::Activations, registration::SubjectDataSets},
};

use crate::{Sink, World, at, code_in, disowned::disown, ground::text, reuse, seconds};

impl World {
    async fn queued(&self, kind: MailKind, object: impl ToString) -> QueuedMail {
        let (now, order) = (self.now(), self.stored_order().await);
        Mail::queue(NewMail {
            id: MailId::new(now, self.entropy.bytes()),
            job: JobId::new(now, self.entropy.bytes()),
            kind,
            owner: order.owner.clone(),
            order: Some(order.id),
            object: object.to_string(),
            recipient: "anna@example.com".to_owned(),
            language: Language::English,
            now,
        })
    }

    async fn newest(&self, kind: MailKind) -> MailState {
        let mails = self.mails().await;
        let of_kind = mails.into_iter().filter(|mail| mail.kind == kind);
        of_kind.max_by_key(|mail| mail.created_at).unwrap().state
    }

    /// The state of a mail that says "it can be activated" and leaves now.
    async fn called_ready(&self) -> MailState {
        self.clock.advance(seconds(60));
        let mail = self.queued(MailKind::ReadyToActivate, self.order).await;
        let unit = mail.begin(Caller::system("test"), self.now());
        self.commit(unit).await;
        self.runner.tick().await.unwrap();
        self.newest(MailKind::ReadyToActivate).await
    }

    /// An activation that runs, for a certificate that takes another's place.
    async fn reissue(&self) -> ActivationId {
        self.dir.made_up.store(true, Ordering::SeqCst);
        let order = self.stored_order().await;
        let id = ActivationId::new(self.now(), self.entropy.bytes());
        let activation = Activation {
            id,
            order: order.id,
            owner: order.owner.clone(),
            state: ActivationState::Running,
            subject_data: order.subject_data.unwrap(),
            mailbox: order.mailbox.unwrap(),
            replaces: order.certificate,
            common_name: CommonNameSource::Organization,
            fields: Vec::new(),
            spki: vec![0x30, 0],
            spki_sha256: [4; 32],
            statements: Vec::new(),
            acting_for: ActingFor::default(),
            refusal: None,
            certificate: None,
            submitted_at: self.now(),
            updated_at: self.now(),
        };
        let activation = Activation::submit(activation, "{}".to_owned());
        let begun = order.begin_reissue(id, self.now()).unwrap();
        let unit = Unit::of(Caller::system("test"), self.now(), activation);
        self.commit(unit.change(begun)).await;
        id
    }

    /// The state of a mail of this kind that leaves now.
    async fn end_told(&self, kind: MailKind, certificate: &Certificate) -> MailState {
        self.clock.advance(seconds(60));
        let mail = self.queued(kind, certificate.id).await;
        let unit = mail.begin(Caller::system("test"), self.now());
        self.commit(unit).await;
        self.runner.tick().await.unwrap();
        self.newest(kind).await
    }

    async fn revoke(&self, certificate: &Certificate) {
        let new = NewRevocation {
            id: RevocationId::new(self.now(), self.entropy.bytes()),
            reason: CrlReason::Superseded,
            compromised_at: None,
            note: None,
            requested_by: "panel".to_owned(),
            acting_for: ActingFor::default(),
        };
        let (revoked, entry) = Revocation::record(new, certificate, self.now());
        let unit = Unit::of(Caller::system("test"), self.now(), revoked);
        self.commit(unit.change(entry)).await;
    }

    /// The order has a certificate.
    pub async fn certified(&self) -> Certificate {
        self.certified_as(0x12).await
    }

    /// With a serial of its own.
    async fn certified_as(&self, serial: u8) -> Certificate {
        let certificate = self.issue_as(Language::English, serial).await;
        let (now, id) = (self.now(), certificate.activation);
        let begun = self.stored_order().await.begin_activation(id, now);
        self.commit(Unit::of(Caller::system("test"), now, begun.unwrap()))
            .await;
        let scope = self.tenant().await.read();
        let running = self.store.activation(&scope, id).await.unwrap();
        let ended = running.unwrap().issued(certificate.id, now).unwrap();
        let issued = self.stored_order().await.issued(certificate.id, now);
        let unit = Unit::of(Caller::system("test"), now, ended);
        self.commit(unit.change(issued.unwrap())).await;
        certificate
    }
}

#[tokio::test]
async fn an_order_is_called_ready_only_while_it_is() {
    let sink = Sink::start("starttls");
    let world = reuse::proven(&sink, "anna@example.com").await;
    world.verify_data().await;
    let tell = async || {
        let mail = world.queued(MailKind::ReadyToActivate, world.order).await;
        let unit = mail.begin(Caller::system("test"), world.now());
        world.commit(unit).await;
    };
    tell().await;
    world.runner.tick().await.unwrap();
    assert_eq!(
        world.newest(MailKind::ReadyToActivate).await,
        MailState::Sent
    );
    world.clock.advance(seconds(60));
    tell().await;
    world.cancel().await;
    world.runner.tick().await.unwrap();
    let state = world.newest(MailKind::ReadyToActivate).await;
    assert_eq!(state, MailState::Superseded);
}

#[tokio::test]
async fn an_order_is_not_called_ready_while_its_data_is_stopped() {
    let sink = Sink::start("starttls");
    let world = reuse::proven(&sink, "anna@example.com").await;
    world.verify_data().await;
    assert_eq!(world.called_ready().await, MailState::Sent);
    let (now, scope) = (world.now(), world.tenant().await.read());
    let id = world.stored_order().await.subject_data.unwrap();
    let data = world.store.subject_data(&scope, id).await.unwrap().unwrap();
    let found = Finding {
        by: IdentityName::parse("olga").unwrap(),
        reason: text("the company is wound up"),
        source: text("the register"),
        evidence: None,
    };
    let stopped = data.suspend(&found, now).unwrap();
    world
        .commit(Unit::of(Caller::system("test"), now, stopped))
        .await;
    assert_eq!(world.called_ready().await, MailState::Superseded);
}

#[tokio::test]
async fn an_order_is_called_ready_only_while_its_mailbox_is_proven() {
    let sink = Sink::start("starttls");
    let world = reuse::proven(&sink, "anna@example.com").await;
    world.verify_data().await;
    let code = code_in(&sink.mails()[0]);
    assert_eq!(world.called_ready().await, MailState::Sent);
    world.clock.advance(seconds(30 * 86_400));
    assert_eq!(world.view().await.status, MailboxStatus::Lapsed);
    assert_eq!(
        world.called_ready().await,
        MailState::Superseded,
        "it has lapsed"
    );
    let mails = sink.mails().len();
    world.resend().await.unwrap();
    world.runner.tick().await.unwrap();
    let again = code_in(&sink.mails()[mails]);
    assert_ne!(again, code);
    world.confirm(&again).await.unwrap();
    assert_eq!(world.called_ready().await, MailState::Sent);
    let mailbox = world.view().await.id;
    disown(&world, mailbox, &again).await.unwrap();
    assert_eq!(
        world.called_ready().await,
        MailState::Superseded,
        "its holder knows of none"
    );
}

#[tokio::test]
async fn a_reissue_that_is_late_or_refused_is_told_too() {
    let sink = Sink::start("starttls");
    let world = at(&sink).await;
    world.set("anna@example.com").await.unwrap();
    world.runner.tick().await.unwrap();
    code_in(&sink.mails()[0]);
    world.certified().await;
    let id = world.reissue().await;
    let tell = async |kind: MailKind| {
        let unit = world.queued(kind, id).await;
        let unit = unit.begin(Caller::system("test"), world.now());
        world.commit(unit).await;
        world.runner.tick().await.unwrap();
        let state = world.newest(kind).await;
        world.clock.advance(seconds(60));
        state
    };
    let (delayed, refused) = (MailKind::IssuanceDelayed, MailKind::IssuanceRefused);
    assert_eq!(tell(MailKind::Submitted).await, MailState::Sent);
    assert_eq!(tell(delayed).await, MailState::Sent);
    assert_eq!(tell(refused).await, MailState::Superseded, "it runs");
    let scope = world.tenant().await.read();
    let running = world.store.activation(&scope, id).await.unwrap();
    let ended = running
        .unwrap()
        .refused("lint-failed", world.now())
        .unwrap();
    world
        .commit(Unit::of(Caller::system("test"), world.now(), ended))
        .await;
    assert_eq!(tell(delayed).await, MailState::Superseded, "it has ended");
    let submitted = tell(MailKind::Submitted).await;
    assert_eq!(submitted, MailState::Superseded, "its end is told");
    assert_eq!(tell(refused).await, MailState::Sent);
    world.reissue().await;
    assert_eq!(tell(refused).await, MailState::Superseded, "tried again");
}

/// Before the certificate's end, and after it.
#[tokio::test]
async fn nobody_is_told_of_the_end_of_what_is_revoked() {
    for (kind, passed) in [
        (MailKind::CertificateExpiring, 0),
        (MailKind::CertificateExpired, 366),
    ] {
        let sink = Sink::start("starttls");
        let world = at(&sink).await;
        world.set("anna@example.com").await.unwrap();
        world.runner.tick().await.unwrap();
        let certificate = world.certified().await;
        world.clock.advance(seconds(passed * 86_400));
        assert_eq!(world.end_told(kind, &certificate).await, MailState::Sent);
        world.revoke(&certificate).await;
        let told = world.end_told(kind, &certificate).await;
        assert_eq!(told, MailState::Superseded, "{kind:?}");
    }
}

/// A renewal counts while its own certificate stands.
#[tokio::test]
async fn nobody_is_told_of_the_end_of_what_is_renewed() {
    for (kind, passed) in [
        (MailKind::CertificateExpiring, 0),
        (MailKind::CertificateExpired, 366),
    ] {
        let sink = Sink::start("starttls");
        let mut world = at(&sink).await;
        world.set("anna@example.com").await.unwrap();
        world.runner.tick().await.unwrap();
        let certificate = world.certified().await;
        let first = world.order;
        let (_, next) = world.another_order("panel", "c-1").await;
        let now = world.now();
        let renewed = world.stored_order().await.renewed(next, now).unwrap();
        world
            .commit(Unit::of(Caller::system("test"), now, renewed))
            .await;
        world.clock.advance(seconds(passed * 86_400 + 60));
        let told = world.end_told(kind, &certificate).await;
        assert_eq!(told, MailState::Sent, "{kind:?}: it has no certificate yet");
        world.order = next;
        world.set("ola@example.com").await.unwrap();
        let renewal = world.certified_as(0x13).await;
        world.order = first;
        let told = world.end_told(kind, &certificate).await;
        assert_eq!(told, MailState::Superseded, "{kind:?}");
        world.revoke(&renewal).await;
        assert_eq!(world.end_told(kind, &certificate).await, MailState::Sent);
    }
}
