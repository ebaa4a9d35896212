// SPDX-License-Identifier: Apache-2.0
import Formats
import Foundation
import HTTPTypes
import Logging
import NIOCore
import Storage

extension Site {
    /// The problem that an error is for the caller; `nil` for what nobody foresaw.
    func problem(_ error: any Error, _ visit: Visit) -> (any Problem)? {
        switch error {
        case let problem as any Problem: problem
        case let error as StorageError: StorageProblem(error)
        default: nil
        }
    }

    /// Turns any error into an answer. What nobody foresaw is logged here, once, with the route's shape of the path but
    /// without what people typed.
    func answer(to error: any Error, _ visit: Visit) async -> Answer {
        if let left = error as? ClientLeft { logger.debug("A client left", metadata: ["reason": "\(left.reason)"]) }
        if let problem = problem(error, visit) { return answer(problem, visit) }
        let id = Base64URL.encode(RandomToken.bytes().prefix(9))
        logger.error("Unexpected error", metadata: ["id": "\(id)", "error": "\(type(of: error)): \(error)"])
        return answer(UnexpectedProblem(id: id), visit)
    }

    private func answer(_ problem: any Problem, _ visit: Visit) -> Answer {
        var answer = visit.format == .page ? page(problem, visit) : json(problem, visit)
        answer.headers[.cacheControl] = "no-store"
        if let seconds = problem.retryAfter { answer.headers[.retryAfter] = String(seconds) }
        if !problem.allowed.isEmpty { answer.headers[.allow] = problem.allowed.joined(separator: ", ") }
        if problem.status == 401 { answer.headers[.wwwAuthenticate] = "Bearer realm=\"entente\"" }
        return answer
    }

    private func page(_ problem: any Problem, _ visit: Visit) -> Answer {
        if let path = problem.redirect {
            var answer = Answer(status: 303)
            let back = visit.isSafe ? "?to=\(PercentEncoding.encode(visit.target))" : ""
            answer.headers[.location] = path + back
            return answer
        }
        let isWorthRetrying = problem.status != 404 && problem.status != 405
        // A page within an enterprise leads to its front; the front itself, if it is not there, to the node's.
        let front = visit.path["enterprise"].flatMap { LocalPath("/\(PercentEncoding.encode($0))")?.text }
        let home = front.flatMap { visit.target.hasPrefix($0 + "/") ? $0 : nil } ?? "/"
        let typed = (problem as? LostForm)?.typed ?? []
        let model: [String: Model] = [
            "status": .number(problem.status), "detail": .message(problem.detail), "home": .text(home),
            "errors": .list(problem.errors.map { ["field": .text($0.field), "message": .message($0.message)] }),
            "back": isWorthRetrying ? .text(LocalPath(of: visit, at: configuration.origin)?.text) : .none,
            "hasTyped": .flag(!typed.isEmpty),
            "typed": .list(typed.map { ["label": .message($0.label), "text": .text($0.text)] }),
        ]
        let page = Page("error", title: problem.title, layout: .bare, model)
        do {
            return try show(page, [:], locale(visit), visit, status: problem.status)
        } catch {
            logger.error("The error page cannot be rendered", metadata: ["error": "\(error)"])
            return .text("\(problem.title). \(problem.detail)", status: problem.status)
        }
    }

    private func json(_ problem: any Problem, _ visit: Visit) -> Answer {
        let language = locale(visit).language
        let translations = templates.translations
        let details = ProblemDetails(
            type: "\(configuration.origin)/problems/\(problem.type)",
            title: translations.text(problem.title, in: language),
            status: problem.status, detail: translations.text(problem.detail, in: language),
            errors: problem.errors.map {
                ProblemDetails.Member(field: $0.field, message: translations.text($0.message, in: language))
            })
        let bytes = (try? JSONText.encode(details)) ?? []
        return .json(ByteBuffer(bytes: bytes), status: problem.status, type: "application/problem+json")
    }
}

/// The members of RFC 9457, and `errors` per field.
struct ProblemDetails: Codable, Sendable {
    struct Member: Codable, Sendable {
        let field: String
        let message: String
    }

    let type: String
    let title: String
    let status: Int
    let detail: String
    let errors: [Member]
}

/// What the database's refusals mean to a caller, for those that a verb did not foresee.
struct StorageProblem: Problem {
    let status: Int
    let type: String
    let title: Phrase
    let detail: Phrase
    let retryAfter: Int?

    init?(_ error: StorageError) {
        switch error {
        case .uniqueViolation, .foreignKeyViolation:
            status = 409
            type = "conflict"
            title = "Somebody was faster"
            detail =
                "What you sent does not fit what is there now. Reload the page, look again, and repeat your change."
            retryAfter = nil
        case .busy, .connectionLost, .closed:
            status = 503
            type = "database-away"
            title = "The database does not answer"
            detail = "Wait a moment, then try again. What you typed has not been saved."
            retryAfter = 5
        case .full:
            status = 507
            type = "disk-full"
            title = "There is no room to save anything"
            detail =
                "What you sent has not been saved. Keep a copy of it, tell the administrator that the disk is full, and try again later. Reading goes on."
            retryAfter = 60
        case .unusable, .readOnly:
            status = 503
            type = "database-away"
            title = "Nothing can be saved at the moment"
            detail =
                "What you sent has not been saved. Keep a copy of it, tell the administrator, and try again later."
            retryAfter = 60
        case .nulInText, .invalidValue:
            status = 422
            type = "invalid-input"
            title = "A value cannot be stored"
            detail =
                "A number is out of range, or a text holds characters that cannot be stored. Correct it and try again."
            retryAfter = nil
        default: return nil
        }
    }
}
