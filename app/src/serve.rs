//! The running town: the web server, one thread per link, the simulated receivers.

use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::Context;
use counterparts::{FolderReceiver, IntermediateServer};
use office::{LinkWorker, Office, Ready, RelyingParty, Turn};
use web::{Desk, Patience, Tls, TlsFiles, TlsListener};

use crate::bells::Bells;
use crate::config::Config;
use crate::house::House;
use crate::print::printer;
use crate::progress::say;

/// The longest a link's thread sleeps: so soon it notices that the program stops.
const NAP_MOST: Duration = Duration::from_millis(500);
/// How long a link's thread waits after the journal did not answer.
const FAULT_PAUSE: Duration = Duration::from_secs(2);
/// How often it is looked for kept bytes that may go.
const PRUNE_PAUSE: Duration = Duration::from_secs(60 * 60);
/// How often a simulated receiver looks for files.
const RECEIPT_PAUSE: Duration = Duration::from_millis(100);

/// Threads that work until they are told to stop.
pub struct Workers {
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Workers {
    /// Starts one thread per link, so that a slow file never keeps an immediate link waiting, and one per simulated
    /// receiver.
    ///
    /// # Errors
    /// When the system gives no more threads.
    pub fn start(house: House) -> anyhow::Result<(Arc<Office>, Self)> {
        let House { office, receivers, server, keep_days, .. } = house;
        let stop = Arc::new(AtomicBool::new(false));
        let bells = Arc::new(Bells::of(&office));
        let mut threads = Vec::new();
        for running in office.links().all() {
            let (office, stop, id) = (Arc::clone(&office), Arc::clone(&stop), running.link.id.clone());
            let bells = Arc::clone(&bells);
            let thread = std::thread::Builder::new()
                .name(format!("link {id}"))
                .spawn(move || work_link(&office, &id, &bells, &stop))
                .context("連携のスレッドを作れません")?;
            threads.push(thread);
        }
        let of_bells = (Arc::clone(&office), Arc::clone(&stop));
        let thread = std::thread::Builder::new()
            .name("bells".to_owned())
            .spawn(move || bells.follow(&of_bells.0, NAP_MOST, &of_bells.1, || pause(FAULT_PAUSE)))
            .context("連携を起こすスレッドを作れません")?;
        threads.push(thread);
        let of_prune = (Arc::clone(&office), Arc::clone(&stop));
        let thread = std::thread::Builder::new()
            .name("prune".to_owned())
            .spawn(move || work_prune(&of_prune.0, keep_days, &of_prune.1))
            .context("控えを整理するスレッドを作れません")?;
        threads.push(thread);
        for receiver in receivers {
            let stop = Arc::clone(&stop);
            let thread = std::thread::Builder::new()
                .name("simulated receiver".to_owned())
                .spawn(move || work_receiver(receiver, &stop))
                .context("模擬受信側のスレッドを作れません")?;
            threads.push(thread);
        }
        if let Some(server) = server {
            let (office, stop) = (Arc::clone(&office), Arc::clone(&stop));
            let thread = std::thread::Builder::new()
                .name("simulated server".to_owned())
                .spawn(move || work_server(server, &office, &stop))
                .context("模擬中間サーバーのスレッドを作れません")?;
            threads.push(thread);
        }
        Ok((office, Self { stop, threads }))
    }

    /// Stops all threads after the step they are in.
    pub fn stop(self) {
        self.stop.store(true, Ordering::Relaxed);
        for thread in self.threads {
            // A thread that panicked has been reported by its panic; the others still stop in order.
            let _ = thread.join();
        }
    }
}

fn work_link(office: &Office, id: &str, bells: &Bells, stop: &AtomicBool) {
    let worker = LinkWorker::new(office);
    while !stop.load(Ordering::Relaxed) {
        let rung = bells.rung(id);
        // A panic in one link is a defect to be mended; it must neither stop the link in silence nor the others.
        let turn = match catch_unwind(AssertUnwindSafe(|| worker.turn(id))) {
            Ok(turn) => turn,
            Err(_) => {
                tracing::error!(link = id, "a step ended in a panic");
                let what = "プログラムの不具合で処理が中断しました。ログを添えて開発元に知らせてください";
                worker.report(id, what)
            }
        };
        match turn {
            Ok(Turn::Worked) => {}
            Ok(Turn::Idle { until }) => {
                let nap = until.map_or(NAP_MOST, |until| {
                    let left = until.duration_since(office.clock().now());
                    Duration::try_from(left).unwrap_or(Duration::ZERO).min(NAP_MOST)
                });
                bells.wait(id, rung, nap);
            }
            Ok(Turn::Waiting) => {
                // In naps, so that a server that is asked seldom does not keep the program from stopping.
                let mut left = look_again_after(office, id);
                while !left.is_zero() && !stop.load(Ordering::Relaxed) {
                    pause(left.min(NAP_MOST));
                    left = left.saturating_sub(NAP_MOST);
                }
            }
            Err(fault) => {
                tracing::error!(link = id, %fault, "the journal does not answer");
                pause(FAULT_PAUSE);
            }
        }
    }
}

/// How often the link's place is asked for what may have come.
fn look_again_after(office: &Office, id: &str) -> Duration {
    let ready = office.links().get(id).and_then(|running| running.ready.as_ref().ok());
    ready.and_then(Ready::place).map_or(NAP_MOST, |place| place.look_again_after())
}

/// Lets old kept bytes go, now and each hour.
fn work_prune(office: &Office, keep_days: Option<u32>, stop: &AtomicBool) {
    while !stop.load(Ordering::Relaxed) {
        match office.prune(keep_days) {
            Ok(pruned) if pruned.deliveries > 0 => {
                tracing::info!(
                    deliveries = pruned.deliveries,
                    bytes = pruned.bytes,
                    "kept bytes were let go"
                );
            }
            Ok(_) => {}
            Err(fault) => tracing::error!(%fault, "kept bytes were not let go"),
        }
        let mut left = PRUNE_PAUSE;
        while !left.is_zero() && !stop.load(Ordering::Relaxed) {
            pause(NAP_MOST);
            left = left.saturating_sub(NAP_MOST);
        }
    }
}

fn work_receiver(mut receiver: FolderReceiver, stop: &AtomicBool) {
    while !stop.load(Ordering::Relaxed) {
        match receiver.turn() {
            Ok(taken) if taken.is_empty() => pause(RECEIPT_PAUSE),
            Ok(_) => {}
            Err(error) => {
                tracing::error!(%error, "simulated receiver");
                pause(FAULT_PAUSE);
            }
        }
    }
}

/// 模擬中間サーバー: takes what lies there, and answers it with the files of the next turn.
fn work_server(mut server: IntermediateServer, office: &Office, stop: &AtomicBool) {
    while !stop.load(Ordering::Relaxed) {
        match server.turn() {
            Ok(taken) if taken.is_empty() => pause(RECEIPT_PAUSE),
            Ok(_) => {
                let today = office.today().to_string();
                let sent = server
                    .send_results(&today)
                    .and_then(|_| server.send_answers(&today))
                    .and_then(|_| server.send_signs(&today));
                if let Err(error) = sent {
                    tracing::error!(%error, "simulated server");
                    pause(FAULT_PAUSE);
                }
            }
            Err(error) => {
                tracing::error!(%error, "simulated server");
                pause(FAULT_PAUSE);
            }
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a thread that polls a folder has no event to wait for")]
fn pause(time: Duration) {
    std::thread::sleep(time);
}

/// Where the screens are served, and how (待ち受け).
#[derive(Clone, Debug)]
pub struct Door {
    /// Address and port.
    pub listen: SocketAddr,
    /// Whether cookies go over TLS only.
    pub secure_cookies: bool,
    /// The files of the program's own TLS; HTTP without them.
    pub tls: Option<TlsFiles>,
    /// Lines for the login page.
    pub notices: Vec<String>,
    /// Under which address security keys know the program.
    pub keys: KeysAt,
}

/// Where security keys can be used (セキュリティキーを使う住所).
#[derive(Clone, Debug)]
pub enum KeysAt {
    /// Nowhere: the program was not told its address.
    Nowhere,
    /// At the address the configuration tells.
    Address(RelyingParty),
    /// At `localhost`, with the port that is served: a demonstration, looked at on the same machine.
    ThisMachine,
}

impl KeysAt {
    /// The party for a program that serves an address.
    fn party(self, port: u16) -> Option<RelyingParty> {
        match self {
            Self::Nowhere => None,
            Self::Address(party) => Some(party),
            Self::ThisMachine => RelyingParty::at(&format!("http://localhost:{port}")).ok(),
        }
    }
}

impl Door {
    /// What a configuration says.
    pub fn of(config: &Config) -> Self {
        Self {
            listen: config.server.listen,
            secure_cookies: config.server.secure_cookies,
            tls: config.tls_files(),
            notices: Vec::new(),
            keys: config.relying_party().map_or(KeysAt::Nowhere, KeysAt::Address),
        }
    }
}

/// Serves the screens until the program is told to stop, then stops the workers.
///
/// # Errors
/// When the address is taken or the runtime cannot start.
pub fn serve(mut house: House, door: Door, ready: impl FnOnce(&str)) -> anyhow::Result<()> {
    let Door { listen, secure_cookies, tls, notices, keys } = door;
    let now = house.office.clock().now();
    // Before anything works: whoever keeps the machine reads it now, and nothing has begun.
    let tls = tls.map(|files| Tls::open(files, now)).transpose().context("[tls]")?.map(Arc::new);
    for warning in tls.iter().flat_map(|tls| tls.warnings(now)) {
        say(&warning);
    }
    let partners = std::mem::take(&mut house.partners);
    let sso = house.sso.take();
    let (office, workers) = Workers::start(house)?;
    // Filled beside the start, so that the first search of the day finds it ready. One that comes before waits for it.
    let searched = Arc::clone(&office);
    std::thread::spawn(move || {
        if let Err(fault) = searched.warm_up() {
            tracing::warn!(cause = %fault, "the search index is filled at the first search");
        }
    });
    let (log, place) = (Arc::clone(&office), listen.to_string());
    let runtime = tokio::runtime::Runtime::new().context("ランタイムを起動できません")?;
    let served = runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(listen).await.with_context(|| {
            format!("{listen} で待ち受けできません（ほかのプログラムが使っていないか確かめてください）")
        })?;
        let address = listener.local_addr()?;
        log.audit_begin(&place)?;
        let desk = Desk {
            office: Arc::clone(&office),
            printer: printer(),
            notices,
            secure_cookies,
            partners,
            tls: tls.clone(),
            sso,
            keys: keys.party(address.port()),
        };
        let (router, patience) = (web::router(desk), Patience::default());
        match tls {
            Some(tls) => {
                let listener = TlsListener::over(listener, tls, move || office.clock().now())?;
                ready(&format!("https://{address}/"));
                web::serve(listener, router, patience, told_to_stop()).await;
            }
            None => {
                ready(&format!("http://{address}/"));
                web::serve(listener, router, patience, told_to_stop()).await;
            }
        }
        anyhow::Ok(())
    });
    // Open connections of browsers do not keep the journal from being closed in order.
    runtime.shutdown_timeout(Duration::from_secs(1));
    workers.stop();
    if served.is_ok()
        && let Err(fault) = log.audit_stop(&place)
    {
        tracing::warn!(cause = %fault, "the end of the program is not in the audit log");
    }
    served
}

async fn told_to_stop() {
    let interrupt = tokio::signal::ctrl_c();
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let Ok(mut terminate) = signal(SignalKind::terminate()) else {
            let _ = interrupt.await;
            return;
        };
        tokio::select! {
            _ = interrupt => {}
            _ = terminate.recv() => {}
        }
    }
    #[cfg(not(unix))]
    {
        let _ = interrupt.await;
    }
}
