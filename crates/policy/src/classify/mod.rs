//! Topics of sentences of a privacy policy, and whether a purpose is vague.
//!
//! A small network reads a whole document (`net`, trained by `bench/classify` on the development half of CAPP-130; see
//! `NOTICE.md` beside this file), rules stand beside it (`rules`, `vague`). What is unsure stays undetermined: no topic, no
//! verdict on vagueness.
//!
//! Architecture invariant: a prediction depends on the text alone. No clock, no random numbers, and no function of the
//! platform whose last digit differs between machines.

pub mod maths;
pub mod model;
pub mod net;
mod rules;
pub mod text;
mod vague;

use crate::data::Text;
use std::io::{BufRead, Read, Write};
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

pub use vague::{Purpose, purpose, vague};

/// Number of topics.
pub const TOPICS: usize = 11;
/// Sentences of one document that are read together; longer ones are read in parts of this size.
const MAX_SENTENCES: usize = 5_000;
/// Longest input line, in bytes.
const MAX_LINE: u64 = 4 << 20;
/// How far below the threshold the best topic still counts as undecided rather than absent (logit).
const UNSURE: f32 = 1.0;

/// A topic of a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Topic {
    /// 数据收集
    Collection,
    /// 权限获取
    Permissions,
    /// 共享、委托、转让、公开（披露）
    Sharing,
    /// 使用
    Use,
    /// 存储方式
    Storage,
    /// 安全措施
    Security,
    /// 特殊人群
    SpecialGroups,
    /// 数据、权限管理
    Rights,
    /// 联系方式
    Contact,
    /// 隐私政策的授权、修改与变更
    PolicyChange,
    /// 停止运营
    Cessation,
}

impl Topic {
    /// All topics, in the order of the model's outputs.
    pub const ALL: [Topic; TOPICS] = [
        Topic::Collection,
        Topic::Permissions,
        Topic::Sharing,
        Topic::Use,
        Topic::Storage,
        Topic::Security,
        Topic::SpecialGroups,
        Topic::Rights,
        Topic::Contact,
        Topic::PolicyChange,
        Topic::Cessation,
    ];

    /// The id used in input and output.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Topic::Collection => "collection",
            Topic::Permissions => "permissions",
            Topic::Sharing => "sharing",
            Topic::Use => "use",
            Topic::Storage => "storage",
            Topic::Security => "security",
            Topic::SpecialGroups => "special-groups",
            Topic::Rights => "rights",
            Topic::Contact => "contact",
            Topic::PolicyChange => "policy-change",
            Topic::Cessation => "cessation",
        }
    }
}

/// What can go wrong.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The model's bytes are damaged or of another version.
    #[error("the classifier's model is damaged or of another version; rebuild it with the trainer in bench/classify")]
    Model,
    /// A line of the input is no JSON object with `id` and `text`.
    #[error("`{file}`:{line}:{column}: {}; each line must be an object with `id`, `doc` and `text`", .reason.en)]
    Line {
        /// File concerned, `-` for standard input.
        file: String,
        /// Line number, from 1.
        line: u64,
        /// Column in bytes, from 1; 0 where the line as a whole is wrong.
        column: usize,
        /// What is wrong with it.
        reason: Text,
    },
    /// Input could not be read or output not written.
    #[error("cannot read the sentences or write the topics: {0}; check the pipe or the free space")]
    Io(#[from] std::io::Error),
}

impl Error {
    /// In both languages; English as it is displayed.
    #[must_use]
    pub fn text(&self) -> Text {
        let zh = match self {
            Error::Model => "分类模型已损坏或版本不符；请用 bench/classify 中的训练程序重新生成".to_owned(),
            Error::Line { file, line, column, reason } => {
                format!("`{file}`:{line}:{column}：{}；每行须是带有 `id`、`doc` 和 `text` 的对象", reason.zh)
            }
            Error::Io(source) => {
                let why = zhunsheng_source::of_system(source).zh;
                format!("无法读取句子或写出主题：{why}；请检查管道或磁盘空间")
            }
        };
        Text::new(zh, self.to_string())
    }
}

/// What is said of one sentence.
#[derive(Clone, Debug, PartialEq)]
pub struct Prediction {
    /// Topics, in the order of [`Topic::ALL`]; empty when none is sure enough.
    pub topics: Vec<Topic>,
    /// True when no topic is given but one came close.
    pub undetermined: bool,
    /// Probability of each topic, in the order of [`Topic::ALL`].
    pub scores: [f32; TOPICS],
    /// How far the least certain topic is from its threshold, .5 (on it) to 1: the logistic of the distance. It ranks
    /// answers and is no probability; nothing was calibrated.
    pub confidence: f32,
    /// Whether the sentence gives a vague purpose; `None` when it gives none, or it cannot be told.
    pub vague: Option<bool>,
}

/// The classifier.
#[derive(Clone, Debug)]
pub struct Classifier {
    model: model::Model,
}

static EMBEDDED: LazyLock<Option<Classifier>> =
    LazyLock::new(|| Classifier::from_bytes(include_bytes!("model.bin")).ok());

impl Classifier {
    /// The classifier that is built in.
    ///
    /// # Errors
    /// [`Error::Model`] when the program was built with a damaged model.
    pub fn embedded() -> Result<&'static Classifier, Error> {
        EMBEDDED.as_ref().ok_or(Error::Model)
    }

    /// A classifier from the bytes of a model.
    ///
    /// # Errors
    /// [`Error::Model`] when the bytes are no model of this version.
    pub fn from_bytes(bytes: &[u8]) -> Result<Classifier, Error> {
        Ok(Classifier { model: model::Model::read(bytes)? })
    }

    /// Predictions for the sentences of one document, in order. A sentence alone is a document of one; with its neighbours
    /// and headings the prediction is better.
    #[must_use]
    pub fn topics<S: AsRef<str>>(&self, sentences: &[S]) -> Vec<Prediction> {
        sentences.chunks(MAX_SENTENCES).flat_map(|part| self.part(part)).collect()
    }

    /// Logits of the topics for the sentences of one document, rules applied: what thresholds are chosen on.
    #[must_use]
    pub fn logits<S: AsRef<str>>(&self, sentences: &[S]) -> Vec<[f32; TOPICS]> {
        let y = self.model.logits(&text::document(sentences));
        sentences.iter().zip(y).map(|(s, y)| rules::apply(s.as_ref(), y)).collect()
    }

    /// For each sentence of one document the topics that nothing speaks against, a bit for each of [`Topic::ALL`]: those that
    /// are given to it or nearly are, and all of them where none is sure enough to be given.
    #[must_use]
    pub fn plausible<S: AsRef<str>>(&self, sentences: &[S]) -> Vec<u16> {
        let read = |y: [f32; TOPICS]| {
            let margins = || y.iter().zip(self.model.threshold).map(|(y, t)| y - t);
            if margins().all(|m| m < 0.0) {
                return u16::MAX;
            }
            margins().enumerate().fold(0, |bits, (n, m)| bits | u16::from(m >= -UNSURE) << n)
        };
        sentences.chunks(MAX_SENTENCES).flat_map(|part| self.logits(part)).map(read).collect()
    }

    fn part<S: AsRef<str>>(&self, sentences: &[S]) -> Vec<Prediction> {
        let logits = self.logits(sentences);
        sentences.iter().zip(&logits).map(|(s, y)| self.decide(s.as_ref(), y)).collect()
    }

    fn decide(&self, sentence: &str, y: &[f32; TOPICS]) -> Prediction {
        let mut topics = Vec::new();
        let mut confidence = 1f32;
        let mut closest = f32::NEG_INFINITY;
        for ((topic, y), t) in Topic::ALL.into_iter().zip(*y).zip(self.model.threshold) {
            let margin = y - t;
            closest = closest.max(margin);
            if margin >= 0.0 {
                topics.push(topic);
            }
            confidence = confidence.min(maths::sigmoid(margin.abs()));
        }
        let undetermined = topics.is_empty() && closest > -UNSURE;
        Prediction { undetermined, topics, scores: y.map(maths::sigmoid), confidence, vague: vague(sentence) }
    }
}

#[derive(Deserialize)]
struct Line {
    id: serde_json::Value,
    #[serde(default)]
    doc: serde_json::Value,
    text: String,
}

#[derive(Serialize)]
struct Answer<'a> {
    id: &'a serde_json::Value,
    topics: Vec<&'static str>,
    /// No topic is given, but one came close: not the same as a sentence without topic.
    undetermined: bool,
    vague: Option<bool>,
    confidence: f32,
}

/// What is wrong with a line, at the column where it shows.
fn fault(e: &serde_json::Error) -> (usize, Text) {
    use serde_json::error::Category;
    let said = e.to_string();
    // The place is told by itself, in the line of the file.
    let said = said.rsplit_once(" at line ").map_or(said.as_str(), |s| s.0);
    let zh = match e.classify() {
        Category::Eof => "对象没有写完".to_owned(),
        Category::Syntax | Category::Io => "不是 JSON".to_owned(),
        Category::Data => match said.strip_prefix("missing field ") {
            Some(field) => format!("缺少字段 {field}"),
            None => "字段的类型不对".to_owned(),
        },
    };
    (e.column(), Text::new(zh, said))
}

/// Reads lines `{"id","doc","text"}` in document order and writes `{"id","topics","undetermined","vague","confidence"}` for
/// each, in the same order. Lines of one document must follow each other; they are read together. `file` is what the
/// input is called in errors.
///
/// # Errors
/// When a line is no such object or longer than 4 MiB, or input or output fails.
pub fn run(mut input: impl BufRead, file: &str, output: &mut dyn Write) -> Result<(), Error> {
    let classifier = Classifier::embedded()?;
    let mut waiting: Vec<Line> = Vec::new();
    let mut buf = Vec::new();
    let mut line = 0u64;
    loop {
        buf.clear();
        let n = input.by_ref().take(MAX_LINE + 1).read_until(b'\n', &mut buf)?;
        line += 1;
        if n == 0 {
            break;
        }
        if n as u64 > MAX_LINE {
            let reason = Text::new(format!("超过 {MAX_LINE} 字节"), format!("longer than {MAX_LINE} bytes"));
            return Err(Error::Line { file: file.to_owned(), line, column: 0, reason });
        }
        // The mark that some programs put before UTF-8.
        if line == 1 && buf.starts_with(b"\xef\xbb\xbf") {
            buf.drain(..3);
        }
        if buf.iter().all(u8::is_ascii_whitespace) {
            continue;
        }
        let next: Line = serde_json::from_slice(buf.trim_ascii_end()).map_err(|e| {
            let (column, reason) = fault(&e);
            Error::Line { file: file.to_owned(), line, column, reason }
        })?;
        if waiting.last().is_some_and(|l| l.doc != next.doc) || waiting.len() >= MAX_SENTENCES {
            flush(classifier, &mut waiting, output)?;
        }
        waiting.push(next);
    }
    flush(classifier, &mut waiting, output)
}

fn flush(classifier: &Classifier, lines: &mut Vec<Line>, output: &mut dyn Write) -> Result<(), Error> {
    let texts: Vec<&str> = lines.iter().map(|l| l.text.as_str()).collect();
    for (l, p) in lines.iter().zip(classifier.topics(&texts)) {
        let topics = p.topics.iter().map(|t| t.id()).collect();
        let confidence = (p.confidence * 1000.0).round() / 1000.0;
        serde_json::to_writer(
            &mut *output,
            &Answer { id: &l.id, topics, undetermined: p.undetermined, vague: p.vague, confidence },
        )
        .map_err(std::io::Error::from)?;
        output.write_all(b"\n")?;
    }
    lines.clear();
    Ok(())
}

#[cfg(test)]
mod tests;
