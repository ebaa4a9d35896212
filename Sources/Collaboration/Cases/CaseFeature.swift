// SPDX-License-Identifier: Apache-2.0
import Office
import Web

/// A feature that brings kinds of case.
package protocol CaseFeature: Feature {
    static var kinds: [any CaseKind.Type] { get }
}

extension OptionalFeature where Self: CaseFeature {
    /// Open cases of its kinds.
    package static func openWork(_ desk: Desk) throws -> Int {
        try kinds.reduce(0) { sum, kind in
            var filter = CaseFilter()
            filter.kind = kind.name
            return try sum + desk.cases.count(filter, by: nil)
        }
    }
}

private enum KindsKey: ServiceKey { static let defaultValue = Kinds([]) }

extension Kernel {
    package var kinds: Kinds {
        get { self[KindsKey.self] }
        set { self[KindsKey.self] = newValue }
    }
}
