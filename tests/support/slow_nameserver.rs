//! A name server that takes its time: asks another one, and passes the answer on when the test
//! says so. Over UDP and TCP; what it was asked can be counted.

use std::{
    io::{Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream, UdpSocket},
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread,
    time::Duration,
};

/// Types of records (RFC 1035 3.2.2, RFC 4034, RFC 8659).
pub const DS: u16 = 43;
pub const DNSKEY: u16 = 48;
pub const CAA: u16 = 257;

/// What it was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// In lower case, without a dot at the end; empty for the root.
    pub name: String,
    pub kind: u16,
    pub tcp: bool,
}

/// How long the answer to a question takes.
type Plan = Box<dyn Fn(&Question) -> Duration + Send>;

pub struct SlowNameserver {
    pub at: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    behind: SocketAddr,
    plan: Mutex<Plan>,
    asked: Mutex<Vec<Question>>,
}

impl SlowNameserver {
    /// Before the server at `behind`; as quick as that until it gets a plan.
    pub fn before(behind: SocketAddr) -> Self {
        let (udp, tcp) = sockets();
        let at = udp.local_addr().unwrap();
        let shared = Arc::new(Shared {
            behind,
            plan: Mutex::new(Box::new(|_| Duration::ZERO)),
            asked: Mutex::default(),
        });
        let of = Arc::clone(&shared);
        thread::spawn(move || datagrams(&udp, &of));
        let of = Arc::clone(&shared);
        thread::spawn(move || connections(&tcp, &of));
        Self { at, shared }
    }

    /// From the next question on.
    pub fn plan(&self, plan: impl Fn(&Question) -> Duration + Send + 'static) {
        *lock(&self.shared.plan) = Box::new(plan);
    }

    /// Every question so far.
    pub fn asked(&self) -> Vec<Question> {
        lock(&self.shared.asked).clone()
    }
}

impl Shared {
    /// Notes the question of a message and waits as long as its answer takes.
    fn wait(&self, message: &[u8], tcp: bool) {
        let question = question(message, tcp);
        let delay = lock(&self.plan)(&question);
        lock(&self.asked).push(question);
        let (_kept, never) = mpsc::channel::<()>();
        let _ = never.recv_timeout(delay);
    }
}

/// The same port for both.
fn sockets() -> (UdpSocket, TcpListener) {
    let mut tries = (0..100).filter_map(|_| {
        let udp = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let tcp = TcpListener::bind(udp.local_addr().unwrap()).ok()?;
        Some((udp, tcp))
    });
    tries.next().unwrap()
}

fn datagrams(socket: &UdpSocket, shared: &Arc<Shared>) {
    let mut buffer = [0; 4096];
    while let Ok((length, from)) = socket.recv_from(&mut buffer) {
        let message = buffer[..length].to_vec();
        let (shared, socket) = (Arc::clone(shared), socket.try_clone().unwrap());
        thread::spawn(move || {
            let own = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).unwrap();
            own.connect(shared.behind).unwrap();
            own.send(&message).unwrap();
            let mut answer = [0; 4096];
            let length = own.recv(&mut answer).unwrap();
            shared.wait(&message, false);
            // Who asked may be gone by now.
            let _ = socket.send_to(&answer[..length], from);
        });
    }
}

fn connections(listener: &TcpListener, shared: &Arc<Shared>) {
    for connection in listener.incoming() {
        let (shared, mut client) = (Arc::clone(shared), connection.unwrap());
        thread::spawn(move || {
            let mut server = TcpStream::connect(shared.behind).unwrap();
            while let Some(message) = framed(&mut client) {
                send(&mut server, &message).unwrap();
                let answer = framed(&mut server).unwrap();
                shared.wait(&message, true);
                if send(&mut client, &answer).is_none() {
                    return;
                }
            }
        });
    }
}

/// A message with its length before it (RFC 1035 4.2.2).
fn framed(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut length = [0; 2];
    stream.read_exact(&mut length).ok()?;
    let mut message = vec![0; u16::from_be_bytes(length).into()];
    stream.read_exact(&mut message).ok()?;
    Some(message)
}

fn send(stream: &mut TcpStream, message: &[u8]) -> Option<()> {
    let length = u16::try_from(message.len()).unwrap().to_be_bytes();
    stream.write_all(&[&length[..], message].concat()).ok()
}

/// The first question of a message; names in questions are not compressed.
fn question(message: &[u8], tcp: bool) -> Question {
    let (mut at, mut labels) = (12, Vec::new());
    while message[at] != 0 {
        let end = at + 1 + usize::from(message[at]);
        labels.push(String::from_utf8_lossy(&message[at + 1..end]).to_ascii_lowercase());
        at = end;
    }
    Question {
        name: labels.join("."),
        kind: u16::from_be_bytes([message[at + 1], message[at + 2]]),
        tcp,
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
