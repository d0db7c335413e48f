//! Client of the CA's people; see [`chancery::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    chancery::cli::command::main()
}
