//! The daemon. Everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    chancery::daemon::command::main()
}
