//! The annotated sentences, and numbers that look random and are not.

use std::error::Error;

use zhunsheng_policy::classify::TOPICS;
use zhunsheng_policy::classify::net::OUT;

/// Labels of the corpus in the order of the model's outputs. The last two are learnt as a help and not given out.
const LABELS: [&str; OUT] = [
    "数据收集",
    "权限获取",
    "共享、委托、转让、公开（披露）",
    "使用",
    "存储方式",
    "安全措施",
    "特殊人群",
    "数据、权限管理",
    "联系方式",
    "隐私政策的授权、修改与变更",
    "停止运营",
    "摘要",
    "潜在风险",
];

/// One sentence.
pub struct Sentence {
    /// Its text.
    pub text: String,
    /// Its labels.
    pub labels: [bool; OUT],
}

impl Sentence {
    /// The labels that are topics.
    pub fn topics(&self) -> [bool; TOPICS] {
        std::array::from_fn(|k| self.labels.get(k).copied().unwrap_or(false))
    }
}

/// One policy.
pub struct Doc {
    /// Its name.
    pub name: String,
    /// In order.
    pub sentences: Vec<Sentence>,
}

impl Doc {
    /// The texts.
    pub fn texts(&self) -> Vec<&str> {
        self.sentences.iter().map(|s| s.text.as_str()).collect()
    }
}

/// Reads the corpus.
pub fn load(path: &str) -> Result<Vec<Doc>, Box<dyn Error>> {
    let mut docs: Vec<Doc> = Vec::new();
    for line in std::fs::read_to_string(path)?.lines() {
        let v: serde_json::Value = serde_json::from_str(line)?;
        let name = v.get("doc").and_then(|d| d.as_str()).ok_or("a line without `doc`")?;
        let text = v.get("text").and_then(|d| d.as_str()).ok_or("a line without `text`")?;
        let mut labels = [false; OUT];
        for l in v.get("labels").and_then(|l| l.as_array()).into_iter().flatten() {
            // One label of the corpus is a heading that slipped in; it is none of ours.
            if let Some(y) = LABELS.iter().position(|x| Some(*x) == l.as_str()).and_then(|k| labels.get_mut(k)) {
                *y = true;
            }
        }
        if docs.last().is_none_or(|d| d.name != name) {
            docs.push(Doc { name: name.to_owned(), sentences: Vec::new() });
        }
        if let Some(d) = docs.last_mut() {
            d.sentences.push(Sentence { text: text.to_owned(), labels });
        }
    }
    Ok(docs)
}

/// SplitMix64: the same numbers on every machine.
pub struct Rng(pub u64);

impl Rng {
    /// The next 64 bits.
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// From 0 to 1.
    pub fn unit(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1u32 << 24) as f32
    }

    /// About normal.
    pub fn normal(&mut self) -> f32 {
        (0..12).map(|_| self.unit()).sum::<f32>() - 6.0
    }

    /// In another order.
    pub fn shuffle<T>(&mut self, v: &mut [T]) {
        for i in (1..v.len()).rev() {
            let j = (self.next() % (i as u64 + 1)) as usize;
            v.swap(i, j);
        }
    }
}

/// A fold for each document.
pub fn folds(n: usize, k: usize, seed: u64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..n).collect();
    Rng(seed).shuffle(&mut order);
    let mut out = vec![0; n];
    for (rank, i) in order.into_iter().enumerate() {
        if let Some(f) = out.get_mut(i) {
            *f = rank % k;
        }
    }
    out
}
