//! The rules of the house. Each function gives the list of what breaks it.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{TokenStream, TokenTree};
use syn::{
    ImplItem, ImplItemFn, Item, ItemFn, TraitItemFn, Visibility, spanned::Spanned, visit::Visit,
};

use crate::{
    paths::{Mention, Target, mentions},
    source::Source,
};

/// The parsed crate with every path it names.
pub struct House {
    pub sources: Vec<Source>,
    mentions: Vec<Vec<Mention>>,
}

impl House {
    pub fn new(sources: Vec<Source>) -> Self {
        let modules: BTreeSet<Vec<String>> = sources.iter().map(|s| s.module.clone()).collect();
        let mentions = sources.iter().map(|s| mentions(s, &modules)).collect();
        Self { sources, mentions }
    }

    fn each(&self) -> impl Iterator<Item = (&Source, &Mention)> {
        self.sources
            .iter()
            .zip(&self.mentions)
            .flat_map(|(source, list)| list.iter().map(move |mention| (source, mention)))
    }

    /// The file that holds the module `path` leads into.
    fn file_of(&self, path: &[String]) -> Option<usize> {
        (1..=path.len()).rev().find_map(|length| {
            let head = path.get(..length)?;
            self.sources.iter().position(|s| s.module == head)
        })
    }
}

fn at(source: &Source, line: usize, what: &str) -> String {
    format!("{}:{line}: {what}", source.path)
}

/// Who may use whom: (module, modules or paths in them it may name beside itself).
pub type Layers<'a> = &'a [(&'a str, &'a [&'a str])];

/// A module names only what stands below it; every top module is in the table.
pub fn layers(house: &House, table: Layers) -> Vec<String> {
    let allowed: BTreeMap<&str, &[&str]> = table.iter().copied().collect();
    let mut broken = Vec::new();
    for source in &house.sources {
        if !allowed.contains_key(source.top()) {
            broken.push(at(
                source,
                1,
                "this top module has no row in the layer table",
            ));
        }
    }
    for (source, mention) in house.each() {
        let Some(path) = mention.own() else { continue };
        let to = path.first().map_or("*", String::as_str);
        if to == "*" {
            broken.push(at(source, mention.line, "names the crate root as a whole"));
            continue;
        }
        let fine = to == source.top()
            || !allowed.contains_key(to)
            || allowed
                .get(source.top())
                .is_some_and(|row| row.iter().any(|allowed| under(path, allowed)));
        if !fine {
            let what = format!("`{}` may not use `{}`", source.top(), path.join("::"));
            broken.push(at(source, mention.line, &what));
        }
    }
    broken
}

/// Whether `path` is `prefix` or stands below it.
fn under(path: &[String], prefix: &str) -> bool {
    let mut path = path.iter();
    prefix
        .split("::")
        .all(|part| path.next().is_some_and(|s| s == part))
}

/// No `pub use` out of another top module, nor of a driver crate.
pub fn reexports(house: &House, drivers: &[(&str, &[&str])]) -> Vec<String> {
    let foreign = |source: &Source, mention: &Mention| match &mention.target {
        Target::Own(path) => path.first().is_none_or(|top| top != source.top()),
        Target::Outside(path) => {
            let name = path.first().map_or("", String::as_str);
            drivers.iter().any(|(driver, _)| *driver == name)
        }
    };
    house
        .each()
        .filter(|(source, mention)| mention.reexport && foreign(source, mention))
        .map(|(s, m)| {
            at(
                s,
                m.line,
                &format!("re-exports `{}`", m.segments().join("::")),
            )
        })
        .collect()
}

/// (crate or path outside, the only places that may name it, as path prefixes).
pub fn drivers(house: &House, table: &[(&str, &[&str])]) -> Vec<String> {
    let mut broken = Vec::new();
    for (source, mention) in house.each() {
        let Target::Outside(path) = &mention.target else {
            continue;
        };
        let text = path.join("::");
        for (name, places) in table {
            let named = text == *name || text.starts_with(&format!("{name}::"));
            if named && !places.iter().any(|p| source.path.starts_with(p)) {
                broken.push(at(source, mention.line, &format!("may not name `{text}`")));
            }
        }
    }
    broken
}

/// (directory of pure code, outside paths it may never name).
pub fn purity(house: &House, pure: &[&str], banned: &[&str]) -> Vec<String> {
    let mut broken = Vec::new();
    for (source, mention) in house.each() {
        let text = mention.segments().join("::");
        let names = |ban: &&&str| text == **ban || text.starts_with(&format!("{ban}::"));
        if pure.contains(&source.top())
            && matches!(mention.target, Target::Outside(_))
            && banned.iter().any(|ban| names(&ban))
        {
            broken.push(at(
                source,
                mention.line,
                &format!("pure code names `{text}`"),
            ));
        }
    }
    broken
}

/// An adapter names no other adapter, but for the pairs given as (who, whom).
pub fn adapters_apart(house: &House, pairs: &[(&str, &str)]) -> Vec<String> {
    let mut broken = Vec::new();
    for (source, mention) in house.each() {
        let (Some(from), Some([top, to, ..])) = (source.module.get(1), mention.own()) else {
            continue;
        };
        let fine = from == to || pairs.contains(&(from.as_str(), to.as_str()));
        if source.top() == "adapters" && top == "adapters" && !fine {
            let what = format!("adapter `{from}` names adapter `{to}`");
            broken.push(at(source, mention.line, &what));
        }
    }
    broken
}

/// A path, by its last two segments, that only the listed files may name.
pub fn only_in(house: &House, path: (&str, &str), files: &[&str]) -> Vec<String> {
    house
        .each()
        .filter(|(source, mention)| {
            let [.., owner, last] = mention.segments() else {
                return false;
            };
            owner == path.0 && last == path.1 && !files.contains(&source.path.as_str())
        })
        .map(|(s, m)| {
            at(
                s,
                m.line,
                &format!("only {files:?} may name `{}::{}`", path.0, path.1),
            )
        })
        .collect()
}

/// `unsafe` outside the listed path prefixes.
pub fn unsafe_code(house: &House, places: &[&str]) -> Vec<String> {
    let outside = |s: &&Source| !places.iter().any(|p| s.path.starts_with(p));
    let mut broken = Vec::new();
    for source in house.sources.iter().filter(outside) {
        let mut lines = Vec::new();
        idents(source.product_tokens(), "unsafe", &mut lines);
        broken.extend(
            lines
                .iter()
                .map(|line| at(source, *line, "`unsafe` is not for here")),
        );
    }
    broken
}

fn idents(tokens: TokenStream, word: &str, lines: &mut Vec<usize>) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => idents(group.stream(), word, lines),
            TokenTree::Ident(ident) if ident == word => lines.push(ident.span().start().line),
            _ => {}
        }
    }
}

/// A type that is a right: its name, the constructors open to all because they demand a proof, and
/// path prefixes of the files that may call the others.
pub type Guards<'a> = &'a [(&'a str, &'a [&'a str], &'a [&'a str])];

/// The constructors of the guarded types are not public, their types cannot be made by a literal
/// or reached under another name, and only the listed files call them.
pub fn guarded(house: &House, table: Guards) -> Vec<String> {
    let mut broken = Vec::new();
    for (name, open, places) in table {
        let mut makers = BTreeSet::new();
        let mut home = None;
        for source in house.sources.iter().filter(|s| !s.test_only) {
            let found = constructors(source, name, open, &mut broken);
            if found.defined {
                home = Some(source.path.clone());
            }
            makers.extend(found.makers);
        }
        let Some(home) = home else { continue };
        for (source, mention) in house.each() {
            let may = source.path == home || places.iter().any(|p| source.path.starts_with(p));
            let [.., owner, last] = mention.segments() else {
                continue;
            };
            if !may && owner == name && makers.contains(last) {
                let what = format!("may not call `{name}::{last}`");
                broken.push(at(source, mention.line, &what));
            }
            if mention.renamed && last == name {
                broken.push(at(source, mention.line, &format!("renames `{name}`")));
            }
        }
        broken.extend(other_names(house, name, &home));
    }
    broken
}

#[derive(Default)]
struct Found {
    defined: bool,
    makers: BTreeSet<String>,
}

fn constructors(source: &Source, name: &str, open: &[&str], broken: &mut Vec<String>) -> Found {
    let mut found = Found::default();
    for item in &source.file.items {
        match item {
            Item::Struct(item) if item.ident == name => {
                found.defined = true;
                let private = |f: &syn::Field| matches!(f.vis, Visibility::Inherited);
                if !item.fields.iter().any(private) {
                    let what = format!("`{name}` needs a private field");
                    broken.push(at(source, item.span().start().line, &what));
                }
            }
            Item::Impl(item) if item.trait_.is_none() && ends_in(&item.self_ty, name) => {
                for function in item.items.iter().filter_map(constructor(name)) {
                    let maker = function.sig.ident.to_string();
                    if open.contains(&maker.as_str()) {
                        continue;
                    }
                    if matches!(function.vis, Visibility::Public(_)) {
                        let what = format!("`{name}::{maker}` must not be public");
                        broken.push(at(source, function.span().start().line, &what));
                    }
                    found.makers.insert(maker);
                }
            }
            _ => {}
        }
    }
    found
}

/// An associated function without receiver whose result names the type or `Self`.
fn constructor(name: &str) -> impl Fn(&ImplItem) -> Option<&ImplItemFn> {
    let name = name.to_owned();
    move |item| {
        let ImplItem::Fn(function) = item else {
            return None;
        };
        let mut hits = Vec::new();
        let result = quote::ToTokens::to_token_stream(&function.sig.output);
        idents(result.clone(), "Self", &mut hits);
        idents(result, &name, &mut hits);
        (function.sig.receiver().is_none() && !hits.is_empty()).then_some(function)
    }
}

/// `type Other = Guarded;` and `<Guarded>::new` would hide a caller.
fn other_names(house: &House, name: &str, home: &str) -> Vec<String> {
    let mut broken = Vec::new();
    let others = house.sources.iter().filter(|s| s.path != home);
    for source in others.filter(|s| !s.test_only) {
        for item in &source.file.items {
            if let Item::Type(alias) = item
                && ends_in(&alias.ty, name)
            {
                let line = alias.span().start().line;
                broken.push(at(source, line, &format!("aliases `{name}`")));
            }
        }
        for window in flat(source.product_tokens()).windows(4) {
            let [open, word, close, after] = window else {
                continue;
            };
            let is = |t: &TokenTree, text: &str| t.to_string() == text;
            if is(open, "<") && is(word, name) && is(close, ">") && is(after, ":") {
                let line = word.span().start().line;
                broken.push(at(source, line, &format!("hides `{name}` in `<{name}>::`")));
            }
        }
    }
    broken
}

/// Whether the type is `…::name` or `…::name<…>` itself.
fn ends_in(ty: &syn::Type, name: &str) -> bool {
    matches!(ty, syn::Type::Path(path)
        if path.path.segments.last().is_some_and(|s| s.ident == name))
}

fn flat(tokens: TokenStream) -> Vec<TokenTree> {
    let mut out = Vec::new();
    for token in tokens {
        match token {
            TokenTree::Group(group) => out.extend(flat(group.stream())),
            other => out.push(other),
        }
    }
    out
}

/// Each file below `dir/<source>/` gives out exactly one constant of a type named `…Rule`, and
/// tests it.
pub fn one_rule_a_file(house: &House, dir: &str, rule: &str) -> Vec<String> {
    let is_rule = |item: &&Item| {
        let (vis, ty) = match item {
            Item::Const(i) => (&i.vis, &i.ty),
            Item::Static(i) => (&i.vis, &i.ty),
            _ => return false,
        };
        !matches!(vis, Visibility::Inherited)
            && matches!(&**ty, syn::Type::Path(path)
                if path.path.segments.last().is_some_and(|s| s.ident.to_string().ends_with(rule)))
    };
    let mut broken = Vec::new();
    for source in &house.sources {
        let below = source.path.strip_prefix(dir).unwrap_or("");
        if below.matches('/').count() < 2 {
            continue;
        }
        let rules = source.file.items.iter().filter(is_rule).count();
        if rules != 1 {
            broken.push(at(source, 1, &format!("holds {rules} rules, not one")));
        }
        if !source.text.contains("#[test]") {
            broken.push(at(source, 1, "a rule without a test"));
        }
    }
    broken
}

/// What a binary can reach through imports: (binary, module paths that must stay out).
pub fn reach(house: &House, table: &[(&str, &[&str])], open: &[(&str, &[&str])]) -> Vec<String> {
    let mut broken = Vec::new();
    for (binary, never) in table {
        let path = format!("src/bin/{binary}.rs");
        let Some(start) = house.sources.iter().position(|s| s.path == path) else {
            broken.push(format!("{path}: there is no such binary"));
            continue;
        };
        let mut seen = BTreeMap::from([(start, None)]);
        let mut queue = vec![start];
        while let Some(file) = queue.pop() {
            for mention in house.mentions.get(file).into_iter().flatten() {
                let Some(next) = mention.own().and_then(|p| house.file_of(p)) else {
                    continue;
                };
                if let std::collections::btree_map::Entry::Vacant(entry) = seen.entry(next) {
                    entry.insert(Some(file));
                    queue.push(next);
                }
            }
        }
        for file in seen.keys() {
            let Some(source) = house.sources.get(*file) else {
                continue;
            };
            let module = source.module.join("::");
            let is_open = open
                .iter()
                .any(|(b, modules)| b == binary && modules.contains(&module.as_str()));
            if !is_open
                && never
                    .iter()
                    .any(|n| module == *n || module.starts_with(&format!("{n}::")))
            {
                broken.push(format!("{binary} reaches {}", chain(house, &seen, *file)));
            }
        }
    }
    broken
}

fn chain(house: &House, seen: &BTreeMap<usize, Option<usize>>, from: usize) -> String {
    let mut names = Vec::new();
    let mut next = Some(from);
    while let Some(file) = next {
        names.extend(house.sources.get(file).map(|s| s.path.clone()));
        next = seen.get(&file).copied().flatten();
    }
    names.join(" <- ")
}

/// Files over `file` lines, functions whose body is over `function` lines, binaries over `binary`.
pub fn sizes(house: &House, file: usize, function: usize, binary: usize) -> Vec<String> {
    let mut broken = Vec::new();
    for source in &house.sources {
        let limit = if source.is_binary() { binary } else { file };
        if source.lines() > limit {
            let what = format!("{} lines, more than {limit}", source.lines());
            broken.push(at(source, 1, &what));
        }
        let mut bodies = Bodies(Vec::new());
        bodies.visit_file(&source.file);
        for (name, line, lines) in bodies.0 {
            if lines > function {
                let what = format!("`{name}` has {lines} lines, more than {function}");
                broken.push(at(source, line, &what));
            }
        }
    }
    broken
}

/// Name, first line and body lines of each function.
struct Bodies(Vec<(String, usize, usize)>);

impl Bodies {
    fn add(&mut self, name: &syn::Ident, block: &syn::Block) {
        let open = block.brace_token.span.open().start().line;
        let close = block.brace_token.span.close().start().line;
        let lines = close.saturating_sub(open + 1);
        self.0.push((name.to_string(), open, lines));
    }
}

impl<'ast> Visit<'ast> for Bodies {
    fn visit_item_fn(&mut self, node: &'ast ItemFn) {
        self.add(&node.sig.ident, &node.block);
        syn::visit::visit_item_fn(self, node);
    }

    fn visit_impl_item_fn(&mut self, node: &'ast ImplItemFn) {
        self.add(&node.sig.ident, &node.block);
        syn::visit::visit_impl_item_fn(self, node);
    }

    fn visit_trait_item_fn(&mut self, node: &'ast TraitItemFn) {
        if let Some(block) = &node.default {
            self.add(&node.sig.ident, block);
        }
        syn::visit::visit_trait_item_fn(self, node);
    }
}
