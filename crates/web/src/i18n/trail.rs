//! Words of the trail: what was done, and to what kind of record.

use zhunsheng_workspace::Deed;

use super::Words;

/// What was done. What was done about a gap has the words of the register, see [`Words::act`].
const ACTS: &[(&str, &str, &str)] = &[
    ("accepted", "接受", "accepted"),
    ("adjusted", "调整", "adjusted"),
    ("answered", "答复", "answered"),
    ("asked", "提出", "asked"),
    ("assessment-made", "新建评估", "assessment made"),
    ("assigned", "指派", "assigned"),
    ("cancelled", "取消", "cancelled"),
    ("changed", "修改", "changed"),
    ("closed", "关闭", "closed"),
    ("codes-off", "关闭两步验证", "two-step sign-in switched off"),
    ("codes-on", "开启两步验证", "two-step sign-in switched on"),
    ("determined", "判定", "determined"),
    ("downloaded", "下载", "downloaded"),
    ("ended", "结束", "ended"),
    ("examined", "检查", "examined"),
    ("exported", "导出", "exported"),
    ("found", "发现", "found"),
    ("frozen", "签署并冻结", "signed and frozen"),
    ("imported", "导入", "imported"),
    ("invited", "邀请", "invited"),
    ("issued", "出具", "issued"),
    ("joined", "加入", "joined"),
    ("kept-beside", "并存保留", "kept beside"),
    ("linked", "关联", "linked"),
    ("made", "新建", "made"),
    ("noted", "记录", "noted"),
    ("passed", "移交", "passed on"),
    ("password-changed", "更改密码", "password changed"),
    ("password-reset", "重设密码", "password reset"),
    ("password-set", "设置密码", "password set"),
    ("planned", "计划", "planned"),
    ("received", "接收", "received"),
    ("refused", "拒绝登录", "sign-in refused"),
    ("removed", "删除", "removed"),
    ("running", "开始运行", "running"),
    ("seen", "已阅", "seen"),
    ("sessions-ended", "结束登录", "sessions ended"),
    ("settled", "解决", "settled"),
    ("signed-in", "登录", "signed in"),
    ("signed-out", "退出", "signed out"),
    ("signed-up", "注册", "signed up"),
    ("started", "启动", "started"),
    ("taken", "采入结论", "taken into the findings"),
    ("unassigned", "取消指派", "unassigned"),
    ("used", "使用", "used"),
    ("withdrawn", "撤回", "withdrawn"),
];

/// Kinds of records.
const KINDS: &[(&str, &str, &str)] = &[
    ("answer", "回答", "answer"),
    ("assessment", "评估", "assessment"),
    ("blob", "文件", "file"),
    ("collection", "清单字段", "field of the inventory"),
    ("conflict", "冲突", "conflict"),
    ("criterion", "准则", "criterion"),
    ("determination", "判定", "determination"),
    ("dossier", "卷宗", "dossier"),
    ("evidence", "证据", "evidence"),
    ("firm", "机构", "firm"),
    ("frozen", "签署件", "what was signed"),
    ("gap", "差距", "gap"),
    ("invitation", "邀请", "invitation"),
    ("issue", "出具的意见书", "opinion that was issued"),
    ("job", "核验任务", "job"),
    ("link", "证据关联", "link to evidence"),
    ("member", "成员", "member"),
    ("milestone", "节点", "milestone"),
    ("note", "备注", "note"),
    ("object", "清单对象", "object of the inventory"),
    ("opinion", "意见书", "opinion"),
    ("owner", "负责人", "owner"),
    ("request", "资料请求", "request"),
    ("reset", "重设密码", "reset of a password"),
    ("result", "评估结果", "result"),
    ("sample", "总体或抽样", "population or sample"),
    ("secret", "登录凭据", "means of signing in"),
    ("seen", "已阅记录", "what was seen"),
    ("taken", "采入的核验", "audit taken in"),
    ("token", "接口令牌", "token"),
    ("user", "账号", "account"),
    ("workbook", "工作簿", "workbook"),
];

fn word<'a>(words: Words, table: &'a [(&'a str, &'a str, &'a str)], id: &'a str) -> &'a str {
    let found = table.iter().find(|(held, ..)| *held == id);
    found.map_or(id, |(_, zh, en)| words.0.pick(zh, en))
}

impl Words {
    /// What was done to a record of a kind, as the trail names it.
    pub fn act<'a>(self, kind: &str, id: &'a str) -> std::borrow::Cow<'a, str> {
        // “Accepted” is said of an invitation too, and “adjusted” of a criterion: the kind tells which is meant.
        match Deed::parse(id).filter(|_| kind == "gap") {
            Some(deed) => self.say(deed.label()).into(),
            None => word(self, ACTS, id).into(),
        }
    }

    /// A kind of record, as the trail names it.
    pub fn record_kind(self, id: &str) -> &str {
        word(self, KINDS, id)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::string_slice, reason = "a test stops where something is wrong")]
mod tests {
    use super::{ACTS, KINDS, Words};
    use std::path::Path;
    use zhunsheng_source::Lang;
    use zhunsheng_workspace::Deed;

    fn sources(dir: &Path, all: &mut String) {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                sources(&path, all);
            } else if path.extension().is_some_and(|held| held == "rs") {
                all.push_str(&std::fs::read_to_string(path).unwrap());
            }
        }
    }

    /// The words in quotes right after each mark.
    fn after<'t>(text: &'t str, mark: &'t str) -> impl Iterator<Item = &'t str> {
        let quoted = |rest: &'t str| rest.trim_start().strip_prefix('"')?.split('"').next();
        text.match_indices(mark).filter_map(move |(at, _)| quoted(&text[at + mark.len()..]))
    }

    #[test]
    fn the_trail_speaks_in_words() {
        let mut text = String::new();
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../workspace/src"), &mut text);
        let mut acts: Vec<&str> = [".put(", ".note("].iter().flat_map(|mark| after(&text, mark)).collect();
        let mut kinds: Vec<&str> = after(&text, "const KIND: &'static str =").collect();
        // Notes say act and kind one after the other, with whatever leave they are made by before; an act may be a variable.
        for note in text.split(".note(").skip(1) {
            let parts: Vec<&str> = note.split(';').take(1).flat_map(|own| own.split(',')).map(str::trim).collect();
            let word = |at: usize| parts.get(at).and_then(|part| part.strip_prefix('"')?.strip_suffix('"'));
            let Some(first) = (0..parts.len()).find(|at| word(*at).is_some()) else { continue };
            match (word(first), word(first + 1)) {
                (Some(act), Some(kind)) => {
                    acts.push(act);
                    kinds.push(kind);
                }
                (kind, _) => kinds.extend(kind),
            }
        }
        assert!(acts.len() > 20 && kinds.len() > 15, "{acts:?} {kinds:?}");
        for (held, table) in [(acts, ACTS), (kinds, KINDS)] {
            for word in held {
                assert!(table.iter().any(|(id, ..)| *id == word), "`{word}` has no words in the pages");
            }
        }
    }

    #[test]
    fn what_was_done_about_a_gap_is_said_in_words() {
        for lang in [Lang::Zh, Lang::En] {
            for deed in Deed::ALL {
                assert_eq!(Words(lang).act("gap", deed.word()), Words(lang).say(deed.label()));
            }
        }
        assert_eq!(Words(Lang::Zh).act("invitation", "accepted"), "接受");
    }
}
