//! Lines with their truth, and large files.

use serde_json::json;

use crate::values::{self as v, Rng};

type Truth = Vec<(&'static str, String)>;

/// A line of text and what is in it.
fn line(r: &mut Rng) -> (String, Truth) {
    let mut t: Truth = Vec::new();
    let mut put = |kind: &'static str, value: String| {
        t.push((kind, value.clone()));
        value
    };
    if r.below(4) == 0 {
        return hard(r);
    }
    let text = match r.below(40) {
        0 => format!("客户身份证号{}已核验", put("id-number", v::id(r, true))),
        1 => format!("id_card={} status=ok", put("id-number", v::id(r, true))),
        2 => format!("{},{},已签约", put("id-number", v::id(r, true)), r.below(100)),
        3 => format!("请拨打{}联系本人", put("mobile-number", v::mobile(r))),
        4 => format!(
            "2024-03-0{} 10:0{}:31 INFO login phone={} ok",
            1 + r.below(9),
            r.below(10),
            put("mobile-number", v::mobile(r))
        ),
        5 => format!("{{\"mobile\":\"{}\",\"n\":{}}}", put("mobile-number", v::mobile(r)), r.below(99)),
        6 => {
            let m = v::mobile(r);
            let m = format!("{}-{}-{}", m.get(..3).unwrap_or(""), m.get(3..7).unwrap_or(""), m.get(7..).unwrap_or(""));
            format!("Tel: {}", put("mobile-number", m))
        }
        7 => format!("+86{} 短信已发送", put("mobile-number", v::mobile(r))),
        8 => format!("办公电话：{}，传真略", put("landline-number", v::landline(r))),
        9 => format!("call {} now", put("landline-number", v::landline(r))),
        10 => format!("储蓄卡{}尾号核对", put("bank-card-number", v::card(r, true))),
        11 => format!("card_no: {}", put("bank-card-number", v::card(r, true))),
        12 => {
            let c = loop {
                let c = v::card(r, true);
                if c.len() == 16 {
                    break c;
                }
            };
            let c: Vec<&str> = (0..4).filter_map(|i| c.get(i * 4..i * 4 + 4)).collect();
            format!("卡号 {}", put("bank-card-number", c.join(" ")))
        }
        13 => format!("护照号码：{}", put("passport-number", v::passport(r))),
        14 => format!("车辆{}驶入，{}驶出", put("licence-plate", v::plate(r)), put("licence-plate", v::plate(r))),
        15 => format!("车架号 {}", put("vin", v::vin(r, true))),
        16 => format!("IMEI:{} model=X{}", put("imei", v::imei(r)), r.below(9)),
        17 => format!("wlan mac {} joined", put("mac-address", v::mac(r))),
        18 => format!(
            "{} - - [01/Mar/2024:10:00:00 +0800] \"GET /a/{} HTTP/1.1\" 200 {}",
            put("ip-address", v::ip(r)),
            r.hex(8),
            r.below(9999)
        ),
        19 => format!("邮箱{}，请查收", put("email", v::email(r))),
        20 => format!("收货人：{}，地址：{}", put("name", v::name(r)), put("postal-address", v::address(r))),
        21 => format!("我住在{}，欢迎来访", put("postal-address", v::address(r))),
        22 => format!("姓名: {} 电话: {}", put("name", v::name(r)), put("mobile-number", v::mobile(r))),
        23 => format!("gps {}", put("precise-location", v::place(r))),
        24 => format!("微信号：{}", put("wechat-id", v::wechat(r))),
        25 => format!("QQ：{}，加我", put("qq-number", r.digits(9))),
        26 => format!("统一社会信用代码{}", put("unified-credit-code", v::credit(r))),
        27 => {
            let (a, b, c) = (v::place(r), v::place(r), v::place(r));
            format!("track={}", put("trajectory", format!("{a};{b};{c}")))
        }
        // Hard negatives.
        28 => format!("订单号：{}，金额{}.{:02}元", v::mobile(r), r.below(999), r.below(100)),
        29 => format!("order_id={} sku={}", v::card(r, true), r.digits(8)),
        30 => format!("流水号{}，批次{}", v::id(r, false), r.digits(12)),
        31 => format!("ts={}{} cost={}ms", 16 + r.below(2), r.digits(11), r.below(500)),
        32 => match r.below(4) {
            0 => format!("md5={} sha1={}", r.hex(32), r.hex(40)),
            1 => format!("uuid {}-{}-{}-{}-{}", r.hex(8), r.hex(4), r.hex(4), r.hex(4), r.hex(12)),
            2 => format!("commit {} trace_id={}", r.hex(40), r.hex(16)),
            _ => format!("token={}", r.hex(64)),
        },
        33 => format!(
            "客服热线{}-{}-{}，投诉{}",
            r.pick(&["400", "800"]),
            r.digits(3),
            r.digits(4),
            r.pick(&["95588", "95555", "12345", "10086", "12315", "96110"])
        ),
        34 => format!(
            "版本 {}.{}.{}.{}，Chrome/{}.0.{}.{}",
            r.below(9),
            r.below(20),
            r.below(20),
            r.below(20),
            80 + r.below(40),
            1000 + r.below(5000),
            r.below(200)
        ),
        35 => format!("ICP备案：粤B2-{} 京ICP备{}号-{}", r.digits(8), r.digits(8), 1 + r.below(9)),
        36 => match r.below(4) {
            0 => format!("卡号校验失败：{}", v::card(r, false)),
            1 => format!("VIN check failed {}", v::vin(r, false)),
            2 => format!("证件 {} 无效", v::id(r, false)),
            _ => format!("快递单号 {}{}", r.pick(&["SF", "YT", "JD"]), r.digits(13)),
        },
        37 => match r.below(4) {
            0 => format!("坐标精度 {}.{}，{}.{}", r.below(99), r.below(9), r.below(99), r.below(9)),
            1 => format!("价格{}.{:02},{}.{:02}", r.below(9999), r.below(100), r.below(9999), r.below(100)),
            2 => format!("已脱敏 138****{} 110101********{}", r.digits(4), r.digits(4)),
            _ => "资源 icon@2x.png 与 git@code.example.com:a/b.git".to_owned(),
        },
        38 => match r.below(3) {
            0 => format!(
                "商品名称：{}，型号E{}",
                r.pick(&["王牌饼干", "李子干", "黄桃罐头", "白色衬衫", "高级毛巾"]),
                r.digits(8)
            ),
            1 => format!("第{}号公告：{}号楼{}单元施工", 1 + r.below(99), 1 + r.below(20), 1 + r.below(4)),
            _ => format!("服务器 127.0.0.1 掩码 255.255.255.0 端口 {}", r.digits(4)),
        },
        _ => format!("{} {} {} {}", r.digits(20), r.digits(9), r.hex(12), r.digits(5)),
    };
    (text, t)
}

/// Values without a word beside them, written otherwise than usual, and words that promise a value and bring none. Some of
/// these no reader of forms can tell; they are here so that the figures say so.
fn hard(r: &mut Rng) -> (String, Truth) {
    let mut t: Truth = Vec::new();
    let mut put = |kind: &'static str, value: String| {
        t.push((kind, value.clone()));
        value
    };
    let text = match r.below(30) {
        0 => format!("{}{}请回电", put("name", v::name(r)), put("mobile-number", v::mobile(r))),
        1 => format!("{}先生已到店", put("name", v::name(r))),
        2 => {
            let l = v::landline(r);
            let (a, b) = l.split_once('-').unwrap_or(("", ""));
            format!("总机{}", put("landline-number", format!("({a}){b}")))
        }
        3 => format!("座机{}", put("landline-number", v::landline(r).replace('-', ""))),
        4 => put("passport-number", v::passport(r)),
        5 => format!("加我微信{}详聊", put("wechat-id", v::wechat(r))),
        6 => format!("qq {} 在线", put("qq-number", r.digits(9))),
        7 => {
            let m: String = v::mobile(r).chars().filter_map(|c| char::from_u32(u32::from(c) + 0xFEE0)).collect();
            format!("手机{}", put("mobile-number", m))
        }
        8 => put("mobile-number", v::mobile(r)),
        9 => put("imei", v::imei(r)),
        10 => put("vin", v::vin(r, true)),
        11 => put("bank-card-number", v::card(r, true)),
        12 => put("id-number", v::id(r, true).to_lowercase()),
        13 => {
            format!("{},{},{}", put("name", v::name(r)), put("mobile-number", v::mobile(r)), put("email", v::email(r)))
        }
        14 => {
            let a = v::address(r);
            let end = a.find(['路', '街', '段']).map_or(a.len(), |p| p + 3);
            format!("家住{}附近", put("postal-address", a.get(..end).unwrap_or("").to_owned()))
        }
        15 => {
            let p = v::place(r);
            let (a, b) = p.split_once(',').unwrap_or(("", ""));
            format!("经度{} 纬度{}", put("precise-location", a.to_owned()), put("precise-location", b.to_owned()))
        }
        16 => {
            let ip = format!("2409:8{}:{}::1{}:{}", r.hex(3), r.hex(4), r.hex(3), 1 + r.below(9));
            format!("peer {}", put("ip-address", ip))
        }
        17 => {
            let m = v::mobile(r);
            let m = format!("{} {} {}", m.get(..3).unwrap_or(""), m.get(3..7).unwrap_or(""), m.get(7..).unwrap_or(""));
            format!("{} 已开通", put("mobile-number", m))
        }
        // Words that promise a value and bring none.
        18 => format!(
            "联系人：{}，姓名：{}",
            r.pick(&["客服中心", "本人", "管理员", "市场部"]),
            r.pick(&["必填", "未填写", "保密", "不详"])
        ),
        19 => format!("QQ群：{}，欢迎加入", r.digits(9)),
        20 => format!("微信公众号：{}_official", r.pick(&["example", "daily", "metro"])),
        21 => format!("商品链接 https://shop.example.com/item/{}.html", v::mobile(r)),
        22 => format!("账期20240301 单据{}", r.digits(17)),
        23 => format!("{}-{}-{}", r.digits(4), r.digits(6), r.digits(7)),
        24 => format!("模型参数 {}.{:04},{}.{:04}", 1 + r.below(9), r.below(10_000), 1 + r.below(9), r.below(10_000)),
        25 => format!("地址：{}", r.pick(&["详见下文", "同上", "请在订单中填写", "www.example.com"])),
        26 => format!("雪花ID {}", 1_700_000_000_000_000_000u64 + r.below(90_000_000_000_000_000)),
        27 => format!("邮箱格式：name@domain，网关 10.0.{}.1", r.below(255)),
        28 => format!("条形码69{}，库存{}", r.digits(11), r.digits(3)),
        _ => format!("执行耗时 13{}ns，偏移 {}", r.digits(9), r.digits(16)),
    };
    (text, t)
}

/// JSON lines `{"text","truth"}`.
pub fn labelled(seed: u64, n: usize) -> String {
    let mut r = Rng(seed);
    let mut out = String::new();
    for _ in 0..n {
        let (text, truth) = line(&mut r);
        out += &json!({ "text": text, "truth": truth }).to_string();
        out.push('\n');
    }
    out
}

/// Large files: a web server's log, an application's log in Chinese, a table, JSON lines, a dump.
pub fn files(seed: u64, bytes: usize) -> Vec<(&'static str, String)> {
    let mut r = Rng(seed);
    let mut access = String::with_capacity(bytes + 1024);
    while access.len() < bytes {
        access += &format!(
            "{} - - [01/Mar/2024:10:{:02}:{:02} +0800] \"GET /api/v2/items/{}?page={}&size=20 HTTP/1.1\" 200 {} \"https://www.example.com/list\" \"Mozilla/5.0 (Linux; Android 13) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/114.0.5735.90 Mobile Safari/537.36\"\n",
            v::ip(&mut r),
            r.below(60),
            r.below(60),
            r.hex(16),
            r.below(50),
            r.below(50_000)
        );
    }
    let mut app = String::with_capacity(bytes + 1024);
    while app.len() < bytes {
        app += &format!(
            "2024-03-01 10:{:02}:{:02}.{:03} INFO [worker-{}] com.example.order.OrderService - 用户提交订单，正在校验库存与价格，批次{}，耗时{}ms，结果：成功\n",
            r.below(60),
            r.below(60),
            r.below(1000),
            r.below(16),
            r.digits(12),
            r.below(300)
        );
        if r.below(10) == 0 {
            app += &format!(
                "2024-03-01 10:00:00.000 WARN [worker-1] com.example.sms - 短信发送失败 phone={} 重试{}次\n",
                v::mobile(&mut r),
                r.below(4)
            );
        }
    }
    let mut table = String::from("order_no,user_name,mobile,id_card,address,amount,status,created_at\n");
    while table.len() < bytes {
        table += &format!(
            "{},{},{},{},{},{}.{:02},PAID,2024-03-01 10:00:{:02}\n",
            r.digits(18),
            v::name(&mut r),
            v::mobile(&mut r),
            v::id(&mut r, true),
            v::address(&mut r),
            r.below(9999),
            r.below(100),
            r.below(60)
        );
    }
    let mut lines = String::with_capacity(bytes + 1024);
    while lines.len() < bytes {
        lines += &json!({"event":"page_view","ts":1_709_258_400_000u64 + r.below(86_400_000),"session":r.hex(32),"user":{"id":r.below(1_000_000),"phone":v::mobile(&mut r)},"page":"/goods/detail","props":{"sku":r.digits(10),"price":r.below(10_000),"title":"纯棉圆领短袖上衣夏季新款"}}).to_string();
        lines.push('\n');
    }
    let mut dump = String::from(
        "CREATE TABLE `users` (\n  `id` bigint NOT NULL,\n  `nick` varchar(64),\n  `mobile` varchar(20),\n  `email` varchar(64),\n  `memo` text\n) ENGINE=InnoDB;\n",
    );
    while dump.len() < bytes {
        dump += "INSERT INTO `users` VALUES ";
        for i in 0..200 {
            dump += if i > 0 { "," } else { "" };
            dump += &format!(
                "({},'用户{}','{}','{}','该用户于活动期间领取了优惠券，尚未使用')",
                r.below(1_000_000),
                r.below(1000),
                v::mobile(&mut r),
                v::email(&mut r)
            );
        }
        dump += ";\n";
    }
    vec![("access.log", access), ("app.log", app), ("orders.csv", table), ("events.jsonl", lines), ("users.sql", dump)]
}
