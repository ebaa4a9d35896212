// SPDX-License-Identifier: Apache-2.0
import Foundation

/// What two linked enterprises agreed on: kinds of case, what is shared when, under which names, and how long it is
/// kept. Both sign the same canonical bytes; changing it takes both.
package struct Contract: WireStruct {
    package static let type = "entente-contract+jws"
    package static let maxSignedBytes = 65_536

    package var link: UUID
    /// Counts up from 1 with each change.
    package var version: Int64
    package var inviter: Party
    package var accepter: Party
    /// What the accepting enterprise is to the inviting one.
    package var role: Role
    /// Kinds of case that may be handed over, such as `enquiry`.
    package var kinds: [String]
    package var fields: [SharedField: FieldRule]
    package var retention: Retention
    package var unknown = JSONObject()

    package init(
        link: UUID, version: Int64 = 1, inviter: Party, accepter: Party, role: Role, kinds: [String],
        fields: [SharedField: FieldRule], retention: Retention
    ) {
        self.link = link
        self.version = version
        self.inviter = inviter
        self.accepter = accepter
        self.role = role
        self.kinds = kinds
        self.fields = fields
        self.retention = retention
    }

    package init(_ wire: inout Fields) throws(WireError) {
        link = try wire.uuid("link")
        version = try wire.integer("version", in: 1...1_000_000)
        inviter = try wire.one("inviter")
        accepter = try wire.one("accepter")
        role = try wire.choice("role")
        kinds = try wire.texts("kinds", max: 64, eachMax: Limits.code, isRequired: true)
        retention = try wire.one("retention")
        let rules = try wire.one("fields", FieldRules.self)
        fields = rules.known
        unknownFields = rules.unknown
    }

    /// Rules for fields of a later version of this protocol: nothing is shared under them, and they are kept.
    package private(set) var unknownFields = JSONObject()

    package func write(to object: inout JSONObject) {
        object["link"] = .uuid(link)
        object["version"] = .integer(version)
        object["inviter"] = inviter.json
        object["accepter"] = accepter.json
        object["role"] = .string(role.rawValue)
        object["kinds"] = .texts(kinds)
        object["fields"] = FieldRules(known: fields, unknown: unknownFields).json
        object["retention"] = retention.json
    }

    package var canonicalBytes: [UInt8] { json.canonicalBytes }

    package func signed(by key: SigningKey) throws -> String {
        try JWS.sign(canonicalBytes, type: Self.type, key: key)
    }

    /// Reads a signed contract and verifies the signature with the signer's root key.
    package static func verify(_ compact: String, signer root: VerifyingKey) throws -> Contract {
        guard compact.utf8.count <= maxSignedBytes else {
            throw WireError("contract", .tooLarge(limit: maxSignedBytes))
        }
        let jws = try JWS(compact, type: type)
        try jws.verify(with: root)
        let payload = try JSONValue(parsing: jws.payload)
        guard !payload.holdsNull else { throw WireError("contract", .invalid(WireError.holdsNull)) }
        let contract = try Contract(payload, path: "contract")
        guard contract.canonicalBytes == jws.payload else {
            throw WireError("contract", .invalid("is not in canonical form"))
        }
        return contract
    }
}

extension Contract {
    package func allows(kind: String) -> Bool { kinds.contains(kind) }

    /// Whether a field may go over the link, before or after the offer was accepted.
    package func shares(_ field: SharedField, accepted: Bool) -> Bool {
        switch fields[field]?.shared ?? .never {
        case .beforeAcceptance: true
        case .afterAcceptance: accepted
        case .never: false
        }
    }

    package func owner(of field: SharedField) -> FieldOwner { fields[field]?.owner ?? .originator }
    package func passOn(_ field: SharedField) -> PassOn { fields[field]?.passOn ?? .never }

    /// The other party than the one with this root key.
    package func peer(of rootThumbprint: String) -> Party {
        inviter.rootThumbprint == rootThumbprint ? accepter : inviter
    }

    package func party(_ rootThumbprint: String) -> Party? {
        inviter.rootThumbprint == rootThumbprint ? inviter : accepter.rootThumbprint == rootThumbprint ? accepter : nil
    }

    /// What the other party is to the one with this root key.
    package func roleOfPeer(seenBy rootThumbprint: String) -> Role {
        inviter.rootThumbprint == rootThumbprint ? role : role.inverse
    }
}

/// One of the two enterprises of a contract.
package struct Party: WireStruct {
    package var address: Address
    package var name: String
    package var rootThumbprint: String
    /// How the other may name this enterprise to third companies: «Kraft Drives» or «a supplier».
    package var onwardName: String
    package var unknown = JSONObject()

    package init(address: Address, name: String, rootThumbprint: String, onwardName: String? = nil) {
        self.address = address
        self.name = name
        self.rootThumbprint = rootThumbprint
        self.onwardName = onwardName ?? name
    }

    package init(_ fields: inout Fields) throws(WireError) {
        address = try fields.address("address")
        name = try fields.text("name", max: Limits.name)
        rootThumbprint = try fields.text("root", max: 64)
        onwardName = try fields.text("onwardName", max: Limits.name)
    }

    package func write(to object: inout JSONObject) {
        object["address"] = .string(address.description)
        object["name"] = .string(name)
        object["root"] = .string(rootThumbprint)
        object["onwardName"] = .string(onwardName)
    }
}

package enum Role: String, Sendable, CaseIterable, Codable {
    case partner, supplier, customer

    package var inverse: Role {
        switch self {
        case .partner: .partner
        case .supplier: .customer
        case .customer: .supplier
        }
    }
}

/// The fields that a contract has a rule for.
package enum SharedField: String, Sendable, CaseIterable {
    case title, ask, question, product, serial, place, language, details, journey, attachments, messages
    case customerName = "customer.name"
    case customerContact = "customer.contact"
    case customerPlace = "customer.place"
}

package enum Sharing: String, Sendable, CaseIterable {
    case beforeAcceptance = "before", afterAcceptance = "after", never
}

/// Whose change counts; the other's is a proposal.
package enum FieldOwner: String, Sendable, CaseIterable { case originator, fulfiller, both }

package enum PassOn: String, Sendable, CaseIterable {
    /// Not to third companies.
    case never
    /// With the onward name of the party it came from.
    case underOnwardName = "onward"
}

package struct FieldRule: WireStruct {
    package var shared: Sharing
    package var owner: FieldOwner
    package var passOn: PassOn
    package var unknown = JSONObject()

    package init(_ shared: Sharing, owner: FieldOwner = .originator, passOn: PassOn = .underOnwardName) {
        self.shared = shared
        self.owner = owner
        self.passOn = passOn
    }

    package init(_ fields: inout Fields) throws(WireError) {
        shared = try fields.choice("shared")
        owner = try fields.choice("owner")
        passOn = try fields.choice("passOn")
    }

    package func write(to object: inout JSONObject) {
        object["shared"] = .string(shared.rawValue)
        object["owner"] = .string(owner.rawValue)
        object["passOn"] = .string(passOn.rawValue)
    }
}

/// How long what came over the link is kept.
package struct Retention: WireStruct {
    /// Days after a case is closed.
    package var daysAfterCase: Int64
    /// Days after the link is closed.
    package var daysAfterLink: Int64
    package var unknown = JSONObject()

    package init(daysAfterCase: Int64, daysAfterLink: Int64) {
        self.daysAfterCase = daysAfterCase
        self.daysAfterLink = daysAfterLink
    }

    package init(_ fields: inout Fields) throws(WireError) {
        daysAfterCase = try fields.integer("daysAfterCase", in: 0...36_500)
        daysAfterLink = try fields.integer("daysAfterLink", in: 0...36_500)
    }

    package func write(to object: inout JSONObject) {
        object["daysAfterCase"] = .integer(daysAfterCase)
        object["daysAfterLink"] = .integer(daysAfterLink)
    }
}

private struct FieldRules: WireStruct {
    var known: [SharedField: FieldRule]
    var unknown: JSONObject

    init(known: [SharedField: FieldRule], unknown: JSONObject) {
        self.known = known
        self.unknown = unknown
    }

    init(_ fields: inout Fields) throws(WireError) {
        known = [:]
        unknown = JSONObject()
        for field in SharedField.allCases { known[field] = try fields.optional(field.rawValue) }
    }

    func write(to object: inout JSONObject) {
        for field in SharedField.allCases { object[field.rawValue] = known[field]?.json }
    }
}
