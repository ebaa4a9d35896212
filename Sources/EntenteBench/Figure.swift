// SPDX-License-Identifier: Apache-2.0

/// One line of the table.
struct Figure: Sendable {
    /// A figure beside what limits it, measured in the same run, so that it says the same on any machine.
    struct Share: Sendable {
        /// `of hello`, `× hello`.
        let limit: String
        let value: Double
        let goal: Goal
        let isPercent: Bool
    }

    enum Goal: Sendable {
        case atLeast(Double)
        case atMost(Double)
        case below(Double)
        /// Nothing was promised; it is there to compare with.
        case none
    }

    let name: String
    let unit: String
    let value: Double
    var spread: ClosedRange<Double>
    let goal: Goal
    /// What the same server, and the engine alone, could do at best: "hello 21,000/s; a row 180,000/s".
    var limit: String
    private var share: Share?

    /// The median of several measurements.
    init(_ name: String, _ unit: String, _ values: [Double], _ goal: Goal, limit: String = "") {
        let sorted = values.sorted()
        self.name = name
        self.unit = unit
        value = sorted.isEmpty ? 0 : sorted[sorted.count / 2]
        spread = (sorted.first ?? 0)...(sorted.last ?? 0)
        self.goal = goal
        self.limit = limit
    }

    /// The same in percent of what another figure is.
    func of(_ limit: Double, _ name: String, atLeast goal: Double?) -> Figure {
        sharing(Share(limit: "of \(name)", value: 100 * value / limit, goal: goal.map { .atLeast(100 * $0) } ?? .none, isPercent: true))
    }

    /// The same as how many times another figure it is.
    func times(_ limit: Double, _ name: String, atMost goal: Double?) -> Figure {
        sharing(Share(limit: "× \(name)", value: value / limit, goal: goal.map { .atMost($0) } ?? .none, isPercent: false))
    }

    private func sharing(_ share: Share) -> Figure {
        var figure = self
        figure.share = share
        return figure
    }

    var fallsShort: Bool { goal.isMissed(by: value) || share.map { $0.goal.isMissed(by: $0.value) } ?? false }

    static let heading = """
        | figure | unit | this run | lowest – highest | of its limit | target | | beside it |
        |---|---|---:|---:|---:|---:|---|---|
        """

    var row: String {
        let target = share.flatMap { share in share.goal.text.map { $0 + (share.isPercent ? " %" : " ×") } } ?? goal.text ?? ""
        let verdict = target.isEmpty ? "" : fallsShort ? "**falls short**" : "met"
        let range = "\(Self.text(spread.lowerBound)) – \(Self.text(spread.upperBound))"
        let part = share.map { "\(Self.text($0.value)) \($0.isPercent ? "% " : "")\($0.limit)" } ?? ""
        return "| \(name) | \(unit) | \(Self.text(value)) | \(range) | \(part) | \(target) | \(verdict) | \(limit) |"
    }

    /// Three digits that matter, with commas: `12,300`, `0.0421`.
    static func text(_ value: Double) -> String {
        if value == 0 { return "0" }
        var scale = 1.0
        while value / scale >= 1000 { scale *= 10 }
        while value / scale < 100 { scale /= 10 }
        let rounded = (value / scale).rounded() * scale
        if rounded >= 100 {
            var digits = String(Int(rounded.rounded()))
            var groups: [String] = []
            while digits.count > 3 {
                groups.insert(String(digits.suffix(3)), at: 0)
                digits.removeLast(3)
            }
            return ([digits] + groups).joined(separator: ",")
        }
        let places = rounded >= 10 ? 1 : rounded >= 1 ? 2 : 3
        let power = [1.0, 10, 100, 1000][places]
        let scaled = Int((rounded * power).rounded())
        var fraction = String(scaled % Int(power))
        while fraction.count < places { fraction = "0" + fraction }
        while fraction.hasSuffix("0") { fraction.removeLast() }
        return fraction.isEmpty ? "\(scaled / Int(power))" : "\(scaled / Int(power)).\(fraction)"
    }
}

extension Figure.Goal {
    fileprivate func isMissed(by value: Double) -> Bool {
        switch self {
        case .atLeast(let goal): value < goal
        case .atMost(let goal): value > goal
        case .below(let goal): value >= goal
        case .none: false
        }
    }

    /// `nil` where nothing was promised.
    fileprivate var text: String? {
        switch self {
        case .atLeast(let goal): "≥ \(Figure.text(goal))"
        case .atMost(let goal): "≤ \(Figure.text(goal))"
        case .below(let goal): "< \(Figure.text(goal))"
        case .none: nil
        }
    }
}

extension Duration {
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) / 1e18 }
    var milliseconds: Double { seconds * 1000 }
}

extension [Double] {
    /// The value below which 99 of 100 are.
    var p99: Double { isEmpty ? 0 : sorted()[Swift.min(count - 1, count * 99 / 100)] }
}
