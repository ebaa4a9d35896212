// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOPosix
import Foundation

/// Where an outbound call goes, once its URL has been checked.
struct OutboundTarget: Sendable {
    let host: String
    let port: Int
    private let isPlain: Bool

    var key: String { "\(host):\(port)" }

    init(_ url: String, _ policy: OutboundClient.Policy) throws {
        guard let parts = URLComponents(string: url), let scheme = parts.scheme?.lowercased(), let host = parts.host,
            !host.isEmpty, parts.user == nil, parts.password == nil, scheme == "https" || scheme == "http"
        else { throw OutboundFailure.invalidURL(url) }
        self.host = host.trimmingCharacters(in: ["[", "]"])
        port = parts.port ?? (scheme == "https" ? 443 : 80)
        isPlain = scheme == "http"
        if isPlain, !policy.allowsPlainLoopback { throw OutboundFailure.plainHTTP(self.host) }
    }

    /// The first of the host's addresses, if all of them may be called. Plain HTTP reaches this machine only.
    func resolve(_ policy: OutboundClient.Policy) async throws -> String {
        let (host, port) = (host, port)
        let addresses = try await NIOThreadPool.singleton.runIfActive { try Self.lookUp(host, port) }
        guard let first = addresses.first else { throw OutboundFailure.unknownHost(host) }
        for address in addresses {
            let isLoopback = AddressBlock.loopback.contains { $0.contains(address) }
            if isPlain {
                guard isLoopback else { throw OutboundFailure.plainHTTP(host) }
                continue
            }
            guard policy.allowsPrivatePeers || AddressBlock.isPublic(address) else {
                throw OutboundFailure.privateAddress(host)
            }
        }
        return first
    }

    private static func lookUp(_ host: String, _ port: Int) throws -> [String] {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, String(port), &hints, &found) == 0 else { return [] }
        defer { freeaddrinfo(found) }
        return sequence(first: found, next: { $0?.pointee.ai_next }).compactMap { entry in
            var name = [CChar](repeating: 0, count: 64)
            guard let entry = entry?.pointee,
                getnameinfo(entry.ai_addr, entry.ai_addrlen, &name, 64, nil, 0, NI_NUMERICHOST) == 0
            else { return nil }
            return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }
}

extension AddressBlock {
    /// IPv4 that is not on the public internet (IANA's registry of special-purpose addresses), beside loopback.
    private static let special = [
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
        "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
    ].compactMap { AddressBlock($0) }

    /// The one block of IPv6 that is global unicast, and what within it is special: protocols' own with Teredo,
    /// documentation, and 6to4, behind which is any IPv4.
    private static let globalUnicast = ["2000::/3"].compactMap { AddressBlock($0) }
    private static let specialWithin = ["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"].compactMap { AddressBlock($0) }

    /// Whether a public host can have this address.
    static func isPublic(_ address: String) -> Bool {
        func isIn(_ blocks: [AddressBlock]) -> Bool { blocks.contains { $0.contains(address) } }
        if IPAddress.bytes(address)?.count == 4 { return !isIn(loopback) && !isIn(special) }
        return isIn(globalUnicast) && !isIn(specialWithin)
    }
}
