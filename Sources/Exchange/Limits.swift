// SPDX-License-Identifier: Apache-2.0
import Foundation

/// How large anything on the wire may be: texts in UTF-8 bytes, lists in items. Forms count characters, of which each may
/// take four bytes; so a text that a form accepts always fits.
package enum Limits {
    package static let url = 2_048
    package static let name = 1_000
    package static let title = 1_000
    package static let text = 80_000
    package static let code = 64
    package static let reference = 512
    package static let language = 35
    package static let details = 32_768
    package static let attachments = 50
    package static let journey = 100
    package static let contactPoints = 20
    package static let audience = 50
    package static let hops: Int64 = 8
    /// Bytes of one event.
    package static let event = 262_144
    /// Bytes of one attachment.
    package static let attachment: Int64 = 25 * 1024 * 1024
}

extension UUID {
    /// As it is written on the wire: in lower case.
    package var wire: String { uuidString.lowercased() }
}

extension Fields {
    package mutating func optionalAddress(_ name: String) throws(WireError) -> Address? {
        guard let text = try optionalText(name, max: 300) else { return nil }
        guard let address = Address(text) else { throw error(name, .wrongType(expected: "an address: host/slug")) }
        return address
    }

    package mutating func address(_ name: String) throws(WireError) -> Address {
        guard let address = try optionalAddress(name) else { throw error(name, .missing) }
        return address
    }
}
