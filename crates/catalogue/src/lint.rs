//! What a catalogue must satisfy beyond loading: references exist, figures are cited from law that is there, and
//! every leaf shows by example each verdict it can give. (That the examples come out as they claim is for `prove`.)

use zhunsheng_dossier::{Outcome, Type, build};
use zhunsheng_source::{Diagnostic, Diagnostics, Node};

use crate::catalogue::{Catalogue, Target, in_group};
use crate::clause::{Clause, Kind, Leaf};
use crate::law::LawRef;
use crate::pack::misplaced;
use crate::procedure::{Concluded, Direction, Procedure};

mod crosswalk;

/// Checks a loaded catalogue.
pub fn lint(catalogue: &Catalogue) -> Diagnostics {
    let mut lint = Lint { catalogue, problems: Diagnostics::default() };
    for clause in &catalogue.clauses {
        lint.clause(clause);
    }
    for (index, leaf) in catalogue.leaves.iter().enumerate() {
        lint.leaf(index, leaf);
    }
    let base: Vec<&Node> = catalogue.taxonomy.iter().collect();
    for template in catalogue.packs.iter().filter_map(|pack| pack.template.as_ref()) {
        let (_, problems) = build(&catalogue.schema, &base, template, &[]);
        lint.problems.extend(problems);
    }
    for crosswalk in &catalogue.crosswalks {
        lint.crosswalk(crosswalk);
    }
    for (index, procedure) in catalogue.procedures.iter().enumerate() {
        lint.procedure(index, procedure);
    }
    for function in &catalogue.functions {
        lint.law(function.at, &function.source);
    }
    for instrument in &catalogue.instruments {
        let replaced = instrument.replaced_by.as_deref();
        if let Some(id) = replaced.filter(|id| catalogue.instrument(id).is_none()) {
            lint.no_such(instrument.at, "instrument", id, catalogue.instruments.iter().map(|i| i.id.as_str()));
        }
        for article in &instrument.articles {
            if let Some(former) = article.formerly.as_deref() {
                lint.law(article.at, former);
            }
            for party in article.binds.iter().filter(|id| !catalogue.parties.iter().any(|one| one.id == **id)) {
                lint.no_such(article.at, "party", party, catalogue.parties.iter().map(|one| one.id.as_str()));
            }
        }
    }
    lint.problems
}

struct Lint<'a> {
    catalogue: &'a Catalogue,
    problems: Diagnostics,
}

impl<'a> Lint<'a> {
    fn no_such(&mut self, at: zhunsheng_source::At, what: &str, id: &str, valid: impl IntoIterator<Item = &'a str>) {
        let problem = Diagnostic::error(at, format!("`{id}` 不存在（{what}）"), format!("no {what} `{id}`"));
        self.problems.push(problem.near(id, valid));
    }

    fn wrong(&mut self, at: zhunsheng_source::At, zh: String, en: String) {
        self.problems.push(Diagnostic::error(at, zh, en));
    }

    fn clause(&mut self, clause: &'a Clause) {
        let ids = self.catalogue.clauses.iter().map(|clause| clause.id.as_str());
        if let Some(extended) = clause.extends.as_deref().filter(|id| self.catalogue.clause(id).is_none()) {
            self.no_such(clause.at, "clause", extended, ids);
        }
        if clause.kind == Kind::ExtensionRequirement && clause.extends.is_none() {
            let (zh, en) =
                (format!("`{}` 未写 `extends`", clause.id), format!("`{}` does not say what it extends", clause.id));
            self.wrong(clause.at, zh, en);
        }
        if clause.kind == Kind::LegalBasis && clause.basis.is_none() {
            let (zh, en) =
                (format!("`{}` 未写 `basis`", clause.id), format!("`{}` does not say which basis it is", clause.id));
            self.wrong(clause.at, zh, en);
        }
        for (field, value) in [("stage", &clause.stage), ("legal_bases", &clause.basis)] {
            let Some(value) = value else { continue };
            let kind = self.catalogue.schema.kinds.get("activity");
            let declared = kind.and_then(|kind| self.catalogue.schema.shape(kind.shape).fields.get(field));
            if let Some(Type::Enum(values)) = declared.map(|field| &field.ty)
                && !values.contains_key(value)
            {
                self.no_such(clause.at, field, value, values.keys().map(String::as_str));
            }
        }
        self.view(clause);
        for reference in &clause.law {
            self.law(clause.at, reference);
        }
        if let Some(text) = misplaced(self.catalogue, clause) {
            self.wrong(clause.at, text.zh, text.en);
        }
        for group in &clause.groups {
            let has_leaf = self.catalogue.group_leaves(clause, &group.id).next().is_some();
            if !has_leaf || !group.id.starts_with(&clause.id) {
                let (zh, en) =
                    (format!("分组 `{}` 下没有条目", group.id), format!("group `{}` has no leaves", group.id));
                self.wrong(group.at, zh, en);
            }
        }
    }

    fn law(&mut self, at: zhunsheng_source::At, reference: &str) {
        let Some(parsed) = LawRef::parse(reference) else {
            let (zh, en) = (
                format!("法律引用 `{reference}` 应写成 `pipl/13(1)(2)`"),
                format!("law reference `{reference}` must look like `pipl/13(1)(2)`"),
            );
            self.wrong(at, zh, en);
            return;
        };
        let Some(instrument) = self.catalogue.instrument(parsed.instrument) else {
            let ids: Vec<&str> = self.catalogue.instruments.iter().map(|i| i.id.as_str()).collect();
            self.no_such(at, "instrument", parsed.instrument, ids);
            return;
        };
        if !instrument.articles.iter().any(|article| article.id == parsed.article) {
            let ids: Vec<&str> = instrument.articles.iter().map(|article| article.id.as_str()).collect();
            self.no_such(at, &format!("article of {}", instrument.id), parsed.article, ids);
        }
    }

    /// A procedure names the leaves that read it, both ways; it shows each conclusion; its factors point both ways.
    fn procedure(&mut self, index: usize, procedure: &'a Procedure) {
        let id = &procedure.id;
        for reference in &procedure.law {
            self.law(procedure.at, reference);
        }
        let catalogue = self.catalogue;
        let reads = |leaf: &&Leaf| leaf.worksheets.iter().any(|read| usize::from(*read) == index);
        let readers: Vec<&str> = catalogue.leaves.iter().filter(reads).map(|leaf| leaf.id.as_str()).collect();
        for leaf in &procedure.decides {
            if catalogue.leaf(leaf).is_none() {
                self.no_such(procedure.at, "leaf", leaf, catalogue.leaves.iter().map(|leaf| leaf.id.as_str()));
            } else if !readers.contains(&leaf.as_str()) {
                let (zh, en) = (
                    format!("条目 `{leaf}` 并不读取附录测试 `{id}`"),
                    format!("leaf `{leaf}` does not read procedure `{id}`"),
                );
                self.wrong(procedure.at, zh, en);
            }
        }
        for leaf in readers.iter().filter(|leaf| !procedure.decides.iter().any(|named| named == *leaf)) {
            let (zh, en) = (
                format!("条目 `{leaf}` 读取附录测试 `{id}`，但没有列入 `decides`"),
                format!("leaf `{leaf}` reads procedure `{id}` but is not in its `decides`"),
            );
            self.wrong(procedure.at, zh, en);
        }
        let worked = catalogue.worked.get(index).map(Vec::as_slice).unwrap_or_default();
        for (word, concluded) in Concluded::WORDS {
            if !worked.iter().any(|example| example.concluded == concluded) {
                let (zh, en) = (
                    format!("附录测试 `{id}` 缺 {word} 的例子"),
                    format!("procedure `{id}` has no example that is {word}"),
                );
                self.wrong(procedure.at, zh, en);
            }
        }
        for factor in &procedure.factors {
            if factor.findings.values().all(|finding| finding.weighs == Direction::Neutral) {
                let (zh, en) = (
                    format!("因素 `{id}.{}` 的认定都是中性的", factor.id),
                    format!("every finding of `{id}.{}` is neutral", factor.id),
                );
                self.wrong(factor.at, zh, en);
            }
        }
    }

    fn leaf(&mut self, index: usize, leaf: &'a Leaf) {
        let Some(clause) = self.catalogue.clause_of(leaf) else { return };
        let tail = leaf.id.strip_prefix(clause.id.as_str());
        // An exception clause may be a single letter of a clause (`5.8.2b`); its items are numbers.
        let lettered = clause.id.ends_with(|c: char| c.is_ascii_lowercase());
        let foreign =
            |tail: &str| tail.starts_with('.') || (!lettered && tail.starts_with(|c: char| c.is_ascii_digit()));
        if tail.is_none_or(foreign) {
            let (zh, en) = (
                format!("条目 `{}` 不属于条款 `{}`", leaf.id, clause.id),
                format!("leaf `{}` does not belong to clause `{}`", leaf.id, clause.id),
            );
            self.wrong(leaf.at, zh, en);
        }
        let numbered = tail.is_some_and(|tail| tail.starts_with(|c: char| c.is_ascii_lowercase()) && tail.len() > 1);
        if numbered && !clause.groups.iter().any(|group| in_group(&leaf.id, &group.id)) {
            let (zh, en) = (
                format!("条目 `{}` 没有所属的分组", leaf.id),
                format!("leaf `{}` has no group for its letter", leaf.id),
            );
            self.wrong(leaf.at, zh, en);
        }
        for reference in &leaf.law {
            if !clause.law.contains(reference) {
                self.law(leaf.at, reference);
            }
        }
        for id in leaf.requires.iter().chain(&leaf.any_of) {
            self.leans_on(leaf, id);
        }
        self.relation(leaf, clause);
        for id in &leaf.except {
            let kind = match self.catalogue.resolve(id) {
                Some(Target::Leaf(exception)) => self.catalogue.leaves.get(exception).map(|leaf| leaf.clause),
                Some(Target::Group(clause, _) | Target::Clause(clause)) => Some(clause),
                None => None,
            }
            .and_then(|clause| self.catalogue.clauses.get(clause))
            .map(|clause| clause.kind);
            match kind {
                Some(Kind::Exception) => {}
                Some(_) => {
                    let (zh, en) = (format!("`{id}` 不是例外"), format!("`{id}` is not an exception"));
                    self.wrong(leaf.at, zh, en);
                }
                None => {
                    let ids = self.catalogue.leaves.iter().map(|leaf| leaf.id.as_str());
                    self.no_such(leaf.at, "exception", id, ids);
                }
            }
        }
        self.examples(index, leaf, clause);
    }

    /// A leaf of a pack says what it does to the standard; nothing else does.
    fn relation(&mut self, leaf: &'a Leaf, clause: &Clause) {
        let related = !leaf.sharpens.is_empty() || !leaf.adds.is_empty();
        if related != (clause.kind == Kind::SectorRequirement) {
            let (zh, en) = (
                format!("`{}`：行业要求（且仅行业要求）须写 `sharpens` 或 `adds`", leaf.id),
                format!("`{}`: sector requirements, and only they, state `sharpens` or `adds`", leaf.id),
            );
            self.wrong(leaf.at, zh, en);
        }
        for id in leaf.sharpens.iter().chain(&leaf.adds) {
            let found = match self.catalogue.resolve(id) {
                Some(Target::Leaf(base)) => self.catalogue.leaves.get(base).map(|leaf| leaf.clause),
                Some(Target::Group(base, _) | Target::Clause(base)) => Some(base),
                None => None,
            };
            match found.and_then(|base| self.catalogue.clauses.get(base)) {
                None => {
                    let clauses = self.catalogue.clauses.iter().map(|clause| clause.id.as_str());
                    let ids = clauses.chain(self.catalogue.leaves.iter().map(|leaf| leaf.id.as_str()));
                    self.no_such(leaf.at, "clause", id, ids);
                }
                Some(base) if base.pack.is_some() => {
                    let (zh, en) = (
                        format!("`{id}` 是行业包的条款，不是标准的条款"),
                        format!("`{id}` is a clause of a pack, not of the standard"),
                    );
                    self.wrong(leaf.at, zh, en);
                }
                Some(_) => {}
            }
        }
    }

    fn leans_on(&mut self, leaf: &'a Leaf, id: &'a str) {
        let leaves: Vec<usize> = match self.catalogue.resolve(id) {
            Some(Target::Leaf(leaf)) => vec![leaf],
            Some(Target::Clause(clause)) => {
                let prefix =
                    self.catalogue.clauses.get(clause).map(|clause| format!("{}.", clause.id)).unwrap_or_default();
                let inside = self.catalogue.clauses.iter().enumerate();
                inside
                    .filter(|(index, other)| *index == clause || other.id.starts_with(&prefix))
                    .flat_map(|(_, clause)| clause.leaves.iter().copied())
                    .collect()
            }
            Some(Target::Group(clause, group)) => match self.catalogue.clauses.get(clause) {
                Some(clause) => clause
                    .groups
                    .get(group)
                    .map(|group| self.catalogue.group_leaves(clause, &group.id).collect())
                    .unwrap_or_default(),
                None => Vec::new(),
            },
            None => {
                let ids = self.catalogue.clauses.iter().map(|clause| clause.id.as_str());
                self.no_such(leaf.at, "clause", id, ids);
                return;
            }
        };
        let same = leaves
            .iter()
            .filter_map(|other| self.catalogue.leaves.get(*other))
            .any(|other| other.object == leaf.object);
        if !same {
            let (zh, en) = (
                format!("`{id}` 中没有按 `{}` 判断的条目", leaf.object),
                format!("`{id}` has no leaf for `{}`", leaf.object),
            );
            self.wrong(leaf.at, zh, en);
        }
    }

    fn examples(&mut self, index: usize, leaf: &'a Leaf, clause: &Clause) {
        let Some(examples) = self.catalogue.examples.get(index) else { return };
        let conditional = leaf.when.is_some()
            || clause.basis.is_some()
            || (clause.stage.is_some() && leaf.object == "activity")
            || !leaf.except.is_empty();
        let mut needed = vec![Outcome::Conformant, Outcome::Undetermined];
        if clause.kind == Kind::Exception {
            // An exception with the burden on the handler is never undetermined: not proven means not shown.
            needed = vec![Outcome::Conformant, Outcome::NotApplicable];
            if !leaf.burden_on_handler {
                needed.push(Outcome::Undetermined);
            }
        } else {
            needed.push(Outcome::Gap);
            if conditional {
                needed.push(Outcome::NotApplicable);
            }
        }
        for verdict in needed {
            if !examples.iter().any(|example| example.verdict == verdict) {
                let (zh, en) = (
                    format!("条目 `{}` 缺“{}”的例子", leaf.id, verdict.label().zh),
                    format!("leaf `{}` has no example that is {}", leaf.id, verdict.word()),
                );
                self.wrong(leaf.at, zh, en);
            }
        }
    }
}
