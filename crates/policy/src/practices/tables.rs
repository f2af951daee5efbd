//! Tables of permissions, functions and third parties: what each column holds.

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// Name of the third party or component.
    Recipient,
    /// The company behind a component.
    Provider,
    /// Purpose.
    Purpose,
    /// Scene or function, which stands for the purpose where no column has that.
    Scene,
    /// Types of information or permissions.
    Types,
    /// Retention.
    Retention,
    /// Link or contact.
    Link,
    /// Place.
    Country,
    /// Something else.
    Other,
}

/// Reads the head of a column.
#[must_use]
pub fn column(head: &str) -> Column {
    let has = |words: &[&str]| words.iter().any(|w| head.contains(w));
    if head.chars().count() > 24 {
        Column::Other
    } else if has(&["链接", "官网", "隐私政策", "网址", "联系方式", "联系"]) {
        Column::Link
    } else if has(&["目的", "用途"]) && !has(&["名称"]) {
        Column::Purpose
    } else if has(&["场景", "功能", "说明", "业务"]) && !has(&["名称"]) {
        Column::Scene
    } else if has(&["期限", "时限", "保存时间", "存储时间"]) {
        Column::Retention
    } else if has(&["地域", "国家", "地点", "是否出境"]) {
        Column::Country
    } else if has(&[
        "提供方",
        "提供商",
        "提供者",
        "运营方",
        "运营者",
        "所属公司",
        "公司名称",
        "公司主体",
        "主体名称",
        "开发者",
        "服务商",
    ]) && !has(&["信息", "权限", "数据"])
    {
        Column::Provider
    } else if has(&["第三方", "SDK", "sdk", "公司", "接收方", "合作", "名称", "机构", "主体"])
        && !has(&["信息", "权限", "数据"])
    {
        Column::Recipient
    } else if has(&["信息", "权限", "数据", "类型", "字段", "范围", "种类"]) {
        Column::Types
    } else if has(&["名称", "第三方", "公司"]) {
        Column::Recipient
    } else {
        Column::Other
    }
}

/// Whether a row names the columns: at least two known columns, and every cell short and without figures.
#[must_use]
pub fn is_head<'a>(cells: impl Iterator<Item = &'a str> + Clone) -> bool {
    let short = cells
        .clone()
        .all(|c| c.chars().count() <= 16 && !c.contains(['。', '，', '、', '；', '@', '：']) && !c.contains("http"));
    let one = |c: Column| if c == Column::Scene { Column::Purpose } else { c };
    let mut kinds: Vec<Column> = cells.map(column).map(one).filter(|c| *c != Column::Other).collect();
    kinds.dedup();
    short && kinds.len() >= 2
}
