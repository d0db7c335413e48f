//! `/csr`: how a request is made with the tools people have, and where a PFX file comes from. The
//! commands are run as they stand here by `tests/issuing_calls/guides.rs`.

use askama::Template;

use super::Frame;
use crate::http::html;

/// A program and what is typed.
struct Tool {
    name: &'static str,
    /// Id of the text that says for whom it is.
    about: &'static str,
    /// Makes `smime.csr`.
    request: &'static str,
    /// Makes `smime.p12` (PFX) of key, `certificate.pem` and `chain.pem`.
    bundle: &'static str,
}

const TOOLS: [Tool; 4] = [
    Tool {
        name: "OpenSSL",
        about: "openssl",
        request: "umask 077\n\
            openssl req -new -newkey rsa:3072 -noenc -subj /CN=smime \\\n  \
            -keyout smime.key -out smime.csr",
        bundle: "openssl pkcs12 -export -inkey smime.key -in certificate.pem \\\n  \
            -certfile chain.pem -out smime.p12",
    },
    Tool {
        name: "GnuTLS certtool",
        about: "certtool",
        request: "umask 077\n\
            echo 'cn = smime' > smime.tmpl\n\
            certtool --generate-privkey --key-type rsa --bits 3072 \\\n  \
            --outfile smime.key\n\
            certtool --generate-request --load-privkey smime.key \\\n  \
            --template smime.tmpl --outfile smime.csr",
        bundle: "certtool --to-p12 --outder --p12-name smime \\\n  \
            --load-privkey smime.key \\\n  \
            --load-certificate certificate.pem \\\n  \
            --load-ca-certificate chain.pem --outfile smime.p12",
    },
    Tool {
        name: "NSS certutil",
        about: "certutil",
        request: "umask 077\n\
            mkdir smime-db\n\
            certutil -N -d sql:smime-db --empty-password\n\
            head -c 64 /dev/urandom > noise\n\
            certutil -R -d sql:smime-db -k rsa -g 3072 -Z SHA256 \\\n  \
            -s CN=smime -z noise -a -o smime.csr",
        bundle: "certutil -A -d sql:smime-db -n smime -t ,, -a \\\n  \
            -i certificate.pem\n\
            certutil -A -d sql:smime-db -n issuing -t ,, -a \\\n  \
            -i chain.pem\n\
            pk12util -d sql:smime-db -n smime -o smime.p12",
    },
    Tool {
        name: "Java keytool",
        about: "keytool",
        request: "umask 077\n\
            head -c 18 /dev/urandom | base64 > password.txt\n\
            keytool -genkeypair -alias smime -keyalg RSA -keysize 3072 \\\n  \
            -dname CN=smime -storetype PKCS12 -keystore smime.p12 \\\n  \
            -storepass:file password.txt\n\
            keytool -certreq -alias smime -keystore smime.p12 \\\n  \
            -storepass:file password.txt -file smime.csr",
        bundle: "cat certificate.pem chain.pem > answer.pem\n\
            keytool -importcert -noprompt -alias smime -file answer.pem \\\n  \
            -keystore smime.p12 -storepass:file password.txt",
    },
];

#[derive(Template)]
#[template(path = "csr.html", config = "src/http/pages/askama.toml")]
struct Page<'a> {
    frame: &'a Frame,
    style: &'static str,
    tools: &'static [Tool],
}

pub(super) fn page(frame: &Frame) -> String {
    let page = Page {
        frame,
        style: html::STYLE,
        tools: &TOOLS,
    };
    page.render().unwrap_or_default()
}

/// Ids of the tools' texts.
#[cfg(test)]
pub(super) fn texts() -> impl Iterator<Item = &'static str> {
    TOOLS.iter().map(|tool| tool.about)
}
