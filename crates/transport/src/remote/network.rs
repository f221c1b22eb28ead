//! Where the program may connect to.

use std::io;
use std::net::{IpAddr, SocketAddr};

use tokio::net::TcpStream;

use super::run::{Patience, block_on};
use crate::Cause;

/// The networks and servers the program may connect to (`[network] allowed`); without a list, any.
#[derive(Clone, Debug, Default)]
pub struct Network {
    allowed: Option<Vec<Allowed>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Allowed {
    /// Addresses whose first bits are these.
    Net { base: IpAddr, bits: u32 },
    /// A server by its name, whatever its address is today.
    Host(String),
}

impl Network {
    /// Reads the list: networks such as `10.0.0.0/8`, addresses, or names of servers.
    ///
    /// # Errors
    /// In Japanese, the entry that is none of them.
    pub fn parse(entries: &[String]) -> Result<Self, String> {
        let allowed = entries.iter().map(|entry| Allowed::parse(entry)).collect::<Result<_, _>>()?;
        Ok(Self { allowed: Some(allowed) })
    }

    /// Whether the program may connect to a server, as far as this is known now: a name that has no address at the
    /// moment is asked again at each connection.
    ///
    /// # Errors
    /// [`Cause::NotAllowed`].
    pub fn check(&self, host: &str, patience: Patience) -> Result<(), Cause> {
        if self.allowed.is_none() {
            return Ok(());
        }
        match block_on(self.addresses(host, 0, patience)) {
            Err(refused @ Cause::NotAllowed { .. }) => Err(refused),
            _ => Ok(()),
        }
    }

    /// The addresses of a server, all of them allowed.
    pub(crate) async fn addresses(
        &self,
        host: &str,
        port: u16,
        patience: Patience,
    ) -> Result<Vec<SocketAddr>, Cause> {
        let no_address = |source| Cause::NoAddress { host: host.to_owned(), source };
        let found: Vec<SocketAddr> = patience
            .wait("住所の問い合わせ", async {
                Ok(tokio::net::lookup_host((host, port)).await.map_err(no_address)?.collect())
            })
            .await?;
        if found.is_empty() {
            return Err(no_address(io::Error::from(io::ErrorKind::NotFound)));
        }
        // One address outside is one too many: which of them is taken is chance.
        match found.iter().find(|address| !self.admits(host, address.ip())) {
            None => Ok(found),
            Some(outside) => {
                Err(Cause::NotAllowed { host: host.to_owned(), address: outside.ip().to_string() })
            }
        }
    }

    /// A connection to the first address that takes one.
    pub(crate) async fn dial(&self, host: &str, port: u16, patience: Patience) -> Result<TcpStream, Cause> {
        let mut last = None;
        for address in self.addresses(host, port, patience).await? {
            let tried = patience
                .wait("接続", async {
                    TcpStream::connect(address).await.map_err(|source| not_connected(address, source))
                })
                .await;
            match tried {
                Ok(stream) => {
                    // Small commands go out at once; that this cannot be set is no reason to stop.
                    let _ = stream.set_nodelay(true);
                    return Ok(stream);
                }
                Err(cause) => last = Some(cause),
            }
        }
        Err(last.unwrap_or_else(|| Cause::NoAddress {
            host: host.to_owned(),
            source: io::Error::from(io::ErrorKind::NotFound),
        }))
    }

    fn admits(&self, host: &str, address: IpAddr) -> bool {
        let Some(allowed) = &self.allowed else { return true };
        allowed.iter().any(|allowed| match allowed {
            Allowed::Net { base, bits } => is_in(address.to_canonical(), *base, *bits),
            Allowed::Host(name) => name.eq_ignore_ascii_case(host),
        })
    }
}

impl Allowed {
    fn parse(entry: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "[network] allowed の「{entry}」は、ネットワーク（10.0.0.0/8 など）でもサーバの名前でもありません"
            )
        };
        let (address, bits) =
            entry.split_once('/').map_or((entry, None), |(address, bits)| (address, Some(bits)));
        if let Ok(base) = address.parse::<IpAddr>() {
            let most = width(base);
            let bits = bits.map_or(Ok(most), str::parse).map_err(|_| wrong())?;
            if most < bits {
                return Err(wrong());
            }
            if base != masked(base, bits) {
                // Somebody who writes 10.1.0.0/8 means one of two things; the wider one must not be guessed.
                return Err(format!(
                    "[network] allowed の「{entry}」は、/{bits} より後ろにも数字があります（{}/{bits} の書き間違いではありませんか）",
                    masked(base, bits)
                ));
            }
            return Ok(Self::Net { base, bits });
        }
        let is_name = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
        if bits.is_some() || entry.is_empty() || !entry.chars().all(is_name) {
            return Err(wrong());
        }
        Ok(Self::Host(entry.to_owned()))
    }
}

fn width(address: IpAddr) -> u32 {
    if address.is_ipv4() { 32 } else { 128 }
}

/// The bits of an address behind the first `bits` cleared.
fn masked(address: IpAddr, bits: u32) -> IpAddr {
    match address {
        IpAddr::V4(address) => {
            let mask = u32::MAX.checked_shl(32_u32.saturating_sub(bits)).unwrap_or(0);
            IpAddr::V4((address.to_bits() & mask).into())
        }
        IpAddr::V6(address) => {
            let mask = u128::MAX.checked_shl(128_u32.saturating_sub(bits)).unwrap_or(0);
            IpAddr::V6((address.to_bits() & mask).into())
        }
    }
}

fn is_in(address: IpAddr, base: IpAddr, bits: u32) -> bool {
    address.is_ipv4() == base.is_ipv4() && masked(address, bits) == base
}

fn not_connected(address: SocketAddr, source: io::Error) -> Cause {
    match source.kind() {
        io::ErrorKind::ConnectionRefused => Cause::Refused { address },
        _ => Cause::Unreachable { address, source },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(entries: &[&str]) -> Result<Network, String> {
        Network::parse(&entries.iter().map(ToString::to_string).collect::<Vec<_>>())
    }

    #[test]
    fn addresses_inside_and_outside() {
        let network = network(&["10.0.0.0/8", "192.168.7.9", "fd00::/8", "sftp.example.lg.jp"]).unwrap();
        for (host, address, admitted) in [
            ("a", "10.0.0.0", true),
            ("a", "10.255.255.255", true),
            ("a", "11.0.0.0", false),
            ("a", "9.255.255.255", false),
            ("a", "192.168.7.9", true),
            ("a", "192.168.7.8", false),
            ("a", "::ffff:10.1.2.3", true),
            ("a", "fd12::1", true),
            ("a", "fe80::1", false),
            ("SFTP.example.lg.jp", "203.0.113.5", true),
            ("sftp.example.lg.jp.evil.example", "203.0.113.5", false),
        ] {
            assert_eq!(network.admits(host, address.parse().unwrap()), admitted, "{host} {address}");
        }
        assert!(Network::default().admits("a", "203.0.113.5".parse().unwrap()), "no list, no limit");
        let nobody = super::Network::parse(&[]).unwrap();
        assert!(!nobody.admits("a", "10.0.0.1".parse().unwrap()), "an empty list allows nobody");
    }

    #[test]
    fn entries_that_are_none_are_told() {
        for wrong in ["", "10.0.0.0/33", "10.0.0.0/x", "fd00::/129", "a b", "*.example.lg.jp", "name/8"] {
            let told = network(&[wrong]).unwrap_err();
            assert!(told.contains(&format!("「{wrong}」")), "{wrong}: {told}");
        }
        let told = network(&["10.1.0.0/8"]).unwrap_err();
        assert!(told.contains("10.0.0.0/8"), "{told}");
        assert!(network(&["0.0.0.0/0", "::/0"]).is_ok());
    }

    #[test]
    fn an_address_outside_is_refused_before_anything_is_sent() {
        let network = network(&["10.0.0.0/8"]).unwrap();
        let refused = network.check("127.0.0.1", Patience::default());
        assert!(matches!(refused, Err(Cause::NotAllowed { .. })), "{refused:?}");
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let dialled = block_on(network.dial("127.0.0.1", port, Patience::default()));
        assert!(matches!(dialled, Err(Cause::NotAllowed { .. })), "{dialled:?}");
        assert!(
            network.check("no-such-name.invalid", Patience::default()).is_ok(),
            "asked again at each connection"
        );
    }
}
