//! Two versions of a policy: what changed, which disclosure items the change touches, and whether it is material
//! (5.5.2 k note, 5.6.2.3 b).

use crate::data::{Lang, Text};
use crate::doc::{Address, Document, Problem};
use crate::items::{Analysis, Outcome, Verdict};
use crate::practices::{Practice, extract};
use crate::report::{Kit, clip, wrap};
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
    /// Whether people must be told again, with the change shown.
    pub material: bool,
    /// Why it is material.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Text>,
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
    /// Whether any change is material; not known (`null` in JSON) where none that is certain is and a version was not read in full.
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

fn bigrams(text: &str) -> BTreeSet<(char, char)> {
    text.chars().zip(text.chars().skip(1)).collect()
}

/// Share of character pairs that two sentences have in common, 0 to 100.
fn alike(a: &str, b: &str) -> usize {
    let (a, b) = (bigrams(a), bigrams(b));
    let common = a.intersection(&b).count();
    (200 * common).checked_div(a.len() + b.len()).unwrap_or(0)
}

/// Compares two versions.
#[must_use]
pub fn compare(old: &Document, new: &Document, kit: &Kit) -> Diff {
    let (a, b) = (Analysis::new(old, &kit.catalogue), Analysis::new(new, &kit.catalogue));
    let (oa, ob) = (a.items(), b.items());
    let (ka, kb) = (keys(&a), keys(&b));
    let left: Vec<&str> = ka.iter().map(|k| k.1.as_str()).collect();
    let right: Vec<&str> = kb.iter().map(|k| k.1.as_str()).collect();
    let ops = similar::capture_diff_slices(similar::Algorithm::Patience, &left, &right);
    let mut gone: Vec<usize> = Vec::new();
    let mut came: Vec<usize> = Vec::new();
    for op in &ops {
        if op.tag() != similar::DiffTag::Equal {
            gone.extend(op.old_range());
            came.extend(op.new_range());
        }
    }
    // A sentence that only moved is no change.
    let there: BTreeSet<&str> = right.iter().copied().collect();
    let was: BTreeSet<&str> = left.iter().copied().collect();
    gone.retain(|&i| left.get(i).is_some_and(|k| !there.contains(k)));
    came.retain(|&i| right.get(i).is_some_and(|k| !was.contains(k)));
    let (pa, pb) = (extract::practices(&a, &kit.purposes), extract::practices(&b, &kit.purposes));
    let mut used: BTreeSet<usize> = BTreeSet::new();
    let mut changes = Vec::new();
    for &n in &came {
        let Some((s, text)) = kb.get(n) else { continue };
        let pair = gone
            .iter()
            .filter(|g| !used.contains(*g))
            .filter_map(|&g| ka.get(g).map(|k| (alike(&k.1, text), g, k.0)))
            .filter(|p| p.0 >= 50)
            .max_by_key(|p| (p.0, std::cmp::Reverse(p.1)));
        if let Some((_, g, _)) = pair {
            used.insert(g);
        }
        changes.push(change(&a, &b, &oa, &ob, pair.map(|p| p.2), Some(*s), (&pa, &pb)));
    }
    for g in gone.iter().filter(|g| !used.contains(*g)) {
        if let Some((s, _)) = ka.get(*g) {
            changes.push(change(&a, &b, &oa, &ob, Some(*s), None, (&pa, &pb)));
        }
    }
    let moved: Vec<Moved> = oa
        .iter()
        .zip(&ob)
        .filter(|(o, n)| o.verdict != n.verdict)
        .map(|(o, n)| Moved { id: o.item.id.clone(), title: o.item.title.clone(), old: o.verdict, new: n.verdict })
        .collect();
    // INVARIANT (silence is no change): what is not found in a version that was not read in full is neither new nor gone.
    for change in &mut changes {
        let unsure = match change.how {
            How::Added => old.lossy(),
            How::Removed => new.lossy(),
            How::Changed => false,
        };
        if unsure {
            change.material = false;
            change.reason = Some(Text::new(
                "有一版未读全，不能判断是否有此变化",
                "a version was not read in full, so that this may be no change",
            ));
        }
    }
    let (sa, sb) = (processing(&pa, kit), processing(&pb, kit));
    let beyond =
        |one: &Processing, other: &Processing| one.keys().filter(|k| !other.contains_key(*k)).cloned().collect();
    let settled = |list: Vec<String>, whole: bool| if whole { list } else { Vec::new() };
    let new_processing = settled(beyond(&sb, &sa), !old.lossy());
    let dropped_processing = settled(beyond(&sa, &sb), !new.lossy());
    let undetermined = old.lossy() || new.lossy();
    let touched: BTreeSet<String> =
        changes.iter().filter(|c| c.material).flat_map(|c| c.items.iter().cloned()).collect();
    Diff {
        material: if changes.iter().any(|c| c.material) { Some(true) } else { (!undetermined).then_some(false) },
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

fn keys(a: &Analysis<'_>) -> Vec<(usize, String)> {
    (0..a.doc.sentences.len())
        .filter(|&i| a.speaks(i))
        .map(|i| (i, key(a.doc.sentence(i))))
        .filter(|k| !k.1.is_empty())
        .collect()
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

fn supports(outcomes: &[Outcome<'_>], sentence: usize, out: &mut BTreeSet<(String, String)>) {
    for o in outcomes {
        if o.supports.iter().any(|s| s.sentence == sentence) {
            out.insert((o.item.id.clone(), o.item.leaf.clone()));
        }
    }
}

fn change(
    a: &Analysis<'_>,
    b: &Analysis<'_>,
    oa: &[Outcome<'_>],
    ob: &[Outcome<'_>],
    old: Option<usize>,
    new: Option<usize>,
    practices: (&[Practice], &[Practice]),
) -> Change {
    let mut items = BTreeSet::new();
    if let Some(s) = old {
        supports(oa, s, &mut items);
    }
    if let Some(s) = new {
        supports(ob, s, &mut items);
    }
    let at = |list: &[Practice], s: Option<usize>| list.iter().any(|p| Some(p.sentence) == s);
    let practised = at(practices.0, old) || at(practices.1, new);
    let leaf = items.iter().find(|i| material_leaf(&i.1));
    let reason = match leaf {
        Some((id, _)) => Some(Text::new(
            format!("涉及处理范围或权利行使（{id}）"),
            format!("touches the extent of processing or the exercise of rights ({id})"),
        )),
        None if practised => Some(Text::new("涉及处理范围", "touches the extent of processing")),
        None => None,
    };
    let how = match (old, new) {
        (Some(_), Some(_)) => How::Changed,
        (None, _) => How::Added,
        (_, None) => How::Removed,
    };
    let line = |a: &Analysis<'_>, s: usize| Line { text: a.doc.sentence(s).to_owned(), at: a.doc.sentence_address(s) };
    Change {
        how,
        old: old.map(|s| line(a, s)),
        new: new.map(|s| line(b, s)),
        items: items.into_iter().map(|i| i.0).collect(),
        material: reason.is_some(),
        reason,
    }
}

impl Diff {
    /// Text of 100 columns.
    #[must_use]
    pub fn text(&self, lang: Lang) -> String {
        let mut out = String::new();
        let material = self.changes.iter().filter(|c| c.material).count();
        let all = self.changes.len();
        let head = match self.material {
            Some(true) => lang.pick(
                "重大变更，应重新告知并提示变更内容（5.6.2.3 b）",
                "Material change; people must be told again with the change shown (5.6.2.3 b)",
            ),
            Some(false) => lang.pick("无重大变更", "No material change"),
            None => lang.pick(
                "有一版未读全，不能判断是否有重大变更",
                "Undetermined: a version was not read in full, and a material change may be in what was not",
            ),
        };
        let counts = Text::new(
            format!("{all} 处变化，其中重大 {material} 处"),
            format!("{all} changes, {material} of them material"),
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
            let mark = if c.material { "！" } else { "　" };
            let how = match c.how {
                How::Added => lang.pick("新增", "added"),
                How::Removed => lang.pick("删除", "removed"),
                How::Changed => lang.pick("修改", "changed"),
            };
            let _ = writeln!(out, "\n{mark}{how}  {}", c.items.join(" "));
            if let Some(o) = &c.old {
                wrap(&mut out, "  ", &format!("- {} {}", o.at, clip(&o.text, 160)));
            }
            if let Some(n) = &c.new {
                wrap(&mut out, "  ", &format!("+ {} {}", n.at, clip(&n.text, 160)));
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
