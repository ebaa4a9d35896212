// SPDX-License-Identifier: Apache-2.0
import Foundation
import SiteTesting
import Storage
import StorageTesting
import Subprocess
import SystemPackage
import Testing

@testable import Web

/// The Python tools, which `bin/test` sets up in `.venv`.
private enum Python {
    static let interpreter = URL(filePath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: ".venv/bin/python")
    static var isReady: Bool { FileManager.default.isExecutableFile(atPath: interpreter.path) }
}

@Suite("the API description")
struct OpenAPITests {
    private func operation(_ path: String, _ method: String) async throws -> [String: Any] {
        let site = try await Notebook.site()
        let answer = try await site.answer(PlainRequest("GET", "/api/openapi.json"))
        #expect(answer.status == 200)
        let document = try #require(try JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any])
        let paths = try #require(document["paths"] as? [String: [String: [String: Any]]])
        return try #require(paths[path]?[method])
    }

    @Test("an action's input and output are described from its types")
    func described() async throws {
        let add = try await operation("/{book}/notes", "post")
        let content = try #require((add["requestBody"] as? [String: Any])?["content"] as? [String: Any])
        let schema = try #require((content["application/json"] as? [String: Any])?["schema"] as? [String: Any])
        let properties = try #require(schema["properties"] as? [String: [String: Any]])
        #expect(properties["text"]?["maxLength"] as? Int == 20)
        #expect(properties["number"]?["maximum"] as? Int == 1000)
        #expect(properties["colour"]?["enum"] as? [String] == ["red", "blue"])
        #expect(properties["due"]?["format"] as? String == "date-time")
        #expect(schema["required"] as? [String] == ["number", "text"])
        let names = (add["parameters"] as? [[String: Any]])?.compactMap { $0["name"] as? String }
        #expect(names == ["book"])
    }

    @Test("a photo is sent as multipart")
    func multipart() async throws {
        let photo = try await operation("/{book}/photos", "post")
        let content = try #require((photo["requestBody"] as? [String: Any])?["content"] as? [String: Any])
        #expect(Array(content.keys) == ["multipart/form-data"])
    }

    @Test("every status that an operation gives is described, and what sends again")
    func statuses() async throws {
        let add = try await operation("/{book}/notes", "post")
        let responses = try #require(add["responses"] as? [String: [String: Any]])
        #expect(
            responses.keys.sorted() == [
                "201", "303", "400", "401", "403", "404", "406", "409", "413", "414", "415", "422", "500", "503", "507",
            ])
        #expect(responses["201"]?["headers"] != nil && responses["422"]?["$ref"] as? String == "#/components/responses/422")
        let parameters = try #require(add["parameters"] as? [[String: Any]])
        #expect(parameters.contains { $0["$ref"] as? String == "#/components/parameters/IdempotencyKey" })
        let photo = try await operation("/{book}/photos/{name}", "get")
        #expect((photo["responses"] as? [String: Any])?.keys.contains("304") == true)
        let signIn = try await operation("/sign-in", "post")
        #expect((signIn["responses"] as? [String: Any])?.keys.contains("429") == true)
        let echo = try await operation("/{book}/echo", "post")
        let echoes = try #require(echo["responses"] as? [String: [String: Any]])
        #expect(echoes.keys.contains("202"))
        // What is refused between machines may come as problem details, or in the type of the answer.
        #expect(
            (echoes["413"]?["content"] as? [String: Any])?.keys.sorted() == ["application/octet-stream", "application/problem+json"])
        #expect(((echo["requestBody"] as? [String: Any])?["content"] as? [String: Any])?.keys.first == "application/octet-stream")
    }

    struct Half: Codable, Sendable {
        enum Kind: String, Codable { case one }
        let kind: Kind
        let text: String
    }

    @Test("what cannot be described wholly is named")
    func undescribed() async throws {
        #expect(SchemaDecoder.undescribed(in: Half.self) == ["Kind", "Half"])
        #expect(SchemaDecoder.undescribed(in: AddNote.Saved.self).isEmpty)
        #expect(try await Notebook.site().undescribed.isEmpty)
    }

    struct Maybe: Codable, Sendable {
        let text: String?
        let number: Int?
        let flag: Bool?
        let at: Timestamp?
        let list: [String]?
    }

    @Test("what may be missing is described too")
    func optional() throws {
        let schema = try #require(
            try JSONSerialization.jsonObject(with: Data(SchemaDecoder.schema(of: Maybe.self).bytes)) as? [String: Any])
        let properties = try #require(schema["properties"] as? [String: [String: Any]])
        #expect(properties.compactMapValues { $0["type"] as? String } == [
            "text": "string", "number": "integer", "flag": "boolean", "at": "string", "list": "array",
        ])
        #expect(schema["required"] == nil)
    }

    @Test("an object with any names has members of one type")
    func map() throws {
        let schema = try #require(
            try JSONSerialization.jsonObject(with: Data(SchemaDecoder.schema(of: [String: [Int]].self).bytes)) as? [String: Any])
        #expect(((schema["additionalProperties"] as? [String: Any])?["items"] as? [String: String]) == ["type": "integer"])
    }

    struct Tree: Codable, Sendable {
        let id: ID<Note>
        let at: Timestamp?
        let children: [Tree]
        let parent: [Note]?
        let kind: Colour
    }

    @Test("an output that contains itself is described once")
    func recursive() throws {
        let schema = try #require(
            try JSONSerialization.jsonObject(with: Data(SchemaDecoder.schema(of: Tree.self).bytes)) as? [String: Any])
        let properties = try #require(schema["properties"] as? [String: [String: Any]])
        #expect(properties["id"]?["format"] as? String == "uuid")
        #expect(properties["at"]?["format"] as? String == "date-time")
        #expect(properties["children"]?["type"] as? String == "array")
        #expect(properties["kind"]?["enum"] as? [String] == ["red", "blue"])
        let note = (properties["parent"]?["items"] as? [String: Any])?["properties"] as? [String: Any]
        #expect(note?.keys.sorted() == ["number", "text"])
        #expect((schema["required"] as? [String])?.contains("at") == false)
    }

    @Test(
        "openapi-spec-validator finds nothing wrong", .enabled(if: Python.isReady, "run bin/test, which sets up .venv"))
    func valid() async throws {
        let file = try TestFolder.make().appending(path: "openapi.json")
        try Data(try await Notebook.site().openAPI).write(to: file)
        let ended = try await Subprocess.run(
            .path(FilePath(Python.interpreter.path)), arguments: ["-m", "openapi_spec_validator", file.path],
            output: .string(limit: 1 << 20), error: .combinedWithOutput)
        #expect(ended.terminationStatus.isSuccess, "\(ended.standardOutput ?? "")")
    }
}
