// SPDX-License-Identifier: Apache-2.0
import CLibPQ
import Foundation

/// The type numbers (OIDs) that Entente uses, from PostgreSQL's `pg_type.dat`.
enum PostgreSQLType {
    static let unknown: Oid = 0
    static let bool: Oid = 16
    static let bytea: Oid = 17
    static let int8: Oid = 20
    static let float8: Oid = 701
    static let uuid: Oid = 2950

    /// The type that a value asks for. Text leaves it to the server, so that it fits TEXT, JSONB and the like.
    static func of(_ value: SQLValue) -> Oid {
        switch value {
        case .null, .text: unknown
        case .integer: int8
        case .real: float8
        case .blob: bytea
        case .uuid: uuid
        case .bool: bool
        }
    }
}

/// Bound values in one buffer: in binary where the value's type is the parameter's, else as text, which the server
/// converts. A statement prepared with a NULL therefore takes any value later.
struct PostgreSQLParameters {
    private var bytes: [UInt8] = []
    private var ranges: [Range<Int>?] = []
    private var formats: [Int32] = []

    init(_ values: [SQLValue], types: [Oid]) throws {
        for (value, type) in zip(values, types) {
            let start = bytes.count
            let isBinary = PostgreSQLType.of(value) == type
            formats.append(isBinary ? 1 : 0)
            switch value {
            case .null: break
            case .text(var text): try text.withUTF8 { try appendText($0) }
            case .integer(let integer) where isBinary: appendBigEndian(integer)
            case .real(let real) where isBinary: appendBigEndian(real.bitPattern)
            case .bool(let bool) where isBinary: bytes.append(bool ? 1 : 0)
            case .uuid(let uuid) where isBinary: withUnsafeBytes(of: uuid.uuid) { bytes += $0 }
            case .blob(let blob) where isBinary: bytes += blob
            case .integer(let integer): appendText("\(integer)")
            case .real(let real): appendText("\(real)")
            case .bool(let bool): appendText("\(bool)")
            case .uuid(let uuid): appendText(uuid.uuidString)
            case .blob(let blob):
                appendText("\\x")
                bytes.removeLast()
                for byte in blob { bytes += [hexDigits[Int(byte >> 4)], hexDigits[Int(byte & 15)]] }
                bytes.append(0)
            }
            ranges.append(value == .null ? nil : start..<bytes.count)
        }
    }

    var count: Int { ranges.count }
    var byteCount: Int { bytes.count }

    /// Calls `body` with what `PQexecPrepared` takes: values, lengths, formats.
    func withPointers<R>(
        _ body: (UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<Int32>?, UnsafePointer<Int32>?) -> R
    ) -> R {
        // One byte more, so that even a single empty value has an address.
        (bytes + [0]).withUnsafeBufferPointer { buffer in
            buffer.withMemoryRebound(to: CChar.self) { buffer in
                let values = ranges.map { range in
                    range.flatMap { range in buffer.baseAddress.map { $0 + range.lowerBound } }
                }
                let lengths = ranges.map { Int32($0?.count ?? 0) }
                return body(values, lengths, formats)
            }
        }
    }

    private mutating func appendText(_ text: UnsafeBufferPointer<UInt8>) throws {
        if text.contains(0) { throw StorageError.nulInText }
        bytes += text
        bytes.append(0)
    }

    private mutating func appendText(_ text: String) {
        bytes += text.utf8
        bytes.append(0)
    }

    private mutating func appendBigEndian(_ integer: some FixedWidthInteger) {
        withUnsafeBytes(of: integer.bigEndian) { bytes += $0 }
    }
}

private let hexDigits = Array("0123456789abcdef".utf8)
