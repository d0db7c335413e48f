//! The customer's words for each notification, in English and Polish.

use super::status::words::Words;
use crate::domain::notification::Topic;

/// What a panel shows for a notification.
#[must_use]
pub const fn words(topic: Topic) -> Words {
    let (en, pl) = match topic {
        Topic::OrderCreated => ("The order has been placed.", "Złożono zamówienie."),
        Topic::OrderCancelled => ("The order has been cancelled.", "Anulowano zamówienie."),
        Topic::OrderRejected => (
            "The order has been rejected; its details say why.",
            "Zamówienie odrzucono; powód podano w jego szczegółach.",
        ),
        Topic::OrderLapsing => (
            "The time to activate the certificate ends soon.",
            "Termin aktywacji certyfikatu wkrótce upłynie.",
        ),
        Topic::OrderLapsed => (
            "The order has lapsed: its certificate was not activated in time.",
            "Zamówienie wygasło: certyfikat nie został aktywowany w terminie.",
        ),
        Topic::DataReceived => (
            "The data have been saved for verification.",
            "Zapisano dane do weryfikacji.",
        ),
        Topic::DataApproved => (
            "The organization's data have been verified.",
            "Dane organizacji zostały zweryfikowane.",
        ),
        Topic::DataRejected => (
            "The organization's data could not be verified.",
            "Nie udało się zweryfikować danych organizacji.",
        ),
        Topic::InformationNeeded => (
            "Additional information is needed to verify the data.",
            "Do weryfikacji danych potrzebne są dodatkowe informacje.",
        ),
        Topic::MailboxVerified => MAILBOX_VERIFIED,
        Topic::MailboxLocked => MAILBOX_LOCKED,
        Topic::MailboxDisowned => MAILBOX_DISOWNED,
        Topic::MailboxInvalidated => MAILBOX_INVALIDATED,
        Topic::MailUndeliverable => MAIL_UNDELIVERABLE,
        Topic::WebhookDisabled => WEBHOOK_DISABLED,
        Topic::CaaForbids => CAA_FORBIDS,
        Topic::CaaLookupFailed => CAA_LOOKUP_FAILED,
        Topic::ReadyToActivate => (
            "The certificate can be activated.",
            "Certyfikat można aktywować.",
        ),
        Topic::ActivationRefused => (
            "The activation was refused; the order is open again.",
            "Odmówiono aktywacji; zamówienie jest znów otwarte.",
        ),
        Topic::ActivationDelayed => (
            "The issuance of the certificate takes longer than usual.",
            "Wydanie certyfikatu trwa dłużej niż zwykle.",
        ),
        Topic::CertificateIssued => ("The certificate has been issued.", "Wydano certyfikat."),
        Topic::DataSuspended => DATA_SUSPENDED,
        Topic::DataResumed => DATA_RESUMED,
        Topic::DataInvalidated => DATA_INVALIDATED,
        Topic::CertificateSuperseded => CERTIFICATE_SUPERSEDED,
        Topic::SupersededEnding => SUPERSEDED_ENDING,
        Topic::CertificateRevoked => (
            "The certificate has been revoked.",
            "Unieważniono certyfikat.",
        ),
        Topic::CertificateExpiring => CERTIFICATE_EXPIRING,
        Topic::CertificateExpired => CERTIFICATE_EXPIRED,
        Topic::DataExpiring => DATA_EXPIRING,
        Topic::MailboxLapsing => MAILBOX_LAPSING,
        Topic::MailboxLapsed => MAILBOX_LAPSED,
        Topic::DocumentInfected => DOCUMENT_INFECTED,
        Topic::DocumentUnscannable => DOCUMENT_UNSCANNABLE,
    };
    Words { en, pl }
}

// Of documents.
const DOCUMENT_INFECTED: (&str, &str) = (
    "Malware was found in a document you sent. Nobody will open it; send another.",
    "W przesłanym dokumencie wykryto złośliwe oprogramowanie. Nikt go nie otworzy; prześlij inny.",
);
const DOCUMENT_UNSCANNABLE: (&str, &str) = (
    "A document you sent cannot be checked for malware. Send it without a password, or in another form.",
    "Przesłanego dokumentu nie można sprawdzić pod kątem złośliwego oprogramowania. Prześlij go bez hasła lub w innej postaci.",
);

// Of the mailbox and its domain.
const CAA_FORBIDS: (&str, &str) = (
    "The domain of your e-mail address does not allow us to issue (CAA issuemail).",
    "Domena adresu e-mail nie pozwala nam wydać certyfikatu (CAA issuemail).",
);
const CAA_LOOKUP_FAILED: (&str, &str) = (
    "The CAA records of your e-mail address's domain cannot be read with certainty.",
    "Rekordów CAA domeny adresu e-mail nie można odczytać w sposób pewny.",
);
const WEBHOOK_DISABLED: (&str, &str) = (
    "A webhook took no message for three days and was disabled.",
    "Webhook nie przyjął żadnej wiadomości przez trzy dni i został wyłączony.",
);
const MAIL_UNDELIVERABLE: (&str, &str) = (
    "A message could not be delivered to the e-mail address.",
    "Nie udało się dostarczyć wiadomości na adres e-mail.",
);
const MAILBOX_DISOWNED: (&str, &str) = (
    "The holder of the e-mail address says that this order is not theirs; our officers look at it.",
    "Właściciel adresu e-mail oświadczył, że to nie jego zamówienie; badają je nasi pracownicy.",
);
const MAILBOX_VERIFIED: (&str, &str) = (
    "Control of the e-mail address has been confirmed.",
    "Potwierdzono kontrolę nad adresem e-mail.",
);
const MAILBOX_INVALIDATED: (&str, &str) = (
    "Our check of the e-mail address turned out not to be reliable: the address must be checked again.",
    "Nasze sprawdzenie adresu e-mail okazało się niewiarygodne: adres trzeba sprawdzić ponownie.",
);
const MAILBOX_LOCKED: (&str, &str) = (
    "Too many wrong codes were entered: have a new one sent.",
    "Zbyt wiele razy podano błędny kod: zamów wysłanie nowego.",
);
const CERTIFICATE_SUPERSEDED: (&str, &str) = (
    "A new certificate has taken the place of this one, which will be revoked.",
    "Nowy certyfikat zastąpił ten certyfikat, który zostanie unieważniony.",
);
const SUPERSEDED_ENDING: (&str, &str) = (
    "The replaced certificate will be revoked soon.",
    "Zastąpiony certyfikat zostanie wkrótce unieważniony.",
);
const CERTIFICATE_EXPIRING: (&str, &str) = (
    "The certificate expires soon.",
    "Certyfikat wkrótce wygaśnie.",
);
const CERTIFICATE_EXPIRED: (&str, &str) = ("The certificate has expired.", "Certyfikat wygasł.");
const DATA_EXPIRING: (&str, &str) = (
    "The verification of the organization's data ends soon.",
    "Weryfikacja danych organizacji wkrótce wygaśnie.",
);
const MAILBOX_LAPSING: (&str, &str) = (
    "The verification of the e-mail address ends soon.",
    "Weryfikacja adresu e-mail wkrótce wygaśnie.",
);
const MAILBOX_LAPSED: (&str, &str) = (
    "The verification of the e-mail address has ended: the address must be verified again.",
    "Weryfikacja adresu e-mail wygasła: adres trzeba zweryfikować ponownie.",
);
const DATA_SUSPENDED: (&str, &str) = (
    "The organization's data is suspended: no certificate is issued on it for now.",
    "Dane organizacji zostały zawieszone: na razie nie wydajemy na ich podstawie certyfikatów.",
);
const DATA_RESUMED: (&str, &str) = (
    "The organization's data can be used again.",
    "Danych organizacji można znów używać.",
);
const DATA_INVALIDATED: (&str, &str) = (
    "The organization's data can no longer be used for certificates.",
    "Danych organizacji nie można już używać w certyfikatach.",
);
