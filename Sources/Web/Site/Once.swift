// SPDX-License-Identifier: Apache-2.0
import Storage

extension Handling {
    /// What leaves the transaction: a result to be made an answer, or an answer as it is, which was or will be kept.
    enum Outcome<Output: Codable & Sendable>: Sendable {
        case result(Result<Output>)
        case answer(Answer)
    }
}

extension Site {
    /// Runs an action's work once, however often it is asked for: in one transaction with its effect the answer is kept.
    ///
    /// With a key the page is rendered within the transaction, since its bytes are what is kept.
    func once<As: Caller, Output>(
        _ again: Repeat?, _ caller: As, _ visit: Visit, _ status: Int, _ tx: Transaction,
        _ work: () throws -> Handling.Result<Output>
    ) throws -> Handling.Outcome<Output> {
        guard let again else { return .result(try work()) }
        if let kept = try again.begin(as: caller.principal, tx) { return .answer(kept) }
        let answer = try answer(work(), visit, status: status)
        try again.keep(answer, as: caller.principal, tx)
        return .answer(answer)
    }

    /// As above for work that has transactions of its own: two at once do not happen, and a kept answer is given again.
    /// If what comes after the effect fails, or the process dies there, the same request runs again after ``Repeat/patience``.
    func once<As: Caller, Effect>(
        _ again: Repeat?, _ caller: As, _ work: () async throws -> Effect,
        answering answer: (Effect) async throws -> Answer
    ) async throws -> Answer {
        guard let again else { return try await answer(work()) }
        let principal = caller.principal
        if let kept = try await database.write({ tx in try again.begin(as: principal, tx) }) { return kept }
        let effect: Effect
        do {
            effect = try await work()
        } catch {
            try await database.write { tx in try again.giveUp(as: principal, tx) }
            throw error
        }
        let given = try await answer(effect)
        try await database.write { tx in try again.keep(given, as: principal, tx) }
        return given
    }

    func answer<Output>(_ outcome: Handling.Outcome<Output>, _ visit: Visit, status: Int) throws -> Answer {
        switch outcome {
        case .result(let result): try answer(result, visit, status: status)
        case .answer(let answer): answer
        }
    }
}
