// SPDX-License-Identifier: Apache-2.0
import Foundation
import Office
import Storage

/// A case that is held until the transaction ends, and what becomes of it. Only ``Desk/change(_:_:)`` makes one, and saves it:
/// once, with the events by which it changed.
@dynamicMemberLookup
package struct HeldCase: ~Copyable {
    package fileprivate(set) var `case`: Case
    /// As the database has it.
    fileprivate let saved: Case
    /// The place of the last event that the database has.
    fileprivate let place: Int
    fileprivate var events: [NewEvent] = []
    /// What is done once when all else is, by name.
    fileprivate var lastWords: [String: (Desk, inout HeldCase) throws -> Void] = [:]

    fileprivate init(_ item: Case, after place: Int) {
        self.case = item
        saved = item
        self.place = place
    }

    package subscript<Value>(dynamicMember path: WritableKeyPath<Case, Value>) -> Value {
        get { self.case[keyPath: path] }
        set { self.case[keyPath: path] = newValue }
    }

    package subscript<Value>(dynamicMember path: KeyPath<Case, Value>) -> Value { self.case[keyPath: path] }

    /// Has something done before the case is saved, once however often it is asked for, and with the case as it is then.
    mutating func finally(_ name: String, _ body: @escaping (Desk, inout HeldCase) throws -> Void) { lastWords[name] = body }
}

extension Desk {
    /// Holds cases until the transaction ends, so that nothing happens to them meanwhile.
    package func hold(_ items: [ID<Case>]) throws {
        _ = try tx.all(
            "SELECT id FROM cases WHERE enterprise = \(scope) AND id IN (\(SQL.list(items))) ORDER BY id \(SQL.forUpdate)"
        ) { try $0.next() as ID<Case> }
    }

    /// Changes a case: holds it, lets `body` apply its rules, and saves it with what was noted. Throws what `body` throws; then
    /// nothing has changed.
    @discardableResult
    package func change<Result>(_ id: ID<Case>, _ body: (inout HeldCase) throws -> Result) throws -> Result {
        try change(cases.take(id), body)
    }

    @discardableResult
    package func change<Result>(_ number: CaseNumber, _ body: (inout HeldCase) throws -> Result) throws -> Result {
        try change(cases.take(number: cases.value(of: number)), body)
    }

    private func change<Result>(_ item: Case, _ body: (inout HeldCase) throws -> Result) throws -> Result {
        try tx.holding(item.id.uuid) {
            var held = HeldCase(item, after: item.revision)
            let result = try body(&held)
            try finish(&held)
            return result
        }
    }

    /// The same for a case that is new. It is there for what refers to it before `body` runs.
    /// - Parameter item: with as many events as its revision that `body` notes if all is as usual.
    func begin(_ item: Case, _ body: (inout HeldCase) throws -> Void) throws -> Case {
        try tx.holding(item.id.uuid) {
            try cases.add(item)
            var held = HeldCase(item, after: 0)
            try body(&held)
            try finish(&held)
            return held.case
        }
    }

    /// Adds an event to the history of a case.
    package func note(_ event: some CaseEvent, on item: inout HeldCase, object: UUID? = nil) throws {
        item.events.append(try NewEvent(event, object: object, by: hand))
        // What nobody is shown moves a case nowhere in a list.
        if type(of: event).isShown { item.case.updatedAt = now }
    }

    private func finish(_ item: inout HeldCase) throws {
        for (_, body) in item.lastWords.sorted(by: { $0.key < $1.key }) { try body(self, &item) }
        item.case.revision = item.place + item.events.count
        if item.case != item.saved {
            guard !item.events.isEmpty else { throw UnrecordedChange() }
            try cases.save(item.case)
        }
        try log.append(item.events, to: item.case.id.uuid, after: item.place)
    }
}

/// A case was changed and nothing noted, so that nobody would know what happened.
struct UnrecordedChange: Error {}

extension CaseStore {
    /// The case, held until the transaction ends.
    fileprivate func take(number: Int) throws -> Case {
        let item = try tx.first(
            "SELECT \(Self.columns) FROM cases WHERE enterprise = \(desk.scope) AND number = \(number) \(SQL.forUpdate)",
            Self.read)
        guard let item else { throw Missing.case }
        return item
    }

    fileprivate func take(_ id: ID<Case>) throws -> Case {
        let item = try tx.first(
            "SELECT \(Self.columns) FROM cases WHERE enterprise = \(desk.scope) AND id = \(id) \(SQL.forUpdate)", Self.read)
        guard let item else { throw Missing.case }
        return item
    }

    fileprivate func add(_ item: Case) throws {
        try tx.runLater(
            """
            INSERT INTO cases (enterprise, \(Self.columns)) VALUES (
                \(desk.scope), \(item.id), \(item.kind), \(item.number), \(item.title), \(item.customer),
                \(item.customerLabel), \(item.origin), \(item.channel), \(item.owner), \(item.team), \(item.priority),
                \(item.stage), \(item.isOpen), \(item.product), \(item.serial), \(item.openedAt), \(item.updatedAt),
                \(item.closedAt), \(item.revision), \(item.holder?.name), \(item.holder?.colour), \(item.due))
            """)
        announce(item)
    }

    fileprivate func save(_ item: Case) throws {
        try tx.runLater(
            """
            UPDATE cases SET title = \(item.title), customer = \(item.customer), customer_label = \(item.customerLabel),
                owner = \(item.owner), team = \(item.team), priority = \(item.priority), stage = \(item.stage),
                is_open = \(item.isOpen), product = \(item.product), serial = \(item.serial),
                updated_at = \(item.updatedAt), closed_at = \(item.closedAt), revision = \(item.revision),
                holder_name = \(item.holder?.name), holder_colour = \(item.holder?.colour),
                due_at = \(item.due)
            WHERE enterprise = \(desk.scope) AND id = \(item.id)
            """)
        announce(item)
    }

    private func announce(_ item: Case) {
        let announce = desk.kernel.announce
        let (scope, id) = (desk.scope, item.id)
        tx.afterCommit {
            announce(.case(id, of: scope))
            announce(.cases(of: scope))
        }
    }
}
