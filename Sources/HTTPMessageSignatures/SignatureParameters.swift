// SPDX-License-Identifier: Apache-2.0
import RawStructuredFieldValues

/// What a signature covers, and the parameters it was made with: the value of `@signature-params`
/// (RFC 9421, section 2.3).
package struct SignatureParameters: Hashable, Sendable {
    package var components: [Component]
    /// Seconds since 1970.
    package var created: Int64?
    /// Seconds since 1970.
    package var expires: Int64?
    package var nonce: String?
    package var algorithm: String?
    package var keyID: String?
    package var tag: String?

    package init(
        components: [Component], created: Int64? = nil, expires: Int64? = nil, nonce: String? = nil,
        algorithm: String? = nil, keyID: String? = nil, tag: String? = nil
    ) {
        self.components = components
        self.created = created
        self.expires = expires
        self.nonce = nonce
        self.algorithm = algorithm
        self.keyID = keyID
        self.tag = tag
    }

    /// The inner list with its parameters, in the order in which this implementation writes them.
    var innerList: InnerList {
        var parameters = OrderedMap<String, RFC9651BareItem>()
        parameters["created"] = created.map { .integer($0) }
        parameters["expires"] = expires.map { .integer($0) }
        parameters["nonce"] = nonce.map { .string($0) }
        parameters["alg"] = algorithm.map { .string($0) }
        parameters["keyid"] = keyID.map { .string($0) }
        parameters["tag"] = tag.map { .string($0) }
        var items = BareInnerList()
        for component in components { items.append(component.item) }
        return InnerList(bareInnerList: items, parameters: parameters)
    }

    init(_ list: InnerList) throws(SignatureError) {
        components = []
        for item in list.bareInnerList { components.append(try Component(item)) }
        guard Set(components).count == components.count else { throw .malformed("signature-input") }
        for (name, value) in list.rfc9651Parameters {
            switch (name, value) {
            case ("created", .integer(let seconds)): created = seconds
            case ("expires", .integer(let seconds)): expires = seconds
            case ("nonce", .string(let text)): nonce = text
            case ("alg", .string(let text)): algorithm = text
            case ("keyid", .string(let text)): keyID = text
            case ("tag", .string(let text)): tag = text
            case ("created", _), ("expires", _), ("nonce", _), ("alg", _), ("keyid", _), ("tag", _):
                throw .malformed("signature-input")
            default: continue
            }
        }
    }
}

extension Component {
    fileprivate var item: Item {
        var parameters = OrderedMap<String, RFC9651BareItem>()
        if isOfRequest { parameters["req"] = .bool(true) }
        parameters["key"] = key.map { .string($0) }
        return Item(bareItem: .string(name), parameters: parameters)
    }

    fileprivate init(_ item: Item) throws(SignatureError) {
        guard case .string(let name) = item.rfc9651BareItem, name == name.lowercased(), name != "@signature-params"
        else {
            throw .malformed("signature-input")
        }
        var key: String?
        var isOfRequest = false
        for (parameter, value) in item.rfc9651Parameters {
            switch (parameter, value) {
            case ("req", .bool(true)): isOfRequest = true
            case ("key", .string(let member)): key = member
            default: throw .unsupportedComponent("\(name);\(parameter)")
            }
        }
        self.init(name, key: key, isOfRequest: isOfRequest)
    }
}
