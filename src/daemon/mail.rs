//! How mails leave, by the configuration.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use super::{Failure, compose::Ground, material};
use crate::{
    adapters::{
        smtp::{
            Sender,
            directory::Directory,
            relay::{Login, Relay, Security, Settings},
        },
        templates::MailTemplates,
    },
    config::{Config, Smtp, SmtpSecurity, source::ConfigError},
    policy::mailbox_code::CodeKey,
    ports::mailer::Mailer,
    services::{
        authority::Authorities,
        mails::{self, House, MailLedger},
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
    key: &Arc<CodeKey>,
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
        house: house(config, authorities),
    }))
}

/// Checks what [`ledger`] will need.
///
/// # Errors
/// When sender, server settings or templates cannot be used.
pub fn check(config: &Config) -> Result<(), Failure> {
    let directory = config.settings.files.mail_templates.as_ref();
    MailTemplates::load(directory.map(|path| path.get_ref().as_path()))?;
    mailer(config)?;
    Ok(())
}

fn house(config: &Config, authorities: &Authorities) -> House {
    let mail = &config.settings.mail;
    let issuers = authorities.issuers().iter();
    let chains: BTreeMap<_, _> = issuers
        .map(|issuer| (issuer.name.clone(), issuer.chain.clone()))
        .collect();
    House {
        name: mail.ca_name.clone(),
        public_url: mail.confirm_base_url.get_ref().clone(),
        contact: mail.contact.clone(),
        chains,
    }
}

fn mailer(config: &Config) -> Result<Arc<dyn Mailer>, ConfigError> {
    let mail = &config.settings.mail;
    let sender =
        Sender::parse(mail.from.get_ref()).map_err(|fault| config.fault(&mail.from, fault))?;
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
