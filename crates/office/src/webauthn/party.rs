//! Where browsers reach the program, as keys know it.

/// The program as a security key knows it (relying party): by the name of its address, and no other address will do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelyingParty {
    id: String,
    origin: String,
}

/// Why no key can be used at an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PartyFault {
    /// It is none, or has more than a name and a port.
    #[error(
        "住所は https://名前 か https://名前:ポート の形です（同じ機械の中だけは http://localhost:ポート）"
    )]
    Shape,
    /// It has a number in place of a name.
    #[error("住所が数字（IPアドレス）です。セキュリティキーは、名前のある住所でだけ使えます")]
    Number,
}

impl RelyingParty {
    /// The party at an address such as `https://daicho.town.example.lg.jp`.
    ///
    /// # Errors
    /// [`PartyFault`]: browsers let keys be used over HTTPS alone, or on the machine itself, and only under a name.
    pub fn at(address: &str) -> Result<Self, PartyFault> {
        let address = address.trim().to_ascii_lowercase();
        let (scheme, rest) = address.split_once("://").ok_or(PartyFault::Shape)?;
        let place = rest.strip_suffix('/').unwrap_or(rest);
        if place.starts_with('[') {
            return Err(PartyFault::Number);
        }
        let (name, port) = match place.split_once(':') {
            None => (place, None),
            Some((name, port)) => (name, Some(port.parse::<u16>().map_err(|_| PartyFault::Shape)?)),
        };
        let is_label = |label: &str| {
            !label.is_empty()
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        };
        if !name.split('.').all(is_label) {
            return Err(PartyFault::Shape);
        }
        if name.rsplit('.').next().is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit())) {
            return Err(PartyFault::Number);
        }
        let usual = match scheme {
            "https" => 443,
            "http" if name == "localhost" => 80,
            _ => return Err(PartyFault::Shape),
        };
        // A browser leaves the usual port out.
        let origin = match port.filter(|port| *port != usual) {
            None => format!("{scheme}://{name}"),
            Some(port) => format!("{scheme}://{name}:{port}"),
        };
        Ok(Self { id: name.to_owned(), origin })
    }

    /// The id keys know it by: the name.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What a browser calls the place of its pages: scheme, name and port.
    pub fn origin(&self) -> &str {
        &self.origin
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_name_and_is_safe_on_its_way() {
        for (address, id, origin) in [
            (
                "https://daicho.town.example.lg.jp",
                "daicho.town.example.lg.jp",
                "https://daicho.town.example.lg.jp",
            ),
            ("HTTPS://Daicho.Example.JP/", "daicho.example.jp", "https://daicho.example.jp"),
            ("https://daicho.example.jp:443", "daicho.example.jp", "https://daicho.example.jp"),
            ("https://daicho.example.jp:8443/", "daicho.example.jp", "https://daicho.example.jp:8443"),
            ("https://localhost", "localhost", "https://localhost"),
            ("http://localhost:8080/", "localhost", "http://localhost:8080"),
        ] {
            let party = RelyingParty::at(address).unwrap();
            assert_eq!((party.id(), party.origin()), (id, origin), "{address}");
        }
        for (address, fault) in [
            ("", PartyFault::Shape),
            ("daicho.example.jp", PartyFault::Shape),
            ("http://daicho.example.jp", PartyFault::Shape),
            ("ftp://localhost", PartyFault::Shape),
            ("https://", PartyFault::Shape),
            ("https://daicho.example.jp/kihon", PartyFault::Shape),
            ("https://user@daicho.example.jp", PartyFault::Shape),
            ("https://daicho.example.jp?x", PartyFault::Shape),
            ("https://daicho..jp", PartyFault::Shape),
            ("https://-daicho.jp", PartyFault::Shape),
            ("https://daicho.jp:x", PartyFault::Shape),
            ("https://daicho.jp:65536", PartyFault::Shape),
            ("https://台帳.jp", PartyFault::Shape),
            ("http://127.0.0.1:8080", PartyFault::Number),
            ("https://10.0.0.5", PartyFault::Number),
            ("https://[::1]:8443", PartyFault::Number),
        ] {
            assert_eq!(RelyingParty::at(address), Err(fault), "{address}");
        }
    }
}
