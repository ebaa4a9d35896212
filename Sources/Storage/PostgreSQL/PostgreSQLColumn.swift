// SPDX-License-Identifier: Apache-2.0
import CLibPQ
import Foundation

/// Values from PostgreSQL's binary format.
enum PostgreSQLColumn {
    static func value(_ result: OpaquePointer, _ row: Int32, _ column: Int32) throws -> SQLValue {
        guard column < PQnfields(result) else {
            throw StorageError.unexpectedValue(expected: "another column", found: "the row's end")
        }
        if PQgetisnull(result, row, column) == 1 { return .null }
        let length = Int(PQgetlength(result, row, column))
        let bytes = UnsafeRawBufferPointer(start: PQgetvalue(result, row, column), count: length)
        switch PQftype(result, column) {
        case 16: return .bool(bytes.first == 1)
        case 17: return .blob(Array(bytes))
        case 20: return .integer(bytes.bigEndian(Int64.self))
        case 21: return .integer(Int64(bytes.bigEndian(Int16.self)))
        case 23: return .integer(Int64(bytes.bigEndian(Int32.self)))
        case 26: return .integer(Int64(bytes.bigEndian(UInt32.self)))
        case 700: return .real(Double(Float(bitPattern: bytes.bigEndian(UInt32.self))))
        case 701: return .real(Double(bitPattern: bytes.bigEndian(UInt64.self)))
        // "char", name, text, json, unknown, character, varchar
        case 18, 19, 25, 114, 705, 1042, 1043: return .text(String(decoding: bytes, as: UTF8.self))
        case 1700: return try numeric(bytes)
        case 2278: return .null
        case 2950: return .uuid(UUID(uuid: bytes.loadUnaligned(as: uuid_t.self)))
        // jsonb begins with its version.
        case 3802: return .text(String(decoding: bytes.dropFirst(), as: UTF8.self))
        case let type: throw StorageError.unexpectedValue(expected: "a supported type", found: "type \(type); use CAST")
        }
    }

    /// What `sum` of BIGINT returns: base-10000 digits with a weight. An integer when it is one and fits, as in SQLite.
    private static func numeric(_ bytes: UnsafeRawBufferPointer) throws -> SQLValue {
        let count = Int(bytes.bigEndian(Int16.self))
        let weight = Int(bytes.bigEndian(Int16.self, at: 2))
        let isNegative = bytes.bigEndian(UInt16.self, at: 4) == 0x4000
        if bytes.bigEndian(UInt16.self, at: 4) == 0xC000 { return .real(.nan) }
        let digits = (0..<count).map { Int64(bytes.bigEndian(Int16.self, at: 8 + 2 * $0)) }
        if count <= weight + 1 || count == 0 {
            // Summed downwards from zero, since Int64.min has no positive counterpart.
            var value: Int64 = 0
            var isExact = true
            for place in 0..<max(weight + 1, 0) {
                let product = value.multipliedReportingOverflow(by: 10_000)
                let sum = product.partialValue.subtractingReportingOverflow(place < count ? digits[place] : 0)
                isExact = isExact && !product.overflow && !sum.overflow
                value = sum.partialValue
            }
            if isExact && (isNegative || value != .min) { return .integer(isNegative ? value : -value) }
        }
        let magnitude = digits.enumerated().reduce(0.0) { sum, digit in
            sum + Double(digit.element) * pow(10_000, Double(weight - digit.offset))
        }
        return .real(isNegative ? -magnitude : magnitude)
    }
}

extension UnsafeRawBufferPointer {
    fileprivate func bigEndian<T: FixedWidthInteger & BitwiseCopyable>(_: T.Type, at offset: Int = 0) -> T {
        T(bigEndian: loadUnaligned(fromByteOffset: offset, as: T.self))
    }
}
