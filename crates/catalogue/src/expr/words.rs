//! A checked expression in words, Chinese and English: what a clause really tests, for those who do not read CEL.
//!
//! Names are the titles of the schema's fields and the labels of their values, so the sentence says what the form asks.

use indexmap::IndexMap;
use zhunsheng_dossier::{Field, Schema, ShapeId, Type};
use zhunsheng_source::{Lang, Text};

use super::{Cmp, Expr, Func, Quant, definition, rewrite};
use crate::clause::Step;
use crate::procedure::Procedure;

/// What the words of an expression are taken from.
pub struct Wording<'a> {
    /// The schema its fields come from.
    pub schema: &'a Schema,
    /// The kind of object under judgement.
    pub object: &'a str,
    /// Steps of the leaf.
    pub steps: &'a [Step],
    /// Tests of the annexes, whose conclusions may be read.
    pub procedures: &'a [Procedure],
    /// The language.
    pub lang: Lang,
}

/// What a part of an expression is, as far as words need it.
#[derive(Clone)]
enum Kind<'a> {
    Record(ShapeId),
    Values(&'a IndexMap<String, Text>),
    List(Box<Kind<'a>>),
    Date,
    Other,
}

struct Said<'a> {
    text: String,
    kind: Kind<'a>,
}

impl<'a> Wording<'a> {
    /// The expression as a sentence without a full stop.
    pub fn say(&self, expr: &Expr) -> String {
        let shape = self.schema.kinds.get(self.object).map_or(0, |kind| kind.shape);
        self.truth(expr, &mut vec![Kind::Record(shape)])
    }

    /// The derived facts an expression rests on, each with its definition in words, in the order they occur.
    pub fn derived(&self, expr: &Expr) -> Vec<(String, String)> {
        let names = std::cell::RefCell::new(Vec::new());
        rewrite(expr, &|node| {
            if let Expr::Named(name, _) = node
                && !names.borrow().contains(name)
            {
                names.borrow_mut().push(name.clone());
            }
            None
        });
        let said = |name: &String| {
            let (owner, _) = name.split_once('.')?;
            let (body, truth) = definition(self.schema, name, self.procedures)?;
            let own = Wording {
                schema: self.schema,
                object: owner,
                steps: &[],
                procedures: self.procedures,
                lang: self.lang,
            };
            let shape = self.schema.kinds.get(owner)?.shape;
            let mut locals = vec![Kind::Record(shape)];
            let words = if truth { own.truth(&body, &mut locals) } else { own.value(&body, &mut locals).text };
            Some((self.computed(name), words))
        };
        names.borrow().iter().filter_map(said).collect()
    }

    /// `附录B.4测试得出“兼容”`
    fn concluded(&self, index: u16, holds: bool) -> String {
        let Some(one) = self.procedures.get(usize::from(index)) else { return String::new() };
        let [yes, no] = &one.conclusions;
        let said = if holds { yes } else { no };
        self.t(
            format!("附录{}的测试（{}）得出“{}”", one.annex, one.title.zh, said.zh),
            format!("the test of annex {} ({}) concludes “{}”", one.annex, one.title.en, said.en),
        )
    }

    fn t(&self, zh: impl Into<String>, en: impl Into<String>) -> String {
        match self.lang {
            Lang::Zh => zh.into(),
            Lang::En => en.into(),
        }
    }

    fn truth(&self, expr: &Expr, locals: &mut Vec<Kind<'a>>) -> String {
        match expr {
            Expr::And(parts) => self.joined(parts, &self.t("；并且", "; and "), locals),
            Expr::Or(parts) => self.joined(parts, &self.t("；或者", "; or "), locals),
            Expr::Not(inner) => self.not(inner, locals),
            Expr::Bool(true) => self.t("总是如此", "always so"),
            Expr::Bool(false) => self.t("从不如此", "never so"),
            Expr::Named(name, _) => {
                let title = self.computed(name);
                self.t(format!("{title}成立"), format!("{title} holds"))
            }
            Expr::Worksheet(_, index) => self.concluded(*index, true),
            Expr::Weighing => self.t("具名人员权衡后认为成立", "a named person weighed it and found so"),
            Expr::Cmp(op, a, b) => self.compare(*op, a, b, locals),
            Expr::In(item, list) => self.member(item, list, locals),
            Expr::Quant(quant, list, _, body) => self.quantified(*quant, list, body, locals),
            Expr::If(condition, a, b) => {
                let (c, a, b) = (self.truth(condition, locals), self.truth(a, locals), self.truth(b, locals));
                self.t(format!("如果（{c}），则（{a}），否则（{b}）"), format!("if ({c}), then ({a}), otherwise ({b})"))
            }
            Expr::Call(func @ (Func::Contains | Func::StartsWith), text, part) => {
                let (text, part) = (self.value(text, locals).text, self.value(part, locals).text);
                match func {
                    Func::Contains => self.t(format!("{text}含有{part}"), format!("{text} contains {part}")),
                    _ => self.t(format!("{text}以{part}开头"), format!("{text} begins with {part}")),
                }
            }
            other => {
                let said = self.value(other, locals).text;
                self.t(format!("{said}为“是”"), format!("{said}: yes"))
            }
        }
    }

    fn not(&self, inner: &Expr, locals: &mut Vec<Kind<'a>>) -> String {
        match inner {
            Expr::Worksheet(_, index) => self.concluded(*index, false),
            Expr::Field(..) | Expr::Local(_) => {
                let said = self.value(inner, locals).text;
                self.t(format!("{said}为“否”"), format!("{said}: no"))
            }
            Expr::Named(name, _) => {
                let title = self.computed(name);
                self.t(format!("{title}不成立"), format!("{title} does not hold"))
            }
            other => {
                let said = self.truth(other, locals);
                self.t(format!("并非（{said}）"), format!("not ({said})"))
            }
        }
    }

    fn joined(&self, parts: &[Expr], joint: &str, locals: &mut Vec<Kind<'a>>) -> String {
        let said: Vec<String> = parts
            .iter()
            .map(|part| {
                let said = self.truth(part, locals);
                match part {
                    Expr::And(_) | Expr::Or(_) => self.t(format!("（{said}）"), format!("({said})")),
                    _ => said,
                }
            })
            .collect();
        said.join(joint)
    }

    fn compare(&self, op: Cmp, a: &Expr, b: &Expr, locals: &mut Vec<Kind<'a>>) -> String {
        // `size(x) == 0` and the like: whether there is any.
        if let (Expr::Size(list), Expr::Int(0)) = (a, b) {
            let list = self.value(list, locals).text;
            return match op {
                Cmp::Eq | Cmp::Le => self.t(format!("{list}一项也没有"), format!("{list}: none")),
                _ => self.t(format!("{list}至少有一项"), format!("{list}: at least one")),
            };
        }
        if let (value, Expr::Null) | (Expr::Null, value) = (a, b) {
            let said = self.value(value, locals).text;
            return match op {
                Cmp::Eq => self.t(format!("没有{said}"), format!("there is no {said}")),
                _ => self.t(format!("有{said}"), format!("there is {said}")),
            };
        }
        if let (value, Expr::Bool(yes)) = (a, b) {
            let said = self.value(value, locals).text;
            let (zh, en) = if *yes == (op == Cmp::Eq) { ("是", "yes") } else { ("否", "no") };
            return self.t(format!("{said}为“{zh}”"), format!("{said}: {en}"));
        }
        let (left, right) = (self.value(a, locals), self.value(b, locals));
        let dates = matches!(left.kind, Kind::Date) || matches!(right.kind, Kind::Date);
        let (left, right) =
            (self.as_value(a, left.text.clone(), &right.kind), self.as_value(b, right.text.clone(), &left.kind));
        let words = match (op, dates) {
            (Cmp::Eq, _) => self.t("是", " is "),
            (Cmp::Ne, _) => self.t("不是", " is not "),
            (Cmp::Lt, true) => self.t("早于", " is before "),
            (Cmp::Le, true) => self.t("不晚于", " is not after "),
            (Cmp::Gt, true) => self.t("晚于", " is after "),
            (Cmp::Ge, true) => self.t("不早于", " is not before "),
            (Cmp::Lt, false) => self.t("小于", " is less than "),
            (Cmp::Le, false) => self.t("不大于", " is at most "),
            (Cmp::Gt, false) => self.t("大于", " is more than "),
            (Cmp::Ge, false) => self.t("不小于", " is at least "),
        };
        format!("{left}{words}{right}")
    }

    /// A value of an enumeration by the label it has in the field it meets.
    fn as_value(&self, expr: &Expr, said: String, met: &Kind<'a>) -> String {
        let values = match met {
            Kind::Values(values) => values,
            Kind::List(of) => match &**of {
                Kind::Values(values) => values,
                _ => return said,
            },
            _ => return said,
        };
        match expr {
            Expr::Sym(index) => match values.get_index(*index as usize) {
                Some((id, label)) => {
                    let label = label.get(self.lang);
                    let label = if label.is_empty() { id } else { label };
                    self.t(format!("“{label}”"), format!("“{label}”"))
                }
                None => said,
            },
            Expr::List(items) => {
                let items: Vec<String> = items.iter().map(|item| self.as_value(item, String::new(), met)).collect();
                items.join(&self.t("、", ", "))
            }
            _ => said,
        }
    }

    fn member(&self, item: &Expr, list: &Expr, locals: &mut Vec<Kind<'a>>) -> String {
        let (one, all) = (self.value(item, locals), self.value(list, locals));
        if let Expr::List(_) = list {
            let among = self.as_value(list, all.text, &one.kind);
            return self.t(format!("{}是下列之一：{among}", one.text), format!("{} is one of: {among}", one.text));
        }
        let one = self.as_value(item, one.text, &all.kind);
        self.t(format!("{}包括{one}", all.text), format!("{} includes {one}", all.text))
    }

    fn quantified(&self, quant: Quant, list: &Expr, body: &Expr, locals: &mut Vec<Kind<'a>>) -> String {
        let list = self.value(list, locals);
        let item = match list.kind {
            Kind::List(item) => *item,
            _ => Kind::Other,
        };
        locals.push(item);
        let it = self.it(locals.len() - 1);
        let body = self.truth(body, locals);
        locals.pop();
        let list = list.text;
        match quant {
            Quant::All => self
                .t(format!("{list}的每一项（{it}）都有：〔{body}〕"), format!("for each ({it}) of {list}: [{body}]")),
            Quant::Exists => {
                self.t(format!("{list}中有一项（{it}）：〔{body}〕"), format!("for some ({it}) of {list}: [{body}]"))
            }
            Quant::One => self.t(
                format!("{list}中恰有一项（{it}）：〔{body}〕"),
                format!("for exactly one ({it}) of {list}: [{body}]"),
            ),
        }
    }

    /// What a loop variable is called: 甲, 乙 … and A, B …
    fn it(&self, depth: usize) -> String {
        const ZH: [&str; 6] = ["甲", "乙", "丙", "丁", "戊", "己"];
        const EN: [&str; 6] = ["A", "B", "C", "D", "E", "F"];
        let at = depth.saturating_sub(1);
        self.t(*ZH.get(at).unwrap_or(&"该项"), *EN.get(at).unwrap_or(&"it"))
    }

    fn computed(&self, name: &str) -> String {
        let Some((owner, field)) = name.split_once('.') else { return name.to_owned() };
        let kind = self.schema.kinds.get(owner).map(|kind| kind.shape);
        let declared = kind.and_then(|shape| self.schema.shape(shape).fields.get(field));
        declared.map_or_else(
            || name.to_owned(),
            |declared| self.t(format!("“{}”", declared.title.zh), format!("“{}”", declared.title.en)),
        )
    }

    fn value(&self, expr: &Expr, locals: &mut Vec<Kind<'a>>) -> Said<'a> {
        let plain = |text: String| Said { text, kind: Kind::Other };
        match expr {
            Expr::Int(number) => plain(number.to_string()),
            Expr::Num(number) => plain(number.to_string()),
            Expr::Text(text) => plain(self.t(format!("“{text}”"), format!("“{text}”"))),
            Expr::Date(date) => Said { text: date.to_string(), kind: Kind::Date },
            Expr::Sym(index) => plain(index.to_string()),
            Expr::Null => plain(self.t("无", "none")),
            Expr::AsOf => Said { text: self.t("评估基准日", "the as-of date"), kind: Kind::Date },
            Expr::Root => Said { text: String::new(), kind: Kind::Record(0) },
            Expr::Local(0) => {
                // What is judged is said beside the sentence; repeating it before every field would bury the rest.
                Said { text: String::new(), kind: locals.first().cloned().unwrap_or(Kind::Other) }
            }
            Expr::Local(index) => {
                let kind = locals.get(*index as usize).cloned().unwrap_or(Kind::Other);
                Said { text: self.it(*index as usize), kind }
            }
            Expr::List(items) => {
                let items: Vec<String> = items.iter().map(|item| self.value(item, locals).text).collect();
                plain(items.join(&self.t("、", ", ")))
            }
            Expr::Step(index) => self.step(*index),
            Expr::Finding(_) => plain(self.t("底稿对该因素的认定", "what the worksheet finds about the factor")),
            Expr::Field(inner, field) => {
                let owner = self.value(inner, locals);
                let Kind::Record(shape) = owner.kind else { return plain(owner.text) };
                let Some((_, declared)) = self.schema.field(shape, *field) else { return plain(owner.text) };
                self.field(shape, &owner.text, declared)
            }
            Expr::Named(name, inner) => {
                let kind = self.value(inner, locals).kind;
                Said { text: self.computed(name), kind }
            }
            Expr::Size(list) => {
                let list = self.value(list, locals).text;
                plain(self.t(format!("{list}的数量"), format!("the number of {list}")))
            }
            Expr::If(condition, a, b) => {
                let c = self.truth(condition, locals);
                let (a, b) = (self.value(a, locals), self.value(b, locals));
                let text = self.t(
                    format!("（如果{c}，为{}，否则为{}）", a.text, b.text),
                    format!("(if {c}, {}, otherwise {})", a.text, b.text),
                );
                Said { text, kind: a.kind }
            }
            Expr::Filter(list, _, body) => {
                let list = self.value(list, locals);
                let item = match &list.kind {
                    Kind::List(item) => (**item).clone(),
                    _ => Kind::Other,
                };
                locals.push(item);
                let it = self.it(locals.len() - 1);
                let body = self.truth(body, locals);
                locals.pop();
                let text = self.t(
                    format!("{}中符合〔{body}〕的各项（{it}）", list.text),
                    format!("those ({it}) of {} with [{body}]", list.text),
                );
                Said { text, kind: list.kind }
            }
            Expr::Map(list, _, body) => {
                let list = self.value(list, locals);
                let item = match list.kind {
                    Kind::List(item) => *item,
                    _ => Kind::Other,
                };
                locals.push(item);
                let body = self.value(body, locals);
                locals.pop();
                let text = self
                    .t(format!("{}各项的{}", list.text, body.text), format!("{} of each of {}", body.text, list.text));
                Said { text, kind: Kind::List(Box::new(body.kind)) }
            }
            Expr::Call(func, a, b) => {
                let (a, b) = (self.value(a, locals).text, self.value(b, locals).text);
                plain(match func {
                    Func::Add => self.t(format!("{a}加{b}"), format!("{a} plus {b}")),
                    Func::Sub => self.t(format!("{a}减{b}"), format!("{a} minus {b}")),
                    Func::Days => self.t(format!("从{a}到{b}的天数"), format!("the days from {a} to {b}")),
                    Func::Workdays => {
                        self.t(format!("从{a}到{b}的工作日数"), format!("the working days from {a} to {b}"))
                    }
                    Func::Contains | Func::StartsWith => self.truth(expr, locals),
                })
            }
            truth => plain(self.truth(truth, locals)),
        }
    }

    fn step(&self, index: u16) -> Said<'a> {
        match self.steps.get(index as usize) {
            Some(step) => Said {
                text: self.t(format!("对“{}”的回答", step.ask.zh), format!("the answer to “{}”", step.ask.en)),
                kind: Kind::Values(&step.answers),
            },
            None => Said { text: String::new(), kind: Kind::Other },
        }
    }

    /// A field by its title, with the object it belongs to.
    fn field(&self, shape: ShapeId, owner: &str, declared: &'a Field) -> Said<'a> {
        let single = match &declared.ty {
            Type::Enum(values) => Kind::Values(values),
            Type::Object(shape) | Type::Ref(shape) => Kind::Record(*shape),
            Type::Date => Kind::Date,
            _ => Kind::Other,
        };
        let kind = if declared.list { Kind::List(Box::new(single)) } else { single };
        let title = declared.title.get(self.lang);
        let text = match (shape, owner.is_empty()) {
            // Of the dossier itself: the singleton or all objects of a kind.
            (0, _) => match declared.list {
                true => self.t(format!("全部{title}"), format!("all of: {}", title.to_lowercase())),
                false => self.t(title, format!("the {}", title.to_lowercase())),
            },
            (_, true) => self.t(format!("“{title}”"), format!("“{title}”")),
            _ => self.t(format!("{owner}的“{title}”"), format!("“{title}” of {owner}")),
        };
        Said { text, kind }
    }
}
