//! Every path a file names: `use` trees, globs, inline paths, and what stands inside macros.
//!
//! Works on tokens, so nothing that a macro hides from the syntax tree is missed.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Delimiter, Spacing, TokenTree};

use crate::source::Source;

/// One mention of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    pub target: Target,
    pub line: usize,
    /// Re-exported by `pub use` or `pub(…) use`.
    pub reexport: bool,
    /// `use … as name`.
    pub renamed: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A path in this crate, without `crate`; `*` for a glob.
    Own(Vec<String>),
    /// Starts with another crate's name, or with a name in scope.
    Outside(Vec<String>),
}

impl Mention {
    pub fn own(&self) -> Option<&[String]> {
        match &self.target {
            Target::Own(path) => Some(path),
            Target::Outside(_) => None,
        }
    }

    pub fn segments(&self) -> &[String] {
        match &self.target {
            Target::Own(path) | Target::Outside(path) => path,
        }
    }
}

/// The paths of the product's part of `source`. `modules` are all modules of the crate, so that
/// `child::item` in a parent and names brought in by `use` are followed.
pub fn mentions(source: &Source, modules: &BTreeSet<Vec<String>>) -> Vec<Mention> {
    let tokens: Vec<TokenTree> = source.product_tokens().into_iter().collect();
    let mut walk = Walk {
        module: source.module.clone(),
        binary: source.is_binary(),
        raw: Vec::new(),
    };
    walk.tokens(&tokens);
    resolve(&walk.raw, modules)
}

struct Raw {
    module: Vec<String>,
    path: Vec<String>,
    line: usize,
    import: bool,
    reexport: bool,
    rename: Option<String>,
}

struct Walk {
    module: Vec<String>,
    binary: bool,
    raw: Vec<Raw>,
}

#[derive(Clone, Copy, Default)]
struct Context {
    import: bool,
    reexport: bool,
}

impl Walk {
    fn tokens(&mut self, tokens: &[TokenTree]) {
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            at = match token {
                TokenTree::Group(group) => {
                    let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                    self.tokens(&inner);
                    at + 1
                }
                TokenTree::Ident(word) if word == "mod" => self.inline_module(tokens, at),
                TokenTree::Ident(word) if word == "use" => {
                    let context = Context {
                        import: true,
                        reexport: is_public(tokens, at),
                    };
                    let start = at + 1 + colons(tokens, at + 1);
                    self.path(tokens, start, &[], context).max(at + 1)
                }
                TokenTree::Ident(_) => self.path(tokens, at, &[], Context::default()),
                _ => at + 1,
            };
        }
    }

    /// `mod name { … }`: what is inside stands one module deeper.
    fn inline_module(&mut self, tokens: &[TokenTree], at: usize) -> usize {
        if let (Some(TokenTree::Ident(name)), Some(TokenTree::Group(body))) =
            (tokens.get(at + 1), tokens.get(at + 2))
            && body.delimiter() == Delimiter::Brace
        {
            self.module.push(name.to_string());
            let inner: Vec<TokenTree> = body.stream().into_iter().collect();
            self.tokens(&inner);
            self.module.pop();
            return at + 3;
        }
        at + 1
    }

    /// Reads the path that starts at `at` behind `prefix`; gives the place after it.
    fn path(
        &mut self,
        tokens: &[TokenTree],
        mut at: usize,
        prefix: &[String],
        context: Context,
    ) -> usize {
        let mut path = prefix.to_vec();
        let mut line;
        loop {
            match tokens.get(at) {
                Some(TokenTree::Ident(word)) => {
                    line = word.span().start().line;
                    path.push(word.to_string().trim_start_matches("r#").to_owned());
                }
                Some(TokenTree::Punct(p)) if p.as_char() == '*' && context.import => {
                    line = p.span().start().line;
                    path.push("*".to_owned());
                }
                Some(TokenTree::Group(g)) if context.import || !path.is_empty() => {
                    if g.delimiter() == Delimiter::Brace {
                        self.tree(g, &path, context);
                        return at + 1;
                    }
                    return at;
                }
                _ => return at,
            }
            at = self.generics(tokens, at + 1);
            let next = colons(tokens, at);
            if next == 0 {
                break;
            }
            at += next;
        }
        let rename = renamed(tokens, at).filter(|_| context.import);
        self.keep(path, line, context, rename.clone());
        at + if rename.is_some() { 2 } else { 0 }
    }

    /// Reads what stands in `::<…>` on its own; gives the place after it.
    fn generics(&mut self, tokens: &[TokenTree], at: usize) -> usize {
        let open = at + colons(tokens, at);
        if open == at || !is_punct(tokens.get(open), '<') {
            return at;
        }
        let mut depth = 0_usize;
        for (place, token) in tokens.iter().enumerate().skip(open) {
            let arrow = place
                .checked_sub(1)
                .is_some_and(|before| is_punct(tokens.get(before), '-'));
            if is_punct(Some(token), '<') {
                depth += 1;
            } else if is_punct(Some(token), '>') && !arrow {
                depth -= 1;
            }
            if depth == 0 {
                let inner = tokens.get(open + 1..place).unwrap_or_default();
                self.tokens(inner);
                return place + 1;
            }
        }
        at
    }

    fn tree(&mut self, group: &proc_macro2::Group, prefix: &[String], context: Context) {
        let inner: Vec<TokenTree> = group.stream().into_iter().collect();
        for entry in inner.split(|t| matches!(t, TokenTree::Punct(p) if p.as_char() == ',')) {
            self.path(entry, 0, prefix, context);
        }
    }

    fn keep(
        &mut self,
        mut path: Vec<String>,
        line: usize,
        context: Context,
        rename: Option<String>,
    ) {
        // `use a::{self}` names `a`.
        if path.len() > 1 && path.last().is_some_and(|last| last == "self") {
            path.pop();
        }
        if path.len() < 2 && !context.import {
            return;
        }
        if self.binary && path.first().is_some_and(|first| first == "chancery") {
            path.splice(0..1, ["crate".to_owned()]);
        }
        self.raw.push(Raw {
            module: self.module.clone(),
            path,
            line,
            import: context.import,
            reexport: context.reexport,
            rename,
        });
    }
}

/// Two when `::` stands at `at`, else nothing.
fn colons(tokens: &[TokenTree], at: usize) -> usize {
    let joint = matches!(tokens.get(at),
        Some(TokenTree::Punct(p)) if p.as_char() == ':' && p.spacing() == Spacing::Joint);
    if joint && is_punct(tokens.get(at + 1), ':') {
        2
    } else {
        0
    }
}

fn is_punct(token: Option<&TokenTree>, wanted: char) -> bool {
    matches!(token, Some(TokenTree::Punct(p)) if p.as_char() == wanted)
}

/// Whether the item whose keyword stands at `at` begins with `pub` or `pub(…)`.
fn is_public(tokens: &[TokenTree], at: usize) -> bool {
    let is_pub = |i: usize| matches!(tokens.get(i), Some(TokenTree::Ident(w)) if w == "pub");
    let restricted = matches!(at.checked_sub(1).and_then(|i| tokens.get(i)),
        Some(TokenTree::Group(g)) if g.delimiter() == Delimiter::Parenthesis);
    at.checked_sub(1).is_some_and(is_pub) || (restricted && at.checked_sub(2).is_some_and(is_pub))
}

fn renamed(tokens: &[TokenTree], at: usize) -> Option<String> {
    match (tokens.get(at), tokens.get(at + 1)) {
        (Some(TokenTree::Ident(word)), Some(TokenTree::Ident(name))) if word == "as" => {
            Some(name.to_string())
        }
        _ => None,
    }
}

fn resolve(raw: &[Raw], modules: &BTreeSet<Vec<String>>) -> Vec<Mention> {
    let mut names: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for entry in raw.iter().filter(|r| r.import) {
        if let Some(path) = absolute(entry, modules)
            && let Some(last) = entry.rename.as_ref().or(path.last())
        {
            names.insert(last.clone(), path.clone());
        }
    }
    let mention = |entry: &Raw| {
        let own = absolute(entry, modules).or_else(|| {
            let (first, rest) = entry.path.split_first()?;
            let base = names.get(first).filter(|_| !entry.import)?;
            Some(base.iter().chain(rest).cloned().collect())
        });
        Mention {
            target: own.map_or_else(|| Target::Outside(entry.path.clone()), Target::Own),
            line: entry.line,
            reexport: entry.reexport,
            renamed: entry.rename.is_some(),
        }
    };
    raw.iter().map(mention).collect()
}

/// The path from the crate's root when it starts with `crate`, `self`, `super` or a child module.
fn absolute(entry: &Raw, modules: &BTreeSet<Vec<String>>) -> Option<Vec<String>> {
    let (first, rest) = entry.path.split_first()?;
    let mut base = match first.as_str() {
        "crate" => Vec::new(),
        "self" => entry.module.clone(),
        "super" => parent(&entry.module),
        child => {
            let mut path = entry.module.clone();
            path.push(child.to_owned());
            if !modules.contains(&path) {
                return None;
            }
            path
        }
    };
    let ups = rest.iter().take_while(|s| *s == "super").count();
    for _ in 0..ups {
        base = parent(&base);
    }
    base.extend(rest.iter().skip(ups).cloned());
    Some(base)
}

fn parent(module: &[String]) -> Vec<String> {
    module
        .split_last()
        .map_or_else(Vec::new, |(_, head)| head.to_vec())
}
