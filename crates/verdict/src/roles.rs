//! Who the target is (6.1). Chapters 5 to 7 speak to a handler; an entrusted party answers for what law lays on it directly
//! and for what its principal has handed down to it.

use zhunsheng_catalogue::{Catalogue, Clause, Leaf};
use zhunsheng_dossier::{FactId, Facts, FieldId, RecordId, Type, Val};
use zhunsheng_source::{At, Diagnostic, Diagnostics};

use crate::eval::{Missing, Trace};
use crate::kleene::Kleene;

/// A field of a record and what is stated there.
type Place = (RecordId, FieldId);

/// The fields on which roles rest.
pub(crate) struct Roles {
    roles: Option<Place>,
    handed_down: Option<Place>,
    for_another: Option<FieldId>,
    handed_down_here: Option<FieldId>,
    handler: Kleene,
    entrusted: Kleene,
}

impl Roles {
    pub fn read(catalogue: &Catalogue, facts: &Facts) -> Roles {
        let place = |field: &str| {
            let root = catalogue.schema.root_of("organisation")?;
            let Val::Record(record) = facts.val(facts.get(0, root)) else { return None };
            let (field, _) = catalogue.schema.shape(facts.shape(*record)).field(field)?;
            Some((*record, field))
        };
        let activity = |field: &str| {
            let kind = catalogue.schema.kinds.get("activity")?;
            catalogue.schema.shape(kind.shape).field(field).map(|(id, _)| id)
        };
        let roles = place("roles");
        let is = |word: &str| roles.map_or(Kleene::False, |place| has(catalogue, facts, place, word));
        Roles {
            roles,
            handed_down: place("handed_down"),
            for_another: activity("collected_for_another"),
            handed_down_here: activity("handed_down"),
            handler: is("handler").or(is("joint-handler")),
            entrusted: is("entrusted-party"),
        }
    }

    /// Whether a requirement binds the target for this object. A catalogue without roles binds everybody.
    pub fn bind(&self, facts: &Facts, leaf: &Leaf, clause: &Clause, object: RecordId, trace: &mut Trace) -> Kleene {
        let Some(roles) = self.roles else { return Kleene::True };
        if leaf.entrusted_own || self.entrusted == Kleene::False {
            return Kleene::True;
        }
        let mine = leaf.object == "activity";
        // As an entrusted party it acts in everything where it is nothing else, else in what it does for another.
        let acts = match (self.handler, self.entrusted) {
            (Kleene::Unknown, _) | (_, Kleene::Unknown) => {
                trace.missing.push(Missing::Fact(roles.0, roles.1));
                return Kleene::Unknown;
            }
            (Kleene::False, _) => Kleene::True,
            (Kleene::True, _) if !mine => Kleene::False,
            (Kleene::True, _) => self.for_another.map_or(Kleene::False, |field| truth(facts, object, field, trace)),
        };
        let read = facts.get(roles.0, roles.1);
        if acts == Kleene::False {
            return Kleene::True;
        }
        trace.facts.push(read);
        let list = match (mine, self.handed_down_here) {
            (true, Some(field)) => Some((object, field)),
            _ => self.handed_down,
        };
        let Some(list) = list else { return Kleene::Unknown };
        let handed = handed_down(facts, leaf, clause, list, trace);
        (!acts).or(handed)
    }
}

fn has(catalogue: &Catalogue, facts: &Facts, (record, field): Place, word: &str) -> Kleene {
    let fact = facts.get(record, field);
    if fact == 0 {
        return Kleene::Unknown;
    }
    let Some((_, declared)) = catalogue.schema.field(facts.shape(record), field) else { return Kleene::Unknown };
    let Type::Enum(values) = &declared.ty else { return Kleene::Unknown };
    let wanted = values.get_index_of(word).and_then(|index| u16::try_from(index).ok());
    match facts.val(fact) {
        Val::List(items) => {
            Kleene::known(items.iter().any(|item| matches!(item, Val::Sym(index) if Some(*index) == wanted)))
        }
        _ => Kleene::False,
    }
}

fn truth(facts: &Facts, record: RecordId, field: FieldId, trace: &mut Trace) -> Kleene {
    let fact = facts.get(record, field);
    if fact == 0 {
        trace.missing.push(Missing::Fact(record, field));
        return Kleene::Unknown;
    }
    trace.facts.push(fact);
    Kleene::known(matches!(facts.val(fact), Val::Bool(true)))
}

/// Whether the list names the leaf, its clause, or anything the clause stands under.
fn handed_down(facts: &Facts, leaf: &Leaf, clause: &Clause, (record, field): Place, trace: &mut Trace) -> Kleene {
    let fact = facts.get(record, field);
    if fact == 0 {
        trace.missing.push(Missing::Fact(record, field));
        return Kleene::Unknown;
    }
    trace.facts.push(fact);
    let Val::List(items) = facts.val(fact) else { return Kleene::False };
    let named = |id: &str| {
        let group = clause.groups.iter().any(|group| group.id == id && leaf.id.starts_with(id));
        id == leaf.id || group || clause.numbers().any(|known| known == id)
    };
    Kleene::known(items.iter().any(|item| matches!(item, Val::Text(id) if named(id.trim()))))
}

/// What a dossier says about its roles and its mode that does not fit together, each with a way to mend it.
pub(crate) fn check(catalogue: &Catalogue, facts: &Facts, problems: &mut Diagnostics) {
    let checker = Checker { catalogue, facts };
    checker.roles(problems);
    checker.handed_down(problems);
    checker.mode(problems);
}

struct Checker<'a> {
    catalogue: &'a Catalogue,
    facts: &'a Facts,
}

impl<'a> Checker<'a> {
    fn singleton(&self, kind: &str, field: &str) -> Option<(FactId, &'a Val)> {
        let root = self.catalogue.schema.root_of(kind)?;
        let Val::Record(record) = self.facts.val(self.facts.get(0, root)) else { return None };
        self.stated(*record, field)
    }

    fn stated(&self, record: RecordId, field: &str) -> Option<(FactId, &'a Val)> {
        let (field, _) = self.catalogue.schema.shape(self.facts.shape(record)).field(field)?;
        match self.facts.get(record, field) {
            0 => None,
            fact => Some((fact, self.facts.val(fact))),
        }
    }

    fn word(&self, fact: FactId) -> String {
        match self.facts.json(&self.catalogue.schema, fact) {
            serde_json::Value::String(text) => text,
            _ => String::new(),
        }
    }

    /// The objects of a kind, in the order written.
    fn objects(&self, kind: &str) -> Vec<RecordId> {
        let Some(root) = self.catalogue.schema.root_of(kind) else { return Vec::new() };
        let Val::List(items) = self.facts.val(self.facts.get(0, root)) else { return Vec::new() };
        let record = |val: &Val| match val {
            Val::Record(record) => Some(*record),
            _ => None,
        };
        items.iter().filter_map(record).collect()
    }

    fn roles(&self, problems: &mut Diagnostics) {
        let Some((fact, Val::List(_))) = self.singleton("organisation", "roles") else { return };
        let at = self.facts.at(fact);
        let place = self.facts.place(fact);
        let is = |word: &str| has(self.catalogue, self.facts, place, word) == Kleene::True;
        let (handler, entrusted, joint) = (is("handler"), is("entrusted-party"), is("joint-handler"));
        let mut warn = |at: At, zh: String, en: String, mend: (&str, &str)| {
            problems.push(Diagnostic::warning(at, zh, en).hint(mend.0, mend.1));
        };
        if !handler && !entrusted && !joint {
            warn(
                at,
                "`organisation.roles` 为空：被评估方总有一种角色".to_owned(),
                "`organisation.roles` is empty: the assessee has some role".to_owned(),
                ("写上 handler、entrusted-party 或 joint-handler", "state handler, entrusted-party or joint-handler"),
            );
            return;
        }
        let mut for_another = 0;
        for activity in self.objects("activity") {
            let Some((fact, val)) = self.stated(activity, "collected_for_another") else { continue };
            let id = self.facts.id(activity);
            match val {
                Val::Bool(true) if !entrusted => warn(
                    self.facts.at(fact),
                    format!("活动 `{id}` 受托进行，但 `organisation.roles` 中没有 entrusted-party"),
                    format!("activity `{id}` is done for another, but `organisation.roles` lacks entrusted-party"),
                    (
                        "在 roles 中补上 entrusted-party，或改为 false",
                        "add entrusted-party to the roles, or write false here",
                    ),
                ),
                Val::Bool(true) => for_another += 1,
                Val::Bool(false) if entrusted && !handler && !joint => warn(
                    self.facts.at(fact),
                    format!("组织只是受托人，而活动 `{id}` 不是受托进行：它在该活动中是处理者"),
                    format!(
                        "the organisation is an entrusted party only, yet activity `{id}` is not done for another: there it is a handler"
                    ),
                    ("在 roles 中补上 handler，或改为 true", "add handler to the roles, or write true here"),
                ),
                _ => {}
            }
        }
        if entrusted && for_another == 0 {
            warn(
                at,
                "角色含 entrusted-party，但没有一项活动写明受托进行".to_owned(),
                "the roles include entrusted-party, but no activity is stated to be done for another".to_owned(),
                (
                    "在受托的活动上写 `collected_for_another: true`",
                    "write `collected_for_another: true` on the activities entrusted",
                ),
            );
        }
        let partners = self
            .objects("recipient")
            .into_iter()
            .filter_map(|recipient| self.stated(recipient, "role"))
            .find(|(fact, _)| self.word(*fact) == "joint-handler");
        match (joint, partners) {
            (false, Some((fact, _))) => warn(
                self.facts.at(fact),
                "接收方是共同处理者，但 `organisation.roles` 中没有 joint-handler".to_owned(),
                "a recipient is a joint handler, but `organisation.roles` lacks joint-handler".to_owned(),
                (
                    "在 roles 中补上 joint-handler，或改正接收方的角色",
                    "add joint-handler to the roles, or correct the recipient's role",
                ),
            ),
            (true, None) => warn(
                at,
                "角色含 joint-handler，但没有一个接收方是共同处理者".to_owned(),
                "the roles include joint-handler, but no recipient is a joint handler".to_owned(),
                (
                    "把共同处理者列为接收方，写 `role: joint-handler`",
                    "list the joint handler as a recipient with `role: joint-handler`",
                ),
            ),
            _ => {}
        }
        if let Some((fact, Val::Bool(true))) = self.singleton("organisation", "important_platform")
            && !handler
            && !joint
        {
            warn(
                self.facts.at(fact),
                "平台义务（5.11.3.4、5.11.2.2 f）由处理者承担，而组织只是受托人".to_owned(),
                "platform duties (5.11.3.4, 5.11.2.2 f) are a handler's, yet the organisation is an entrusted party only".to_owned(),
                ("在 roles 中补上 handler，或改为 false", "add handler to the roles, or write false here"),
            );
        }
    }

    /// Numbers handed down must name something of the catalogue.
    fn handed_down(&self, problems: &mut Diagnostics) {
        let mut lists: Vec<(FactId, &Val)> = Vec::new();
        lists.extend(self.singleton("organisation", "handed_down"));
        lists.extend(self.objects("activity").into_iter().filter_map(|activity| self.stated(activity, "handed_down")));
        let known = |id: &str| self.catalogue.resolve(id).is_some();
        for (fact, val) in lists {
            let Val::List(items) = val else { continue };
            for item in items {
                let Val::Text(id) = item else { continue };
                if !known(id.trim()) {
                    let problem = Diagnostic::error(
                        self.facts.at(fact),
                        format!("目录中没有条款 `{id}`"),
                        format!("there is no clause `{id}` in the catalogue"),
                    );
                    problems.push(problem.near(id, self.catalogue.clauses.iter().map(|clause| clause.id.as_str())));
                }
            }
        }
    }

    fn mode(&self, problems: &mut Diagnostics) {
        let Some((fact, _)) = self.singleton("target", "mode") else { return };
        let text = |field: &str| match self.singleton("target", field) {
            Some((fact, Val::Text(text))) => Some((fact, text.trim().to_owned())),
            _ => None,
        };
        let (client, assessee) = (text("client"), text("assessee"));
        let mode = self.word(fact);
        let (Some((at, client)), Some((_, assessee))) = (client, assessee) else { return };
        let same = client == assessee;
        if mode == "first-party" && !same {
            let problem = Diagnostic::warning(
                self.facts.at(at),
                format!("第一方评估由组织评估自己，而委托方 `{client}` 不是被评估方 `{assessee}`"),
                format!(
                    "in a first-party assessment an organisation assesses itself, but the client `{client}` is not the assessee `{assessee}`"
                ),
            );
            problems.push(problem.hint(
                "改正委托方，或改为第二方、第三方评估",
                "correct the client, or make it a second- or third-party assessment",
            ));
        }
        if mode == "second-party" && same {
            let problem = Diagnostic::warning(
                self.facts.at(at),
                format!("第二方评估由相关方进行，而委托方与被评估方都是 `{client}`"),
                format!(
                    "a second-party assessment is made by an interested party, but client and assessee are both `{client}`"
                ),
            );
            problems.push(problem.hint(
                "写上采购方、监管方等相关方为委托方",
                "name the interested party (buyer, regulator) as the client",
            ));
        }
    }
}
