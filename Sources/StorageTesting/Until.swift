// SPDX-License-Identifier: Apache-2.0

/// Lets others go on until the condition holds. It throws after ten minutes: what has not come by then, on a
/// machine that is busy with all the other tests, will never come.
package func until(_ condition: () async throws -> Bool) async throws {
    let deadline = ContinuousClock.now + .seconds(600)
    while try await !condition() {
        guard ContinuousClock.now < deadline else { throw NeverCame() }
        await Task.yield()
    }
}

package struct NeverCame: Error, CustomStringConvertible {
    package var description: String { "What was waited for has not come within ten minutes." }
}
