//! A Chromium driven over its DevTools protocol: one socket, one tab at a time, no waiting but for what is to be seen.

use std::cell::{Cell, RefCell};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tungstenite::stream::MaybeTlsStream;
use tungstenite::{Message, WebSocket};

/// How long something may take to appear before the test fails and says what was there instead.
const PATIENCE: Duration = Duration::from_secs(20);

pub struct Browser {
    child: Child,
    _profile: tempfile::TempDir,
    socket: RefCell<WebSocket<MaybeTlsStream<TcpStream>>>,
    next: Cell<u64>,
    events: RefCell<Vec<Value>>,
}

fn chromium() -> PathBuf {
    let found = ["chromium", "chromium-browser", "google-chrome"]
        .iter()
        .flat_map(|name| {
            std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default())
                .map(move |dir| dir.join(name))
                .collect::<Vec<_>>()
        })
        .find(|path| path.exists());
    found.expect("these tests drive a real Chromium: `apt-get install chromium` (./test does it where it may)")
}

impl Browser {
    pub fn start() -> Browser {
        let profile = tempfile::tempdir().unwrap();
        let child = Command::new(chromium())
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
            .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
            .args(["--disable-dev-shm-usage", "--hide-scrollbars", "--remote-debugging-port=0", "--lang=zh-CN"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .arg("about:blank")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let port = profile.path().join("DevToolsActivePort");
        let since = Instant::now();
        let (port, path) = loop {
            if let Some((port, path)) =
                std::fs::read_to_string(&port).ok().as_deref().and_then(|text| text.trim().split_once('\n'))
            {
                break (port.to_owned(), path.to_owned());
            }
            assert!(since.elapsed() < PATIENCE, "Chromium did not start");
            std::thread::sleep(Duration::from_millis(20));
        };
        let (socket, _) = tungstenite::connect(format!("ws://127.0.0.1:{port}{path}")).unwrap();
        Browser {
            child,
            _profile: profile,
            socket: RefCell::new(socket),
            next: Cell::new(1),
            events: RefCell::default(),
        }
    }

    fn call(&self, session: &str, method: &str, params: Value) -> Value {
        self.ask(session, method, params).unwrap_or_else(|error| panic!("{method}: {error}"))
    }

    fn ask(&self, session: &str, method: &str, params: Value) -> Result<Value, Value> {
        let id = self.next.replace(self.next.get() + 1);
        let mut message = json!({"id": id, "method": method, "params": params});
        if !session.is_empty() {
            message["sessionId"] = Value::from(session);
        }
        let mut socket = self.socket.borrow_mut();
        socket.send(Message::text(message.to_string())).unwrap();
        loop {
            let Message::Text(text) = socket.read().unwrap() else { continue };
            let value: Value = serde_json::from_str(text.as_str()).unwrap();
            if value["id"] == id {
                return if value["error"].is_null() {
                    Ok(value["result"].clone())
                } else {
                    Err(value["error"].clone())
                };
            }
            self.events.borrow_mut().push(value);
        }
    }

    /// A tab with cookies of its own: somebody else's browser.
    pub fn person(&self) -> Tab<'_> {
        let context = self.call("", "Target.createBrowserContext", json!({}))["browserContextId"].clone();
        let target = self.call("", "Target.createTarget", json!({"url": "about:blank", "browserContextId": context}));
        let attached = self.call("", "Target.attachToTarget", json!({"targetId": target["targetId"], "flatten": true}));
        let tab = Tab { browser: self, session: attached["sessionId"].as_str().unwrap().to_owned() };
        for domain in ["Page.enable", "Runtime.enable", "Log.enable", "Network.enable"] {
            tab.call(domain, json!({}));
        }
        tab.size(1440, 900, false);
        tab
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// One person's browser window.
pub struct Tab<'b> {
    browser: &'b Browser,
    session: String,
}

impl Tab<'_> {
    pub fn call(&self, method: &str, params: Value) -> Value {
        self.browser.call(&self.session, method, params)
    }

    /// Runs a script; promises are awaited.
    pub fn eval(&self, script: &str) -> Value {
        let params = json!({"expression": script, "returnByValue": true, "awaitPromise": true, "userGesture": true});
        let result = self.call("Runtime.evaluate", params);
        assert!(result["exceptionDetails"].is_null(), "{script}: {}", result["exceptionDetails"]);
        result["result"]["value"].clone()
    }

    fn try_eval(&self, script: &str) -> Value {
        let params = json!({"expression": script, "returnByValue": true});
        // While a page goes and the next one comes there is nobody to ask.
        let answer = self.browser.ask(&self.session, "Runtime.evaluate", params).unwrap_or_default();
        answer["result"]["value"].clone()
    }

    /// Waits until a condition holds.
    #[track_caller]
    pub fn wait(&self, condition: &str) {
        let since = Instant::now();
        while self.try_eval(&format!("!!({condition})")) != Value::Bool(true) {
            if since.elapsed() > PATIENCE {
                let (url, text) = (self.try_eval("location.href"), self.try_eval("document.body?.innerText"));
                panic!("waited in vain for `{condition}` at {url}:\n{}", text.as_str().unwrap_or_default());
            }
            std::thread::sleep(Duration::from_millis(15));
        }
    }

    /// Does something that loads a page, and waits for that page.
    #[track_caller]
    pub fn load(&self, what: impl FnOnce()) {
        self.eval("window.__before = true");
        what();
        self.wait("!window.__before && document.readyState === 'complete'");
        self.quiet();
    }

    #[track_caller]
    pub fn go(&self, url: &str) {
        self.load(|| {
            let went = self.call("Page.navigate", json!({"url": url}));
            assert!(went["errorText"].is_null(), "{url}: {}", went["errorText"]);
        });
    }

    /// Nothing went wrong in the page: no exception, nothing the policy had to stop.
    #[track_caller]
    pub fn quiet(&self) {
        self.try_eval("0");
        let events = self.browser.events.take();
        for event in events.iter().filter(|event| event["sessionId"] == self.session.as_str()) {
            let bad = event["method"] == "Runtime.exceptionThrown"
                || (event["method"] == "Log.entryAdded"
                    && event["params"]["entry"]["source"] == "security"
                    && event["params"]["entry"]["level"] == "error");
            assert!(!bad, "the page complains: {event}");
        }
    }

    #[track_caller]
    pub fn has(&self, selector: &str) -> bool {
        self.eval(&format!("!!document.querySelector({})", json!(selector))) == Value::Bool(true)
    }

    #[track_caller]
    pub fn text(&self, selector: &str) -> String {
        self.wait(&format!("document.querySelector({})", json!(selector)));
        self.eval(&format!("document.querySelector({}).innerText", json!(selector)))
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    #[track_caller]
    pub fn click(&self, selector: &str) {
        self.wait(&format!("document.querySelector({})", json!(selector)));
        self.eval(&format!("document.querySelector({}).click()", json!(selector)));
    }

    /// Types into a field, as far as the page can tell.
    #[track_caller]
    pub fn fill(&self, selector: &str, value: &str) {
        self.wait(&format!("document.querySelector({})", json!(selector)));
        self.eval(&format!(
            "(() => {{ const e = document.querySelector({}); e.focus(); e.value = {}; \
             e.dispatchEvent(new Event('input', {{bubbles: true}})); e.dispatchEvent(new Event('change', {{bubbles: true}})); }})()",
            json!(selector),
            json!(value)
        ));
    }

    /// Presses a key: `j`, `Enter`, `Escape`.
    pub fn press(&self, key: &str) {
        let text = if key.chars().count() == 1 { key } else { "" };
        let text = if key == "Enter" { "\r" } else { text };
        let code = match key {
            "Enter" => 13,
            "Escape" => 27,
            "Tab" => 9,
            _ => 0,
        };
        self.call(
            "Input.dispatchKeyEvent",
            json!({"type": "keyDown", "key": key, "text": text, "windowsVirtualKeyCode": code}),
        );
        self.call("Input.dispatchKeyEvent", json!({"type": "keyUp", "key": key, "windowsVirtualKeyCode": code}));
    }

    pub fn size(&self, width: u32, height: u32, mobile: bool) {
        let params = json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": mobile});
        self.call("Emulation.setDeviceMetricsOverride", params);
    }

    pub fn dark(&self, dark: bool) {
        let value = if dark { "dark" } else { "light" };
        let features = json!({"features": [{"name": "prefers-color-scheme", "value": value}]});
        self.call("Emulation.setEmulatedMedia", features);
    }

    pub fn offline(&self, offline: bool) {
        let params = json!({"offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1});
        self.call("Network.emulateNetworkConditions", params);
    }

    /// Gives files to a file field.
    pub fn upload(&self, selector: &str, path: &std::path::Path) {
        let root = self.call("DOM.getDocument", json!({}));
        let node = self.call("DOM.querySelector", json!({"nodeId": root["root"]["nodeId"], "selector": selector}));
        self.call("DOM.setFileInputFiles", json!({"files": [path], "nodeId": node["nodeId"]}));
    }

    /// A picture of the page, as high as it is (up to a bound), in `target/screenshots`.
    pub fn shot(&self, name: &str) {
        let height = self.eval("Math.min(document.documentElement.scrollHeight, 4000)").as_u64().unwrap_or(900);
        let width = self.eval("innerWidth").as_u64().unwrap_or(1440);
        let clip = json!({"x": 0, "y": 0, "width": width, "height": height.max(600), "scale": 1});
        let params = json!({"format": "png", "captureBeyondViewport": true, "clip": clip});
        let data = self.call("Page.captureScreenshot", params)["data"].as_str().unwrap().to_owned();
        let folder = super::target().join("screenshots");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(format!("{name}.png")), super::base64(&data)).unwrap();
    }

    /// The page looks, reads and is accessible, and nothing in it complains.
    #[track_caller]
    pub fn look(&self, name: &str) {
        self.accessible(name);
        self.looks(name);
        self.quiet();
    }

    /// The page in all four looks: desktop and telephone, light and dark. The narrowest telephone does not scroll sideways.
    #[track_caller]
    pub fn looks(&self, name: &str) {
        for (device, width, height, mobile) in [("desktop", 1280, 900, false), ("phone", 360, 740, true)] {
            self.size(width, height, mobile);
            for (theme, dark) in [("light", false), ("dark", true)] {
                self.dark(dark);
                self.shot(&format!("{name}-{device}-{theme}"));
            }
            if mobile {
                let over = self.eval("document.documentElement.scrollWidth").as_i64().unwrap_or(0) - i64::from(width);
                assert!(over <= 0, "{name} is {over} px wider than a telephone:\n{}", self.wide(width));
            }
        }
        self.dark(false);
        self.size(1440, 900, false);
    }

    /// What sticks out of a telephone.
    fn wide(&self, width: u32) -> String {
        let out = format!(
            "[...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > {width} + 1 && !e.closest('.scroll')) \
             .map(e => e.outerHTML.slice(0, 120)).slice(0, 6).join('\\n')"
        );
        self.eval(&out).as_str().unwrap_or_default().to_owned()
    }

    /// What axe-core finds wrong with the page, in both themes: nothing.
    #[track_caller]
    pub fn accessible(&self, name: &str) {
        if self.eval("typeof axe") == "undefined" {
            self.eval(&format!("{}; 0", super::axe()));
        }
        for dark in [false, true] {
            self.dark(dark);
            let found = self.eval(
                "axe.run(document, {resultTypes: ['violations']}).then(r => r.violations.map(v => v.id + ' (' + v.help + '): ' + v.nodes.map(n => n.html.slice(0, 160) + ' ' + (n.any[0]?.message ?? '')).join(' | ')))",
            );
            let found: Vec<String> =
                found.as_array().unwrap().iter().map(|one| one.as_str().unwrap_or_default().to_owned()).collect();
            assert!(found.is_empty(), "{name} (dark: {dark}):\n{}", found.join("\n"));
        }
        self.dark(false);
    }
}
