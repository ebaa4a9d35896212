// SPDX-License-Identifier: Apache-2.0

/// The stages of a kind of case and the moves between them.
package struct Lifecycle: Sendable {
    package struct Stage: Sendable, Equatable {
        package let name: String
        /// English; translated where it is shown.
        package let title: String
        package let isOpen: Bool

        package init(_ name: String, _ title: String, isOpen: Bool = true) {
            self.name = name
            self.title = title
            self.isOpen = isOpen
        }
    }

    package let stages: [Stage]
    private let moves: [String: [String]]

    /// The first stage is where a case begins. `moves` names, per stage, the stages that may follow.
    package init(_ stages: [Stage], moves: [String: [String]]) {
        self.stages = stages
        self.moves = moves
    }

    package var first: Stage { stages[0] }

    package func stage(_ name: String) -> Stage? { stages.first { $0.name == name } }

    package func following(_ name: String) -> [Stage] {
        moves[name, default: []].compactMap(stage)
    }

    package func allows(_ from: String, to: String) -> Bool {
        moves[from, default: []].contains(to)
    }
}
