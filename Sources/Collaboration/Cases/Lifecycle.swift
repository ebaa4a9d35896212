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

    package let first: Stage
    package let stages: [Stage]
    private let moves: [String: [String]]

    /// - Parameters:
    ///   - first: where a case begins.
    ///   - moves: per stage, the stages that may follow.
    package init(_ first: Stage, _ others: Stage..., moves: [String: [String]]) {
        self.first = first
        stages = [first] + others
        self.moves = moves
    }

    /// Stages that the moves name and that there are not, and names that two stages have.
    var mistakes: [String] {
        let names = stages.map(\.name)
        let unknown = Set(moves.flatMap { [$0.key] + $0.value }).subtracting(names).sorted()
        return unknown.map { "a move names the stage “\($0)”, which does not exist" }
            + Set(names).sorted().filter { name in names.count { $0 == name } > 1 }.map { "two stages are named “\($0)”" }
    }

    package func stage(_ name: String) -> Stage? { stages.first { $0.name == name } }

    package func following(_ name: String) -> [Stage] {
        moves[name, default: []].compactMap(stage)
    }

    package func allows(_ from: String, to: String) -> Bool {
        moves[from, default: []].contains(to)
    }
}
