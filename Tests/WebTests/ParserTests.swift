// SPDX-License-Identifier: Apache-2.0
import Testing
import WorstInputs

@testable import Web

/// One after the other: they measure processor time, and each other's caches are the others' noise.
@Suite("parsers and their worst inputs", .serialized)
struct ParserTests {
    @Test("twice the bytes cost at most 2.5 times the processor", arguments: WorstInput.all)
    func growth(input: WorstInput) {
        let count = min(input.longest / 2, 32 * 1024)
        let (once, twice) = (input.bytes(count), input.bytes(2 * count))
        // Often enough to be measured. Both are measured in turn, so that what disturbs one disturbs the other, and of many
        // turns the middle one counts.
        let times = max(1, min(1000, Int(Duration.milliseconds(4) / max(input.cost(of: once), .microseconds(1)))))
        var ratios: [Double] = []
        var middle = Double.infinity
        while ratios.count < 5 || middle > 2.5 && ratios.count < 100 {
            let base = input.cost(of: once, times: times)
            ratios.append(input.cost(of: twice, times: times) / base)
            middle = ratios.sorted()[ratios.count / 2]
        }
        #expect(middle <= 2.5, "\(input): twice \(count) bytes cost \(middle) times as much")
    }

    @Test("JSON with more fields than a form has is refused while it is read")
    func tooManyValues() throws {
        let many = Array("{\"a\":[".utf8) + Array(repeating: Array("0,".utf8), count: 500_000).joined() + Array("x".utf8)
        #expect(throws: MalformedRequest.self) { try Fields(json: many) }
        do { _ = try Fields(json: many) } catch let error as MalformedRequest {
            #expect("\(error.detail)".contains("too many fields"))
        }
    }

    @Test("the name of a field is short, and is not joined to others before that is known")
    func longNames() {
        let long = String(repeating: "n", count: 100_000)
        let members = (0..<500).map { "\"\($0)\":1" }.joined(separator: ",")
        #expect(throws: MalformedRequest.self) { try Fields(json: Array("{\"\(long)\":{\(members)}}".utf8)) }
        #expect(throws: MalformedRequest.self) { try Fields(urlEncoded: Array("\(long)=1".utf8)) }
    }

    @Test("a form with files is read the same however it is cut into chunks", arguments: [1, 2, 7, 64, 10_000])
    func chunks(size: Int) throws {
        let body = Array(
            """
            preamble\r\n--b\r\nContent-Disposition: form-data; name="text"\r\n\r\none\r\n--\r\n--\r\n--b\r
            Content-Disposition: form-data; name="empty"\r\n\r\n\r\n--b\r
            Content-Type: image/png\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n\r\n--c\r\n--b--\r\n--b
            """.utf8)
        var reader = try MultipartReader(boundary: "b", textLimit: 100)
        for start in stride(from: 0, to: body.count, by: size) {
            try reader.take(body[start..<min(start + size, body.count)])
        }
        let fields = try reader.finish()
        #expect(fields.texts("text") == ["one\r\n--\r\n--"])
        #expect(fields.texts("empty") == [""])
        #expect(try fields.files("file").first?.bytes() == Array("\r\n--c".utf8))
        #expect(fields.files("file").first?.name == "a.png")
    }

    @Test("a large file lies on the disk until it is asked for, and is the same then")
    func large() throws {
        let content = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) }
        var reader = try MultipartReader(boundary: "b", textLimit: 100)
        try reader.take(Array("--b\r\nContent-Disposition: form-data; name=f; filename=f\r\n\r\n".utf8))
        for start in stride(from: 0, to: content.count, by: 50_000) { try reader.take(content[start..<start + 50_000]) }
        #expect(reader.memory < 1000)
        #expect(reader.disk > 290_000)
        try reader.take(Array("\r\n--b--".utf8))
        let file = try #require(try reader.finish().files("f").first)
        #expect(file.size == content.count)
        #expect(try file.bytes() == content)
        #expect(try file.named("g").bytes() == content)
    }

    @Test(
        "a part's headers are few and short",
        arguments: [
            String(repeating: "A: b\r\n", count: 17), "A: " + String(repeating: "b", count: 9000) + "\r\n",
            "A: " + String(repeating: "b", count: 9000),
        ])
    func headers(text: String) throws {
        var reader = try MultipartReader(boundary: "b", textLimit: 100)
        #expect(throws: MalformedRequest.self) {
            try reader.take(Array("--b\r\n\(text)".utf8))
            _ = try reader.finish()
        }
    }

    @Test("texts beside files have a limit of their own")
    func texts() throws {
        var reader = try MultipartReader(boundary: "b", textLimit: 100)
        #expect(throws: TooLarge.self) {
            for name in ["a", "b"] {
                try reader.take(Array("--b\r\nContent-Disposition: form-data; name=\(name)\r\n\r\n".utf8))
                try reader.take(Array((String(repeating: "x", count: 60) + "\r\n").utf8))
            }
        }
    }
}
