//! Somebody signed in, on one assessment, who reads pages and sends forms as a browser does.

use super::http::{Program, Reply, exchange, send, token_part};
use super::server::Server;

pub const FORM: (&str, &str) = ("Content-Type", "application/x-www-form-urlencoded");

fn encode(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// See above.
pub struct Person<'s> {
    pub server: &'s Server,
    pub program: Program,
    pub case: String,
}

impl<'s> Person<'s> {
    pub fn new(server: &'s Server, login: &str, case: &str) -> Person<'s> {
        let program = Program::sign_in(&server.base, login, server.password(login));
        Person { server, program, case: server.case(case) }
    }

    pub fn get(&self, path: &str) -> Reply {
        let path = format!("/a/{}{path}", self.case);
        send(&self.server.base, "GET", &path, &[("Cookie", &self.program.cookie)], "")
    }

    pub fn page(&self, path: &str) -> String {
        let reply = self.get(path);
        assert_eq!(reply.status, 200, "{path}");
        reply.body
    }

    pub fn post(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        let mut body = format!("csrf={}", self.program.token);
        for (name, value) in fields {
            body.push_str(&format!("&{name}={}", encode(value)));
        }
        let path = format!("/a/{}{path}", self.case);
        send(&self.server.base, "POST", &path, &[("Cookie", &self.program.cookie), FORM], &body)
    }

    pub fn upload(&self, path: &str, body: &[u8]) -> Reply {
        let path = format!("/a/{}{path}", self.case);
        let media = ("Content-Type", "multipart/form-data; boundary=zs");
        let body = [token_part(&self.program.token, "zs").as_bytes(), body].concat();
        exchange(&self.server.base, "POST", &path, &[("Cookie", &self.program.cookie), media], &body)
    }
}
