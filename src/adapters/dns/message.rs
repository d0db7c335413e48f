//! What a validated message says about one name.
//!
//! The validator's word is not taken alone. It calls a message insecure when the records in it
//! are; here they must also be of a zone above the name that was asked for, or an answer from
//! some unsigned zone would serve for a signed one. A referral denies nothing.

use hickory_resolver::proto::{
    dnssec::{Proof, rdata::DNSSECRData},
    op::{DnsResponse, ResponseCode},
    rr::{Name, RData, Record, RecordType, rdata::CAA},
};

use crate::domain::caa::{Chain, Property};

/// Records of one type at one name; who has more gets no answer.
const RECORDS: usize = 100;
/// Octets of their values together: each look is kept for ever.
const OCTETS: usize = 8 * 1024;

/// A message as the validator left it.
pub struct Message {
    pub response: DnsResponse,
    /// Its denial is proven to concern unsigned names only (opt-out, RFC 5155 6).
    pub insecure_denial: bool,
}

/// What is believed, how far, and for how many seconds.
pub struct Found<T> {
    pub value: T,
    pub chain: Chain,
    pub ttl: u32,
}

/// The answer of a name to the question for records of a type.
pub enum Said<T> {
    /// None when their absence is proven.
    Records(Found<Vec<T>>),
    Alias,
}

/// A type of records, and how one is read.
pub struct Kind<T> {
    pub of: RecordType,
    read: fn(&RData) -> Option<T>,
    octets: fn(&T) -> usize,
}

pub const CAA_RECORDS: Kind<Property> = Kind {
    of: RecordType::CAA,
    read: |data| match data {
        RData::CAA(caa) => Some(property(caa)),
        _ => None,
    },
    octets: |property| property.tag.len() + property.value.len(),
};

/// Each record's strings joined.
pub const TXT_RECORDS: Kind<Vec<u8>> = Kind {
    of: RecordType::TXT,
    read: |data| match data {
        RData::TXT(txt) => Some(txt.txt_data.concat()),
        _ => None,
    },
    octets: Vec::len,
};

/// Why a message is not believed.
type Doubt = &'static str;

impl Message {
    /// The records at `name`, or their denial.
    pub fn records<T>(&self, name: &Name, kind: &Kind<T>) -> Result<Said<T>, Doubt> {
        let records: Vec<&Record> = own(name, kind.of, &self.response).collect();
        if records.len() > RECORDS {
            return Err("there are too many records");
        }
        if records.is_empty() {
            if is_alias(name, &self.response) {
                return Ok(Said::Alias);
            }
            return self.denied(name).map(Said::Records);
        }
        let chain = weakest(&records)?;
        self.expanded_by_its_own_zone()?;
        let ttl = records.iter().map(|record| record.ttl).min();
        let values = records.iter().map(|record| (kind.read)(&record.data));
        let value: Option<Vec<T>> = values.collect();
        let value = value.ok_or("a record cannot be read")?;
        let octets: usize = value.iter().map(kind.octets).sum();
        if octets > OCTETS {
            return Err("the records are too long");
        }
        Ok(Said::Records(Found {
            value,
            chain,
            ttl: ttl.unwrap_or_default(),
        }))
    }

    /// Where the one alias at `name` leads.
    pub fn alias(&self, name: &Name) -> Result<Found<Name>, Doubt> {
        let records: Vec<&Record> = own(name, RecordType::CNAME, &self.response).collect();
        let [record] = records.as_slice() else {
            return Err("an alias came and went, or there are two");
        };
        let chain = weakest(&records)?;
        self.expanded_by_its_own_zone()?;
        match &record.data {
            RData::CNAME(target) => Ok(Found {
                value: target.0.clone(),
                chain,
                ttl: record.ttl,
            }),
            _ => Err("the alias cannot be read"),
        }
    }

    /// The absence of the records, from the zone of the name (RFC 2308 2, RFC 4035 5.4).
    fn denied<T>(&self, name: &Name) -> Result<Found<Vec<T>>, Doubt> {
        // The validator takes an expansion's labels from any signature among the answers, a
        // foreign one too, and then demands less of the denial.
        if !self.response.answers.is_empty() {
            return Err("a denial with answers");
        }
        let code = self.response.response_code;
        if code != ResponseCode::NoError && code != ResponseCode::NXDomain {
            return Err("the answer is neither yes nor no");
        }
        let authorities = &self.response.authorities;
        let mut zones = authorities.iter().filter_map(|record| match &record.data {
            RData::SOA(soa) if record.name.zone_of(name) => Some((record, soa.minimum)),
            _ => None,
        });
        let (Some((zone, minimum)), None) = (zones.next(), zones.next()) else {
            return Err("a denial without the zone it comes from");
        };
        let denies = |record: &Record| {
            let of_kind = matches!(
                record.data,
                RData::DNSSEC(DNSSECRData::NSEC(_) | DNSSECRData::NSEC3(_))
            );
            of_kind && record.proof == Proof::Secure
        };
        let chain = match zone.proof {
            Proof::Insecure => Chain::Insecure,
            Proof::Secure if self.insecure_denial => Chain::Insecure,
            Proof::Secure if authorities.iter().any(denies) => Chain::Secure,
            _ => return Err("a denial that is not proven"),
        };
        Ok(Found {
            value: Vec::new(),
            chain,
            ttl: zone.ttl.min(minimum),
        })
    }
}

impl Message {
    /// A record that a wildcard gave is believed only when what denies a closer match is of the
    /// zone that signed it: the validator takes an NSEC3 of any zone above (RFC 5155 7.2.6).
    fn expanded_by_its_own_zone(&self) -> Result<(), Doubt> {
        for record in &self.response.answers {
            let RData::DNSSEC(DNSSECRData::RRSIG(signature)) = &record.data else {
                continue;
            };
            let by = signature.input();
            if by.num_labels >= record.name.num_labels() {
                continue;
            }
            let mut hashed = self
                .response
                .authorities
                .iter()
                .filter(|denial| matches!(denial.data, RData::DNSSEC(DNSSECRData::NSEC3(_))));
            if !hashed.all(|denial| denial.name.base_name() == by.signer_name) {
                return Err("a wildcard's answer with another zone's denial");
            }
        }
        Ok(())
    }
}

/// Whether the message holds an alias at the name; says nothing about its proof.
pub fn is_alias(name: &Name, response: &DnsResponse) -> bool {
    own(name, RecordType::CNAME, response).next().is_some()
}

/// The servers of a name say who should know, instead of what they should know themselves: a
/// lame delegation (RFC 2308 2.2 tells it from a denial by the SOA).
pub fn is_referral(name: &Name, response: &DnsResponse) -> bool {
    let authorities = &response.authorities;
    let holds = |kind: RecordType| {
        let mut records = authorities.iter();
        records.any(|record| record.record_type() == kind && record.name.zone_of(name))
    };
    response.answers.is_empty() && holds(RecordType::NS) && !holds(RecordType::SOA)
}

fn own<'a>(
    name: &'a Name,
    kind: RecordType,
    response: &'a DnsResponse,
) -> impl Iterator<Item = &'a Record> {
    let records = response.answers.iter();
    records.filter(move |record| record.name == *name && record.record_type() == kind)
}

fn weakest(records: &[&Record]) -> Result<Chain, Doubt> {
    let proofs = |wanted: Proof| records.iter().all(|record| record.proof == wanted);
    if proofs(Proof::Secure) {
        Ok(Chain::Secure)
    } else if proofs(Proof::Insecure) {
        Ok(Chain::Insecure)
    } else {
        Err("a signature is missing or wrong")
    }
}

fn property(caa: &CAA) -> Property {
    Property {
        flags: caa.flags(),
        tag: caa.tag.clone(),
        value: caa.value.clone(),
    }
}

#[cfg(test)]
mod tests {
    use hickory_resolver::proto::{
        dnssec::{
            Algorithm, Nsec3HashAlgorithm,
            rdata::{NSEC3, RRSIG, sig::SigInput},
        },
        op::{self, OpCode},
        rr::{SerialNumber, rdata::SOA},
    };

    use super::*;

    const ASKED: &str = "mail.example.com.";

    fn name(text: &str) -> Name {
        Name::from_ascii(text).unwrap()
    }

    fn secure(owner: &str, data: RData) -> Record {
        let mut record = Record::from_rdata(name(owner), 300, data);
        record.proof = Proof::Secure;
        record
    }

    /// A signature of `signer` on what a wildcard at `example.com` gave.
    fn expansion(signer: &str) -> Record {
        let input = SigInput {
            type_covered: RecordType::CAA,
            algorithm: Algorithm::ECDSAP256SHA256,
            num_labels: 2,
            original_ttl: 300,
            sig_expiration: SerialNumber::new(2),
            sig_inception: SerialNumber::new(1),
            key_tag: 1,
            signer_name: name(signer),
        };
        let signature = RRSIG::from_sig(input, vec![1]);
        secure(ASKED, RData::DNSSEC(DNSSECRData::RRSIG(signature)))
    }

    fn hashed(owner: &str) -> Record {
        let denial = NSEC3::new(Nsec3HashAlgorithm::SHA1, false, 0, vec![], vec![1; 20], []);
        secure(owner, RData::DNSSEC(DNSSECRData::NSEC3(denial)))
    }

    fn said(answers: Vec<Record>, authorities: Vec<Record>) -> Result<Said<Property>, Doubt> {
        let mut message = op::Message::response(1, OpCode::Query);
        message.answers = answers;
        message.authorities = authorities;
        let response = DnsResponse::from_message(message).unwrap();
        let message = Message {
            response,
            insecure_denial: false,
        };
        message.records(&name(ASKED), &CAA_RECORDS)
    }

    /// The zone above denies what it does not hold; the junk signature makes the validator ask for
    /// less than the closest encloser.
    #[test]
    fn a_denial_comes_without_answers() {
        let soa = SOA::new(name("ns.com."), name("host.com."), 1, 1, 1, 1, 300);
        let above = || vec![secure("com.", RData::SOA(soa.clone())), hashed("abc.com.")];
        assert!(said(vec![], above()).is_ok());
        let doubt = said(vec![expansion("example.com.")], above()).err();
        assert_eq!(doubt, Some("a denial with answers"));
    }

    #[test]
    fn a_wildcard_is_expanded_by_the_zone_that_denies_the_rest() {
        let caa = CAA::new_issue(false, Some(name("ca.example.")), vec![]);
        let answers = || {
            let record = secure(ASKED, RData::CAA(caa.clone()));
            vec![record, expansion("example.com.")]
        };
        assert!(said(answers(), vec![hashed("abc.example.com.")]).is_ok());
        let doubt = said(answers(), vec![hashed("abc.com.")]).err();
        assert_eq!(
            doubt,
            Some("a wildcard's answer with another zone's denial")
        );
    }

    #[test]
    fn what_is_kept_for_ever_is_bounded() {
        let long = |octets: usize| {
            let mut caa = CAA::new_issue(false, None, vec![]);
            caa.value = vec![b'x'; octets];
            secure(ASKED, RData::CAA(caa))
        };
        assert!(said(vec![long(OCTETS - 5)], vec![]).is_ok());
        let doubt = said(vec![long(OCTETS)], vec![]).err();
        assert_eq!(doubt, Some("the records are too long"));
    }
}
