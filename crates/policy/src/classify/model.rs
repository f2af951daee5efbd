//! The model file: a vocabulary of n-gram hashes shared by all networks, embeddings of one byte with a scale for each row,
//! matrices of two bytes with a scale for each.

use super::net::{D, Mat, Net, OUT, squash};
use super::text::Features;
use super::{Error, TOPICS};

const MAGIC: &[u8; 4] = b"ZSC1";

/// Embeddings of one network as they are stored.
#[derive(Clone, Debug)]
struct Table {
    scale: Vec<f32>,
    w: Vec<i8>,
}

/// A loaded model.
#[derive(Clone, Debug)]
pub struct Model {
    /// A topic is given from this logit on.
    pub threshold: [f32; TOPICS],
    vocab: Vec<u32>,
    tables: Vec<Table>,
    nets: Vec<Net>,
}

/// Weights of one network before they are stored.
pub struct Parts<'a> {
    /// Embeddings, `D` for each entry of the vocabulary.
    pub embeddings: &'a [f32],
    /// The rest.
    pub net: Net,
}

/// Writes a model. `vocab` must be sorted.
#[must_use]
pub fn write(vocab: &[u32], parts: &mut [Parts<'_>], threshold: &[f32; TOPICS]) -> Vec<u8> {
    let mut out = MAGIC.to_vec();
    let u32s = |v: u32, out: &mut Vec<u8>| out.extend(v.to_le_bytes());
    u32s(vocab.len() as u32, &mut out);
    u32s(parts.len() as u32, &mut out);
    threshold.iter().for_each(|t| out.extend(t.to_le_bytes()));
    vocab.iter().for_each(|v| out.extend(v.to_le_bytes()));
    for p in parts {
        let rows: Vec<&[f32]> = p.embeddings.chunks_exact(D).collect();
        let scale: Vec<u16> = rows.iter().map(|r| half(r.iter().fold(0f32, |m, x| m.max(x.abs())) / 127.0)).collect();
        scale.iter().for_each(|s| out.extend(s.to_le_bytes()));
        for (r, s) in rows.iter().zip(&scale) {
            let s = whole(*s);
            out.extend(r.iter().map(|x| if s > 0.0 { (x / s).round().clamp(-127.0, 127.0) as i8 as u8 } else { 0 }));
        }
        for m in p.net.mats() {
            let s = m.w.iter().fold(0f32, |a, x| a.max(x.abs())).max(1e-6) / 32_767.0;
            out.extend(s.to_le_bytes());
            m.w.iter().for_each(|x| out.extend(((x / s).round().clamp(-32_767.0, 32_767.0) as i16).to_le_bytes()));
        }
    }
    out
}

/// The upper half of a float, rounded up so that the largest weight still fits.
fn half(x: f32) -> u16 {
    ((x.to_bits() >> 16) + 1) as u16
}

fn whole(x: u16) -> f32 {
    f32::from_bits(u32::from(x) << 16)
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, n: usize) -> Result<&'a [u8], Error> {
        let (a, b) = self.0.split_at_checked(n).ok_or(Error::Model)?;
        self.0 = b;
        Ok(a)
    }

    fn words<const N: usize, T>(&mut self, n: usize, f: impl Fn([u8; N]) -> T) -> Result<Vec<T>, Error> {
        let bytes = self.take(n.checked_mul(N).ok_or(Error::Model)?)?;
        Ok(bytes.as_chunks::<N>().0.iter().map(|c| f(*c)).collect())
    }

    fn word(&mut self) -> Result<u32, Error> {
        self.words(1, u32::from_le_bytes)?.first().copied().ok_or(Error::Model)
    }
}

impl Model {
    /// Reads a model.
    ///
    /// # Errors
    /// [`Error::Model`] when the bytes are not a model of this version.
    pub fn read(bytes: &[u8]) -> Result<Model, Error> {
        let mut r = Reader(bytes);
        if r.take(4)? != MAGIC {
            return Err(Error::Model);
        }
        let n = r.word()? as usize;
        let count = r.word()? as usize;
        let t = r.words(TOPICS, f32::from_le_bytes)?;
        let threshold: [f32; TOPICS] = t.try_into().map_err(|_| Error::Model)?;
        let vocab = r.words(n, u32::from_le_bytes)?;
        let (mut tables, mut nets) = (Vec::new(), Vec::new());
        for _ in 0..count {
            let scale = r.words(n, |b| whole(u16::from_le_bytes(b)))?;
            let w = r.words(n.checked_mul(D).ok_or(Error::Model)?, |b: [u8; 1]| i8::from_le_bytes(b))?;
            tables.push(Table { scale, w });
            let mut net = Net::zeroes();
            for m in net.mats() {
                let s = r.words(1, f32::from_le_bytes)?.first().copied().ok_or(Error::Model)?;
                let w = r.words(m.w.len(), |b| f32::from(i16::from_le_bytes(b)) * s)?;
                *m = Mat { cols: m.cols, w };
            }
            nets.push(net);
        }
        if r.0.is_empty() && !nets.is_empty() {
            Ok(Model { threshold, vocab, tables, nets })
        } else {
            Err(Error::Model)
        }
    }

    /// Entries of the vocabulary.
    #[must_use]
    pub fn vocabulary(&self) -> usize {
        self.vocab.len()
    }

    /// Logits of every topic for every sentence of one document, averaged over the networks.
    #[must_use]
    pub fn logits(&self, features: &[Features]) -> Vec<[f32; TOPICS]> {
        let known: Vec<Vec<usize>> = features
            .iter()
            .map(|f| f.grams.iter().filter_map(|g| self.vocab.binary_search(g).ok()).collect())
            .collect();
        let mut out = vec![[0f32; TOPICS]; features.len()];
        let share = 1.0 / self.nets.len() as f32;
        for (table, net) in self.tables.iter().zip(&self.nets) {
            let vectors: Vec<Vec<f32>> = known.iter().map(|ids| table.vector(ids)).collect();
            let y: Vec<[f32; OUT]> = net.document(features, &vectors);
            for (o, y) in out.iter_mut().zip(&y) {
                o.iter_mut().zip(y).for_each(|(o, y)| *o += share * y);
            }
        }
        out
    }
}

impl Table {
    fn vector(&self, ids: &[usize]) -> Vec<f32> {
        let mut v = vec![0f32; D];
        for id in ids {
            let s = self.scale.get(*id).copied().unwrap_or(0.0);
            let row = self.w.get(id * D..(id + 1) * D).unwrap_or(&[]);
            v.iter_mut().zip(row).for_each(|(a, w)| *a += s * f32::from(*w));
        }
        squash(&mut v, ids.len());
        v
    }
}
