// SPDX-License-Identifier: Apache-2.0
import Foundation
import HTTPMessageSignatures
import Subprocess
import SystemPackage
import Testing

@testable import Exchange

/// The Python implementation in `Tests/Interop`, which `bin/test` sets up in `.venv`.
private enum Python {
    static let tests = URL(filePath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent()
    static let interpreter = tests.deletingLastPathComponent().appending(path: ".venv/bin/python")
    static var isReady: Bool { FileManager.default.isExecutableFile(atPath: interpreter.path) }

    /// Runs all commands in one process and returns its answers, in order.
    static func run(_ commands: [JSONObject]) async throws -> [JSONObject] {
        let input: [UInt8] = commands.flatMap { (command: JSONObject) -> [UInt8] in
            JSONValue.object(command).bytes + [0x0A]
        }
        let ended = try await Subprocess.run(
            .path(FilePath(interpreter.path)),
            arguments: [tests.appending(path: "Interop/http_message_signatures.py").path], input: .array(input),
            output: .bytes(limit: 1 << 20), error: .currentStandardError)
        return try ended.standardOutput.split(separator: 0x0A).map { try #require(JSONValue(parsing: $0).object) }
    }
}

@Suite("Another implementation of RFC 9421", .enabled(if: Python.isReady, "run bin/test, which sets up .venv"))
struct InteropTests {
    let key = SigningKey()
    let target = "https://kraft.example/kraft-drives/exchange/inbox"
    let body = Batch.encode([Sample.event(1).bytes])
    let now = WireTime(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
    let nonce = [UInt8](repeating: 7, count: 16)

    func object(_ fields: [Field]) -> JSONValue {
        .object(JSONObject(unique: fields.map { ($0.name, .string($0.value)) }))
    }

    func fields(_ value: JSONValue?) throws -> [Field] {
        try #require(value?.object).members.map { Field($0.name, $0.value.string ?? "") }
    }

    /// The text with another character in its middle.
    func altered(_ text: String) -> String {
        var characters = Array(text)
        characters[characters.count / 2] = characters[characters.count / 2] == "e" ? "f" : "e"
        return String(characters)
    }

    func base64(_ bytes: [UInt8]) -> JSONValue { .string(Data(bytes).base64EncodedString()) }

    func requestFields() throws -> [Field] {
        try RequestProfile.sign(
            method: "POST", targetURI: target, destination: Sample.kraft, body: (Batch.contentType, body), key: key,
            now: now, nonce: nonce)
    }

    func command(_ verb: JSONValue, _ headers: [Field], components: [Component]) -> JSONObject {
        [
            "do": verb, "method": "POST", "url": .string(target), "headers": object(headers), "body": base64(body),
            "publicKey": base64(key.verifyingKey.rawRepresentation), "privateKey": base64(key.rawRepresentation),
            "keyID": .string(key.thumbprint), "created": .integer(now.seconds), "expires": .integer(now.seconds + 300),
            "nonce": .string(Base64URL.encode(nonce)), "components": .array(components.map { .string(serialized($0)) }),
        ]
    }

    func serialized(_ component: Component) -> String {
        "\"\(component.name)\"" + (component.isOfRequest ? ";req" : "") + (component.key.map { ";key=\"\($0)\"" } ?? "")
    }

    @Test("verifies our request, and refuses it after any change")
    func verifiesOurs() async throws {
        let signed = try requestFields()
        let components = RequestProfile.components(hasBody: true)
        let good = command("verify", signed, components: components)
        var commands = [good]
        for index in signed.indices {
            var changed = signed
            changed[index].value = altered(changed[index].value)
            commands.append(command("verify", changed, components: components))
        }
        for (name, value): (String, JSONValue) in [
            ("method", "PUT"), ("url", .string(target + "x")), ("body", base64(body + [0x20])),
            ("publicKey", base64(SigningKey().verifyingKey.rawRepresentation)),
        ] {
            var changed = good
            changed[name] = value
            commands.append(changed)
        }
        let answers = try await Python.run(commands)
        #expect(answers.count == commands.count)
        #expect(answers[0]["verified"] == true, "\(answers[0])")
        for answer in answers.dropFirst() { #expect(answer["verified"] == false) }
    }

    @Test("makes a request that we let in, and refuse after any change")
    func verifiesTheirs() async throws {
        let unsigned = [
            Field("Content-Type", Batch.contentType), Field("Content-Digest", ContentDigest.value(for: body)),
            Field("Entente-Destination", Sample.kraft.description),
        ]
        let answer = try await Python.run([command("sign", unsigned, components: RequestProfile.components(hasBody: true))])[
            0]
        let signed = try fields(answer["headers"])
        func verify(_ fields: [Field], body: [UInt8]) throws {
            let message = HTTPMessage.request(method: "POST", targetURI: target, fields: fields)
            _ = try RequestProfile.read(message, body: body, destination: Sample.kraft, now: now).verify(
                with: key.verifyingKey)
        }
        try verify(signed, body: body)
        #expect(throws: SignedRequestRefusal.wrongDigest) { try verify(signed, body: body + [0x20]) }
        for index in signed.indices {
            var changed = signed
            changed[index].value = altered(changed[index].value)
            #expect(throws: SignedRequestRefusal.self) { try verify(changed, body: body) }
        }
    }

    @Test("verifies our response over its request, and makes one that we take")
    func responses() async throws {
        let signed = try requestFields()
        let request = HTTPMessage.request(method: "POST", targetURI: target, fields: signed)
        let receipts = Receipts([Receipt(id: "1", status: .stored, outcome: .applied)]).json.bytes
        let components = ResponseProfile.components(requestHasBody: true)
        let ours = try ResponseProfile.sign(
            status: 202, contentType: Receipts.contentType, body: receipts, answering: request, key: key, now: now)

        var verify = command("verify", signed, components: components)
        verify["status"] = 202
        verify["responseHeaders"] = object(ours)
        verify["body"] = base64(receipts)
        var otherStatus = verify
        otherStatus["status"] = 200
        var sign = verify
        sign["do"] = "sign"
        sign["expires"] = nil
        sign["nonce"] = nil
        sign["responseHeaders"] = object(Array(ours.prefix(2)))

        let answers = try await Python.run([verify, otherStatus, sign])
        #expect(answers[0]["verified"] == true, "\(answers[0])")
        #expect(answers[1]["verified"] == false)
        let theirs = try fields(answers[2]["headers"])
        try ResponseProfile.verify(
            status: 202, fields: theirs, body: receipts, answering: request, now: now, find: { _ in key.verifyingKey })
        #expect(throws: (any Error).self) {
            try ResponseProfile.verify(
                status: 409, fields: theirs, body: receipts, answering: request, now: now,
                find: { _ in key.verifyingKey })
        }
    }
}
