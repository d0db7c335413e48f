//! Documents and notifications.

use chancery::{
    domain::{
        case::CaseState,
        document::MediaType,
        notification::Tab,
        owner::Caller,
        refusal::Class,
        subject_data::{SubjectDataState, need::Question},
        unit::Unit,
    },
    ports::{
        clock::Clock,
        store::{
            Page, Store,
            registration::{Cases, SubjectDataSets},
        },
    },
};
use sha2::{Digest, Sha256};

use crate::{
    ground::text,
    world::{World, by_document, by_number},
};

const ALL: Page = Page {
    limit: 50,
    after: None,
};

#[tokio::test]
async fn a_document_is_a_file_and_its_row() {
    let world = World::new().await;
    let scope = world.panel(Some("c-1")).await;
    let set = world
        .data(&scope, by_document(), "k")
        .await
        .unwrap()
        .data
        .id;
    let content = b"%PDF-1.7\nodpis";
    let made = world.upload(&scope, set, content, "d").await.unwrap();
    assert_eq!(made.media_type, MediaType::Pdf);
    assert_eq!(made.sha256.as_slice(), Sha256::digest(content).as_slice());
    assert_eq!(made.size, 14);
    assert_eq!(world.files(), [made.id.to_string()]);
    assert_eq!(world.kept(made.id).await.unwrap(), content);
    let listed = world.documents.list(&scope.read(), set).await.unwrap();
    let listed: Vec<_> = listed.into_iter().map(|one| one.document).collect();
    assert_eq!(listed, [made]);
    let other = world.panel(Some("c-2")).await;
    let theirs = world.documents.list(&other.read(), set).await;
    assert_eq!(theirs.unwrap_err().class, Class::NotFound);
}

#[tokio::test]
async fn what_is_refused_leaves_no_file() {
    let world = World::new().await;
    let scope = world.panel(Some("c-1")).await;
    let set = world
        .data(&scope, by_number("1"), "k")
        .await
        .unwrap()
        .data
        .id;
    let refused = world
        .upload(&scope, set, b"PK\x03\x04 a zip", "d")
        .await
        .unwrap_err();
    assert_eq!(
        (refused.class, refused.code),
        (Class::Unacceptable, "document-type-rejected")
    );
    let other = world.panel(Some("c-2")).await;
    let foreign = world
        .upload(&other, set, b"%PDF-1.7", "d")
        .await
        .unwrap_err();
    assert_eq!(foreign.class, Class::NotFound);
    assert!(world.files().is_empty());
    world.upload(&scope, set, b"%PDF-1.7", "d").await.unwrap();
    // The same key again: the row is not written twice, and the second file goes.
    let again = world
        .upload(&scope, set, b"%PDF-1.7", "d")
        .await
        .unwrap_err();
    assert_eq!(again.code, "idempotency-in-progress");
    assert_eq!(world.files().len(), 1);
}

#[tokio::test]
async fn a_document_answers_what_was_asked() {
    let world = World::new().await;
    let scope = world.panel(Some("c-1")).await;
    let set = world.submitted(&scope, "k").await.data;
    let now = world.clock.now();
    let asked = world
        .store
        .subject_data(&scope.read(), set.id)
        .await
        .unwrap()
        .unwrap();
    let asked = asked
        .ask(Question::of(text("Please send the statute.")), now, now)
        .unwrap();
    world
        .store
        .commit(Unit::of(Caller::system("test"), now, asked))
        .await
        .unwrap();
    world
        .upload(&scope, set.id, b"%PDF-1.7", "d")
        .await
        .unwrap();
    let found = world.sets.get(&scope.read(), set.id).await.unwrap();
    assert_eq!(found.data.state, SubjectDataState::UnderVerification);
    assert_eq!(found.data.message, None);
    let case = world.store.case(set.case.unwrap()).await.unwrap().unwrap();
    assert_eq!(case.state, CaseState::Queued);
    assert!(
        case.version() > chancery::domain::aggregate::Version(1),
        "the case was told"
    );
}

#[tokio::test]
async fn a_notification_is_read_once() {
    let world = World::new().await;
    let scope = world.panel(Some("c-1")).await;
    world.submitted(&scope, "k").await;
    let tab = async |tab| {
        world
            .notifications
            .list(&scope.read(), tab, &ALL)
            .await
            .unwrap()
    };
    assert!(tab(Tab::Problems).await.is_empty());
    let line = tab(Tab::Information).await.remove(0);
    assert_eq!(line.read_at, None);
    let other = world.panel(Some("c-2")).await;
    let theirs = world.notifications.read(&other, line.id).await;
    assert_eq!(theirs.unwrap_err().class, Class::NotFound);
    let first = world.notifications.read(&scope, line.id).await.unwrap();
    world.clock.advance(std::time::Duration::from_secs(9));
    let again = world.notifications.read(&scope, line.id).await.unwrap();
    assert_eq!(first.read_at, again.read_at);
    assert_eq!(tab(Tab::Information).await.remove(0).read_at, first.read_at);
}

#[tokio::test]
async fn fifty_documents_and_no_more_however_they_come() {
    let world = World::new().await;
    let scope = world.panel(Some("c-1")).await;
    let set = world.data(&scope, by_number("1"), "k").await.unwrap();
    let set = set.data.id;
    let upload = async |key: String| world.upload(&scope, set, b"%PDF-1.7", &key).await;
    for number in 0..48 {
        upload(format!("d-{number}")).await.unwrap();
    }
    let at_once = (0..6).map(|number| upload(format!("late-{number}")));
    let taken = futures_util::future::join_all(at_once).await;
    let refused = taken.iter().filter_map(|one| one.as_ref().err());
    let codes: Vec<_> = refused.map(|refused| refused.code).collect();
    assert_eq!(codes, ["document-limit"; 4]);
    assert_eq!(world.files().len(), 50, "what is refused leaves no file");
}
