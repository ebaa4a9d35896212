// SPDX-License-Identifier: Apache-2.0
import Collaboration
import Exchange
import Office
import Storage
import Web

/// A service problem, with a severity and, before it may be called resolved, a resolution.
struct Incident: Sendable, Equatable {
    enum Severity: String, Sendable, CaseIterable, Codable, SQLConvertible {
        case minor, major, critical

        var title: String {
            switch self {
            case .minor: "Minor"
            case .major: "Major"
            case .critical: "Critical"
            }
        }
    }

    var severity: Severity
    /// What was done; empty until somebody says.
    var resolution: String

    /// One of which nobody has said yet how bad it is.
    static let unassessed = Incident(severity: .major, resolution: "")

    /// How urgently a new one is dealt with.
    var priority: Case.Priority {
        switch severity {
        case .minor: .normal
        case .major: .high
        case .critical: .urgent
        }
    }
}

extension Incident: CaseKind {
    static let name = "incident"
    static let title = "Incident"
    static let stageWhenTaken: String? = "diagnosing"
    static let door: Door? = Door("report", "Report a problem", hint: "Something broke, or worries you")

    static let lifecycle = Lifecycle(
        .init("reported", "Reported"), .init("diagnosing", "Being diagnosed"), .init("resolved", "Resolved"),
        .init("closed", "Closed", isOpen: false),
        moves: [
            "reported": ["diagnosing", "resolved", "closed"], "diagnosing": ["resolved", "closed"],
            "resolved": ["diagnosing", "closed"], "closed": ["diagnosing"],
        ])

    static func check(_ item: Case, entering stage: String, _ desk: Desk) throws {
        guard stage == "resolved" else { return }
        guard let incident = try desk.incidents.find(item.id), !incident.resolution.isEmpty else {
            throw CaseRefusal.incomplete("resolution", "Say what was done before you call it resolved.")
        }
    }

    static func panel(of item: Case, _ desk: Desk) throws -> Model? {
        let incident = try desk.incidents.find(item.id) ?? .unassessed
        return ["severity": .object([incident.severity.rawValue: true]), "resolution": .text(incident.resolution)]
    }

    static func details(of item: Case, _ desk: Desk) throws -> [Detail] {
        let incident = try desk.incidents.find(item.id) ?? .unassessed
        let severity = Detail("Severity", incident.severity.title)
        return incident.resolution.isEmpty ? [severity] : [severity, Detail("Resolution", incident.resolution)]
    }

    static func erase(_ item: Case, _ strikeout: Strikeout, _ desk: Desk) throws {
        guard var incident = try desk.incidents.find(item.id) else { return }
        incident.resolution = strikeout(incident.resolution)
        try desk.incidents.save(incident, of: item.id)
    }

    static func sharedDetails(of item: Case, _ desk: Desk) throws -> JSONValue? {
        guard let incident = try desk.incidents.find(item.id) else { return nil }
        return try JSONValue(encoding: SharedIncidentV1(severity: incident.severity.rawValue))
    }

    static func keep(_ details: JSONValue, of item: Case, _ desk: Desk) throws {
        guard let severity = details.object?["severity"]?.string.flatMap(Severity.init) else { return }
        let known = try desk.incidents.find(item.id)
        let incident = Incident(severity: severity, resolution: known?.resolution ?? "")
        if known == nil { try desk.incidents.add(incident, to: item.id) } else { try desk.incidents.save(incident, of: item.id) }
    }
}

/// What of an incident crosses a link; a severity that the receiver does not know is ignored.
struct SharedIncidentV1: Codable, Sendable {
    var severity: String?
}
