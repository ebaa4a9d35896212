// SPDX-License-Identifier: Apache-2.0
import Storage

/// Where a ``FormInput`` gets its values: reads and checks them, or only records what it is asked for.
///
/// Values come from the query for `GET` and from the body for all else, unless it is `path` or `query` that is asked.
/// Text is trimmed and otherwise kept as it was typed. Errors accumulate; a caller sees them all at once.
package struct Form {
    /// The viewer's language and time zone.
    package let locale: LocaleChoice
    package let now: Timestamp
    /// Whether this form only records its fields; every accessor returns a placeholder then.
    package let isDescribing: Bool

    package private(set) var errors: [FieldError] = []
    /// Whether the path holds something that cannot be the name of anything.
    private(set) var isNowhere = false
    private(set) var described: [FieldDescription] = []

    private let pathValues: [String: String]
    private let queryFields: Fields
    private let bodyFields: Fields?

    /// - Parameter body: `nil` when values come from the query.
    init(path: [String: String], query: Fields, body: Fields?, locale: LocaleChoice, now: Timestamp) {
        pathValues = path
        queryFields = query
        bodyFields = body
        self.locale = locale
        self.now = now
        isDescribing = false
    }

    init(describing method: Route.Method) {
        pathValues = [:]
        queryFields = Fields()
        bodyFields = method == .get ? nil : Fields()
        locale = LocaleChoice()
        now = Timestamp.now
        isDescribing = true
    }

    /// Adds an error to a field, for rules that span fields.
    package mutating func reject(_ field: String, _ message: Phrase) {
        guard !isDescribing, !errors.contains(where: { $0.field == field }) else { return }
        errors.append(FieldError(field, message))
    }

    /// Whether a field was sent at all, be it empty: for changes that leave alone what is not sent.
    package func isSent(_ name: String) -> Bool { isDescribing || fields.isSent(name) }

    /// Whether the field was sent with another value than the page showed, which a page sends along as `nameWas`: then
    /// what others changed meanwhile is not set back. Without that, what is sent counts as a change.
    package func isChanged(_ name: String) -> Bool {
        isSent(name) && (isDescribing || fields.texts(name) != fields.texts(name + "Was"))
    }

    /// Says in the API description what a field means, where its label, which pages show, does not.
    package mutating func explain(_ name: String, _ words: String) {
        guard let index = described.firstIndex(where: { $0.name == name }) else { return }
        described[index].explanation = words
    }

    /// A value of the route's pattern.
    package mutating func path(_ name: String) -> String {
        describe(name, nil, .string(), in: .path)
        return pathValues[name] ?? ""
    }

    /// An id in the route's pattern; anything else is a 404.
    package mutating func path<Entity>(_ name: String) -> ID<Entity> {
        describe(name, nil, .id, in: .path)
        if let id = ID<Entity>(pathValues[name] ?? "") { return id }
        isNowhere = !isDescribing
        return ID()
    }

    /// A value of the query, whatever the method.
    package mutating func query(_ name: String, max: Int = 200) -> String? {
        describe(name, nil, .string(maxLength: max), in: .query, isRequired: false)
        let text = queryFields.texts(name).first.map(\.trimmed) ?? ""
        guard check(text, name, label(name, nil), max: max, multiline: false) else { return nil }
        return text.isEmpty ? nil : text
    }

    // MARK: what the accessors are made of

    /// No date, time or amount is longer, in bytes: a longer text is none, and is not looked at closely.
    static let written = 64

    /// The text of a field that may be given once, trimmed; `nil` where there is none.
    mutating func single(_ name: String, _ label: Phrase?, trimming: Bool = true) -> String? {
        let texts = fields.texts(name)
        guard texts.count <= 1 else {
            reject(name, "“\(self.label(name, label))” was sent more than once. Send it once.")
            return nil
        }
        guard let text = texts.first else { return nil }
        let kept = trimming ? text.trimmed : text
        return kept.isEmpty ? nil : kept
    }

    mutating func missing(_ name: String, _ label: Phrase?) {
        reject(name, "“\(self.label(name, label))” is empty. Fill it in.")
    }

    /// Whether the text has no control characters and is not too long; says so on the field if not.
    mutating func check(_ text: String, _ name: String, _ label: Phrase, max: Int, multiline: Bool) -> Bool {
        let isClean = text.unicodeScalars.allSatisfy { scalar in
            // The general category Cc, without a look into Unicode's tables.
            if scalar.value >= 0x20 && !(0x7F...0x9F).contains(scalar.value) { return true }
            return multiline && (scalar == "\n" || scalar == "\t")
        }
        guard isClean else {
            reject(name, "“\(label)” holds characters that cannot be shown. Type it again without them.")
            return false
        }
        // Counting characters is slow, counting bytes is not, and there are never more characters than bytes.
        // One character may have any number of marks: what has so many bytes is counted by its code points, which is quick.
        let bytes = text.utf8.count
        let count = bytes <= max ? bytes : bytes <= max * 32 ? text.count : text.unicodeScalars.count
        guard count <= max else {
            reject(name, "“\(label)” may have at most \(max) characters and has \(count). Shorten it.")
            return false
        }
        return true
    }

    var fields: Fields { bodyFields ?? queryFields }

    func label(_ name: String, _ label: Phrase?) -> Phrase {
        label ?? Phrase(verbatim: name)
    }

    mutating func describe(
        _ name: String, _ label: Phrase?, _ type: FieldType, in place: FieldDescription.Place? = nil,
        isRequired: Bool = true
    ) {
        guard isDescribing, !described.contains(where: { $0.name == name }) else { return }
        described.append(
            FieldDescription(
                name: name, label: label, type: type, place: place ?? (bodyFields == nil ? .query : .body),
                isRequired: isRequired))
    }
}

/// What the API description says about a field.
struct FieldDescription: Sendable {
    enum Place: String { case path, query, body }

    let name: String
    let label: Phrase?
    let type: FieldType
    let place: Place
    let isRequired: Bool
    /// For the API description only.
    var explanation: String?
}

indirect enum FieldType: Sendable {
    case string(maxLength: Int? = nil, minLength: Int? = nil, format: String? = nil)
    case integer(ClosedRange<Int>)
    case boolean
    case choice([String])
    case time
    case date
    case amount
    case currency
    case id
    case file
    case list(FieldType)
}
