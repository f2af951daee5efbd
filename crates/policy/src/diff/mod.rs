//! Two versions of a policy: what changed, which disclosure items the change touches, and whether it is material
//! (5.5.2 k note, 5.6.2.3 b).
//!
//! INVARIANT (no silence): every difference between the versions that a reader could see in words or headings is a
//! change, and every change says why it is material, why not, or what a person has to judge.

mod meaning;
mod scope;

use crate::data::{Lang, Text};
use crate::doc::{Address, Document, Problem, marker};
use crate::items::{Analysis, Outcome, Verdict};
use crate::practices::{Practice, extract};
use crate::report::{Kit, clip, named, wrap};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// What happened to a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum How {
    /// New.
    Added,
    /// Gone.
    Removed,
    /// Reworded.
    Changed,
    /// Word for word the same, under another heading.
    Moved,
    /// The heading is other, what stands under it the same.
    Headed,
}

/// A sentence as it stands in one version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// The sentence.
    pub text: String,
    /// Where it stands.
    pub at: Address,
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// What happened.
    pub how: How,
    /// The old sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old: Option<Line>,
    /// The new sentence.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub new: Option<Line>,
    /// Items that the sentence supports or supported.
    pub items: Vec<String>,
    /// Whether people must be told again, with the change shown; `null` in JSON where a person has to judge it.
    pub material: Option<bool>,
    /// Why.
    pub reason: Text,
    /// The sentence by which the policy itself calls such a change material.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub own_rule: Option<Line>,
}

/// An item whose verdict changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Moved {
    /// Item.
    pub id: String,
    /// Title.
    pub title: Text,
    /// Verdict on the old version.
    pub old: Verdict,
    /// Verdict on the new version.
    pub new: Verdict,
}

/// The comparison.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Diff {
    /// Whether any change is material; not known (`null` in JSON) where none is for certain and a person has to judge one,
    /// or a version was not read in full.
    pub material: Option<bool>,
    /// Whether a version was not read in full, so that a sentence that seems added or gone may stand there.
    pub undetermined: bool,
    /// What could not be read, of the old version and of the new one.
    pub problems: [Vec<Problem>; 2],
    /// Changes in the order of the new version, removals where they stood.
    pub changes: Vec<Change>,
    /// Items touched by a material change.
    pub touched: Vec<String>,
    /// Items whose verdict changed.
    pub moved: Vec<Moved>,
    /// Types that the new version processes and the old one did not name, by stage.
    pub new_processing: Vec<String>,
    /// Processing that the new version no longer names.
    pub dropped_processing: Vec<String>,
    /// What the processing is called.
    #[serde(skip)]
    words: Processing,
}

/// Leaves whose subject is the extent of processing or the exercise of rights: 5.5.2 b to h and the extensions.
fn material_leaf(leaf: &str) -> bool {
    match leaf.strip_prefix("5.5.2") {
        Some(rest) => matches!(rest.chars().next(), Some('b'..='h')),
        None => true,
    }
}

/// A sentence without what does not change its meaning.
fn key(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Character pairs of a text, sorted, each once.
fn bigrams(text: &str) -> Vec<(char, char)> {
    let mut out: Vec<(char, char)> = text.chars().zip(text.chars().skip(1)).collect();
    out.sort_unstable();
    out.dedup();
    out
}

/// Share of character pairs that two sentences have in common, 0 to 100.
fn alike(a: &[(char, char)], b: &[(char, char)]) -> usize {
    let (mut i, mut j, mut common) = (0, 0, 0);
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        common += usize::from(x == y);
        i += usize::from(x <= y);
        j += usize::from(y <= x);
    }
    (200 * common).checked_div(a.len() + b.len()).unwrap_or(0)
}

/// Most things named as material changes that are followed.
const MAX_OWN: usize = 200;
/// Most comparisons of sentences that went with sentences that came; of longer texts only those near each other are held
/// against one another.
const MAX_ALIKE: usize = 4_000_000;

/// A version with all that is found in it.
struct Version<'a> {
    analysis: &'a Analysis<'a>,
    outcomes: Vec<Outcome<'a>>,
    /// Items that a sentence supports, with their leaves.
    items: BTreeMap<usize, BTreeMap<String, String>>,
    /// In the order of their sentences.
    practices: Vec<Practice>,
    /// Sentences that say something, with what is compared of them.
    keys: Vec<(usize, String)>,
    /// Headings, with what is compared of them.
    headings: BTreeSet<String>,
}

/// A heading without its number.
fn heading_key(text: &str) -> String {
    key(marker::read(text).and_then(|m| text.get(m.len..)).unwrap_or(text))
}

impl<'a> Version<'a> {
    fn new(analysis: &'a Analysis<'a>, kit: &Kit) -> Self {
        let doc = analysis.doc;
        let keys = (0..doc.sentences.len())
            .filter(|&i| analysis.speaks(i))
            .map(|i| (i, key(doc.sentence(i))))
            .filter(|k| !k.1.is_empty())
            .collect();
        let headings = doc
            .blocks
            .iter()
            .filter(|b| matches!(b.kind, crate::doc::Kind::Heading { .. }))
            .map(|b| heading_key(&b.text))
            .collect();
        let outcomes = analysis.items();
        let mut items: BTreeMap<usize, BTreeMap<String, String>> = BTreeMap::new();
        for o in &outcomes {
            for s in &o.supports {
                items.entry(s.sentence).or_default().insert(o.item.id.clone(), o.item.leaf.clone());
            }
        }
        let mut practices = extract::practices(analysis, &kit.purposes);
        practices.sort_by_key(|p| p.sentence);
        Version { analysis, outcomes, items, practices, keys, headings }
    }

    fn sentence(&self, n: usize) -> Option<usize> {
        self.keys.get(n).map(|k| k.0)
    }

    /// The nearest heading of a sentence.
    fn heading(&self, sentence: usize) -> Option<usize> {
        self.analysis.doc.block_of(sentence)?.section
    }

    /// The headings above a sentence, nearest first.
    fn path(&self, sentence: usize) -> Vec<String> {
        let block = self.analysis.doc.sentences.get(sentence).map_or(0, |s| s.block);
        self.analysis.doc.headings(block).map(|h| heading_key(&h.text)).collect()
    }

    fn line(&self, sentence: usize) -> Line {
        let doc = self.analysis.doc;
        Line { text: doc.sentence(sentence).to_owned(), at: doc.sentence_address(sentence) }
    }

    fn block(&self, block: usize) -> Option<Line> {
        let doc = self.analysis.doc;
        let text = doc.blocks.get(block)?.text.clone();
        Some(Line { at: doc.address(block, 0, text.len()), text })
    }

    fn items(&self, sentence: usize) -> impl Iterator<Item = (&String, &String)> {
        self.items.get(&sentence).into_iter().flatten()
    }

    /// The practices of a sentence.
    fn practices(&self, sentence: usize) -> &[Practice] {
        let from = self.practices.partition_point(|p| p.sentence < sentence);
        let to = self.practices.partition_point(|p| p.sentence <= sentence);
        self.practices.get(from..to).unwrap_or_default()
    }

    fn side(&self, sentence: usize) -> meaning::Side<'_> {
        meaning::Side { analysis: self.analysis, practices: self.practices(sentence), sentence }
    }
}

/// Positions of both versions that say the same, word for word: in order first, then wherever they stand.
fn aligned(left: &[&str], right: &[&str]) -> Vec<(usize, usize)> {
    let mut pairs = Vec::new();
    let mut gone: BTreeMap<&str, std::collections::VecDeque<usize>> = BTreeMap::new();
    let mut came: Vec<usize> = Vec::new();
    for op in similar::capture_diff_slices(similar::Algorithm::Patience, left, right) {
        if op.tag() == similar::DiffTag::Equal {
            pairs.extend(op.old_range().zip(op.new_range()));
            continue;
        }
        for i in op.old_range() {
            if let Some(k) = left.get(i) {
                gone.entry(k).or_default().push_back(i);
            }
        }
        came.extend(op.new_range());
    }
    // Each sentence makes up for one: a second time it is said is an addition.
    for j in came {
        if let Some(i) = right.get(j).and_then(|k| gone.get_mut(k)).and_then(std::collections::VecDeque::pop_front) {
            pairs.push((i, j));
        }
    }
    pairs.sort_unstable_by_key(|p| p.1);
    pairs
}

/// Compares two versions.
#[must_use]
pub fn compare(old: &Document, new: &Document, kit: &Kit) -> Diff {
    let (a, b) = (Analysis::new(old, &kit.catalogue), Analysis::new(new, &kit.catalogue));
    let (a, b) = (Version::new(&a, kit), Version::new(&b, kit));
    let left: Vec<&str> = a.keys.iter().map(|k| k.1.as_str()).collect();
    let right: Vec<&str> = b.keys.iter().map(|k| k.1.as_str()).collect();
    let pairs = aligned(&left, &right);
    let (kept_old, kept_new): (BTreeSet<usize>, BTreeSet<usize>) = pairs.iter().copied().unzip();
    let gone: Vec<usize> = (0..left.len()).filter(|i| !kept_old.contains(i)).collect();
    let own: Vec<scope::Named> = scope::named(a.analysis, &a.outcomes)
        .into_iter()
        .chain(scope::named(b.analysis, &b.outcomes))
        .take(MAX_OWN)
        .collect();
    let judge = Judge { old: &a, new: &b, own: &own };
    // Each change with its place in the new version.
    let mut changes: Vec<(usize, Change)> = Vec::new();
    let mut used: BTreeSet<usize> = BTreeSet::new();
    let came: Vec<usize> = (0..right.len()).filter(|j| !kept_new.contains(j)).collect();
    let went: Vec<(usize, Vec<(char, char)>)> =
        gone.iter().map(|&g| (g, bigrams(left.get(g).copied().unwrap_or("")))).collect();
    let reach =
        if went.len().saturating_mul(came.len()) > MAX_ALIKE { MAX_ALIKE / came.len().max(1) } else { went.len() };
    for (at, &n) in came.iter().enumerate() {
        let text = bigrams(right.get(n).copied().unwrap_or(""));
        let first =
            (at * went.len() / came.len().max(1)).saturating_sub(reach / 2).min(went.len() - reach.min(went.len()));
        let pair = went
            .iter()
            .skip(first)
            .take(reach)
            .filter(|g| !used.contains(&g.0))
            .map(|g| (alike(&g.1, &text), g.0))
            .filter(|p| p.0 >= 50)
            .max_by_key(|p| (p.0, std::cmp::Reverse(p.1)))
            .map(|p| p.1);
        used.extend(pair);
        changes.extend(judge.change(pair.and_then(|g| a.sentence(g)), b.sentence(n)).map(|c| (n, c)));
    }
    // A removal stands before what followed it: the first place that a later sentence has in the new version.
    let mut places: Vec<(usize, usize)> = pairs.clone();
    places.sort_unstable_by_key(|p| std::cmp::Reverse(p.0));
    let mut places = places.into_iter().peekable();
    let mut place = right.len();
    for &g in gone.iter().rev() {
        while let Some(p) = places.next_if(|p| p.0 > g) {
            place = place.min(p.1);
        }
        if !used.contains(&g) {
            changes.extend(judge.change(a.sentence(g), None).map(|c| (place, c)));
        }
    }
    changes.extend(judge.headings(&pairs));
    changes.sort_by_key(|c| (c.0, c.1.how != How::Removed, c.1.old.as_ref().map(|l| l.at.start)));
    let mut changes: Vec<Change> = changes.into_iter().map(|c| c.1).collect();
    let moved: Vec<Moved> = a
        .outcomes
        .iter()
        .zip(&b.outcomes)
        .filter(|(o, n)| o.verdict != n.verdict)
        .map(|(o, n)| Moved { id: o.item.id.clone(), title: o.item.title.clone(), old: o.verdict, new: n.verdict })
        .collect();
    // INVARIANT (silence is no change): what is not found in a version that was not read in full is neither new nor gone.
    for change in &mut changes {
        let unsure = match change.how {
            How::Added => old.lossy(),
            How::Removed => new.lossy(),
            How::Changed | How::Moved | How::Headed => false,
        };
        if unsure {
            change.material = None;
            change.own_rule = None;
            change.reason = Text::new(
                "有一版未读全，不能判断是否有此变化",
                "a version was not read in full, so that this may be no change",
            );
        }
    }
    let (sa, sb) = (processing(&a.practices, kit), processing(&b.practices, kit));
    let beyond =
        |one: &Processing, other: &Processing| one.keys().filter(|k| !other.contains_key(*k)).cloned().collect();
    let settled = |list: Vec<String>, whole: bool| if whole { list } else { Vec::new() };
    let new_processing = settled(beyond(&sb, &sa), !old.lossy());
    let dropped_processing = settled(beyond(&sa, &sb), !new.lossy());
    let undetermined = old.lossy() || new.lossy();
    let is = |material: Option<bool>| changes.iter().any(|c| c.material == material);
    let material = match (is(Some(true)), is(None) || undetermined) {
        (true, _) => Some(true),
        (false, true) => None,
        (false, false) => Some(false),
    };
    let touched: BTreeSet<String> =
        changes.iter().filter(|c| c.material == Some(true)).flat_map(|c| c.items.iter().cloned()).collect();
    Diff {
        material,
        undetermined,
        problems: [old.problems.clone(), new.problems.clone()],
        changes,
        touched: touched.into_iter().collect(),
        moved,
        new_processing,
        dropped_processing,
        words: sa.into_iter().chain(sb).collect(),
    }
}

/// Judges changes.
struct Judge<'a> {
    old: &'a Version<'a>,
    new: &'a Version<'a>,
    own: &'a [scope::Named],
}

/// What a change is about.
struct About {
    items: BTreeMap<String, String>,
    practised: bool,
}

impl About {
    /// The item that makes it one of the extent of processing or the exercise of rights.
    fn core(&self) -> Option<&str> {
        self.items.iter().find(|i| material_leaf(i.1)).map(|i| i.0.as_str())
    }

    fn matters(&self) -> bool {
        self.practised || self.core().is_some()
    }

    fn subject(&self) -> Text {
        match self.core() {
            Some(id) => Text::new(
                format!("涉及处理范围或权利行使（{id}）"),
                format!("touches the extent of processing or the exercise of rights ({id})"),
            ),
            None => Text::new("涉及处理范围", "touches the extent of processing"),
        }
    }

    fn ids(&self) -> Vec<String> {
        self.items.keys().cloned().collect()
    }
}

fn joined(one: &Text, two: &Text) -> Text {
    Text::new(format!("{}：{}", one.zh, two.zh), format!("{}: {}", one.en, two.en))
}

/// The headings a sentence stood under and stands under.
type Headings = (Option<usize>, Option<usize>);

impl Judge<'_> {
    fn about(&self, old: Option<usize>, new: Option<usize>) -> About {
        let mut about = About { items: BTreeMap::new(), practised: false };
        for (version, sentence) in [(self.old, old), (self.new, new)] {
            let Some(s) = sentence else { continue };
            about.items.extend(version.items(s).map(|(id, leaf)| (id.clone(), leaf.clone())));
            about.practised |= !version.practices(s).is_empty();
        }
        about
    }

    /// The rule of the policy's own by which a change is material.
    fn own_rule(&self, about: &About, old: Option<usize>, new: Option<usize>) -> Option<&scope::Named> {
        let mut texts: Vec<&str> = Vec::new();
        for (version, sentence) in [(self.old, old), (self.new, new)] {
            let Some(s) = sentence else { continue };
            texts.push(version.analysis.doc.sentence(s));
            let heading = version.heading(s).and_then(|h| version.analysis.doc.blocks.get(h));
            texts.extend(heading.map(|h| h.text.as_str()));
        }
        // The sentence that defines is not covered by its own words.
        let defines = |n: &&scope::Named| texts.contains(&n.line.text.as_str());
        self.own.iter().filter(|n| !defines(n)).find(|n| n.covers(about.items.keys().map(String::as_str), &texts))
    }

    /// The change of a sentence; `None` if there is none.
    fn change(&self, old: Option<usize>, new: Option<usize>) -> Option<Change> {
        let about = self.about(old, new);
        let how = match (old, new) {
            (Some(_), Some(_)) => How::Changed,
            (None, Some(_)) => How::Added,
            (Some(_), None) => How::Removed,
            (None, None) => return None,
        };
        let (was, is) = (old.map(|s| self.old.line(s)), new.map(|s| self.new.line(s)));
        let same_words = was.as_ref().zip(is.as_ref()).is_some_and(|(w, i)| meaning::same(&w.text, &i.text));
        let own = self.own_rule(&about, old, new);
        let (material, reason) = if same_words {
            (Some(false), Text::new("只换了同义词或虚词", "only words of the same meaning were exchanged"))
        } else if about.matters() {
            match old.zip(new) {
                Some((o, n)) => match self.differ(o, n) {
                    Some(what) => (Some(true), joined(&about.subject(), &what)),
                    None => (
                        None,
                        joined(
                            &about.subject(),
                            &Text::new(
                                "改写，未认出类型、目的、对象、期限或权利的不同，须由人核对",
                                "reworded, with no difference found in types, purposes, recipients, periods or rights; to be checked by a person",
                            ),
                        ),
                    ),
                },
                None => (Some(true), about.subject()),
            }
        } else if own.is_some() {
            (Some(true), own_reason())
        } else {
            (Some(false), unaffected(&about))
        };
        let own_rule = own.filter(|_| !same_words).map(|n| n.line.clone());
        Some(Change { how, old: was, new: is, items: about.ids(), material, reason, own_rule })
    }

    /// In which respect two sentences differ for certain.
    fn differ(&self, old: usize, new: usize) -> Option<Text> {
        let was: BTreeSet<&String> = self.old.items(old).map(|i| i.0).collect();
        let is: BTreeSet<&String> = self.new.items(new).map(|i| i.0).collect();
        if let Some(id) = was.symmetric_difference(&is).next() {
            return Some(Text::new(
                format!("只有一版的这句话说到 {id}"),
                format!("in one version only this sentence tells {id}"),
            ));
        }
        meaning::differ(self.old.side(old), self.new.side(new))
    }

    /// What stands word for word as it did, but under another heading.
    fn headings(&self, pairs: &[(usize, usize)]) -> Vec<(usize, Change)> {
        // Sentences by the headings they had and have.
        let mut groups: BTreeMap<Headings, Vec<[usize; 3]>> = BTreeMap::new();
        for &(i, j) in pairs {
            let Some((o, n)) = self.old.sentence(i).zip(self.new.sentence(j)) else { continue };
            if self.old.path(o) != self.new.path(n) {
                groups.entry((self.old.heading(o), self.new.heading(n))).or_default().push([j, o, n]);
            }
        }
        let mut out = Vec::new();
        for ((from, to), sentences) in groups {
            let text = |v: &Version<'_>, h: Option<usize>| {
                h.and_then(|h| v.analysis.doc.blocks.get(h)).map(|b| heading_key(&b.text)).unwrap_or_default()
            };
            let (was, is) = (text(self.old, from), text(self.new, to));
            let renamed = was != is && !self.new.headings.contains(&was) && !self.old.headings.contains(&is);
            // A heading that was renamed, or that itself moved, is one change; a sentence that moved is one by itself.
            if (renamed || was == is)
                && let Some(&[place, ..]) = sentences.first()
            {
                let mut about = About { items: BTreeMap::new(), practised: false };
                let mut certain = None;
                for &[_, o, n] in &sentences {
                    let one = self.about(Some(o), Some(n));
                    certain = certain.or_else(|| self.differ(o, n).filter(|_| one.matters()));
                    about.practised |= one.practised;
                    about.items.extend(one.items);
                }
                let lines = (from.and_then(|h| self.old.block(h)), to.and_then(|h| self.new.block(h)));
                out.push((place, self.other_heading(How::Headed, lines, &about, certain)));
                continue;
            }
            for [place, o, n] in sentences {
                let about = self.about(Some(o), Some(n));
                let certain = self.differ(o, n).filter(|_| about.matters());
                let lines = (Some(self.old.line(o)), Some(self.new.line(n)));
                out.push((place, self.other_heading(How::Moved, lines, &about, certain)));
            }
        }
        out
    }

    fn other_heading(
        &self,
        how: How,
        lines: (Option<Line>, Option<Line>),
        about: &About,
        certain: Option<Text>,
    ) -> Change {
        let (material, reason) = match certain {
            Some(what) => (Some(true), joined(&about.subject(), &what)),
            None if about.matters() => (
                None,
                joined(
                    &about.subject(),
                    &Text::new(
                        "标题不同，同样的话所指可能不同，须由人核对",
                        "under another heading the same words may say something else; to be checked by a person",
                    ),
                ),
            ),
            None => (Some(false), unaffected(about)),
        };
        Change { how, old: lines.0, new: lines.1, items: about.ids(), material, reason, own_rule: None }
    }
}

fn own_reason() -> Text {
    Text::new("政策自行列为重大变更", "the policy itself calls such a change material")
}

/// Why a change is not material.
fn unaffected(about: &About) -> Text {
    match about.items.keys().next() {
        Some(id) => Text::new(
            format!("只涉及 {id}：不在 5.5.2 b 至 h 之列，政策也未自行列为重大变更"),
            format!("touches {id} only: not among 5.5.2 b to h, and the policy does not call it material"),
        ),
        None => Text::new(
            "未涉及处理范围、权利行使或政策自行列出的事项",
            "touches neither the extent of processing nor the exercise of rights nor what the policy names itself",
        ),
    }
}

/// Stage and type pairs, such as `collection face-image`, and what they are called.
type Processing = BTreeMap<String, Text>;

fn processing(practices: &[Practice], kit: &Kit) -> Processing {
    let pair = |p: &Practice, id: &str| {
        let title = kit.catalogue.types.by_id(id).map_or_else(|| Text::new(id, id), |t| t.title.clone());
        let words = Text::new(format!("{}：{}", p.action.zh(), title.zh), format!("{} of {}", p.action.en(), title.en));
        (format!("{} {id}", p.action.en()), words)
    };
    let said = practices.iter().filter(|p| !p.denied);
    said.flat_map(|p| p.types.iter().map(move |t| pair(p, &t.id))).collect()
}

impl Diff {
    /// Text of 100 columns.
    #[must_use]
    pub fn text(&self, lang: Lang) -> String {
        let mut out = String::new();
        let count = |m: Option<bool>| self.changes.iter().filter(|c| c.material == m).count();
        let (material, open) = (count(Some(true)), count(None));
        let all = self.changes.len();
        let head = match self.material {
            Some(true) => lang.pick(
                "重大变更，应重新告知并提示变更内容（5.6.2.3 b）",
                "Material change; people must be told again with the change shown (5.6.2.3 b)",
            ),
            Some(false) => lang.pick("无重大变更", "No material change"),
            None if self.undetermined => lang.pick(
                "有一版未读全，不能判断是否有重大变更",
                "Undetermined: a version was not read in full, and a material change may be in what was not",
            ),
            None => lang
                .pick("是否有重大变更须由人判断", "Undetermined: a person has to judge whether a change is material"),
        };
        let counts = Text::new(
            format!("{all} 处变化，其中重大 {material} 处，须由人判断 {open} 处"),
            format!("{all} changes, {material} of them material, {open} to be judged by a person"),
        );
        let _ = writeln!(out, "{head}{}{}", lang.pick("：", ": "), counts.get(lang));
        let names = [lang.pick("旧版", "old version"), lang.pick("新版", "new version")];
        for (name, problems) in names.iter().zip(&self.problems) {
            for p in problems {
                let (mark, colon) = (lang.pick("！", "! "), lang.pick("：", ": "));
                let _ = writeln!(out, "{mark}{name}{colon}{}", lang.pick(&p.zh, &p.en));
            }
        }
        for c in &self.changes {
            let mark = match c.material {
                Some(true) => "！",
                None => "？",
                Some(false) => "　",
            };
            let how = match c.how {
                How::Added => named(("新增", "added"), lang),
                How::Removed => named(("删除", "removed"), lang),
                How::Changed => named(("修改", "changed"), lang),
                How::Moved => named(("移到另一标题下", "moved under another heading"), lang),
                How::Headed => named(("标题改变", "heading changed"), lang),
            };
            let _ = writeln!(out, "\n{mark}{how}  {}", c.items.join(" "));
            if let Some(o) = &c.old {
                wrap(&mut out, "  ", &format!("- {} {}", o.at, clip(&o.text, 160)));
            }
            if let Some(n) = &c.new {
                wrap(&mut out, "  ", &format!("+ {} {}", n.at, clip(&n.text, 160)));
            }
            wrap(&mut out, "  ", &format!("→ {}", c.reason.get(lang)));
            if let Some(rule) = &c.own_rule {
                let (says, colon) = (lang.pick("政策自述", "the policy says"), lang.pick("：", ": "));
                wrap(&mut out, "    ", &format!("{says} {}{colon}{}", rule.at, clip(&rule.text, 160)));
            }
        }
        for (list, head) in [
            (&self.new_processing, lang.pick("新增处理", "New processing")),
            (&self.dropped_processing, lang.pick("不再提及", "No longer named")),
        ] {
            if !list.is_empty() {
                let _ = writeln!(out, "\n{head}");
                let words: Vec<&str> =
                    list.iter().map(|one| self.words.get(one).map_or(one.as_str(), |text| text.get(lang))).collect();
                wrap(&mut out, "  ", &words.join(lang.pick("；", "; ")));
            }
        }
        if !self.moved.is_empty() {
            let _ = writeln!(out, "\n{}", lang.pick("结论变化", "Verdicts that changed"));
            for m in &self.moved {
                let (old, new) = (m.old.title(), m.new.title());
                let _ = writeln!(out, "  {} {} {} → {}", m.id, m.title.get(lang), old.get(lang), new.get(lang));
            }
        }
        out
    }
}
