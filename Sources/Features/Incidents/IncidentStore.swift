// SPDX-License-Identifier: Apache-2.0
import Collaboration
import Office
import Storage

extension Desk {
    var incidents: IncidentStore { IncidentStore(desk: self) }
}

struct IncidentStore {
    fileprivate let desk: Desk

    func find(_ item: ID<Case>) throws -> Incident? {
        try desk.tx.first(
            "SELECT severity, resolution FROM incidents WHERE enterprise = \(desk.scope) AND case_id = \(item)"
        ) { row in
            try Incident(severity: row.next(), resolution: row.next())
        }
    }

    func add(_ incident: Incident, to item: ID<Case>) throws {
        try desk.tx.run(
            """
            INSERT INTO incidents (enterprise, case_id, severity, resolution)
            VALUES (\(desk.scope), \(item), \(incident.severity), \(incident.resolution))
            """)
    }

    func save(_ incident: Incident, of item: ID<Case>) throws {
        try desk.tx.run(
            """
            UPDATE incidents SET severity = \(incident.severity), resolution = \(incident.resolution)
            WHERE enterprise = \(desk.scope) AND case_id = \(item)
            """)
    }
}
