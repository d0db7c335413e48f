//! Accepting connections: bounded in number, header size and time.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use arc_swap::ArcSwap;
use axum::{Router, body::Body};
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto,
};
use rustls::ServerConfig;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::Semaphore,
};
use tokio_rustls::TlsAcceptor;
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use tower::ServiceExt;

use super::peer::{ClientCertificate, Peer};

const HANDSHAKE: Duration = Duration::from_secs(10);
const HEADERS: Duration = Duration::from_secs(10);
const HEADER_BYTES: u16 = 16 * 1024;
const STREAMS: u32 = 100;
/// Pause after a failed accept, which mostly means that file descriptors are short.
const BREATH: Duration = Duration::from_millis(100);

/// One listening socket and what it serves.
pub struct Listener {
    pub name: &'static str,
    pub socket: TcpListener,
    /// Mutual TLS; plain HTTP without it.
    pub tls: Option<Arc<ArcSwap<ServerConfig>>>,
    pub router: Router,
    /// Connections at a time; more wait in the kernel's queue.
    pub connections: usize,
}

/// Accepts until `stop`; the connections are `tracker`'s and end their requests after it.
pub async fn serve(listener: Listener, stop: CancellationToken, tracker: TaskTracker) {
    let listener = Arc::new(listener);
    let places = Arc::new(Semaphore::new(listener.connections));
    loop {
        let place = tokio::select! {
            () = stop.cancelled() => return,
            place = Arc::clone(&places).acquire_owned() => place,
        };
        let accepted = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.socket.accept() => accepted,
        };
        match accepted {
            Ok((stream, address)) => {
                let (listener, stop) = (Arc::clone(&listener), stop.clone());
                tracker.spawn(async move {
                    let _place = place;
                    connection(&listener, stream, address, stop).await;
                });
            }
            Err(error) => {
                tracing::warn!(listener = listener.name, %error, "accept failed");
                tokio::time::sleep(BREATH).await;
            }
        }
    }
}

async fn connection(
    listener: &Listener,
    stream: TcpStream,
    address: SocketAddr,
    stop: CancellationToken,
) {
    // A failure here costs latency, nothing else.
    let _ = stream.set_nodelay(true);
    let Some(tls) = &listener.tls else {
        let peer = Peer {
            address,
            certificate: None,
        };
        return http(stream, peer, listener.router.clone(), stop).await;
    };
    let acceptor = TlsAcceptor::from(tls.load_full());
    let handshake = tokio::select! {
        () = stop.cancelled() => return,
        handshake = tokio::time::timeout(HANDSHAKE, acceptor.accept(stream)) => handshake,
    };
    let refused = match handshake {
        Ok(Ok(stream)) => match client(&stream) {
            Ok(certificate) => {
                let peer = Peer {
                    address,
                    certificate: Some(Arc::new(certificate)),
                };
                return http(stream, peer, listener.router.clone(), stop).await;
            }
            Err(reason) => reason.to_string(),
        },
        Ok(Err(error)) => error.to_string(),
        Err(_) => "it took too long".to_owned(),
    };
    metrics::counter!("chancery_tls_handshake_failures_total").increment(1);
    tracing::info!(peer = %address, reason = refused, "handshake refused");
}

fn client(
    stream: &tokio_rustls::server::TlsStream<TcpStream>,
) -> Result<ClientCertificate, &'static str> {
    let chain = stream.get_ref().1.peer_certificates();
    let leaf = chain.and_then(<[_]>::first);
    let leaf = leaf.ok_or("there is no client certificate")?;
    ClientCertificate::from_der(leaf).map_err(|_| "the client certificate cannot be read")
}

async fn http<S>(stream: S, peer: Peer, router: Router, stop: CancellationToken)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = hyper::service::service_fn(move |request: hyper::Request<_>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(peer.clone());
        router.clone().oneshot(request)
    });
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS)
        .max_buf_size(usize::from(HEADER_BYTES));
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS)
        .max_header_list_size(u32::from(HEADER_BYTES))
        .keep_alive_interval(Duration::from_secs(20))
        .keep_alive_timeout(HEADERS);
    let connection = builder.serve_connection(TokioIo::new(stream), service);
    let mut connection = std::pin::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "connection ended early");
    }
}

/// Listens on an address.
///
/// # Errors
/// When the address cannot be bound.
pub async fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    TcpListener::bind(address).await
}
