//! The field checklist on a telephone whose connection comes and goes: nothing recorded is lost, nothing counts twice.

#![allow(clippy::unwrap_used, missing_docs, reason = "a test stops where something is wrong")]

mod common;

use common::browser::{Browser, Tab};
use common::server::Server;
use common::wire::Wire;
use zhunsheng_workspace::{Action, Grant, SignIn};

fn lead(server: &Server, case: &str) -> Grant {
    let given =
        SignIn { login: "lead".into(), password: server.password("lead").into(), code: None, peer: "test".into() };
    let (actor, _) = server.workspace.session(&server.workspace.sign_in(&given).unwrap().secret).unwrap();
    server.workspace.allow(&actor, Action::SeeFacts, Some(case)).unwrap()
}

/// Answers a question as a finger would, and says which: its number on the page, its object and field.
fn answer(tab: &Tab<'_>, state: &str, note: &str) -> (String, String, String) {
    // The question's own choice, not one of the fields within it.
    let pick = format!(
        "(() => {{ const own = f => f.elements.field && [...f.elements].find(e => e.name === 's.' + f.elements.field.value && e.value === {state:?}); \
         const form = [...document.querySelectorAll('form[data-entry]:not([data-state])')].find(own); \
         form.closest('details').open = true; own(form).click(); form.elements.note.value = {note:?}; \
         return [form.id, form.elements.key.value + '/' + form.elements.object.value, form.elements.field.value].join(' '); }})()"
    );
    let said = tab.eval(&pick).as_str().unwrap().to_owned();
    let mut parts = said.split(' ').map(str::to_owned);
    (parts.next().unwrap(), parts.next().unwrap().trim_end_matches('/').to_owned(), parts.next().unwrap())
}

#[test]
fn what_is_recorded_without_a_connection_arrives_once() {
    let (server, browser) = (Server::demo(), Browser::start());
    let case = server.case("门店");
    // Today, when the pack of the case is in force.
    let grant = lead(&server, &case);
    let mut target = server.workspace.object(&grant, "target", "").unwrap();
    target.value.0.insert("as_of".into(), "2026-11-01".into());
    server.workspace.put_object(&grant, "target", "", Some(target.version), target.value.0).unwrap();
    let wire = Wire::to(&server.base);
    let tab = browser.person();
    tab.size(360, 740, true);
    let page = format!("{}/a/{case}/field", wire.base);
    tab.go(&format!("{}/login?next=/a/{case}/field", wire.base));
    tab.fill("#login", "lead");
    tab.fill("#password", server.password("lead"));
    tab.load(|| tab.click("form[action='/login'] button.primary"));
    tab.go(&page);
    assert!(tab.text("h1").contains("现场检查表"));
    let wide = tab.eval("document.documentElement.scrollWidth").as_i64().unwrap();
    let over = "[...document.querySelectorAll('main *')].filter(e => e.getBoundingClientRect().right > 361).map(e => e.outerHTML.slice(0, 120)).slice(0, 6).join('\\n')";
    assert!(wide <= 360, "{wide} px wide: {}", tab.eval(over));
    tab.wait("document.getElementById('outbox').dataset.ready");
    tab.accessible("field");
    tab.shot("field-360");

    // With a connection: it arrives at once, with a photograph, and the inventory says it.
    let (form, object, field) = answer(&tab, "=false", "入口右侧看到");
    let dir = tempfile::tempdir().unwrap();
    let photo = dir.path().join("门口.png");
    std::fs::write(&photo, b"\x89PNG\r\n\x1a\n a picture").unwrap();
    tab.upload(&format!("#{form} input[type=file]"), &photo);
    tab.click(&format!("#{form} button.primary"));
    tab.wait(&format!("document.querySelector('#{form}').dataset.state === 'fine'"));
    let stated = |object: &str, field: &str| {
        let (key, id) = object.split_once('/').unwrap_or((object, ""));
        server.workspace.object(&grant, key, id).unwrap().value.0.get(field).cloned()
    };
    assert_eq!(stated(&object, &field), Some(serde_json::Value::from(false)));
    let seen = server.workspace.seen(&grant).unwrap();
    assert_eq!(seen.len(), 1);
    let evidence = seen[0].value.evidence.clone().unwrap();
    let held = server.workspace.evidence(&grant).unwrap();
    let held = held.iter().find(|one| one.id == evidence).unwrap();
    assert_eq!(held.file.as_ref().unwrap().media, "image/png");
    // When it was taken is a field, in nobody's language.
    assert!(held.object.value.0.contains_key("obtained") && !held.object.value.0.contains_key("note"));
    assert!(!held.links.is_empty() && held.links[0].value.note.contains("入口右侧"));

    // A thumb in a glove: nothing in an entry that is pressed is lower than 44 px, with everything folded out.
    let low = tab.eval(
        "[...document.querySelectorAll('.question details, .place')].forEach(one => { one.open = true }), \
         [...document.querySelectorAll('.question :is(summary, select, button, textarea, .check, input:not([type=checkbox], [type=radio], [type=hidden])), .place > summary, #of')] \
         .filter(e => e.offsetHeight > 0 && e.offsetHeight < 44).map(e => e.offsetHeight + ' ' + e.outerHTML.slice(0, 90))",
    );
    assert_eq!(low, serde_json::json!([]));

    // Another part: questions of governance, most of them yes or no.
    let page = format!("{page}?of=5.11");
    tab.go(&page);
    tab.wait("document.getElementById('outbox').dataset.ready");

    // Without one: kept, still there after the page was closed and opened again, which works without a connection too.
    wire.cut();
    let (form, object, field) = answer(&tab, "=true", "");
    tab.click(&format!("#{form} button.primary"));
    tab.wait("document.getElementById('outbox').dataset.count === '1'");
    tab.go("about:blank");
    tab.go(&page);
    tab.wait("document.getElementById('outbox')?.dataset.count === '1'");
    assert!(tab.text("#outbox").contains("等待送出"));
    tab.shot("field-offline-360");
    assert_eq!(server.workspace.seen(&grant).unwrap().len(), 1);

    // The answer is lost on the way: it is sent again, and counts once.
    wire.lose_answers();
    tab.eval("dispatchEvent(new Event('online'))");
    let since = std::time::Instant::now();
    while server.workspace.seen(&grant).unwrap().len() < 2 && since.elapsed().as_secs() < 60 {
        std::thread::yield_now();
    }
    assert_eq!(server.workspace.seen(&grant).unwrap().len(), 2);
    assert_eq!(tab.eval("document.getElementById('outbox').dataset.count"), "1");
    wire.mend();
    // The page tells the browser's own event; here the test stands in for it until the entry is gone.
    tab.wait("(dispatchEvent(new Event('online')), document.getElementById('outbox').dataset.count === '0')");
    assert_eq!(server.workspace.seen(&grant).unwrap().len(), 2);
    assert_eq!(stated(&object, &field), Some(serde_json::Value::from(true)));

    // Somebody at the desk said otherwise meanwhile: theirs stands, both are kept.
    tab.go(&page);
    wire.cut();
    let (form, object, field) = answer(&tab, "=true", "");
    tab.click(&format!("#{form} button.primary"));
    tab.wait("document.getElementById('outbox').dataset.count === '1'");
    let (key, id) = object.split_once('/').unwrap_or((&object, ""));
    let mut row = server.workspace.object(&grant, key, id).unwrap();
    row.value.0.insert(field.clone(), false.into());
    server.workspace.put_object(&grant, key, id, Some(row.version), row.value.0).unwrap();
    wire.mend();
    tab.wait("(dispatchEvent(new Event('online')), document.getElementById('outbox').dataset.count === '0')");
    assert!(tab.text(&format!("#{form} [data-result]")).contains("都已保留"));
    assert_eq!(stated(&object, &field), Some(serde_json::Value::from(false)));
    assert_eq!(server.workspace.conflicts(&grant).unwrap().len(), 1);

    // Submitted meanwhile: the entry is not wrong, waits, and is taken once the assessment is open again.
    server.workspace.submit(&grant, "", false).unwrap_err();
    let open: Vec<String> = server.workspace.conflicts(&grant).unwrap().into_iter().map(|row| row.id).collect();
    for id in open {
        server.workspace.settle(&grant, &id, "kept").unwrap();
    }
    tab.go(&page);
    tab.wait("document.getElementById('outbox').dataset.ready");
    server.workspace.submit(&grant, "", false).unwrap();
    let (form, ..) = answer(&tab, "=true", "");
    tab.click(&format!("#{form} button.primary"));
    tab.wait("document.querySelectorAll('#outbox button').length === 2");
    assert!(tab.text("#outbox").contains("暂未被接受") && tab.text("#outbox").contains("重试"));
    tab.shot("field-waits-360");
    boxed(&tab);
    let before = server.workspace.seen(&grant).unwrap().len();
    server.workspace.take_back(&grant, "").unwrap();
    tab.click("#outbox button");
    tab.wait("document.getElementById('outbox').dataset.count === '0'");
    assert_eq!(server.workspace.seen(&grant).unwrap().len(), before + 1);

    // What the server does not take is told and stays until it is discarded; leaving everything blank is such a thing.
    tab.click("form[data-entry]:not([data-state]) button.primary");
    tab.wait("document.querySelector('#outbox button')");
    assert!(tab.text("#outbox").contains("未被接受"));
    tab.shot("field-refused-360");
    boxed(&tab);
    tab.accessible("field-refused");
}

/// The box of waiting entries keeps off the edges of the telephone; its buttons stand beside each other, each on one line.
#[track_caller]
fn boxed(tab: &Tab<'_>) {
    let sides = "(() => { const all = [...document.querySelectorAll('#outbox ul, #outbox button')].map(e => e.getBoundingClientRect()); \
         const [list, ...buttons] = all; \
         return {off: list.left >= 8 && list.right <= innerWidth - 8, inside: buttons.every(b => b.left >= list.left + 8 && b.right <= list.right - 8), \
           apart: buttons.length % 2 === 0 && buttons.every((b, i) => i % 2 === 0 || (b.top === buttons[i - 1].top && b.left - buttons[i - 1].right >= 7.5)), \
           line: buttons.every(b => b.height >= 44 && b.height < 60)}; })()";
    let fine = serde_json::json!({"off": true, "inside": true, "apart": true, "line": true});
    assert_eq!(tab.eval(sides), fine, "the box of waiting entries at 360 px");
}

#[test]
fn the_checklist_works_as_plain_forms_and_in_english() {
    let (server, browser) = (Server::demo(), Browser::start());
    let case = server.case("门店");
    let tab = browser.person();
    server.sign_in(&tab, "lead");
    tab.go(&server.url(&format!("/a/{case}/field?of=5.6")));
    assert!(tab.has("form[data-entry]"));
    tab.looks("field-dimension");
    // As the browser would without the script.
    let (form, object, field) = answer(&tab, "none", "");
    tab.load(|| {
        tab.eval(&format!("document.querySelector('#{form}').submit()"));
    });
    assert!(tab.has("[data-accepted]"), "{}", tab.text("main"));
    let (key, id) = object.split_once('/').unwrap_or((&object, ""));
    let row = server.workspace.object(&lead(&server, &case), key, id).unwrap();
    let stated = row.value.0.get(&field).unwrap();
    assert!(stated.is_null() || stated.as_array().is_some_and(Vec::is_empty), "{stated}");
    tab.load(|| {
        tab.click("button[name=lang][value=en]");
    });
    assert!(tab.text("h1").contains("Field checklist"));
}
