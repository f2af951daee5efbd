//! Finds the disagreements of a row.

use super::party::{Unnamed, like_party, same_party, same_place, unnamed};
use super::retention::{self, Bound, Period};
use super::{Aspect, Cell, Finding, Row, Side, SideValue, Values};
use crate::data::Text;
use crate::lexis::places;
use crate::practices::Stage;
use crate::report::Kit;

/// The sides that were given.
#[derive(Clone, Copy)]
pub(super) struct Given {
    pub said: bool,
    /// Something of what is said was not read, or it is not in Chinese, so that its silence says nothing.
    pub unread: bool,
    pub record: bool,
    pub done: bool,
}

/// What of the other rows and sides bears on a row.
pub(super) struct Around<'a> {
    /// The same row of other products under the same policies, on record.
    pub elsewhere: &'a Cell,
    /// Who receives the type inside the house.
    pub handed: &'a Values,
    /// It is done for certain at a later stage inside the house, whose row tells of it.
    pub later: bool,
    /// Where each side was searched.
    pub looked: &'a [Vec<String>; 3],
}

/// The policy says both that something is done and that it is not.
pub(super) const BOTH: &str = "contradicted";
/// The policy says that it is not done in some case.
const LIMITED: &str = "limited";

struct Judge<'a> {
    row: &'a Row,
    around: Around<'a>,
    given: Given,
    out: &'a mut Vec<Finding>,
    /// Numbers of the findings on this row.
    numbers: Vec<usize>,
}

/// A finding before it has a number.
struct Draft<'a> {
    leaf: &'a str,
    also: &'a [&'a str],
    aspect: Aspect,
    sides: [SideValue; 3],
    message: Text,
    remedy: Text,
    /// Whether it is a difference is for a person to see.
    open: bool,
    /// It is the same for every type.
    of_all: bool,
}

impl Default for Draft<'_> {
    fn default() -> Self {
        let side = |side| SideValue { side, value: None, at: Vec::new(), searched: Vec::new() };
        Draft {
            leaf: "5.5.3",
            also: &[],
            aspect: Aspect::Presence,
            sides: [side(Side::Said), side(Side::OnRecord), side(Side::Done)],
            message: Text::new("", ""),
            remedy: Text::new("", ""),
            open: false,
            of_all: false,
        }
    }
}

/// The findings on a row, by number.
pub(super) fn judge(row: &Row, around: Around<'_>, given: Given, kit: &Kit, out: &mut Vec<Finding>) -> Vec<usize> {
    let mut j = Judge { row, around, given, out, numbers: Vec::new() };
    j.contradiction();
    j.presence();
    if given.said {
        j.purposes(kit);
        j.recipients();
        j.retention();
        j.countries();
    }
    j.numbers
}

fn house(stage: Stage) -> bool {
    matches!(stage, Stage::Collection | Stage::Use | Stage::Storage)
}

impl Judge<'_> {
    fn push(&mut self, draft: Draft<'_>) {
        let given = [self.given.said, self.given.record, self.given.done];
        let looked = self.around.looked;
        let sides: Vec<SideValue> = draft
            .sides
            .into_iter()
            .zip(given)
            .zip(looked)
            .filter(|((_, given), _)| *given)
            .map(|((side, _), looked)| match side.value {
                None => SideValue { searched: looked.clone(), ..side },
                Some(_) => side,
            })
            .collect();
        // The same difference seen again at another stage inside the house is the same finding.
        let twin = self.out.iter().position(|f| {
            (f.kind == self.row.kind || draft.of_all && f.message == draft.message)
                && f.aspect == draft.aspect
                && house(f.stage)
                && house(self.row.stage)
                && f.sides
                    .iter()
                    .zip(&sides)
                    .all(|(a, b)| a.value == b.value || (b.side == Side::Done && b.value.is_none()))
        });
        let silent = sides.iter().any(|s| s.side == Side::Said && s.value.is_none());
        let unsure = draft.open
            || self.given.unread && silent
            || self.row.done.unsure && sides.iter().any(|side| side.side == Side::Done && side.value.is_some());
        if let Some(n) = twin {
            self.numbers.push(n + 1);
            if let Some(found) = self.out.get_mut(n) {
                found.unsure &= unsure;
            }
            return;
        }
        self.numbers.push(self.out.len() + 1);
        self.out.push(Finding {
            number: 0,
            leaf: draft.leaf.to_owned(),
            also: draft.also.iter().map(|s| (*s).to_owned()).collect(),
            kind: self.row.kind.clone(),
            stage: self.row.stage,
            aspect: draft.aspect,
            odd: super::odd::odd(draft.aspect, &sides),
            unsure,
            sides,
            message: draft.message,
            remedy: draft.remedy,
        });
    }

    /// Type and stage in words.
    fn what(&self) -> Text {
        let r = self.row;
        Text::new(format!("{}{}", r.stage.zh(), r.title.zh), format!("{} of {}", r.stage.en(), r.title.en))
    }

    /// What the sides have, as far as there is something on them.
    fn presences(&self, d: bool) -> [SideValue; 3] {
        let side = |side, cell: &Cell| {
            let (value, at) = if cell.present && cell.denied {
                let mut both = cell.at.clone();
                super::add(&mut both, &cell.denied_at);
                (Some(BOTH), both)
            } else if cell.present {
                (Some("yes"), cell.at.clone())
            } else if cell.denied {
                (Some("denied"), cell.denied_at.clone())
            } else if !cell.limited_at.is_empty() {
                (Some(LIMITED), cell.limited_at.clone())
            } else {
                (None, Vec::new())
            };
            SideValue { side, value: value.map(str::to_owned), at, searched: Vec::new() }
        };
        let r = self.row;
        let done = if d { side(Side::Done, &r.done) } else { side(Side::Done, &Cell::default()) };
        [side(Side::Said, &r.said), side(Side::OnRecord, &r.on_record), done]
    }

    /// A policy that says both that it does something and that it does not.
    fn contradiction(&mut self) {
        let said = &self.row.said;
        if !self.given.said || !said.present || !said.denied {
            return;
        }
        let what = self.what();
        let (yes, no) = (said.at.first().map_or("", String::as_str), said.denied_at.first().map_or("", String::as_str));
        let (all_zh, all_en) = if said.in_general { ("一概", " at all") } else { ("", "") };
        let message = Text::new(
            format!("政策自相矛盾：既称{}（{yes}），又称{all_zh}不{}（{no}）", what.zh, self.row.stage.zh()),
            format!("the policy contradicts itself: it states {} ({yes}) and denies it{all_en} ({no})", what.en),
        );
        let remedy = Text::new(
            "核实后改正其中一处，使政策只有一种说法",
            "find out which is so and correct the other, so that the policy says one thing",
        );
        let sides = self.presences(self.row.done.present && self.given.done);
        // What speaks of all types at once may be meant to leave room for what is stated of one.
        let open = said.in_general;
        self.push(Draft { also: &["5.3.3"], aspect: Aspect::Denial, sides, message, remedy, open, ..Draft::default() });
    }

    fn presence(&mut self) {
        let done = self.row.done.present && self.given.done;
        let sure = done && self.row.done.sure();
        // What differs whether or not the likely is so differs for certain.
        if !self.presence_if(sure) && done && !sure {
            self.presence_if(true);
        }
    }

    /// Tells a difference in what there is, taking it that it is done or not; true where there is one.
    fn presence_if(&mut self, d: bool) -> bool {
        let r = self.row;
        let (s, c) = (r.said.present, r.on_record.present && self.given.record);
        let likely = d && r.done.unsure;
        let what = self.what();
        let sides = self.presences(d);
        let (is_zh, is_en) = if likely { ("疑似", "seems to be") } else { ("实际", "is") };
        if !s && r.said.denied && (c || d) {
            let happens = if likely { "数据中疑似有" } else { "实际发生" };
            let text = Text::new(
                format!("政策声明不会{}，但{}", what.zh, if d { happens } else { "台账有记录" }),
                format!(
                    "the policy denies {}, yet it {}",
                    what.en,
                    if d { format!("{is_en} done") } else { "is on record".into() }
                ),
            );
            let remedy = Text::new(
                "停止该处理，或更正政策并重新告知、征得同意",
                "stop it, or correct the policy and tell and ask again",
            );
            let aspect = Aspect::Denial;
            self.push(Draft { also: &["5.3.3"], aspect, sides, message: text, remedy, ..Draft::default() });
            return true;
        }
        if !s && !r.said.limited_at.is_empty() && c && self.given.said && (d || !self.around.later) {
            let happens = match (d, likely) {
                (true, true) => ("数据中疑似有", "seems to be in the data"),
                (true, false) => ("台账有记录且实际发生", "is on record and done"),
                (false, _) => ("台账有记录", "is on record"),
            };
            let message = Text::new(
                format!("政策只在某种情况下否认处理{}，没有说明会{}；{}", r.title.zh, r.stage.zh(), happens.0),
                format!(
                    "the policy only denies in some case that {} is processed, and never states its {}; it {}",
                    r.title.en,
                    r.stage.en(),
                    happens.1
                ),
            );
            let remedy = Text::new(
                "核实该条件是否满足，并在政策中正面说明处理什么、为何",
                "check whether the condition is met, and state in the policy what is processed and why",
            );
            self.push(Draft { sides, message, remedy, open: true, ..Draft::default() });
            return true;
        }
        let collection = r.stage == Stage::Collection;
        let extent = if collection { "6.2.4.1a" } else { "5.4.2c" };
        let (leaf, also, zh, en): (&str, &[&str], String, String) = match (s, c, d) {
            (_, false, true) if !self.given.said => (
                extent,
                &[],
                format!("{is_zh}{}，台账没有", what.zh),
                format!("{} {is_en} done, but not on record", what.en),
            ),
            _ if !self.given.said => return false,
            (false, false, true) => (
                extent,
                &["5.5.3"],
                format!("{is_zh}{}，政策未说明，台账也没有", what.zh),
                format!("{} {is_en} done, but neither said nor on record", what.en),
            ),
            (false, true, true) => (
                "5.5.3",
                &[],
                format!("在册且实际{}，政策未说明", what.zh),
                format!("{} is on record and done, but not said", what.en),
            ),
            (false, true, false) if !self.around.later => (
                "5.5.3",
                &[],
                format!("台账记载{}，政策未说明", what.zh),
                format!("{} is on record, but not said", what.en),
            ),
            (true, false, true) if self.given.record => (
                extent,
                &[],
                format!("{is_zh}{}且政策已说明，台账没有", what.zh),
                format!("{} is said and {is_en} done, but not on record", what.en),
            ),
            (true, false, false) if self.given.record && !self.entrusted() && !self.around.later => (
                "5.5.3",
                &[],
                format!("政策称{}，台账和{}中都没有", what.zh, if r.done.unsure { "能确认的数据" } else { "事件" }),
                format!(
                    "{} is said, but neither on record nor {}done",
                    what.en,
                    if r.done.unsure { "certainly " } else { "" }
                ),
            ),
            _ => return false,
        };
        let remedy = if s {
            Text::new(
                "核实后补入台账，或从政策中删去",
                "check it, then enter it in the record or take it out of the policy",
            )
        } else if likely {
            Text::new(
                "先打开所指的列核实；确有的，停止处理，或写入政策和台账并按合法性基础告知、征得同意",
                "look at the column first; if it is so, stop it, or say it and record it and tell and ask as its basis demands",
            )
        } else {
            Text::new(
                "停止处理，或写入政策并按合法性基础告知、征得同意",
                "stop it, or say it in the policy and tell and ask as its basis demands",
            )
        };
        self.push(Draft { leaf, also, sides, message: Text::new(zh, en), remedy, ..Draft::default() });
        true
    }

    /// Whether the policy only names as receiving the type those to whom it is entrusted on record.
    fn entrusted(&self) -> bool {
        let named = &self.row.said.recipients.all;
        self.row.stage == Stage::Provision && !named.is_empty() && named.keys().all(|name| self.known(name))
    }

    fn known(&self, party: &str) -> bool {
        self.around.handed.all.keys().any(|held| same_party(held, party))
    }

    /// Which sides have the row, so that values on them can be compared.
    fn sides(&self) -> [(Side, bool); 3] {
        [
            (Side::Said, self.row.said.present),
            (Side::OnRecord, self.row.on_record.present && self.given.record),
            (Side::Done, self.row.done.present && self.given.done),
        ]
    }

    /// Values of one kind that not every side has; sides without any value of the kind are not compared, but for a policy
    /// that states the row and, where it is `owed`, nothing of the kind.
    fn unequal(
        &self,
        held: [&Values; 3],
        elsewhere: &Values,
        owed: bool,
        same: fn(&str, &str) -> bool,
    ) -> Vec<(String, [SideValue; 3])> {
        let of = |side: Side| match side {
            Side::Said => held[0],
            Side::OnRecord => held[1],
            Side::Done => held[2],
        };
        let counts = |s: Side| !of(s).is_empty() || owed && s == Side::Said;
        let live: Vec<Side> = self.sides().iter().filter(|(s, p)| *p && counts(*s)).map(|s| s.0).collect();
        let mut seen: Vec<String> = Vec::new();
        let mut out = Vec::new();
        for &side in &live {
            for value in of(side).all.keys() {
                if seen.iter().any(|v| same(v, value)) {
                    continue;
                }
                seen.push(value.clone());
                let here = |s: Side| {
                    let found = of(s).all.iter().find(|(v, _)| same(v, value));
                    SideValue {
                        side: s,
                        value: found.map(|f| f.0.clone()),
                        at: found.map(|f| f.1.clone()).unwrap_or_default(),
                        searched: Vec::new(),
                    }
                };
                let all = [here(Side::Said), here(Side::OnRecord), here(Side::Done)];
                let everywhere = live.iter().all(|s| all.iter().any(|v| v.side == *s && v.value.is_some()));
                // What is said for another product under the same policy is no disagreement of this one.
                let of_another = all.iter().all(|v| (v.side == Side::Said) == v.value.is_some())
                    && elsewhere.all.keys().any(|v| same(v, value));
                // What is said or on record and simply did not happen in the events is no disagreement.
                let only_undone =
                    live.iter().all(|s| *s == Side::Done || all.iter().any(|v| v.side == *s && v.value.is_some()));
                if !everywhere && !only_undone && !of_another {
                    out.push((value.clone(), all));
                }
            }
        }
        out
    }

    fn purposes(&mut self, kit: &Kit) {
        let row = self.row;
        let held = [&row.said.purposes, &row.on_record.purposes, &row.done.purposes];
        // A purpose has to be stated with what is processed for it; to keep something is none.
        let silent = row.said.purposes.is_empty();
        for (value, sides) in self.unequal(held, &self.around.elsewhere.purposes, true, |a, b| a == b) {
            let [s, c, d] = &sides;
            let name = kit.purposes.by_id(&value).map_or_else(|| Text::new(&value, &value), |p| p.title.clone());
            let has = (s.value.is_some(), c.value.is_some(), d.value.is_some());
            // A policy names many purposes in one breath; one that the record lacks is a finding only if it is definite.
            if has == (true, false, false) && kit.purposes.by_id(&value).is_none_or(|p| p.vague) {
                continue;
            }
            let t = &self.row.title;
            let (leaf, also, zh, en): (&str, &[&str], String, String) = match has {
                (false, _, true) if silent => (
                    "5.4.3",
                    &["5.3.3", "5.5.3"],
                    format!("{}实际用于“{}”，政策没有写明它的任何目的", t.zh, name.zh),
                    format!("{} is used for “{}”, and the policy states no purpose of it", t.en, name.en),
                ),
                (false, true, false) if silent => (
                    "5.3.3",
                    &["5.5.3"],
                    format!("台账把{}用于“{}”，政策没有写明它的任何目的", t.zh, name.zh),
                    format!("the record uses {} for “{}”, and the policy states no purpose of it", t.en, name.en),
                ),
                (false, _, true) => (
                    "5.4.3",
                    &["5.3.3", "5.5.3"],
                    format!("{}实际用于“{}”，政策没有明示这一目的", t.zh, name.zh),
                    format!("{} is used for “{}”, a purpose not said", t.en, name.en),
                ),
                (false, true, false) => (
                    "5.3.3",
                    &["5.5.3"],
                    format!("台账把{}用于“{}”，政策没有明示这一目的", t.zh, name.zh),
                    format!("the record uses {} for “{}”, a purpose not said", t.en, name.en),
                ),
                (true, false, true) => (
                    "5.3.3",
                    &[],
                    format!("{}的目的“{}”已明示且实际发生，台账没有", t.zh, name.zh),
                    format!("“{}” of {} is said and done, but not on record", name.en, t.en),
                ),
                _ => (
                    "5.3.3",
                    &["5.5.3"],
                    format!("政策把{}的目的说成“{}”，台账没有这一目的", t.zh, name.zh),
                    format!("the policy gives “{}” for {}, the record does not", name.en, t.en),
                ),
            };
            let remedy = Text::new(
                "统一各处目的；新增目的先做兼容性测试，再更新政策和告知",
                "make the purposes agree; test a new one for compatibility, then update the policy and tell",
            );
            let (aspect, message) = (Aspect::Purpose, Text::new(zh, en));
            self.push(Draft { leaf, also, aspect, sides, message, remedy, ..Draft::default() });
        }
    }

    fn recipients(&mut self) {
        let row = self.row;
        // What is no name ("third parties", "couriers") is not compared as one.
        let named = |cell: &Cell| Values {
            all: cell
                .recipients
                .all
                .iter()
                .filter(|r| unnamed(r.0).is_none())
                .map(|r| (r.0.clone(), r.1.clone()))
                .collect(),
        };
        let said = named(&row.said);
        let held = [&said, &row.on_record.recipients, &row.done.recipients];
        let kind = row.said.recipients.all.iter().find(|r| unnamed(r.0) == Some(Unnamed::Kind));
        let owed = matches!(row.stage, Stage::Provision | Stage::Transfer | Stage::CrossBorder);
        for (value, [mut s, c, d]) in self.unequal(held, &self.around.elsewhere.recipients, owed, same_party) {
            let has = (s.value.is_some(), c.value.is_some(), d.value.is_some());
            if has == (true, false, false) && self.known(&value) {
                continue;
            }
            let like =
                |cell: &Values| cell.all.iter().find(|r| like_party(r.0, &value)).map(|r| (r.0.clone(), r.1.clone()));
            let (like_said, like_held) = (like(&said), like(&row.on_record.recipients).or(like(&row.done.recipients)));
            if has == (true, false, false) && like_held.is_some() {
                // Told with the name that the others have.
                continue;
            }
            let perhaps = if has.0 { None } else { like_said };
            if let Some((name, at)) = &perhaps {
                s = SideValue { value: Some(name.clone()), at: at.clone(), ..s };
            }
            // Where two handlers each answer for themselves the policy may give the kind of party (6.6.5.1 b 1); whether this
            // is such a case is not to be seen here.
            let only_kind = kind.filter(|_| !has.0 && said.is_empty());
            if let Some((words, at)) = only_kind {
                s = SideValue { value: Some(words.clone()), at: at.clone(), ..s };
            }
            let t = &self.row.title;
            let (zh, en) = match has {
                (false, _, _) if let Some((name, _)) = &perhaps => (
                    format!("{}提供给“{value}”，政策写的是“{name}”；是否同一方待核实", t.zh),
                    format!(
                        "{} goes to “{value}”, the policy names “{name}”; whether they are the same is to be seen",
                        t.en
                    ),
                ),
                (false, _, _) if let Some((words, _)) = only_kind => (
                    format!("{}提供给“{value}”，政策只写了接收方的类型“{words}”", t.zh),
                    format!("{} goes to “{value}”, of which the policy gives only the kind, “{words}”", t.en),
                ),
                (false, _, _) if owed && said.is_empty() => (
                    format!("{}提供给“{value}”，政策没有写明接收方", t.zh),
                    format!("{} goes to “{value}”, and the policy names no recipient", t.en),
                ),
                (false, _, true) => (
                    format!("{}实际{}给“{value}”，政策没有列出", t.zh, self.row.stage.zh()),
                    format!("{} goes to “{value}”, which the policy does not name", t.en),
                ),
                (false, true, false) => (
                    format!("台账把{}提供给“{value}”，政策没有列出", t.zh),
                    format!("the record provides {} to “{value}”, which the policy does not name", t.en),
                ),
                (true, false, true) => (
                    format!("接收{}的“{value}”不在台账中", t.zh),
                    format!("“{value}”, who receives {}, is not on record", t.en),
                ),
                _ => (
                    format!("政策列出的接收方“{value}”不在台账中（{}）", t.zh),
                    format!("the policy names “{value}” for {}, the record does not", t.en),
                ),
            };
            let also: &[&str] = if has.2 && !has.0 { &["5.4.2c"] } else { &[] };
            let remedy = Text::new(
                "核实接收方；未告知的停止提供，或更新政策并取得单独同意",
                "check the recipient; stop the provision or update the policy and obtain separate consent",
            );
            self.push(Draft {
                also,
                aspect: Aspect::Recipient,
                open: only_kind.is_some() || perhaps.is_some(),
                sides: [s, c, d],
                message: Text::new(zh, en),
                remedy,
                ..Draft::default()
            });
        }
    }

    fn retention(&mut self) {
        let [mut said, record, done] = self.sides().map(|(s, p)| Kept::longest(self.row.side(s), p));
        // A policy of several products gives each its own period: the one of this product is what is compared.
        if !self.around.elsewhere.retention.is_empty()
            && let Some(held) = &record
        {
            let another = |v: &str| {
                let others = self.around.elsewhere.retention.all.keys().filter_map(|e| retention::parse(e));
                retention::parse(v).is_some_and(|v| others.into_iter().any(|e| retention::same(v, e)))
            };
            let mut own = self.row.said.clone();
            own.retention
                .all
                .retain(|v, _| retention::parse(v).is_some_and(|v| retention::same(v, held.period)) || !another(v));
            said = Kept::longest(&own, own.present);
        }
        let zh = |held: &Option<Kept>| held.as_ref().map_or("—".to_owned(), |k| k.words.zh.clone());
        let en = |held: &Option<Kept>| held.as_ref().map_or("—".to_owned(), |k| k.words.en.clone());
        let unequal = matches!((&said, &record), (Some(a), Some(b)) if !a.admits(b));
        let over = |limit: &Option<Kept>| matches!((&done, limit), (Some(d), Some(l)) if l.bound != Bound::Floor && retention::exceeds(d.period, l.period));
        let t = self.row.title.clone();
        let remedy = Text::new(
            "到期删除或匿名化，并使政策与台账一致",
            "delete or anonymise what is overdue and make policy and record agree",
        );
        let (leaf, also, message, open): (&str, &[&str], Text, bool) = if over(&said) {
            (
                "5.5.3",
                &["5.4.2c"],
                Text::new(
                    format!("{}已存 {}，政策称 {}", t.zh, zh(&done), zh(&said)),
                    format!("{} is {} old, the policy says {}", t.en, en(&done), en(&said)),
                ),
                false,
            )
        } else if over(&record) {
            (
                "5.4.2c",
                &[],
                Text::new(
                    format!("{}已存 {}，台账为 {}", t.zh, zh(&done), zh(&record)),
                    format!("{} is {} old, the record says {}", t.en, en(&done), en(&record)),
                ),
                false,
            )
        } else if unequal {
            (
                "5.5.3",
                &[],
                Text::new(
                    format!("{}的存储期限：政策 {}，台账 {}", t.zh, zh(&said), zh(&record)),
                    format!("retention of {}: the policy says {}, the record {}", t.en, en(&said), en(&record)),
                ),
                false,
            )
        } else if said.is_none() && self.given.said && self.row.said.present && house(self.row.stage) {
            // The policy may give a rule for the period (5.5.2 e) where no figure is read.
            let held = match (&record, &done) {
                (Some(r), _) => Text::new(format!("台账为 {}", r.words.zh), format!("the record says {}", r.words.en)),
                (None, Some(d)) => Text::new(format!("已存 {}", d.words.zh), format!("it is {} old", d.words.en)),
                (None, None) => return,
            };
            (
                "5.5.3",
                &[],
                Text::new(
                    format!("{}的存储期限：政策没有写明，{}", t.zh, held.zh),
                    format!("retention of {}: the policy gives no period, {}", t.en, held.en),
                ),
                true,
            )
        } else {
            return;
        };
        let side = |side, v: Option<Kept>| SideValue {
            side,
            value: v.as_ref().map(|v| v.text.clone()),
            at: v.map(|v| v.at).unwrap_or_default(),
            searched: Vec::new(),
        };
        let sides = [side(Side::Said, said), side(Side::OnRecord, record), side(Side::Done, done)];
        self.push(Draft { leaf, also, aspect: Aspect::Retention, sides, message, remedy, open, ..Draft::default() });
    }

    fn countries(&mut self) {
        if self.row.stage == Stage::CrossBorder {
            return;
        }
        let row = self.row;
        let held = [&row.said.countries, &row.on_record.countries, &row.done.countries];
        self.unplaced();
        for (value, [s, c, d]) in self.unequal(held, &self.around.elsewhere.countries, house(row.stage), same_place) {
            if value == "CN" {
                // The place that differs is the finding, not the one it differs from.
                continue;
            }
            // A side that names another place says so beside the finding, with where it says it.
            let other = |held: SideValue| match self.row.side(held.side).countries.all.iter().next() {
                Some((place, at)) if held.value.is_none() => {
                    SideValue { value: Some(place.clone()), at: at.clone(), ..held }
                }
                _ => held,
            };
            let (abroad, done) = (s.value.is_some(), d.value.is_some());
            let (s, c, d) = (other(s), other(c), other(d));
            let t = &self.row.title;
            let (inside_zh, inside_en) = match (&s.value, &c.value) {
                (Some(_), _) => ("政策称在境内", "the policy says inside the country"),
                (None, Some(_)) if done => {
                    ("台账为境内，政策没有说明", "the record says inside the country, the policy nothing")
                }
                (None, _) => ("政策没有说明", "the policy does not say so"),
            };
            let place = places::text(&value);
            let (zh, en) = if abroad && value == "abroad" {
                (
                    format!("政策称{}会到境外，台账没有", t.zh),
                    format!("the policy sends {} abroad, the record does not", t.en),
                )
            } else if abroad {
                (
                    format!("政策称{}会到境外：{}，台账没有", t.zh, place.zh),
                    format!("the policy sends {} abroad, to {}; the record does not", t.en, place.en),
                )
            } else if done {
                (
                    format!("{}实际存放或处理于{}，{inside_zh}", t.zh, place.zh),
                    format!("{} is kept or processed in {}, {inside_en}", t.en, place.en),
                )
            } else {
                (
                    format!("台账把{}放在{}，{inside_zh}", t.zh, place.zh),
                    format!("the record keeps {} in {}, {inside_en}", t.en, place.en),
                )
            };
            let remedy = Text::new(
                "迁回境内，或履行出境程序并更新政策、取得单独同意",
                "move it back, or meet the conditions of export, update the policy and obtain separate consent",
            );
            let (also, message): (&[&str], Text) = (&["7.2.4.1a"], Text::new(zh, en));
            let aspect = Aspect::Country;
            self.push(Draft { also, aspect, sides: [s, c, d], message, remedy, ..Draft::default() });
        }
    }

    /// A policy that says nowhere where things are kept, though the others keep them in the country: one finding for all types.
    fn unplaced(&mut self) {
        let row = self.row;
        let places = |side: Side, cell: &Cell| {
            let home = cell.countries.all.get("CN").filter(|_| cell.present);
            SideValue {
                side,
                value: home.map(|_| "CN".to_owned()),
                at: home.cloned().unwrap_or_default(),
                searched: Vec::new(),
            }
        };
        let sides =
            [places(Side::Said, &row.said), places(Side::OnRecord, &row.on_record), places(Side::Done, &row.done)];
        let kept = self.given.record && sides[1].value.is_some() || self.given.done && sides[2].value.is_some();
        if !row.said.present || !row.said.countries.is_empty() || !house(row.stage) || !kept {
            return;
        }
        let message = Text::new(
            "个人信息存储于境内，政策没有写明存储地域",
            "personal information is kept in the country, and the policy does not say where it is kept",
        );
        let remedy = Text::new("在政策中写明存储地域", "state in the policy where it is kept");
        let aspect = Aspect::Country;
        self.push(Draft { aspect, sides, message, remedy, open: true, of_all: true, ..Draft::default() });
    }
}

/// A period on one side.
struct Kept {
    period: Period,
    bound: Bound,
    text: String,
    words: Text,
    at: Vec<String>,
}

impl Kept {
    /// The longest of a side that has the row.
    fn longest(cell: &Cell, present: bool) -> Option<Kept> {
        let all = cell.retention.all.iter().filter(|_| present);
        all.filter_map(|(text, at)| {
            let period = retention::parse(text)?;
            let words = retention::words(text).unwrap_or_else(|| Text::new(text, period.to_string()));
            Some(Kept { period, bound: retention::bound(text), text: text.clone(), words, at: at.clone() })
        })
        .max_by_key(|kept| kept.period)
    }

    /// Whether another period is one that this one allows.
    fn admits(&self, other: &Kept) -> bool {
        if retention::same(self.period, other.period) {
            return true;
        }
        match (self.period, other.period, self.bound) {
            (Period::Days(floor), Period::Days(days), Bound::Floor) => days > floor,
            (Period::Days(limit), Period::Days(days), Bound::Ceiling) => days < limit,
            _ => false,
        }
    }
}
