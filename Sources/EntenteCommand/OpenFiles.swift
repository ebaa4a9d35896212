// SPDX-License-Identifier: Apache-2.0
import Foundation

/// How many files and connections this process may have open at one time.
enum OpenFiles {
    /// Kept for the database, its log, peers and whatever else is no visitor.
    static let reserve = 200

    /// Raises the limit as far as the system lets us, and tells it. Many systems begin at 1,024, for the sake of old programs.
    static func raiseLimit() -> Int {
        var limit = rlimit()
        let files = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
        guard getrlimit(files, &limit) == 0 else { return 1_024 }
        if limit.rlim_cur < limit.rlim_max {
            var raised = limit
            raised.rlim_cur = limit.rlim_max
            if setrlimit(files, &raised) == 0 { limit = raised }
        }
        return Int(clamping: limit.rlim_cur)
    }
}
