//! Crosswalks: ids exist, no leaf is forgotten, nothing is concluded from a text that was not at hand.

use std::collections::BTreeSet;

use super::Lint;
use crate::catalogue::{LeafId, Target};
use crate::clause::{Clause, GroupOf};
use crate::crosswalk::{Crosswalk, Item, Point, Relation};

impl<'a> Lint<'a> {
    pub(super) fn crosswalk(&mut self, crosswalk: &'a Crosswalk) {
        let catalogue = self.catalogue;
        if catalogue.instrument(&crosswalk.instrument).is_none() {
            let ids = catalogue.instruments.iter().map(|one| one.id.as_str());
            self.no_such(crosswalk.at, "instrument", &crosswalk.instrument, ids);
            return;
        }
        let mut seen = BTreeSet::new();
        for item in &crosswalk.items {
            self.item(crosswalk, item);
            if !seen.insert(item.id.as_str()) {
                let (zh, en) = (format!("事项 `{}` 重复", item.id), format!("item `{}` is declared twice", item.id));
                self.wrong(item.at, zh, en);
            }
        }
        self.forgotten(crosswalk);
    }

    fn item(&mut self, crosswalk: &'a Crosswalk, item: &'a Item) {
        if !self.catalogue.has_provision(&item.reference) {
            let articles = self.catalogue.instrument(&crosswalk.instrument);
            let ids: Vec<&str> =
                articles.into_iter().flat_map(|one| &one.articles).map(|article| article.id.as_str()).collect();
            self.no_such(item.at, &format!("article of {}", crosswalk.instrument), &item.id, ids);
        }
        for point in &item.points {
            self.point(crosswalk, point);
        }
    }

    fn point(&mut self, crosswalk: &Crosswalk, point: &'a Point) {
        let mut held: Vec<LeafId> = Vec::new();
        for map in &point.maps {
            let leaves = self.catalogue.leaves_under(&map.id);
            if leaves.is_empty() {
                let ids = self.catalogue.leaves.iter().map(|leaf| leaf.id.as_str());
                self.no_such(point.at, "leaf", &map.id, ids);
            }
            for leaf in &leaves {
                if held.contains(leaf) {
                    let id = self.catalogue.leaves.get(*leaf).map_or("", |leaf| leaf.id.as_str());
                    let (zh, en) =
                        (format!("`{}` 中 `{id}` 出现两次", point.id), format!("`{}` has `{id}` twice", point.id));
                    self.wrong(point.at, zh, en);
                }
            }
            if map.relation != Relation::Related && self.part_of_alternatives(&leaves) {
                let (zh, en) = (
                    format!("`{}` 只是可选项之一，须引用整个分组", map.id),
                    format!("`{}` is one of several alternatives; refer to the whole group", map.id),
                );
                self.wrong(point.at, zh, en);
            }
            held.extend(leaves);
        }
        let decides = |relation| point.maps.iter().any(|map| map.relation == relation);
        let judged = decides(Relation::Equal) || decides(Relation::Narrower) || decides(Relation::Broader);
        if !crosswalk.text_at_hand && (decides(Relation::Equal) || point.complete) {
            let (zh, en) = (
                format!("`{}`：未取得正文，不得写“等同”或 `complete`", point.id),
                format!("`{}`: without the text at hand nothing is equal or complete", point.id),
            );
            self.wrong(point.at, zh, en);
        }
        if point.complete && !judged {
            let (zh, en) = (
                format!("`{}` 没有条目，却写了 `complete`", point.id),
                format!("`{}` is `complete` without a leaf that settles it", point.id),
            );
            self.wrong(point.at, zh, en);
        }
        let settled = point.complete || decides(Relation::Equal) || decides(Relation::Broader);
        let used = self.catalogue.clauses.iter().any(|clause| clause.view.as_deref() == Some(crosswalk.id.as_str()));
        if used && !settled && point.ask.is_empty() {
            let (zh, en) = (
                format!("`{}` 不能由条目得出，须写 `ask`", point.id),
                format!("`{}` is not settled by leaves; write the question to `ask`", point.id),
            );
            self.wrong(point.at, zh, en);
        }
    }

    /// Some, not all, of the leaves of an any-group: one alternative alone decides nothing.
    fn part_of_alternatives(&self, leaves: &[LeafId]) -> bool {
        let groups = |clause: &'a Clause| clause.groups.iter().filter(|group| group.of == GroupOf::Any);
        self.catalogue.clauses.iter().flat_map(|clause| groups(clause).map(move |group| (clause, group))).any(
            |(clause, group)| {
                let all: Vec<LeafId> = self.catalogue.group_leaves(clause, &group.id).collect();
                let inside = all.iter().filter(|leaf| leaves.contains(leaf)).count();
                inside > 0 && inside < all.len()
            },
        )
    }

    fn forgotten(&mut self, crosswalk: &'a Crosswalk) {
        let catalogue = self.catalogue;
        let mut known: BTreeSet<LeafId> = crosswalk.lines(catalogue).into_iter().map(|line| line.leaf).collect();
        for unmapped in &crosswalk.unmapped {
            for id in &unmapped.ids {
                let leaves = catalogue.leaves_under(id);
                if leaves.is_empty() {
                    self.no_such(unmapped.at, "leaf", id, catalogue.leaves.iter().map(|leaf| leaf.id.as_str()));
                }
                for leaf in leaves {
                    if !known.insert(leaf) {
                        let id = catalogue.leaves.get(leaf).map_or("", |leaf| leaf.id.as_str());
                        let (zh, en) = (
                            format!("`{id}` 已有对应，不应列为无对应"),
                            format!("`{id}` is mapped and listed as unmapped"),
                        );
                        self.wrong(unmapped.at, zh, en);
                    }
                }
            }
        }
        for (index, leaf) in catalogue.leaves.iter().enumerate() {
            let file = catalogue.sources.name(leaf.at.file);
            let own = catalogue.clause_of(leaf).and_then(|clause| clause.view.as_deref());
            let covered = match own {
                Some(view) => view == crosswalk.id,
                None => crosswalk.covers.iter().any(|folder| file.starts_with(folder.as_str())),
            };
            if covered && !known.contains(&index) {
                let (zh, en) = (
                    format!("对照表 `{}` 没有条目 `{}`：写明对应，或列入 `unmapped` 并说明理由", crosswalk.id, leaf.id),
                    format!(
                        "crosswalk `{}` forgets `{}`: map it, or list it under `unmapped` with a reason",
                        crosswalk.id, leaf.id
                    ),
                );
                self.wrong(crosswalk.at, zh, en);
            }
        }
    }

    /// A view that clauses belong to is a crosswalk.
    pub(super) fn view(&mut self, clause: &'a Clause) {
        let Some(view) = clause.view.as_deref() else { return };
        if self.catalogue.crosswalk(view).is_none() {
            let ids = self.catalogue.crosswalks.iter().map(|one| one.id.as_str());
            self.no_such(clause.at, "crosswalk", view, ids);
        }
        if let Some(Target::Clause(_)) = self.catalogue.resolve(&clause.id)
            && clause.leaves.is_empty()
        {
            let (zh, en) = (format!("`{}` 没有条目", clause.id), format!("`{}` has no leaves", clause.id));
            self.wrong(clause.at, zh, en);
        }
    }
}
