//! Load on a running workspace, over HTTP, as clients of the programming interface make it: starts `zhunsheng serve --demo` on a
//! data folder of its own, measures how soon it is ready, how fast trees, pages and documents come, then how many
//! determinations a second are saved durably while CLIENTS save one after another.
//!
//! ```sh
//! bench/workspace/run            # builds the release and runs this
//! target/release/examples/workspace-load --program target/release/zhunsheng [--clients 8] [--seconds 10]
//! ```

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::cast_precision_loss,
    reason = "a measurement stops where something is wrong"
)]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// A connection that is kept.
struct Client {
    stream: BufReader<TcpStream>,
    host: String,
    token: String,
}

/// An answer: status, headers, body.
struct Reply {
    status: u16,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Reply {
    fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(held, _)| held == name).map_or("", |(_, value)| value)
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

impl Client {
    fn new(base: &str, token: &str) -> Client {
        let host = base.trim_start_matches("http://").to_owned();
        let stream = TcpStream::connect(&host).unwrap();
        stream.set_nodelay(true).unwrap();
        Client { stream: BufReader::new(stream), host, token: token.to_owned() }
    }

    fn send(&mut self, method: &str, path: &str, headers: &str, body: &[u8]) -> Reply {
        let token =
            if self.token.is_empty() { String::new() } else { format!("Authorization: Bearer {}\r\n", self.token) };
        let mut bytes = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nContent-Length: {}\r\n{token}{headers}\r\n",
            self.host,
            body.len()
        )
        .into_bytes();
        bytes.extend_from_slice(body);
        self.stream.get_mut().write_all(&bytes).unwrap();
        let mut line = String::new();
        self.stream.read_line(&mut line).unwrap();
        let status = line.split(' ').nth(1).and_then(|word| word.parse().ok()).unwrap_or_else(|| panic!("`{line}`"));
        let mut headers = Vec::new();
        loop {
            line.clear();
            self.stream.read_line(&mut line).unwrap();
            let Some((name, value)) = line.trim_end().split_once(": ") else { break };
            headers.push((name.to_lowercase(), value.to_owned()));
        }
        let mut reply = Reply { status, headers, body: Vec::new() };
        if reply.header("transfer-encoding") == "chunked" {
            loop {
                line.clear();
                self.stream.read_line(&mut line).unwrap();
                let length = usize::from_str_radix(line.trim(), 16).unwrap();
                let mut piece = vec![0; length + 2];
                self.stream.read_exact(&mut piece).unwrap();
                if length == 0 {
                    break;
                }
                reply.body.extend_from_slice(&piece[..length]);
            }
        } else {
            let length = reply.header("content-length").parse().unwrap_or(0);
            reply.body = vec![0; length];
            self.stream.read_exact(&mut reply.body).unwrap();
        }
        reply
    }

    fn get(&mut self, path: &str) -> Reply {
        let reply = self.send("GET", path, "", b"");
        assert_eq!(reply.status, 200, "{path}: {}", String::from_utf8_lossy(&reply.body));
        reply
    }

    fn post(&mut self, path: &str, body: &Value) -> Reply {
        self.send("POST", path, "Content-Type: application/json\r\n", body.to_string().as_bytes())
    }
}

struct Served {
    child: Child,
    base: String,
    ready: Duration,
    _dir: tempfile::TempDir,
}

fn serve(program: &str, on: Option<&str>) -> Served {
    let dir = on.map_or_else(tempfile::tempdir, tempfile::tempdir_in).unwrap();
    // The demonstration is made first, so that the start measured is that of a workspace in use.
    let mut first = start(program, dir.path(), true);
    stop(&mut first.0);
    let began = Instant::now();
    let (child, base) = start(program, dir.path(), false);
    let ready = began.elapsed();
    Served { child, base, ready, _dir: dir }
}

fn start(program: &str, dir: &std::path::Path, demo: bool) -> (Child, String) {
    let mut command = Command::new(program);
    command.args(["--lang", "en", "serve", "--listen", "127.0.0.1:0", "--data"]).arg(dir).stdout(Stdio::piped());
    if demo {
        command.arg("--demo");
    }
    let mut child = command.spawn().unwrap();
    let mut line = String::new();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    out.read_line(&mut line).unwrap();
    // What else it says is read and forgotten, so that it never waits for a reader.
    std::thread::spawn(move || std::io::copy(&mut out, &mut std::io::sink()));
    let base = line.split_whitespace().find(|word| word.starts_with("http://")).unwrap().to_owned();
    (child, base)
}

fn stop(child: &mut Child) {
    Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert!(child.wait().unwrap().success());
}

/// Signs in through the pages, as a person, and makes a token; the cookie is for measuring pages.
fn sign_in(base: &str) -> (String, String) {
    let mut pages = Client::new(base, "");
    let form = "Content-Type: application/x-www-form-urlencoded\r\n";
    let text = |reply: &Reply| String::from_utf8_lossy(&reply.body).into_owned();
    let csrf = |page: &str| page.split("data-csrf=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let cookie = |reply: &Reply, name: &str| {
        let all = reply.headers.iter().filter(|(held, _)| held == "set-cookie");
        let found = all.map(|(_, value)| value.split(';').next().unwrap()).find(|value| value.starts_with(name));
        found.unwrap_or_else(|| panic!("no {name}")).to_owned()
    };
    let page = pages.get("/login");
    let visitor = page.header("set-cookie").split(';').next().unwrap().to_owned();
    let body = format!("csrf={}&login=lead&password=zhunsheng-demo-lead", csrf(&text(&page)));
    let reply = pages.send("POST", "/login", &format!("{form}Cookie: {visitor}\r\n"), body.as_bytes());
    let session = cookie(&reply, "zs_session=");
    let page = pages.send("GET", "/account", &format!("Cookie: {session}\r\n"), b"");
    let body = format!("csrf={}&title=load&days=1&scope=read&scope=write", csrf(&text(&page)));
    let reply = pages.send("POST", "/account/tokens", &format!("{form}Cookie: {session}\r\n"), body.as_bytes());
    let token = text(&reply).split("id=\"token-secret\">").nth(1).unwrap().split('<').next().unwrap().to_owned();
    (session, token)
}

/// Milliseconds of one run, and the middle of several.
fn timed(times: usize, mut run: impl FnMut() -> usize) -> (f64, f64, usize) {
    let mut all = Vec::new();
    let mut size = 0;
    for _ in 0..times {
        let began = Instant::now();
        size = run();
        all.push(began.elapsed().as_secs_f64() * 1e3);
    }
    let first = all[0];
    all.sort_by(f64::total_cmp);
    (first, all[all.len() / 2], size)
}

/// `VmRSS` and `VmHWM` in MiB.
fn memory(pid: u32) -> (f64, f64) {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let field = |name: &str| {
        let line = status.lines().find(|line| line.starts_with(name))?;
        line.split_whitespace().nth(1)?.parse::<f64>().ok()
    };
    (field("VmRSS:").unwrap_or(0.0) / 1024.0, field("VmHWM:").unwrap_or(0.0) / 1024.0)
}

fn spots(tree: &Value, into: &mut Vec<String>) {
    for clause in tree.as_array().into_iter().flatten() {
        for found in clause["findings"].as_array().into_iter().flatten() {
            into.push(found["at"].as_str().unwrap().to_owned());
        }
        spots(&clause["below"], into);
    }
}

fn encode(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'@' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect()
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let option = |name: &str| arguments.iter().position(|one| one == name).and_then(|at| arguments.get(at + 1));
    let number = |name: &str, usual: usize| option(name).map_or(usual, |text| text.parse().unwrap());
    let program = option("--program").map_or("target/release/zhunsheng", String::as_str);
    let (clients, seconds) = (number("--clients", 8), number("--seconds", 10) as u64);
    let mut served = serve(program, option("--dir").map(String::as_str));
    let pid = served.child.id();
    println!("ready after start                {:>9.0} ms", served.ready.as_secs_f64() * 1e3);
    let (session, token) = sign_in(&served.base);
    let mut api = Client::new(&served.base, &token);
    println!("resident, signed in              {:>9.1} MiB", memory(pid).0);
    let listed = api.get("/api/v1/assessments").json();
    // The larger example: every dimension, stage and sector pack of a dealer.
    let case = listed["items"].as_array().unwrap().iter().find(|one| one["title"].as_str().unwrap().contains("汽车"));
    let case = case.unwrap()["id"].as_str().unwrap().to_owned();
    let tree_path = format!("/api/v1/assessments/{case}/tree");
    let (first, middle, size) = timed(30, || api.get(&tree_path).body.len());
    let mut all = Vec::new();
    spots(&api.get(&tree_path).json()["clauses"], &mut all);
    println!(
        "tree (API), {:>4} findings         {middle:>9.1} ms  ({first:.0} ms when first judged; {size} bytes)",
        all.len()
    );
    let at = |spot: &str| format!("/api/v1/assessments/{case}/findings/{}/determinations", encode(spot));
    let body = json!({"verdict": "gap", "reason": {"zh": "现场查看，未见告知", "en": "seen on the spot: no notice"}});
    let (_, again, _) = timed(10, || {
        assert_eq!(api.post(&at(&all[0]), &body).status, 201);
        let began = Instant::now();
        let size = api.get(&tree_path).body.len();
        assert!(began.elapsed() < Duration::from_secs(5));
        size
    });
    println!("save one, then the tree anew     {again:>9.1} ms");
    let mut pages = Client::new(&served.base, "");
    let mut page = |path: &str| {
        let path = path.replace("{case}", &case);
        timed(30, || {
            let reply = pages.send("GET", &path, &format!("Cookie: {session}\r\n"), b"");
            assert_eq!(reply.status, 200, "{path}");
            reply.body.len()
        })
    };
    for (what, path) in [
        ("workpaper, first part (page)", "/a/{case}/workpaper"),
        ("workpaper, all findings (page)", "/a/{case}/workpaper?part=all"),
        ("overview (page)", "/a/{case}"),
    ] {
        let (first, middle, size) = page(path);
        println!("{what:<32} {middle:>9.1} ms  ({first:.0} ms first; {size} bytes)");
    }
    if let Some(path) = option("--word") {
        let (first, middle, size) = page(path);
        println!("Word export                      {middle:>9.1} ms  ({first:.0} ms first; {size} bytes)");
    }
    println!("resident, after these            {:>9.1} MiB", memory(pid).0);
    for clients in [1, clients, clients * 4] {
        load(&served.base, &token, clients, seconds, &all, &at, &body);
        let (now, most) = memory(pid);
        println!("  resident {now:.1} MiB, at most {most:.1} MiB");
    }
    let began = Instant::now();
    stop(&mut served.child);
    println!("graceful stop                    {:>9.0} ms", began.elapsed().as_secs_f64() * 1e3);
}

fn load(
    base: &str,
    token: &str,
    clients: usize,
    seconds: u64,
    all: &[String],
    at: &(impl Fn(&str) -> String + Sync),
    body: &Value,
) {
    let until = Instant::now() + Duration::from_secs(seconds);
    let mut times: Vec<Duration> = std::thread::scope(|scope| {
        let each: Vec<_> = (0..clients)
            .map(|number| {
                scope.spawn(move || {
                    let mut client = Client::new(base, token);
                    let mut times = Vec::new();
                    // Everybody works on other findings.
                    for spot in all.iter().cycle().skip(number * all.len() / clients) {
                        let began = Instant::now();
                        if began >= until {
                            break;
                        }
                        let reply = client.post(&at(spot), body);
                        assert_eq!(reply.status, 201, "{}", String::from_utf8_lossy(&reply.body));
                        times.push(began.elapsed());
                    }
                    times
                })
            })
            .collect();
        each.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    });
    times.sort_unstable();
    let of = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
    println!(
        "{clients:>2} clients, determinations saved  {:>9.0} /s   p50 {:.1} ms, p95 {:.1} ms, p99 {:.1} ms, most {:.1} ms",
        times.len() as f64 / seconds as f64,
        of(0.5),
        of(0.95),
        of(0.99),
        of(1.0)
    );
}
