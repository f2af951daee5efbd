//! The frame: what every page has.

texts! {
    product: "准绳", "Zhunsheng";
    tagline: "以法律为准绳", "Measured by the law";
    skip: "跳到正文", "Skip to content";
    menu: "菜单", "Menu";
    language: "English", "中文";
    theme: "切换明暗", "Switch light and dark";
    theme_short: "明暗", "Theme";
    sign_out: "退出", "Sign out";
    main_navigation: "主导航", "Main navigation";
    my_assessments: "我的评估", "My assessments";
    my_account: "我的账户", "My account";
    people: "人员", "People";
    tokens: "接口令牌", "API tokens";
    trail: "操作轨迹", "Audit trail";
    section_case: "案卷", "Case";
    section_work: "工作", "Work";
    overview: "概览", "Overview";
    scope: "范围", "Scope";
    inventory: "卷宗", "Inventory";
    obligations: "合规义务清单", "Obligations";
    workpaper: "工作底稿", "Workpaper";
    evidence: "证据", "Evidence";
    save: "保存", "Save";
    cancel: "取消", "Cancel";
    back: "返回", "Back";
    edit: "编辑", "Edit";
    filter: "筛选", "Filter";
    all: "全部", "All";
    none_yet: "暂无", "None yet";
    saved: "已保存。", "Saved.";
    yes: "是", "Yes";
    no: "否", "No";
    close: "关闭", "Close";
    fault_404: "没有这一页", "No such page";
    fault_404_more: "地址可能写错，或者您没有查看它的权限。", "The address may be wrong, or you may not be allowed to see it.";
    fault_403: "不允许", "Not allowed";
    fault_403_more: "您的角色不能做这件事。", "Your role does not permit this.";
    fault_csrf: "表单已过期", "The form has expired";
    fault_csrf_more: "请返回上一页，重新载入后再提交；已填写的内容不会丢失。", "Go back, reload the page and send it again; what you typed is kept.";
    fault_400: "请求有误", "Bad request";
    fault_413: "内容过大", "Too large";
    fault_429: "请求过于频繁", "Too many requests";
    fault_500: "出错了", "Something went wrong";
    fault_500_more: "已记录。请重试；如仍出错，把下面的编号告诉管理员。", "It has been logged. Try again; if it stays, give the administrator the number below.";
    go_home: "回到首页", "Go to the start page";
}
