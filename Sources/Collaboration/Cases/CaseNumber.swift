// SPDX-License-Identifier: Apache-2.0
import Web

/// The `{number}` of a case's address: `V-1042`, or `1042` alone.
package struct CaseNumber: Sendable {
    let value: Int

    /// An impossible number is the number of no case.
    package init(_ form: inout Form) {
        let text = form.path("number")
        value = text.split(separator: "-").last.flatMap { Int($0) } ?? 0
    }
}

extension CaseStore {
    package func take(_ number: CaseNumber) throws -> Case { try take(number: number.value) }

    package func find(_ number: CaseNumber) throws -> Case {
        guard let item = try find(number: number.value) else { throw Missing.case }
        return item
    }
}

extension Desk {
    /// The address of a case's page on this node.
    package func path(to item: Case) -> String {
        "/\(enterprise.slug)/cases/\(enterprise.reference(item.number))"
    }
}
