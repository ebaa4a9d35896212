// SPDX-License-Identifier: Apache-2.0

/// A JSON value (RFC 8259) to be written, such as a schema. Numbers keep their text; members keep their order.
enum JSON: Sendable {
    case null
    case bool(Bool)
    case number(String)
    case string(String)
    case array([JSON])
    case object([(name: String, value: JSON)])
}
