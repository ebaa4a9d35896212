// SPDX-License-Identifier: Apache-2.0
import HTTPTypes

/// Refuses what another site makes a browser send (CSRF): browsers say where a request comes from.
struct OriginCheck {
    private let origin: PublicOrigin

    init(_ origin: PublicOrigin) { self.origin = origin }

    /// A bearer token is never sent by a browser on its own, so it needs no check. A client that says neither
    /// `Sec-Fetch-Site` nor `Origin` is no current browser; it passes only if there is no cookie to misuse.
    func check(_ visit: Visit) throws {
        guard visit.bearer == nil else { return }
        if let site = visit.headers[.secFetchSite] {
            guard site == "same-origin" else { throw RequestRefusal.foreignOrigin }
        } else if let sender = visit.headers[.origin] {
            guard sender.lowercased() == origin.url else { throw RequestRefusal.foreignOrigin }
        } else {
            let isBrowser = visit.headers[.accept]?.contains("text/html") == true || visit.headers.contains(.cookie)
            guard !isBrowser else { throw RequestRefusal.foreignOrigin }
        }
    }
}
