//! Products and their statements as the daemon serves them now; swapped whole on reload.

use std::sync::Arc;

use arc_swap::ArcSwap;

use crate::domain::product::{Product, ProductCode};

/// The current products.
#[derive(Debug)]
pub struct Catalogue(ArcSwap<Vec<Product>>);

impl Catalogue {
    #[must_use]
    pub fn new(products: Vec<Product>) -> Self {
        Self(ArcSwap::from_pointee(products))
    }

    /// Takes over a validated file.
    pub fn replace(&self, products: Vec<Product>) {
        self.0.store(Arc::new(products));
    }

    /// All products, in the file's order.
    #[must_use]
    pub fn products(&self) -> Arc<Vec<Product>> {
        self.0.load_full()
    }

    #[must_use]
    pub fn product(&self, code: &ProductCode) -> Option<Product> {
        self.0
            .load()
            .iter()
            .find(|product| product.code == *code)
            .cloned()
    }
}
