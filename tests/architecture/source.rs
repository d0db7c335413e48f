//! One source file of the crate: its text, its syntax tree and its place in the module tree.

use std::{fs, path::Path};

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Attribute, File, Item};

/// A file under `src/`.
pub struct Source {
    /// Path from the repository's root, with forward slashes.
    pub path: String,
    /// Module path below the crate root; for a binary its own crate, `["bin", NAME]`.
    pub module: Vec<String>,
    pub text: String,
    pub file: File,
    /// Declared as `#[cfg(test)] mod …;`, so it is no part of the product.
    pub test_only: bool,
}

impl Source {
    /// Parses one file.
    ///
    /// # Errors
    /// The file's name and what the parser says.
    pub fn parse(path: &str, text: &str) -> Result<Self, String> {
        let file = syn::parse_file(text).map_err(|e| format!("{path}: {e}"))?;
        let module = module_of(path);
        let text = text.to_owned();
        let path = path.to_owned();
        Ok(Self {
            path,
            module,
            text,
            file,
            test_only: false,
        })
    }

    /// Number of lines.
    pub fn lines(&self) -> usize {
        self.text.lines().count()
    }

    /// The top module (`domain`, `adapters`, …) the file belongs to; empty for `lib.rs`.
    pub fn top(&self) -> &str {
        self.module.first().map_or("", String::as_str)
    }

    pub fn is_binary(&self) -> bool {
        self.top() == "bin"
    }

    /// The tokens of the product: everything but `#[cfg(test)]` items.
    pub fn product_tokens(&self) -> TokenStream {
        if self.test_only {
            return TokenStream::new();
        }
        let kept = self.file.items.iter().filter(|item| !is_test_item(item));
        kept.map(ToTokens::to_token_stream).collect()
    }
}

/// Reads every `.rs` file under `src/`, in path order.
pub fn load(root: &Path) -> Vec<Source> {
    let mut paths = Vec::new();
    collect(&root.join("src"), &mut paths);
    paths.sort();
    let mut sources: Vec<Source> = paths
        .iter()
        .map(|path| {
            let text = fs::read_to_string(path).expect("source files are readable UTF-8");
            let name = path.strip_prefix(root).expect("collected below the root");
            Source::parse(&name.to_string_lossy().replace('\\', "/"), &text)
                .expect("source files parse")
        })
        .collect();
    mark_test_modules(&mut sources);
    sources
}

fn collect(dir: &Path, out: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(dir).expect("src is readable") {
        let path = entry.expect("src is readable").path();
        if path.is_dir() {
            collect(&path, out);
        } else if path.extension().is_some_and(|e| e == "rs") {
            out.push(path);
        }
    }
}

/// Finds the files behind `#[cfg(test)] mod name;`, and all below them.
fn mark_test_modules(sources: &mut [Source]) {
    let mut roots = Vec::new();
    for source in sources.iter() {
        for item in &source.file.items {
            if let Item::Mod(m) = item
                && m.content.is_none()
                && m.attrs.iter().any(is_cfg_test)
            {
                let mut module = source.module.clone();
                module.push(m.ident.to_string());
                roots.push(module);
            }
        }
    }
    for source in sources {
        source.test_only = roots.iter().any(|root| source.module.starts_with(root));
    }
}

/// `src/a/b.rs` is `[a, b]`, `src/lib.rs` is `[]`, `src/bin/x.rs` is `[bin, x]`.
fn module_of(path: &str) -> Vec<String> {
    let inner = path.strip_prefix("src/").unwrap_or(path);
    let inner = inner.strip_suffix(".rs").unwrap_or(inner);
    if inner == "lib" {
        return Vec::new();
    }
    inner.split('/').map(str::to_owned).collect()
}

fn is_test_item(item: &Item) -> bool {
    let attrs = match item {
        Item::Mod(i) => &i.attrs,
        Item::Fn(i) => &i.attrs,
        Item::Impl(i) => &i.attrs,
        Item::Use(i) => &i.attrs,
        Item::Struct(i) => &i.attrs,
        Item::Enum(i) => &i.attrs,
        Item::Const(i) => &i.attrs,
        Item::Static(i) => &i.attrs,
        _ => return false,
    };
    attrs.iter().any(is_cfg_test)
}

/// Exactly `#[cfg(test)]`: a condition that merely mentions `test` stays part of the product.
fn is_cfg_test(attribute: &Attribute) -> bool {
    attribute.path().is_ident("cfg")
        && attribute
            .meta
            .require_list()
            .is_ok_and(|list| list.tokens.to_string() == "test")
}
