// SPDX-License-Identifier: Apache-2.0
import Foundation
import Office
import Storage

extension Desk {
    /// Adds an event to a case that the caller holds; the caller saves the case afterwards.
    package func note(_ type: String, on item: inout Case, object: UUID? = nil, detail: String = "") throws {
        item.revision += 1
        item.updatedAt = now
        try record(type, on: item.id.uuid, sequence: item.revision, object: object, detail: detail)
    }
}
