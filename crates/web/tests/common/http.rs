//! A plain HTTP client: what a program sends that is no browser.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

/// An answer.
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
    pub bytes: Vec<u8>,
}

impl Reply {
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(held, _)| held == name).map_or("", |(_, value)| value)
    }
}

/// Sends one request.
pub fn send(base: &str, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Reply {
    exchange(base, method, path, headers, body.as_bytes())
}

/// Sends one request, of any bytes.
pub fn exchange(base: &str, method: &str, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
    let host = base.trim_start_matches("http://");
    let mut stream = TcpStream::connect(host).unwrap();
    let mut head =
        format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    stream.write_all(format!("{head}\r\n").as_bytes()).unwrap();
    // A server that has seen enough may close before all was sent.
    drop(stream.write_all(body));
    let mut bytes = Vec::new();
    drop(stream.read_to_end(&mut bytes));
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or(bytes.len());
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|code| code.parse().ok()).unwrap_or(0);
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let mut bytes = bytes.split_off(bytes.len().min(end + 4));
    if headers.contains(&("transfer-encoding".to_owned(), "chunked".to_owned())) {
        bytes = joined(&bytes);
    }
    Reply { status, headers, body: String::from_utf8_lossy(&bytes).into_owned(), bytes }
}

/// The pieces of a chunked body.
fn joined(mut bytes: &[u8]) -> Vec<u8> {
    let mut whole = Vec::new();
    while let Some(end) = bytes.windows(2).position(|two| two == b"\r\n") {
        let length = usize::from_str_radix(std::str::from_utf8(&bytes[..end]).unwrap(), 16).unwrap();
        whole.extend_from_slice(&bytes[end + 2..end + 2 + length]);
        bytes = &bytes[end + 4 + length..];
    }
    whole
}

/// The part of a form with files that carries its token; it comes first.
pub fn token_part(token: &str, boundary: &str) -> String {
    format!("--{boundary}\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{token}\r\n")
}

/// A signed-in program: its cookie and the token its forms carry.
pub struct Program {
    pub cookie: String,
    pub token: String,
}

impl Program {
    /// Signs in as the pages do.
    pub fn sign_in(base: &str, login: &str, password: &str) -> Program {
        let visitor = Program::visitor(base);
        let form = format!("csrf={}&login={login}&password={password}", visitor.token);
        let headers = [("Cookie", visitor.cookie.as_str()), ("Content-Type", "application/x-www-form-urlencoded")];
        let reply = send(base, "POST", "/login", &headers, &form);
        assert_eq!(reply.status, 303, "{login}: {}", reply.body);
        let cookie =
            reply.headers.iter().find(|(name, value)| name == "set-cookie" && value.starts_with("zs_session="));
        let set = &cookie.unwrap().1;
        assert!(set.contains("HttpOnly") && set.contains("SameSite=Lax") && set.contains("Path=/"), "{set}");
        let cookie = set.split(';').next().unwrap().to_owned();
        let page = send(base, "GET", "/account", &[("Cookie", &cookie)], "");
        Program { token: token(&page.body), cookie }
    }

    /// Somebody who is not signed in.
    pub fn visitor(base: &str) -> Program {
        let page = send(base, "GET", "/login", &[], "");
        let cookie = page.header("set-cookie").split(';').next().unwrap().to_owned();
        Program { token: token(&page.body), cookie }
    }
}

fn token(page: &str) -> String {
    page.split("data-csrf=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default().to_owned()
}
