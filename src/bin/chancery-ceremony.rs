//! Offline tool of the security officers; see [`chancery::cli::ceremony`].

use std::process::ExitCode;

fn main() -> ExitCode {
    chancery::cli::ceremony::main()
}
