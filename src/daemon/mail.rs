//! How mails leave, by the configuration.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use super::{Failure, compose::Ground, material};
use crate::{
    adapters::{
        maildir::Maildir,
        smtp::{
            Sender,
            directory::Directory,
            dkim::DkimKey,
            relay::{Login, Relay, Security, Settings},
        },
        templates::MailTemplates,
    },
    config::{
        Config,
        hsm::{Key, Token},
        mail::{Dkim, Signing, Smtp, SmtpSecurity},
        source::ConfigError,
    },
    domain::{signing::SignPurpose, timestamp::Timestamp},
    policy::{
        local_time::LocalTime,
        mail_signature::{NotificationCertificate, Wanted},
        mailbox_address,
        mailbox_code::CodeKey,
        return_path::ReturnPaths,
        warnings::{Named, Warnings},
    },
    ports::{mailer::Mailer, returned_mail::ReturnedMail},
    services::{
        authority::Authorities,
        mails::{self, House, MailLedger, sign},
        screening::Screening,
    },
};

/// For one whole try, from connecting to the server's word.
const DEADLINE: Duration = Duration::from_secs(60);

/// The mails' service.
///
/// # Errors
/// When sender, server settings or templates cannot be used.
pub fn ledger(
    config: &Config,
    ground: &Ground,
    authorities: &Authorities,
    (key, screening): (&Arc<CodeKey>, &Arc<Screening>),
) -> Result<MailLedger, Failure> {
    let directory = config.settings.files.mail_templates.as_ref();
    let templates = MailTemplates::load(directory.map(|path| path.get_ref().as_path()))?;
    Ok(MailLedger::new(mails::Parts {
        store: ground.durable(),
        mails: ground.reads(),
        mailer: mailer(config)?,
        templates: Arc::new(templates),
        clock: Arc::clone(&ground.outside.clock),
        entropy: Arc::clone(&ground.outside.entropy),
        key: Arc::clone(key),
        return_paths: return_paths(config, key)?,
        house: house(config, authorities)?,
        screening: Arc::clone(screening),
        signing: signing(config, ground)?,
    }))
}

/// On which days people are reminded, under the terms of the same configuration.
///
/// # Errors
/// When days are out of order or beyond the period they are about.
pub fn warnings(config: &Config) -> Result<Warnings, ConfigError> {
    let terms = config.settings.terms.chosen();
    let Some(wanted) = &config.settings.mail.reminders else {
        return Ok(Warnings::built_in(&terms));
    };
    let days = wanted.get_ref().clone();
    let named = Named {
        order: days.order,
        certificate: days.certificate,
        data: days.data,
        mailbox: days.mailbox,
        ready: days.ready,
        applicant: days.applicant,
    };
    Warnings::checked(named, &terms).map_err(|fault| config.fault(wanted, fault))
}

/// Checks what [`ledger`] will need, and gives what will not stop the start.
///
/// # Errors
/// When sender, server settings or templates cannot be used.
pub fn check(config: &Config, now: Timestamp) -> Result<Option<String>, Failure> {
    let directory = config.settings.files.mail_templates.as_ref();
    MailTemplates::load(directory.map(|path| path.get_ref().as_path()))?;
    mailer(config)?;
    local_time(config)?;
    bounce_domain(config)?;
    let Some(wanted) = &config.settings.mail.signing else {
        return Ok(None);
    };
    Ok(warning(&certificate(config, wanted)?, now))
}

/// Why mails wait now. Not a fault: the rest of the daemon works, and time may mend it.
fn warning(certificate: &NotificationCertificate, now: Timestamp) -> Option<String> {
    let unfit = certificate.valid_at(now).err()?;
    Some(format!(
        "mails wait, for none can be signed ([mail.signing]): {unfit}"
    ))
}

/// The place where mail comes back to, when there is one.
pub fn returned(config: &Config) -> Option<Arc<dyn ReturnedMail>> {
    let bounces = config.settings.mail.bounces.as_ref()?;
    let path = bounces.maildir.get_ref().as_path().to_owned();
    Some(Arc::new(Maildir::new(path)))
}

fn return_paths(config: &Config, key: &CodeKey) -> Result<Option<ReturnPaths>, ConfigError> {
    let domain = bounce_domain(config)?;
    Ok(domain.map(|domain| ReturnPaths::new(key.derived("return paths"), domain)))
}

fn bounce_domain(config: &Config) -> Result<Option<String>, ConfigError> {
    let Some(bounces) = &config.settings.mail.bounces else {
        return Ok(None);
    };
    let domain = bounces.domain.get_ref();
    let parsed = mailbox_address::parse(&format!("b@{domain}"));
    match parsed {
        Ok(address) if address.domain() == domain => Ok(Some(domain.clone())),
        _ => {
            let reason = "must be a host name in lower-case A-labels";
            Err(config.fault(&bounces.domain, reason))
        }
    }
}

fn local_time(config: &Config) -> Result<LocalTime, ConfigError> {
    let Some(zone) = &config.settings.mail.time_zone else {
        return Ok(LocalTime::default());
    };
    LocalTime::of(zone.get_ref()).map_err(|fault| config.fault(zone, fault))
}

fn house(config: &Config, authorities: &Authorities) -> Result<House, ConfigError> {
    let mail = &config.settings.mail;
    let issuers = authorities.issuers().iter();
    let chains: BTreeMap<_, _> = issuers
        .map(|issuer| (issuer.name.clone(), issuer.chain.clone()))
        .collect();
    Ok(House {
        name: mail.ca_name.clone(),
        public_url: mail.confirm_base_url.get_ref().clone(),
        contact: mail.contact.clone(),
        time: local_time(config)?,
        chains,
    })
}

fn mailer(config: &Config) -> Result<Arc<dyn Mailer>, ConfigError> {
    let mail = &config.settings.mail;
    let sender = sender(config)?;
    let keys = mail.dkim.iter().map(|wanted| dkim(config, wanted));
    let keys = keys.collect::<Result<Vec<_>, _>>()?;
    let sender = sender
        .signed_by(keys)
        .map_err(|fault| match mail.dkim.first() {
            Some(first) => config.fault(&first.domain, fault),
            None => config.fault(&mail.from, fault),
        })?;
    match (&mail.smtp, &mail.directory) {
        (Some(smtp), None) => {
            let relay = Relay::new(settings(config, smtp, sender)?);
            let relay = relay.map_err(|fault| config.fault(&mail.from, fault))?;
            Ok(Arc::new(relay))
        }
        (None, Some(directory)) => {
            let path = directory.get_ref().as_path().to_owned();
            Ok(Arc::new(Directory::new(path, sender)))
        }
        _ => {
            let reason = "exactly one of [mail.smtp] and mail.directory is needed";
            Err(config.fault(&mail.from, reason))
        }
    }
}

fn sender(config: &Config) -> Result<Sender, ConfigError> {
    let from = &config.settings.mail.from;
    Sender::parse(from.get_ref()).map_err(|fault| config.fault(from, fault))
}

fn dkim(config: &Config, wanted: &Dkim) -> Result<Arc<DkimKey>, ConfigError> {
    let pem = material::secret(config, &wanted.key)?;
    let key = DkimKey::new(wanted.domain.get_ref(), &wanted.selector, &pem);
    key.map(Arc::new)
        .map_err(|fault| config.fault(&wanted.domain, fault))
}

fn signing(config: &Config, ground: &Ground) -> Result<Option<sign::Signing>, ConfigError> {
    let Some(wanted) = &config.settings.mail.signing else {
        return Ok(None);
    };
    let certificate = certificate(config, wanted)?;
    if let Some(warning) = warning(&certificate, ground.outside.clock.now()) {
        tracing::warn!("{warning}");
    }
    Ok(Some(sign::Signing::new(
        Arc::new(certificate),
        ground.signing(),
    )))
}

/// The certificate by which mails are signed. Its key stands alone on its token and is no other
/// configured key.
fn certificate(config: &Config, wanted: &Signing) -> Result<NotificationCertificate, ConfigError> {
    let name = &wanted.key.get_ref().0;
    let tokens = &config.settings.hsm.tokens;
    let of_name = |key: &&Key| key.name.0 == *name;
    let on = |token: &&Token| token.keys.iter().any(|key| of_name(&key));
    let token = tokens.iter().find(on);
    let key = token.and_then(|token| token.keys.iter().find(of_name));
    let (Some(token), Some(key)) = (token, key) else {
        return Err(config.fault(&wanted.key, "no token has a key of this name"));
    };
    let purposes: Vec<SignPurpose> = key.purposes.iter().map(|purpose| purpose.0).collect();
    if purposes != [SignPurpose::Mail] {
        let reason = "the notification key's only purpose must be mail";
        return Err(config.fault(&key.label, reason));
    }
    if token.keys.len() > 1 {
        let reason = "the notification key must have a token of its own";
        return Err(config.fault(&key.label, reason));
    }
    let others = tokens.iter().flat_map(|token| &token.keys);
    let others = others.filter(|other| !of_name(other));
    let ca_keys = others
        .map(|other| material::spki(config, other))
        .collect::<Result<Vec<_>, _>>()?;
    let chain = wanted.chain.iter();
    let chain = chain.map(|path| material::certificate_der(config, path));
    let made = NotificationCertificate::new(Wanted {
        certificate: material::certificate_der(config, &wanted.certificate)?,
        chain: chain.collect::<Result<_, _>>()?,
        key: name.clone(),
        algorithm: key.algorithm.get_ref().0,
        key_spki: &material::spki(config, key)?,
        from: sender(config)?.address(),
        ca_keys: &ca_keys,
    });
    made.map_err(|fault| config.fault(&wanted.certificate, fault))
}

fn settings(config: &Config, smtp: &Smtp, sender: Sender) -> Result<Settings, ConfigError> {
    let ca_pem = smtp.ca.as_ref().map(|path| material::bytes(config, path));
    let login = match (&smtp.user, &smtp.password) {
        (Some(user), Some(password)) => Some(Login {
            user: user.clone(),
            password: material::line(config, password)?,
        }),
        _ => None,
    };
    Ok(Settings {
        host: smtp.host.clone(),
        port: smtp.port,
        security: match smtp.security {
            SmtpSecurity::Starttls => Security::StartTls,
            SmtpSecurity::Implicit => Security::Implicit,
        },
        ca_pem: ca_pem.transpose()?,
        login,
        hello: smtp.hello.clone(),
        sender,
        deadline: DEADLINE,
    })
}
