//! Whoever opens evidence or a document leaves an entry.

use chancery::{
    domain::{
        document::{Document, DocumentKind, MediaType, Scan},
        id::{DocumentId, EvidenceId},
        unit::Unit,
    },
    ports::{document_files::DocumentFiles, store::catalogue::AuditLog},
};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{
    cabinet::cabinet,
    ground::text,
    world::{World, owner},
};

const CONTENT: &[u8] = b"%PDF-1.7 a statute";

impl World {
    async fn entries(&self, kind: &str) -> Vec<Value> {
        let head = self.store.head().await.unwrap().unwrap();
        let leaves = self.store.leaves(&head.log, 0, 1_000).await.unwrap();
        let entries = leaves
            .iter()
            .map(|(_, leaf)| serde_json::from_slice::<Value>(leaf).unwrap());
        entries.filter(|entry| entry["type"] == kind).collect()
    }

    async fn put(&self, id: DocumentId, content: &[u8]) {
        let files = cabinet(self.dir.path(), self.entropy.clone());
        let mut file = files.begin(id).await.unwrap();
        file.write(content).await.unwrap();
        file.keep().await.unwrap();
    }

    async fn receive(&self) -> Document {
        let id = DocumentId::new(self.now(), [6; 10]);
        let document = Document {
            id,
            subject_data: self.data,
            owner: owner(),
            kind: DocumentKind::Organization,
            description: None,
            file_name: text("statut.pdf"),
            media_type: MediaType::Pdf,
            size: u64::try_from(CONTENT.len()).unwrap(),
            sha256: Sha256::digest(CONTENT).into(),
            brought_by: None,
            scan: Scan::NotScanned,
            finding: None,
            scanned_at: None,
            erased_at: None,
            received_at: self.now(),
        };
        self.put(id, CONTENT).await;
        let unit = Unit::of(self.caller(), self.now(), document.clone().receive());
        self.commit(unit).await;
        document
    }
}

#[tokio::test]
async fn opened_evidence_is_an_entry() {
    let world = World::new().await;
    world.claim(&world.anna).await.unwrap();
    world.add_note(&world.anna, "an extract").await.unwrap();
    let id: EvidenceId = world.stored_case().await.evidence.first().unwrap().0;
    let officer = world.scope(&world.ola).await;
    let scope = officer.read();
    let read = world.work.evidence(&scope, Some(&officer), world.case, id);
    assert_eq!(read.await.unwrap().content, "an extract");
    let entries = world.entries("evidence.read").await;
    assert_eq!(entries.len(), 1);
    let entry = entries.first().unwrap();
    assert_eq!(entry["object"]["id"], id.to_string());
    assert_eq!(entry["actor"]["id"], "ola");
    assert_eq!(entry["data"]["case"], world.case.to_string());
    // An auditor's read has its entry from the entrance, whatever is read.
    let read = world.work.evidence(&scope, None, world.case, id);
    read.await.unwrap();
    assert_eq!(world.entries("evidence.read").await.len(), 1);
}

#[tokio::test]
async fn an_opened_document_is_an_entry_and_a_changed_one_is_not_shown() {
    let world = World::new().await;
    let document = world.receive().await;
    let scope = world.scope(&world.anna).await;
    let read = async || {
        let work = &world.work;
        work.document(&scope, world.case, document.id).await
    };
    let mut content = read().await.unwrap().1;
    assert_eq!(content.next().await.unwrap().unwrap(), CONTENT);
    assert_eq!(content.next().await, Ok(None));
    let entries = world.entries("document.read").await;
    assert_eq!(entries.len(), 1);
    let entry = entries.first().unwrap();
    assert_eq!(entry["object"]["id"], document.id.to_string());
    assert_eq!(entry["object"]["sha256"], hex::encode(document.sha256));
    assert_eq!(entry["actor"]["id"], "anna");
    let path = world.dir.path().join(document.id.to_string());
    let unreadable = async || read().await.err().unwrap().code;
    std::fs::write(&path, CONTENT).unwrap();
    assert_eq!(unreadable().await, "document-unreadable", "not encrypted");
    std::fs::remove_file(&path).unwrap();
    assert_eq!(unreadable().await, "document-unreadable", "not there");
    world.put(document.id, b"%PDF-1.7 another tat").await;
    assert_eq!(unreadable().await, "document-unreadable", "not what came");
    assert_eq!(world.entries("document.read").await.len(), 1);
}
