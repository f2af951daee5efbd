//! Whether Chinese text is written in traditional characters, which the cues do not know.

/// Common characters of policies that differ: traditional, simplified. Only such pairs are listed in which neither form
/// stands in texts of the other kind.
const PAIRS: &[(char, char)] = &[
    ('個', '个'),
    ('們', '们'),
    ('會', '会'),
    ('資', '资'),
    ('訊', '讯'),
    ('對', '对'),
    ('為', '为'),
    ('與', '与'),
    ('戶', '户'),
    ('註', '注'),
    ('號', '号'),
    ('碼', '码'),
    ('處', '处'),
    ('權', '权'),
    ('護', '护'),
    ('隱', '隐'),
    ('務', '务'),
    ('產', '产'),
    ('業', '业'),
    ('機', '机'),
    ('構', '构'),
    ('國', '国'),
    ('應', '应'),
    ('將', '将'),
    ('據', '据'),
    ('數', '数'),
    ('時', '时'),
    ('間', '间'),
    ('關', '关'),
    ('聯', '联'),
    ('絡', '络'),
    ('網', '网'),
    ('導', '导'),
    ('請', '请'),
    ('說', '说'),
    ('識', '识'),
    ('證', '证'),
    ('認', '认'),
    ('設', '设'),
    ('備', '备'),
    ('錄', '录'),
    ('記', '记'),
    ('變', '变'),
    ('發', '发'),
    ('現', '现'),
    ('實', '实'),
    ('選', '选'),
    ('擇', '择'),
    ('單', '单'),
    ('訂', '订'),
    ('購', '购'),
    ('買', '买'),
    ('賣', '卖'),
    ('費', '费'),
    ('險', '险'),
    ('開', '开'),
    ('進', '进'),
    ('運', '运'),
    ('營', '营'),
    ('訪', '访'),
    ('問', '问'),
    ('點', '点'),
    ('擊', '击'),
];

/// How often the traditional and the simplified characters of the pairs stand in a text.
#[must_use]
pub fn count(text: &str) -> (usize, usize) {
    text.chars().filter(|c| !c.is_ascii()).fold((0, 0), |(t, s), c| {
        let pair = PAIRS.iter().find(|p| p.0 == c || p.1 == c);
        match pair {
            Some(p) if p.0 == c => (t + 1, s),
            Some(_) => (t, s + 1),
            None => (t, s),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::count;

    #[test]
    fn characters_are_counted_by_kind() {
        assert_eq!(count("我們會收集您的手機號碼"), (5, 0));
        assert_eq!(count("我们会收集您的手机号码"), (0, 5));
        assert_eq!(count("Hello, 您好"), (0, 0));
    }
}
