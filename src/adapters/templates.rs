//! The words of mails: minijinja templates, built in, each replaceable by an operator's file.
//!
//! A file is `<directory>/<en|pl>/mail/<kind>.txt`: the first line `Subject: …`, an empty line,
//! then the text, from which the HTML part is made too. A template that names a value its kind of mail does not have is refused when
//! it is loaded, not when a customer waits for it.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use minijinja::{AutoEscape, Environment, UndefinedBehavior, Value};
use secrecy::{ExposeSecret, SecretString};

use crate::{
    domain::{mail::MailKind, text::Language},
    ports::mailer::{Letter, Templates, Wording, WordingError},
};

mod builtin;
mod html;
pub mod sample;

/// Largest file that is taken for a template, in bytes.
const FILE_CAP: u64 = 64 * 1024;
/// Longest subject, in characters.
const SUBJECT_CAP: usize = 200;

/// Why templates cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TemplateError {
    #[error("the template {path} cannot be read")]
    Read {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("the template {path} is longer than {FILE_CAP} bytes")]
    TooLong { path: PathBuf },
    #[error("the template {name} is wrong: {fault}")]
    Wrong { name: String, fault: String },
}

/// All templates, compiled.
pub struct MailTemplates {
    environment: Environment<'static>,
}

impl MailTemplates {
    /// The templates that are built in, those of `directory` in place of theirs.
    ///
    /// # Errors
    /// When a file cannot be read, does not compile, or does not render a sample.
    pub fn load(directory: Option<&Path>) -> Result<Self, TemplateError> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_auto_escape_callback(|_| AutoEscape::None);
        let mut templates = Self { environment };
        for language in Language::ALL {
            for kind in MailKind::ALL {
                let replaced = match directory {
                    Some(directory) => replacement(directory, language, kind)?,
                    None => None,
                };
                let source = replaced.unwrap_or_else(|| builtin::source(language, kind).to_owned());
                templates.add(language, kind, source)?;
            }
        }
        Ok(templates)
    }

    fn add(
        &mut self,
        language: Language,
        kind: MailKind,
        source: String,
    ) -> Result<(), TemplateError> {
        let name = name(language, kind);
        let wrong = |fault: String| TemplateError::Wrong {
            name: name.clone(),
            fault,
        };
        self.environment
            .add_template_owned(name.clone(), source)
            .map_err(|error| wrong(error.to_string()))?;
        let letter = sample::letter(language, kind);
        let wording = self.render(&letter).map_err(|error| wrong(error.0))?;
        match &letter.code {
            Some(code) if !stands_alone(&wording, code) => {
                Err(wrong("{{ code }} must stand alone on one line".to_owned()))
            }
            _ => Ok(()),
        }
    }
}

impl Templates for MailTemplates {
    fn render(&self, letter: &Letter) -> Result<Wording, WordingError> {
        let fault = |error: minijinja::Error| WordingError(error.to_string());
        let name = name(letter.language, letter.kind);
        let template = self.environment.get_template(&name).map_err(fault)?;
        let mut values: BTreeMap<&'static str, Value> = letter
            .values
            .iter()
            .map(|(name, value)| (*name, Value::from(value.as_str())))
            .collect();
        if let Some(code) = &letter.code {
            values.insert("code", Value::from(code.expose_secret()));
        }
        wording(letter, &template.render(values).map_err(fault)?)
    }
}

fn name(language: Language, kind: MailKind) -> String {
    format!("{}/mail/{}.txt", language.code(), kind.name())
}

fn replacement(
    directory: &Path,
    language: Language,
    kind: MailKind,
) -> Result<Option<String>, TemplateError> {
    let path = directory.join(name(language, kind));
    let read = |source| TemplateError::Read {
        path: path.clone(),
        source,
    };
    match fs::metadata(&path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(read(error)),
        Ok(meta) if meta.len() > FILE_CAP => Err(TemplateError::TooLong { path }),
        Ok(_) => fs::read_to_string(&path).map(Some).map_err(read),
    }
}

/// Subject line, empty line, text.
fn wording(letter: &Letter, rendered: &str) -> Result<Wording, WordingError> {
    let fault = |what: &str| WordingError(what.to_owned());
    let (head, text) = rendered
        .split_once("\n\n")
        .ok_or_else(|| fault("an empty line must follow the subject"))?;
    let subject = head
        .strip_prefix("Subject: ")
        .ok_or_else(|| fault("the first line must begin with `Subject: `"))?;
    let is_line = !subject.is_empty() && !subject.chars().any(char::is_control);
    if !is_line || subject.chars().count() > SUBJECT_CAP {
        return Err(fault(
            "the subject must be one line of at most 200 characters",
        ));
    }
    let text = format!("{}\n", text.trim_end());
    Ok(Wording {
        subject: subject.to_owned(),
        html: html::page(letter, subject, &text),
        text: SecretString::from(text),
    })
}

fn stands_alone(wording: &Wording, code: &SecretString) -> bool {
    let lines = wording.text.expose_secret().lines();
    lines.filter(|line| *line == code.expose_secret()).count() == 1
        && !wording.subject.contains(code.expose_secret())
        && wording
            .text
            .expose_secret()
            .matches(code.expose_secret())
            .count()
            == 1
}

#[cfg(test)]
mod tests;
