// SPDX-License-Identifier: Apache-2.0
import Formats
import Foundation
import HTTPTypes
import NIOCore
import Storage

/// A request that may come again because its answer was lost. Its effect happens once; who sends it again within a day
/// gets the answer of the first time.
///
/// It belongs to one caller, method and path. Within them a program's key stands for one request: other content is
/// refused. A page's key counts together with the content, because a browser that goes back shows the old key, and what
/// is typed there then is a request of its own.
struct Repeat: Sendable {
    private let key: RequestKey
    private let scope: String
    private let content: [UInt8]

    /// How long an answer is kept, in seconds.
    static let lifetime = 86_400
    /// After how many seconds without an answer a request is taken to have died with its process.
    static let patience = 120

    /// `nil` for a request without a key, or one that changes nothing.
    init?(_ visit: Visit) throws {
        guard !visit.isSafe, let key = try RequestKey(visit) else { return nil }
        self.key = key
        let parts = visit.target.split(separator: "?", maxSplits: 1)
        scope = "\(visit.method) \(parts.first ?? "")"
        let query = parts.count > 1 ? parts[1] : ""
        let content = try RequestContent(visit.body ?? Fields(), but: RequestKey.field)
        self.content = key.code(.content, of: Array("\(visit.format)\n\(query)\n".utf8) + content.bytes)
    }

    /// The answer that was kept for this request. For the first of its kind there is none, and its place is held from
    /// here to the end of the transaction, or until ``keep(_:_:)``: a second one waits for that, or is told to.
    func begin(as caller: String, _ tx: Transaction) throws -> Answer? {
        let (place, now) = (place(caller), tx.startedAt)
        let isFirst = try tx.run(
            """
            INSERT INTO kept_answers (place, content, answer, made_at) VALUES (\(place), \(content), NULL, \(now))
            ON CONFLICT (place) DO UPDATE SET content = excluded.content, answer = NULL, made_at = excluded.made_at
            WHERE kept_answers.made_at <= \(now - Self.lifetime)
                OR kept_answers.answer IS NULL AND kept_answers.made_at <= \(now - Self.patience)
            """)
        if isFirst > 0 { return nil }
        let kept: (content: [UInt8], answer: [UInt8]?)? = try tx.first(
            "SELECT content, answer FROM kept_answers WHERE place = \(place)"
        ) { try ($0.next(), $0.next()) }
        guard let kept else { throw RepeatProblem.stillRunning }
        guard kept.content == content else { throw RepeatProblem.otherRequest }
        guard let sealed = kept.answer else { throw RepeatProblem.stillRunning }
        return try Answer(kept: key.open(sealed))
    }

    func keep(_ answer: Answer, as caller: String, _ tx: Transaction) throws {
        guard let bytes = try answer.kept() else { return try giveUp(as: caller, tx) }
        let sealed = try key.seal(bytes)
        try tx.run("UPDATE kept_answers SET answer = \(sealed) WHERE place = \(place(caller)) AND content = \(content)")
    }

    /// After a failure: the same may be tried again at once.
    func giveUp(as caller: String, _ tx: Transaction) throws {
        try tx.run("DELETE FROM kept_answers WHERE place = \(place(caller)) AND content = \(content) AND answer IS NULL")
    }

    private func place(_ caller: String) -> [UInt8] {
        let text = Array("\(scope)\n\(caller)\n".utf8)
        return key.code(.place, of: key.source == .page ? text + content : text)
    }
}

/// What a form says, however it was sent: browsers choose a new boundary each time.
struct RequestContent {
    private(set) var bytes: [UInt8] = []

    init(_ fields: Fields, but key: String) throws {
        for (name, values) in fields.values.sorted(by: { $0.key < $1.key }) where name != key {
            add(Array(name.utf8))
            for value in values {
                switch value {
                case .text(let text): add(Array(text.utf8))
                case .file(let file):
                    add(Array(file.name.utf8))
                    add(file.digest)
                }
            }
            bytes.append(0)
        }
    }

    /// With its length in front, so that two parts cannot pass for two others.
    private mutating func add(_ part: [UInt8]) { bytes += Array("\(part.count):".utf8) + part }
}

extension Answer {
    private struct Kept: Codable {
        let status: Int
        let headers: [[String]]
        let body: String
    }

    /// What is kept of it: everything but what every answer says; `nil` for a stream, which has no end.
    fileprivate func kept() throws -> [UInt8]? {
        guard case .bytes(let bytes) = body else { return nil }
        let headers = headers.map { [$0.name.rawName, $0.value] }
        return try JSONText.encode(
            Kept(status: status, headers: headers, body: Base64URL.encode(bytes.readableBytesView)))
    }

    fileprivate init(kept: [UInt8]) throws {
        let kept = try JSONDecoder().decode(Kept.self, from: Data(kept))
        self.init(status: kept.status, bytes: ByteBuffer(bytes: Base64URL.decode(kept.body) ?? []))
        for pair in kept.headers where pair.count == 2 {
            if let name = HTTPField.Name(pair[0]) { headers.append(HTTPField(name: name, value: pair[1])) }
        }
        headers[.idempotentReplayed] = "true"
    }
}
