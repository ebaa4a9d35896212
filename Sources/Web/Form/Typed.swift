// SPDX-License-Identifier: Apache-2.0

/// What was typed into a refused form, as far as it is shown again: only the form's own fields, no secrets, and of each not
/// much more than it may hold.
struct Typed: Sendable {
    /// Texts, and the names of files, by field.
    private(set) var values: [String: [String]] = [:]
    /// The errors, and one for each field of which not all is shown.
    private(set) var errors: [FieldError]
    /// What a person typed, by the field's label.
    private(set) var lines: [(label: Phrase, text: String)] = []

    /// How many values of one field are shown.
    private static let count = 100
    /// How many fields are shown that the form asks for only at times, and characters of each.
    private static let others = (count: 50, characters: 10_000)

    init(_ fields: Fields, in described: [FieldDescription], errors: [FieldError]) {
        self.errors = errors
        for field in described where field.place != .path && !field.type.isSecret {
            let label = field.label ?? Phrase(verbatim: field.name)
            let (most, kept) = (field.type.most, field.type.shown)
            var isCut = false
            values[field.name] = fields.values[field.name]?.prefix(Self.count).map { value in
                let text = value.shown
                // Counting characters is slow, counting bytes is not, and there are never more characters than bytes.
                guard text.utf8.count > kept, text.count > kept else { return text }
                isCut = true
                return String(text.prefix(kept))
            }
            // What the page showed before, which it sends along.
            let was = field.name + "Was"
            if let before = fields.texts(was).first { values[was] = [String(before.prefix(kept))] }
            if isCut { tell(field.name, "“\(label)” may have at most \(most) characters. Only the first \(kept) are shown here.") }
            if case .string = field.type, let text = values[field.name]?.first, !text.isEmpty {
                lines.append((label, text))
            }
        }
        addOthers(fields, besides: described)
    }

    private mutating func addOthers(_ fields: Fields, besides described: [FieldDescription]) {
        let known = Set(described.map(\.name)).union(values.keys)
        for name in fields.values.keys.sorted().lazy.filter({ !known.contains($0) }).prefix(Self.others.count) {
            values[name] = fields.texts(name).prefix(1).map { String($0.prefix(Self.others.characters)) }
        }
    }

    private mutating func tell(_ field: String, _ message: Phrase) {
        errors.removeAll { $0.field == field }
        errors.append(FieldError(field, message))
    }
}

extension Fields.Value {
    fileprivate var shown: String {
        switch self {
        case .text(let text): text
        case .file(let file): file.name
        }
    }
}

extension FieldType {
    fileprivate var isSecret: Bool { if case .string(_, _, "password") = self { true } else { false } }

    /// The most characters of one value that are shown again: more than it may have, so that who wrote a little too much can
    /// shorten it.
    fileprivate var shown: Int { 2 * most + 1_000 }

    /// The most characters that one value may have.
    fileprivate var most: Int {
        switch self {
        case .string(let maxLength, _, _): maxLength ?? 200
        case .list(let type): type.most
        case .integer, .boolean, .choice, .time, .date, .amount, .currency, .id, .file: 200
        }
    }
}

/// A form that is refused for a reason of ours and cannot be shown where it was.
struct LostForm: Problem {
    let problem: any Problem
    let typed: [(label: Phrase, text: String)]

    var status: Int { problem.status }
    var type: String { problem.type }
    var title: Phrase { problem.title }
    var detail: Phrase { problem.detail }
    var errors: [FieldError] { problem.errors }
    var retryAfter: Int? { problem.retryAfter }
}
