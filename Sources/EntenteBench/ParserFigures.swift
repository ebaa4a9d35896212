// SPDX-License-Identifier: Apache-2.0
import Foundation
import WorstInputs

extension Bench {
    /// What the worst megabyte that a stranger could send costs in each parser. What reaches a parser only in smaller pieces
    /// is read piece by piece.
    func parsers() async throws -> [Figure] {
        var figures: [Figure] = []
        for (parser, inputs) in Dictionary(grouping: WorstInput.all, by: \.parser).sorted(by: { $0.key < $1.key }) {
            progress("parsers: \(parser)")
            let costs = inputs.map { input in (input, (0..<max(runs, 1)).map { _ in Self.millisecondsAMegabyte(input) }) }
            guard let (worst, values) = costs.max(by: { $0.1.median < $1.1.median }) else { continue }
            let others = costs.filter { $0.0.name != worst.name }.map { "\($0.0.name) \(Figure.text($0.1.median))" }
            figures.append(
                Figure(
                    "worst megabyte, \(parser)", "ms of processor", values, .below(50),
                    limit: ([worst.name] + others.prefix(3)).joined(separator: "; ")))
        }
        return figures
    }

    private static func millisecondsAMegabyte(_ input: WorstInput) -> Double {
        let bytes = input.bytes(input.longest)
        let times = max(1, (1 << 20) / bytes.count)
        return input.cost(of: bytes, times: times).milliseconds / Double(times * bytes.count) * Double(1 << 20)
    }
}
