// SPDX-License-Identifier: Apache-2.0
import Crypto

/// A file as it was sent. Nothing it says about itself is verified: name and type are only claims.
///
/// What is not small lies on the disk until somebody asks for it, so that many uploads at once cost little memory.
package struct UploadedFile: Sendable {
    enum Content: Sendable {
        case memory([UInt8])
        case disk(TemporaryFile)
    }

    package let name: String
    package let claimedType: String
    /// In bytes.
    package let size: Int
    /// SHA-256 of the content, taken while it came.
    package let digest: [UInt8]
    private let content: Content

    package init(name: String, claimedType: String, bytes: [UInt8]) {
        self.init(name, claimedType, bytes.count, digest: Array(SHA256.hash(data: bytes)), .memory(bytes))
    }

    init(_ name: String, _ claimedType: String, _ size: Int, digest: [UInt8], _ content: Content) {
        self.name = name
        self.claimedType = claimedType
        self.size = size
        self.digest = digest
        self.content = content
    }

    /// The largest file accepted, in bytes.
    package static let limit = 25 * 1024 * 1024

    /// The whole content. Ask for one file's at a time, and only when it is needed.
    package func bytes() throws -> [UInt8] {
        switch content {
        case .memory(let bytes): bytes
        case .disk(let file): try file.bytes(size)
        }
    }

    func named(_ name: String) -> UploadedFile {
        UploadedFile(name, claimedType, size, digest: digest, content)
    }
}
