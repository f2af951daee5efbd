//! First-, second- and third-party assessment: who answers, and what the report says about itself (scope of the standard).

use zhunsheng_dossier::Val;
use zhunsheng_source::Text;
use zhunsheng_verdict::{Assessment, Party};

/// The mode of an assessment as the dossier states it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// An organisation assesses itself.
    First,
    /// An interested party (buyer, regulator) assesses another.
    Second,
    /// An independent body assesses.
    Third,
}

/// The mode, where it is stated.
pub fn mode(assessment: &Assessment<'_>) -> Option<Mode> {
    let schema = &assessment.catalogue.schema;
    let facts = &assessment.dossier.facts;
    let Val::Record(record) = facts.val(facts.get(0, schema.root_of("target")?)) else { return None };
    let (field, _) = schema.shape(facts.shape(*record)).field("mode")?;
    let fact = facts.get(*record, field);
    if fact == 0 {
        return None;
    }
    match facts.json(schema, fact).as_str() {
        Some("first-party") => Some(Mode::First),
        Some("second-party") => Some(Mode::Second),
        Some("third-party") => Some(Mode::Third),
        _ => None,
    }
}

/// What a mode means for the reader.
pub struct Statement {
    /// What kind of assessment it is and who answered.
    pub what: Text,
    /// How the assessors stand towards the parties.
    pub independence: Text,
    /// How far the conclusions reach.
    pub reach: Text,
}

/// The statement of mode, independence and reach that the report carries.
pub fn statement(assessment: &Assessment<'_>) -> Statement {
    match mode(assessment) {
        Some(Mode::First) => Statement {
            what: Text::new(
                "第一方评估：组织评估并管理自己的个人信息处理。事实由本组织有关部门回答，须由人判断之处由其内部评估员判断。",
                "First-party assessment: an organisation assesses and manages its own processing. Facts are answered by its departments; where judgement is called for its own assessors judge.",
            ),
            independence: Text::new(
                "评估员属于被评估方，不具有独立性；引用结论时应当同时说明。",
                "The assessors belong to the assessee and are not independent; whoever quotes the conclusions should say so.",
            ),
            reach: Text::new(
                "结论供内部管理和改进使用，不能代替独立机构的评估意见。",
                "The conclusions serve internal management and improvement and do not take the place of an independent opinion.",
            ),
        },
        Some(Mode::Second) => Statement {
            what: Text::new(
                "第二方评估：个人信息处理的相关方（如采购方、监管方）为特定目的评估被评估方。事实由被评估方回答，判断由相关方的评估员作出。",
                "Second-party assessment: a party with an interest in the processing (a buyer, a regulator) assesses the assessee for a particular end. Facts are answered by the assessee; the assessors of that party judge.",
            ),
            independence: Text::new(
                "评估员代表相关方，与被评估方相对独立，但不独立于委托方的利益。",
                "The assessors act for that party: they stand apart from the assessee but not from the client's interest.",
            ),
            reach: Text::new(
                "结论服务于委托的特定目的，移作他用须另行评估。",
                "The conclusions serve the end for which they were commissioned; other uses take another assessment.",
            ),
        },
        Some(Mode::Third) => Statement {
            what: Text::new(
                "第三方评估：独立的评估机构受委托评估。事实由被评估方提供，范围和准则与委托方商定，判断由评估员独立作出。",
                "Third-party assessment: an independent body assesses on commission. Facts come from the assessee, scope and criteria are settled with the client, and the assessors judge independently.",
            ),
            independence: Text::new(
                "评估员应独立于被评估方和委托方；存在利害关系的，应在意见书中披露。",
                "The assessors are to be independent of assessee and client; any interest they have is disclosed in the opinion.",
            ),
            reach: Text::new(
                "结论限于所载范围、期间和基准日，并以被评估方陈述的事实和所附证据为限。",
                "The conclusions keep to the scope, period and as-of date stated, and to the facts and evidence the assessee supplied.",
            ),
        },
        None => Statement {
            what: Text::new(
                "评估模式没有陈述（target.mode）：不知道这是第一方、第二方还是第三方评估。",
                "The mode is not stated (target.mode): whether this is a first-, second- or third-party assessment is not known.",
            ),
            independence: Text::new(
                "评估员的独立性不能说明。",
                "Nothing can be said about the assessors' independence.",
            ),
            reach: Text::new("引用结论以前应当先补明模式。", "State the mode before quoting the conclusions."),
        },
    }
}

/// Who is asked, in the words of the mode.
pub fn party(assessment: &Assessment<'_>, party: Party) -> Text {
    match (party, mode(assessment)) {
        (Party::Assessee, Some(Mode::First)) => Text::new("本组织有关部门", "departments concerned"),
        (Party::Client, Some(Mode::First)) => Text::new("本组织管理层", "management"),
        (Party::Assessor, Some(Mode::First)) => Text::new("内部评估员", "internal assessor"),
        (Party::Assessor, Some(Mode::Third)) => Text::new("独立评估员", "independent assessor"),
        (Party::Assessee, _) => Text::new("被评估方", "assessee"),
        (Party::Client, _) => Text::new("评估委托方", "client"),
        (Party::Assessor, _) => Text::new("评估员", "assessor"),
    }
}
