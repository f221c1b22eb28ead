//! A wire that can be cut.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

/// What happens to a wire after so many bytes from the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    None,
    /// Both ends see their connection end.
    Cut(u64),
    /// Nothing moves any more, and nobody is told.
    Stall(u64),
}

/// Stands between a client and a server on this machine.
pub struct Proxy {
    port: u16,
    mended: Arc<AtomicBool>,
    wires: Arc<Mutex<Vec<TcpStream>>>,
}

impl Proxy {
    /// A wire to this port, with a fault until [`Proxy::mend`].
    pub fn to(server: u16, fault: Fault) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let mended = Arc::new(AtomicBool::new(false));
        let flag = Arc::clone(&mended);
        let wires: Arc<Mutex<Vec<TcpStream>>> = Arc::default();
        let all = Arc::clone(&wires);
        // It ends with the test process: nothing of it outlives that.
        std::thread::spawn(move || {
            for client in listener.incoming() {
                let (Ok(client), Ok(server)) = (client, TcpStream::connect(("127.0.0.1", server))) else {
                    continue;
                };
                let fault = if flag.load(Ordering::SeqCst) { Fault::None } else { fault };
                all.lock().unwrap().extend([client.try_clone().unwrap(), server.try_clone().unwrap()]);
                join(client, server, fault);
            }
        });
        Self { port, mended, wires }
    }

    /// Cuts the wires there are, between two calls.
    pub fn cut(&self) {
        for wire in self.wires.lock().unwrap().drain(..) {
            let _gone_already = wire.shutdown(Shutdown::Both);
        }
    }

    /// The port clients connect to.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// New connections have no fault.
    pub fn mend(&self) {
        self.mended.store(true, Ordering::SeqCst);
    }
}

/// Copies both ways until one end or the fault ends it.
fn join(client: TcpStream, server: TcpStream, fault: Fault) {
    let moved = Arc::new(AtomicU64::new(0));
    let back = (server.try_clone().unwrap(), client.try_clone().unwrap());
    let counted = Arc::clone(&moved);
    std::thread::spawn(move || copy(client, server, fault, &counted, true));
    std::thread::spawn(move || copy(back.0, back.1, fault, &moved, false));
}

fn copy(mut from: TcpStream, mut to: TcpStream, fault: Fault, moved: &AtomicU64, counts: bool) {
    let mut room = vec![0; 16 * 1024];
    while let Ok(count @ 1..) = from.read(&mut room) {
        let sum = if counts {
            moved.fetch_add(u64::try_from(count).unwrap(), Ordering::SeqCst) + u64::try_from(count).unwrap()
        } else {
            moved.load(Ordering::SeqCst)
        };
        match fault {
            Fault::Cut(limit) if limit <= sum => break,
            // Both ends stay open: the threads wait for the test process to end.
            Fault::Stall(limit) if limit <= sum => loop {
                std::thread::park();
            },
            _ => {}
        }
        if to.write_all(room.get(..count).unwrap()).is_err() {
            break;
        }
    }
    let _ = from.shutdown(Shutdown::Both);
    let _ = to.shutdown(Shutdown::Both);
}
