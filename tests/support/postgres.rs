//! A PostgreSQL server for the tests of one process: the one of Debian 12, in a directory of its own,
//! on a Unix socket. It ends with the process, however that ends.

use std::{
    fs,
    io::Read,
    os::unix::{fs::chown, net::UnixDatagram, process::CommandExt},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        OnceLock,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection, postgres::PgConnectOptions,
};

const BIN: &str = "/usr/lib/postgresql/15/bin";
/// How long a server may take that never says it is ready: far longer than any needs.
const PATIENCE: Duration = Duration::from_secs(120);
/// Debian's `nobody`: the server refuses to run as root.
const NOBODY: u32 = 65_534;
pub const SUPERUSER: &str = "postgres";
pub const ROLES: [&str; 4] = [
    "chancery_owner",
    "chancery_daemon",
    "chancery_auditor",
    "chancery_status",
];

/// A server under a shell that waits for the end of our pipe, be it that we were killed.
pub struct Cluster {
    pub directory: PathBuf,
    _keeper: Child,
}

/// The server of this test process.
pub fn cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(|| {
        let cluster = Cluster::start(&[]);
        for role in ROLES {
            cluster.say("postgres", &format!("CREATE ROLE {role} LOGIN"));
        }
        cluster
    })
}

impl Cluster {
    /// With these settings beside the ordinary ones.
    pub fn start(settings: &[&str]) -> Self {
        let directory = tempfile::Builder::new()
            .prefix("pg")
            .tempdir()
            .unwrap()
            .keep();
        if is_root() {
            chown(&directory, Some(NOBODY), Some(NOBODY)).unwrap();
        }
        let data = directory.join("data");
        let made = unprivileged(&format!("{BIN}/initdb"))
            .arg("--pgdata")
            .arg(&data)
            .args(["--username", SUPERUSER, "--auth=trust", "--no-sync"])
            .args(["--encoding=UTF8", "--locale=C"])
            .output()
            .unwrap();
        assert!(
            made.status.success(),
            "{}",
            String::from_utf8_lossy(&made.stderr)
        );
        let script = "trap '' INT TERM HUP\n\
            dir=$1; shift\n\
            \"$@\" >\"$dir/log\" 2>&1 </dev/null &\n\
            cat >/dev/null\n\
            kill -QUIT $!; wait; rm -rf \"$dir\"";
        let notices = directory.join("notices");
        let told = UnixDatagram::bind(&notices).unwrap();
        if is_root() {
            chown(&notices, Some(NOBODY), Some(NOBODY)).unwrap();
        }
        let mut server = unprivileged("/bin/sh");
        server.env("NOTIFY_SOCKET", &notices);
        server.args(["-c", script, "keeper"]).arg(&directory);
        server.arg(format!("{BIN}/postgres")).arg("-D").arg(&data);
        server.arg("-k").arg(&directory);
        for setting in [
            "listen_addresses=",
            "max_connections=200",
            "shared_buffers=32MB",
        ] {
            server.args(["-c", setting]);
        }
        for setting in settings {
            server.args(["-c", setting]);
        }
        let keeper = server
            .stdin(Stdio::piped())
            .process_group(0)
            .spawn()
            .unwrap();
        let cluster = Self {
            directory,
            _keeper: keeper,
        };
        cluster.wait(&told);
        cluster
    }

    /// Until it says, as to systemd, that it takes connections.
    fn wait(&self, told: &UnixDatagram) {
        told.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut notice = [0; 1024];
        loop {
            let Ok(length) = told.recv(&mut notice) else {
                let log = fs::read_to_string(self.directory.join("log"));
                panic!("the server is not ready: {}", log.unwrap_or_default());
            };
            let text = String::from_utf8_lossy(&notice[..length]);
            if text.lines().any(|line| line == "READY=1") {
                return;
            }
        }
    }

    /// Runs a statement as the administrator.
    pub fn say(&self, database: &str, sql: &str) {
        let said = Command::new("psql")
            .args([
                "-X",
                "-q",
                "-v",
                "ON_ERROR_STOP=1",
                "-U",
                SUPERUSER,
                "-d",
                database,
                "-c",
                sql,
            ])
            .arg("-h")
            .arg(&self.directory)
            .output()
            .unwrap();
        assert!(
            said.status.success(),
            "{sql}: {}",
            String::from_utf8_lossy(&said.stderr)
        );
    }

    /// An empty database that the owner of the tables owns, as an administrator creates it.
    pub fn database(&self) -> String {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("ca{}", NEXT.fetch_add(1, Ordering::SeqCst));
        self.say(
            "postgres",
            &format!(
                "CREATE DATABASE {name} OWNER chancery_owner TEMPLATE template0 ENCODING 'UTF8' LOCALE 'C'"
            ),
        );
        self.say(&name, "ALTER SCHEMA public OWNER TO chancery_owner");
        name
    }

    /// A connection of a test's own.
    pub async fn connect(&self, database: &str, user: &str) -> PgConnection {
        let options = PgConnectOptions::new_without_pgpass()
            .socket(&self.directory)
            .username(user)
            .database(database)
            .disable_statement_logging();
        PgConnection::connect_with(&options).await.unwrap()
    }
}

/// Runs one statement and gives the error's text, if any.
pub async fn refused(connection: &mut PgConnection, sql: &str) -> Option<String> {
    let done = connection
        .execute(sqlx::raw_sql(AssertSqlSafe(sql.to_owned())))
        .await;
    done.err().map(|error| error.to_string())
}

fn is_root() -> bool {
    let mut status = String::new();
    fs::File::open("/proc/self/status")
        .unwrap()
        .read_to_string(&mut status)
        .unwrap();
    let uid = status.lines().find_map(|line| line.strip_prefix("Uid:"));
    uid.unwrap().split_whitespace().next() == Some("0")
}

fn unprivileged(program: &str) -> Command {
    let mut command = Command::new(program);
    command.current_dir(Path::new("/")).env("LC_ALL", "C");
    if is_root() {
        command.uid(NOBODY).gid(NOBODY);
    }
    command
}
