//! The obligations register: which law binds this target on the date, and why (5.2.1 of the standard).
//!
//! An article binds where the target is a party it names, and the instrument's and the article's own conditions hold.
//! Words without an expression are for a person: facts cannot decide them, so the article is to be checked.

use zhunsheng_catalogue::expr::Expr;
use zhunsheng_catalogue::{Article, Catalogue, Instrument, Party, Standing, Threshold};
use zhunsheng_dossier::{Date, FactId, Facts};
use zhunsheng_source::Text;

use crate::assess::Assessment;
use crate::eval::{Eval, Missing, Trace};
use crate::kleene::Kleene;
use crate::sheets::Sheets;

/// A figure of the law beside the dossier's.
#[derive(Clone, Debug)]
pub struct Compared<'a> {
    /// The figure.
    pub threshold: &'a Threshold,
    /// The fact it is compared with; `None` where it is not stated.
    pub fact: Option<FactId>,
    /// Whether the fact is on the side the law names; `None` where the dossier holds no such figure.
    pub holds: Option<Kleene>,
}

/// A duty with the reasons for which it binds, does not, or is to be checked.
#[derive(Clone, Debug)]
pub struct Duty<'a> {
    /// The instrument.
    pub instrument: &'a Instrument,
    /// The article.
    pub article: &'a Article,
    /// Whether it binds.
    pub binds: Kleene,
    /// The parties named that the target is, or may be.
    pub parties: Vec<(&'a Party, Kleene)>,
    /// Facts that led to it, each once.
    pub facts: Vec<FactId>,
    /// What is not known and would decide.
    pub missing: Vec<Missing>,
    /// Its condition stands in words only: a person must check it.
    pub words: bool,
    /// Its figures.
    pub figures: Vec<Compared<'a>>,
    /// Its number in the version that replaced this one.
    pub now: Option<String>,
}

impl Duty<'_> {
    /// In what circumstances it binds, in words: the article's, or else its instrument's.
    pub fn condition(&self) -> &Text {
        match self.article.when_note.is_empty() {
            true => &self.instrument.when_note,
            false => &self.article.when_note,
        }
    }
}

/// All duties of the law that was in force on the date, and what was not.
#[derive(Clone, Debug)]
pub struct Register<'a> {
    /// By instrument, in the order of their articles, whether they bind or not.
    pub duties: Vec<Duty<'a>>,
    /// Instruments that were not law on the date, with the number of duties they hold.
    pub out_of_force: Vec<(&'a Instrument, Standing, usize)>,
}

impl<'a> Register<'a> {
    /// Duties that bind, do not, or are to be checked.
    pub fn of(&self, binds: Kleene) -> impl Iterator<Item = &Duty<'a>> {
        self.duties.iter().filter(move |duty| duty.binds == binds)
    }
}

impl<'a> Assessment<'a> {
    /// The obligations register.
    pub fn register(&self) -> Register<'a> {
        let catalogue = self.catalogue;
        let eval = eval(&self.dossier.facts, self.as_of);
        let mut register = Register { duties: Vec::new(), out_of_force: Vec::new() };
        for instrument in &catalogue.instruments {
            let standing = instrument.standing(self.as_of);
            let duties = instrument.articles.iter().filter(|article| article.obligation);
            if standing == Standing::InForce {
                register.duties.extend(duties.map(|article| duty(catalogue, &eval, instrument, article)));
            } else {
                register.out_of_force.push((instrument, standing, duties.count()));
            }
        }
        register
    }
}

fn eval(facts: &Facts, as_of: Date) -> Eval<'_> {
    // Conditions on law read no worksheets.
    Eval { facts, procedures: &[], sheets: Sheets::none(), sheet: None, as_of, answers: &[], leaf: 0, object: 0 }
}

fn duty<'a>(catalogue: &'a Catalogue, eval: &Eval<'a>, instrument: &'a Instrument, article: &'a Article) -> Duty<'a> {
    let mut yes = Trace::default();
    let mut no: Option<Trace> = None;
    let mut binds = Kleene::True;
    // One condition that fails decides; otherwise all that were read are the reason.
    let mut judge = |condition: Option<&'a Expr>| {
        let Some(condition) = condition else { return };
        let mut trace = Trace::default();
        let value = eval.condition(condition, &mut trace);
        binds = binds.and(value);
        if value == Kleene::False && no.is_none() {
            no = Some(trace);
        } else {
            yes.facts.extend(trace.facts);
            yes.missing.extend(trace.missing);
        }
    };
    judge(instrument.applies.as_ref());
    judge(article.applies.as_ref());
    let named: Vec<(&'a Party, Kleene, Trace)> = catalogue
        .parties
        .iter()
        .filter(|party| article.binds.contains(&party.id))
        .map(|party| {
            let mut trace = Trace::default();
            let value = eval.condition(&party.applies, &mut trace);
            (party, value, trace)
        })
        .collect();
    let party = match named.is_empty() {
        true => Kleene::True,
        false => named.iter().fold(Kleene::False, |so_far, (_, value, _)| so_far.or(*value)),
    };
    binds = binds.and(party);
    let mut reason = no.unwrap_or_default();
    if reason.facts.is_empty() && reason.missing.is_empty() {
        // The party that is one is the reason; where none is, all of them are.
        for (_, _, trace) in named.iter().filter(|(_, value, _)| *value == party) {
            reason.facts.extend_from_slice(&trace.facts);
            reason.missing.extend_from_slice(&trace.missing);
            if party == Kleene::True {
                break;
            }
        }
        if binds != Kleene::False {
            reason.facts.extend(yes.facts);
            reason.missing.extend(yes.missing);
        }
    }
    let words = article.applies.is_none() && !article.when_note.is_empty();
    if words {
        binds = binds.and(Kleene::Unknown);
    }
    tidy(&mut reason.facts);
    tidy(&mut reason.missing);
    if binds != Kleene::Unknown {
        reason.missing.clear();
    }
    let parties = named
        .into_iter()
        .filter(|(_, value, _)| *value != Kleene::False)
        .map(|(party, value, _)| (party, value))
        .collect();
    Duty {
        instrument,
        article,
        binds,
        parties,
        facts: reason.facts,
        missing: reason.missing,
        words,
        figures: article.thresholds.iter().map(|threshold| compared(eval, threshold)).collect(),
        now: renumbered(catalogue, instrument, article),
    }
}

fn compared<'a>(eval: &Eval<'a>, threshold: &'a Threshold) -> Compared<'a> {
    let Some(compare) = &threshold.compare else { return Compared { threshold, fact: None, holds: None } };
    let mut trace = Trace::default();
    let holds = eval.condition(compare, &mut trace);
    Compared { threshold, fact: trace.facts.first().copied(), holds: Some(holds) }
}

/// Where the same provision stands in the version that replaced this one.
fn renumbered(catalogue: &Catalogue, instrument: &Instrument, article: &Article) -> Option<String> {
    let own = format!("{}/{}", instrument.id, article.id);
    catalogue.instruments.iter().find_map(|other| {
        let now = other.articles.iter().find(|later| later.formerly.as_deref() == Some(own.as_str()))?;
        Some(format!("{}/{}", other.id, now.id))
    })
}

fn tidy<T: Copy + Ord>(items: &mut Vec<T>) {
    items.sort_unstable();
    items.dedup();
}

/// Whether each article can concern the target, by instrument and article. Many articles share their condition, so each
/// condition is judged once.
pub(crate) fn binding(catalogue: &Catalogue, facts: &Facts, as_of: Date) -> Vec<Vec<Kleene>> {
    let eval = eval(facts, as_of);
    let mut known: Vec<(&Expr, Kleene)> = Vec::new();
    let parties: Vec<(&str, Kleene)> =
        catalogue.parties.iter().map(|party| (party.id.as_str(), judged(&eval, &party.applies))).collect();
    let party = |article: &Article| {
        // A catalogue that says nothing about parties leaves it to the conditions.
        let named = parties.iter().filter(|(id, _)| article.binds.iter().any(|one| one == id));
        let mut any = named.map(|(_, value)| *value).peekable();
        if any.peek().is_none() { Kleene::True } else { any.fold(Kleene::False, Kleene::or) }
    };
    let mut binding = Vec::with_capacity(catalogue.instruments.len());
    for instrument in &catalogue.instruments {
        let whole = instrument.applies.as_ref().map_or(Kleene::True, |condition| judged(&eval, condition));
        let mut articles = Vec::with_capacity(instrument.articles.len());
        for article in &instrument.articles {
            let own = match &article.applies {
                Some(condition) => match known.iter().find(|(one, _)| *one == condition) {
                    Some((_, value)) => *value,
                    None => {
                        let value = judged(&eval, condition);
                        known.push((condition, value));
                        value
                    }
                },
                None if article.when_note.is_empty() => Kleene::True,
                None => Kleene::Unknown,
            };
            articles.push(whole.and(own).and(party(article)));
        }
        binding.push(articles);
    }
    binding
}

fn judged<'a>(eval: &Eval<'a>, condition: &'a Expr) -> Kleene {
    eval.condition(condition, &mut Trace::default())
}
