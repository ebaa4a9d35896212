// SPDX-License-Identifier: Apache-2.0
import HTTPTypes
import NIOCore
import Storage

/// One request after its head has been read, and its body where it has one.
struct Visit: Sendable {
    enum Format { case page, json }

    let method: String
    /// Path and query as received.
    let target: String
    let headers: HTTPFields
    /// The client's address as seen past trusted proxies.
    let address: String
    /// When its body had come, if it has one: from then on it is dealt with.
    var now: Timestamp
    var path: [String: String] = [:]
    var query = Fields()
    /// `nil` for a request without a body, such as any `GET`.
    var body: Fields?
    /// The form that led back to this page, when it was refused.
    var failedForm: FailedForm?
    /// The feature that answers, if it can be switched off.
    var feature: String?
    /// Whether only programs call here, whatever they accept.
    var isForPrograms = false

    var isSafe: Bool { method == "GET" || method == "HEAD" }

    var bearer: String? {
        guard let value = headers[.authorization], value.prefix(7).lowercased() == "bearer " else { return nil }
        return value.dropFirst(7).trimmed
    }

    /// What the client would rather have: JSON when it says so or sends a token or JSON, else a page.
    var format: Format {
        guard bearer == nil, !isForPrograms else { return .json }
        guard let accept = headers[.accept] else { return sendsJSON ? .json : .page }
        let json = Self.quality(of: "application/json", or: "application/problem+json", in: accept)
        let page = Self.quality(of: "text/html", or: "application/xhtml+xml", in: accept)
        if json == page { return sendsJSON ? .json : .page }
        return json > page ? .json : .page
    }

    /// Whether the client accepts a page or JSON at all.
    var isAcceptable: Bool {
        guard let accept = headers[.accept], bearer == nil else { return true }
        return Self.quality(of: "application/json", or: "text/html", in: accept) > 0
            || Self.quality(of: "text/event-stream", or: "application/problem+json", in: accept) > 0
    }

    private var sendsJSON: Bool { headers[.contentType].map { MediaValue($0).type } == "application/json" }

    /// The weight of a type in `Accept` (RFC 9110 §12.5.1); the most specific range counts.
    private static func quality(of type: String, or other: String, in accept: String) -> Double {
        var best = (specificity: -1, quality: 0.0)
        for range in MediaValue.list(accept) {
            let kind = type.prefix { $0 != "/" }
            let specificity =
                range.type == type || range.type == other
                ? 2 : range.type == kind + "/*" ? 1 : range.type == "*/*" ? 0 : -1
            guard specificity > best.specificity else { continue }
            best = (specificity, range.parameters["q"].flatMap(Double.init) ?? 1)
        }
        return best.quality
    }

    /// The first of these languages that `Accept-Language` names, else the first of all.
    func language(among languages: [String]) -> String {
        let wanted = MediaValue.list(headers[.acceptLanguage] ?? "").map { (name: $0.type.prefix(2), quality: $0.parameters["q"].flatMap(Double.init) ?? 1) }
            .filter { $0.quality > 0 }
        // `sorted` is stable: of equal weights the first counts.
        for (name, _) in wanted.sorted(by: { $0.quality > $1.quality }) where languages.contains(String(name)) {
            return String(name)
        }
        return languages.first ?? "en"
    }
}

/// A form that was refused: what was typed, and what is wrong with it.
package struct FailedForm: Sendable {
    package let name: String
    /// The first text typed into each field.
    package let values: [String: [String]]
    package let errors: [FieldError]
    /// What is wrong as a whole.
    package let message: Phrase
    /// The values of the refused form's route, such as which handover it was about.
    package let path: [String: String]

    /// `{name: {field: {value, is: {value: true}, error}, hasErrors, errors: [{field, message}]}}`
    var model: Model {
        var members: [Model.Member] = []
        for name in Set(values.keys).union(errors.map(\.field)) {
            let texts = values[name] ?? []
            let chosen = texts.map { ($0, Model.flag(true)) }
            let error = errors.first { $0.field == name }?.message
            members.append((name, ["value": .text(texts.first), "is": .object(chosen), "error": .message(error)]))
        }
        let listed: [Model] = errors.map { ["field": .text($0.field), "message": .message($0.message)] }
        members.append(("hasErrors", true))
        members.append(("errors", .list(listed.isEmpty ? [["message": .message(message)]] : listed)))
        return .object([(name, .object(members))])
    }
}
