//! Whether a stated purpose is vague (5.3.2, 5.5.4.4): a purpose must let the reader foresee what is done with the
//! information. Rules only, no training: what remains of a purpose once the words that fit every purpose are taken away?
//!
//! “用于提升体验” leaves nothing; “用于上传图片” repeats the act and leaves nothing; “用于预约门诊” names a function.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};

/// Functions that a person can foresee: any of them makes a purpose specific.
const CONCRETE: &[&str] = &[
    "登录", "登陆", "注册", "下单", "订单", "支付", "付款", "结算", "配送", "送货", "收货", "发货", "寄件", "快递", "物流", "运费", "预约",
    "预定", "预订", "报名", "签到", "打卡", "考勤", "绑定", "实名", "核验", "核实", "核销", "验证", "认证", "身份", "扫码", "扫描",
    "二维码", "条码", "导航", "门店", "网点", "客服", "售后", "退款", "退货", "投诉", "反馈", "评价", "评论", "头像", "抽奖", "奖品",
    "礼品", "礼物", "活动", "会员", "积分", "优惠", "发票", "开票", "报销", "报修", "维修", "巡检", "巡更", "挂号", "就诊", "病", "问诊",
    "会议", "课程", "课", "考试", "学生", "教学", "充电", "停车", "车辆", "用车", "缴费", "账单", "贷", "保险", "理赔", "合同", "签署",
    "签约", "招聘", "简历", "租", "房源", "搜索", "推荐", "附近", "周边", "最近", "天气", "城市", "打印", "门禁", "开门", "开锁",
    "联系客户", "通知", "提醒", "客户", "商品", "商家", "店铺", "海报", "工单", "采购", "库存", "广告", "画像", "防疫", "健康", "运动",
    "步数", "游戏", "直播", "点餐", "外卖", "票务", "乘车", "公交", "设备绑定", "蓝牙设备", "配网", "wifi", "WiFi", "Wi-Fi", "打车",
    "溯源", "备案", "举报", "求助", "施工", "现场", "员工", "工资", "家长", "幼儿", "老人", "社保", "政务", "资质", "证件", "证书", "驾驶",
    "归属地", "群", "好友", "动态", "发布", "留言", "朋友圈", "社交", "bug", "故障", "风控", "风险", "欺诈", "分佣", "提现", "转账",
    "银行",
];
/// Statements that there is no purpose.
const NOTHING: &[&str] = &[
    "暂无", "无此", "不收集", "不获取", "不会", "没有", "无功能", "无调用", "不涉及", "不使用", "未使用", "未涉及",
];
/// Aims that are true of every product.
const EMPTY: &[&str] = &[
    "更好", "更优", "优质", "提升", "提高", "改善", "改进", "优化", "完善", "体验", "便捷", "更便", "方便使用", "更安全", "正常使用",
    "正常运行", "保障业务", "稳定", "更智能", "人性化", "个性化", "其他用途", "其他目的", "基本功能", "基本业务", "相关服务", "相关功能", "产品功能",
    "附加服务", "统计分析", "数据分析", "使用分析", "内部使用", "服务质量", "服务体验", "提供服务", "定制化", "精准", "流畅", "美观", "研究",
    "业务需要", "业务需求", "业务处理", "辅助处理", "增值",
];
/// Words that fit any purpose: acts on data, kinds of data, permissions, politeness, particles.
const COMMON: &[&str] = &[
    "为了", "为", "的", "了", "在", "将", "会", "给", "您", "你", "我们", "我", "我司", "本", "用户", "开发者", "小程序", "程序",
    "平台", "系统", "应用", "产品", "软件", "服务", "功能", "业务", "信息", "数据", "内容", "资料", "文件", "材料", "文档", "图片", "照片",
    "相片", "视频", "音频", "录音", "语音", "声音", "媒体", "素材", "图像", "文字", "文本", "数字", "链接", "相册", "摄像头", "相机",
    "麦克风", "剪切板", "剪贴板", "粘贴板", "蓝牙", "位置", "地理", "地址", "定位", "地点", "坐标", "方向", "距离", "传感器", "加速",
    "陀螺仪", "磁场", "设备", "手机", "号码", "昵称", "微信", "邮箱", "日历", "通讯录", "权限", "授权", "使用", "获取", "访问", "读取",
    "收集", "采集", "上传", "下载", "保存", "存储", "缓存", "留存", "写入", "仅", "选择", "选中", "选取", "查看", "浏览", "查询", "展示",
    "显示", "呈现", "预览", "播放", "录制", "录像", "拍摄", "拍照", "识别", "复制", "粘贴", "拷贝", "输入", "填写", "提交", "编辑", "修改",
    "发送", "传输", "同步", "分享", "调用", "打开", "生成", "压缩", "记录", "统计", "分析", "检测", "测试", "判断", "确定", "确认", "校验",
    "检验", "审核", "处理", "操作", "管理", "实现", "完成", "进行", "提供", "帮助", "能够", "能", "可以", "可", "需要", "需", "以便",
    "便于", "便", "方便", "快速", "快捷", "更加", "更", "好", "容易", "准确", "精准", "真实", "正常", "安全", "稳定", "保障", "保证",
    "确保", "保护", "减少", "简化", "手动", "流程", "时", "时候", "后", "后续", "后期", "等", "和", "与", "及", "或", "到", "至",
    "从", "对", "把", "被", "由", "其", "它", "各种", "相关", "必要", "基本", "完整", "全部", "个人", "本地", "服务器", "后台", "界面",
    "页面", "首页", "网站", "企业", "公司", "内部", "用", "用于", "自己", "所", "有", "是", "一", "个", "再", "并", "效果", "体验",
    "效率", "性能", "质量", "交互", "互动", "沟通", "交流", "跟", "就", "请", "当前", "实时", "智能", "良好", "机制", "提升", "提高",
    "优化", "改善", "改进", "完善", "基于", "以", "用途", "场景", "情况", "结果", "状态", "唯一", "编号", "临时", "工具", "接口", "请求",
    "视图", "音视频", "聊天", "短信", "电话", "联系",
];

/// A purpose that leaves fewer characters than this says nothing of its own; an aim true of every product needs more.
const REST: usize = 2;
const REST_EMPTY: usize = 4;

/// Words before a purpose, at any place of a sentence.
const MARKERS: &[&str] = &["用于", "用来", "用以", "用作", "以便", "以实现", "目的是", "旨在", "为了"];
/// Words before a purpose at the start of a clause.
const STARTS: &[&str] = &["为", "为向", "以"];
/// What is provided to the reader is a purpose too.
const OFFERS: &[&str] = &["为您提供", "向您提供", "给您提供", "为你提供", "向你提供", "为用户提供", "向用户提供"];

struct Words {
    concrete: AhoCorasick,
    nothing: AhoCorasick,
    empty: AhoCorasick,
    common: AhoCorasick,
}

static WORDS: LazyLock<Option<Words>> = LazyLock::new(|| {
    let build = |w: &[&str]| AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(w).ok();
    Some(Words { concrete: build(CONCRETE)?, nothing: build(NOTHING)?, empty: build(EMPTY)?, common: build(COMMON)? })
});

/// A purpose stated in a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Purpose {
    /// First byte in the sentence.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// True when it does not say what for.
    pub vague: bool,
}

/// The purposes a sentence states, in order.
#[must_use]
pub fn purpose(sentence: &str) -> Vec<Purpose> {
    let mut out: Vec<Purpose> = Vec::new();
    let stop = |c: char| matches!(c, '，' | '。' | '；' | ',' | ';' | '\n' | '！' | '（' | '(');
    for (i, _) in sentence.char_indices() {
        let Some(rest) = sentence.get(i..) else { continue };
        let clause = sentence.get(..i).is_none_or(|s| s.is_empty() || s.ends_with(stop) || s.ends_with(['、', ' ', '：']));
        let marker = MARKERS.iter().find(|m| rest.starts_with(**m)).map(|m| m.len());
        let offer = OFFERS.iter().find(|m| rest.starts_with(**m)).map(|m| m.len());
        let opens = STARTS.iter().filter(|m| clause && rest.starts_with(**m) && rest.contains(['，', ','])).map(|m| m.len()).max();
        let Some(skip) = marker.or(offer).or(opens) else { continue };
        let start = i + skip;
        let tail = sentence.get(start..).unwrap_or("");
        let end = start + tail.find(stop).unwrap_or(tail.len());
        let text = sentence.get(start..end).unwrap_or("");
        // 用于为您提供…: one purpose, not two.
        if text.trim().is_empty() || out.last().is_some_and(|p| p.end >= end && start < p.end) {
            continue;
        }
        out.push(Purpose { start, end, vague: says_nothing(text) });
    }
    out
}

fn says_nothing(text: &str) -> bool {
    let Some(w) = WORDS.as_ref() else { return false };
    if w.nothing.is_match(text) {
        return true;
    }
    if w.concrete.is_match(text) {
        return false;
    }
    let mut rest = 0;
    let mut from = 0;
    let mut count = |s: &str| rest += s.chars().filter(|c| c.is_alphabetic()).count();
    for m in w.common.find_iter(text) {
        count(text.get(from..m.start()).unwrap_or(""));
        from = m.end();
    }
    count(text.get(from..).unwrap_or(""));
    rest < if w.empty.is_match(text) { REST_EMPTY } else { REST }
}

/// True when every purpose of the sentence is vague, false when one is specific, `None` when it states none.
#[must_use]
pub fn vague(sentence: &str) -> Option<bool> {
    let found = purpose(sentence);
    if found.is_empty() { None } else { Some(found.iter().all(|p| p.vague)) }
}
