//! What the configuration names: certificates, keys, secrets, products, profiles.

use std::{collections::BTreeMap, num::NonZeroU32, sync::Arc};

use rustls::ServerConfig;
use secrecy::{ExposeSecret, SecretSlice, SecretString};
use sha2::{Digest, Sha256};
use toml::Spanned;

use crate::{
    adapters::{
        document_directory::{keys::DocumentKeys, require_usable},
        pkcs11::config::{KeyConfig, TokenConfig, TokenSelector},
        sqlite::verify::Issuers,
        system,
    },
    config::{
        Config, deny_list,
        hsm::{Issuer, Key, Token},
        mail_domains, products,
        source::{self, ConfigError},
        value::{AbsolutePath, SecretSource},
    },
    domain::{
        audit::{event::Event, value::Value},
        kept_text::{KEY_LISTS, KeptText, TextKind, Unkeepable, statement_name},
        product::Product,
        signing::KeyName,
        timestamp::Timestamp,
    },
    http::tls,
    pkix::{
        certificate::{CaCertificate, CertificateView},
        pem,
    },
    policy::{
        case_rules::deny_list::DenyList, issuance::IssuerKey, key_policy::rules as key_rules, lint,
        mail_domains::MailDomains, mailbox_code::CodeKey,
    },
    services::{
        authority::{Authority, CrlPeriod, Profiles, slot::SigningSlots},
        keys::KeyFacts,
        profiles::InForce,
        subject_keys::KeyLists,
    },
};

use super::{key_lists, profile_files};

/// Largest certificate, CRL or profile file.
pub const LARGEST: u64 = 8 * 1024 * 1024;

/// Everything that SIGHUP replaces, and the issuers.
pub struct Material {
    pub tls: Arc<ServerConfig>,
    pub products: Vec<Product>,
    pub profiles: Profiles,
    pub issuers: Vec<Arc<Authority>>,
    pub key_lists: KeyLists,
    /// Who gets no certificate.
    pub deny_list: Option<DenyList>,
    pub mail_domains: MailDomains,
    /// What the log must know before anything is issued by them.
    pub in_force: InForce,
    /// What is no fault, and yet keeps something from being issued today.
    pub warnings: Vec<String>,
}

impl Material {
    /// Reads and checks every file that the configuration names, as of `now`.
    ///
    /// # Errors
    /// The first fault, at the line that names the file.
    pub fn load(config: &Config, now: Timestamp) -> Result<Self, ConfigError> {
        let issuers = issuers(config)?;
        let known = profile_files::read(config)?;
        let profiles = profile_files::bind(config, &known, &issuers)?;
        let products = products::load(config.settings.files.products.get_ref().as_path())?;
        let offered = |product: &Product| profiles.0.contains_key(&product.profile);
        if let Some(product) = products.iter().find(|product| !offered(product)) {
            let reason = format!(
                "product {} wants profile {}, by which no issuer issues",
                product.code, product.profile
            );
            // Without any issuer the daemon serves everything but issuance.
            if !config.settings.issuers.is_empty() {
                return Err(config.fault(&config.settings.files.products, reason));
            }
        }
        let key_lists = key_lists::load(config, issuers.iter().map(AsRef::as_ref))?;
        let texts = texts(&profiles, &products, &key_lists);
        let texts = texts.map_err(|fault| config.fault(&config.settings.files.products, fault))?;
        let hashes = profiles.0.iter();
        let hashes = hashes.map(|(name, bound)| (name.clone(), bound.profile.sha256()));
        let warnings = profile_files::attempt(&known, &profiles, &issuers, &products, now)?;
        Ok(Self {
            tls: server_tls(config)?,
            in_force: InForce {
                profiles: hashes.collect(),
                texts,
            },
            products,
            profiles,
            warnings,
            key_lists,
            deny_list: deny_list(config)?,
            mail_domains: mail_domains(config)?,
            issuers,
        })
    }
}

impl Material {
    /// Says which deny list is in force.
    pub fn tell(&self, event: Event) -> Event {
        let list = self.deny_list.as_ref();
        let named = list.map_or_else(|| Value::text("none"), |list| Value::hex(&list.sha256()));
        event.with("deny_list_sha256", named)
    }

    /// Tells the log what is issued no more.
    pub fn warn(&self) {
        for warning in &self.warnings {
            tracing::warn!(warning, "nothing is issued for now");
        }
    }
}

fn deny_list(config: &Config) -> Result<Option<DenyList>, ConfigError> {
    let path = config.settings.files.deny_list.as_ref();
    path.map(|path| deny_list::load(path.get_ref().as_path()))
        .transpose()
}

fn mail_domains(config: &Config) -> Result<MailDomains, ConfigError> {
    let path = config.settings.files.mail_domains.as_ref();
    let domains = path.map(|path| mail_domains::load(path.get_ref().as_path()));
    Ok(domains.transpose()?.unwrap_or_default())
}

/// The texts that everything issued will name, and all that users accept.
fn texts(
    profiles: &Profiles,
    products: &[Product],
    key_lists: &KeyLists,
) -> Result<Vec<KeptText>, Unkeepable> {
    let rules = [
        (
            TextKind::LintRules,
            lint::version::VERSION,
            lint::described::described(),
        ),
        (
            TextKind::KeyRules,
            key_rules::VERSION,
            key_rules::described(),
        ),
        (TextKind::KeyLists, KEY_LISTS, key_lists.described()),
    ];
    let rules = rules.map(|(kind, name, text)| KeptText::new(kind, name, text));
    let profiles = profiles
        .0
        .iter()
        .map(|(name, bound)| KeptText::new(TextKind::Profile, name.as_str(), bound.profile.text()));
    let statements = products.iter().flat_map(|product| &product.statements);
    let statements = statements.map(|statement| {
        let name = statement_name(&statement.id, statement.version);
        KeptText::new(TextKind::Statement, name, statement.text.whole())
    });
    profiles.chain(statements).chain(rules).collect()
}

/// The RA listener's TLS.
fn server_tls(config: &Config) -> Result<Arc<ServerConfig>, ConfigError> {
    let wanted = &config.settings.tls;
    let crls: Result<Vec<_>, _> = wanted
        .client_crls
        .iter()
        .map(|path| bytes(config, path))
        .collect();
    let key = secret(config, &wanted.key)?;
    let material = tls::Material {
        certificate: &bytes(config, &wanted.certificate)?,
        key: key.expose_secret(),
        client_roots: &bytes(config, &wanted.client_roots)?,
        client_crls: &crls?,
    };
    tls::server_config(&material).map_err(|error| config.fault(&wanted.certificate, error))
}

fn issuers(config: &Config) -> Result<Vec<Arc<Authority>>, ConfigError> {
    let wanted = &config.settings.issuers;
    wanted
        .iter()
        .map(|issuer| authority(config, issuer).map(Arc::new))
        .collect()
}

/// The certificates of the configured issuers, by name: what the oracle judges signatures by.
///
/// # Errors
/// When a file is missing or holds no CA certificate.
pub fn issuing_certificates(config: &Config) -> Result<Issuers, ConfigError> {
    let wanted = config.settings.issuers.iter();
    wanted
        .map(|issuer| {
            let certificate = ca_certificate(config, &issuer.certificate)?;
            Ok((issuer.name.get_ref().0.to_string(), certificate))
        })
        .collect()
}

fn authority(config: &Config, wanted: &Issuer) -> Result<Authority, ConfigError> {
    let certificate = ca_certificate(config, &wanted.certificate)?;
    let mut chain = vec![certificate.as_der().to_vec()];
    let mut below = certificate.clone();
    for path in &wanted.chain {
        let above = ca_certificate(config, path)?;
        below
            .verify_issued_by(&above)
            .map_err(|_| config.fault(path, "did not issue the certificate before it"))?;
        if above.is_self_issued() {
            return Err(config.fault(path, "the root does not belong in the chain"));
        }
        chain.push(above.as_der().to_vec());
        below = above;
    }
    let mut keys = config
        .settings
        .hsm
        .tokens
        .iter()
        .flat_map(|token| &token.keys);
    let name = &wanted.key.get_ref().0;
    let key = keys.find(|key| key.name.0 == *name);
    let key = key.ok_or_else(|| config.fault(&wanted.key, "no token has a key of this name"))?;
    if spki(config, key)? != certificate.public_key().to_spki() {
        let reason = "is not the certificate of the issuer's key";
        return Err(config.fault(&wanted.certificate, reason));
    }
    let algorithm = key.algorithm.get_ref().0;
    let public = certificate.public_key().clone();
    let pinned = IssuerKey::new(name.clone(), public, algorithm)
        .map_err(|fault| config.fault(&key.algorithm, fault))?;
    let authority = Authority {
        name: wanted.name.get_ref().0.clone(),
        key: pinned,
        chain,
        partitions: NonZeroU32::new(wanted.crl_partitions.to_u32()).unwrap_or(NonZeroU32::MIN),
        base_url: wanted.base_url.get_ref().clone(),
        crl: CrlPeriod {
            validity: std::time::Duration::from_secs(wanted.crl_validity_hours.get() * 3600),
            refresh: std::time::Duration::from_secs(wanted.crl_renewal_hours.get() * 3600),
        },
        slots: SigningSlots::new(wanted.signing_slots.to_usize()),
        certificate,
    };
    authority
        .leaf_urls(1)
        .map_err(|fault| config.fault(&wanted.base_url, fault))?;
    Ok(authority)
}

fn ca_certificate(
    config: &Config,
    path: &Spanned<AbsolutePath>,
) -> Result<CaCertificate, ConfigError> {
    let der = certificate_der(config, path)?;
    CaCertificate::from_der(&der).map_err(|fault| config.fault(path, fault))
}

/// DER of a PEM certificate.
///
/// # Errors
/// When the file cannot be read or holds another thing.
pub fn certificate_der(
    config: &Config,
    path: &Spanned<AbsolutePath>,
) -> Result<Vec<u8>, ConfigError> {
    let text = source::read(path.get_ref().as_path(), LARGEST)
        .map_err(|fault| config.fault(path, fault))?;
    pem::decode(pem::CERTIFICATE, text.as_str())
        .map_err(|_| config.fault(path, "is not one PEM certificate"))
}

/// The tokens with their PINs and keys.
///
/// # Errors
/// The first fault, at its line.
pub fn tokens(config: &Config) -> Result<Vec<TokenConfig>, ConfigError> {
    let tokens = &config.settings.hsm.tokens;
    tokens.iter().map(|wanted| token(config, wanted)).collect()
}

/// What the log is told of each key.
///
/// # Errors
/// The first fault, at its line.
pub fn key_facts(config: &Config) -> Result<BTreeMap<KeyName, KeyFacts>, ConfigError> {
    let mut facts = BTreeMap::new();
    for token in &config.settings.hsm.tokens {
        let selector = selector(config, token)?.to_string();
        for wanted in &token.keys {
            let key = key_config(config, wanted)?;
            let of_key = KeyFacts {
                token: selector.clone(),
                id: key.id,
                label: key.label,
                algorithm: key.algorithm.to_string(),
                spki_sha256: Sha256::digest(&key.spki_der).into(),
            };
            facts.insert(key.name, of_key);
        }
    }
    Ok(facts)
}

fn selector(config: &Config, wanted: &Token) -> Result<TokenSelector, ConfigError> {
    match (&wanted.label, &wanted.serial) {
        (Some(label), None) => Ok(TokenSelector::Label(label.clone())),
        (None, Some(serial)) => Ok(TokenSelector::Serial(serial.clone())),
        _ => {
            let reason = "a token has exactly one of label and serial";
            Err(config.fault(&wanted.module, reason))
        }
    }
}

fn token(config: &Config, wanted: &Token) -> Result<TokenConfig, ConfigError> {
    let selector = selector(config, wanted)?;
    let keys: Result<Vec<_>, _> = wanted.keys.iter().map(|k| key_config(config, k)).collect();
    Ok(TokenConfig {
        module: wanted.module.get_ref().as_path().to_owned(),
        token: selector,
        pin: line(config, &wanted.pin)?,
        threads: wanted.threads.to_usize(),
        queue: wanted.queue.to_usize(),
        sign_deadline: std::time::Duration::from_secs(wanted.sign_deadline_seconds.get()),
        init_args: wanted.init_args.clone(),
        keys: keys?,
    })
}

fn key_config(config: &Config, wanted: &Key) -> Result<KeyConfig, ConfigError> {
    Ok(KeyConfig {
        name: wanted.name.0.clone(),
        id: wanted.id.0.clone(),
        label: wanted.label.get_ref().clone(),
        algorithm: wanted.algorithm.get_ref().0,
        purposes: wanted.purposes.iter().map(|purpose| purpose.0).collect(),
        spki_der: spki(config, wanted)?,
    })
}

/// DER SPKI of a token's key, from a PEM certificate or a PEM public key.
///
/// # Errors
/// When the file is neither.
pub fn spki(config: &Config, wanted: &Key) -> Result<Vec<u8>, ConfigError> {
    let path = &wanted.public_key;
    let text = source::read(path.get_ref().as_path(), LARGEST)
        .map_err(|fault| config.fault(path, fault))?;
    if let Ok(der) = pem::decode(pem::PUBLIC_KEY, text.as_str()) {
        return Ok(der);
    }
    let broken = || config.fault(path, "is neither one PEM certificate nor one public key");
    let der = pem::decode(pem::CERTIFICATE, text.as_str()).map_err(|_| broken())?;
    let view = CertificateView::parse(&der).map_err(|_| broken())?;
    Ok(view.spki.to_vec())
}

/// The key of the e-mail codes.
///
/// # Errors
/// When the secret is missing or of another length.
pub fn code_key(config: &Config) -> Result<CodeKey, ConfigError> {
    let source = &config.settings.secrets.mailbox_code;
    let bytes = secret(config, source)?;
    CodeKey::from_bytes(bytes.expose_secret()).map_err(|fault| config.fault(source, fault))
}

/// The keys of documents.
///
/// # Errors
/// When the secret is missing or does not hold keys.
pub fn document_keys(config: &Config) -> Result<DocumentKeys, ConfigError> {
    let source = &config.settings.secrets.document_keys;
    let bytes = secret(config, source)?;
    DocumentKeys::parse(bytes.expose_secret()).map_err(|fault| config.fault(source, fault))
}

/// Looks whether documents can be kept where the configuration says.
///
/// # Errors
/// When the directory is missing or this account cannot write into it.
pub fn document_directory(config: &Config) -> Result<(), ConfigError> {
    let directory = &config.settings.files.documents;
    require_usable(directory.get_ref().as_path()).map_err(|fault| config.fault(directory, fault))
}

/// A secret of one line, without its line end.
///
/// # Errors
/// When it is missing or not text.
pub fn line(config: &Config, source: &Spanned<SecretSource>) -> Result<SecretString, ConfigError> {
    let bytes = secret(config, source)?;
    let text = std::str::from_utf8(bytes.expose_secret())
        .map_err(|_| config.fault(source, "the secret is not UTF-8 text"))?;
    Ok(SecretString::from(text.trim_end_matches(['\r', '\n'])))
}

/// Bytes of a file that the configuration names.
///
/// # Errors
/// When it cannot be read or is too long.
pub fn bytes(config: &Config, path: &Spanned<AbsolutePath>) -> Result<Vec<u8>, ConfigError> {
    source::read(path.get_ref().as_path(), LARGEST)
        .map(|text| text.as_str().as_bytes().to_vec())
        .map_err(|fault| config.fault(path, fault))
}

/// A secret as it stands.
///
/// # Errors
/// When it is missing.
pub fn secret(
    config: &Config,
    source: &Spanned<SecretSource>,
) -> Result<SecretSlice<u8>, ConfigError> {
    let path = match source.get_ref() {
        SecretSource::File(path) => path.clone(),
        SecretSource::Credential(name) => match system::credentials_directory() {
            Some(directory) => directory.join(name),
            None => {
                let reason = "the service manager has handed over no credentials";
                return Err(config.fault(source, reason));
            }
        },
    };
    system::read_secret(&path)
        .map_err(|error| config.fault(source, format!("{}: {error}", path.display())))
}
