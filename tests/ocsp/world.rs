//! A CA and its responder in software, and the answers that this responder signs.

use std::{fs, path::PathBuf, process::Command, sync::LazyLock};

use chancery::{
    domain::timestamp::Timestamp,
    pkix::{
        algorithm::SignatureAlgorithm,
        certificate::{CaCertificate, CertificateView},
        ocsp::response::{self, CertStatus, ResponseData},
        serial_number::SerialNumber,
        spki::PublicKey,
    },
};
use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P256_SHA256, SigningKey,
};
use sha1::{Digest, Sha1};
use tempfile::TempDir;

/// One for all tests: it is only read.
pub static WORLD: LazyLock<World> = LazyLock::new(World::new);

/// Where the CA's and the responder's files are, and what signs.
pub struct World {
    dir: TempDir,
    responder: KeyPair,
    pub responder_der: Vec<u8>,
    pub ca: CaCertificate,
}

impl World {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let ca_key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        let mut ca = named("Example Issuing CA");
        ca.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        ca.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let certificate = ca.self_signed(&ca_key).unwrap();
        fs::write(dir.path().join("ca.pem"), certificate.pem()).unwrap();
        let responder = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        let mut delegated = named("Example OCSP 1");
        delegated.is_ca = IsCa::ExplicitNoCa;
        delegated.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        delegated.extended_key_usages = vec![ExtendedKeyUsagePurpose::OcspSigning];
        delegated.use_authority_key_identifier_extension = true;
        let no_check = &[1, 3, 6, 1, 5, 5, 7, 48, 1, 5];
        delegated.custom_extensions = vec![CustomExtension::from_oid_content(no_check, vec![5, 0])];
        let issuer = Issuer::from_params(&ca, &ca_key);
        let delegated = delegated.signed_by(&responder, &issuer).unwrap();
        Self {
            ca: CaCertificate::from_der(certificate.der()).unwrap(),
            responder_der: delegated.der().to_vec(),
            responder,
            dir,
        }
    }

    /// SHA-1 of the responder's key.
    pub fn responder_id(&self) -> [u8; 20] {
        let view = CertificateView::parse(&self.responder_der).unwrap();
        let key = PublicKey::from_spki(view.spki).unwrap();
        Sha1::digest(key.key_octets()).into()
    }

    /// The answer as it is sent.
    pub fn sign(&self, data: &[u8]) -> Vec<u8> {
        let signature = self.responder.sign(data).unwrap();
        let algorithm = SignatureAlgorithm::EcdsaP256Sha256;
        response::assemble(data, algorithm, &signature, &self.responder_der)
    }

    /// An answer to `request`, an hour old and good for a day.
    pub fn answer(
        &self,
        request: &chancery::pkix::ocsp::request::OcspRequest,
        status: CertStatus,
    ) -> Vec<u8> {
        let now = now();
        let hour = std::time::Duration::from_secs(3_600);
        let data = ResponseData {
            responder: self.responder_id(),
            produced_at: now.minus(hour),
            cert_id: &request.cert_id,
            status,
            this_update: now.minus(hour),
            next_update: now.plus(hour * 23),
            nonce: request.nonce.as_ref(),
        };
        self.sign(&data.to_der())
    }

    /// A request as OpenSSL makes it.
    pub fn ask(&self, serial: &SerialNumber, options: &[&str]) -> Vec<u8> {
        let path = self.file(&format!("{serial}{}.req", options.concat()));
        let out = path.to_str().unwrap();
        let serial = format!("0x{serial}");
        let mut line = options.to_vec();
        line.extend(["-issuer", "ca.pem", "-serial", &serial, "-reqout", out]);
        self.openssl(&line);
        fs::read(path).unwrap()
    }

    /// What `openssl ocsp` says of an answer: of its nonce and signature by the request it answers,
    /// and of the status by the serial. It reads a request only where no serial is given.
    pub fn judge(
        &self,
        name: &str,
        request: &[u8],
        answer: &[u8],
        (hash, serial): (&str, &SerialNumber),
    ) -> [String; 2] {
        let (req, resp) = (format!("{name}.reqin"), format!("{name}.respin"));
        fs::write(self.file(&req), request).unwrap();
        fs::write(self.file(&resp), answer).unwrap();
        let serial = format!("0x{serial}");
        let by = [
            "-respin",
            &resp,
            "-no_nonce",
            "-CAfile",
            "ca.pem",
            "-issuer",
            "ca.pem",
        ];
        let asked = [&by[..], &["-reqin", &req]].concat();
        let status = [&[hash][..], &by, &["-serial", &serial]].concat();
        [self.openssl(&asked), self.openssl(&status)]
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn openssl(&self, arguments: &[&str]) -> String {
        let output = Command::new("openssl")
            .arg("ocsp")
            .args(arguments)
            .current_dir(self.dir.path())
            .output()
            .unwrap();
        let said = [output.stdout, output.stderr].concat();
        String::from_utf8_lossy(&said).into_owned()
    }
}

pub fn serial(hex: &str) -> SerialNumber {
    SerialNumber::parse(hex).unwrap()
}

#[expect(
    clippy::disallowed_methods,
    reason = "OpenSSL judges an answer by the clock of the host"
)]
fn now() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    Timestamp::from_millis(i64::try_from(since.unwrap().as_millis()).unwrap())
}

fn named(common_name: &str) -> CertificateParams {
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::OrganizationName, "Example Trust Services");
    params
        .distinguished_name
        .push(DnType::CommonName, common_name);
    params.not_before = rcgen::date_time_ymd(2026, 1, 1);
    params.not_after = rcgen::date_time_ymd(2036, 1, 1);
    params
}
