//! PKCS#11 modules: each is loaded and initialised once a process, whoever uses it.

use std::{
    collections::BTreeMap,
    ffi::CString,
    path::{Path, PathBuf},
    ptr::NonNull,
    sync::{
        Arc, Mutex, OnceLock, Weak,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use cryptoki::{
    context::{CInitializeArgs, CInitializeFlags, Pkcs11},
    error::{Error, RvError},
};

use super::{
    fault::Place,
    gate::{Gate, Pass},
    held::held,
};
use crate::domain::signing::HsmFault;

/// How long a re-initialisation waits for calls on the way.
const PATIENCE: Duration = Duration::from_secs(5);

/// Something with open sessions, which must be closed before C_Finalize: a session handle that
/// outlives it may be the number of somebody else's session afterwards.
pub(super) trait HoldsSessions: Send + Sync {
    fn close_sessions(&self);
}

/// A loaded module.
pub(super) struct Module {
    api: Pkcs11,
    /// Kept for the module's life: it may read `pReserved` later than C_Initialize.
    parameters: Option<CString>,
    gate: Gate,
    holders: Mutex<Vec<Weak<dyn HoldsSessions>>>,
    initialised: Mutex<bool>,
    generation: AtomicU64,
}

/// Why a module is not usable.
#[derive(Debug)]
pub(super) enum ModuleError {
    Call(Error),
    /// The parameter string holds a NUL, or the module is in use with another one.
    Parameters,
    /// A call has not returned, so the module cannot be re-initialised.
    InUse,
}

impl ModuleError {
    /// The fault an operator sees.
    pub(super) fn fault(&self, place: &Place) -> HsmFault {
        let reason = match self {
            Self::Call(error) => return place.call(None, error),
            Self::Parameters => "the module is in use with another parameter string",
            Self::InUse => "a call into the module has not returned",
        };
        place.words(None, "initialise the module", reason)
    }
}

impl Module {
    /// The module at `path`, loaded at most once.
    pub(super) fn load(path: &Path, parameters: Option<&str>) -> Result<Arc<Self>, ModuleError> {
        static LOADED: OnceLock<Mutex<BTreeMap<PathBuf, Arc<Module>>>> = OnceLock::new();
        let parameters = parameters
            .map(CString::new)
            .transpose()
            .map_err(|_| ModuleError::Parameters)?;
        let mut loaded = held(LOADED.get_or_init(Mutex::default));
        if let Some(module) = loaded.get(path) {
            return if module.parameters == parameters {
                Ok(Arc::clone(module))
            } else {
                Err(ModuleError::Parameters)
            };
        }
        let module = Arc::new(Self {
            api: Pkcs11::new(path).map_err(ModuleError::Call)?,
            parameters,
            gate: Gate::default(),
            holders: Mutex::default(),
            initialised: Mutex::new(false),
            generation: AtomicU64::new(0),
        });
        loaded.insert(path.to_owned(), Arc::clone(&module));
        Ok(module)
    }

    pub(super) const fn api(&self) -> &Pkcs11 {
        &self.api
    }

    /// The right to call the module.
    pub(super) fn enter(&self) -> Pass<'_> {
        self.gate.enter()
    }

    /// Grows with every C_Initialize.
    pub(super) fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    /// Has the holder's sessions closed before the module is finalised.
    pub(super) fn register(&self, holder: Weak<dyn HoldsSessions>) {
        held(&self.holders).push(holder);
    }

    /// C_Initialize, unless it is done.
    pub(super) fn initialise(&self) -> Result<(), ModuleError> {
        let mut initialised = held(&self.initialised);
        if !*initialised {
            match self.api.initialize(self.arguments()) {
                Ok(()) | Err(Error::Pkcs11(RvError::CryptokiAlreadyInitialized, _)) => {}
                Err(error) => return Err(ModuleError::Call(error)),
            }
            *initialised = true;
            self.generation.fetch_add(1, Ordering::AcqRel);
        }
        Ok(())
    }

    /// Drains the module, finalises and initialises it: the only cure for a token that came or
    /// went. Does nothing when somebody else did so since `seen`.
    pub(super) fn reinitialise(&self, seen: u64) -> Result<(), ModuleError> {
        let _empty = self.gate.drain(PATIENCE).ok_or(ModuleError::InUse)?;
        if self.generation() == seen {
            self.finalise();
        }
        self.initialise()
    }

    /// The holder leaves for good; the module is finalised when nobody else is left.
    pub(super) fn release(&self, leaving: &Weak<dyn HoldsSessions>) {
        let idle = {
            let mut holders = held(&self.holders);
            holders.retain(|holder| holder.strong_count() > 0 && !holder.ptr_eq(leaving));
            holders.is_empty()
        };
        if idle && let Some(_empty) = self.gate.drain(Duration::ZERO) {
            self.finalise();
        }
    }

    /// Only while the gate is drained.
    fn finalise(&self) {
        {
            let mut holders = held(&self.holders);
            holders.retain(|holder| holder.strong_count() > 0);
            for holder in holders.iter().filter_map(Weak::upgrade) {
                holder.close_sessions();
            }
        }
        let mut initialised = held(&self.initialised);
        if *initialised {
            if let Err(error) = self.api.clone().finalize() {
                tracing::warn!(%error, "C_Finalize failed");
            }
            *initialised = false;
        }
    }

    #[expect(
        unsafe_code,
        reason = "NSS takes its parameters through pReserved, which cryptoki can only pass as a pointer"
    )]
    fn arguments(&self) -> CInitializeArgs {
        let flags = CInitializeFlags::OS_LOCKING_OK;
        let Some(parameters) = &self.parameters else {
            return CInitializeArgs::new(flags);
        };
        // SAFETY: a NUL-terminated string, as modules with a parameter string expect. It is
        // owned by this module, which is registered for the life of the process and never
        // changed, so the pointer stays valid however long the module keeps it.
        NonNull::new(parameters.as_ptr().cast_mut().cast()).map_or_else(
            || CInitializeArgs::new(flags),
            |pointer| unsafe { CInitializeArgs::new_with_reserved(flags, pointer) },
        )
    }
}
