// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation

/// Seals what nobody may read in the database's file, or in a copy of it, without a key that is kept elsewhere: AES-256-GCM
/// (NIST SP 800-38D).
package struct SealingKey: Sendable {
    /// Tells which key it is, and nothing about it.
    package let id: String
    private let key: SymmetricKey

    private static let bytes = 32

    /// A new one.
    package init() { self.init(SymmetricKey(size: .bits256)) }

    private init(_ key: SymmetricKey) {
        self.key = key
        let digest = key.withUnsafeBytes { SHA256.hash(data: Data("Entente sealing key".utf8) + Data($0)) }
        id = digest.prefix(8).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// From a file that `write` has made: 32 bytes in base64. Nobody but its owner may have access to it.
    package init(contentsOf path: String) throws(SealingProblem) {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw SealingProblem("The key file \(path) cannot be read. Make one with: entente key file \(path)")
        }
        if let mode = PrivateFile.modeOpenToOthers(path) {
            throw SealingProblem("The key file \(path) is open to others (mode \(mode)): chmod 600 \(path)")
        }
        let data = Data(base64Encoded: text.trimmingCharacters(in: .whitespacesAndNewlines))
        guard let data, data.count == Self.bytes else {
            throw SealingProblem("\(path) is no key file: it must hold 32 bytes in base64, as entente key file makes it.")
        }
        self.init(SymmetricKey(data: data))
    }

    /// Writes it to a new file that only its owner may read.
    package func write(to path: String) throws {
        guard !FileManager.default.fileExists(atPath: path) else {
            throw SealingProblem("\(path) already exists; a key in use must not be lost. Choose another name.")
        }
        PrivateFile.makeIfMissing(path)
        let text = key.withUnsafeBytes { Data($0).base64EncodedString() } + "\n"
        let file = try FileHandle(forWritingTo: URL(filePath: path))
        try file.write(contentsOf: Data(text.utf8))
        try file.synchronize()
        try file.close()
    }

    /// - Parameter context: whose it is; it opens for nobody else.
    package func seal(_ secret: [UInt8], for context: String) throws -> [UInt8] {
        let box = try AES.GCM.seal(secret, using: key, authenticating: Data(context.utf8))
        return Array(box.nonce) + Array(box.ciphertext) + Array(box.tag)
    }

    /// Throws a `SealingProblem` for what was sealed with another key or for another context, or was changed.
    package func open(_ sealed: [UInt8], for context: String) throws(SealingProblem) -> [UInt8] {
        do {
            return Array(
                try AES.GCM.open(AES.GCM.SealedBox(combined: sealed), using: key, authenticating: Data(context.utf8)))
        } catch {
            throw SealingProblem("A key in the database was changed, or belongs to somebody else. Restore a backup.")
        }
    }
}

/// What is wrong with a key file, or with what it should open; one sentence that says what to do.
package struct SealingProblem: Error, CustomStringConvertible, Equatable {
    package let description: String

    package init(_ description: String) { self.description = description }
}
