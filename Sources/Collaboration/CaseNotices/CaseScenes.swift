// SPDX-License-Identifier: Apache-2.0
import Networking
import Office
import Storage

/// Reads what events of many cases need to be told.
enum CaseScenes {
    @Sendable static func prepare(_ events: [Event], _ desk: Desk, _ scene: inout EventScene) throws {
        for item in try desk.cases.find(Array(Set(events.map { ID<Case>($0.subject) }))) {
            scene.kinds[item.id.uuid] = desk.kernel.kinds[item.kind]
        }
        let objects = Set(events.filter { $0.type.hasPrefix("handover.") || $0.type.hasPrefix("contact.") }.compactMap(\.object))
        guard !objects.isEmpty else { return }
        let handovers = try desk.handovers.list(where: "id IN (\(SQL.list(objects)))")
        let links = try desk.links.all(Set(handovers.map(\.link)))
        scene.tell(of: handovers, over: Dictionary(links.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first }))
    }
}
