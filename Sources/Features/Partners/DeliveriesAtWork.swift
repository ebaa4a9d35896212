// SPDX-License-Identifier: Apache-2.0
import Networking
import Office
import Storage
import Web

/// How deliveries to partners are getting on.
enum DeliveriesAtWork {
    static let section = RunningSection("Deliveries", hint: "to partners, each in order") { desk in
        try desk.links.list().filter { $0.state != .closed }.map { link in
            let status = try LinkStatus(link, desk.tx)
            let isFailing = status.failures > 0 || status.deadLetters > 0
            var thing = RunningThing(
                Phrase(verbatim: link.name), link.state == .suspended ? .off : isFailing ? .failing : .well,
                waiting: status.waiting)
            thing.path = "links/\(link.id)"
            thing.said = status.trouble.map { Phrase(verbatim: $0) } ?? (link.state == .suspended ? "paused" : "in step")
            guard isFailing else { return thing }
            thing.trouble = RunningThing.Trouble(
                status.failures > 0 ? "\(link.name) cannot be reached" : "Not everything reached \(link.name)",
                "Its system says: \(status.trouble ?? "–"). In order wait: \(status.waiting). Did not arrive: \(status.deadLetters).",
                since: status.lastReceipt, next: status.failures > 0 ? status.nextAttempt : nil)
            return thing
        }
    } troubled: { desk in
        LinkStatus.troubled(at: desk)
    }
}
