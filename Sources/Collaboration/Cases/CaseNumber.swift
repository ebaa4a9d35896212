// SPDX-License-Identifier: Apache-2.0
import Office
import Web

/// The `{number}` of a case's address: `V-1042`, or `1042` alone.
package struct CaseNumber: Sendable {
    fileprivate let text: String

    package init(_ form: inout Form) { text = form.path("number") }
}

extension CaseStore {
    package func find(_ number: CaseNumber) throws -> Case {
        guard let item = try find(number: value(of: number)) else { throw Missing.case }
        return item
    }

    /// Another company's prefix, as any other text, names no case here.
    func value(of number: CaseNumber) throws -> Int {
        guard let value = number.text.split(separator: "-").last.flatMap({ Int($0) }),
            number.text.uppercased() == desk.enterprise.reference(value).uppercased() || number.text == "\(value)"
        else { throw Missing.case }
        return value
    }
}

extension Desk {
    /// The address of a case's page on this node.
    package func path(to item: Case) -> String {
        "/\(enterprise.slug)/cases/\(enterprise.reference(item.number))"
    }
}

extension Missing { package static let `case` = Missing("case") }

extension Permission {
    package static let casesRead = Permission(everybody: "cases.read")
    package static let casesWrite = Permission("cases.write", .administrator, .sales, .service, .marketing, .finance)
}
