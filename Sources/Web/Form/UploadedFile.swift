// SPDX-License-Identifier: Apache-2.0
import Crypto

/// A file as it was sent. Nothing it says about itself is verified: name and type are only claims.
///
/// What is not small lies on the disk until somebody asks for it, so that many uploads at once cost little memory.
package struct UploadedFile: Sendable {
    private enum Content: Sendable {
        case memory([UInt8])
        case disk(TemporaryFile)
    }

    package let name: String
    package let claimedType: String
    /// In bytes.
    package let size: Int
    private let content: Content

    package init(name: String, claimedType: String, bytes: [UInt8]) {
        self.name = name
        self.claimedType = claimedType
        size = bytes.count
        content = .memory(bytes)
    }

    init(name: String, claimedType: String, _ file: TemporaryFile, size: Int) {
        self.name = name
        self.claimedType = claimedType
        self.size = size
        content = .disk(file)
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

    /// SHA-256 of the content, read piece by piece.
    func digest() throws -> [UInt8] {
        var hash = SHA256()
        switch content {
        case .memory(let bytes): hash.update(data: bytes)
        case .disk(let file): try file.read(size) { hash.update(data: $0) }
        }
        return Array(hash.finalize())
    }

    func named(_ name: String) -> UploadedFile {
        switch content {
        case .memory(let bytes): UploadedFile(name: name, claimedType: claimedType, bytes: bytes)
        case .disk(let file): UploadedFile(name: name, claimedType: claimedType, file, size: size)
        }
    }
}
