// SPDX-License-Identifier: Apache-2.0

/// What a file is, judged by its first bytes and never by what its sender says (WHATWG MIME Sniffing, section 6).
package enum FileType: String, Sendable, CaseIterable {
    case png = "image/png"
    case jpeg = "image/jpeg"
    case gif = "image/gif"
    case webp = "image/webp"
    case pdf = "application/pdf"
    case zip = "application/zip"
    case text = "text/plain"
    case unknown = "application/octet-stream"

    package init(sniffing bytes: [UInt8]) {
        func starts(_ prefix: [UInt8], at offset: Int = 0) -> Bool {
            bytes.count >= offset + prefix.count && bytes[offset..<(offset + prefix.count)].elementsEqual(prefix)
        }
        self =
            if starts([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
                .png
            } else if starts([0xFF, 0xD8, 0xFF]) {
                .jpeg
            } else if starts(Array("GIF87a".utf8)) || starts(Array("GIF89a".utf8)) {
                .gif
            } else if starts(Array("RIFF".utf8)) && starts(Array("WEBPVP".utf8), at: 8) {
                .webp
            } else if starts(Array("%PDF-".utf8)) {
                .pdf
            } else if starts([0x50, 0x4B, 0x03, 0x04]) {
                .zip
            } else if Self.isPlainText(bytes.prefix(1445)) {
                .text
            } else {
                .unknown
            }
    }

    /// Whether a browser may show it in a page; everything else is only offered to be saved.
    package var isShownInline: Bool {
        switch self {
        case .png, .jpeg, .gif, .webp: true
        case .pdf, .zip, .text, .unknown: false
        }
    }

    /// No byte of the resource header is a binary data byte (WHATWG MIME Sniffing, section 3).
    private static func isPlainText(_ bytes: ArraySlice<UInt8>) -> Bool {
        !bytes.isEmpty && bytes.allSatisfy { $0 > 0x1F || ($0 >= 0x09 && $0 <= 0x0D && $0 != 0x0B) || $0 == 0x1B }
    }
}
