// SPDX-License-Identifier: Apache-2.0

/// Header fields in the order received; names are compared without case.
package struct Headers: Sendable, ExpressibleByDictionaryLiteral {
    package private(set) var fields: [(name: String, value: String)]

    package init(_ fields: [(name: String, value: String)] = []) { self.fields = fields }
    package init(dictionaryLiteral elements: (String, String)...) { self.fields = elements.map { ($0.0, $0.1) } }

    /// The values of all fields of this name, joined with a comma as RFC 9110 §5.3 allows.
    package subscript(_ name: String) -> String? {
        let values = all(name)
        return values.isEmpty ? nil : values.joined(separator: ", ")
    }

    package func all(_ name: String) -> [String] {
        let name = name.lowercased()
        return fields.filter { $0.name.lowercased() == name }.map(\.value)
    }

    package mutating func add(_ name: String, _ value: String) { fields.append((name, value)) }
}
