// SPDX-License-Identifier: Apache-2.0
import Crypto
import Formats
import Foundation
import HTTPTypes
import NIOCore
import Synchronization

/// The style sheet, scripts, fonts and pictures of the pages, kept in memory under a path that names their content:
/// `/assets/{fingerprint}/entente.css` never changes, so browsers keep it for ever.
package final class Assets: Sendable {
    private struct Loaded: Sendable {
        var files: [String: (bytes: ByteBuffer, type: String)] = [:]
        var fingerprint = ""
    }

    /// From where they are read again for each request, in development.
    private let folder: URL?
    private let loaded: Mutex<Loaded>

    /// Those in all folders called `Assets`.
    package init(_ files: ProgramFiles) {
        folder = nil
        loaded = Mutex(Self.load(files.inside("Assets")))
    }

    /// Those of a source tree, where a changed file counts at once; for development.
    package init(sources: URL) throws {
        folder = sources
        loaded = Mutex(Self.load(try ProgramFiles(sources: sources).inside("Assets")))
    }

    /// Those of one folder.
    package init(folder: URL) throws {
        self.folder = nil
        loaded = Mutex(Self.load(try ProgramFiles(folder: folder).inside("Pages")))
    }

    /// What goes before a file's name in a page: `/assets/1a2b3c`.
    var path: String { "/assets/" + loaded.withLock { $0.fingerprint } }

    func answer(fingerprint: String, name: String) throws -> Answer {
        if let folder {
            let fresh = Self.load(try ProgramFiles(sources: folder).inside("Assets"))
            loaded.withLock { $0 = fresh }
        }
        let (file, current) = loaded.withLock { ($0.files[name], $0.fingerprint) }
        guard let file else { throw Refusal.notFound }
        var answer = Answer(status: 200, type: file.type, bytes: file.bytes)
        // An old page may ask for an old version; it gets the new one, but must not keep it under the old name.
        let isCurrent = fingerprint == current && folder == nil
        answer.headers[.cacheControl] = isCurrent ? "public, max-age=31536000, immutable" : "no-cache"
        answer.headers[.eTag] = "\"\(current)\""
        return answer
    }

    private static func load(_ files: [(path: String, bytes: [UInt8])]) -> Loaded {
        var loaded = Loaded()
        var hash = SHA256()
        for (name, bytes) in files {
            guard let type = type(of: (name as NSString).pathExtension) else { continue }
            hash.update(data: Array(name.utf8))
            hash.update(data: bytes)
            loaded.files[name] = (ByteBuffer(bytes: bytes), type)
        }
        loaded.fingerprint = Base64URL.encode(hash.finalize().prefix(9))
        return loaded
    }

    private static func type(of pathExtension: String) -> String? {
        switch pathExtension {
        case "css": "text/css; charset=utf-8"
        case "js": "text/javascript; charset=utf-8"
        case "svg": "image/svg+xml"
        case "png": "image/png"
        case "webp": "image/webp"
        case "ico": "image/x-icon"
        case "woff2": "font/woff2"
        case "webmanifest": "application/manifest+json"
        case "json": "application/json"
        case "txt": "text/plain; charset=utf-8"
        default: nil
        }
    }
}
