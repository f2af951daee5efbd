//! Conclusions by dimension, and the determinations of people.

use zhunsheng_dossier::Outcome;
use zhunsheng_source::Lang;

use super::Writer;
use crate::chart::{Chart, Form};
use crate::model::Dimension;
use crate::page::{Block, Kind, Span, Spans, Tone, bold, code, muted, plain};

/// Requests shown in the body; all of them stand in annex G.
const FIRST: usize = 10;
/// Activities named where no legal basis is established.
const NAMED: usize = 20;

fn number(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

impl Writer<'_> {
    pub(super) fn conclusions(&mut self) {
        let o = self.o;
        self.heading(1, self.t("各维度的评估结论", "Conclusions by dimension").to_owned());
        self.heading(2, self.t("结论一览", "Overview").to_owned());
        let rows: Vec<Vec<Spans>> = o
            .dimensions
            .iter()
            .map(|one| {
                let words = Span { bold: true, tone: super::tone(one.verdict), ..plain(self.x(&one.conclusion)) };
                let mut cells = vec![vec![plain(format!("{} {}", one.id, self.x(&one.title)))], vec![words]];
                for outcome in [Outcome::Gap, Outcome::Undetermined, Outcome::Conformant, Outcome::NotApplicable] {
                    cells.push(vec![plain(one.leaves.of(outcome).to_string())]);
                }
                cells
            })
            .collect();
        let heads = [
            (self.t("维度", "Dimension"), 26),
            (self.t("结论", "Conclusion"), 34),
            (self.t("差距", "Gap"), 10),
            (self.t("待定", "Open"), 10),
            (self.t("符合", "Met"), 10),
            (self.t("不适用", "N/A"), 10),
        ];
        self.table(
            self.t(
                "各维度的结论与条目数（一个条目以其在全部对象中最不利的结论计）",
                "Conclusion on each dimension, with its leaves (a leaf counts by its worst verdict over all objects)",
            ),
            &heads,
            rows,
        );
        self.charts();
        if o.legal_basis.fails() {
            self.legal_basis();
        }
        self.heading(2, self.t("各维度分述", "Dimension by dimension").to_owned());
        for one in &o.dimensions {
            self.dimension(one);
        }
        self.open();
    }

    fn charts(&mut self) {
        let dimensions = &self.o.dimensions;
        let share = |count: usize, all: usize| {
            if all == 0 { 0.0 } else { (number(count) / number(all) * 1000.0).round() / 10.0 }
        };
        let names: Vec<String> =
            dimensions.iter().map(|one| format!("{} {}", one.id, short(self.x(&one.title), self.lang))).collect();
        if dimensions.len() >= 3 {
            let upper: Vec<f64> = dimensions
                .iter()
                .map(|one| share(one.leaves.conformant + one.leaves.undetermined, one.leaves.applicable()))
                .collect();
            let sure: Vec<f64> =
                dimensions.iter().map(|one| share(one.leaves.conformant, one.leaves.applicable())).collect();
            self.blocks.push(Block::Chart(Chart {
                caption: self
                    .t(
                        "图1 各维度中已确认符合的条目所占比例（%）",
                        "Figure 1. Share of leaves confirmed conformant, by dimension (%)",
                    )
                    .to_owned(),
                names: names.clone(),
                series: vec![
                    (
                        self.t("待定全部证实后的上限", "upper bound once all that is open is shown").to_owned(),
                        "B7791F",
                        upper,
                    ),
                    (self.t("已确认符合", "confirmed conformant").to_owned(), "1F6F43", sure),
                ],
                form: Form::Radar,
            }));
        }
        let series = |outcome: Outcome, zh: &str, en: &str, colour: &'static str| {
            let values = dimensions.iter().map(|one| number(one.leaves.of(outcome))).collect();
            (self.t(zh, en).to_owned(), colour, values)
        };
        let bars = vec![
            series(Outcome::Gap, "差距", "gap", "B3261E"),
            series(Outcome::Undetermined, "待定", "undetermined", "D9A441"),
            series(Outcome::Conformant, "符合", "conformant", "1F6F43"),
        ];
        self.blocks.push(Block::Chart(Chart {
            caption: self
                .t("图2 各维度适用条目的结论（条目数）", "Figure 2. Verdicts on applicable leaves, by dimension")
                .to_owned(),
            names,
            series: bars,
            form: Form::Bars,
        }));
        self.note(self.t(
            "比例只计条目个数，不衡量差距的轻重，也不能替代各维度的结论；两线之间是尚不能确定的部分。",
            "The share counts leaves, does not weigh the gravity of gaps and is no substitute for the conclusions; the band between the lines is what is not known.",
        ).to_owned());
    }

    fn legal_basis(&mut self) {
        self.heading(2, self.t("关于合法性基础（5.2.2）", "On the legal basis (5.2.2)").to_owned());
        let basis = &self.o.legal_basis;
        let mut list: Vec<Spans> = Vec::new();
        for (ids, zh, en) in [
            (
                &basis.none,
                "没有成立的合法性基础，或者没有在处理开始前识别：",
                "No legal basis holds, or none was identified before processing began: ",
            ),
            (&basis.open, "是否有合法性基础不能确定：", "Whether a legal basis holds cannot be determined: "),
        ] {
            if ids.is_empty() {
                continue;
            }
            let more = ids.len().saturating_sub(NAMED);
            let named: Vec<&String> = ids.iter().take(NAMED).collect();
            let mut spans = vec![plain(self.t(zh, en))];
            spans.extend(self.listed("activity", &named));
            if more > 0 {
                spans.push(plain(match self.lang {
                    Lang::Zh => format!(" 等，共 {} 项", ids.len()),
                    Lang::En => format!(" and others, {} in all", ids.len()),
                }));
            }
            list.push(spans);
        }
        if basis.unstated {
            list.push(vec![plain(self.t(
                "处理活动没有陈述，合法性基础无从确定。",
                "The activities are not stated, so no legal basis can be determined.",
            ))]);
        }
        self.blocks.push(Block::Items(list));
        self.para(self.t(
            "一项处理须满足八项合法性基础中的至少一项。没有一项成立，或者不能确定有一项成立的，合法维度（5.2）的结论为不符合。评估员应审慎考虑评估对象是否很可能已经违法，并与委托方商定是否终止评估。",
            "Processing needs at least one of the eight legal bases. Where none holds, or none can be shown to hold, the conclusion on lawfulness (5.2) is not conformant. The assessor considers with care whether the target is probably unlawful already and settles with the client whether to stop the assessment.",
        ).to_owned());
    }

    fn dimension(&mut self, one: &Dimension) {
        self.heading(3, self.titled(self.x(&one.title), &[&one.id]));
        let mut spans = vec![
            plain(self.t("结论：", "Conclusion: ")),
            Span { bold: true, tone: super::tone(one.verdict), ..plain(self.x(&one.conclusion)) },
            plain(self.t("。", ". ")),
        ];
        for outcome in [Outcome::Gap, Outcome::Undetermined, Outcome::Conformant, Outcome::NotApplicable] {
            let with: Vec<&(String, zhunsheng_source::Text, Outcome)> =
                one.indicators.iter().filter(|(_, _, verdict)| *verdict == outcome).collect();
            if with.is_empty() {
                continue;
            }
            let named: Vec<String> = with.iter().map(|(id, title, _)| format!("{id} {}", self.x(title))).collect();
            let mut word = self.verdict(outcome);
            word.text = capital(&word.text);
            spans.push(word);
            spans.push(plain(format!("{}{}{}", self.t("：", ": "), self.join(&named), self.t("。", ". "))));
        }
        let gaps: Vec<String> =
            self.o.gaps.iter().filter(|gap| gap.dimension == one.id).map(|gap| gap.number.to_string()).collect();
        if !gaps.is_empty() {
            spans.push(plain(match self.lang {
                Lang::Zh => format!("差距见第四部分第 {} 项。", gaps.join("、")),
                Lang::En if gaps.len() == 1 => format!("The gap is number {} of part 4.", gaps.join(", ")),
                Lang::En => format!("The gaps are numbers {} of part 4.", gaps.join(", ")),
            }));
        }
        self.blocks.push(Block::Para(spans, Kind::Body));
    }

    /// What could not be determined. Never left out.
    fn open(&mut self) {
        let o = self.o;
        self.heading(2, self.t("未能确定的事项", "What could not be determined").to_owned());
        if o.counts.undetermined == 0 {
            self.para(self.t("没有未能确定的事项。", "Nothing is undetermined.").to_owned());
            return;
        }
        let leaves = o.findings.iter().filter(|one| one.counts.undetermined > 0).count();
        let (open, asked) = (o.counts.undetermined, o.requests.len());
        self.para(match self.lang {
            Lang::Zh => format!(
                "{leaves} 个条目的 {open} 项结论因事实不足而未能确定，逐条列于附件C；其中由事实决定的，补充 {asked} 项事实即可作出结论，全部列于附件G。等待者最多的如下："
            ),
            Lang::En => format!(
                "{open} findings on {leaves} leaves could not be determined for want of facts; annex C names each. What would decide them are {asked} facts, all in annex G. Those most findings wait for:"
            ),
        });
        let rows: Vec<Vec<Spans>> = o
            .requests
            .iter()
            .take(FIRST)
            .map(|one| {
                vec![
                    vec![plain(self.x(&one.question)), plain("\n"), Span { tone: Tone::Muted, ..code(&one.path) }],
                    vec![plain(one.leaves.len().to_string())],
                ]
            })
            .collect();
        self.table(
            "",
            &[(self.t("所缺的事实", "Missing fact"), 82), (self.t("等待的条目", "Leaves waiting"), 18)],
            rows,
        );
    }

    pub(super) fn people(&mut self) {
        self.heading(1, self.t("评估员的判定", "Determinations by assessors").to_owned());
        if self.o.determinations.is_empty() {
            self.para(
                self.t("评估员没有改定任何自动结论。", "No automatic finding was overruled by an assessor.").to_owned(),
            );
            return;
        }
        self.para(self.t(
            "下列结论由评估员判定。自动结论与历次判定并列，以最后一次为准。",
            "These findings were determined by an assessor. The automatic finding and every determination are shown; the last one counts.",
        ).to_owned());
        let rows: Vec<Vec<Spans>> = self
            .o
            .determinations
            .iter()
            .map(|one| {
                let mut what = vec![bold(&one.leaf)];
                if !one.object.is_empty() {
                    what.push(plain("\n"));
                    what.extend(self.listed(&one.kind, &[&one.object]));
                }
                let mut verdicts = vec![self.verdict(one.automatic), plain(" → "), self.verdict(one.verdict)];
                if one.replaced {
                    verdicts.push(muted(self.t("\n（已被后一判定取代）", "\n(replaced by a later one)")));
                }
                let mut reason = vec![plain(self.x(&one.reason))];
                reason.push(muted(self.t("\n证据：", "\nEvidence: ")));
                reason.push(if one.evidence.is_empty() {
                    muted(self.t("未列", "none listed"))
                } else {
                    code(self.join(&one.evidence))
                });
                vec![what, verdicts, reason, vec![plain(format!("{}\n{}", one.by, one.on))]]
            })
            .collect();
        let heads = [
            (self.t("条目与对象", "Leaf and object"), 16),
            (self.t("自动 → 判定", "Automatic → determined"), 20),
            (self.t("理由与证据", "Reason and evidence"), 46),
            (self.t("评估员、日期", "Assessor, date"), 18),
        ];
        self.table("", &heads, rows);
    }
}

/// A word at the beginning of a sentence.
fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// A title short enough for an axis.
fn short(title: &str, lang: Lang) -> String {
    match lang {
        Lang::Zh => title.trim_end_matches("/指标").trim_end_matches("维度").to_owned(),
        Lang::En => title.to_owned(),
    }
}
