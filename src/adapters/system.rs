//! The operating system: clock, randomness, secrets in files, and what the process forbids
//! itself. The only place that reads the first two.

use std::{
    env, fs,
    io::{self, Read},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use async_trait::async_trait;
use secrecy::SecretSlice;
use zeroize::Zeroizing;

use crate::{
    domain::timestamp::Timestamp,
    ports::{
        clock::Clock,
        entropy::{Entropy, EntropyFailed},
    },
};

/// Wall clock and monotonic clock of the host.
#[derive(Debug)]
pub struct SystemClock {
    origin: Instant,
}

impl SystemClock {
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "this adapter is the one reader of the clock"
    )]
    pub fn start() -> Self {
        Self {
            origin: Instant::now(),
        }
    }
}

#[async_trait]
impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this adapter is the one reader of the clock"
    )]
    fn now(&self) -> Timestamp {
        // A host clock before 1970 reads as 1970: the comparison with the audit head refuses it.
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Timestamp::EPOCH.plus(since)
    }

    fn monotonic(&self) -> Duration {
        self.origin.elapsed()
    }

    fn thread_cpu(&self) -> Duration {
        let mut spent = libc::timespec {
            tv_sec: 0,
            tv_nsec: 0,
        };
        #[expect(
            unsafe_code,
            reason = "no safe wrapper of clock_gettime is in the tree"
        )]
        // SAFETY: clock_gettime writes one timespec, which lives for the call.
        let refused =
            unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut spent) } != 0;
        let parts = u64::try_from(spent.tv_sec)
            .ok()
            .zip(u32::try_from(spent.tv_nsec).ok());
        match parts {
            Some((seconds, nanoseconds)) if !refused => Duration::new(seconds, nanoseconds),
            // Linux has had this clock since 2.6.12; a metric is no reason to stop.
            _ => Duration::ZERO,
        }
    }

    async fn pause(&self, length: Duration) {
        tokio::time::sleep(length).await;
    }
}

/// The kernel's generator (getrandom(2)).
#[derive(Debug, Default)]
pub struct OsEntropy;

impl Entropy for OsEntropy {
    #[expect(
        clippy::disallowed_methods,
        reason = "this adapter is the one reader of randomness"
    )]
    fn fill(&self, out: &mut [u8]) -> Result<(), EntropyFailed> {
        getrandom::fill(out).map_err(|_| EntropyFailed)
    }
}

/// Longest secret, in bytes; private keys included.
const LONGEST_SECRET: usize = 64 * 1024;

/// Where systemd puts the service's credentials (`LoadCredential=`).
#[must_use]
pub fn credentials_directory() -> Option<PathBuf> {
    env::var_os("CREDENTIALS_DIRECTORY").map(PathBuf::from)
}

/// Reads a secret that nobody outside owner and group can read.
///
/// # Errors
/// When the file cannot be read, is open to others, empty or longer than 64 KiB.
pub fn read_secret(path: &Path) -> io::Result<SecretSlice<u8>> {
    let refuse = |reason: &str| io::Error::new(io::ErrorKind::InvalidData, reason.to_owned());
    let mut file = fs::File::open(path)?;
    if file.metadata()?.permissions().mode() & 0o007 != 0 {
        return Err(refuse("others may access it; take their permissions away"));
    }
    // Filled in place: growing would leave copies behind.
    let mut bytes = Zeroizing::new(vec![0; LONGEST_SECRET + 1]);
    let mut length = 0;
    while let Some(free) = bytes.get_mut(length..).filter(|free| !free.is_empty()) {
        match file.read(free)? {
            0 => break,
            read => length += read,
        }
    }
    match bytes.get(..length) {
        Some(secret) if !secret.is_empty() && length <= LONGEST_SECRET => {
            Ok(SecretSlice::from(secret.to_vec()))
        }
        Some([]) => Err(refuse("it is empty")),
        _ => Err(refuse("it is longer than 64 KiB")),
    }
}

/// Keeps the memory of this process, which holds PINs, out of core files and debuggers.
///
/// # Errors
/// When the kernel refuses; the daemon then does not start.
#[expect(
    unsafe_code,
    reason = "no safe wrapper of setrlimit and prctl is in the tree"
)]
pub fn seal_memory() -> io::Result<()> {
    let none = libc::rlimit {
        rlim_cur: 0,
        rlim_max: 0,
    };
    // SAFETY: setrlimit reads one initialised rlimit.
    if unsafe { libc::setrlimit(libc::RLIMIT_CORE, &raw const none) } != 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: PR_SET_DUMPABLE takes integers only.
    if unsafe { libc::prctl(libc::PR_SET_DUMPABLE, 0, 0, 0, 0) } != 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn the_cpu_time_of_a_thread_is_its_own() {
        let clock = SystemClock::start();
        let before = clock.thread_cpu();
        while clock.thread_cpu() == before {
            std::hint::black_box(before);
        }
        let spent = clock.thread_cpu();
        let of_another = std::thread::spawn(|| SystemClock::start().thread_cpu());
        assert!(spent > before);
        assert!(of_another.join().unwrap() < spent + Duration::from_secs(1));
    }

    #[test]
    fn a_secret_is_bounded_and_not_open_to_others() {
        let file = tempfile::NamedTempFile::new().unwrap();
        assert!(read_secret(file.path()).is_err());
        fs::write(file.path(), b"1234\n").unwrap();
        assert_eq!(read_secret(file.path()).unwrap().expose_secret(), b"1234\n");
        fs::set_permissions(file.path(), fs::Permissions::from_mode(0o644)).unwrap();
        assert!(read_secret(file.path()).is_err());
        fs::set_permissions(file.path(), fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(file.path(), vec![b'x'; LONGEST_SECRET + 1]).unwrap();
        assert!(read_secret(file.path()).is_err());
    }
}
