// SPDX-License-Identifier: Apache-2.0
import Foundation

/// What an enterprise says about itself: a JWT (RFC 7519) signed by its root key.
///
/// Peers pin the root key's thumbprint when they link, and take every operational key from here.
package struct Statement: WireStruct {
    package static let type = "entente-statement+jwt"
    package static let contentType = "application/jwt"
    package static let maxBytes = 32_768
    /// Seconds by which `iat` may lie ahead of the clock of whoever takes it.
    package static let clockDifference: Int64 = 300

    package var address: Address
    package var name: String
    /// One of the twelve company colours.
    package var colour: Int
    /// A town, for people; empty when not told.
    package var place: String
    package var endpoints: Endpoints
    /// The versions of this protocol that it speaks, such as `1`.
    package var versions: [String]
    package var limits: ExchangeLimits
    package var root: VerifyingKey
    package var keys: [OperationalKey]
    /// Thumbprints of keys that are worth nothing from now on.
    package var revoked: [String]
    /// Where the enterprise has gone; the same root key signs the statement there.
    package var moved: Address?
    /// Of two statements the later counts.
    package var issuedAt: WireTime
    package var unknown = JSONObject()

    package init(
        address: Address, name: String, colour: Int, place: String, endpoints: Endpoints, versions: [String] = ["1"],
        limits: ExchangeLimits = .standard, root: VerifyingKey, keys: [OperationalKey], revoked: [String] = [],
        moved: Address? = nil, issuedAt: WireTime
    ) {
        self.address = address
        self.name = name
        self.colour = colour
        self.place = place
        self.endpoints = endpoints
        self.versions = versions
        self.limits = limits
        self.root = root
        self.keys = keys
        self.revoked = revoked
        self.moved = moved
        self.issuedAt = issuedAt
    }

    package init(_ fields: inout Fields) throws(WireError) {
        address = try fields.address("iss")
        issuedAt = WireTime(seconds: try fields.integer("iat", in: 0...253_402_300_799))
        name = try fields.text("name", max: Limits.name)
        colour = Int(try fields.optionalInteger("colour", in: 1...12) ?? 1)
        place = try fields.optionalText("place", max: Limits.name) ?? ""
        endpoints = try fields.one("endpoints")
        versions = try fields.texts("versions", max: 16, eachMax: 16, isRequired: true)
        limits = try fields.optional("limits") ?? .standard
        guard let root = fields.value("root") else { throw fields.error("root", .missing) }
        self.root = try VerifyingKey(jwk: root)
        keys = try fields.one("jwks", KeySet.self).keys
        revoked = try fields.texts("revoked", max: 64, eachMax: 64)
        moved = try fields.optionalAddress("moved")
        guard endpoints.areAt(address) else {
            throw fields.error("endpoints", .invalid("are not HTTPS at the enterprise's own host"))
        }
    }

    package func write(to object: inout JSONObject) {
        object["iss"] = .string(address.description)
        object["iat"] = .integer(issuedAt.seconds)
        object["name"] = .string(name)
        object["colour"] = .integer(colour)
        object["place"] = .string(place)
        object["endpoints"] = endpoints.json
        object["versions"] = .array(versions.map { .string($0) })
        object["limits"] = limits.json
        object["root"] = .object(root.jwk)
        object["jwks"] = KeySet(keys: keys).json
        object["revoked"] = revoked.isEmpty ? nil : .array(revoked.map { .string($0) })
        object["moved"] = moved.map { .string($0.description) }
    }

    package func signed(by root: SigningKey) throws -> String {
        try JWS.sign(json.bytes, type: Self.type, key: root)
    }

    /// Reads a statement and verifies that its own root key signed it; with `pinned`, that this is the root key
    /// that was pinned when linking.
    package static func verify(_ jwt: String, pinned thumbprint: String? = nil) throws -> Statement {
        guard jwt.utf8.count <= maxBytes else { throw WireError("statement", .tooLarge(limit: maxBytes)) }
        let jws = try JWS(jwt, type: type)
        let statement = try Statement(JSONValue(parsing: jws.payload), path: "statement")
        try jws.verify(with: statement.root)
        if let thumbprint, statement.root.thumbprint != thumbprint { throw StatementError.otherRoot }
        return statement
    }

    /// The same for a statement that comes from its enterprise now: one from the future is refused, since it would keep
    /// out all that are made before then.
    package static func take(_ jwt: String, pinned thumbprint: String? = nil, at now: WireTime) throws -> Statement {
        let statement = try verify(jwt, pinned: thumbprint)
        guard !statement.isFromTheFuture(at: now) else { throw StatementError.fromTheFuture }
        return statement
    }

    package func isFromTheFuture(at now: WireTime) -> Bool { issuedAt > now + Self.clockDifference }

    /// The operational key with this thumbprint, if it is valid now and not revoked.
    package func key(_ thumbprint: String, at now: WireTime) -> VerifyingKey? {
        guard !revoked.contains(thumbprint) else { return nil }
        return keys.first { $0.key.thumbprint == thumbprint && $0.isValid(at: now) }?.key
    }

    /// Whether this statement may take the place of one held before: never an earlier one, nor one of the same second
    /// that revokes less, so that a replayed statement cannot bring back a revoked key.
    /// - Parameter taken: when the one held was taken, by the clock of whoever holds it.
    package func supersedes(_ held: Statement, taken: WireTime, at now: WireTime) -> Bool {
        guard root == held.root, !isFromTheFuture(at: now) else { return false }
        if held.isFromTheFuture(at: now) { return corrects(held, taken: taken, at: now) }
        return issuedAt > held.issuedAt
            || issuedAt == held.issuedAt && Set(revoked).isSuperset(of: held.revoked)
    }

    /// Whether this one sets right what a clock that was ahead has signed. Whatever its `iat` says, the one held was made
    /// before it was taken, so a replay of what was made before that is no correction; unless the holder's own clock was
    /// ahead then. And what was revoked stays revoked.
    private func corrects(_ held: Statement, taken: WireTime, at now: WireTime) -> Bool {
        let isLater = taken > now + Self.clockDifference || issuedAt >= taken - Self.clockDifference
        let listed = Set(keys.map(\.key.thumbprint)).subtracting(revoked)
        return isLater && listed.isDisjoint(with: held.revoked)
    }
}

package enum StatementError: Error, Hashable, Sendable {
    /// Signed by a root key that is not the pinned one.
    case otherRoot
    /// Made later than the clock says that it is.
    case fromTheFuture
}

/// Where an enterprise takes requests: absolute URLs at its own host.
package struct Endpoints: WireStruct {
    package var inbox: String
    package var outbox: String
    /// Below it `{link}/digest`, `{link}/confirmation` and `{link}/statement`.
    package var links: String
    /// Takes acceptances of invitations.
    package var invitations: String
    /// Below it `{digest}`, an attachment by its SHA-256 in hexadecimal.
    package var attachments: String
    package var unknown = JSONObject()

    /// The endpoints that this implementation serves, below `{origin}/{slug}/exchange`.
    package init(origin: String, slug: String) {
        let base = "\(origin)/\(slug)/exchange"
        inbox = "\(base)/inbox"
        outbox = "\(base)/outbox"
        links = "\(base)/links"
        invitations = "\(base)/invitations"
        attachments = "\(base)/attachments"
    }

    package init(_ fields: inout Fields) throws(WireError) {
        inbox = try fields.text("inbox", max: Limits.url)
        outbox = try fields.text("outbox", max: Limits.url)
        links = try fields.text("links", max: Limits.url)
        invitations = try fields.text("invitations", max: Limits.url)
        attachments = try fields.text("attachments", max: Limits.url)
    }

    package func write(to object: inout JSONObject) {
        object["inbox"] = .string(inbox)
        object["outbox"] = .string(outbox)
        object["links"] = .string(links)
        object["invitations"] = .string(invitations)
        object["attachments"] = .string(attachments)
    }

    package func digest(of link: UUID) -> String { "\(links)/\(link.wire)/digest" }
    package func confirmation(of link: UUID) -> String { "\(links)/\(link.wire)/confirmation" }
    package func statement(of link: UUID) -> String { "\(links)/\(link.wire)/statement" }
    package func attachment(_ digest: String) -> String { "\(attachments)/\(digest)" }

    /// Plain HTTP is for this very machine.
    func areAt(_ address: Address) -> Bool {
        [inbox, outbox, links, invitations, attachments].allSatisfy { url in
            url.hasPrefix("https://\(address.host)/") || address.isLoopback && url.hasPrefix("http://\(address.host)/")
        }
    }
}

/// How much an enterprise takes at once.
package struct ExchangeLimits: WireStruct {
    package var eventsPerBatch: Int
    package var bytesPerBatch: Int
    /// Batches in flight per link.
    package var batchesInFlight: Int
    package var unknown = JSONObject()

    package static let standard = ExchangeLimits(
        eventsPerBatch: 100, bytesPerBatch: 512 * 1024, batchesInFlight: 8)

    package init(eventsPerBatch: Int, bytesPerBatch: Int, batchesInFlight: Int) {
        self.eventsPerBatch = eventsPerBatch
        self.bytesPerBatch = bytesPerBatch
        self.batchesInFlight = batchesInFlight
    }

    package init(_ fields: inout Fields) throws(WireError) {
        eventsPerBatch = Int(try fields.optionalInteger("events", in: 1...1_000_000) ?? Int64(Self.standard.eventsPerBatch))
        bytesPerBatch = Int(try fields.optionalInteger("bytes", in: 65_536...1_000_000_000) ?? Int64(Self.standard.bytesPerBatch))
        batchesInFlight = Int(try fields.optionalInteger("inFlight", in: 1...1_000) ?? 8)
    }

    package func write(to object: inout JSONObject) {
        object["events"] = .integer(eventsPerBatch)
        object["bytes"] = .integer(bytesPerBatch)
        object["inFlight"] = .integer(batchesInFlight)
    }

    /// The smaller of both, which a sender keeps to.
    package func capped(by other: ExchangeLimits) -> ExchangeLimits {
        ExchangeLimits(
            eventsPerBatch: min(eventsPerBatch, other.eventsPerBatch),
            bytesPerBatch: min(bytesPerBatch, other.bytesPerBatch),
            batchesInFlight: min(batchesInFlight, other.batchesInFlight))
    }
}

/// A key that signs requests, and from when until when.
package struct OperationalKey: WireStruct {
    /// A new key is published this long before it signs.
    package static let announcedBefore: Int64 = 24 * 3600

    package var key: VerifyingKey
    package var notBefore: WireTime
    package var notAfter: WireTime
    package var unknown = JSONObject()

    package init(key: VerifyingKey, notBefore: WireTime, notAfter: WireTime) {
        self.key = key
        self.notBefore = notBefore
        self.notAfter = notAfter
    }

    package init(_ fields: inout Fields) throws(WireError) {
        key = try VerifyingKey(jwk: .object(fields.rest))
        for member in ["kty", "crv", "x", "kid", "use", "alg"] { _ = fields.value(member) }
        notBefore = WireTime(seconds: try fields.integer("nbf", in: 0...253_402_300_799))
        notAfter = WireTime(seconds: try fields.integer("exp", in: 0...253_402_300_799))
    }

    package func write(to object: inout JSONObject) {
        object.append(key.jwk)
        object["kid"] = .string(key.thumbprint)
        object["use"] = "sig"
        object["alg"] = "EdDSA"
        object["nbf"] = .integer(notBefore.seconds)
        object["exp"] = .integer(notAfter.seconds)
    }

    package func isValid(at now: WireTime) -> Bool { notBefore <= now && now < notAfter }
}

/// A JWK set (RFC 7517, section 5).
private struct KeySet: WireStruct {
    var keys: [OperationalKey]
    var unknown = JSONObject()

    init(keys: [OperationalKey]) { self.keys = keys }
    init(_ fields: inout Fields) throws(WireError) { keys = try fields.list("keys", max: 32, isRequired: true) }
    func write(to object: inout JSONObject) { object["keys"] = .array(keys.map(\.json)) }
}
