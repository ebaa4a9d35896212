// SPDX-License-Identifier: Apache-2.0
import CoreMetrics
import Foundation
import Synchronization

/// Keeps what the program measures and writes it in Prometheus' text format, for `/metrics`.
///
package final class MetricsRegistry: MetricsFactory, Sendable {
    package static let shared = MetricsRegistry()

    private let series = Mutex<[String: Series]>([:])

    package init() {}

    /// Makes it the place where all of the program's measurements go; once, at the program's start.
    package static func install() { MetricsSystem.bootstrap(shared) }

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        find(label, dimensions, .counter)
    }

    package func makeFloatingPointCounter(
        label: String, dimensions: [(String, String)]
    ) -> any FloatingPointCounterHandler {
        find(label, dimensions, .counter)
    }

    package func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler {
        find(label, dimensions, aggregate ? .histogram : .gauge)
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        find(label, dimensions, .gauge)
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        find(label, dimensions, .histogram)
    }

    package func destroyCounter(_ handler: any CounterHandler) {}
    package func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) {}
    package func destroyRecorder(_ handler: any RecorderHandler) {}
    package func destroyMeter(_ handler: any MeterHandler) {}
    package func destroyTimer(_ handler: any TimerHandler) {}

    private func find(_ label: String, _ dimensions: [(String, String)], _ kind: Series.Kind) -> Series {
        let labels = dimensions.map { "\($0.0)=\"\(Self.escape($0.1))\"" }.joined(separator: ",")
        let key = "\(label){\(labels)}"
        return series.withLock { series in
            if let found = series[key] { return found }
            let made = Series(name: label, labels: labels, kind: kind)
            series[key] = made
            return made
        }
    }

    private static func escape(_ value: String) -> String {
        value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }

    /// All series in the exposition format, version 0.0.4.
    package var text: String {
        let all = series.withLock { Array($0.values) }
        var text = ""
        for (name, members) in Dictionary(grouping: all, by: \.name).sorted(by: { $0.key < $1.key }) {
            text += "# TYPE \(name) \(members[0].kind.rawValue)\n"
            for member in members.sorted(by: { $0.labels < $1.labels }) { text += member.text }
        }
        return text + Self.process
    }

    /// Memory as Linux counts it; nothing elsewhere.
    private static var process: String {
        guard let status = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8),
            let pages = status.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
        else { return "" }
        return "# TYPE process_resident_memory_bytes gauge\nprocess_resident_memory_bytes \(pages * 4096)\n"
    }
}

/// One measured thing with one set of labels.
private final class Series: CounterHandler, FloatingPointCounterHandler, RecorderHandler, MeterHandler, TimerHandler {
    enum Kind: String { case counter, gauge, histogram }

    static let bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10]

    private struct Value {
        var sum = 0.0
        var count = 0
        var buckets = [Int](repeating: 0, count: Series.bounds.count)
    }

    let name: String
    let labels: String
    let kind: Kind
    private let value = Mutex(Value())

    init(name: String, labels: String, kind: Kind) {
        self.name = name
        self.labels = labels
        self.kind = kind
    }

    func increment(by amount: Int64) { add(Double(amount)) }
    func increment(by amount: Double) { add(amount) }
    func decrement(by amount: Double) { add(-amount) }
    func reset() { value.withLock { $0 = Value() } }
    func set(_ number: Int64) { set(Double(number)) }
    func set(_ number: Double) { value.withLock { $0.sum = number } }
    func record(_ number: Int64) { record(Double(number)) }
    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }

    func record(_ number: Double) {
        guard kind == .histogram else { return set(number) }
        value.withLock { value in
            value.sum += number
            value.count += 1
            if let bucket = Series.bounds.firstIndex(where: { number <= $0 }) { value.buckets[bucket] += 1 }
        }
    }

    private func add(_ amount: Double) { value.withLock { $0.sum += amount } }

    var text: String {
        let value = value.withLock { $0 }
        let braces = labels.isEmpty ? "" : "{\(labels)}"
        guard kind == .histogram else { return "\(name)\(braces) \(value.sum)\n" }
        let comma = labels.isEmpty ? "" : ","
        var text = ""
        var total = 0
        for (bound, count) in zip(Series.bounds, value.buckets) {
            total += count
            text += "\(name)_bucket{\(labels)\(comma)le=\"\(bound)\"} \(total)\n"
        }
        text += "\(name)_bucket{\(labels)\(comma)le=\"+Inf\"} \(value.count)\n"
        return text + "\(name)_sum\(braces) \(value.sum)\n\(name)_count\(braces) \(value.count)\n"
    }
}
