//! Annexes A to G.

use zhunsheng_dossier::Outcome;
use zhunsheng_source::{Lang, Text};

use super::Writer;
use crate::day::Day;
use crate::model::Judged;
use crate::page::{Block, Kind, Span, Spans, Tone, bold, code, muted, plain};

/// Facts to be supplied that are set out; the rest is counted.
const REQUESTS: usize = 1_000;

impl Writer<'_> {
    pub(super) fn annexes(&mut self) {
        self.register();
        self.evidence();
        self.findings();
        self.worksheets();
        self.counted();
        self.reconciled();
        self.requests();
    }

    fn nothing(&mut self, zh: &str, en: &str) {
        self.para(self.t(zh, en).to_owned());
    }

    fn register(&mut self) {
        self.annex("合规义务清单", "Obligations register");
        let o = self.o;
        let (count, date) = (o.register.len(), o.as_of.long(self.lang));
        self.para(match self.lang {
            Lang::Zh => format!("{date}有效、可能约束被评估方的义务共 {count} 项。注明“待核”的，是否适用取决于尚未知道的事实。"),
            Lang::En => format!("{count} duties in force on {date} that may bind the assessee. “To be checked”: whether it applies depends on facts not yet known."),
        });
        for group in o.register.chunk_by(|a, b| a.instrument == b.instrument) {
            let Some(first) = group.first() else { continue };
            let from = first.from.map(|day| match self.lang {
                Lang::Zh => format!("（{}起施行）", day.long(self.lang)),
                Lang::En => format!(" (from {})", day.long(self.lang)),
            });
            let caption = format!("{}{}", self.x(&first.instrument), from.unwrap_or_default());
            let rows = group
                .iter()
                .map(|duty| {
                    let mut why = Spans::new();
                    if !duty.certain {
                        why.push(Span { tone: Tone::Open, bold: true, ..plain(self.t("待核 ", "To be checked. ")) });
                    }
                    why.push(plain(match self.x(&duty.when) {
                        "" => self.t("无附加条件", "no further condition"),
                        when => when,
                    }));
                    vec![
                        vec![plain(&duty.article)],
                        vec![bold(self.x(&duty.title)), plain("\n"), plain(self.x(&duty.summary))],
                        why,
                    ]
                })
                .collect();
            let heads =
                [(self.t("条", "Article"), 12), (self.t("义务", "Duty"), 56), (self.t("适用条件", "Condition"), 32)];
            self.table(&caption, &heads, rows);
        }
        if !o.holes.is_empty() {
            let titles: Vec<&str> = o.holes.iter().map(|one| self.x(one)).collect();
            self.note(format!(
                "{}{}",
                self.t(
                    "未取得全文、清单可能有缺的文件：",
                    "Not obtained in full, so that the register may have holes: "
                ),
                self.join(&titles)
            ));
        }
    }

    fn evidence(&mut self) {
        self.annex("证据目录", "List of evidence");
        if self.o.evidence.is_empty() {
            self.nothing("卷宗没有列明证据。", "The dossier lists no evidence.");
            return;
        }
        let day =
            |day: Option<Day>| day.map_or_else(|| self.t("未载明", "not stated").to_owned(), |day| day.to_string());
        let rows: Vec<Vec<Spans>> = self
            .o
            .evidence
            .iter()
            .map(|one| {
                let mut what = vec![plain(self.or_absent(&one.title))];
                for text in [&one.file, &one.source] {
                    if !text.is_empty() {
                        what.extend([plain("\n"), Span { tone: Tone::Muted, ..code(text) }]);
                    }
                }
                if let Some(bytes) = one.bytes {
                    what.push(muted(format!(" ({bytes} B)")));
                }
                let mut covers = vec![plain(match one.covers {
                    (None, None) => self.t("期间未载明", "period not stated").to_owned(),
                    (from, to) => format!("{} – {}", day(from), day(to)),
                })];
                if !one.scope.is_empty() {
                    covers.push(plain(format!("\n{}", one.scope)));
                }
                if let Some(obtained) = one.obtained {
                    covers.push(muted(format!("{}{obtained}", self.t("\n取得：", "\nobtained: "))));
                }
                match one.expires {
                    Some(day) if day.0 < self.o.as_of.0 => covers.push(Span {
                        tone: Tone::Open,
                        bold: true,
                        ..plain(match self.lang {
                            Lang::Zh => format!("\n评估基准日已过有效期（有效至 {day}）"),
                            Lang::En => format!("\nexpired on the as-of date (valid until {day})"),
                        })
                    }),
                    Some(day) => covers.push(muted(format!("{}{day}", self.t("\n有效至：", "\nvalid until: ")))),
                    None => {}
                }
                let hash = if one.sha256.is_empty() {
                    Span { tone: Tone::Open, bold: true, ..plain(self.t("没有校验值", "no hash")) }
                } else {
                    code(&one.sha256)
                };
                vec![vec![code(&one.id)], what, covers, vec![hash]]
            })
            .collect();
        let heads = [
            (self.t("编号", "Id"), 12),
            (self.t("证据", "Evidence"), 32),
            (self.t("覆盖的期间与范围", "Period and scope"), 28),
            ("SHA-256", 28),
        ];
        self.table("", &heads, rows);
    }

    fn findings(&mut self) {
        self.annex("逐条结论", "Findings by clause");
        self.para(self.t(
            "每个条目列出其差距、待定和符合的对象；不适用的条目列于各表之后。",
            "Each leaf with the objects for which it is a gap, undetermined or conformant; what does not apply follows each table.",
        ).to_owned());
        let mut seen: Vec<&str> = Vec::new();
        for one in &self.o.findings {
            if !seen.contains(&one.dimension.as_str()) {
                seen.push(&one.dimension);
            }
        }
        for dimension in seen {
            let title = self.o.dimensions.iter().find(|one| one.id == dimension).map(|one| self.x(&one.title));
            match title {
                Some(title) => self.part(self.titled(title, &[dimension])),
                // Requirements beside the standard belong to no dimension.
                None => self.part(
                    self.t("行业包等与标准并列的要求", "Requirements beside the standard: sector packs and others")
                        .to_owned(),
                ),
            }
            let all: Vec<&Judged> = self.o.findings.iter().filter(|one| one.dimension == dimension).collect();
            let rows: Vec<Vec<Spans>> =
                all.iter().filter(|one| one.counts.applicable() > 0).map(|one| self.leaf(one)).collect();
            if !rows.is_empty() {
                let heads = [
                    (self.t("条目", "Leaf"), 18),
                    (self.t("要求", "Requirement"), 43),
                    (self.t("结论与对象", "Verdict and objects"), 39),
                ];
                self.table("", &heads, rows);
            }
            let without: Vec<&str> =
                all.iter().filter(|one| one.counts.applicable() == 0).map(|one| one.leaf.as_str()).collect();
            if !without.is_empty() {
                let ids = vec![plain(self.t("不适用：", "Not applicable: ")), code(self.join(&without))];
                self.blocks.push(Block::Para(ids, Kind::Note));
            }
        }
    }

    fn leaf(&self, one: &Judged) -> Vec<Spans> {
        let mut verdicts = Spans::new();
        for (outcome, objects, more) in &one.objects {
            if !verdicts.is_empty() {
                verdicts.push(plain("\n"));
            }
            verdicts.push(self.verdict(*outcome));
            let named: Vec<&String> = objects.iter().filter(|id| !id.is_empty()).collect();
            if !named.is_empty() {
                verdicts.push(plain(self.t("：", ": ")));
                verdicts.extend(self.listed(&one.kind, &named));
            }
            if *more > 0 {
                verdicts.push(muted(match self.lang {
                    Lang::Zh => format!(" 等 {} 个", objects.len() + more),
                    Lang::En => format!(" and others, {}", objects.len() + more),
                }));
            }
            if *outcome == Outcome::Undetermined && !one.missing.is_empty() {
                verdicts.push(muted(self.t("\n缺：", "\nmissing: ")));
                let lacking: Vec<&str> = one.lacking.iter().map(|text| self.x(text)).collect();
                verdicts.push(muted(lacking.join(self.t("；", "; "))));
                if one.more_missing > 0 {
                    verdicts.push(muted(match self.lang {
                        Lang::Zh => format!(" 等，另 {} 项", one.more_missing),
                        Lang::En => format!(" and {} more", one.more_missing),
                    }));
                }
            }
        }
        for sentence in &one.records {
            verdicts.push(muted(format!("\n{}", self.x(sentence))));
        }
        if one.determined > 0 {
            verdicts.push(muted(self.t("\n含评估员判定", "\nwith a determination")));
        }
        vec![
            vec![bold(&one.leaf), plain(format!("\n{}", self.x(&one.title)))],
            vec![plain(self.x(&one.requirement))],
            verdicts,
        ]
    }

    fn worksheets(&mut self) {
        self.annex("工作底稿", "Worksheets");
        if self.o.worksheets.is_empty() {
            self.nothing(
                "卷宗没有评估员的回答，也没有标准附录所列测试的底稿。取决于它们的条目为待定，所缺者列于附件G。",
                "The dossier holds no assessor's answers and no worksheets of the tests in the standard's annexes. Leaves that depend on them are undetermined; what is missing is in annex G.",
            );
            return;
        }
        for sheet in &self.o.worksheets {
            let mut caption = self.x(&sheet.test).to_owned();
            if !sheet.subject.is_empty() {
                caption = format!("{caption} · {}", sheet.subject);
            }
            let mut rows: Vec<Vec<Spans>> = sheet
                .steps
                .iter()
                .map(|(ask, answer)| vec![vec![plain(self.x(ask))], vec![plain(self.x(answer))]])
                .collect();
            rows.push(vec![vec![bold(self.t("结果", "Result"))], vec![bold(self.x(&sheet.result))]]);
            let by = match sheet.on {
                Some(day) => format!("{}{}", sheet.by, self.t("，", ", ").to_owned() + &day.to_string()),
                None => sheet.by.clone(),
            };
            rows.push(vec![vec![plain(self.t("作答", "Answered by"))], vec![plain(by)]]);
            let heads = [
                (self.t("问题或要素", "Question or factor"), 40),
                (self.t("回答或认定（权重、理由、证据）", "Answer or finding (weight, reason, evidence)"), 60),
            ];
            self.table(&caption, &heads, rows);
        }
    }

    fn counted(&mut self) {
        self.annex("总体核验与抽样说明", "Statement on populations and samples");
        let population = self.x(&self.o.population).to_owned();
        if !population.is_empty() {
            self.para(population);
        }
        self.unchecked();
        if self.o.counted.is_empty() {
            self.nothing(
                "没有对处理记录作总体核验的结果，也没有载明抽样。",
                "There is no result of reading records in full, and no sample is stated.",
            );
            return;
        }
        let rows: Vec<Vec<Spans>> = self
            .o
            .counted
            .iter()
            .map(|one| {
                let mut what = vec![bold(self.x(&one.subject))];
                if !one.leaves.is_empty() {
                    what.extend([plain("\n"), Span { tone: Tone::Muted, ..code(self.named(&one.leaves)) }]);
                }
                if !one.source.is_empty() {
                    what.extend([plain("\n"), Span { tone: Tone::Muted, ..code(&one.source) }]);
                }
                if let (from, to @ Some(_)) | (from @ Some(_), to) = one.period {
                    let day = |day: Option<crate::Day>| day.map_or_else(|| "—".to_owned(), |day| day.to_string());
                    what.extend([
                        plain("\n"),
                        muted(format!("{}{} … {}", self.t("期间：", "period: "), day(from), day(to))),
                    ]);
                }
                if !one.evidence.is_empty() {
                    let ids = format!("{}{}", self.t("证据：", "evidence: "), self.join(&one.evidence));
                    what.extend([plain("\n"), muted(ids)]);
                }
                let how = if one.drawn.is_empty() && one.examined >= one.population {
                    self.t("全部", "all").to_owned()
                } else {
                    let drawn = if one.drawn.is_empty() { self.t("抽样", "sample") } else { self.x(&one.drawn) };
                    let seed = one.seed.map(|seed| match self.lang {
                        Lang::Zh => format!("，种子 {seed}"),
                        Lang::En => format!(", seed {seed}"),
                    });
                    let tolerable = one.tolerable.map(|rate| match self.lang {
                        Lang::Zh => format!("，可容忍偏差率 {rate}%"),
                        Lang::En => format!(", tolerable rate {rate}%"),
                    });
                    let level = one.confidence.map(|level| match self.lang {
                        Lang::Zh => format!("，置信度 {level}%"),
                        Lang::En => format!(", confidence {level}%"),
                    });
                    let most = one.at_most.map(|most| match self.lang {
                        Lang::Zh => format!("，偏差率上限 {most}%"),
                        Lang::En => format!(", rate of deviation at most {most}%"),
                    });
                    [Some(drawn.to_owned()), seed, level, tolerable, most].into_iter().flatten().collect()
                };
                // Where nothing was examined yet no number is said: none would read as no deviation.
                let mut result = match one.examined {
                    0 if one.population > 0 => vec![muted(self.t("尚未检查", "not examined yet"))],
                    _ => vec![plain(grouped(one.deviating))],
                };
                let withdrawn = self.x(&one.withdrawn);
                if !withdrawn.is_empty() {
                    let told = format!("\n{}{withdrawn}", self.t("已撤回，不作依据：", "withdrawn, not relied on: "));
                    result.push(Span { tone: Tone::Bad, ..plain(told) });
                }
                if !one.by.is_empty() {
                    let on = one.on.map(|day| format!("{}{day}", self.t("，", ", "))).unwrap_or_default();
                    result.push(muted(format!("\n{}{on}", one.by)));
                }
                let note = self.x(&one.note);
                if !note.is_empty() {
                    result.push(muted(format!("\n{note}")));
                }
                vec![
                    what,
                    vec![plain(grouped(one.population))],
                    vec![plain(grouped(one.examined))],
                    vec![plain(how)],
                    result,
                ]
            })
            .collect();
        let heads = [
            (self.t("事项、条目与来源", "Subject, leaves, source"), 36),
            (self.t("总体", "Population"), 12),
            (self.t("核验数", "Examined"), 12),
            (self.t("方式", "How"), 16),
            (self.t("偏离数与说明", "Deviating, remarks"), 24),
        ];
        self.table("", &heads, rows);
    }

    /// Checks of the records that came to no result.
    fn unchecked(&mut self) {
        if self.o.unchecked.is_empty() {
            return;
        }
        let rows = self
            .o
            .unchecked
            .iter()
            .map(|one| vec![vec![plain(self.x(&one.sentence))], vec![code(self.named(&one.leaves))]]);
        let rows = rows.collect();
        let heads = [(self.t("未能核验的事项", "Not decided"), 68), (self.t("条目", "Leaves"), 32)];
        self.table(
            self.t(
                "因缺少记录而未能核验，相应条目为待定",
                "Not decided for want of records; the leaves are undetermined",
            ),
            &heads,
            rows,
        );
    }

    fn reconciled(&mut self) {
        self.annex("言行对照表", "Said, on record, done");
        if self.o.reconciled.is_empty() {
            self.nothing(
                "政策、处理清单和实际处理没有逐项对照：卷宗没有给出个人信息保护政策的文本，或者其文本没有纳入对照。",
                "Policy, inventory and practice were not compared item by item: the dossier gives no text of a privacy policy, or none that was compared.",
            );
            return;
        }
        let note = self.x(&self.o.reconciled_note).to_owned();
        if !note.is_empty() {
            self.para(note);
        }
        let none: Text = Text::new("—", "—");
        let side = |text: &Text| vec![plain(self.x(if text.is_empty() { &none } else { text }))];
        let rows: Vec<Vec<Spans>> = self
            .o
            .reconciled
            .iter()
            .map(|one| {
                let difference = if one.difference.is_empty() {
                    vec![Span { tone: Tone::Good, ..plain(self.t("一致", "agree")) }]
                } else {
                    let mut spans = vec![Span { tone: Tone::Bad, ..plain(self.x(&one.difference)) }];
                    if !one.leaves.is_empty() {
                        spans.push(muted(format!(" ({})", self.join(&one.leaves))));
                    }
                    spans
                };
                vec![vec![bold(self.x(&one.item))], side(&one.said), side(&one.recorded), side(&one.done), difference]
            })
            .collect();
        let heads = [
            (self.t("事项", "Item"), 18),
            (self.t("政策所言", "Said"), 20),
            (self.t("清单所载", "On record"), 20),
            (self.t("实际所为", "Done"), 20),
            (self.t("差异", "Difference"), 22),
        ];
        self.table("", &heads, rows);
    }

    /// Ids, the first few of them.
    fn named(&self, ids: &[String]) -> String {
        const FEW: usize = 6;
        let shown = self.join(ids.get(..FEW).unwrap_or(ids));
        match (ids.len() > FEW, self.lang) {
            (false, _) => shown,
            (true, Lang::Zh) => format!("{shown} 等 {} 个", ids.len()),
            (true, Lang::En) => format!("{shown} and others, {}", ids.len()),
        }
    }

    fn requests(&mut self) {
        self.annex("待补充的事实", "Facts to be supplied");
        if self.o.requests.is_empty() {
            self.nothing("没有待补充的事实。", "No fact is missing.");
            return;
        }
        let (all, shown) = (self.o.requests.len(), self.o.requests.len().min(REQUESTS));
        if all > shown {
            self.para(match self.lang {
                Lang::Zh => format!("共 {all} 项，此处列等待者最多的 {shown} 项，其余见评估结果的 JSON 文件。"),
                Lang::En => {
                    format!("{all} in all; the {shown} that most leaves wait for are here, the rest in the JSON form.")
                }
            });
        }
        let rows: Vec<Vec<Spans>> = self
            .o
            .requests
            .iter()
            .take(REQUESTS)
            .map(|one| {
                vec![
                    vec![plain(self.x(&one.question)), plain("\n"), Span { tone: Tone::Muted, ..code(&one.path) }],
                    vec![plain(self.x(&one.asked))],
                    vec![code(self.named(&one.leaves))],
                ]
            })
            .collect();
        self.table(
            "",
            &[
                (self.t("问题与填写之处", "Question, and where the answer goes"), 56),
                (self.t("由谁答复", "Asked of"), 12),
                (self.t("等待的条目", "Leaves waiting"), 32),
            ],
            rows,
        );
        self.blocks.push(Block::Para(vec![plain(self.t("（全文完）", "(End.)"))], Kind::Note));
    }
}

/// `431,623`
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
