//! Finds the disagreements of a row.

use super::party::{same_party, same_place};
use super::retention::{self, Period};
use super::{Aspect, Cell, Finding, Row, Side, SideValue, Values};
use crate::data::Text;
use crate::practices::Stage;
use crate::report::Kit;

/// The sides that were given.
#[derive(Clone, Copy)]
pub(super) struct Given {
    pub said: bool,
    pub record: bool,
    pub done: bool,
}

struct Judge<'a> {
    row: &'a Row,
    /// The same row of other products under the same policies, on record.
    elsewhere: &'a Cell,
    /// Who receives the type inside the house.
    handed: &'a Values,
    given: Given,
    /// It is done for certain at a later stage inside the house, whose row tells of it.
    later: bool,
    out: &'a mut Vec<Finding>,
    /// Numbers of the findings on this row.
    numbers: Vec<usize>,
}

/// The findings on a row, by number; `elsewhere` is the row on record of other products under the same policies, `handed` who
/// receives the type inside the house, `later` that it is done for certain at a later stage inside it.
pub(super) fn judge(
    row: &Row,
    (elsewhere, handed, later): (&Cell, &Values, bool),
    given: Given,
    kit: &Kit,
    out: &mut Vec<Finding>,
) -> Vec<usize> {
    let mut j = Judge { row, elsewhere, handed, given, later, out, numbers: Vec::new() };
    j.presence();
    if given.said {
        j.purposes(kit);
        j.recipients();
        j.retention();
        j.countries();
    }
    j.numbers
}

impl Judge<'_> {
    #[expect(clippy::too_many_arguments, reason = "one call a finding, all fields named at the call")]
    fn push(
        &mut self,
        leaf: &str,
        also: &[&str],
        aspect: Aspect,
        said: SideValue,
        record: SideValue,
        done: SideValue,
        message: Text,
        remedy: Text,
    ) {
        let given = [(self.given.said, said), (self.given.record, record), (self.given.done, done)];
        let sides: Vec<SideValue> = given.into_iter().filter_map(|(given, side)| given.then_some(side)).collect();
        // The same difference seen again at another stage inside the house is the same finding.
        let house = |s: Stage| matches!(s, Stage::Collection | Stage::Use | Stage::Storage);
        let twin = self.out.iter().position(|f| {
            f.kind == self.row.kind
                && f.aspect == aspect
                && house(f.stage)
                && house(self.row.stage)
                && f.sides
                    .iter()
                    .zip(&sides)
                    .all(|(a, b)| a.value == b.value || (b.side == Side::Done && b.value.is_none()))
        });
        let unsure = self.row.done.unsure && sides.iter().any(|side| side.side == Side::Done && side.value.is_some());
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
            leaf: leaf.to_owned(),
            also: also.iter().map(|s| (*s).to_owned()).collect(),
            kind: self.row.kind.clone(),
            stage: self.row.stage,
            aspect,
            odd: super::odd::odd(aspect, &sides),
            unsure,
            sides,
            message,
            remedy,
        });
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
        let what = Text::new(format!("{}{}", r.stage.zh(), r.title.zh), format!("{} of {}", r.stage.en(), r.title.en));
        let side = |side, cell: &Cell| SideValue {
            side,
            value: if cell.denied { Some("denied".into()) } else { cell.present.then(|| "yes".to_owned()) },
            at: cell.at.clone(),
        };
        let mut sides = (side(Side::Said, &r.said), side(Side::OnRecord, &r.on_record), side(Side::Done, &r.done));
        if !d {
            (sides.2.value, sides.2.at) = (None, Vec::new());
        }
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
            self.push("5.5.3", &["5.3.3"], Aspect::Denial, sides.0, sides.1, sides.2, text, remedy);
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
            (false, true, false) if !self.later => (
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
            (true, false, false) if self.given.record && !self.entrusted() && !self.later => (
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
        self.push(leaf, also, Aspect::Presence, sides.0, sides.1, sides.2, Text::new(zh, en), remedy);
        true
    }

    /// Whether the policy only names as receiving the type those to whom it is entrusted on record.
    fn entrusted(&self) -> bool {
        let named = &self.row.said.recipients.all;
        self.row.stage == Stage::Provision && !named.is_empty() && named.keys().all(|name| self.known(name))
    }

    fn known(&self, party: &str) -> bool {
        self.handed.all.keys().any(|held| same_party(held, party))
    }

    /// Which sides have the row, so that values on them can be compared.
    fn sides(&self) -> [(Side, bool); 3] {
        [
            (Side::Said, self.row.said.present),
            (Side::OnRecord, self.row.on_record.present && self.given.record),
            (Side::Done, self.row.done.present && self.given.done),
        ]
    }

    /// Values of one kind that not every side has; sides without any value of the kind are not compared.
    fn unequal(&self, pick: fn(&Cell) -> &Values, same: fn(&str, &str) -> bool) -> Vec<(String, [SideValue; 3])> {
        let live: Vec<Side> =
            self.sides().iter().filter(|(s, p)| *p && !pick(self.row.side(*s)).is_empty()).map(|s| s.0).collect();
        let mut seen: Vec<String> = Vec::new();
        let mut out = Vec::new();
        for &side in &live {
            for value in pick(self.row.side(side)).all.keys() {
                if seen.iter().any(|v| same(v, value)) {
                    continue;
                }
                seen.push(value.clone());
                let here = |s: Side| {
                    let found = pick(self.row.side(s)).all.iter().find(|(v, _)| same(v, value));
                    SideValue {
                        side: s,
                        value: found.map(|f| f.0.clone()),
                        at: found.map(|f| f.1.clone()).unwrap_or_default(),
                    }
                };
                let all = [here(Side::Said), here(Side::OnRecord), here(Side::Done)];
                let everywhere = live.iter().all(|s| all.iter().any(|v| v.side == *s && v.value.is_some()));
                // What is said for another product under the same policy is no disagreement of this one.
                let of_another = all.iter().all(|v| (v.side == Side::Said) == v.value.is_some())
                    && pick(self.elsewhere).all.keys().any(|v| same(v, value));
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
        for (value, [s, c, d]) in self.unequal(|c| &c.purposes, |a, b| a == b) {
            let name = kit.purposes.by_id(&value).map_or_else(|| Text::new(&value, &value), |p| p.title.clone());
            let has = (s.value.is_some(), c.value.is_some(), d.value.is_some());
            // A policy names many purposes in one breath; one that the record lacks is a finding only if it is definite.
            if has == (true, false, false) && kit.purposes.by_id(&value).is_none_or(|p| p.vague) {
                continue;
            }
            let t = &self.row.title;
            let (leaf, also, zh, en): (&str, &[&str], String, String) = match has {
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
            self.push(leaf, also, Aspect::Purpose, s, c, d, Text::new(zh, en), remedy);
        }
    }

    fn recipients(&mut self) {
        for (value, [s, c, d]) in self.unequal(|c| &c.recipients, same_party) {
            let has = (s.value.is_some(), c.value.is_some(), d.value.is_some());
            if has == (true, false, false) && self.known(&value) {
                continue;
            }
            let t = &self.row.title;
            let (zh, en) = match has {
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
            self.push("5.5.3", also, Aspect::Recipient, s, c, d, Text::new(zh, en), remedy);
        }
    }

    fn retention(&mut self) {
        let longest = |cell: &Cell, present: bool| -> Option<(Period, String, Vec<String>)> {
            cell.retention
                .all
                .iter()
                .filter(|_| present)
                .filter_map(|(v, at)| retention::parse(v).map(|p| (p, v.clone(), at.clone())))
                .max_by_key(|p| p.0)
        };
        let [mut said, record, done] = self.sides().map(|(s, p)| longest(self.row.side(s), p));
        // A policy of several products gives each its own period: the one of this product is what is compared.
        if !self.elsewhere.retention.is_empty()
            && let Some((held, _, _)) = &record
        {
            let another = |v: &str| {
                self.elsewhere
                    .retention
                    .all
                    .keys()
                    .filter_map(|e| retention::parse(e))
                    .any(|e| retention::parse(v).is_some_and(|v| retention::same(v, e)))
            };
            let mut own = self.row.said.clone();
            own.retention
                .all
                .retain(|v, _| retention::parse(v).is_some_and(|v| retention::same(v, *held)) || !another(v));
            said = longest(&own, own.present);
        }
        let side = |side, v: &Option<(Period, String, Vec<String>)>| SideValue {
            side,
            value: v.as_ref().map(|v| v.1.clone()),
            at: v.as_ref().map(|v| v.2.clone()).unwrap_or_default(),
        };
        let t = self.row.title.clone();
        let words = (
            said.as_ref().map_or("—", |v| v.1.as_str()).to_owned(),
            record.as_ref().map_or("—", |v| v.1.as_str()).to_owned(),
            done.as_ref().map_or("—", |v| v.1.as_str()).to_owned(),
        );
        let english =
            |held: &Option<(Period, String, Vec<String>)>| held.as_ref().map_or("—".to_owned(), |v| v.0.to_string());
        let en = (english(&said), english(&record), english(&done));
        let unequal = matches!((&said, &record), (Some(a), Some(b)) if !retention::same(a.0, b.0));
        let over = |limit: &Option<(Period, String, Vec<String>)>| matches!((&done, limit), (Some(d), Some(l)) if retention::exceeds(d.0, l.0));
        let (leaf, also, zh, told): (&str, &[&str], String, String) = if over(&said) {
            (
                "5.5.3",
                &["5.4.2c"],
                format!("{}已存 {}，政策称 {}", t.zh, words.2, words.0),
                format!("{} is {} old, the policy says {}", t.en, en.2, en.0),
            )
        } else if over(&record) {
            (
                "5.4.2c",
                &[],
                format!("{}已存 {}，台账为 {}", t.zh, words.2, words.1),
                format!("{} is {} old, the record says {}", t.en, en.2, en.1),
            )
        } else if unequal {
            (
                "5.5.3",
                &[],
                format!("{}的存储期限：政策 {}，台账 {}", t.zh, words.0, words.1),
                format!("retention of {}: the policy says {}, the record {}", t.en, en.0, en.1),
            )
        } else {
            return;
        };
        let (s, c, d) = (side(Side::Said, &said), side(Side::OnRecord, &record), side(Side::Done, &done));
        let remedy = Text::new(
            "到期删除或匿名化，并使政策与台账一致",
            "delete or anonymise what is overdue and make policy and record agree",
        );
        self.push(leaf, also, Aspect::Retention, s, c, d, Text::new(zh, told), remedy);
    }

    fn countries(&mut self) {
        if self.row.stage == Stage::CrossBorder {
            return;
        }
        for (value, [s, c, d]) in self.unequal(|c| &c.countries, same_place) {
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
            let (zh, en) = if abroad {
                (
                    format!("政策称{}会到境外（{value}），台账没有", t.zh),
                    format!("the policy sends {} abroad ({value}), the record does not", t.en),
                )
            } else if done {
                (
                    format!("{}实际存放或处理于 {value}，{inside_zh}", t.zh),
                    format!("{} is kept or processed in {value}, {inside_en}", t.en),
                )
            } else {
                (
                    format!("台账把{}放在 {value}，{inside_zh}", t.zh),
                    format!("the record keeps {} in {value}, {inside_en}", t.en),
                )
            };
            let remedy = Text::new(
                "迁回境内，或履行出境程序并更新政策、取得单独同意",
                "move it back, or meet the conditions of export, update the policy and obtain separate consent",
            );
            self.push("5.5.3", &["7.2.4.1a"], Aspect::Country, s, c, d, Text::new(zh, en), remedy);
        }
    }
}
