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
            let isPrivate = isLoopback || AddressBlock.notPublic.contains { $0.contains(address) }
            if isPrivate, !policy.allowsPrivatePeers { throw OutboundFailure.privateAddress(host) }
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
    /// Address blocks that are not on the public internet (IANA special-purpose registries), beside loopback.
    static let notPublic = [
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
        "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4", "::/128",
        "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001:db8::/32", "2002::/16", "fc00::/7", "fe80::/10", "ff00::/8",
    ].compactMap { AddressBlock($0) }
}
