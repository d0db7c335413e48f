//! The Merkle tree over the entries of a log (RFC 6962 2.1, SHA-256).
//!
//! Stored are the roots of complete subtrees; what is needed to grow the tree is the *frontier*:
//! the complete subtrees that make up its size, one per set bit, largest first.

use sha2::{Digest, Sha256};

/// SHA-256 of a leaf or node.
pub type Hash = [u8; 32];

/// A complete subtree that an append completed. Key of the stored row: (level, index).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subtree {
    /// Height over the leaves: 0 is a leaf.
    pub level: u32,
    /// Place within the level.
    pub index: u64,
    pub hash: Hash,
}

/// A growing tree.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Tree {
    size: u64,
    /// Complete subtrees, largest first: one per set bit of `size`.
    frontier: Vec<Hash>,
}

/// Size and frontier do not belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a tree of {size} leaves has no frontier of {found} hashes")]
pub struct WrongFrontier {
    pub size: u64,
    pub found: usize,
}

impl Tree {
    /// A tree as stored.
    ///
    /// # Errors
    /// When the number of hashes is not that of the size's set bits.
    pub fn restore(size: u64, frontier: Vec<Hash>) -> Result<Self, WrongFrontier> {
        let expected = usize::try_from(size.count_ones()).unwrap_or(usize::MAX);
        if frontier.len() == expected {
            Ok(Self { size, frontier })
        } else {
            Err(WrongFrontier {
                size,
                found: frontier.len(),
            })
        }
    }

    /// Number of leaves.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    #[must_use]
    pub fn frontier(&self) -> &[Hash] {
        &self.frontier
    }

    /// Adds a leaf and gives every subtree it completes, the leaf itself first.
    pub fn append(&mut self, leaf: &[u8]) -> Vec<Subtree> {
        let mut index = self.size;
        let mut level = 0;
        let mut hash = leaf_hash(leaf);
        let mut completed = vec![Subtree { level, index, hash }];
        while index & 1 == 1
            && let Some(left) = self.frontier.pop()
        {
            hash = node_hash(&left, &hash);
            level += 1;
            index >>= 1;
            completed.push(Subtree { level, index, hash });
        }
        self.frontier.push(hash);
        self.size += 1;
        completed
    }

    /// The Merkle tree hash: the frontier folded from its smallest subtree.
    #[must_use]
    pub fn root(&self) -> Hash {
        fold(&self.frontier)
    }
}

/// Key of a complete subtree: level and index.
pub type Place = (u32, u64);

/// The proof that a leaf stands in a tree of `size` leaves (RFC 6962 2.1.1), leaf side first: for
/// each hash of it, the complete subtrees that it is made of, left to right. Empty when the tree
/// does not reach to the leaf.
#[must_use]
pub fn path(index: u64, size: u64) -> Vec<Vec<Place>> {
    let (mut low, mut high) = (0, size);
    let mut siblings = Vec::new();
    while index < size && high - low > 1 {
        let span: u64 = high - low;
        // The largest power of two below the span.
        let middle = low + (span.next_power_of_two() >> 1);
        if index < middle {
            siblings.push(complete(middle, high));
            high = middle;
        } else {
            siblings.push(complete(low, middle));
            low = middle;
        }
    }
    siblings.reverse();
    siblings
}

/// The complete subtrees over the leaves from `low` up to `high`, left to right.
fn complete(mut low: u64, high: u64) -> Vec<Place> {
    let mut places = Vec::new();
    while low < high {
        let level = low.trailing_zeros().min((high - low).ilog2());
        places.push((level, low >> level));
        low += 1 << level;
    }
    places
}

/// The hash over subtrees that stand side by side, largest first; that of the empty tree for none.
#[must_use]
pub fn fold(subtrees: &[Hash]) -> Hash {
    let join =
        |acc: Option<Hash>, hash: &Hash| Some(acc.map_or(*hash, |right| node_hash(hash, &right)));
    let root = subtrees.iter().rev().fold(None, join);
    root.unwrap_or_else(|| Sha256::digest([]).into())
}

/// The root that a proof leads to (RFC 9162 2.1.3.2); `None` when it is too long or too short.
#[must_use]
pub fn root_by(leaf: &Hash, index: u64, size: u64, path: &[Hash]) -> Option<Hash> {
    let (mut node, mut last) = (index, size.checked_sub(1)?);
    if index > last {
        return None;
    }
    let mut root = *leaf;
    for hash in path {
        if last == 0 {
            return None;
        }
        if node & 1 == 1 || node == last {
            root = node_hash(hash, &root);
            while node & 1 == 0 && node != 0 {
                node >>= 1;
                last >>= 1;
            }
        } else {
            root = node_hash(&root, hash);
        }
        node >>= 1;
        last >>= 1;
    }
    (last == 0).then_some(root)
}

/// SHA-256(0x00 ‖ entry).
#[must_use]
pub fn leaf_hash(entry: &[u8]) -> Hash {
    Sha256::new()
        .chain_update([0])
        .chain_update(entry)
        .finalize()
        .into()
}

/// SHA-256(0x01 ‖ left ‖ right).
#[must_use]
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    Sha256::new()
        .chain_update([1])
        .chain_update(left)
        .chain_update(right)
        .finalize()
        .into()
}

#[cfg(test)]
mod tests {
    use base64::{Engine, engine::general_purpose::STANDARD};

    use super::*;

    fn leaf(i: u32) -> String {
        format!(
            "{{\"actor\":{{\"id\":\"ra1\",\"kind\":\"ra\"}},\"seq\":{i},\"serial\":\"{i:040x}\",\
             \"time\":\"2026-01-01T00:{:02}:{:02}.000Z\",\"type\":\"cert.issued\",\"v\":1}}",
            i / 60,
            i % 60
        )
    }

    /// The definition of RFC 6962 2.1, as slow as it is written.
    fn defined(leaves: &[String]) -> Hash {
        match leaves {
            [] => Sha256::digest([]).into(),
            [one] => leaf_hash(one.as_bytes()),
            many => {
                let k = many.len().next_power_of_two() / 2;
                node_hash(&defined(&many[..k]), &defined(&many[k..]))
            }
        }
    }

    #[test]
    fn roots_are_those_of_the_published_vectors() {
        let vectors = [
            (1, "W6iwKIHtB4NmKcEjAgfhN8EPqDjI8AFjU1huzLHPyjE="),
            (2, "zT2s/rdFep5vzYG6Dg7wjptTonjT1SoVnBga2C+cmDM="),
            (7, "5sL33IYN2Q9KaOcUvwRSJaGeNRt/fOzZL3deJhZiVns="),
            (256, "3kz0toblGrXQC1OYlMxj+JmR8DCkKjlPGihyN2Xre78="),
            (257, "u5f3rMA7HpehL8rPZWX+LHu9GRhmZkNhDfHpTIrdTkk="),
            (300, "6iMxlEAAzA5KZ5U2Enchi/zZwpjY7VxlhHJXsVpdiNc="),
        ];
        for (n, root) in vectors {
            let mut tree = Tree::default();
            (0..n).for_each(|i| drop(tree.append(leaf(i).as_bytes())));
            assert_eq!(STANDARD.encode(tree.root()), root, "{n} leaves");
        }
    }

    #[test]
    fn each_leaf_of_each_size_proves_itself_and_no_other() {
        let leaves: Vec<String> = (0..70).map(leaf).collect();
        let mut tree = Tree::default();
        let mut stored = std::collections::HashMap::new();
        for (size, added) in (1_u64..).zip(&leaves) {
            for subtree in tree.append(added.as_bytes()) {
                stored.insert((subtree.level, subtree.index), subtree.hash);
            }
            for (index, one) in (0..size).zip(&leaves) {
                let hashes = |places: &Vec<Place>| {
                    let found: Vec<Hash> = places.iter().map(|place| stored[place]).collect();
                    fold(&found)
                };
                let proof: Vec<Hash> = path(index, size).iter().map(hashes).collect();
                let hash = leaf_hash(one.as_bytes());
                let root = root_by(&hash, index, size, &proof);
                assert_eq!(root, Some(tree.root()), "{index} of {size}");
                let other = leaf_hash(b"another");
                assert_ne!(root_by(&other, index, size, &proof), Some(tree.root()));
                let longer = [proof.as_slice(), &[[0; 32]]].concat();
                assert_eq!(root_by(&hash, index, size, &longer), None);
                if let Some((_, shorter)) = proof.split_last() {
                    assert_ne!(root_by(&hash, index, size, shorter), Some(tree.root()));
                }
            }
        }
        assert!(path(5, 5).is_empty());
        assert_eq!(root_by(&[0; 32], 5, 5, &[]), None);
    }

    #[test]
    fn every_size_agrees_with_the_definition_and_survives_storage() {
        let leaves: Vec<String> = (0..70).map(leaf).collect();
        let mut tree = Tree::default();
        for n in 0..leaves.len() {
            assert_eq!(tree.root(), defined(&leaves[..n]), "{n} leaves");
            tree = Tree::restore(tree.size(), tree.frontier().to_vec()).unwrap();
            let completed = tree.append(leaves[n].as_bytes());
            let top = completed.last().unwrap();
            let span = 1 << top.level;
            let start = usize::try_from(top.index).unwrap() * span;
            assert_eq!(top.hash, defined(&leaves[start..start + span]));
        }
        assert!(Tree::restore(3, vec![[0; 32]]).is_err());
    }
}
