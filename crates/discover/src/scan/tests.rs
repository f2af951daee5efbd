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
