//! The network: n-gram embeddings summed to a sentence vector, a gated recurrent layer over the document in both
//! directions, the vectors of the headings above, one hidden layer, one output for each topic. Several networks of the same
//! shape, trained from different starts, are averaged.
//!
//! The trainer (`bench/classify`) uses the same structures, so that what is measured is what ships.

use super::maths::{sigmoid, tanh};
use super::text::{ABOVE, DENSE, Features};

/// Size of a sentence vector.
pub const D: usize = 48;
/// Size of the recurrent state, each direction.
pub const G: usize = 48;
/// Size of the hidden layer.
pub const H: usize = 96;
/// Outputs: the topics, then two more that are only trained on (importance and risk of the sentence).
pub const OUT: usize = 13;
/// Inputs of the recurrent layer.
pub const RIN: usize = D + DENSE + 1;
/// Inputs of the hidden layer.
pub const HIN: usize = (ABOVE + 1) * D + 2 * G + DENSE + 1;
/// Inputs of the output layer.
pub const OIN: usize = H + D + 1;

/// A matrix of weights, one row for each input.
#[derive(Clone, Debug)]
pub struct Mat {
    /// Columns.
    pub cols: usize,
    /// Row by row.
    pub w: Vec<f32>,
}

impl Mat {
    /// A matrix of zeroes.
    #[must_use]
    pub fn zeroes(rows: usize, cols: usize) -> Self {
        Mat { cols, w: vec![0.0; rows * cols] }
    }

    /// `y += x · W`
    pub fn forward(&self, x: &[f32], y: &mut [f32]) {
        // Four rows at a time, added in their order: each sum is taken up and put down once for four.
        let (fours, rest) = x.as_chunks::<4>();
        let mut rows = self.w.chunks_exact(self.cols);
        for &[a0, a1, a2, a3] in fours {
            let (Some(w0), Some(w1), Some(w2), Some(w3)) = (rows.next(), rows.next(), rows.next(), rows.next()) else {
                return;
            };
            if [a0, a1, a2, a3] == [0.0; 4] {
                continue;
            }
            for ((((b, w0), w1), w2), w3) in y.iter_mut().zip(w0).zip(w1).zip(w2).zip(w3) {
                *b = *b + a0 * w0 + a1 * w1 + a2 * w2 + a3 * w3;
            }
        }
        for (a, row) in rest.iter().zip(rows) {
            for (b, w) in y.iter_mut().zip(row) {
                *b += a * w;
            }
        }
    }
}

/// State of a gated unit at one step, kept for training.
#[derive(Clone, Debug, Default)]
pub struct Step {
    /// Update gate.
    pub z: Vec<f32>,
    /// Reset gate.
    pub r: Vec<f32>,
    /// Candidate.
    pub n: Vec<f32>,
    /// State before.
    pub before: Vec<f32>,
    /// The candidate's part that comes from the state.
    pub un: Vec<f32>,
}

/// One network without its embeddings.
#[derive(Clone, Debug)]
pub struct Net {
    /// Input and state weights, forward then backward.
    pub gru: [Mat; 4],
    /// Hidden layer.
    pub hidden: Mat,
    /// Output layer.
    pub out: Mat,
}

impl Net {
    /// A network of zeroes.
    #[must_use]
    pub fn zeroes() -> Self {
        let (i, s) = (Mat::zeroes(RIN, 3 * G), Mat::zeroes(G, 3 * G));
        Net { gru: [i.clone(), s.clone(), i, s], hidden: Mat::zeroes(HIN, H), out: Mat::zeroes(OIN, OUT) }
    }

    /// All matrices, in the order of the file.
    pub fn mats(&mut self) -> impl Iterator<Item = &mut Mat> {
        self.gru.iter_mut().chain([&mut self.hidden, &mut self.out])
    }

    /// States of the recurrent layer in one direction (0 forward, 1 backward), by position.
    #[must_use]
    pub fn recur(&self, direction: usize, xs: &[Vec<f32>], keep: bool) -> (Vec<Vec<f32>>, Vec<Step>) {
        let n = xs.len();
        let mut h = vec![0f32; G];
        let mut states = vec![Vec::new(); n];
        let mut steps = Vec::new();
        let [f_in, f_state, b_in, b_state] = &self.gru;
        let (w_in, w_state) = if direction == 0 { (f_in, f_state) } else { (b_in, b_state) };
        for t in 0..n {
            let i = if direction == 0 { t } else { n - 1 - t };
            let mut a = vec![0f32; 3 * G];
            let mut u = vec![0f32; 3 * G];
            w_in.forward(xs.get(i).map_or(&[], Vec::as_slice), &mut a);
            w_state.forward(&h, &mut u);
            let gate =
                |k: usize| -> Vec<f32> { a.iter().zip(&u).skip(k * G).take(G).map(|(a, u)| sigmoid(a + u)).collect() };
            let (z, r) = (gate(0), gate(1));
            let un: Vec<f32> = u.iter().skip(2 * G).copied().collect();
            let cand: Vec<f32> = a.iter().skip(2 * G).zip(&r).zip(&un).map(|((a, r), u)| tanh(a + r * u)).collect();
            let next: Vec<f32> = z.iter().zip(&cand).zip(&h).map(|((z, n), h)| (1.0 - z) * n + z * h).collect();
            let before = std::mem::replace(&mut h, next);
            if let Some(s) = states.get_mut(i) {
                s.clone_from(&h);
            }
            if keep {
                steps.push(Step { z, r, n: cand, before, un });
            }
        }
        (states, steps)
    }

    /// Inputs of the recurrent layer.
    #[must_use]
    pub fn inputs(vector: &[f32], f: &Features) -> Vec<f32> {
        let mut v = vector.to_vec();
        v.extend(f.dense);
        v.push(1.0);
        v
    }

    /// Logits of every sentence; `vectors` are the sentence vectors.
    #[must_use]
    pub fn document(&self, features: &[Features], vectors: &[Vec<f32>]) -> Vec<[f32; OUT]> {
        let xs: Vec<Vec<f32>> = vectors.iter().zip(features).map(|(v, f)| Net::inputs(v, f)).collect();
        let (ahead, _) = self.recur(0, &xs, false);
        let (back, _) = self.recur(1, &xs, false);
        let zero = vec![0f32; D];
        features
            .iter()
            .zip(vectors)
            .zip(ahead.iter().zip(&back))
            .map(|((f, v), (a, b))| {
                let mut x = v.clone();
                for up in f.above {
                    x.extend(up.and_then(|i| vectors.get(i)).unwrap_or(&zero));
                }
                x.extend(a);
                x.extend(b);
                x.extend(f.dense);
                x.push(1.0);
                let mut h = vec![0f32; H];
                self.hidden.forward(&x, &mut h);
                h.iter_mut().for_each(|x| *x = x.max(0.0));
                h.extend(v);
                h.push(1.0);
                let mut y = [0f32; OUT];
                self.out.forward(&h, &mut y);
                y
            })
            .collect()
    }
}

/// The sentence vector from the sum of `n` embeddings.
pub fn squash(sum: &mut [f32], n: usize) {
    let s = 1.0 / (n.max(1) as f32).sqrt();
    sum.iter_mut().for_each(|x| *x = tanh(*x * s));
}
