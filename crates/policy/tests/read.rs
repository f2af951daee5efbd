//! Reading: every format gives the same structure, addresses lead back, hostile input neither panics nor hangs.

#![expect(clippy::unwrap_used, reason = "a failure here is the test failing")]

use std::io::Write;
use std::path::Path;
use zhunsheng_policy::doc::{Document, Format, Kind};
use zhunsheng_policy::read;

const HTML: &str = r##"<!doctype html><html><head><title>隐私政策_云杉出行</title><style>p{color:red}</style></head><body>
<nav><a href="/">首页</a><a href="/p">产品</a><a href="/h">帮助</a></nav>
<h1>隐私政策</h1><p>一、我们如何收集</p><p>我们会收集您的<strong>身份证号码</strong>&nbsp;和<span style="color:#f00">人脸</span>，
 用于实名认证。您可以拒绝。</p><p>我们还收集：</p><ul><li>昵称；<ul><li>子项</li></ul></li><li>头像</li></ul>
<table><tr><td>第三方名称</td><td>使用目的</td></tr><tr><td>青禾<br>地图</td><td><p>导航</p></td></tr></table>
<script>var x = "我们收集指纹";</script><div style="display:none">隐藏的文字</div>
<footer>沪ICP备123号 版权所有</footer></body></html>"##;

fn kinds(doc: &Document) -> Vec<(String, String)> {
    doc.blocks
        .iter()
        .map(|b| {
            let kind = match &b.kind {
                Kind::Heading { .. } => "heading".to_owned(),
                Kind::Paragraph => "paragraph".to_owned(),
                Kind::Item { level } => format!("item{level}"),
                Kind::Row { header, .. } => if *header { "head" } else { "row" }.to_owned(),
                Kind::Toc => "toc".to_owned(),
            };
            (kind, b.text.clone())
        })
        .collect()
}

#[test]
fn a_page_is_read_without_what_is_around_the_policy() {
    let doc = read::memory(HTML, Format::Html);
    let want = [
        ("heading", "隐私政策"),
        ("heading", "一、我们如何收集"),
        ("paragraph", "我们会收集您的身份证号码和人脸，用于实名认证。您可以拒绝。"),
        ("paragraph", "我们还收集："),
        ("item1", "昵称；"),
        ("item2", "子项"),
        ("item1", "头像"),
        ("head", "第三方名称 | 使用目的"),
        ("row", "青禾地图 | 导航"),
    ];
    let got = kinds(&doc);
    let got: Vec<(&str, &str)> = got.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    assert_eq!(got, want);
}

#[test]
fn addresses_lead_back_to_the_source() {
    let doc = read::memory(HTML, Format::Html);
    let source: Vec<char> = HTML.chars().collect();
    for (i, b) in doc.blocks.iter().enumerate() {
        for (at, c) in b.text.char_indices().filter(|(_, c)| !" |".contains(*c)) {
            let a = doc.address(i, at, at + c.len_utf8());
            assert_eq!(source[a.start as usize], c, "{} {a:?}", b.text);
        }
    }
    let i = (0..doc.sentences.len()).find(|&i| doc.sentence(i).starts_with("您可以拒绝")).unwrap();
    let a = doc.sentence_address(i);
    assert_eq!(
        (a.line, source[a.start as usize..a.end as usize].iter().collect::<String>()),
        (4, "您可以拒绝。".into())
    );
}

#[test]
fn emphasis_is_kept() {
    let doc = read::memory(HTML, Format::Html);
    let b = doc.blocks.iter().find(|b| b.text.starts_with("我们会收集")).unwrap();
    let set_off: Vec<(&str, bool, bool)> =
        b.emphasis.iter().map(|e| (b.text.get(e.start..e.end).unwrap(), e.style.bold, e.style.colour)).collect();
    assert_eq!(set_off, [("身份证号码", true, false), ("人脸", false, true)]);
}

#[test]
fn text_lists_and_contents() {
    let text = "隐私政策\n目录\n一、收集\n二、存储\n三、权利\n一、收集\n我们收集以下信息：\n（1）姓名；\n（2）电话。\n二、存储\n我们保存两年。\n三、权利\n您可以查询。";
    let got = kinds(&read::memory(text, Format::Text));
    let toc = got.iter().filter(|k| k.0 == "toc").count();
    let heads: Vec<&str> = got.iter().filter(|k| k.0 == "heading").map(|k| k.1.as_str()).collect();
    assert_eq!(toc, 3, "{got:?}");
    assert!(heads.ends_with(&["一、收集", "二、存储", "三、权利"]), "{got:?}");
    assert_eq!(got.iter().filter(|k| k.0 == "item4").count(), 2, "{got:?}");
}

#[test]
fn a_merged_cell_stands_in_every_row_it_reaches() {
    let html = "<p>第三方清单：</p><table><tr><th>名称</th><th colspan=2>目的与信息</th></tr>
<tr><td rowspan=2>青禾<b>统计</b></td><td>统计</td><td>设备型号</td></tr>
<tr><td>推送</td><td>推送标识</td></tr>
<tr><td></td><td>导航</td><td>精确位置</td></tr></table>";
    let doc = read::memory(html, Format::Html);
    let got = kinds(&doc);
    let rows: Vec<&str> = got.iter().skip(1).map(|k| k.1.as_str()).collect();
    assert_eq!(
        rows,
        [
            "名称 | 目的与信息 | 目的与信息",
            "青禾统计 | 统计 | 设备型号",
            "青禾统计 | 推送 | 推送标识",
            " | 导航 | 精确位置"
        ]
    );
    // Each row is where its own cells are; the name in it is where it is written.
    let lines: Vec<(u32, u32)> = (1..5)
        .map(|b| {
            let at = doc.sentence_address(doc.blocks[b].sentences.0);
            (at.line, at.column)
        })
        .collect();
    assert_eq!(lines, [(1, 29), (2, 19), (3, 9), (4, 18)]);
    assert_eq!(doc.address(3, 0, "青禾".len()).line, 2);
    // The row of heads leads in the rows, and what leads in the table leads in that.
    assert_eq!([1, 2, 3, 4].map(|b: usize| doc.blocks[b].lead), [Some(0), Some(1), Some(1), Some(1)]);
}

#[test]
fn text_around_a_table_in_a_cell_is_not_lost() {
    let html =
        "<table><tr><td>外层<table><tr><td>内一</td><td>内二</td></tr></table>之后</td><td>旁边</td></tr></table>";
    let got: Vec<String> = kinds(&read::memory(html, Format::Html)).into_iter().map(|k| k.1).collect();
    assert_eq!(got, ["内一 | 内二", "外层之后 | 旁边"]);
}

#[test]
fn what_is_struck_out_or_stands_for_a_picture_is_not_said() {
    let said = |text: &str, format: Format| {
        kinds(&read::memory(text, format)).into_iter().map(|k| k.1).collect::<Vec<_>>().join("/")
    };
    assert_eq!(said("甲~~乙~~丙![丁](x.png)。\n\n戊[^1]。\n\n[^1]: 己。\n", Format::Markdown), "甲丙。/戊。/己。");
    let html = "<p>甲<del>乙</del><s>丙</s><span style='text-decoration: line-through'>丁</span><i style='font-size:0'>戊</i><b style='font-size:0.9em'>己</b></p>";
    assert_eq!(said(html, Format::Html), "甲己");
    let run = |props: &str, text: &str| format!("<w:r><w:rPr>{props}</w:rPr><w:t>{text}</w:t></w:r>");
    let body =
        [run("", "甲"), run("<w:vanish/>", "乙"), run("<w:strike/>", "丙"), run("<w:vanish w:val=\"0\"/>", "丁")];
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file("word/document.xml", zip::write::SimpleFileOptions::default()).unwrap();
    let xml = format!("<w:document xmlns:w=\"w\"><w:body><w:p>{}</w:p></w:body></w:document>", body.concat());
    zip.write_all(xml.as_bytes()).unwrap();
    let doc = read::bytes_as(zip.finish().unwrap().into_inner(), Path::new("a.docx")).unwrap();
    assert_eq!(doc.blocks[0].text, "甲丁");
    assert_eq!(doc.address(0, "甲".len(), "甲丁".len()).start, 3);
}

#[test]
fn a_section_of_the_policy_is_no_boilerplate_whatever_it_is_called() {
    let rest =
        "<p>我们感谢每一位朋友的信任与陪伴，愿旅途平安顺利，也愿您常来坐坐，和我们说说路上看见的风景。</p>".repeat(12);
    let parts = "<section id='share'><h2>提供</h2><p>我们向物流公司提供您的姓名和地址，用于配送。</p></section>
<section class='privacy-search'><p>我们收集您的搜索记录，用于给出搜索结果和历史记录。</p></section>
<footer><p>更新日期：2026年3月15日，生效日期：2026年3月20日。</p></footer>";
    let around = "<div class='sidebar'><a href='/x'>热门：您的个人信息如何得到保护。</a></div><div class='share'>分享到：微信</div>";
    let doc = read::memory(&format!("<main>{rest}{parts}{around}</main>"), Format::Html);
    let all: Vec<&str> = doc.blocks.iter().map(|b| b.text.as_str()).collect();
    for words in ["我们向物流公司", "我们收集您的搜索记录", "更新日期"] {
        assert!(all.iter().any(|t| t.starts_with(words)), "{words}: {all:?}");
    }
    assert!(!all.iter().any(|t| t.contains("热门") || t.contains("分享到")), "{all:?}");
    assert!(doc.problems.is_empty(), "{:?}", doc.problems);
    // Without a `main`, what speaks beside the text is left out and told; what the page's own contents lead to is kept.
    let doc = read::memory(&format!("<a href='#share'>提供</a>{rest}{parts}{around}"), Format::Html);
    let all: Vec<&str> = doc.blocks.iter().map(|b| b.text.as_str()).collect();
    assert!(
        all.iter().any(|t| t.starts_with("我们向物流公司")) && !all.iter().any(|t| t.starts_with("我们收集您的搜索"))
    );
    assert!(doc.lossy() && doc.problems[0].en.contains("side bar"), "{:?}", doc.problems);
}

#[test]
fn what_a_style_sheet_hides_is_left_out_and_told() {
    let page =
        |css: &str, words: &str| format!("<style>{css}</style><p>我们收集您的手机号码。</p><p class=hid>{words}</p>");
    let hidden = "您可以通过客服申请获取个人信息副本，我们会在十五日内答复您。";
    let doc = read::memory(&page(".hid{display:none}", hidden), Format::Html);
    assert_eq!(doc.blocks.len(), 1);
    assert!(doc.lossy() && doc.problems[0].zh.contains("样式表隐藏"), "{:?}", doc.problems);
    // A few characters are a button, and what is shown is no matter.
    let few = read::memory(&page(".hid{display:none}", "展开"), Format::Html);
    assert!(few.blocks.len() == 1 && few.problems.is_empty());
    for css in [".hid{color:red}", ".hid{display:none} p{display:block !important}", "@media print{.hid{display:none}}"]
    {
        let doc = read::memory(&page(css, hidden), Format::Html);
        assert!(doc.blocks.len() == 2 && doc.problems.is_empty(), "{css}");
    }
}

fn docx() -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    let mut put = |name: &str, body: &str| {
        zip.start_file(name, options).unwrap();
        zip.write_all(body.as_bytes()).unwrap();
    };
    put(
        "word/styles.xml",
        r#"<w:styles xmlns:w="w"><w:style w:styleId="a1"><w:name w:val="heading 1"/></w:style></w:styles>"#,
    );
    put(
        "word/document.xml",
        r#"<w:document xmlns:w="w"><w:body><w:p><w:pPr><w:pStyle w:val="a1"/></w:pPr><w:r><w:t>收集</w:t></w:r></w:p>
<w:p><w:r><w:t>我们收集</w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>指纹</w:t></w:r><w:r><w:t>&amp;人脸。</w:t></w:r><w:del><w:r><w:t>删去</w:t></w:r></w:del></w:p>
<w:tbl><w:tr><w:tc><w:p><w:r><w:t>第三方名称</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>目的</w:t></w:r></w:p></w:tc></w:tr>
<w:tr><w:tc><w:p><w:r><w:t>青禾</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>导航</w:t></w:r></w:p></w:tc></w:tr></w:tbl></w:body></w:document>"#,
    );
    zip.finish().unwrap().into_inner()
}

#[test]
fn docx_is_read() {
    let doc = read::bytes_as(docx(), Path::new("a.docx")).unwrap();
    let got = kinds(&doc);
    let got: Vec<(&str, &str)> = got.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    assert_eq!(
        got,
        [
            ("heading", "收集"),
            ("paragraph", "我们收集指纹&人脸。"),
            ("head", "第三方名称 | 目的"),
            ("row", "青禾 | 导航")
        ]
    );
    assert_eq!(doc.blocks[1].emphasis.len(), 1);
    assert_eq!(doc.address(1, 0, 3).line, 2);
}

#[test]
fn merged_cells_of_docx_are_filled_in() {
    let cell = |props: &str, text: &str| {
        format!("<w:tc><w:tcPr>{props}</w:tcPr><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>")
    };
    let rows = [
        [cell("", "第三方名称"), cell("", "目的"), cell("", "信息")].concat(),
        [cell("<w:vMerge w:val=\"restart\"/>", "青禾"), cell("", "统计"), cell("", "设备型号")].concat(),
        [cell("<w:vMerge/>", ""), cell("<w:gridSpan w:val=\"2\"/>", "推送")].concat(),
        [cell("", ""), cell("", "导航"), cell("", "位置")].concat(),
    ];
    let rows: String = rows.iter().map(|r| format!("<w:tr>{r}</w:tr>")).collect();
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    zip.start_file("word/document.xml", zip::write::SimpleFileOptions::default()).unwrap();
    let xml = format!("<w:document xmlns:w=\"w\"><w:body><w:tbl>{rows}</w:tbl></w:body></w:document>");
    zip.write_all(xml.as_bytes()).unwrap();
    let doc = read::bytes_as(zip.finish().unwrap().into_inner(), Path::new("a.docx")).unwrap();
    let got: Vec<String> = kinds(&doc).into_iter().map(|k| k.1).collect();
    assert_eq!(got, ["第三方名称 | 目的 | 信息", "青禾 | 统计 | 设备型号", "青禾 | 推送 | ", " | 导航 | 位置"]);
    // The paragraph of the row's own first words, also where its first cell is empty.
    let lines: Vec<u32> = (0..4).map(|b| doc.sentence_address(doc.blocks[b].sentences.0).line).collect();
    assert_eq!(lines, [1, 4, 8, 10]);
}

#[test]
fn only_files_are_read() {
    let dir = std::env::temp_dir();
    let error = read::file(&dir).unwrap_err().to_string();
    assert!(error.contains("not a regular file"), "{error}");
    #[cfg(unix)]
    {
        let error = read::file(Path::new("/dev/zero")).unwrap_err().to_string();
        assert!(error.contains("`/dev/zero`") && error.contains("not a regular file"), "{error}");
    }
}

#[cfg(feature = "pdf")]
#[test]
fn chinese_pdf_with_cid_fonts_is_read_and_an_image_page_is_named() {
    let doc = read::bytes_as(include_bytes!("policy/cid.pdf").to_vec(), Path::new("cid.pdf")).unwrap();
    let got = kinds(&doc);
    assert!(got.iter().any(|k| k.0 == "heading" && k.1 == "一、我们如何收集个人信息"), "{got:?}");
    let paragraph = got.iter().find(|k| k.1.starts_with("当您注册账号时")).unwrap();
    assert!(paragraph.1.ends_with("privacy@example.cn联系我们。"), "{paragraph:?}");
    assert!(got.iter().any(|k| k.0 == "row" && k.1 == "青禾地图 | 导航 | 精确位置"), "{got:?}");
    let pages: Vec<Option<u32>> = doc.problems.iter().map(|p| p.page).collect();
    assert_eq!(pages, [Some(2)]);
    assert!(doc.lossy());
    let last = doc.sentence_address(doc.sentences.len() - 1);
    assert_eq!(last.page, Some(3));
}

/// A PDF of pages with lines of text at places, and with a picture over the page where asked for.
#[cfg(feature = "pdf")]
fn pdf(pages: &[(Vec<(u32, u32, String)>, bool)]) -> Vec<u8> {
    let mut objects: Vec<Vec<u8>> = vec![
        b"<< /Type /Catalog /Pages 2 0 R >>".to_vec(),
        Vec::new(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>".to_vec(),
        b"<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8 /Length 1 >>\nstream\n0\nendstream".to_vec(),
    ];
    let mut kids = String::new();
    for (lines, picture) in pages {
        let mut content = if *picture { "q 500 0 0 700 50 70 cm /P Do Q\n".to_owned() } else { String::new() };
        for (x, y, text) in lines {
            content += &format!("BT /F 10 Tf {x} {y} Td ({text}) Tj ET\n");
        }
        let page = objects.len() + 1;
        kids += &format!("{page} 0 R ");
        objects.push(
            format!("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {} 0 R /Resources << /Font << /F 3 0 R >> /XObject << /P 4 0 R >> >> >>", page + 1)
                .into_bytes(),
        );
        objects.push(format!("<< /Length {} >>\nstream\n{content}endstream", content.len()).into_bytes());
    }
    *objects.get_mut(1).unwrap() = format!("<< /Type /Pages /Kids [{kids}] /Count {} >>", pages.len()).into_bytes();
    let mut out = b"%PDF-1.4\n".to_vec();
    let mut places = Vec::new();
    for (n, object) in objects.iter().enumerate() {
        places.push(out.len());
        out.extend(format!("{} 0 obj\n", n + 1).bytes().chain(object.iter().copied()).chain(*b"\nendobj\n"));
    }
    let end = out.len();
    out.extend(format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).bytes());
    places.iter().for_each(|at| out.extend(format!("{at:010} 00000 n \n").bytes()));
    out.extend(format!("trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{end}\n%%EOF\n", objects.len() + 1).bytes());
    out
}

#[cfg(feature = "pdf")]
#[test]
fn a_page_whose_body_is_a_picture_is_named_though_it_has_a_header() {
    let line = |n: u32| (60, 760 - 20 * n, format!("This is line {n} of the policy and it says what it says."));
    let body = || (1..20).map(line).collect::<Vec<_>>();
    let header = || vec![(60, 815, "Policy of the firm".to_owned()), (280, 20, "3".to_owned())];
    let with = |mut lines: Vec<_>| {
        lines.extend(header());
        lines
    };
    let pages = [(with(body()), false), (header(), true), (with(body()), true), (header(), false)];
    let doc = read::bytes_as(pdf(&pages), Path::new("a.pdf")).unwrap();
    let told: Vec<_> = doc.problems.iter().filter(|p| p.zh.contains("页眉页脚")).map(|p| (p.page, p.lossy)).collect();
    assert_eq!(told, [(Some(2), true)], "{:?}", doc.problems);
}

#[cfg(feature = "pdf")]
#[test]
fn two_columns_are_told_and_neither_one_column_nor_a_table_is() {
    let text = |n: u32| format!("Some words of the running text {n}");
    let columns = (1..20).flat_map(|n| [(60, 760 - 20 * n, text(n)), (320, 760 - 20 * n, text(n))]).collect();
    let one = (1..20).map(|n| (60, 760 - 20 * n, text(n).repeat(2))).collect();
    let table = (1..20).flat_map(|n| [(60, 760 - 20 * n, format!("Key {n}")), (320, 760 - 20 * n, text(n))]).collect();
    let doc = read::bytes_as(pdf(&[(one, false), (columns, false), (table, false)]), Path::new("a.pdf")).unwrap();
    let told: Vec<_> = doc.problems.iter().map(|p| (p.page, p.zh.contains("两栏"), p.lossy)).collect();
    assert_eq!(told, [(Some(2), true, true)], "{:?}", doc.problems);
}

#[test]
fn every_stretch_that_is_set_off_says_how() {
    let (code, out) = command("set-off.html", HTML.as_bytes(), |file| {
        zhunsheng_policy::cli::PolicyCommand::Read(zhunsheng_policy::cli::FileArgs {
            file,
            format: zhunsheng_policy::cli::Format::Json,
        })
    })
    .unwrap();
    let read: serde_json::Value = serde_json::from_str(&out).unwrap();
    let block =
        read["blocks"].as_array().unwrap().iter().find(|b| b["text"].as_str().unwrap().starts_with("我们会收集"));
    let emphasis = block.unwrap()["emphasis"].as_array().unwrap();
    let source: Vec<char> = HTML.chars().collect();
    let got: Vec<(String, String, String)> = emphasis
        .iter()
        .map(|e| {
            let place = |key: &str| usize::try_from(e["at"][key].as_u64().unwrap()).unwrap();
            let there: String = source[place("start")..place("end")].iter().collect();
            (e["text"].as_str().unwrap().to_owned(), there, e["styles"].to_string())
        })
        .collect();
    let want = [("身份证号码", "[\"bold\"]"), ("人脸", "[\"colour\"]")];
    let want: Vec<_> = want.iter().map(|w| (w.0.to_owned(), w.0.to_owned(), w.1.to_owned())).collect();
    assert_eq!((code, got), (0, want));
    // In words, kinds are named in the language, and in Chinese with the name that JSON has beside it.
    let doc = read::memory("# 隐私政策\n\n我们收集***姓名***。\n", Format::Markdown);
    let zh = zhunsheng_policy::cli::structure_text(&doc, zhunsheng_policy::data::Lang::Zh);
    assert!(zh.contains("标题 heading") && zh.contains("加粗 bold、斜体 italic 3:8 “姓名”"), "{zh}");
    let en = zhunsheng_policy::cli::structure_text(&doc, zhunsheng_policy::data::Lang::En);
    assert!(en.contains("paragraph") && en.contains("bold, italic 3:8 “姓名”") && !en.contains("加粗"), "{en}");
}

#[test]
fn national_encoding_is_read() {
    let (bytes, _, _) = encoding_rs::GB18030.encode("隐私政策\n我们收集您的手机号码。");
    let doc = read::bytes_as(bytes.into_owned(), Path::new("a.txt")).unwrap();
    assert!(doc.blocks.iter().any(|b| b.text == "我们收集您的手机号码。"));
}

#[test]
fn hostile_input_is_refused_or_read_but_never_breaks() {
    // Nesting without end, styles that are never closed, attributes by the thousand: none takes time of a higher order.
    let n = 50_000;
    let pages = [
        format!("{}文字{}", "<div>".repeat(n), "</div>".repeat(n)),
        format!("{}文字", "<ul><li>".repeat(n)),
        format!("{}文字", "<table><tr><td>".repeat(n)),
        format!("{}文字", "<dl><dd><b>".repeat(n)),
        format!("{}文字", "<span><form><div></form>".repeat(n)),
        format!("{}文字", (0..n).map(|i| format!("<p><font size={i}>")).collect::<String>()),
        format!("<p {}>文字", (0..n).map(|i| format!("a{i} ")).collect::<String>()),
        format!("{}文字", "<!--x--><b>&eacute;</b>".repeat(n)),
        format!("{}文字", "<svg/><svg><foreignObject><p>".repeat(n)),
        format!("<table>{}<tr><td>文字", "<tr><td rowspan=9999 colspan=60>长名称".repeat(2_000)),
    ];
    for page in pages {
        let doc = read::memory(&page, Format::Html);
        assert!(doc.blocks.iter().any(|b| b.text.contains("文字")), "{}", page.chars().take(60).collect::<String>());
        let nested = page.starts_with("<div>") || page.starts_with("<ul>");
        assert!(
            !nested || doc.problems.iter().any(|p| p.lossy && p.en.contains("nested deeper")),
            "{:?}",
            doc.problems
        );
    }
    let lists = format!("{}文字", "- ".repeat(5_000));
    let _ = read::memory(&lists, Format::Markdown);
    let _ = read::memory(&"（".repeat(50_000), Format::Text);
    // Damaged files: every eighth byte changed, or the end cut off.
    let sources = [
        ("a.docx", docx()),
        ("a.pdf", include_bytes!("policy/cid.pdf").to_vec()),
        ("a.html", HTML.as_bytes().to_vec()),
    ];
    for (name, bytes) in sources {
        for step in 1..24_usize {
            let mut bad = bytes.clone();
            for (i, b) in bad.iter_mut().enumerate() {
                if i % (7 * step) == 5 {
                    *b = b.wrapping_add(u8::try_from(step).unwrap());
                }
            }
            bad.truncate(bytes.len() * (25 - step) / 24);
            if let Ok(doc) = read::bytes_as(bad, Path::new(name)) {
                for i in 0..doc.sentences.len() {
                    let _ = doc.sentence_address(i);
                }
            }
        }
    }
    let error = read::bytes_as(vec![0xD0, 0xCF, 0x11, 0xE0, 0, 0], Path::new("a.doc")).unwrap_err().to_string();
    assert!(error.contains("`a.doc`"), "{error}");
}

/// Exit code and output of a command on a text saved under a name.
fn command(
    name: &str,
    bytes: &[u8],
    of: fn(std::path::PathBuf) -> zhunsheng_policy::cli::PolicyCommand,
) -> Result<(i32, String), String> {
    let dir = std::env::temp_dir().join(format!("zhunsheng-policy-{}-{name}", std::process::id()));
    std::fs::create_dir_all(&dir).unwrap();
    let path = dir.join(name);
    std::fs::write(&path, bytes).unwrap();
    let mut out = Vec::new();
    let code = zhunsheng_policy::cli::run(of(path), zhunsheng_policy::data::Lang::En, &mut out);
    std::fs::remove_dir_all(&dir).unwrap();
    code.map(|code| (code, String::from_utf8(out).unwrap())).map_err(|e| e.to_string())
}

#[test]
fn html_is_html_and_shows_no_markup_of_the_file() {
    use zhunsheng_policy::cli::{DiffArgs, FileArgs, Format as As, PolicyCommand as Do};
    let text = "# 隐私政策\n\n我们收集您的手机号码，用于 &lt;script&gt;alert(1)&lt;/script&gt; 注册账号。\n\n我们会存储这些信息。\n";
    type Made = fn(std::path::PathBuf) -> Do;
    let all: [(&str, Made); 3] = [
        ("read.md", |file| Do::Read(FileArgs { file, format: As::Html })),
        ("practices.md", |file| Do::Practices(FileArgs { file, format: As::Html })),
        ("diff.md", |new| {
            let old = new.with_file_name("old.md");
            std::fs::write(&old, "# 隐私政策\n\n我们收集您的邮箱，用于注册账号。\n").unwrap();
            Do::Diff(DiffArgs { old, new, format: As::Html })
        }),
    ];
    for (name, of) in all {
        let (_, out) = command(name, text.as_bytes(), of).unwrap();
        assert!(out.starts_with("<pre lang=\"en\">") && out.ends_with("</pre>\n"), "{name}: {out}");
        assert!(out.contains("&lt;script&gt;") && !out.contains("<script"), "{name}: {out}");
    }
}

#[test]
fn a_practice_without_a_type_says_so_and_an_english_policy_has_its_title() {
    use zhunsheng_policy::cli::{FileArgs, Format as As, PolicyCommand as Do};
    let text = "# 隐私政策\n\n## 存储\n\n我们将在境内存储您的个人信息，存储期限为三年。\n";
    let (_, out) =
        command("none.md", text.as_bytes(), |file| Do::Practices(FileArgs { file, format: As::Text })).unwrap();
    assert!(out.contains("storage  (no type stated)"), "{out}");
    assert!(!out.lines().any(|line| line != line.trim_end()), "{out}");
    let english = read::memory("# Privacy Policy\n\nWe collect your phone number. We keep it.\n", Format::Markdown);
    assert_eq!(english.title.as_deref(), Some("Privacy Policy"));
    let sentence = read::memory("We changed this privacy policy. Read it.\n\nWe keep it.\n", Format::Markdown);
    assert_eq!(sentence.title, None);
}

#[test]
fn a_policy_in_an_encoding_that_is_not_read_is_refused() {
    use zhunsheng_policy::cli::{CheckArgs, Format as As, PolicyCommand as Do};
    let policy = "# 隱私政策\n\n我們收集您的手機號碼，用於建立帳號，並保存三年。\n".repeat(4);
    let (big5, _, _) = encoding_rs::BIG5.encode(&policy);
    let error = command("big5.md", &big5, |file| Do::Check(CheckArgs { files: vec![file], format: As::Text }));
    let error = error.unwrap_err();
    assert!(error.contains("big5.md` is not readable as text") && error.contains("text in UTF-8"), "{error}");
}
