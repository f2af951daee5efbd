//! Values that must be found and values that must not.

use super::*;
use crate::kind::Confidence::*;

fn found(text: &str) -> Vec<(&'static str, String)> {
    let mut h = Hits::default();
    scan(text.as_bytes(), &mut h);
    h.found
        .iter()
        .filter(|h| h.confidence >= Medium)
        .map(|h| (h.kind.id(), String::from_utf8_lossy(&text.as_bytes()[h.start..h.end]).into_owned()))
        .collect()
}

#[track_caller]
fn check(text: &str, want: &[(&str, &str)]) {
    let got = found(text);
    let got: Vec<(&str, &str)> = got.iter().map(|(a, b)| (*a, b.as_str())).collect();
    assert_eq!(got, want, "in {text}");
}

#[test]
fn numbers() {
    check("我的身份证是11010519491231002X，谢谢", &[("id-number", "11010519491231002X")]);
    check("110105 19491231 002X", &[("id-number", "110105 19491231 002X")]);
    check("身份证11010519491231002Y", &[]);
    check("tel 13812345678.", &[("mobile-number", "13812345678")]);
    check(
        "+86 138-1234-5678 或 +8613812345678",
        &[("mobile-number", "138-1234-5678"), ("mobile-number", "13812345678")],
    );
    check(
        "电话010-62345678转8001，0755-83765432-801",
        &[("landline-number", "010-62345678"), ("landline-number", "0755-83765432-801")],
    );
    check("卡号 6222 0212 3456 7894 请核对", &[("bank-card-number", "6222 0212 3456 7894")]);
    check("卡号 6222 0212 3456 7893 请核对", &[]);
    check("4111 1111 1111 1111", &[("bank-card-number", "4111 1111 1111 1111")]);
    check("imei=490154203237518", &[("imei", "490154203237518")]);
}

#[test]
fn near_misses() {
    for t in [
        "订单号13812345678已发货",
        "order_no=13812345678",
        "流水号：110105194912310021",
        "ts=1668991234567 took 13800000000",
        "客服热线 400-820-8820、800-810-8888、95588、10086",
        "400-123-4567",
        "md5 d41d8cd98f00b204e9800998ecf8427e",
        "3.1415926535",
        "v1.2.3.4 and 1.2.3.4.5 and Chrome/114.0.5735.90",
        "2024-01-02 12:30:45",
        "粤B2-20090059",
        "icon@2x.png",
        "git@github.com:a/b.git",
        "std::vec and a::b::c",
        "SHA1 Fingerprint=AA:BB:CC:DD:EE:F0:AA:BB:CC:DD:EE:F0:AA:BB:CC:DD:EE:F0:AA:BB",
        "138****5678",
        "110105********002X",
        "price 1234.5678,12.34",
        "第3号公告 2号楼",
        "E12345678",
        "127.0.0.1 0.0.0.0 255.255.255.255",
        "550e8400-e29b-41d4-a716-446655440000",
    ] {
        check(t, &[]);
    }
}

#[test]
fn words_and_places() {
    check("护照号 E12345678", &[("passport-number", "E12345678")]);
    check("车牌京A12345，新能源粤AD12345", &[("licence-plate", "京A12345"), ("licence-plate", "粤AD12345")]);
    check("vin: 1HGCM82633A004352", &[("vin", "1HGCM82633A004352")]);
    check("91350100M000100Y43", &[("unified-credit-code", "91350100M000100Y43")]);
    check("mail zhang.san@example.com,", &[("email", "zhang.san@example.com")]);
    check(
        "mac 3c:5a:b4:12:34:56 from 203.0.113.77",
        &[("mac-address", "3c:5a:b4:12:34:56"), ("ip-address", "203.0.113.77")],
    );
    check("2001:db8:85a3::8a2e:370:7334", &[("ip-address", "2001:db8:85a3::8a2e:370:7334")]);
    check("微信号：abc_12345", &[("wechat-id", "abc_12345")]);
    check("QQ：12345678", &[("qq-number", "12345678")]);
    check(
        "收货人：张三丰，收货地址：北京市海淀区中关村南大街5号院3号楼1202室",
        &[("name", "张三丰"), ("postal-address", "北京市海淀区中关村南大街5号院3号楼1202室")],
    );
    check("at 116.397128,39.916527", &[("precise-location", "116.397128,39.916527")]);
    check(
        "LINESTRING(116.3971 39.9165, 116.3981 39.9175, 116.3991 39.9185)",
        &[("trajectory", "116.3971 39.9165, 116.3981 39.9175, 116.3991 39.9185")],
    );
}

#[test]
fn junk_is_survived() {
    let mut bytes = Vec::new();
    let mut x = 1u32;
    for _ in 0..200_000 {
        x = x.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        bytes.push((x >> 24) as u8);
    }
    let mut h = Hits::default();
    scan(&bytes, &mut h);
    assert!(h.found.iter().all(|h| h.start < h.end && h.end <= bytes.len()));
}

#[test]
fn what_stands_behind_a_number_counts() {
    for t in [
        "13812345678号订单",
        "合同款 13812345678 元",
        "共13812345678元",
        "总价13812345678",
        "￥13812345678",
        "实收¥13812345678 整",
    ] {
        check(t, &[]);
    }
    check("13812345678（手机）", &[("mobile-number", "13812345678")]);
    check("联系13812345678 元旦前回复", &[("mobile-number", "13812345678")]);
    check("给13812345678 订单已发货", &[("mobile-number", "13812345678")]);
    check("6222021234567894 姓名：张三", &[("bank-card-number", "6222021234567894"), ("name", "张三")]);
    check("E12345678护照", &[("passport-number", "E12345678")]);
}

#[test]
fn names_of_parts_and_other_documents() {
    check("联系人：买买提·吐尔逊，已到", &[("name", "买买提·吐尔逊")]);
    check("联系人：古丽•阿依•努尔", &[("name", "古丽•阿依•努尔")]);
    check("产品 拿铁·大杯 两份", &[]);
    check("新疆·乌鲁木齐市中山路5号院", &[("postal-address", "乌鲁木齐市中山路5号")]);
    check("台胞证：01234567", &[("passport-number", "01234567")]);
    check("台湾居民来往大陆通行证号码为 0123456789", &[("passport-number", "0123456789")]);
    check("台胞证办理 20240301 起", &[]);
    check("20240301 20240302 通行证", &[]);
    check("军官证：军字第1234567号", &[("military-id", "1234567")]);
    check("京房权证朝字第1234567号", &[]);
}

#[test]
fn places_and_chat_ids_in_other_forms() {
    check(
        "LINESTRING (121.47 31.23, 121.48 31.24, 121.49 31.25)",
        &[("trajectory", "121.47 31.23, 121.48 31.24, 121.49 31.25")],
    );
    check(
        "linestring z(121.47 31.23 8.5,121.48 31.24 8.6,121.49 31.25 8.7)",
        &[("trajectory", "121.47 31.23 8.5,121.48 31.24 8.6,121.49 31.25")],
    );
    check("LINESTRING(0.12 0.34,0.56 0.78,0.91 0.12)", &[]);
    check("sizes (121.47 31.23, 121.48 31.24, 121.49 31.25)", &[]);
    check("家住平江路甲8号", &[("postal-address", "平江路甲8号")]);
    check("收货地址：平江路甲8号", &[("postal-address", "平江路甲8号")]);
    check("平江路甲8号", &[]);
    check("送到第3组5号", &[]);
    check("加Q 123456789", &[("qq-number", "123456789")]);
    check("请加我q：123456789", &[("qq-number", "123456789")]);
    check("加Q123456789，QQ987654321", &[("qq-number", "123456789"), ("qq-number", "987654321")]);
    check("型号Q123456789 加群 987654321", &[]);
}
