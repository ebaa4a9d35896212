// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A file that only this process can open and that has no name: it is gone with the last who holds it, however the
/// process ends.
final class TemporaryFile: Sendable {
    private let descriptor: CInt

    /// Where it takes its room from: `TMPDIR`, or else the folder for what may be large.
    private static let folder = ProcessInfo.processInfo.environment["TMPDIR"] ?? "/var/tmp"

    init() throws {
        var path = Array("\(Self.folder)/entente-upload-XXXXXX".utf8CString)
        // Created with mode 0600.
        descriptor = mkstemp(&path)
        guard descriptor >= 0 else { throw NoRoomForFiles(errno) }
        unlink(path)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }

    deinit { close(descriptor) }

    /// Appends.
    func write(_ bytes: some Collection<UInt8>) throws {
        let written = bytes.withContiguousStorageIfAvailable { write($0) } ?? Array(bytes).withUnsafeBufferPointer(write)
        guard written else { throw NoRoomForFiles(errno) }
    }

    /// The first `count` bytes. May be called from several threads.
    func bytes(_ count: Int) throws -> [UInt8] {
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, length in
            length = read(into: UnsafeMutableRawBufferPointer(buffer), at: 0)
        }
        guard bytes.count == count else { throw NoRoomForFiles(errno) }
        return bytes
    }

    /// How many bytes there were to read.
    private func read(into buffer: UnsafeMutableRawBufferPointer, at start: Int) -> Int {
        var length = 0
        while length < buffer.count {
            let got = pread(
                descriptor, buffer.baseAddress.map { $0 + length }, buffer.count - length, off_t(start + length))
            if got < 0, errno == EINTR { continue }
            guard got > 0 else { break }
            length += got
        }
        return length
    }

    private func write(_ buffer: UnsafeBufferPointer<UInt8>) -> Bool {
        var done = 0
        while done < buffer.count {
            let wrote = Foundation.write(descriptor, buffer.baseAddress.map { $0 + done }, buffer.count - done)
            if wrote < 0, errno == EINTR { continue }
            guard wrote > 0 else { return false }
            done += wrote
        }
        return true
    }
}

/// A file that was sent cannot be kept for the moment that it takes to store it.
struct NoRoomForFiles: Problem {
    /// Why, for the log.
    let code: CInt

    init(_ code: CInt) { self.code = code }

    var status: Int { 507 }
    var type: String { "no-room" }
    var title: Phrase { "There is no room for files" }
    var detail: Phrase {
        "The server cannot take files at the moment. Send the form without them, or tell the administrator that the disk is full."
    }
    var retryAfter: Int? { 60 }
}
