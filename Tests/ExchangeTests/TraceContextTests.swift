// SPDX-License-Identifier: Apache-2.0
import Exchange
import Testing

@Suite("Trace context")
struct TraceContextTests {
    private let example = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

    @Test("the next event has the trace and the flags, and a span of its own")
    func next() throws {
        let trace = try #require(TraceContext(example))
        #expect(trace.traceparent == example)
        var random = SystemRandomNumberGenerator()
        let next = trace.next(using: &random)
        #expect(next.trace == trace.trace && next.span != trace.span && next.traceparent.hasSuffix("-01"))
        #expect(TraceContext(next.traceparent) == next)
    }

    @Test("a trace that begins here can be read")
    func begun() {
        for _ in 0..<100 {
            let trace = TraceContext.begun()
            #expect(TraceContext(trace.traceparent) == trace)
        }
    }

    @Test("a later version is read as far as it is known")
    func later() {
        #expect(
            TraceContext("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what-comes")?.traceparent == example)
    }

    @Test(
        "what is not a traceparent begins anew",
        arguments: [
            "", "00", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
        ])
    func none(text: String) { #expect(TraceContext(text) == nil) }
}
