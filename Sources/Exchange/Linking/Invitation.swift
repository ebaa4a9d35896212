// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation

/// What one administrator sends another outside the system to link two enterprises: single use, seven days.
package struct Invitation: Hashable, Sendable {
    package static let lifetime: Int64 = 7 * 24 * 3600

    package let address: Address
    /// Thumbprint of the inviting enterprise's root key.
    package let rootThumbprint: String
    package let token: InvitationToken
    package let expiresAt: WireTime

    package init(address: Address, rootThumbprint: String, token: InvitationToken, expiresAt: WireTime) {
        self.address = address
        self.rootThumbprint = rootThumbprint
        self.token = token
        self.expiresAt = expiresAt
    }

    package func isOpen(at now: WireTime) -> Bool { now < expiresAt }

    /// `https://{host}/{slug}/invitation#t={token}&k={thumbprint}&x={seconds}`: the secret is in the fragment,
    /// which browsers do not send.
    package func url(allowingPlainLoopback: Bool) -> String {
        "\(address.origin(allowingPlainLoopback: allowingPlainLoopback))/\(address.slug)/invitation"
            + "#t=\(token.text)&k=\(rootThumbprint)&x=\(expiresAt.seconds)"
    }

    package init?(url: String) {
        let url = url.filter { !$0.isWhitespace }
        guard url.utf8.count <= Limits.url, let scheme = url.range(of: "://"),
            ["https", "http"].contains(url[..<scheme.lowerBound].lowercased())
        else { return nil }
        let parts = url[scheme.upperBound...].split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
        let path = parts[0].split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, path.count == 3, path[2] == "invitation",
            let address = Address(host: String(path[0]), slug: String(path[1]))
        else { return nil }
        var values: [Substring: Substring] = [:]
        for pair in parts[1].split(separator: "&") {
            let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard sides.count == 2, values.updateValue(sides[1], forKey: sides[0]) == nil else { return nil }
        }
        guard let token = values["t"].flatMap({ InvitationToken(String($0)) }),
            let thumbprint = values["k"], Base64URL.decode(thumbprint)?.count == 32,
            let expiry = values["x"].flatMap({ Int64($0) }), (0...253_402_300_799).contains(expiry)
        else { return nil }
        self.init(
            address: address, rootThumbprint: String(thumbprint), token: token, expiresAt: WireTime(seconds: expiry))
    }
}

/// 256 random bits. A node keeps only the hash of a token that it has given out.
package struct InvitationToken: Hashable, Sendable {
    package let bytes: [UInt8]

    /// Exactly 32 random bytes.
    package init?(bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        self.bytes = bytes
    }

    package init?(_ text: String) {
        guard let bytes = Base64URL.decode(text) else { return nil }
        self.init(bytes: bytes)
    }

    package var text: String { Base64URL.encode(bytes) }
    /// SHA-256 of the token's bytes.
    package var hash: [UInt8] { Array(SHA256.hash(data: bytes)) }
}

/// The signed request by which an invited enterprise opens an invitation, and then accepts it.
///
/// Without `contract` it only asks to see the contract; with it, it accepts. Both may be sent again.
package struct Acceptance: WireStruct {
    package static let contentType = "application/vnd.entente.acceptance+json"

    package var token: InvitationToken
    /// The accepting enterprise's statement, a JWT: the only place its keys are taken from.
    package var statement: String
    /// The contract signed by the accepting enterprise: a JWS.
    package var contract: String?
    package var unknown = JSONObject()

    package init(token: InvitationToken, statement: String, contract: String? = nil) {
        self.token = token
        self.statement = statement
        self.contract = contract
    }

    package init(_ fields: inout Fields) throws(WireError) {
        guard let token = InvitationToken(try fields.text("token", max: 64)) else {
            throw fields.error("token", .invalid("is not an invitation's token"))
        }
        self.token = token
        statement = try fields.text("statement", max: Statement.maxBytes)
        contract = try fields.optionalText("contract", max: Contract.maxSignedBytes)
    }

    package func write(to object: inout JSONObject) {
        object["token"] = .string(token.text)
        object["statement"] = .string(statement)
        object["contract"] = contract.map { .string($0) }
    }
}

/// The answer to an acceptance: the contract to sign, or the one that now waits for the short code.
package struct AcceptanceAnswer: WireStruct {
    package var contract: Contract
    package var unknown = JSONObject()

    package init(contract: Contract) { self.contract = contract }
    package init(_ fields: inout Fields) throws(WireError) { contract = try fields.one("contract") }
    package func write(to object: inout JSONObject) { object["contract"] = contract.json }
}

/// The inviting enterprise's last word, after the short codes were compared: the contract under its signature.
package struct Confirmation: WireStruct {
    package static let contentType = "application/vnd.entente.confirmation+json"

    package var contract: String
    package var unknown = JSONObject()

    package init(contract: String) { self.contract = contract }
    package init(_ fields: inout Fields) throws(WireError) {
        contract = try fields.text("contract", max: Contract.maxSignedBytes)
    }
    package func write(to object: inout JSONObject) { object["contract"] = .string(contract) }
}
