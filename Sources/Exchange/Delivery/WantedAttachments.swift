// SPDX-License-Identifier: Apache-2.0

/// What a receiver still waits for over a link, for a sender that cannot be called and brings it.
package struct WantedAttachments: WireStruct {
    package static let contentType = "application/vnd.entente.wanted+json"
    package static let most = 100

    /// SHA-256, in lower-case hexadecimal.
    package var wanted: [String]
    package var unknown = JSONObject()

    package init(_ wanted: [String]) { self.wanted = wanted }

    package init(_ fields: inout Fields) throws(WireError) {
        wanted = try fields.texts("wanted", max: Self.most, eachMax: 64, isRequired: true)
    }

    package func write(to object: inout JSONObject) { object["wanted"] = .array(wanted.map { .string($0) }) }
}
