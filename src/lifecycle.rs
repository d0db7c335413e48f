//! The process as its service manager sees it: handed-over sockets, signals, notifications.

use std::{
    io,
    net::{SocketAddr, TcpListener},
    time::Duration,
};

use listenfd::ListenFd;
use sd_notify::NotifyState;
use tokio::signal::unix::{Signal, SignalKind, signal};

use crate::config::listen::Listen;

/// The three listening sockets.
pub struct Sockets {
    pub ra: tokio::net::TcpListener,
    pub public: tokio::net::TcpListener,
    pub metrics: tokio::net::TcpListener,
}

impl Sockets {
    /// Takes over sockets from systemd, in the order ra, public, metrics, and binds the rest.
    ///
    /// # Errors
    /// When an address cannot be bound.
    pub fn open(listen: &Listen) -> io::Result<Self> {
        let mut given = ListenFd::from_env();
        Ok(Self {
            ra: socket(given.take_tcp_listener(0)?, listen.ra)?,
            public: socket(given.take_tcp_listener(1)?, listen.public)?,
            metrics: socket(given.take_tcp_listener(2)?, listen.metrics)?,
        })
    }
}

fn socket(given: Option<TcpListener>, address: SocketAddr) -> io::Result<tokio::net::TcpListener> {
    let named = |error: io::Error| io::Error::new(error.kind(), format!("{address}: {error}"));
    let socket = match given {
        Some(socket) => socket,
        None => TcpListener::bind(address).map_err(named)?,
    };
    socket.set_nonblocking(true)?;
    tokio::net::TcpListener::from_std(socket)
}

/// What the outside wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    Reload,
    Stop,
}

/// SIGHUP, SIGTERM and SIGINT.
pub struct Signals {
    hangup: Signal,
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    /// # Errors
    /// When the handlers cannot be installed.
    pub fn listen() -> io::Result<Self> {
        Ok(Self {
            hangup: signal(SignalKind::hangup())?,
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    /// The next wish.
    pub async fn next(&mut self) -> Wanted {
        tokio::select! {
            _ = self.terminate.recv() => Wanted::Stop,
            _ = self.interrupt.recv() => Wanted::Stop,
            _ = self.hangup.recv() => Wanted::Reload,
        }
    }
}

/// Tells systemd that the daemon serves.
pub fn ready() {
    tell(&[NotifyState::Ready]);
}

/// Tells systemd that the configuration is being read again; [`ready`] ends it.
pub fn reloading() {
    match NotifyState::monotonic_usec_now() {
        Ok(now) => tell(&[NotifyState::Reloading, now]),
        Err(error) => tracing::warn!(%error, "the service manager was not told of the reload"),
    }
}

/// Tells systemd that the daemon is ending.
pub fn stopping() {
    tell(&[NotifyState::Stopping]);
}

/// How often systemd wants a sign of life, if it does.
#[must_use]
pub fn watchdog() -> Option<Duration> {
    sd_notify::watchdog_enabled().map(|timeout| timeout / 2)
}

/// The sign of life.
pub fn alive() {
    tell(&[NotifyState::Watchdog]);
}

/// Without a service manager this does nothing.
fn tell(states: &[NotifyState<'_>]) {
    if let Err(error) = sd_notify::notify(states) {
        tracing::warn!(%error, "the service manager could not be told");
    }
}
