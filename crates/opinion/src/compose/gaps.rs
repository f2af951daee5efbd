//! Gaps, dispositions, risks, and the end.

use zhunsheng_catalogue::Level;
use zhunsheng_source::Lang;

use super::Writer;
use crate::model::{Gap, GapObject};
use crate::page::{Block, Kind, Span, Spans, Tone, bold, code, muted, plain};

fn weight(level: Level) -> Tone {
    match level {
        Level::Critical => Tone::Bad,
        Level::Major => Tone::Open,
        Level::Minor => Tone::Muted,
    }
}

impl Writer<'_> {
    pub(super) fn gaps(&mut self) {
        self.heading(1, self.t("差距及其处置", "Gaps and their dispositions").to_owned());
        self.heading(2, self.t("差距的认定与分级", "How gaps are found and graded").to_owned());
        self.para(self.t(
            "已知事实表明要求没有满足的，为差距。差距不当然等于违法；是否违法须综合差距的程度、后果和主观状态，由有权机关认定。差距按三级：严重，处理本身违法或者很可能严重损害个人权益；重大，要求在实质上没有做到；轻微，可以在评估期间调整。",
            "A gap is a requirement that known facts show not to be met. It is not by itself a breach; whether the law is broken depends on its gravity, its results and the state of mind, and is for the competent authority to find. Gaps have three grades: critical, the processing itself is unlawful or serious harm to individuals is likely; major, a requirement is missed in substance; minor, it can be adjusted during the assessment.",
        ).to_owned());
        self.para(self.t(
            "发现差距后，由评估员与委托方商定处置：评估期间调整（保留调整前后的证据）、在本意见书揭示风险、由委托方接受风险、由被评估方向监管部门咨询，或者停止处理。已经调整的差距及其调整前的风险仍予记载；处置不改变本次评估对该差距的认定。",
            "Once found, a gap is disposed of as assessor and client agree: adjusted during the assessment, with evidence of before and after; disclosed in this opinion; accepted by the client; taken to the regulator by the assessee; or ended by stopping the processing. An adjusted gap stays on record with the risk that existed before; a disposition does not change the finding.",
        ).to_owned());
        if self.o.gaps.is_empty() {
            self.para(self.t("没有发现差距。", "No gap was found.").to_owned());
        } else {
            self.list();
            self.heading(2, self.t("差距分述", "The gaps one by one").to_owned());
            for gap in &self.o.gaps {
                self.gap(gap);
            }
        }
        self.settled();
    }

    fn list(&mut self) {
        self.heading(2, self.t("差距一览", "List of gaps").to_owned());
        let rows: Vec<Vec<Spans>> = self
            .o
            .gaps
            .iter()
            .map(|gap| {
                vec![
                    vec![plain(gap.number.to_string())],
                    vec![bold(format!("{} ", gap.leaf)), plain(self.x(&gap.title))],
                    vec![plain(self.x(&gap.gap).trim_end_matches('。'))],
                    vec![plain((gap.objects.len() + gap.more).to_string())],
                    vec![Span { bold: true, tone: weight(gap.severity), ..plain(self.x(&gap.severity.label())) }],
                    vec![plain(self.standing(gap))],
                ]
            })
            .collect();
        let heads = [
            (self.t("序号", "No."), 7),
            (self.t("条款", "Clause"), 20),
            (self.t("差距", "Gap"), 32),
            (self.t("对象数", "Objects"), 11),
            (self.t("级别", "Grade"), 12),
            (self.t("处置", "Disposition"), 18),
        ];
        self.table("", &heads, rows);
    }

    /// What holds now, with the number of objects where there are several.
    fn standing(&self, gap: &Gap) -> String {
        let one = |(labels, count): &(Vec<zhunsheng_source::Text>, usize)| {
            let labels: Vec<&str> = labels.iter().map(|label| self.x(label)).collect();
            let words =
                if labels.is_empty() { self.t("尚未处置", "none yet").to_owned() } else { self.join(&labels) };
            if gap.objects.len() + gap.more == 1 { words } else { format!("{words} {count}") }
        };
        gap.standing.iter().map(one).collect::<Vec<_>>().join(self.t("；", "; "))
    }

    fn gap(&mut self, gap: &Gap) {
        let title = self.titled(self.x(&gap.title), &[&gap.leaf, self.x(&gap.severity.label())]);
        self.heading(3, title);
        let lines =
            |texts: &[zhunsheng_source::Text]| texts.iter().map(|text| self.x(text)).collect::<Vec<_>>().join("\n");
        let mut rows = vec![
            (self.t("差距", "Gap"), vec![bold(self.x(&gap.gap))]),
            (self.t("要求", "Requirement"), vec![plain(self.x(&gap.requirement))]),
        ];
        let law = if gap.law.is_empty() {
            self.t(
                "基准日没有直接的法律条文；依据标准条款。",
                "No provision of law on the date; the clause of the standard.",
            )
            .to_owned()
        } else {
            lines(&gap.law)
        };
        rows.push((self.t("法律", "Law"), vec![plain(law)]));
        if !gap.other_law.is_empty() {
            rows.push((self.t("对照", "For comparison"), vec![muted(lines(&gap.other_law))]));
        }
        for object in &gap.objects {
            rows.push((self.t("对象与依据", "Object and basis"), self.found(object)));
            rows.push((self.t("处置", "Disposition"), self.disposed(object)));
        }
        if gap.more > 0 {
            let more = gap.more;
            rows.push((
                "",
                vec![muted(match self.lang {
                    Lang::Zh => format!("另有 {more} 个对象存在同一差距，见评估结果的 JSON 文件。"),
                    Lang::En => format!("{more} more objects have the same gap; see the JSON form of the assessment."),
                })],
            ));
        }
        rows.push((self.t("整改建议", "Remedy"), vec![plain(self.x(&gap.remedy))]));
        self.pairs(rows);
    }

    /// Why it is a gap for this object: determination, clauses, facts.
    fn found(&self, object: &GapObject) -> Spans {
        let mut spans = self.object(&object.kind, &object.title, &object.id);
        if let Some(one) = &object.determined {
            spans.push(bold(match self.lang {
                Lang::Zh => format!("\n评估员{}于 {} 判定：", one.by, one.on),
                Lang::En => format!("\nDetermined by {} on {}: ", one.by, one.on),
            }));
            spans.push(plain(self.x(&one.reason)));
            spans.push(muted(match self.lang {
                Lang::Zh => format!("（自动结论：{}）", one.automatic.label().zh),
                Lang::En => format!(" (automatic finding: {})", one.automatic.label().en),
            }));
        } else {
            spans.push(muted(match object.answers.is_empty() {
                true => self.t("\n由下列事实自动得出：", "\nAutomatic, from these facts:"),
                false => self.t(
                    "\n由评估员的回答和下列事实按规则得出：",
                    "\nBy rule, from an assessor's answers and these facts:",
                ),
            }));
        }
        let stricter = self.x(&object.stricter);
        if !stricter.is_empty() {
            spans.push(plain(format!("\n{stricter}")));
        }
        if !object.failed.is_empty() {
            spans.push(plain(format!(
                "{}{}",
                self.t("\n未满足的条款：", "\nClauses not met: "),
                self.join(&object.failed)
            )));
        }
        for fact in &object.facts {
            spans.push(plain(format!("\n{}{}{} ", self.x(&fact.label), self.t("：", ": "), self.x(&fact.value))));
            spans.push(Span { tone: Tone::Muted, ..code(format!("[{}]", fact.at)) });
        }
        for answer in &object.answers {
            spans.push(plain(format!("\n{}{} ", self.t("回答：", "Answer: "), self.x(&answer.said))));
            spans.push(muted(format!("{} ", answer.by)));
            spans.push(Span { tone: Tone::Muted, ..code(format!("[{}]", answer.at)) });
        }
        if object.more > 0 {
            spans.push(muted(match self.lang {
                Lang::Zh => format!("\n另有 {} 项事实", object.more),
                Lang::En => format!("\n{} more facts", object.more),
            }));
        }
        let (sentences, rows) = &object.records;
        for sentence in sentences {
            spans.push(plain(format!("\n{}{}", self.t("全部记录核验：", "All records checked: "), self.x(sentence))));
        }
        if !rows.is_empty() {
            spans.push(muted(self.t("\n例如 ", "\nfor instance ")));
            spans.push(Span { tone: Tone::Muted, ..code(rows.join(self.t("；", "; "))) });
        }
        let mut evidence: Vec<&str> = object.evidence.iter().map(String::as_str).collect();
        let determined = object.determined.iter().flat_map(|one| &one.evidence);
        for id in determined {
            if !evidence.contains(&id.as_str()) {
                evidence.push(id);
            }
        }
        spans.push(plain(self.t("\n证据（附件B）：", "\nEvidence (annex B): ")));
        spans.push(if evidence.is_empty() {
            Span { tone: Tone::Open, ..plain(self.t("卷宗没有列明", "the dossier names none")) }
        } else {
            code(self.join(&evidence))
        });
        spans
    }

    fn disposed(&self, object: &GapObject) -> Spans {
        if object.dispositions.is_empty() {
            return vec![muted(
                self.t("尚未处置：有待评估员与委托方商定。", "None yet: to be agreed by assessor and client."),
            )];
        }
        let mut spans = Spans::new();
        for one in &object.dispositions {
            if !spans.is_empty() {
                spans.push(plain("\n"));
            }
            spans.extend(self.disposition(one));
        }
        spans
    }

    /// What was adjusted or otherwise disposed of, and is no gap in the findings.
    fn settled(&mut self) {
        if self.o.settled.is_empty() {
            return;
        }
        self.heading(2, self.t("已不再表现为差距的处置", "Dispositions of what is no gap any more").to_owned());
        self.para(self.t(
            "下列事项曾作为差距登记，按现有事实不再表现为差距。调整以前的风险不因调整而消除，在此一并揭示。",
            "These were registered as gaps and are none by the facts as they now stand. Adjustment does not remove the risk that existed before; it is disclosed here.",
        ).to_owned());
        let rows: Vec<Vec<Spans>> = self
            .o
            .settled
            .iter()
            .map(|one| {
                let mut what = vec![bold(&one.leaf)];
                if !one.object.is_empty() {
                    what.extend([plain(" "), code(&one.object)]);
                }
                vec![what, self.disposition(one)]
            })
            .collect();
        self.table("", &[(self.t("条目与对象", "Leaf and object"), 26), (self.t("处置", "Disposition"), 74)], rows);
    }

    pub(super) fn risks(&mut self) {
        self.heading(1, self.t("风险揭示", "Risks disclosed").to_owned());
        if !self.o.risks.is_empty() {
            self.heading(2, self.t("差距所示的风险", "Risks shown by the gaps").to_owned());
            let items: Vec<Spans> = self
                .o
                .risks
                .iter()
                .map(|risk| {
                    let gaps: Vec<String> = risk.gaps.iter().map(ToString::to_string).collect();
                    let which = match self.lang {
                        Lang::Zh => format!("{} {}（差距 {}）。", risk.clause, risk.title.zh, gaps.join("、")),
                        Lang::En => {
                            let word = if gaps.len() == 1 { "gap" } else { "gaps" };
                            format!("{} {} ({word} {}). ", risk.clause, risk.title.en, gaps.join(", "))
                        }
                    };
                    vec![bold(which), plain(self.x(&risk.risk))]
                })
                .collect();
            self.blocks.push(Block::Items(items));
        }
        if self.o.counts.undetermined > 0 {
            self.heading(2, self.t("未能确定的事项所示的风险", "Risk of what is undetermined").to_owned());
            self.para(self.t(
                "未能确定的事项可能在事实补齐后被认定为差距。在此以前，任何一方都不应把没有列为差距理解为符合。",
                "What is undetermined may turn out to be a gap once the facts are known. Until then nobody should take the absence of a gap for conformity.",
            ).to_owned());
        }
        let unsure = self.o.register.iter().filter(|duty| !duty.certain).count();
        self.heading(2, self.t("法律适用的不确定性", "Uncertainty of the applicable law").to_owned());
        let holes = self.o.holes.len();
        self.para(match self.lang {
            Lang::Zh => format!(
                "结论取决于合规义务清单是否完整。清单所列义务中有 {unsure} 项是否适用尚待核实；另有 {holes} 份文件没有取得全文，清单可能有缺（见附件A）。法律的解释和日后变动也会影响结论。"
            ),
            Lang::En => format!(
                "The conclusions depend on the completeness of the obligations register. Whether {unsure} of its duties apply is still to be checked, and {holes} texts were not obtained in full, so it may have holes (annex A). Interpretation and later change of the law bear on the conclusions too."
            ),
        });
        if !self.o.outside.is_empty() {
            self.heading(2, self.t("评估对象以外察觉的差距", "Gaps noticed outside the target").to_owned());
            self.para(self.t(
                "下列事项在评估对象的范围和边界之外，经委托方同意在此告知。识别范围以外的差距不属于本次评估，不能由此推断没有其他差距。",
                "These lie outside the scope and boundary and are told with the client's consent. Finding gaps outside the boundary is not part of this assessment, and nothing follows about others.",
            ).to_owned());
            let items: Vec<Spans> = self.o.outside.iter().map(|one| vec![plain(self.x(one))]).collect();
            self.blocks.push(Block::Items(items));
        }
    }

    pub(super) fn closing(&mut self) {
        let o = self.o;
        self.heading(1, self.t("总体结论", "Overall conclusion").to_owned());
        for one in self.ended() {
            self.blocks.push(Block::Para(one, Kind::Body));
        }
        self.blocks.push(Block::Para(vec![bold(self.x(&o.overall))], Kind::Body));
        for pack in self.packs() {
            self.blocks.push(Block::Para(pack, Kind::Body));
        }
        if o.legal_basis.fails() {
            self.para(self.t(
                "合法性基础未成立或者不能确定，建议评估员与委托方商定是否终止评估；在有合法性基础得到证明以前，相关处理不宜继续。",
                "As no legal basis is established, assessor and client should settle whether to stop the assessment; until a basis is shown, the processing concerned should not go on.",
            ).to_owned());
        }
        if o.counts.undetermined > 0 {
            self.para(self.t(
                "本结论以现有事实为限。补充附件G所列事实后，应就未能确定的事项继续评估。",
                "This conclusion is limited to the facts at hand. Once the facts of annex G are supplied, the assessment of what is undetermined should go on.",
            ).to_owned());
        }
        let reliance = match self.x(&self.template.reliance) {
            "" => self.t(
                "本意见书供委托方用于本次评估之目的。未经评估机构书面同意，不得用于其他目的或者由他人援引；引用时应当完整，不得断章取义。",
                "This opinion is for the client, for the purpose of this assessment. Without the assessing body's written consent it may not be used for other purposes or relied on by others; it is to be quoted in full and not out of context.",
            ),
            own => own,
        };
        self.para(reliance.to_owned());
        if let Some(sign) = &o.sign_off {
            let text = match self.lang {
                Lang::Zh => format!(
                    "{}于 {} 核准第 {} 版。所依据的目录、事实、证据和判定已冻结，sha256 ",
                    sign.by,
                    sign.on.long(self.lang),
                    sign.revision
                ),
                Lang::En => format!(
                    "Revision {} was approved by {} on {}. Catalogue, facts, evidence and determinations are frozen, sha256 ",
                    sign.revision,
                    sign.by,
                    sign.on.long(self.lang)
                ),
            };
            self.blocks.push(Block::Para(vec![plain(text), code(&sign.sha256)], Kind::Note));
        }
        self.blocks
            .push(Block::Para(vec![plain(self.t("（以下无正文，接签署页）", "(Signatures follow.)"))], Kind::Note));
        self.blocks.push(Block::Break);
        let name = self.or_absent(&o.object.name);
        let page = match self.lang {
            Lang::Zh => format!("（本页为“{name}”个人信息处理法律合规性评估法律意见书的签署页）"),
            Lang::En => format!("(Signature page of the legal opinion on “{name}”.)"),
        };
        self.blocks.push(Block::Para(vec![plain(page)], Kind::Flush));
        let mut lines: Vec<(String, String)> = if self.template.signatures.is_empty() {
            o.parties
                .people
                .iter()
                .filter(|person| person.role.signs())
                .map(|person| (self.x(&person.role.label()).to_owned(), person.name.clone()))
                .collect()
        } else {
            self.template.signatures.iter().map(|label| (self.x(label).to_owned(), String::new())).collect()
        };
        if lines.is_empty() {
            lines = o
                .parties
                .assessors
                .iter()
                .map(|name| (self.t("评估员", "Assessor").to_owned(), name.clone()))
                .collect();
            lines.push((self.t("复核人", "Reviewer").to_owned(), String::new()));
        }
        let body = match self.template.firm.get(self.lang) {
            "" => self.t("评估机构（盖章）", "Assessing body (seal)").to_owned(),
            firm => format!("{firm}{}", self.t("（盖章）", " (seal)")),
        };
        lines.push((body, String::new()));
        self.blocks.push(Block::Signatures(lines));
        let date = o
            .issued
            .map_or_else(|| self.t("    年  月  日", "Date: ____________").to_owned(), |day| day.long(self.lang));
        self.blocks.push(Block::Para(vec![plain(date)], Kind::Right));
    }
}
