// SPDX-License-Identifier: Apache-2.0
import CLibPQ

/// A failed result, told apart by its SQLSTATE (PostgreSQL manual, appendix A).
struct PostgreSQLFailure {
    private let state: String
    private let message: String
    private let table: String
    private let column: String
    private let constraint: String
    private let detail: String

    init(_ result: OpaquePointer) {
        func field(_ code: Unicode.Scalar) -> String {
            PQresultErrorField(result, Int32(code.value)).map { String(cString: $0) } ?? ""
        }
        state = field("C")
        message = field("M")
        table = field("t")
        column = field("c")
        constraint = field("n")
        detail = field("D")
    }

    /// "cached plan must not change result type": a migration ran since the statement was prepared.
    var outdatesStatements: Bool { state == "0A000" && message.contains("cached plan") || state == "26000" }

    var wantsRetry: Bool { ["40001", "40P01", "55P03"].contains(state) || outdatesStatements }

    var error: StorageError {
        // The next attempt prepares the statement anew.
        if outdatesStatements { return .busy }
        switch state {
        case "23505": return .uniqueViolation(table: table, columns: uniqueColumns)
        case "23503": return .foreignKeyViolation(table: table)
        case "23514": return .checkViolation(constraint: constraint)
        case "23502": return .notNullViolation(table: table, column: column)
        case "25006": return .readOnly
        case "40001", "40P01", "55P03", "57014": return .busy
        case "53100": return .full(message)
        // What libpq says itself, such as that the server has gone, has no SQLSTATE.
        case "57P01", "57P02", "57P03", "": return .connectionLost(message)
        default: break
        }
        switch state.prefix(2) {
        case "42" where state == "42501": return .notAllowed(message)
        case "08": return .connectionLost(message)
        case "53": return .connectionLost(message)
        case "58", "XX": return .unusable("\(message) (PostgreSQL \(state))")
        case "22", "54": return .invalidValue(message)
        case "42", "0A": return .invalidSQL(message)
        default: return .engine(code: "PostgreSQL \(state)", message: message)
        }
    }

    /// From the detail `Key (enterprise, number)=(…) already exists.`, the only place that names them.
    private var uniqueColumns: [String] {
        guard let open = detail.firstIndex(of: "("), let close = detail.range(of: ")=(") else { return [] }
        return detail[detail.index(after: open)..<close.lowerBound].split(separator: ", ").map(String.init)
    }
}

/// A message of libpq, whose lines end with newlines.
func trimmed(_ message: UnsafePointer<CChar>?) -> String {
    guard let message else { return "" }
    return String(cString: message).split(separator: "\n").joined(separator: " ")
}
