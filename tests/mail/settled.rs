//! What a mail would say is judged when it leaves: its cause may be settled by then.

use std::sync::atomic::Ordering;

use chancery::{
    domain::{
        activation::{Activation, ActivationState, CommonNameSource},
        certificate::Certificate,
        id::{ActivationId, JobId, MailId, RevocationId},
        mail::{Mail, MailKind, MailState, NewMail, QueuedMail},
        owner::{ActingFor, Caller},
        revocation::{NewRevocation, Revocation},
        text::Language,
        unit::Unit,
    },
    pkix::tbs_cert_list::CrlReason,
    ports::store::issuance::Activations,
};

use crate::{Sink, World, at, code_in, reuse, seconds};

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

    /// The order has a certificate.
    pub async fn certified(&self) -> Certificate {
        let certificate = self.issue(Language::English).await;
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
    assert_eq!(tell(refused).await, MailState::Sent);
    world.reissue().await;
    assert_eq!(tell(refused).await, MailState::Superseded, "tried again");
}

#[tokio::test]
async fn nobody_is_warned_of_the_end_of_what_is_revoked() {
    let sink = Sink::start("starttls");
    let world = at(&sink).await;
    world.set("anna@example.com").await.unwrap();
    world.runner.tick().await.unwrap();
    let certificate = world.certified().await;
    let tell = async || {
        let mail = world.queued(MailKind::CertificateExpiring, certificate.id);
        let unit = mail.await.begin(Caller::system("test"), world.now());
        world.commit(unit).await;
        world.runner.tick().await.unwrap();
        let state = world.newest(MailKind::CertificateExpiring).await;
        world.clock.advance(seconds(60));
        state
    };
    assert_eq!(tell().await, MailState::Sent);
    let new = NewRevocation {
        id: RevocationId::new(world.now(), world.entropy.bytes()),
        reason: CrlReason::Superseded,
        compromised_at: None,
        note: None,
        requested_by: "panel".to_owned(),
        acting_for: ActingFor::default(),
    };
    let (revoked, entry) = Revocation::record(new, &certificate, world.now());
    let unit = Unit::of(Caller::system("test"), world.now(), revoked);
    world.commit(unit.change(entry)).await;
    assert_eq!(tell().await, MailState::Superseded);
}
