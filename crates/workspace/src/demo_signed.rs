//! The assessment of the demonstration that went all the way: gaps handled, reviewed, signed, and opened again.

use std::collections::BTreeMap;

use zhunsheng_dossier::Outcome;
use zhunsheng_source::Text;

use crate::auth::{Action, Actor, Role};
use crate::criteria::{MetEntry, NewCriterion};
use crate::error::{Error, Result};
use crate::evidence::EvidenceMeta;
use crate::gap::{Deed, NewStep, Weight};
use crate::work::NewDetermination;
use crate::workspace::Workspace;

/// What people do about an assessment until it is signed, and after.
pub(crate) fn whole_way(workspace: &Workspace, id: &str, actors: &BTreeMap<&str, Actor>) -> Result<()> {
    let as_role = |role: Role, action: Action| {
        let actor = actors.get(role.word()).ok_or_else(|| Error::missing("account", role.word()))?;
        workspace.allow(actor, action, Some(id))
    };
    let lead = as_role(Role::Lead, Action::EditFacts)?;
    let assessor = as_role(Role::Assessor, Action::Determine)?;
    let (client, reviewer) = (as_role(Role::Client, Action::AcceptRisk)?, as_role(Role::Reviewer, Action::Review)?);
    let both = |zh: &str, en: &str| Text::new(zh, en);

    let new = NewCriterion {
        leaf: "5.2.2".into(),
        stricter: true,
        demands: both(
            "采集人脸信息须经集团法务事前书面批准",
            "the group's legal department approves in writing before faces are captured",
        ),
        source: "集团信息安全承诺第三条（示例）".into(),
        reason: both("被评估方以公告承诺的要求高于标准", "the assessee has promised more than the standard asks"),
        check: String::new(),
    };
    let criterion = workspace.add_criterion(&lead, new)?;
    let met = MetEntry {
        object: "face-capture".into(),
        met: false,
        reason: both("没有批准文件", "there is no approval"),
        evidence: vec!["report".into()],
        by_name: String::new(),
        on: String::new(),
    };
    workspace.answer_criterion(&assessor, &criterion, met)?;

    let mut upload = workspace.receive(&lead)?;
    upload.push("门店入口照片（示例）：摄像设备已拆除。\n".as_bytes())?;
    let meta =
        EvidenceMeta {
            title: "拆除后照片（示例）".into(), filename: "removed.txt".into(), ..EvidenceMeta::default()
        };
    let after = workspace.add_evidence(&lead, upload, &meta)?;

    let step = |deed: Deed, text: &str| NewStep {
        deed,
        text: text.to_owned(),
        before: Vec::new(),
        after: Vec::new(),
        until: None,
        weight: None,
    };
    let gaps: Vec<String> = workspace.gaps(&lead)?.into_iter().map(|gap| gap.gap.id).collect();
    let adjusted = || NewStep {
        before: vec!["report".into()],
        after: vec![after.clone()],
        ..step(Deed::Adjusted, "设备已全部拆除，照片已删除。")
    };
    let next_year = crate::Time::now().plus(365 * 86_400).day().to_string();
    for (number, gap) in gaps.iter().enumerate() {
        match number % 5 {
            0 => {
                workspace.act_on_gap(&lead, gap, None, adjusted())?;
                workspace.act_on_gap(&lead, gap, None, step(Deed::Disclosed, "已书面说明此前处理的风险。"))?;
                let until = Some(next_year.clone());
                let accepted =
                    NewStep { until, ..step(Deed::Accepted, "董事会知悉并接受，一年内复查。") };
                workspace.act_on_gap(&client, gap, None, accepted)?;
            }
            1 => {
                workspace.act_on_gap(&lead, gap, None, step(Deed::Disclosed, "已在会议上说明。"))?;
            }
            2 => {
                let weight = Some(Weight::Minor);
                let weighed = NewStep { weight, ..step(Deed::Weighed, "影响人数少，设备已停用。") };
                workspace.act_on_gap(&lead, gap, None, weighed)?;
            }
            3 => {
                workspace.act_on_gap(
                    &lead,
                    gap,
                    None,
                    step(Deed::Consulted, "已就补救办法向监管部门书面咨询，尚无答复。"),
                )?;
            }
            _ => {}
        }
    }

    let hash = workspace.submit(&lead, "第一次提交。", false)?;
    workspace.write_note(&reviewer, "5.2.2", "face-capture", "请写明为什么不能援引其他合法性基础。")?;
    workspace.review(&reviewer, &hash, false, "5.2.2 的理由不够，见意见。")?;
    workspace.determine(
        &assessor,
        NewDetermination {
            leaf: "5.2.2".into(),
            object: "face-capture".into(),
            verdict: Outcome::Gap,
            reason: both(
                "逐项核对八种合法性基础：没有告知，同意不成立；其余各项没有事实支持。",
                "All eight legal bases were gone through: no notice, so no consent; no facts support the others.",
            ),
            evidence: vec!["report".into()],
            seen: None,
        },
    )?;
    let hash = workspace.submit(&lead, "已补充 5.2.2 的理由。", false)?;
    workspace.review(&reviewer, &hash, true, "同意。")?;
    workspace.sign(&lead, &hash, "", &crate::Imprint::default(), false)?;
    workspace.open_revision(&lead, "被评估方补交材料。")?;
    let mut body = workspace.object(&lead, "organisation", "")?.value.0;
    body.insert("people_processed".into(), 431_623.into());
    workspace.put_object(&lead, "organisation", "", None, body)?;
    if let Some(gap) = gaps.get(1) {
        workspace.act_on_gap(&lead, gap, None, adjusted())?;
    }
    Ok(())
}
