// SPDX-License-Identifier: Apache-2.0
import Exchange
import Storage

extension Timestamp {
    package var wire: WireTime { WireTime(milliseconds: milliseconds) }
    package init(_ time: WireTime) { self.init(milliseconds: time.milliseconds) }
}

extension [UInt8] {
    /// Lower-case hexadecimal.
    package var hex: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// `nil` where it is not hexadecimal.
    package init?(hex: String) {
        let utf8 = Array<UInt8>(hex.utf8)
        guard utf8.count % 2 == 0 else { return nil }
        self = []
        for index in stride(from: 0, to: utf8.count, by: 2) {
            guard let byte = UInt8(String(decoding: utf8[index...(index + 1)], as: UTF8.self), radix: 16) else { return nil }
            append(byte)
        }
    }
}
