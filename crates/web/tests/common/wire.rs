//! The wire between a telephone and the server, which a test may cut.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

const WHOLE: u8 = 0;
const CUT: u8 = 1;
const DEAF: u8 = 2;

pub struct Wire {
    pub base: String,
    state: Arc<AtomicU8>,
}

impl Wire {
    /// A wire to a server.
    pub fn to(server: &str) -> Wire {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let server = server.trim_start_matches("http://").to_owned();
        let state = Arc::new(AtomicU8::new(WHOLE));
        let held = state.clone();
        std::thread::spawn(move || {
            for near in listener.incoming().flatten() {
                let Ok(far) = TcpStream::connect(&server) else { continue };
                let (up, down) = (held.clone(), held.clone());
                let (from, to) = (near.try_clone().unwrap(), far.try_clone().unwrap());
                std::thread::spawn(move || carry(from, to, || up.load(Ordering::SeqCst) != CUT));
                std::thread::spawn(move || carry(far, near, || down.load(Ordering::SeqCst) == WHOLE));
            }
        });
        Wire { base, state }
    }

    /// Nothing passes.
    pub fn cut(&self) {
        self.state.store(CUT, Ordering::SeqCst);
    }

    /// Requests arrive, answers are lost.
    pub fn lose_answers(&self) {
        self.state.store(DEAF, Ordering::SeqCst);
    }

    pub fn mend(&self) {
        self.state.store(WHOLE, Ordering::SeqCst);
    }
}

fn carry(mut from: TcpStream, mut to: TcpStream, passes: impl Fn() -> bool) {
    let mut bytes = [0; 16384];
    while let Ok(count @ 1..) = from.read(&mut bytes) {
        if !passes() || to.write_all(&bytes[..count]).is_err() {
            break;
        }
    }
    let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
}
