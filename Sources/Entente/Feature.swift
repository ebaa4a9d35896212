// SPDX-License-Identifier: Apache-2.0
import Collaboration
import Storage
import Web

/// What one folder below Features adds to the product.
protocol Feature: Sendable {
    static var migrations: [Migration] { get }
    static var kinds: [any CaseKind.Type] { get }
    static var actions: [any Operation.Type] { get }
}

extension Feature {
    static var migrations: [Migration] { [] }
    static var kinds: [any CaseKind.Type] { [] }
    static var actions: [any Operation.Type] { [] }
}
