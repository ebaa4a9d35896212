// SPDX-License-Identifier: Apache-2.0
import Exchange
import Storage

/// What one company asks of another.
package struct Ask: Sendable, Equatable, Codable {
    package typealias Form = AskForm

    package let form: Form
    package let text: String

    package init(form: Form, text: String) {
        self.form = form
        self.text = text
    }
}

/// What came back.
package struct Answer: Sendable, Equatable, Codable {
    /// For a yes-or-no ask.
    package var isYes: Bool?
    /// For a date ask: a calendar date, `2026-11-24`.
    package var date: String?
    package var text: String
    /// The message that carries the answer's text and documents in the case's conversation.
    package var message: ID<Message>?

    package init(isYes: Bool? = nil, date: String? = nil, text: String = "", message: ID<Message>? = nil) {
        self.isYes = isYes
        self.date = date
        self.text = text
        self.message = message
    }
}

extension Ask {
    /// What the answer still lacks; `nil` if it is one.
    package func missing(in answer: Answer, documents: Int) -> HandoverRefusal? {
        switch form {
        case .yesNo: answer.isYes == nil ? .answerLacks("verdict", "Choose yes or no.") : nil
        case .text: answer.text.isEmpty ? .answerLacks("text", "Write the answer.") : nil
        case .date: answer.date == nil ? .answerLacks("date", "Give the date that was asked for.") : nil
        case .document: documents == 0 ? .answerLacks("files", "Attach the document that was asked for.") : nil
        case .free: answer.text.isEmpty && documents == 0 ? .answerLacks("text", "Write an answer or attach one.") : nil
        case .takeOver, .fulfil: nil
        }
    }
}

extension AskForm: Codable, SQLConvertible {
    /// Whether it ends with "completed" rather than with an answer.
    package var isWork: Bool { self == .takeOver || self == .fulfil }
}
