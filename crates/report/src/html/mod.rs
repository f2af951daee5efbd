//! HTML: one file, no network, no script. Laid out for A4 and for a telephone.
//!
//! Architecture invariant: nothing of a dossier reaches the page but through `maud`'s escaping, or through
//! [`style::css_string`] for the running header. No address of the network is ever written into the page.

mod findings;
mod gaps;
mod heat;
mod items;
mod law;
mod method;
mod missing;
mod packs;
mod people;
mod radar;
mod sheets;
mod style;
mod summary;
mod title;
mod value;
mod view;

#[cfg(test)]
mod tests;

use maud::{DOCTYPE, Markup, html as markup};
use zhunsheng_dossier::FactId;
use zhunsheng_source::Lang;
use zhunsheng_verdict::Assessment;

use crate::words;
use view::View;

/// Parts of the page that others show too, as HTML: they use classes and no inline style.
pub struct Charts {
    /// The radar, an SVG; a sentence where fewer than three dimensions have a verdict.
    pub radar: String,
    /// Stage × dimension, a table.
    pub heat: String,
    /// Findings per dimension: id, title, verdict, conformant, undetermined, gap leaves.
    pub dimensions: Vec<DimensionCount>,
}

/// What one dimension has come to.
pub struct DimensionCount {
    /// Id of the dimension.
    pub id: String,
    /// Its verdict, rolled up.
    pub verdict: zhunsheng_dossier::Outcome,
    /// The conclusion on it while the assessment goes on, which may be more than its findings come to (5.2.2).
    pub conclusion: (zhunsheng_dossier::Outcome, zhunsheng_source::Text),
    /// Leaves that are conformant for every object, open for one, a gap with one.
    pub leaves: (usize, usize, usize),
}

/// The charts of an assessment.
pub fn charts(assessment: &Assessment<'_>, lang: Lang) -> Charts {
    let view = View::new(assessment, lang);
    let (basis, open) = (words::no_basis(assessment), words::Moment::Open);
    let dimensions = view.dimensions.iter().map(|one| DimensionCount {
        id: one.clause.id.clone(),
        verdict: one.verdict,
        conclusion: words::conclusion(&one.clause.id, one.verdict, basis, open),
        leaves: (one.leaves.conformant, one.leaves.undetermined, one.leaves.gap),
    });
    Charts {
        radar: radar::chart(&view).into_string(),
        heat: heat::table(&view).into_string(),
        dimensions: dimensions.collect(),
    }
}

/// A fact as people read it.
pub struct Shown {
    /// Title of its field.
    pub label: String,
    /// Its value, enumerations by their label.
    pub value: String,
    /// Its path in the dossier: where to change it.
    pub path: String,
    /// `dossier.yaml:12`
    pub place: String,
}

/// Facts as people read them.
pub fn facts(assessment: &Assessment<'_>, facts: &[zhunsheng_dossier::FactId], lang: Lang) -> Vec<Shown> {
    let view =
        View { a: assessment, lang, judged: Vec::new(), dimensions: Vec::new(), counts: view::Counts::default() };
    let one = |fact: &zhunsheng_dossier::FactId| Shown {
        label: value::label(&view, *fact).unwrap_or_default().to_owned(),
        value: value::show(&view, *fact),
        path: assessment.dossier.facts.fact_path(&assessment.catalogue.schema, *fact),
        place: view.place(*fact),
    };
    facts.iter().map(one).collect()
}

/// A section: anchor, title in both languages, content.
struct Section<'a> {
    anchor: &'static str,
    title: (&'a str, &'a str),
    body: Markup,
}

/// The assessment as one page, in one language.
pub fn html(assessment: &Assessment<'_>, lang: Lang) -> String {
    let view = View::new(assessment, lang);
    let mut sections = vec![
        Section {
            anchor: "summary", title: ("评估结论摘要", "Summary of conclusions"), body: summary::body(&view)
        },
        Section {
            anchor: "radar", title: ("各维度符合程度", "Conformity by dimension"), body: radar::body(&view)
        },
        Section { anchor: "heat", title: ("环节与维度分布", "Stages and dimensions"), body: heat::body(&view) },
        Section { anchor: "gaps", title: ("差距", "Gaps"), body: gaps::body(&view) },
        Section { anchor: "missing", title: ("尚缺的资料", "What is missing"), body: missing::body(&view) },
        Section { anchor: "findings", title: ("逐条结论", "All findings by clause"), body: findings::body(&view) },
        Section { anchor: "law", title: ("所引法律与义务", "Law and obligations"), body: law::body(&view) },
        Section {
            anchor: "people",
            title: ("评估员的回答和判定", "Assessors' answers and determinations"),
            body: people::body(&view),
        },
        Section {
            anchor: "sheets",
            title: ("附录测试工作底稿", "Worksheets of annex tests"),
            body: sheets::body(&view),
        },
        Section { anchor: "method", title: ("方法与局限", "Method and its limits"), body: method::body(&view) },
        Section { anchor: "glossary", title: ("用语", "Terms"), body: method::glossary(&view) },
    ];
    if !assessment.dossier.criteria.is_empty() {
        let title = ("调整的评估准则", "Adjusted criteria");
        let after = sections.iter().position(|section| section.anchor == "method").unwrap_or_default();
        sections.insert(after, Section { anchor: "criteria", title, body: sheets::criteria(&view) });
    }
    if !assessment.packs.is_empty() {
        // Nothing to draw where only packs were asked for.
        if view.dimensions.is_empty() {
            sections.retain(|section| !matches!(section.anchor, "radar" | "heat"));
        }
        let title = ("行业包", "Sector packs");
        let after = sections.iter().position(|section| section.anchor == "gaps").unwrap_or_default();
        sections.insert(after, Section { anchor: "packs", title, body: packs::body(&view) });
    }
    if let Some(report) = &assessment.view {
        let section = Section {
            anchor: "items",
            title: (report.crosswalk.title.zh.as_str(), report.crosswalk.title.en.as_str()),
            body: items::body(&view, report),
        };
        sections.insert(1, section);
    }
    let heading = view.t("个人信息处理合规评估报告", "Personal information processing: compliance assessment");
    let name = view.target("name").unwrap_or_default();
    let page = markup! {
        (DOCTYPE)
        html lang=(view.t("zh-CN", "en")) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                meta name="color-scheme" content="light";
                title { (heading) @if !name.is_empty() { (view.t("：", ": ")) (name) } }
                style { (style::sheet(&view, heading, &name)) }
            }
            body {
                (title::block(&view, heading))
                nav.contents aria-label=(view.t("目录", "Contents")) {
                    h2.plain { (view.t("目录", "Contents")) }
                    ol {
                        @for (index, section) in sections.iter().enumerate() {
                            li { a href={ "#" (section.anchor) } {
                                span.number { (view.number(index)) }
                                span { (view.t(section.title.0, section.title.1)) }
                            } }
                        }
                    }
                }
                main {
                    @for (index, section) in sections.iter().enumerate() {
                        section id=(section.anchor) {
                            h2 { span.number { (view.number(index)) } (view.t(section.title.0, section.title.1)) }
                            (section.body)
                        }
                    }
                }
                (title::signatures(&view))
            }
        }
    };
    crate::imported::said(&page.into_string(), lang).into_owned()
}

/// Facts and objects in words, for whoever writes of an assessment elsewhere.
pub struct Reader<'a>(View<'a>);

impl<'a> Reader<'a> {
    /// Reads an assessment in one language.
    pub fn new(assessment: &'a Assessment<'a>, lang: Lang) -> Reader<'a> {
        Reader(View::new(assessment, lang))
    }

    /// The label of a fact; its path where the schema gives no label.
    pub fn label(&self, fact: FactId) -> String {
        let view = &self.0;
        value::label(view, fact)
            .map_or_else(|| view.a.dossier.facts.fact_path(&view.a.catalogue.schema, fact), str::to_owned)
    }

    /// The value of a fact.
    pub fn value(&self, fact: FactId) -> String {
        value::show(&self.0, fact)
    }

    /// A fact about the target; `None` where it is not stated.
    pub fn target(&self, field: &str) -> Option<String> {
        self.0.target(field)
    }

    /// The label of a stage.
    pub fn stage(&self, stage: &str) -> String {
        self.0.stage(stage).to_owned()
    }
}
