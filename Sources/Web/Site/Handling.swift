// SPDX-License-Identifier: Apache-2.0
import Formats
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Storage

/// One request on its way through an action.
struct Handling: Sendable {
    let site: Site
    var visit: Visit
    var body: ReceivedBody
    let request: Request
    let channel: (any Channel)?

    /// What an action gave, in the form in which it leaves the transaction.
    struct Result<Output: Codable & Sendable>: Sendable {
        let reply: Reply<Output>
        let page: Page?
        let frame: [String: Model]
        let locale: LocaleChoice
    }

    /// One transaction: identify, read the input, run, and build the page's model. Rendering comes after it.
    func perform<A: Action>(_: A.Type, status: Int = 200) async throws -> Answer {
        var visit = visit
        if !visit.isSafe { visit.body = try fields() }
        do {
            let (site, ready) = (site, visit)
            let again = try Repeat(ready)
            let work: @Sendable (Transaction) throws -> Outcome<A.Output> = { tx in
                let call = try site.call(A.self, ready, tx, mayWrite: !ready.isSafe)
                return try site.once(again, call.caller, ready, status, tx) {
                    try site.result(A.self, try A.run(call, tx), call, ready, tx)
                }
            }
            let outcome = try await site.metrics.timeDatabase {
                visit.isSafe ? try await site.database.read(work) : try await site.database.write(work)
            }
            if case .result(let result) = outcome, let write = result.reply.afterwards { await site.writeAfterwards(write) }
            return try site.answer(outcome, visit, status: status)
        } catch {
            return try await retry(A.self, error, visit)
        }
    }

    /// As ``perform(_:status:)``, in three steps: identify in a transaction, run, and build the page in another.
    func perform<A: AsyncAction>(async _: A.Type) async throws -> Answer {
        var visit = visit
        if !visit.isSafe { visit.body = try fields() }
        do {
            let (site, ready) = (site, visit)
            let call = try await site.database.read { tx in try site.call(A.self, ready, tx) }
            return try await site.once(try Repeat(ready), call.caller) {
                try await A.run(call, site.database)
            } answering: { reply in
                if let write = reply.afterwards { await site.writeAfterwards(write) }
                let result = try await site.database.read { tx in try site.result(A.self, reply, call, ready, tx) }
                return try site.answer(result, ready, status: 200)
            }
        } catch {
            return try await retry(A.self, error, visit)
        }
    }

    /// Finds out who calls and whether they may, before anything is read of what they send. The transaction of the action
    /// asks again: what holds then counts.
    func identify<A: Operation>(_: A.Type) async throws {
        let (site, visit) = (site, visit)
        do {
            try await site.database.read { tx in
                _ = try site.identify(A.As.self, site.credentials(visit, mayWrite: false), meeting: A.access, tx)
            }
        } catch is StorageError where visit.format == .page {
            // The action will meet it too; then there is something to show again of what was typed.
        }
    }

    func refuse(raw action: any RawAction.Type) async throws -> Answer? {
        try await action.refuse(rawCall([]), site.database).map(answer)
    }

    func perform(raw action: any RawAction.Type) async throws -> Answer {
        guard case .bytes(let bytes) = body else { throw RequestRefusal.unsupportedMediaType }
        return answer(try await action.run(rawCall(bytes), site.database))
    }

    private func rawCall(_ body: [UInt8]) -> RawCall {
        let headers = Headers(visit.headers.map { ($0.name.rawName, $0.value) })
        let query = visit.query.values.mapValues { values in
            if case .text(let text) = values.first { text } else { "" }
        }
        let method = Route.Method(rawValue: visit.method) ?? .get
        return RawCall(
            method: method, target: visit.target, path: visit.path, query: query, headers: headers, body: body,
            address: visit.address, now: visit.now, origin: site.configuration.origin, services: site.services)
    }

    private func answer(_ reply: RawReply) -> Answer {
        var answer = Answer(status: reply.status, bytes: ByteBuffer(bytes: reply.body))
        for (name, value) in reply.headers.fields {
            if let name = HTTPField.Name(name) { answer.headers.append(HTTPField(name: name, value: value)) }
        }
        return answer
    }

    /// The fields of the body, by its content type.
    func fields() throws -> Fields {
        let bytes: [UInt8]
        switch body {
        case .form(let fields): return fields
        case .bytes(let received): bytes = received
        }
        guard !bytes.isEmpty else { return Fields() }
        guard let text = visit.headers[.contentType] else { throw RequestRefusal.unsupportedMediaType }
        switch MediaValue(text).type {
        case "application/x-www-form-urlencoded": return try Fields(urlEncoded: bytes)
        case "application/json": return try Fields(json: bytes)
        default: throw RequestRefusal.unsupportedMediaType
        }
    }

    /// Shows a refused form again where it was, or throws the error on.
    private func retry<A: Operation>(_: A.Type, _ error: any Error, _ visit: Visit) async throws -> Answer {
        guard visit.format == .page, !visit.isSafe, let problem = site.problem(error, visit),
            [400, 409, 413, 422, 429, 503, 507].contains(problem.status)
        else { throw error }
        var asked = Form(describing: A.route.method)
        _ = A.Input(&asked)
        let typed = Typed(visit.body ?? Fields(), in: asked.described, errors: problem.errors)
        // Where not even the page can be read, what was typed is shown all the same.
        let lost = LostForm(problem: problem, typed: typed.lines)
        guard let page = A.retryForm, let place = FormPlace(page.route, visit, site) else {
            throw problem.status < 500 ? error : lost
        }
        var again = Visit(
            method: "GET", target: place.target, headers: visit.headers, address: visit.address, now: visit.now)
        again.path = place.path
        again.query = place.query
        again.failedForm = FailedForm(
            name: A.formName, values: typed.values, errors: typed.errors, message: problem.detail, path: visit.path)
        let handling = Handling(site: site, visit: again, body: .none, request: request, channel: channel)
        do {
            var answer = try await handling.perform(page, status: problem.status)
            if let seconds = problem.retryAfter { answer.headers[.retryAfter] = String(seconds) }
            return answer
        } catch is StorageError {
            throw lost
        }
    }
}

/// Where a refused form was: the page that sent it, which the browser names in `Referer`, or else the page with the
/// same values in its path.
struct FormPlace {
    let target: String
    let path: [String: String]
    let query: Fields

    init?(_ route: Route, _ visit: Visit, _ site: Site) {
        if let page = LocalPath(of: visit, at: site.configuration.origin), let path = page.values(of: route),
            let query = try? Fields(urlEncoded: page.query.utf8)
        {
            (self.target, self.path, self.query) = (page.text, path, query)
            return
        }
        guard route.parameters.allSatisfy({ visit.path[$0] != nil }) else { return nil }
        (target, path, query) = (route.path(visit.path), visit.path, Fields())
    }
}
