//! The mail that asks for something, in the language of the order.

use std::sync::Arc;

use chancery::{
    adapters::smtp::relay::Security,
    domain::{
        id::{JobId, MailId, SubjectDataId},
        mail::{Mail, MailKind, MailState, NewMail},
        owner::Caller,
        subject_data::need::{Need, Question},
        text::{Language, Text},
        timestamp::days,
        unit::Unit,
    },
    ports::store::registration::SubjectDataSets,
};

use crate::{RIGHT, mail_reader::read, sink::Sink, world::World};

const NOTE: &str = "Please call us first.";

/// Thirty days after the question.
const END: &str = "2026-12-20 11:00 CET (10:00 UTC).";

impl World {
    /// What a specialist's question leaves behind, with a mail in this language.
    async fn ask(&self, question: Question, language: Language) -> SubjectDataId {
        let (now, order) = (self.now(), self.stored_order().await);
        let scope = self.tenant().await.read();
        let id = order.subject_data.unwrap();
        let data = self.store.subject_data(&scope, id).await.unwrap().unwrap();
        let asked = data.ask(question, now.plus(days(30)), now).unwrap();
        let mail = Mail::queue(NewMail {
            id: MailId::new(now, self.entropy.bytes()),
            job: JobId::new(now, self.entropy.bytes()),
            kind: MailKind::InformationNeeded,
            owner: order.owner.clone(),
            order: Some(order.id),
            object: id.to_string(),
            recipient: "anna@example.com".to_owned(),
            language,
            now,
        });
        let unit = Unit::of(Caller::system("test"), now, asked);
        self.commit(mail.join(unit)).await;
        id
    }

    async fn answer(&self, id: SubjectDataId) {
        let (now, scope) = (self.now(), self.tenant().await.read());
        let data = self.store.subject_data(&scope, id).await.unwrap().unwrap();
        let answered = data.answered(now).unwrap();
        let unit = Unit::of(Caller::system("test"), now, answered);
        self.commit(unit).await;
    }
}

#[tokio::test]
async fn the_applicant_reads_the_orders_language_whatever_was_typed() {
    for (language, needed, label) in [
        (
            Language::Polish,
            "  - Dokument upoważniający osobę zamawiającą do działania w jej imieniu.",
            "Uwaga osoby weryfikującej:",
        ),
        (
            Language::English,
            "  - A document that lets the person who ordered act for it.",
            "Our specialist adds:",
        ),
    ] {
        let sink = Sink::start("starttls");
        let world = World::new(Arc::new(sink.relay(Security::StartTls, RIGHT))).await;
        let question = Question {
            needed: vec![Need::AuthorityProof, Need::Contact],
            message: Some(Text::parse(NOTE).unwrap()),
        };
        let id = world.ask(question, language).await;
        assert_eq!(world.runner.tick().await.unwrap(), 1);
        let mail = read(&sink.mails()[0]);
        let text = mail["text"].as_str().unwrap();
        for line in [needed, label, NOTE] {
            assert!(text.lines().any(|found| found == line), "{line} in {text}");
        }
        assert!(text.lines().any(|line| line.ends_with(END)), "{text}");
        // Without a note there is no place for one.
        world.answer(id).await;
        let question = Question {
            needed: vec![Need::RegisterExtract],
            message: None,
        };
        world.ask(question, language).await;
        world.runner.tick().await.unwrap();
        let mail = read(&sink.mails()[1]);
        let text = mail["text"].as_str().unwrap();
        assert!(!text.contains(label) && !text.contains("\n\n\n"), "{text}");
    }
}

#[tokio::test]
async fn a_question_that_was_answered_before_it_went_out_is_not_sent() {
    let sink = Sink::start("starttls");
    let world = World::new(Arc::new(sink.relay(Security::StartTls, RIGHT))).await;
    let question = Question::of(Text::parse(NOTE).unwrap());
    let id = world.ask(question, Language::English).await;
    world.answer(id).await;
    world.runner.tick().await.unwrap();
    assert!(sink.mails().is_empty());
    let mails = world.mails().await;
    assert_eq!(mails[0].state, MailState::Superseded);
}
