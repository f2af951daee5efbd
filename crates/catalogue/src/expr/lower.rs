//! From CEL to [`Expr`]: names resolved, types checked, computed fields put in place.

use cel::common::ast::{self, Expr as Cel, IdedExpr, LiteralValue, SourceInfo, operators};
use zhunsheng_dossier::{Date, Schema, ShapeId};
use zhunsheng_source::{At, Diagnostic};

use super::{Cmp, Expr, Func, Quant, Ty};
use crate::procedure::Procedure;

/// What names an expression may use.
pub struct Scope<'a> {
    /// The schema.
    pub schema: &'a Schema,
    /// The object under judgement: its variable's name and shape.
    pub object: Option<(&'a str, ShapeId)>,
    /// Steps of the leaf: id and answers.
    pub steps: &'a [(String, Vec<String>)],
    /// Procedures whose conclusions may be read: id and the kind they are done for.
    pub procedures: &'a [(String, String)],
    /// The expression is the rule of a procedure.
    pub rule: Option<Rule<'a>>,
}

/// What the rule of a procedure may read beside facts.
#[derive(Clone, Copy)]
pub struct Rule<'a> {
    /// Factors: id and findings.
    pub factors: &'a [(String, Vec<String>)],
    /// Whether a person may be asked to weigh.
    pub weighing: bool,
}

impl<'a> Scope<'a> {
    /// Facts and the object only.
    pub fn plain(schema: &'a Schema, object: Option<(&'a str, ShapeId)>) -> Scope<'a> {
        Scope { schema, object, steps: &[], procedures: &[], rule: None }
    }
}

/// Nesting of computed fields: a computed field that needs itself would never end.
const DEPTH: usize = 8;

/// Compiles an expression that must be a truth value.
///
/// # Errors
/// A [`Diagnostic`] at the place inside the expression: syntax, unknown name, wrong type, unknown value.
pub fn compile(source: &str, at: At, scope: &Scope<'_>) -> Result<Expr, Diagnostic> {
    let mut lower = Lower::parse(source, at, scope, 0)?;
    let (expr, ty) = lower.root()?;
    if ty != Ty::Bool {
        return Err(Diagnostic::error(
            at,
            format!("表达式应得出真假，而不是 {}", ty.name()),
            format!("the expression must be true or false, not {}", ty.name()),
        ));
    }
    Ok(expr)
}

/// Checks every computed field of a kind, whether a clause reads it or not.
///
/// # Errors
/// The first mistake, at its place in the schema.
pub fn check_computed(
    schema: &Schema,
    kind: &str,
    shape: ShapeId,
    procedures: &[(String, String)],
) -> Result<(), Diagnostic> {
    let fields: Vec<(&String, At)> = schema
        .shape(shape)
        .fields
        .iter()
        .filter_map(|(name, field)| field.computed.as_ref().map(|(_, at)| (name, *at)))
        .collect();
    for (name, at) in fields {
        let scope = Scope { procedures, ..Scope::plain(schema, Some((kind, shape))) };
        let mut lower = Lower::parse(&format!("{kind}.{name}"), at, &scope, 0)?;
        lower.root()?;
    }
    Ok(())
}

/// The definition of a computed field (`activity.handles_sensitive`) and whether it is a truth value.
pub fn definition(schema: &Schema, name: &str, procedures: &[Procedure]) -> Option<(Expr, bool)> {
    let (owner, field) = name.split_once('.')?;
    let shape = schema.kinds.get(owner)?.shape;
    let (source, at) = schema.shape(shape).fields.get(field)?.computed.as_ref()?;
    let names: Vec<(String, String)> = procedures.iter().map(|one| (one.id.clone(), one.object.clone())).collect();
    let scope = Scope { procedures: &names, ..Scope::plain(schema, Some((owner, shape))) };
    let (expr, ty) = Lower::parse(source, *at, &scope, 0).ok()?.root().ok()?;
    Some((expr, ty == Ty::Bool))
}

struct Lower<'a> {
    scope: &'a Scope<'a>,
    info: SourceInfo,
    tree: IdedExpr,
    at: At,
    locals: Vec<(String, Ty)>,
    depth: usize,
}

type Typed = Result<(Expr, Ty), Diagnostic>;

impl<'a> Lower<'a> {
    fn parse(source: &str, at: At, scope: &'a Scope<'a>, depth: usize) -> Result<Self, Diagnostic> {
        if source.len() > 20_000 {
            return Err(Diagnostic::error(at, "表达式过长", "the expression is too long"));
        }
        let parsed = cel::parser::Parser::new().max_recursion_depth(200).parse_with_source_info(source);
        let (tree, info) = parsed.map_err(|faults| {
            let first = faults.errors.first();
            let said = first.map(|fault| fault.msg.clone()).unwrap_or_default();
            let place = first.map_or((1, 1), |fault| fault.pos);
            let at = inside(at, place.0, place.1);
            Diagnostic::error(at, format!("CEL 语法错误：{said}"), format!("not valid CEL: {said}"))
        })?;
        // Local 0 is the object under judgement; where there is none its place is kept, under a name nobody can write,
        // so that loop variables have the same numbers either way.
        let locals = match scope.object {
            Some((name, shape)) => vec![(name.to_owned(), Ty::Record(shape))],
            None => vec![(String::new(), Ty::Null)],
        };
        Ok(Lower { scope, info, tree, at, locals, depth })
    }

    fn root(&mut self) -> Typed {
        let tree = std::mem::take(&mut self.tree);
        self.expr(&tree)
    }

    fn place(&self, id: u64) -> At {
        let Some((start, _)) = self.info.offset_for(id) else { return self.at };
        let before: String = self.info.source.chars().take(start as usize).collect();
        let line = before.matches('\n').count();
        let col = before.rsplit('\n').next().map_or(0, |last| last.chars().count());
        inside(self.at, isize::try_from(line).unwrap_or(0) + 1, isize::try_from(col).unwrap_or(0) + 1)
    }

    fn fail<T>(&self, id: u64, zh: impl Into<String>, en: impl Into<String>) -> Result<T, Diagnostic> {
        Err(Diagnostic::error(self.place(id), zh, en))
    }

    fn expr(&mut self, node: &IdedExpr) -> Typed {
        match &node.expr {
            Cel::Ident(name) => self.ident(node.id, name),
            Cel::Select(select) => self.select(node.id, select),
            Cel::Call(call) => self.call(node.id, call),
            Cel::Literal(literal) => self.literal(node.id, literal),
            Cel::List(list) => self.list(node.id, list),
            Cel::Comprehension(comprehension) => self.comprehension(node.id, comprehension),
            Cel::Map(_) | Cel::Struct(_) | Cel::Unspecified => {
                self.fail(node.id, "这里不能用映射或结构", "maps and structs are not part of the language of checks")
            }
        }
    }

    fn literal(&self, id: u64, literal: &LiteralValue) -> Typed {
        match literal {
            LiteralValue::Boolean(value) => Ok((Expr::Bool(*value.inner()), Ty::Bool)),
            LiteralValue::Int(value) => Ok((Expr::Int(*value.inner()), Ty::Number)),
            LiteralValue::Double(value) => Ok((Expr::Num(*value.inner()), Ty::Number)),
            LiteralValue::String(value) => {
                Ok((Expr::Text(value.inner().to_owned()), Ty::Literal(value.inner().to_owned())))
            }
            LiteralValue::Null => Ok((Expr::Null, Ty::Null)),
            LiteralValue::Bytes(_) | LiteralValue::UInt(_) => {
                self.fail(id, "不支持这种字面量", "this kind of literal is not supported")
            }
        }
    }

    fn ident(&self, id: u64, name: &str) -> Typed {
        if let Some(index) = self.locals.iter().rposition(|(local, _)| local == name) {
            let ty = self.locals.get(index).map_or(Ty::Null, |(_, ty)| ty.clone());
            return Ok((Expr::Local(u16::try_from(index).unwrap_or(u16::MAX)), ty));
        }
        if name == "as_of" {
            return Ok((Expr::AsOf, Ty::Date));
        }
        if name == "weighing" && self.scope.rule.is_some_and(|rule| rule.weighing) {
            return Ok((Expr::Weighing, Ty::Bool));
        }
        if let Some((field, declared)) = self.scope.schema.shape(0).field(name) {
            return Ok((Expr::Field(Box::new(Expr::Root), field), Ty::of(declared)));
        }
        let root = self.scope.schema.shape(0).fields.keys().map(String::as_str);
        let names = self.locals.iter().map(|(local, _)| local.as_str()).chain(root).chain(["as_of", "step"]);
        Err(Diagnostic::error(self.place(id), format!("没有变量 `{name}`"), format!("no variable `{name}`"))
            .near(name, names))
    }

    fn select(&mut self, id: u64, select: &ast::SelectExpr) -> Typed {
        if select.test {
            return self.fail(
                id,
                "不能用 has()：不能询问事实是否已知",
                "has() is not available: a check cannot ask whether a fact is known",
            );
        }
        if matches!(&select.operand.expr, Cel::Ident(name) if name == "step") && !self.is_local("step") {
            return self.step(id, &select.field);
        }
        if let Some(rule) = self.scope.rule
            && matches!(&select.operand.expr, Cel::Ident(name) if name == "finding")
        {
            return self.finding(id, rule, &select.field);
        }
        if let Cel::Select(inner) = &select.operand.expr
            && inner.field == "worksheet"
            && !inner.test
        {
            return self.worksheet(id, &inner.operand, &select.field);
        }
        let (operand, ty) = self.expr(&select.operand)?;
        let Ty::Record(shape) = ty else {
            let name = ty.name();
            return self.fail(
                id,
                format!("`.{}` 只能用于对象，而不是 {name}", select.field),
                format!("`.{}` needs an object, not {name}", select.field),
            );
        };
        self.field(id, operand, shape, &select.field)
    }

    fn is_local(&self, name: &str) -> bool {
        self.locals.iter().any(|(local, _)| local == name)
    }

    fn field(&mut self, id: u64, operand: Expr, shape: ShapeId, name: &str) -> Typed {
        let schema = self.scope.schema;
        let Some((field, declared)) = schema.shape(shape).field(name) else {
            let owner = &schema.shape(shape).name;
            let names = schema.shape(shape).fields.keys().map(String::as_str);
            return Err(Diagnostic::error(
                self.place(id),
                format!("`{owner}` 没有字段 `{name}`"),
                format!("`{owner}` has no field `{name}`"),
            )
            .near(name, names));
        };
        let ty = Ty::of(declared);
        let Some((source, at)) = &declared.computed else {
            return Ok((Expr::Field(Box::new(operand), field), ty));
        };
        if self.depth >= DEPTH {
            return self.fail(
                id,
                format!("字段 `{name}` 的计算依赖自身"),
                format!("computed field `{name}` depends on itself"),
            );
        }
        let owner = schema.shape(shape).name.clone();
        let procedures = self.scope.procedures;
        let scope = Scope { procedures, ..Scope::plain(schema, Some((&owner, shape))) };
        let mut inner = Lower::parse(source, *at, &scope, self.depth + 1)?;
        let (body, found) = inner.root()?;
        if found != ty {
            return Err(Diagnostic::error(
                *at,
                format!("计算结果应为 {}，而不是 {}", ty.name(), found.name()),
                format!("the computed value must be {}, not {}", ty.name(), found.name()),
            ));
        }
        // Inside, the object is local 0 and loop variables follow; outside, they follow what is already there.
        let offset = u16::try_from(self.locals.len().saturating_sub(1)).unwrap_or(u16::MAX);
        Ok((Expr::Named(format!("{owner}.{name}"), Box::new(substitute(&body, &operand, offset))), ty))
    }

    fn step(&self, id: u64, name: &str) -> Typed {
        match self.scope.steps.iter().position(|(step, _)| step == name) {
            Some(index) => {
                let values = self.scope.steps.get(index).map(|(_, values)| values.clone()).unwrap_or_default();
                Ok((Expr::Step(u16::try_from(index).unwrap_or(u16::MAX)), Ty::Enum(values)))
            }
            None => {
                let names = self.scope.steps.iter().map(|(step, _)| step.as_str());
                Err(Diagnostic::error(self.place(id), format!("没有步骤 `{name}`"), format!("no step `{name}`"))
                    .near(name, names))
            }
        }
    }

    fn finding(&self, id: u64, rule: Rule<'_>, name: &str) -> Typed {
        match rule.factors.iter().enumerate().find(|(_, (factor, _))| factor == name) {
            Some((index, (_, values))) => {
                Ok((Expr::Finding(u16::try_from(index).unwrap_or(u16::MAX)), Ty::Enum(values.clone())))
            }
            None => {
                let names = rule.factors.iter().map(|(factor, _)| factor.as_str());
                Err(Diagnostic::error(self.place(id), format!("没有因素 `{name}`"), format!("no factor `{name}`"))
                    .near(name, names))
            }
        }
    }

    /// `activity.worksheet.b1`: the conclusion of the object's worksheet.
    fn worksheet(&mut self, id: u64, object: &IdedExpr, name: &str) -> Typed {
        let (object, ty) = self.expr(object)?;
        let kind = match ty {
            Ty::Record(shape) => self.scope.schema.kind_of_shape(shape).unwrap_or_default(),
            _ => "",
        };
        let mine = || self.scope.procedures.iter().filter(|(_, object)| object == kind).map(|(id, _)| id.as_str());
        match self.scope.procedures.iter().position(|(id, object)| id == name && object == kind) {
            Some(index) => Ok((Expr::Worksheet(Box::new(object), u16::try_from(index).unwrap_or(u16::MAX)), Ty::Bool)),
            None => Err(Diagnostic::error(
                self.place(id),
                format!("没有就 `{kind}` 作的附录测试 `{name}`"),
                format!("no procedure `{name}` is done for `{kind}`"),
            )
            .near(name, mine())),
        }
    }

    fn list(&mut self, id: u64, list: &ast::ListExpr) -> Typed {
        let mut items = Vec::new();
        let mut ty = Ty::Nothing;
        for element in &list.elements {
            let (item, item_ty) = self.expr(element)?;
            let item_ty = if matches!(item_ty, Ty::Literal(_)) { Ty::Literal(String::new()) } else { item_ty };
            if ty != Ty::Nothing && ty != item_ty {
                return self.fail(id, "列表中的类型不一致", "a list must hold values of one type");
            }
            ty = item_ty;
            items.push(item);
        }
        let ty = if ty == Ty::Nothing { Ty::Nothing } else { Ty::List(Box::new(ty)) };
        Ok((Expr::List(items), ty))
    }

    fn bool(&mut self, node: &IdedExpr) -> Result<Expr, Diagnostic> {
        let (expr, ty) = self.expr(node)?;
        if ty == Ty::Bool {
            return Ok(expr);
        }
        let name = ty.name();
        self.fail(node.id, format!("这里应为真假值，而不是 {name}"), format!("expected true or false, not {name}"))
    }

    fn call(&mut self, id: u64, call: &ast::CallExpr) -> Typed {
        let name = call.func_name.as_str();
        match (name, call.target.as_deref(), call.args.as_slice()) {
            (operators::LOGICAL_AND, None, [a, b]) => {
                let (a, b) = (self.bool(a)?, self.bool(b)?);
                Ok((flat(a, b, true), Ty::Bool))
            }
            (operators::LOGICAL_OR, None, [a, b]) => {
                let (a, b) = (self.bool(a)?, self.bool(b)?);
                Ok((flat(a, b, false), Ty::Bool))
            }
            (operators::LOGICAL_NOT, None, [a]) => Ok((Expr::Not(Box::new(self.bool(a)?)), Ty::Bool)),
            (operators::CONDITIONAL, None, [c, a, b]) => {
                let condition = self.bool(c)?;
                let (a, left) = self.expr(a)?;
                let (b, right) = self.expr(b)?;
                if left != right {
                    return self.fail(id, "`? :` 两侧类型不一致", "both sides of `? :` must have one type");
                }
                Ok((Expr::If(Box::new(condition), Box::new(a), Box::new(b)), left))
            }
            (operators::NEGATE, None, [a]) => match self.expr(a)? {
                (Expr::Int(value), _) => Ok((Expr::Int(-value), Ty::Number)),
                (Expr::Num(value), _) => Ok((Expr::Num(-value), Ty::Number)),
                _ => self.fail(id, "负号只用于数字", "`-` is only for number literals"),
            },
            (operators::ADD | operators::SUBSTRACT, None, [a, b]) => {
                let func = if name == operators::ADD { Func::Add } else { Func::Sub };
                let (a, left) = self.expr(a)?;
                let (b, right) = self.expr(b)?;
                let ty = match (&left, &right, func) {
                    (Ty::Number, Ty::Number, _) => Ty::Number,
                    // A date moved by days is a date.
                    (Ty::Date, Ty::Number, _) => Ty::Date,
                    _ => {
                        let (left, right) = (left.name(), right.name());
                        return self.fail(
                            id,
                            format!("不能对 {left} 和 {right} 作加减"),
                            format!("cannot add or subtract {left} and {right}"),
                        );
                    }
                };
                Ok((Expr::Call(func, Box::new(a), Box::new(b)), ty))
            }
            (operators::IN, None, [item, list]) => self.member(id, item, list),
            (_, None, [a, b]) if comparison(name).is_some() => {
                self.compare(id, comparison(name).unwrap_or(Cmp::Eq), a, b)
            }
            ("size", None, [list]) | ("size", Some(list), []) => {
                let (list, ty) = self.expr(list)?;
                match ty {
                    Ty::List(_) | Ty::Text | Ty::Nothing => Ok((Expr::Size(Box::new(list)), Ty::Number)),
                    other => {
                        let name = other.name();
                        self.fail(id, format!("size 不能用于 {name}"), format!("size needs a list or text, not {name}"))
                    }
                }
            }
            ("contains" | "startsWith", Some(text), [part]) => {
                let func = if name == "contains" { Func::Contains } else { Func::StartsWith };
                let (text, ty) = self.expr(text)?;
                let (part, part_ty) = self.expr(part)?;
                if !matches!(ty, Ty::Text) || !matches!(part_ty, Ty::Text | Ty::Literal(_)) {
                    return self.fail(id, format!("`{name}` 只用于文字"), format!("`{name}` needs text"));
                }
                Ok((Expr::Call(func, Box::new(text), Box::new(part)), Ty::Bool))
            }
            ("date", None, [text]) => match self.expr(text)? {
                (Expr::Text(text), _) => match Date::parse(&text) {
                    Some(date) => Ok((Expr::Date(date), Ty::Date)),
                    None => self.fail(
                        id,
                        format!("`{text}` 不是日期，应为 YYYY-MM-DD"),
                        format!("`{text}` is not a date as YYYY-MM-DD"),
                    ),
                },
                _ => self.fail(id, "date 需要文字日期", "date needs a literal such as date(\"2021-11-01\")"),
            },
            ("days_between" | "workdays_between", None, [a, b]) => {
                let func = if name == "days_between" { Func::Days } else { Func::Workdays };
                let (a, left) = self.expr(a)?;
                let (b, right) = self.expr(b)?;
                if left != Ty::Date || right != Ty::Date {
                    return self.fail(id, format!("`{name}` 需要两个日期"), format!("`{name}` needs two dates"));
                }
                Ok((Expr::Call(func, Box::new(a), Box::new(b)), Ty::Number))
            }
            _ => {
                let known = [
                    "size",
                    "contains",
                    "startsWith",
                    "date",
                    "days_between",
                    "workdays_between",
                    "exists",
                    "all",
                    "exists_one",
                    "filter",
                    "map",
                ];
                Err(Diagnostic::error(
                    self.place(id),
                    format!("没有函数 `{name}`（{} 个参数）", call.args.len()),
                    format!("no function `{name}` with {} arguments", call.args.len()),
                )
                .near(name, known))
            }
        }
    }

    fn compare(&mut self, id: u64, op: Cmp, a: &IdedExpr, b: &IdedExpr) -> Typed {
        let (a, left) = self.expr(a)?;
        let (b, right) = self.expr(b)?;
        let ordered = !matches!(op, Cmp::Eq | Cmp::Ne);
        let (a, b) = match (&left, &right) {
            (Ty::Enum(values), Ty::Literal(word)) if !ordered => (a, self.sym(id, values, word)?),
            (Ty::Literal(word), Ty::Enum(values)) if !ordered => (self.sym(id, values, word)?, b),
            (Ty::Text, Ty::Literal(_)) | (Ty::Literal(_), Ty::Text) if !ordered => (a, b),
            (Ty::Null, _) | (_, Ty::Null) if !ordered => (a, b),
            (Ty::Number, Ty::Number) | (Ty::Date, Ty::Date) => (a, b),
            (same, other) if same == other && !ordered && !matches!(same, Ty::Literal(_)) => (a, b),
            _ => {
                let (left, right) = (left.name(), right.name());
                return self.fail(
                    id,
                    format!("不能比较 {left} 和 {right}"),
                    format!("cannot compare {left} with {right}"),
                );
            }
        };
        Ok((Expr::Cmp(op, Box::new(a), Box::new(b)), Ty::Bool))
    }

    fn sym(&self, id: u64, values: &[String], word: &str) -> Result<Expr, Diagnostic> {
        match values.iter().position(|value| value == word) {
            Some(index) => Ok(Expr::Sym(u16::try_from(index).unwrap_or(u16::MAX))),
            None => Err(Diagnostic::error(self.place(id), format!("没有取值 `{word}`"), format!("no value `{word}`"))
                .near(word, values.iter().map(String::as_str))),
        }
    }

    fn member(&mut self, id: u64, item: &IdedExpr, list: &IdedExpr) -> Typed {
        let (item, item_ty) = self.expr(item)?;
        let (list, list_ty) = self.expr(list)?;
        let (item, list) = match (&item_ty, &list_ty) {
            (Ty::Enum(values), Ty::List(of)) if matches!(**of, Ty::Literal(_)) => {
                let Expr::List(items) = list else { return self.fail(id, "列表有误", "not a list of values") };
                let mut syms = Vec::new();
                for word in &items {
                    let Expr::Text(word) = word else { continue };
                    syms.push(self.sym(id, values, word)?);
                }
                (item, Expr::List(syms))
            }
            (Ty::Literal(word), Ty::List(of)) => match &**of {
                Ty::Enum(values) => (self.sym(id, values, word)?, list),
                Ty::Text => (item, list),
                other => {
                    let name = other.name();
                    return self.fail(id, format!("列表元素是 {name}"), format!("the list holds {name}, not text"));
                }
            },
            (same, Ty::List(of)) if *same == **of => (item, list),
            (Ty::Text, Ty::List(of)) if matches!(**of, Ty::Literal(_)) => (item, list),
            _ => {
                let (item, list) = (item_ty.name(), list_ty.name());
                return self.fail(
                    id,
                    format!("`in` 不能用于 {item} 和 {list}"),
                    format!("`in` cannot look for {item} in {list}"),
                );
            }
        };
        Ok((Expr::In(Box::new(item), Box::new(list)), Ty::Bool))
    }

    fn comprehension(&mut self, id: u64, node: &ast::ComprehensionExpr) -> Typed {
        let (list, ty) = self.expr(&node.iter_range)?;
        let item = match ty {
            Ty::List(item) => *item,
            other => {
                let name = other.name();
                return self.fail(id, format!("这里应为列表，而不是 {name}"), format!("expected a list, not {name}"));
            }
        };
        if self.is_local(&node.iter_var) || self.scope.schema.shape(0).fields.contains_key(&node.iter_var) {
            let name = &node.iter_var;
            return self.fail(
                id,
                format!("循环变量 `{name}` 与已有名称重复"),
                format!("loop variable `{name}` hides another name"),
            );
        }
        let var = u16::try_from(self.locals.len()).unwrap_or(u16::MAX);
        self.locals.push((node.iter_var.clone(), item.clone()));
        let result = self.body(id, node, list, var, item);
        self.locals.pop();
        result
    }

    /// The parser expands macros; their fixed shapes say which one it was.
    fn body(&mut self, id: u64, node: &ast::ComprehensionExpr, list: Expr, var: u16, item: Ty) -> Typed {
        let Cel::Call(step) = &node.loop_step.expr else {
            return self.fail(id, "不支持的循环", "this loop is not supported");
        };
        let list = Box::new(list);
        match (&node.accu_init.expr, step.func_name.as_str(), step.args.as_slice()) {
            (Cel::Literal(LiteralValue::Boolean(_)), operators::LOGICAL_AND, [_, body]) => {
                Ok((Expr::Quant(Quant::All, list, var, Box::new(self.bool(body)?)), Ty::Bool))
            }
            (Cel::Literal(LiteralValue::Boolean(_)), operators::LOGICAL_OR, [_, body]) => {
                Ok((Expr::Quant(Quant::Exists, list, var, Box::new(self.bool(body)?)), Ty::Bool))
            }
            (Cel::Literal(LiteralValue::Int(_)), operators::CONDITIONAL, [body, ..]) => {
                Ok((Expr::Quant(Quant::One, list, var, Box::new(self.bool(body)?)), Ty::Bool))
            }
            (Cel::List(_), operators::CONDITIONAL, [body, ..]) => {
                Ok((Expr::Filter(list, var, Box::new(self.bool(body)?)), Ty::List(Box::new(item))))
            }
            (Cel::List(_), operators::ADD, [_, made]) => {
                let Cel::List(made) = &made.expr else {
                    return self.fail(id, "不支持的循环", "this loop is not supported");
                };
                let Some(made) = made.elements.first() else {
                    return self.fail(id, "不支持的循环", "this loop is not supported");
                };
                let (body, ty) = self.expr(made)?;
                Ok((Expr::Map(list, var, Box::new(body)), Ty::List(Box::new(ty))))
            }
            _ => self.fail(id, "不支持的循环", "this loop is not supported"),
        }
    }
}

fn comparison(name: &str) -> Option<Cmp> {
    Some(match name {
        operators::EQUALS => Cmp::Eq,
        operators::NOT_EQUALS => Cmp::Ne,
        operators::LESS => Cmp::Lt,
        operators::LESS_EQUALS => Cmp::Le,
        operators::GREATER => Cmp::Gt,
        operators::GREATER_EQUALS => Cmp::Ge,
        _ => return None,
    })
}

/// `a && b && c` is one conjunction of three, so that each can be dropped by a mutation.
fn flat(a: Expr, b: Expr, and: bool) -> Expr {
    let mut parts = Vec::new();
    for part in [a, b] {
        match part {
            Expr::And(inner) if and => parts.extend(inner),
            Expr::Or(inner) if !and => parts.extend(inner),
            other => parts.push(other),
        }
    }
    if and { Expr::And(parts) } else { Expr::Or(parts) }
}

/// Puts a computed field's body in place of the field: its object becomes `operand`, its loop variables move out of the way.
fn substitute(body: &Expr, operand: &Expr, offset: u16) -> Expr {
    rewrite(body, &|node| match node {
        Expr::Local(0) => Some(operand.clone()),
        Expr::Local(index) => Some(Expr::Local(index + offset)),
        Expr::Quant(quant, list, var, inner) => Some(Expr::Quant(
            *quant,
            Box::new(substitute(list, operand, offset)),
            var + offset,
            Box::new(substitute(inner, operand, offset)),
        )),
        Expr::Filter(list, var, inner) => Some(Expr::Filter(
            Box::new(substitute(list, operand, offset)),
            var + offset,
            Box::new(substitute(inner, operand, offset)),
        )),
        Expr::Map(list, var, inner) => Some(Expr::Map(
            Box::new(substitute(list, operand, offset)),
            var + offset,
            Box::new(substitute(inner, operand, offset)),
        )),
        _ => None,
    })
}

/// Rebuilds a tree; where `change` answers, its answer stands instead of the node.
pub fn rewrite(expr: &Expr, change: &dyn Fn(&Expr) -> Option<Expr>) -> Expr {
    if let Some(changed) = change(expr) {
        return changed;
    }
    let one = |inner: &Expr| Box::new(rewrite(inner, change));
    let all = |inner: &[Expr]| inner.iter().map(|part| rewrite(part, change)).collect();
    match expr {
        Expr::List(items) => Expr::List(all(items)),
        Expr::Field(inner, field) => Expr::Field(one(inner), *field),
        Expr::Worksheet(inner, procedure) => Expr::Worksheet(one(inner), *procedure),
        Expr::Named(name, inner) => Expr::Named(name.clone(), one(inner)),
        Expr::Not(inner) => Expr::Not(one(inner)),
        Expr::And(parts) => Expr::And(all(parts)),
        Expr::Or(parts) => Expr::Or(all(parts)),
        Expr::Cmp(op, a, b) => Expr::Cmp(*op, one(a), one(b)),
        Expr::In(a, b) => Expr::In(one(a), one(b)),
        Expr::Quant(quant, list, var, body) => Expr::Quant(*quant, one(list), *var, one(body)),
        Expr::Filter(list, var, body) => Expr::Filter(one(list), *var, one(body)),
        Expr::Map(list, var, body) => Expr::Map(one(list), *var, one(body)),
        Expr::Size(inner) => Expr::Size(one(inner)),
        Expr::If(c, a, b) => Expr::If(one(c), one(a), one(b)),
        Expr::Call(func, a, b) => Expr::Call(*func, one(a), one(b)),
        leaf => leaf.clone(),
    }
}

fn inside(at: At, line: isize, col: isize) -> At {
    let line = u32::try_from(line.max(1)).unwrap_or(1);
    let col = u32::try_from(col.max(1)).unwrap_or(1);
    if line == 1 { At { col: at.col + col - 1, ..at } } else { At { line: at.line + line - 1, col, ..at } }
}
