//! Gradient descent for the network of `zhunsheng_policy::classify::net`.
#![expect(
    clippy::indexing_slicing,
    reason = "kernels over arrays whose sizes are constants of the network; a trainer may stop on a bug"
)]

use std::collections::{BTreeMap, BTreeSet, HashMap};

use zhunsheng_policy::classify::TOPICS;
use zhunsheng_policy::classify::maths::sigmoid;
use zhunsheng_policy::classify::model::{Parts, write};
use zhunsheng_policy::classify::net::{D, G, H, HIN, Mat, Net, OIN, OUT, RIN, Step, squash};
use zhunsheng_policy::classify::text::{self, ABOVE, DENSE, Features};

use crate::data::{Doc, Rng};

/// Passes over the documents.
const EPOCHS: usize = 6;
/// Sentences of one step.
const SEGMENT: usize = 48;
/// Share of n-grams left out of a sentence in training.
const DROP_GRAMS: f32 = 0.5;
/// Share of values left out before and after the hidden layer.
const DROP: f32 = 0.5;
/// Step size of the matrices (Adam) and of the embeddings (Adagrad).
const RATE: f32 = 0.003;
const RATE_EMBED: f32 = 0.3;
/// Weight decay.
const DECAY: f32 = 0.03;
/// Weight of the two labels that are learnt only as a help.
const AUX: f32 = 0.3;
/// How far labels are drawn towards the mean of all occurrences of the same sentence: annotators differ.
const CONSENSUS: f32 = 0.3;
/// Documents an n-gram must occur in.
const MIN_DOCS: usize = 2;

/// Gradient and moments of one matrix.
struct Grad {
    g: Vec<f32>,
    m: Vec<f32>,
    v: Vec<f32>,
}

impl Grad {
    fn new(m: &Mat) -> Self {
        let z = vec![0f32; m.w.len()];
        Grad { g: z.clone(), m: z.clone(), v: z }
    }

    /// Adds the gradient of the weights; adds that of the inputs to `dx`.
    fn back(&mut self, w: &Mat, x: &[f32], dy: &[f32], dx: &mut [f32]) {
        let c = w.cols;
        for (i, a) in x.iter().enumerate() {
            let row = &w.w[i * c..(i + 1) * c];
            if *a != 0.0 {
                for (g, b) in self.g[i * c..(i + 1) * c].iter_mut().zip(dy) {
                    *g += a * b;
                }
            }
            // Eight sums side by side: the order is fixed, and the compiler can use wide registers.
            let mut acc = [0f32; 8];
            for (r, d) in row.chunks(8).zip(dy.chunks(8)) {
                for ((s, r), d) in acc.iter_mut().zip(r).zip(d) {
                    *s += r * d;
                }
            }
            dx[i] += acc.iter().sum::<f32>();
        }
    }

    fn step(&mut self, w: &mut Mat, rate: f32, t: i32) {
        let (c1, c2) = (1.0 - 0.9f32.powi(t), 1.0 - 0.999f32.powi(t));
        for (((w, g), m), v) in w.w.iter_mut().zip(&mut self.g).zip(&mut self.m).zip(&mut self.v) {
            *m = 0.9 * *m + 0.1 * *g;
            *v = 0.999 * *v + 0.001 * *g * *g;
            *w -= rate * ((*m / c1) / ((*v / c2).sqrt() + 1e-7) + DECAY * *w);
            *g = 0.0;
        }
    }
}

/// A document as the trainer sees it.
struct Item {
    features: Vec<Features>,
    /// N-grams of each sentence as positions in the vocabulary.
    grams: Vec<Vec<u32>>,
    targets: Vec<[f32; OUT]>,
}

struct Trainer {
    net: Net,
    grads: Vec<Grad>,
    embed: Vec<f32>,
    /// Sum of squared gradients of each embedding.
    seen: Vec<f32>,
    rng: Rng,
    t: i32,
}

/// Trains `nets` networks and returns the model's bytes.
pub fn model(docs: &[&Doc], nets: usize, threshold: [f32; TOPICS]) -> Vec<u8> {
    let features: Vec<Vec<Features>> = docs.iter().map(|d| text::document(&d.texts())).collect();
    let mut df: BTreeMap<u32, usize> = BTreeMap::new();
    for d in &features {
        let grams: BTreeSet<u32> = d.iter().flat_map(|f| f.grams.iter().copied()).collect();
        grams.into_iter().for_each(|g| *df.entry(g).or_default() += 1);
    }
    let vocab: Vec<u32> = df.into_iter().filter(|(_, n)| *n >= MIN_DOCS).map(|(g, _)| g).collect();
    let targets = consensus(docs);
    let items: Vec<Item> = features
        .into_iter()
        .zip(targets)
        .map(|(features, targets)| {
            let ids =
                |f: &Features| f.grams.iter().filter_map(|g| vocab.binary_search(g).ok()).map(|i| i as u32).collect();
            let grams = features.iter().map(ids).collect();
            Item { features, grams, targets }
        })
        .collect();
    let trained: Vec<Trainer> = (0..nets).map(|n| train(&items, vocab.len(), 100 + n as u64)).collect();
    let mut parts: Vec<Parts<'_>> =
        trained.iter().map(|t| Parts { embeddings: &t.embed, net: t.net.clone() }).collect();
    write(&vocab, &mut parts, &threshold)
}

fn consensus(docs: &[&Doc]) -> Vec<Vec<[f32; OUT]>> {
    let mut sums: HashMap<Vec<char>, ([f32; OUT], f32)> = HashMap::new();
    for s in docs.iter().flat_map(|d| &d.sentences) {
        let e = sums.entry(text::normalise(&s.text)).or_insert(([0.0; OUT], 0.0));
        (0..OUT).for_each(|k| e.0[k] += f32::from(u8::from(s.labels[k])));
        e.1 += 1.0;
    }
    let target = |s: &crate::data::Sentence| {
        let (sum, n) = &sums[&text::normalise(&s.text)];
        std::array::from_fn(|k| (1.0 - CONSENSUS) * f32::from(u8::from(s.labels[k])) + CONSENSUS * sum[k] / n)
    };
    docs.iter().map(|d| d.sentences.iter().map(target).collect()).collect()
}

fn train(items: &[Item], vocab: usize, seed: u64) -> Trainer {
    let mut rng = Rng(seed);
    let mut net = Net::zeroes();
    let embed = (0..vocab * D).map(|_| rng.normal() * 0.15).collect();
    for m in net.mats() {
        let s = 1.0 / ((m.w.len() / m.cols) as f32).sqrt();
        m.w.iter_mut().for_each(|w| *w = rng.normal() * s);
    }
    let grads = net.mats().map(|m| Grad::new(m)).collect();
    let mut t = Trainer { net, grads, embed, seen: vec![0.02; vocab], rng: Rng(seed ^ 77), t: 0 };
    for epoch in 0..EPOCHS {
        let mut segments = Vec::new();
        for (i, item) in items.iter().enumerate() {
            let n = item.features.len();
            let first = (t.rng.next() as usize % SEGMENT).max(8).min(n);
            let (mut a, mut b) = (0, first);
            while a < n {
                segments.push((i, a, b));
                a = b;
                b = (b + SEGMENT).min(n);
            }
        }
        t.rng.shuffle(&mut segments);
        let total = (segments.len() * EPOCHS) as f32;
        for (k, (i, a, b)) in segments.iter().enumerate() {
            t.t += 1;
            let done = (epoch * segments.len() + k) as f32 / total;
            t.segment(&items[*i], *a, *b, (1.0 - done).max(0.02));
        }
    }
    t
}

impl Trainer {
    fn keep(&mut self, v: &mut [f32]) -> Vec<f32> {
        v.iter_mut()
            .map(|x| {
                let k = if self.rng.unit() < DROP { 0.0 } else { 1.0 / (1.0 - DROP) };
                *x *= k;
                k
            })
            .collect()
    }

    /// One step on the sentences `a..b` of a document.
    fn segment(&mut self, item: &Item, a: usize, b: usize, slow: f32) {
        let n = b - a;
        // Sentences whose vectors are needed: the segment, then headings before it.
        let mut ids: Vec<usize> = (a..b).collect();
        for up in item.features[a..b].iter().flat_map(|f| f.above).flatten() {
            if up < a && !ids[n..].contains(&up) {
                ids.push(up);
            }
        }
        let place = |i: usize| if i >= a { Some(i - a) } else { ids[n..].iter().position(|x| *x == i).map(|p| p + n) };
        let (mut used, mut vec) = (Vec::new(), Vec::new());
        for i in &ids {
            let rng = &mut self.rng;
            let u: Vec<usize> =
                item.grams[*i].iter().filter(|_| rng.unit() >= DROP_GRAMS).map(|g| *g as usize).collect();
            let mut v = vec![0f32; D];
            for g in &u {
                v.iter_mut().zip(&self.embed[g * D..(g + 1) * D]).for_each(|(v, e)| *v += e);
            }
            squash(&mut v, u.len());
            used.push(u);
            vec.push(v);
        }
        let xs: Vec<Vec<f32>> = (0..n).map(|i| Net::inputs(&vec[i], &item.features[a + i])).collect();
        let (h0, s0) = self.net.recur(0, &xs, true);
        let (h1, s1) = self.net.recur(1, &xs, true);
        let mut dvec = vec![vec![0f32; D]; vec.len()];
        let (mut dh0, mut dh1) = (vec![vec![0f32; G]; n], vec![vec![0f32; G]; n]);
        for i in 0..n {
            let f = &item.features[a + i];
            let mut x = vec[i].clone();
            for up in f.above {
                match up.and_then(place) {
                    Some(p) => x.extend(&vec[p]),
                    None => x.extend([0f32; D]),
                }
            }
            x.extend(&h0[i]);
            x.extend(&h1[i]);
            let mask = self.keep(&mut x);
            x.extend(f.dense);
            x.push(1.0);
            let mut h = vec![0f32; H];
            self.net.hidden.forward(&x, &mut h);
            h.iter_mut().for_each(|x| *x = x.max(0.0));
            let hmask = self.keep(&mut h);
            h.extend(&vec[i]);
            h.push(1.0);
            let mut y = [0f32; OUT];
            self.net.out.forward(&h, &mut y);
            let target = &item.targets[a + i];
            let dy: Vec<f32> =
                (0..OUT).map(|k| (sigmoid(y[k]) - target[k]) / n as f32 * if k < TOPICS { 1.0 } else { AUX }).collect();
            let mut dh = vec![0f32; OIN];
            self.grads[5].back(&self.net.out, &h, &dy, &mut dh);
            for k in 0..D {
                dvec[i][k] += dh[H + k];
            }
            for k in 0..H {
                dh[k] = if h[k] > 0.0 { dh[k] * hmask[k] } else { 0.0 };
            }
            let mut dx = vec![0f32; HIN];
            self.grads[4].back(&self.net.hidden, &x, &dh[..H], &mut dx);
            dx.iter_mut().zip(&mask).for_each(|(d, m)| *d *= m);
            for k in 0..D {
                dvec[i][k] += dx[k];
            }
            for (q, up) in f.above.iter().enumerate() {
                if let Some(p) = up.and_then(place) {
                    for k in 0..D {
                        dvec[p][k] += dx[(q + 1) * D + k];
                    }
                }
            }
            let at = (ABOVE + 1) * D;
            dh0[i].copy_from_slice(&dx[at..at + G]);
            dh1[i].copy_from_slice(&dx[at + G..at + 2 * G]);
        }
        let mut dxs = vec![vec![0f32; RIN]; n];
        self.recur_back(0, &xs, &dh0, &s0, &mut dxs);
        self.recur_back(1, &xs, &dh1, &s1, &mut dxs);
        for i in 0..n {
            for k in 0..D {
                dvec[i][k] += dxs[i][k];
            }
        }
        let rate = RATE * slow;
        for (m, g) in self.net.mats().zip(&mut self.grads) {
            g.step(m, rate, self.t);
        }
        for ((u, v), dv) in used.iter().zip(&vec).zip(&dvec) {
            let s = n as f32 / (u.len().max(1) as f32).sqrt();
            let grad: Vec<f32> = dv.iter().zip(v).map(|(d, v)| d * (1.0 - v * v) * s).collect();
            let square = grad.iter().map(|x| x * x).sum::<f32>() / D as f32;
            for g in u {
                self.seen[*g] += square;
                let rate = RATE_EMBED * slow / self.seen[*g].sqrt();
                self.embed[g * D..(g + 1) * D].iter_mut().zip(&grad).for_each(|(e, d)| *e -= rate * d);
            }
        }
    }

    fn recur_back(&mut self, direction: usize, xs: &[Vec<f32>], dh: &[Vec<f32>], steps: &[Step], dxs: &mut [Vec<f32>]) {
        let n = xs.len();
        let mut carry = vec![0f32; G];
        for t in (0..n).rev() {
            let i = if direction == 0 { t } else { n - 1 - t };
            let s = &steps[t];
            let (mut da, mut du, mut dprev) = (vec![0f32; 3 * G], vec![0f32; 3 * G], vec![0f32; G]);
            for k in 0..G {
                let d = dh[i][k] + carry[k];
                let dn = d * (1.0 - s.z[k]) * (1.0 - s.n[k] * s.n[k]);
                let dz = d * (s.before[k] - s.n[k]) * s.z[k] * (1.0 - s.z[k]);
                let dr = dn * s.un[k] * s.r[k] * (1.0 - s.r[k]);
                (da[k], da[G + k], da[2 * G + k]) = (dz, dr, dn);
                (du[k], du[G + k], du[2 * G + k]) = (dz, dr, dn * s.r[k]);
                dprev[k] = d * s.z[k];
            }
            let at = direction * 2;
            self.grads[at].back(&self.net.gru[at], &xs[i], &da, &mut dxs[i]);
            self.grads[at + 1].back(&self.net.gru[at + 1], &s.before, &du, &mut dprev);
            carry = dprev;
        }
    }
}

const _: () = assert!(RIN == D + DENSE + 1);
