//! A plan in words, for the printed script.

use super::{
    checksum,
    fault::Fault,
    plan::{Certificate, Kind, Plan, PlanFile},
    terms,
};
use crate::domain::timestamp::Timestamp;

/// Line by line.
pub(crate) fn describe(file: &PlanFile) -> Result<Vec<String>, Fault> {
    let plan = &file.plan;
    let [from, to] = plan.window;
    let mut lines = vec![
        format!("Ceremony         {} ({})", plan.id, purpose(plan.kind)),
        format!("Procedure        {}", plan.cps),
        format!("Window           {from} to {to}"),
        format!("Token            {}{}", plan.token.label, serial(plan)),
        format!("Module           {}", plan.token.module.display()),
        format!("Module SHA-256   {}", plan.token.module_sha256),
        format!(
            "Key              {} (CKA_ID {}), {}, {}",
            plan.key.label,
            plan.key.id,
            plan.key.algorithm.name(),
            if plan.kind.makes_a_key() {
                "to be made: sensitive, never extractable"
            } else {
                "made in an earlier ceremony"
            }
        ),
    ];
    if plan.kind != Kind::LogKey {
        let algorithm = terms::signature_algorithm(plan)?;
        lines.push(format!("Signature        {algorithm}"));
    }
    if let Some(certificate) = &plan.certificate {
        certificate_words(plan, certificate, &mut lines)?;
    }
    if let Some(crl) = &plan.crl {
        lines.push(format!("CRL number       {}", crl.number));
        lines.push(format!(
            "Next update      {} days later",
            crl.next_update_days
        ));
        for revoked in &crl.revoked {
            let (serial, date, reason) = (&revoked.serial, revoked.date, &revoked.reason);
            lines.push(format!("Revoked          {serial} at {date}, {reason}"));
        }
        if crl.revoked.is_empty() {
            lines.push("Revoked          no certificate".to_owned());
        }
    }
    if let Some(log) = &plan.log {
        lines.push(format!("Log origin       {}", log.origin));
    }
    for (words, input) in [
        ("Request", &plan.inputs.csr),
        ("CA certificate", &plan.inputs.ca_certificate),
        ("Previous CRL", &plan.inputs.previous_crl),
    ] {
        if let Some(input) = input {
            lines.push(format!("{words:<16} {}", input.path.display()));
            lines.push(format!("{:<16} SHA-256 {}", "", input.sha256));
        }
    }
    for person in &plan.participant {
        let confirms = person.vkey.as_deref().unwrap_or("does not confirm");
        lines.push(format!(
            "Participant      {}, {}: {confirms}",
            person.name,
            person.role.name()
        ));
    }
    lines.push(format!("Approvals        {} needed", plan.confirmations));
    lines.push(format!("Plan SHA-256     {}", hex::encode(file.sha256)));
    lines.push(format!(
        "Plan words       {}",
        checksum::words(&file.sha256)
    ));
    Ok(lines)
}

const fn purpose(kind: Kind) -> &'static str {
    match kind {
        Kind::RootKey => "makes a root key and its self-signed certificate",
        Kind::IssuingCsr => "makes an issuing CA's key and a request for its certificate",
        Kind::SignIssuing => "signs an issuing CA's certificate with the root key",
        Kind::RootCrl => "signs the root's CRL",
        Kind::LogKey => "makes the key of the audit log",
        Kind::NotificationCsr => "makes the key that signs mails and a request for its certificate",
    }
}

fn serial(plan: &Plan) -> String {
    let serial = plan.token.serial.as_deref();
    serial.map_or_else(String::new, |serial| format!(", serial {serial}"))
}

fn certificate_words(
    plan: &Plan,
    certificate: &Certificate,
    lines: &mut Vec<String>,
) -> Result<(), Fault> {
    let name = terms::name(&certificate.subject)?;
    lines.push(format!("Subject          {name}"));
    match plan.kind {
        Kind::RootKey => {
            lines.push("Issuer           itself".to_owned());
            lines
                .push("Constraints      a CA, no path length; signs certificates, CRLs".to_owned());
        }
        Kind::SignIssuing => {
            let terms = terms::issuing(certificate)?;
            lines.push(
                "Constraints      a CA, path length 0; signs certificates and CRLs".to_owned(),
            );
            lines.push("Usage            e-mail protection only".to_owned());
            let policies = certificate.policies.as_deref().unwrap_or_default();
            lines.push(format!("Policies         {}", policies.join(", ")));
            lines.push(format!("CRL at           {}", terms.crl.as_str()));
            lines.push(format!("Issuer at        {}", terms.ca_issuers.as_str()));
        }
        Kind::NotificationCsr => {
            lines.push(format!("Mails from       {}", terms::mailbox(certificate)?));
            lines.push("Usage            digital signature, e-mail protection only".to_owned());
            return Ok(());
        }
        Kind::IssuingCsr | Kind::RootCrl | Kind::LogKey => return Ok(()),
    }
    let words = match (certificate.validity_days, certificate.not_before) {
        (Some(days), _) => format!("{days} days from the moment of signing"),
        (None, Some(_)) => {
            let period = terms::validity(certificate, Timestamp::EPOCH)?;
            format!("{} to {}", period.not_before(), period.not_after())
        }
        (None, None) => String::new(),
    };
    lines.push(format!("Validity         {words}"));
    Ok(())
}
