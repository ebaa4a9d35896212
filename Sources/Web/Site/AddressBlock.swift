// SPDX-License-Identifier: Apache-2.0
import NIOCore

/// An IP address or a CIDR block such as `10.0.0.0/8` or `fd00::/8`.
package struct AddressBlock: Sendable, Hashable {
    private let bytes: [UInt8]
    private let prefix: Int

    /// `nil` where the text is neither.
    package init?(_ text: String) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let bytes = IPAddress.bytes(String(parts[0])) else { return nil }
        let prefix = parts.count == 2 ? Int(parts[1]) : bytes.count * 8
        guard let prefix, (0...(bytes.count * 8)).contains(prefix) else { return nil }
        self.bytes = bytes
        self.prefix = prefix
    }

    package func contains(_ address: String) -> Bool {
        guard let other = IPAddress.bytes(address), other.count == bytes.count else { return false }
        let whole = prefix / 8
        guard bytes[..<whole] == other[..<whole] else { return false }
        let rest = prefix % 8
        return rest == 0 || (bytes[whole] ^ other[whole]) >> (8 - rest) == 0
    }
}

enum IPAddress {
    /// 4 or 16 bytes in network order; an IPv4 address written as IPv6 (`::ffff:1.2.3.4`) is taken as IPv4.
    static func bytes(_ text: String) -> [UInt8]? {
        guard let address = try? SocketAddress(ipAddress: text, port: 0) else { return nil }
        switch address {
        case .v4(let address):
            return withUnsafeBytes(of: address.address.sin_addr.s_addr) { Array($0) }
        case .v6(let address):
            let bytes = withUnsafeBytes(of: address.address.sin6_addr) { Array($0) }
            let mapped = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF]
            return Array(bytes.prefix(12)) == mapped ? Array(bytes.suffix(4)) : bytes
        case .unixDomainSocket: return nil
        }
    }
}
