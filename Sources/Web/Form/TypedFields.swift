// SPDX-License-Identifier: Apache-2.0
import Storage

extension Form {
    package mutating func integer(_ name: String, label: Phrase? = nil, in range: ClosedRange<Int>) -> Int {
        describe(name, label, .integer(range))
        guard let number = number(name, label, in: range) else {
            missing(name, label)
            return range.lowerBound
        }
        return number
    }

    package mutating func optionalInteger(
        _ name: String, label: Phrase? = nil, in range: ClosedRange<Int>
    ) -> Int? {
        describe(name, label, .integer(range), isRequired: false)
        return number(name, label, in: range)
    }

    private mutating func number(_ name: String, _ label: Phrase?, in range: ClosedRange<Int>) -> Int? {
        guard let text = single(name, label) else { return nil }
        guard let number = Int(text), range.contains(number) else {
            reject(
                name,
                "“\(self.label(name, label))” takes a whole number from \(range.lowerBound) to \(range.upperBound).")
            return nil
        }
        return number
    }

    /// One of an enum's cases. A default makes it optional.
    package mutating func choice<Choice: CaseIterable & RawRepresentable<String>>(
        _ name: String, label: Phrase? = nil, of type: Choice.Type = Choice.self, default fallback: Choice
    ) -> Choice {
        optionalChoice(name, label: label, of: type) ?? fallback
    }

    /// One of an enum's cases, which must be given. The enum has at least one case.
    package mutating func choice<Choice: CaseIterable & RawRepresentable<String>>(
        _ name: String, label: Phrase? = nil, of type: Choice.Type = Choice.self
    ) -> Choice {
        describe(name, label, .choice(Choice.allCases.map(\.rawValue)))
        if let choice = optionalChoice(name, label: label, of: type) { return choice }
        reject(name, "“\(self.label(name, label))” is not chosen. Choose one.")
        return Choice.allCases[Choice.allCases.startIndex]
    }

    package mutating func optionalChoice<Choice: CaseIterable & RawRepresentable<String>>(
        _ name: String, label: Phrase? = nil, of type: Choice.Type = Choice.self
    ) -> Choice? {
        describe(name, label, .choice(Choice.allCases.map(\.rawValue)), isRequired: false)
        guard let text = single(name, label) else { return nil }
        if let choice = Choice(rawValue: text) { return choice }
        rejectChoice(name, label, Choice.allCases.map(\.rawValue))
        return nil
    }

    /// Any number of an enum's cases, each at most once.
    package mutating func choices<Choice: CaseIterable & RawRepresentable<String> & Hashable>(
        _ name: String, label: Phrase? = nil, of type: Choice.Type = Choice.self
    ) -> Set<Choice> {
        describe(name, label, .list(.choice(Choice.allCases.map(\.rawValue))), isRequired: false)
        var chosen: Set<Choice> = []
        for text in fields.texts(name) where !text.isEmpty {
            guard let choice = Choice(rawValue: text) else {
                rejectChoice(name, label, Choice.allCases.map(\.rawValue))
                return []
            }
            chosen.insert(choice)
        }
        return chosen
    }

    private mutating func rejectChoice(_ name: String, _ label: Phrase?, _ names: [String]) {
        reject(name, "“\(self.label(name, label))” takes one of: \(names.joined(separator: ", ")).")
    }

    /// A box that is ticked or not: `on`, `true`, `1` or `yes` is ticked, absent is not.
    package mutating func flag(_ name: String, label: Phrase? = nil) -> Bool {
        describe(name, label, .boolean, isRequired: false)
        guard let text = single(name, label) else { return false }
        switch text.utf8.count <= Self.written ? text.lowercased() : "" {
        case "on", "true", "1", "yes": return true
        case "off", "false", "0", "no": return false
        default:
            reject(name, "“\(self.label(name, label))” takes true or false.")
            return false
        }
    }

    package mutating func id<Entity>(_ name: String, label: Phrase? = nil) -> ID<Entity> {
        describe(name, label, .id)
        if let id: ID<Entity> = readID(name, label) { return id }
        reject(name, "“\(self.label(name, label))” is not chosen. Choose one.")
        return ID()
    }

    package mutating func optionalID<Entity>(_ name: String, label: Phrase? = nil) -> ID<Entity>? {
        describe(name, label, .id, isRequired: false)
        return readID(name, label)
    }

    private mutating func readID<Entity>(_ name: String, _ label: Phrase?) -> ID<Entity>? {
        guard let text = single(name, label) else { return nil }
        if let id = ID<Entity>(text) { return id }
        reject(name, "“\(self.label(name, label))” is not the id of anything. Choose from the list.")
        return nil
    }

    /// A moment: `2026-11-24T17:00` in the viewer's time zone, or RFC 3339 with an offset.
    package mutating func time(_ name: String, label: Phrase? = nil) -> Timestamp {
        describe(name, label, .time)
        if let time = readTime(name, label) { return time }
        missing(name, label)
        return now
    }

    package mutating func optionalTime(_ name: String, label: Phrase? = nil) -> Timestamp? {
        describe(name, label, .time, isRequired: false)
        return readTime(name, label)
    }

    private mutating func readTime(_ name: String, _ label: Phrase?) -> Timestamp? {
        guard let text = single(name, label) else { return nil }
        if text.utf8.count <= Self.written, let time = locale.timestamp(localTime: text) ?? Timestamp(rfc3339: text) {
            return time
        }
        reject(name, "“\(self.label(name, label))” is not a date and time. Write it like 2026-11-24T17:00.")
        return nil
    }
}

extension Form {
    /// A file that must be sent, at most 25 MiB.
    package mutating func file(_ name: String, label: Phrase? = nil) -> UploadedFile {
        describe(name, label, .file)
        guard let file = files(name, label: label, count: 1).first else {
            missing(name, label)
            return UploadedFile(name: "", claimedType: "", bytes: [])
        }
        return file
    }

    /// Files, each at most 25 MiB. A name is at most 200 characters; what cannot be shown in it is left out.
    package mutating func files(_ name: String, label: Phrase? = nil, count: Int = 10) -> [UploadedFile] {
        describe(name, label, .list(.file), isRequired: false)
        let files = fields.files(name)
        guard files.count <= count else {
            reject(name, "“\(self.label(name, label))” takes at most \(count) files. Choose fewer.")
            return []
        }
        if let empty = files.first(where: { $0.size == 0 }) {
            reject(name, "The file “\(String(empty.name.suffix(200)))” is empty. Choose another.")
            return []
        }
        return files.map { file in
            let shown = file.name.unicodeScalars.filter { $0.properties.generalCategory != .control }
            let name = String(String.UnicodeScalarView(shown)).suffix(200)
            return file.named(name.isEmpty ? "file" : String(name))
        }
    }
}
