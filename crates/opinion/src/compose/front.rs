//! Cover, opening, overview, method.

use zhunsheng_dossier::Outcome;
use zhunsheng_report::words;
use zhunsheng_source::Lang;

use super::Writer;
use crate::model::Counts;
use crate::page::{Block, Kind, Spans, Tone, bold, code, muted, plain};

impl Writer<'_> {
    pub(super) fn cover(&self) -> Vec<(String, String)> {
        let o = self.o;
        let issued = o.issued.map_or_else(|| self.absent(), |day| day.long(self.lang));
        let mut lines = Vec::new();
        let mut line = |zh: &str, en: &str, value: String| lines.push((self.t(zh, en).to_owned(), value));
        line("编号", "Number", self.or_absent(&o.number));
        line("评估委托方", "Client", self.or_absent(&o.parties.client));
        line("被评估方", "Assessee", self.or_absent(&o.parties.assessee));
        line("评估准则", "Criteria", "T/CLAST 001.2-2021".to_owned());
        line("评估基准日", "As-of date", o.as_of.long(self.lang));
        line("出具日期", "Date of issue", issued);
        let firm = self.template.firm.get(self.lang);
        if !firm.is_empty() {
            line("评估机构", "Assessing body", firm.to_owned());
        }
        let contact = self.template.contact.get(self.lang);
        if !contact.is_empty() {
            line("联系方式", "Contact", contact.to_owned());
        }
        lines
    }

    fn stated(&self, text: &str) -> Spans {
        vec![plain(self.or_absent(text))]
    }

    /// Addressee, what follows, and a summary.
    pub(super) fn opening(&mut self) {
        let o = self.o;
        let to = match o.parties.client.as_str() {
            "" => self.t("致：评估委托方（未载明）", "To: the client (not stated)").to_owned(),
            client => format!("{}{client}", self.t("致：", "To: ")),
        };
        self.blocks.push(Block::Para(vec![bold(to)], Kind::Flush));
        let client = self.called(&o.parties.client, "评估委托方（未载明）", "the client (not stated)");
        let assessee = self.called(&o.parties.assessee, "被评估方（未载明）", "the assessee (not stated)");
        let (firm, name) = (self.firm(), self.or_absent(&o.object.name));
        let date = o.as_of.long(self.lang);
        self.para(match self.lang {
            Lang::Zh => format!(
                "{firm}接受{client}的委托，依据团体标准 T/CLAST 001.2-2021（个人信息处理法律合规性评估的合规框架）和{date}有效的法律，对{assessee}“{name}”中的个人信息处理进行法律合规性评估，现出具本评估法律意见书。"
            ),
            Lang::En => format!(
                "Engaged by {client}, {firm} has assessed the processing of personal information in “{name}” of {assessee} against T/CLAST 001.2-2021, the compliance framework of the guidelines for assessing the legality of personal information processing, and the law in force on {date}, and gives this legal opinion."
            ),
        });
        let mut summary = self.ended();
        summary.extend([vec![bold(self.x(&o.overall).to_owned())], vec![plain(self.tally())]]);
        summary.extend(o.within.iter().map(|within| vec![plain(self.x(within))]));
        summary.extend(self.packs());
        if o.legal_basis.fails() {
            summary.push(vec![plain(self.t(
                "合法性基础（5.2.2）不成立或者不能确定，合法维度不得认定为符合；建议与委托方商定是否终止评估。",
                "The legal basis (5.2.2) does not hold or cannot be determined, so lawfulness is not conformant; whether to stop the assessment should be settled with the client.",
            ))]);
        }
        let title = self.t("结论摘要", "Summary").to_owned();
        let worst = o.dimensions.iter().fold(Counts::default(), |mut counts, one| {
            counts.add(one.verdict);
            counts
        });
        let tone = if worst.gap > 0 { Tone::Bad } else { super::tone(worst.worst()) };
        self.blocks.push(Block::Notice(title, summary, tone));
        if !o.obstacles.is_empty() {
            let title = self.t("出具前尚须完成的事项", "To be done before this opinion can be issued").to_owned();
            let list: Vec<Spans> = o.obstacles.iter().map(|one| vec![plain(self.x(one))]).collect();
            self.blocks.push(Block::Notice(title, list, Tone::Open));
        }
        self.declarations();
    }

    /// That the assessment was ended before its end, and what that leaves of the conclusion.
    pub(super) fn ended(&self) -> Vec<Spans> {
        let of = |one: &crate::extra::Disposition| {
            let object = if one.object.is_empty() { String::new() } else { format!(" {}", one.object) };
            let (leaf, by, on, why) = (&one.leaf, &one.by, one.on.long(self.lang), self.x(&one.reason));
            match self.lang {
                Lang::Zh => format!("差距 {leaf}{object}（{by}记于{on}：{why}）"),
                Lang::En => format!("gap {leaf}{object} (recorded by {by} on {on}: {why})"),
            }
        };
        if self.o.ended.is_empty() {
            return Vec::new();
        }
        let over: Vec<String> = self.o.ended.iter().map(of).collect();
        let over = over.join(self.t("；", "; "));
        vec![vec![bold(match self.lang {
            Lang::Zh => format!(
                "本次评估经评估员与委托方商定终止，因：{over}。以下结论只反映终止时已经查明的情况，不是评估全部完成后的结论，不得作为符合性的证明。"
            ),
            Lang::En => format!(
                "Assessor and client agreed to end this assessment, over: {over}. What follows reflects only what had been established when it ended; it is not the conclusion of a completed assessment and is no proof of conformity."
            ),
        })]]
    }

    /// A party by name, or else by its part.
    fn called(&self, name: &str, zh: &str, en: &str) -> String {
        if name.is_empty() { self.t(zh, en).to_owned() } else { name.to_owned() }
    }

    fn firm(&self) -> String {
        match self.template.firm.get(self.lang) {
            "" => self.t("评估机构", "the assessing body").to_owned(),
            firm => firm.to_owned(),
        }
    }

    /// How many findings with which verdict.
    fn tally(&self) -> String {
        let (c, leaves) = (&self.o.counts, self.o.findings.len());
        let levels: Vec<String> =
            self.o.severities.iter().map(|(level, count)| format!("{} {count}", self.x(&level.label()))).collect();
        let levels = self.join(&levels);
        match self.lang {
            Lang::Zh => format!(
                "就 {leaves} 个条目作出结论 {} 项：差距 {} 项（{levels}），待定 {} 项，符合 {} 项，不适用 {} 项。待定既不是符合，也不是差距。",
                c.all(),
                c.gap,
                c.undetermined,
                c.conformant,
                c.not_applicable
            ),
            Lang::En => format!(
                "{} findings on {leaves} leaf requirements: {} gaps ({levels}), {} undetermined, {} conformant, {} not applicable. Undetermined is neither conformant nor a gap.",
                c.all(),
                c.gap,
                c.undetermined,
                c.conformant,
                c.not_applicable
            ),
        }
    }

    /// The conclusion on each sector pack.
    pub(super) fn packs(&self) -> Vec<Spans> {
        let of = |one: &crate::model::SectorPack| {
            let (name, counts) = (self.x(&one.document), &one.counts);
            let text = match (one.judged, self.lang) {
                (false, Lang::Zh) => format!("行业包{name}：{}。", self.x(&one.standing)),
                (false, Lang::En) => format!("Sector pack {name}: {}.", self.x(&one.standing)),
                (true, Lang::Zh) => format!(
                    "行业包{name}：差距 {} 项，待定 {} 项，符合 {} 项，不适用 {} 项；与标准的各维度并列，不计入维度的结论。",
                    counts.gap, counts.undetermined, counts.conformant, counts.not_applicable
                ),
                (true, Lang::En) => format!(
                    "Sector pack {name}: {} gaps, {} undetermined, {} conformant, {} not applicable, beside the standard's dimensions and not counted in their conclusions.",
                    counts.gap, counts.undetermined, counts.conformant, counts.not_applicable
                ),
            };
            vec![plain(text)]
        };
        self.o.packs.iter().map(of).collect()
    }

    fn declarations(&mut self) {
        let built_in = [
            (
                "本意见书依据委托方和被评估方提供的文件、陈述以及评估员取得的证据作出。提供者应保证其真实、准确、完整；评估机构不能代为保证。",
                "This opinion rests on documents and statements supplied by client and assessee and on evidence obtained by the assessors. Those who supply them answer for their truth, accuracy and completeness; the assessing body cannot vouch for them.",
            ),
            (
                "没有陈述或者没有证据的事项按未知处理，相应结论为待定，不得视为符合。",
                "What is not stated or not evidenced is unknown; the finding is then undetermined and must not be read as conformant.",
            ),
            (
                "结论只就所载的范围、环节、期间，依所载基准日有效的法律作出，不及于其他处理活动，也不保证将来继续符合。有权机关的认定可能与本意见书不同。",
                "The conclusions concern only the boundary, stages and period stated, by the law in force on the as-of date. They do not reach other processing and are no assurance of future conformity. A competent authority may find otherwise.",
            ),
            (
                "自动得出的结论与评估员的判定在本意见书中分别注明；评估员改定自动结论的，两者并列。",
                "Automatic findings and determinations by assessors are told apart throughout; where an assessor overruled the automatic finding, both are shown.",
            ),
        ];
        let items: Vec<Spans> = if self.template.declarations.is_empty() {
            built_in.iter().map(|(zh, en)| vec![plain(self.t(zh, en))]).collect()
        } else {
            self.template.declarations.iter().map(|text| vec![plain(self.x(text))]).collect()
        };
        self.para(self.t("评估机构就本意见书声明如下：", "The assessing body declares:").to_owned());
        self.blocks.push(Block::Items(items));
    }

    pub(super) fn overview(&mut self) {
        let o = self.o;
        self.heading(1, self.t("评估概况", "The assessment").to_owned());
        self.heading(2, self.t("评估各方", "Parties").to_owned());
        let assessors = if o.parties.assessors.is_empty() { self.absent() } else { self.join(&o.parties.assessors) };
        let mut rows = vec![
            (self.t("评估委托方", "Client"), self.stated(&o.parties.client)),
            (self.t("被评估方", "Assessee"), self.stated(&o.parties.assessee)),
            (self.t("评估机构", "Assessing body"), self.stated(self.template.firm.get(self.lang))),
            (self.t("评估员", "Assessors"), vec![plain(assessors)]),
        ];
        let people: Vec<(String, Spans)> = o
            .parties
            .people
            .iter()
            .map(|person| {
                let besides: Vec<&str> = [person.organisation.as_str(), person.licence.as_str()]
                    .into_iter()
                    .filter(|s| !s.is_empty())
                    .collect();
                let besides = if besides.is_empty() { String::new() } else { format!(" ({})", besides.join(", ")) };
                (self.x(&person.role.label()).to_owned(), vec![plain(format!("{}{besides}", person.name))])
            })
            .collect();
        rows.extend(people.iter().map(|(label, value)| (label.as_str(), value.clone())));
        self.pairs(rows);
        self.heading(2, self.t("评估对象、范围和边界", "Target, scope and boundary").to_owned());
        let stages: Vec<&str> = o.object.stages.iter().map(|stage| self.x(stage)).collect();
        let stages = if stages.is_empty() {
            self.t("全部环节（未限定）", "all stages (not limited)").to_owned()
        } else {
            self.join(&stages)
        };
        let mut activities: Spans = Vec::new();
        for (index, (id, title)) in o.object.activities.iter().take(30).enumerate() {
            if index > 0 {
                activities.push(plain("\n"));
            }
            if !title.is_empty() {
                activities.push(plain(format!("{title} ")));
            }
            activities.push(code(id));
        }
        if o.object.activities.len() > 30 {
            let all = o.object.activities.len();
            activities.push(muted(match self.lang {
                Lang::Zh => format!("\n等，共 {all} 项"),
                Lang::En => format!("\nand others, {all} in all"),
            }));
        }
        if activities.is_empty() {
            activities.push(plain(self.absent()));
        }
        self.pairs(vec![
            (self.t("评估对象", "Target"), self.stated(&o.object.name)),
            (self.t("范围和边界", "Scope and boundary"), self.stated(&o.object.boundary)),
            (self.t("纳入的环节", "Stages in scope"), vec![plain(stages)]),
            (self.t("处理活动", "Activities"), activities),
        ]);
        self.heading(2, self.t("评估模式", "Mode").to_owned());
        let [what, independence, reach] = &o.object.statement;
        self.pairs(vec![
            (self.t("模式", "Mode"), vec![plain(self.x(what))]),
            (self.t("独立性", "Independence"), vec![plain(self.x(independence))]),
            (self.t("结论的用途", "Use of the conclusions"), vec![plain(self.x(reach))]),
        ]);
        self.basis();
        self.criteria();
        self.period();
    }

    fn basis(&mut self) {
        let o = self.o;
        self.heading(2, self.t("评估依据", "Basis").to_owned());
        let date = o.as_of.long(self.lang);
        self.para(match self.lang {
            Lang::Zh => format!(
                "评估准则为 T/CLAST 001.2-2021 第5章的通用要求以及第6章、第7章中与纳入环节有关的扩展要求。可适用的法以{date}有效者为准；被评估方的合规义务清单见附件A。"
            ),
            Lang::En => format!(
                "The criteria are the general requirements of chapter 5 of T/CLAST 001.2-2021 and the extensions of chapters 6 and 7 for the stages in scope. Applicable law is that in force on {date}; the register of obligations is annex A."
            ),
        });
        let in_force: Vec<&crate::model::Cited> = o.basis.law.iter().filter(|one| one.in_force).collect();
        let from = |one: &crate::model::Cited| one.from.map(|day| day.to_string()).unwrap_or_default();
        let rows = in_force.iter().map(|one| vec![vec![plain(self.x(&one.title))], vec![plain(from(one))]]).collect();
        let (title, day) = (self.t("文件", "Instrument"), self.t("施行日期", "In force from"));
        self.table(
            self.t("所引用的、基准日有效的法律和标准", "Law and standards cited, in force on the as-of date"),
            &[(title, 78), (day, 22)],
            rows,
        );
        let others: Vec<&crate::model::Cited> = o.basis.law.iter().filter(|one| !one.in_force).collect();
        if !others.is_empty() {
            let list: Vec<String> =
                others.iter().map(|one| format!("{}（{}）", self.x(&one.title), self.x(&one.remark))).collect();
            let list = if self.lang == Lang::En {
                list.join("; ").replace('（', " (").replace('）', ")")
            } else {
                list.join("；")
            };
            self.note(format!(
                "{}{list}{}",
                self.t(
                    "下列文件在基准日不适用，只作对照，不作为认定差距的法律根据：",
                    "Not applicable on the as-of date, shown for comparison and no ground for any gap: "
                ),
                self.t("。", ".")
            ));
        }
        let (title, version, hash) = &o.basis.catalogue;
        self.blocks.push(Block::Para(
            vec![
                plain(format!(
                    "{}{} {version}{}",
                    self.t("条款目录：", "Catalogue of clauses: "),
                    self.x(title),
                    self.t("，sha256 ", ", sha256 ")
                )),
                code(hash),
            ],
            Kind::Note,
        ));
    }

    /// Criteria that were adjusted; what the standard alone would say stands beside each.
    fn criteria(&mut self) {
        let o = self.o;
        if o.criteria.is_empty() {
            return;
        }
        self.heading(2, self.t("调整的评估准则", "Adjusted criteria").to_owned());
        self.para(self.t(
            "下列准则依被评估方自身的义务作了调整。调严的准则计入结论；放宽的只作记载，不替代标准的结论。",
            "These criteria were adjusted for obligations of the assessee's own. A stricter one counts; a looser one is recorded and does not replace the verdict of the standard.",
        ).to_owned());
        let rows = o
            .criteria
            .iter()
            .map(|one| {
                let mut demands = vec![plain(self.x(&one.demands))];
                demands.push(muted(format!("\n{}{}", self.t("来源：", "Source: "), one.source)));
                demands.push(muted(format!("\n{}{}", self.t("理由：", "Reason: "), self.x(&one.reason))));
                demands.push(muted(format!("（{}，{}）", one.by, one.on)));
                let mut objects = Spans::new();
                for (id, met, standard, verdict) in &one.objects {
                    if !objects.is_empty() {
                        objects.push(plain("\n"));
                    }
                    if !id.is_empty() {
                        objects.extend(self.listed(&one.kind, &[id]));
                        objects.push(plain(" "));
                    }
                    objects.push(plain(format!("{}{}", self.x(met), self.t("；按标准", "; by the standard "))));
                    objects.extend([self.verdict(*standard), plain(" → "), self.verdict(*verdict)]);
                }
                if one.more > 0 {
                    objects.push(muted(match self.lang {
                        Lang::Zh => format!("\n另有 {} 个对象", one.more),
                        Lang::En => format!("\n{} more objects", one.more),
                    }));
                }
                vec![vec![bold(&one.leaf), plain(format!("\n{}", self.x(&one.effect)))], demands, objects]
            })
            .collect();
        let heads = [
            (self.t("条目", "Leaf"), 16),
            (self.t("调整后的要求", "Demand as adjusted"), 52),
            (self.t("对象与结论", "Objects and verdicts"), 32),
        ];
        self.table("", &heads, rows);
    }

    fn period(&mut self) {
        let o = self.o;
        self.heading(2, self.t("评估基准日与评估期间", "As-of date and period").to_owned());
        let date = o.as_of.long(self.lang);
        let (start, end) = (&o.object.period.0, &o.object.period.1);
        let period = match (start.is_empty(), end.is_empty(), self.lang) {
            (false, false, Lang::Zh) => format!("评估期间自 {start} 至 {end}"),
            (false, false, Lang::En) => format!("the period under assessment runs from {start} to {end}"),
            (true, true, Lang::Zh) => "评估期间未载明".to_owned(),
            (true, true, Lang::En) => "the period under assessment is not stated".to_owned(),
            (_, true, Lang::Zh) => format!("评估期间自 {start} 起，截止日未载明"),
            (_, true, Lang::En) => format!("the period under assessment begins on {start}; its end is not stated"),
            (true, _, Lang::Zh) => format!("评估期间至 {end} 止，起始日未载明"),
            (true, _, Lang::En) => format!("the period under assessment ends on {end}; its beginning is not stated"),
        };
        self.para(match self.lang {
            Lang::Zh => format!("评估基准日为{date}；{period}。基准日以后的立法变化不在结论之内。"),
            Lang::En => format!(
                "The as-of date is {date}; {period}. Changes of law after the as-of date are outside the conclusions."
            ),
        });
        match &o.basis.later {
            None => self.para(self.t(
                "因评估期间的起始日未载明，本意见书不能说明处理发生时哪些规定已经施行。对在某项规定施行以前已经结束的处理，引用该规定的差距只是以基准日的法律所作的对照，不是行为时的违法认定。",
                "As the beginning of the period is not stated, this opinion cannot say which provisions were in force when the processing took place. For processing that ended before a provision took effect, a gap that cites it is a comparison with the law of the as-of date and no finding of a breach at the time.",
            ).to_owned()),
            Some(later) if !later.is_empty() => {
                let titles: Vec<&str> = later.iter().map(|one| self.x(one)).collect();
                let titles = self.join(&titles);
                self.para(match self.lang {
                    Lang::Zh => format!("下列文件在评估期间开始以后才施行，对其施行以前的处理只作对照，不是行为时的违法认定：{titles}。"),
                    Lang::En => format!("These took effect after the period began; for processing before that they are a comparison and no finding of a breach at the time: {titles}."),
                });
            }
            Some(_) => {}
        }
    }

    pub(super) fn method(&mut self) {
        self.heading(1, self.t("评估方法及其局限", "Method and its limits").to_owned());
        self.heading(2, self.t("方法", "Method").to_owned());
        let own = self.x(&self.template.method).to_owned();
        if !own.is_empty() {
            self.para(own);
        }
        let items: Vec<Spans> = words::method()
            .iter()
            .map(|(title, text)| vec![bold(format!("{}{}", self.x(title), self.t("。", ". "))), plain(self.x(text))])
            .collect();
        self.blocks.push(Block::Items(items));
        self.origins();
        if !self.o.limits.is_empty() {
            self.heading(2, self.t("固有的局限", "Inherent limits").to_owned());
            self.para(self.t(
                "标准以及所用的行业包就下列条款指出了方法上的局限，评估各方应予知悉：",
                "The standard, and the sector packs used, point to limits of method under the following clauses, of which all parties should be aware:",
            ).to_owned());
            let rows = self.o.limits.iter().map(|one| {
                vec![vec![plain(format!("{} {}", one.clause, self.x(&one.title)))], vec![plain(self.x(&one.limit))]]
            });
            let rows = rows.collect();
            self.table("", &[(self.t("条款", "Clause"), 26), (self.t("局限", "Limit"), 74)], rows);
        }
        self.heading(2, self.t("总体核验与抽样", "Full reading and sampling").to_owned());
        let population = self.x(&self.o.population).to_owned();
        if !population.is_empty() {
            self.para(population);
        }
        let text = if self.o.counted.is_empty() {
            self.t(
                "没有载明抽样。凡须由记录证明的事项，结论只以陈述和文件为据，其证明力以此为限。",
                "No sample is stated. Where records would have to prove a matter, the finding rests on statements and documents only, and carries no more weight than they do.",
            )
        } else {
            self.t(
                "核验和抽样的总体、数量与结果见附件E。抽样的结论只能推及所抽总体，并受样本量和置信度限制。",
                "Populations, numbers and results of what was read or sampled are in annex E. What a sample shows reaches no further than its population, within the limits of its size and confidence.",
            )
        };
        self.para(text.to_owned());
    }

    /// Who reached the findings.
    fn origins(&mut self) {
        self.heading(2, self.t("结论由谁作出", "Who reached the findings").to_owned());
        let origins = &self.o.origins;
        let row = |zh: &str, en: &str, counts: &Counts| {
            let mut cells = vec![vec![plain(self.t(zh, en))]];
            for outcome in [Outcome::Gap, Outcome::Conformant, Outcome::NotApplicable, Outcome::Undetermined] {
                cells.push(vec![plain(counts.of(outcome).to_string())]);
            }
            cells
        };
        let rows = vec![
            row("自动得出（由事实和检查式）", "automatic (facts and a check)", &origins.machine),
            row("由评估员的回答按规则得出", "from assessors' answers, by rule", &origins.answers),
            row("评估员判定（改定自动结论）", "determined by an assessor", &origins.person),
        ];
        let heads = [
            (self.t("作出方式", "How"), 32),
            (self.t("差距", "Gap"), 12),
            (self.t("符合", "Conformant"), 18),
            (self.t("不适用", "Not applicable"), 18),
            (self.t("待定", "Undetermined"), 20),
        ];
        self.table("", &heads, rows);
    }
}
